#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sessions, from outside: what is on record of them, how long they last, how
# many a user may have, what they leave to the next one, and what a changed
# configuration or a restart does to those that live.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_service intranet
	holders=()
}

teardown() {
	local pid
	for pid in "${holders[@]}"; do
		kill -KILL "$pid" 2> /dev/null || true
	done
	gate_stop
	tail -q -n 8 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# set_ [SECTION KEY VALUE]...
set_() {
	while [ $# -ge 3 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
}

# rule LINE...: the rules of [idle], in place of those before.
rule() {
	local line
	sed -i '/^\(group\|user\|service\|attribute\):/d' "$GATE/gatehouse.conf"
	gate_set idle warn 0s
	for line; do
		sed -i "s|^\[idle\]\$|&\n$line|" "$GATE/gatehouse.conf"
	done
}

# prove USER [OPTION...]: leaves what signs USER in, once, in $proof.
prove() {
	local user=$1
	shift
	proof=$(response "$user" "$@" | ctl ticket)
}

# hooks USER HOOK...: with $proof, and as the session $session.
hooks() {
	local user=$1
	shift
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" -i rhost=192.0.2.7 \
	    ${session:+-e GATEHOUSE_SESSION="$session"} -a "$proof" \
	    "${SERVICE:-portal}" "$@" 2>&1
}

# open USER [OPTION...]: signs in and opens a session, $session; what it goes on
# with is $previous.
open() {
	local told session=
	prove "$@"
	told=$(hooks "$1" authenticate acct_mgmt open_session) ||
	    { echo "$told"; return 1; }
	read_told "$told"
}

# sign_in USER [OPTION...]: only that.
sign_in() {
	local told session=
	prove "$@"
	told=$(hooks "$1" authenticate acct_mgmt) || { echo "$told"; return 1; }
	read_told "$told"
}

read_told() {
	signed=$(sed -n 's/^session: //p' <<< "$1")
	previous=$(sed -n 's/^previous: //p' <<< "$1")
	[ -n "$signed" ]
}

# hold USER: a process, $pid, that opens a session, $signed, and stays.
hold() {
	prove "$1"
	: > "$GATE/held"
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" -i rhost=192.0.2.7 \
	    -i tty=pts/99 -a "$proof" portal authenticate acct_mgmt \
	    open_session hold > "$GATE/held" 2>&1 3>&- &
	pid=$!
	holders+=("$pid")
	until_is "held: ." eval 'sed -n "s/^\(held: .\).*/\1/p" "$GATE/held" |
	    sed "s/.$/./"'
	signed=$(sed -n 's/^held: //p' "$GATE/held")
}

# of ID FIELD
of() {
	ctl --json session show "$1" | jq -r ".$2"
}

# until_is WANTED COMMAND...: waits for it, a minute at most.
until_is() {
	local wanted=$1 got tries
	shift
	for tries in $(seq 600); do
		got=$("$@" 2> /dev/null) || true
		[ "$got" != "$wanted" ] || return 0
		sleep 0.1
	done
	echo "after $tries tries, $*: \"$got\" is not \"$wanted\""
	return 1
}

# ends ID REASON: it does, by itself.
ends() {
	until_is ended of "$1" state
	is "$2" "$(of "$1" end_reason)"
}

# goes_on ID
goes_on() {
	ctl session check --id "$1"
}

# count: of the open sessions of alice.
count() {
	ctl --json session list --user alice | jq '[.[] |
	    select(.state == "open")] | length'
}

# refused REASON HOOK...: alice, at the last hook.
refused() {
	run -1 hooks alice "${@:2}"
	echo "$output"
	is refused "$(decision outcome)"
	is "$1" "$(decision reason)"
}

# --- the record ---

@test "the record of a session is complete, from its start to its end" {
	gate_start
	hold alice --session-index _i7
	is open "$(of "$signed" state)"
	is alice "$(of "$signed" user)"
	is portal "$(of "$signed" service)"
	is 192.0.2.7 "$(of "$signed" address)"
	is pts/99 "$(of "$signed" tty)"
	is "$pid" "$(of "$signed" pid)"
	is sso "$(of "$signed" method)"
	is https://idp.example/metadata "$(of "$signed" issuer)"
	[[ $(of "$signed" started) == 20*Z ]]
	[[ $(of "$signed" opened) == 20*Z ]]
	is null "$(of "$signed" ended)"
	is 900 "$(of "$signed" idle_limit)"
	is null "$(of "$signed" previous)"

	open alice --session-index _i7
	is _i7 "$(of "$signed" session_index)"
	is null "$(of "$signed" end_reason)"
	session=$signed hooks alice close_session
	is ended "$(of "$signed" state)"
	is closed "$(of "$signed" end_reason)"
	[[ $(of "$signed" ended) == 20*Z ]]
}

@test "a session that is told of is on record, whatever becomes of the gate" {
	gate_start
	open alice
	gate_stop KILL
	gate_start
	is open "$(of "$signed" state)"
	goes_on "$signed"
}

@test "one that was ended is refused from that moment on" {
	gate_start
	open alice
	goes_on "$signed"
	session=$signed hooks alice acct_mgmt
	ctl session end "$signed"
	run -1 goes_on "$signed"
	session=$signed refused no_session acct_mgmt
	is administrator "$(of "$signed" end_reason)"
	run -1 goes_on "$signed"
}

# --- how long ---

@test "idle: a session ends at its limit, and is refused before that is on record" {
	set_ idle limit 1s
	gate_start
	open alice
	sleep 1.1
	session=$signed refused session_idle acct_mgmt ||
	    session=$signed refused no_session acct_mgmt
	run -1 goes_on "$signed"
	ends "$signed" idle
	grep "\"session\":\"$signed\"" "$GATE/audit.log" |
	    jq -se '.[-2:] | any(.verb == "session_end" and .detail == "idle")'
}

@test "the absolute limit ends a session that is active all the time" {
	local begun ended
	set_ session max_age 3s idle limit 2s
	gate_start
	begun=$(date +%s%N)
	open alice
	until_is over eval 'ctl session check --id "$signed" \
	    --activity navigation || echo over'
	ended=$(date +%s%N)
	[ $((ended - begun)) -ge 2900000000 ]
	ends "$signed" max_age
}

@test "SessionNotOnOrAfter caps the absolute limit, and no setting moves it" {
	local left
	set_ session max_age 2h
	gate_start
	open alice --session-not-on-or-after 600
	left=$(of "$signed" age_left)
	[ "$left" -le 600 ]
	[ "$left" -gt 500 ]
	set_ session max_age 8h
	ctl reload
	left=$(of "$signed" age_left)
	[ "$left" -le 600 ]
	set_ session max_age 5m
	ctl reload
	left=$(of "$signed" age_left)
	[ "$left" -le 300 ]
	gate_stop
	set_ session max_age 0s
	gate_start
	left=$(of "$signed" age_left)
	[ "$left" -le 600 ]
	[ "$left" -gt 300 ]
}

@test "SessionNotOnOrAfter ends a session, and one past it is not opened" {
	set_ idle limit 0s
	gate_start
	sign_in alice --session-not-on-or-after 3
	late=$signed
	open bob --session-not-on-or-after 3
	until_is over eval 'goes_on "$signed" || echo over'
	ends "$signed" max_age
	session=$late refused session_over open_session
	is signed_in "$(of "$late" state)"
}

# --- how many ---

@test "concurrent = 2, refuse: a third one is told, and its proof is still good" {
	set_ session concurrent 2
	gate_start
	open alice
	first=$signed
	open alice
	open bob
	prove alice
	refused too_many_sessions authenticate
	[[ $output == *'You are signed in too many times already.'* ]]
	is 2 "$(count)"
	ctl session end "$first"
	hooks alice authenticate acct_mgmt open_session
	is 2 "$(count)"
}

@test "concurrent = 2, refuse: who has signed in before there were two is refused too" {
	set_ session concurrent 2
	gate_start
	sign_in alice
	late=$signed
	open alice
	open alice
	session=$late refused too_many_sessions open_session
	is 2 "$(count)"
	is signed_in "$(of "$late" state)"
	# one that is idle is none any more
	set_ idle limit 1s
	ctl reload
	until_is 0 count
	session=$late hooks alice open_session
}

@test "concurrent = 2, end_oldest: a third one ends the first, with its process" {
	set_ session concurrent 2 session concurrent_action end_oldest
	gate_start
	hold alice
	first=$signed
	open alice
	second=$signed
	open bob
	bobs=$signed
	open alice
	is ended "$(of "$first" state)"
	is replaced "$(of "$first" end_reason)"
	is open "$(of "$second" state)"
	is open "$(of "$signed" state)"
	is open "$(of "$bobs" state)"
	run -1 goes_on "$first"
	wait "$pid" || true
	grep -q '"detail":"replaced"' "$GATE/audit.log"
}

# at_once COUNT: eight sign-ins of alice are opened at the same time, so many can
# be, and there are never more than three.
at_once() {
	local ids=() pids=() opened most id n
	for n in $(seq 8); do
		sign_in alice
		ids+=("$signed")
	done
	for id in "${ids[@]}"; do
		session=$id hooks alice open_session > "$GATE/opened.$id" 3>&- &
		pids+=($!)
	done
	most=0
	while kill -0 "${pids[@]}" 2> /dev/null; do
		n=$(count)
		[ "$n" -le "$most" ] || most=$n
	done
	wait "${pids[@]}" || true
	# who was replaced at once may not have lived to say so
	opened=$(jq -r 'select(.verb == "open" and .outcome == "granted") |
	    .session' "$GATE/audit.log" | sort -u | wc -l)
	echo "$opened opened, $most at a time"
	[ "$most" -le 3 ]
	is "$1" "$opened"
	is 3 "$(count)"
}

@test "concurrent = 3, refuse: of eight at once three are let in" {
	set_ session concurrent 3
	gate_start
	at_once 3
}

@test "concurrent = 3, end_oldest: of eight at once three are left" {
	set_ session concurrent 3 session concurrent_action end_oldest
	gate_start
	at_once 8
	is 5 "$(ctl --json session list --all --user alice |
	    jq '[.[] | select(.end_reason == "replaced")] | length')"
}

# --- what the next one goes on with ---

# park USER: a session of hers that idled out, $parked.
park() {
	open "$1"
	parked=$signed
	ends "$parked" idle
}

@test "the work of an idle session is handed over: once, to that user and service" {
	set_ idle limit 1s
	gate_start
	park alice
	open bob
	is '' "$previous"
	SERVICE=intranet open alice
	is '' "$previous"
	open alice
	is "$parked" "$previous"
	is "$parked" "$(of "$signed" previous)"
	open alice
	is '' "$previous"
	is null "$(of "$signed" previous)"
}

@test "of several the last one is handed over; of one that was refused, nothing" {
	set_ idle limit 1s session concurrent 1
	gate_start
	park alice
	park alice
	sign_in alice
	late=$signed
	gate_stop
	set_ idle limit 1h
	gate_start
	SERVICE=intranet open alice
	session=$late refused too_many_sessions open_session
	[[ $output != *previous:* ]]
	ctl session end "$signed"
	session=$late run -0 hooks alice open_session
	[[ $output == *"previous: $parked"* ]]
}

@test "work is handed over in time, and never that of a session that was ended" {
	set_ idle limit 1s session handover 2s
	gate_start
	open alice
	ctl session end "$signed"
	open alice
	is '' "$previous"
	ends "$signed" idle
	# the record has seconds
	until_is late eval "[ \$((\$(date +%s) - \$(date +%s -d \"\$(of $signed \
	    ended)\"))) -le 3 ] || echo late"
	open alice
	is '' "$previous"
	ends "$signed" idle
	set_ session handover 0s
	ctl reload
	open alice
	is '' "$previous"
}

@test "nobody but the gate says what a session goes on with" {
	gate_start
	prove alice
	run -0 "$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
	    -i rhost=192.0.2.7 -e GATEHOUSE_PREVIOUS_SESSION=bobs \
	    -a "$proof" portal authenticate acct_mgmt open_session
	[[ $output != *previous:* ]]
	[[ $output == *'open_session: 0'* ]]
}

# --- what was changed meanwhile ---

@test "reload: a shorter limit ends who has been idle for longer, a longer one lets live" {
	gate_start
	open alice
	sleep 1.2
	set_ idle limit 1s
	ctl reload
	run -1 goes_on "$signed"
	ends "$signed" idle
	set_ idle limit 4s
	ctl reload
	open alice
	set_ idle limit 1h
	ctl reload
	sleep 4.5
	goes_on "$signed"
	is 3600 "$(of "$signed" idle_limit)"
}

@test "reload: by user, service and attribute, also by what no rule asked before" {
	set_ session attributes role
	gate_start
	open alice --attribute role=nurse
	alices=$signed
	open bob --attribute role=agent
	bobs=$signed
	is 900 "$(of "$alices" idle_limit)"
	rule 'user:bob = 7m' 'service:portal = 20m'
	ctl reload
	is 1200 "$(of "$alices" idle_limit)"
	is 'service:portal = 20m' "$(of "$alices" idle_rule)"
	is 420 "$(of "$bobs" idle_limit)"
	rule 'attribute:role=nurse = 6m'
	ctl reload
	is 360 "$(of "$alices" idle_limit)"
	is 900 "$(of "$bobs" idle_limit)"
	is 'attribute:role=nurse = 6m' "$(of "$alices" idle_rule)"
	# the same rule in another place, with another limit
	rule 'attribute:role=agent = 8m' 'attribute:role=nurse = 40m'
	ctl reload
	is 2400 "$(of "$alices" idle_limit)"
	is 480 "$(of "$bobs" idle_limit)"
	rule
	ctl reload
	is 900 "$(of "$alices" idle_limit)"
	is null "$(of "$alices" idle_rule)"
}

@test "what a rule of [idle] asks for is kept by that alone" {
	rule 'attribute:role=nurse = 6m'
	gate_start
	open alice --attribute role=nurse
	is 360 "$(of "$signed" idle_limit)"
	open bob --attribute role=agent
	is 900 "$(of "$signed" idle_limit)"
}

@test "reload: by the system's groups" {
	local group
	group=$(id -gn nobody)
	set_ users allow_system yes
	rule "group:$group = 6m"
	gate_start
	open nobody
	is 360 "$(of "$signed" idle_limit)"
	open alice
	is 900 "$(of "$signed" idle_limit)"
	gate_stop
	rule
	gate_start
	open nobody
	is 900 "$(of "$signed" idle_limit)"
	rule "group:$group = 30m" 'group:there-is-none = 1m'
	ctl reload
	is 1800 "$(of "$signed" idle_limit)"
	is "group:$group = 30m" "$(of "$signed" idle_rule)"
}

@test "restart: rules that changed meanwhile hold, as if read again" {
	set_ session attributes role
	rule 'attribute:role=agent = 8m'
	gate_start
	open alice --attribute role=nurse
	sign_in alice --attribute role=nurse
	late=$signed
	open alice --attribute role=nurse
	gate_stop
	rule 'attribute:role=nurse = 6m'
	gate_start
	is 360 "$(of "$signed" idle_limit)"
	# who signed in before, and opens after it
	session=$late hooks alice open_session
	is 360 "$(of "$late" idle_limit)"
	# and what was found then is on record
	gate_stop
	gate_start
	is 360 "$(of "$signed" idle_limit)"
	is 360 "$(of "$late" idle_limit)"
}

# --- restarts ---

@test "restart: sessions go on, with the activity that they had" {
	gate_start
	open alice
	sleep 2
	gate_stop
	gate_start
	goes_on "$signed"
	[ "$(of "$signed" idle)" -ge 2 ]
	ctl session check --id "$signed" --activity navigation
	[ "$(of "$signed" idle)" -le 1 ]
	session=$signed hooks alice close_session
	is closed "$(of "$signed" end_reason)"
}

@test "restart: who was idle for too long meanwhile does not come back" {
	set_ idle limit 2s
	gate_start
	open alice
	gate_stop KILL
	sleep 2.2
	gate_start
	run -1 goes_on "$signed"
	ends "$signed" idle
}

@test "restart: another boot ends the sessions of its processes, and no others" {
	detach
	gate_start
	hold alice
	alone=$signed
	SERVICE=detached open alice
	gate_stop
	python3 - "$GATE/gate.db" <<-'END'
		import sqlite3, sys
		db = sqlite3.connect(sys.argv[1])
		assert db.execute("UPDATE steady SET boot = 'another'").rowcount
		db.commit()
	END
	gate_start
	is ended "$(of "$alone" state)"
	is gone "$(of "$alone" end_reason)"
	goes_on "$signed"
	# a process that has its pid now is another
	kill -0 "$pid"
}

# --- without a process ---

# detach: a service whose sessions no process stands for.
detach() {
	gate_service detached
	sed -i '/^session/s/$/ detached/' "$GATE/pam.d/detached"
}

@test "detached: a session outlives the process that opened it" {
	detach
	set_ session linger 0s
	gate_start
	SERVICE=detached open alice
	is null "$(of "$signed" pid)"
	open bob
	ends "$signed" gone
	SERVICE=detached open alice
	is 2 "$(count)"
}

@test "detached: with another the process that opened it is not ended" {
	detach
	gate_start
	sed -i 's/^detached/portal/' "$GATE/pam.d/detached"
	cp "$GATE/pam.d/detached" "$GATE/pam.d/portal"
	hold alice
	is null "$(of "$signed" pid)"
	ctl session end "$signed"
	is ended "$(of "$signed" state)"
	kill -0 "$pid"
}
