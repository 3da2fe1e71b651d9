#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gatehousectl session: what an administrator, a call system and a portal's
# script do with sessions, and what they are told.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set session linger 1h # pamtester exits at once
	gate_start
}

teardown() {
	local pid
	for pid in $(jobs -p); do
		[ "$pid" = "${GATE_PID:-}" ] || kill "$pid" 2> /dev/null || true
	done
	gate_stop
	tail -q -n 5 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# sign_in NAME [SERVICE [ADDRESS [HOOK]]]: leaves the session's id in $session.
sign_in() {
	local ticket service=${2:-portal} address=${3:-192.0.2.7}
	ticket=$(response "$1" | ctl ticket)
	run -0 pam "$address" "$service" "$1" authenticate acct_mgmt \
	    "${4:-open_session}" <<< "$ticket"
	session=$(ctl session list --user "$1" --json | jq -r '.[0].id')
}

# says TEXT: on standard error.
says() {
	grep -qF -- "$1" <<< "$stderr" || {
		echo "not \"$1\": $stderr"
		return 1
	}
}

# is WANTED FILTER: of the JSON in $output.
is() {
	local found
	found=$(jq -r "$2" <<< "$output")
	[ "$found" = "$1" ] || {
		echo "$2: \"$found\" is not \"$1\""
		return 1
	}
}

# users OPTION...: of the sessions that are listed, in one line.
users() {
	ctl session list --json "$@" | jq -r '[.[].user] | sort | join(" ")'
}

eventually() {
	local tries
	for tries in $(seq 300); do
		"$@" && return
		sleep 0.1
	done
	echo "never came about: $*"
	return 1
}

idle_for() {
	[ "$(ctl session show "$session" --json | jq .idle)" -ge "$1" ]
}

is_held() {
	[ "$(ctl session show "$session" --json | jq .held)" = true ]
}

is_gone() {
	! kill -0 "$1" 2> /dev/null
}

# at_terminal STEP... -- VERB...: see tests/at_terminal.py
at_terminal() {
	local steps=()
	while [ "$1" != -- ]; do
		steps+=("$1")
		shift
	done
	shift
	python3 tests/at_terminal.py "${steps[@]}" -- \
	    "$BUILD/gatehousectl" --socket "$GATE/gate.sock" "$@"
}

@test "a list is of those that were asked for" {
	gate_service desk
	sign_in alice
	sign_in bob desk 2001:db8:1::7
	sign_in carol portal 192.0.2.8 acct_mgmt
	sign_in dan
	run -0 ctl session end "$session"
	[ "$(users)" = "alice bob carol" ]
	[ "$(users --all)" = "alice bob carol dan" ]
	[ "$(users --user bob)" = bob ]
	[ "$(users --service desk)" = bob ]
	[ "$(users --service portal --address 192.0.2.7)" = alice ]
	# the same address in other words
	[ "$(users --address 2001:0db8:0001::0:7)" = bob ]
	[ "$(users --address ::ffff:192.0.2.8)" = carol ]
	[ "$(users --state open)" = "alice bob" ]
	[ "$(users --state signed_in)" = carol ]
	[ "$(users --state ended)" = dan ]
	[ "$(users --held)" = "" ]
	run -0 ctl session hold --user bob
	[ "$(users --held)" = bob ]
	run --separate-stderr -2 ctl session list --state dead
	says 'must be open, signed_in or ended'
	run -0 ctl session list
	[ "$(head -1 <<< "$output" | xargs)" = \
	    "ID STATE USER SERVICE ADDRESS METHOD IDLE LEFT HELD STARTED ENDED WHY" ]
	# who is not there is not idle
	grep -qE ' signed_in +carol +portal .* - +- +no ' <<< "$output"
}

@test "show has the limits, and the rule that set them" {
	gate_set session max_age 2h
	echo '[idle]' >> "$GATE/gatehouse.conf"
	echo 'user:alice = 10m' >> "$GATE/gatehouse.conf"
	run -0 ctl reload
	sign_in bob
	run -0 ctl session show "$session" --json
	is '900 null' '"\(.idle_limit) \(.idle_rule)"'
	is true '.left <= 900 and .left > 850 and .left == .idle_left'
	is true '.age_left <= 7200 and .age_left > 7150'
	is true '.idle >= 0 and .idle < 50'
	# left is until what comes first
	gate_set session max_age 5m
	run -0 ctl reload
	run -0 ctl session show "$session" --json
	is true '.left <= 300 and .left > 250 and .left == .age_left'
	gate_set session max_age 2h
	run -0 ctl reload
	sign_in alice
	run -0 ctl session show "$session" --json
	is '600 user:alice = 10m' '"\(.idle_limit) \(.idle_rule)"'
	run -0 ctl session show "$session"
	grep -qx 'idle_limit  *10m' <<< "$output"
	grep -qxE 'age_left  +1h59m' <<< "$output"
	run -0 ctl session end "$session"
	run -0 ctl session show "$session" --json
	is 'administrator null null null null false' \
	    '"\(.end_reason) \(.idle) \(.left) \(.idle_limit) \(.age_left) \(.held)"'
}

@test "the end: of one, of a user's, of all" {
	gate_service desk
	sign_in alice
	sign_in alice desk
	sign_in bob
	sign_in carol
	for words in "" "$session --all" "--user bob --all" "$session --user bob"; do
		# shellcheck disable=SC2086
		run --separate-stderr -2 ctl session end $words
		says 'which? an ID, --user NAME, or --all'
	done
	run -0 --separate-stderr ctl session end "$session"
	[ -z "$output$stderr" ]
	run --separate-stderr -1 ctl session end "$session"
	says 'it has ended already'
	run -0 ctl session end --user alice
	[ "$output" = "2 sessions ended" ]
	[ "$(users)" = bob ]
	# none is what was wanted
	run -0 ctl session end --user alice --json
	is '0 complete' '"\(.ended) \(.state)"'
	sign_in carol
	run -0 ctl session end --all < /dev/null
	[ "$output" = "2 sessions ended" ]
	[ "$(users)" = "" ]
}

@test "at a terminal the end of all is agreed to" {
	sign_in alice
	sign_in bob
	run -1 at_terminal 'see=End all sessions, 2 of them' 'type=y\r' -- \
	    session end --all
	[[ $output = *"nothing was ended"* ]]
	run -1 at_terminal 'see=(yes/no)' 'type=\x04' -- session end --all
	# shellcheck disable=SC2016
	run -130 at_terminal 'see=(yes/no)' 'type=\x03' -- session end --all
	[ "$(users)" = "alice bob" ]
	run -0 at_terminal 'see=(yes/no)' 'type=yes\r' -- session end --all
	[[ $output = *"2 sessions ended"* ]]
	sign_in alice
	run -0 at_terminal -- session end --all --yes
	[[ $output = *"1 session ended"* ]]
	[ "$(users)" = "" ]
}

@test "a hold is taken, seen and released" {
	sign_in alice
	for words in "" "$session --user alice"; do
		# shellcheck disable=SC2086
		run --separate-stderr -2 ctl session hold $words
		says 'which? an ID, or --user NAME'
	done
	run -0 ctl session hold --label "call 4711" "$session"
	[ "$output" = "1 session held for 1m" ]
	run -0 ctl session hold --lease 10s --user alice --json
	is '1 10' '"\(.held) \(.lease)"'
	run -0 ctl session holds --json
	is 'alice call 4711, alice gatehousectl' \
	    '[sort_by(.label)[] | "\(.user) \(.label)"] | join(", ")'
	is true "all(.holder == \"$(id -un)\" and .session == \"$session\")"
	is true 'all(.taken < 30 and .left <= 60 and .service == "portal")'
	run -0 ctl session holds
	[ "$(head -1 <<< "$output" | xargs)" = \
	    "SESSION USER SERVICE HOLDER LABEL TAKEN LEFT" ]
	is_held
	run -0 ctl session release --label "call 4711" --holder "$(id -un)" \
	    "$session"
	run -0 ctl session holds "$session" --json
	is gatehousectl '.[].label'
	run -0 ctl session release --user alice
	run -1 is_held
	run --separate-stderr -1 ctl session release "$session"
	says 'there is no such hold'
	run --separate-stderr -1 ctl session hold no-such-session
	says no_session
	run --separate-stderr -1 ctl session hold --user nobody-here
	says no_session
	for label in "" " "; do
		run --separate-stderr -2 ctl session hold --label "$label" x
		says 'must be a line with something in it'
	done
	run --separate-stderr -1 ctl session hold --label $'a\nb' "$session"
	says 'not acceptable: --label'
	run --separate-stderr -2 ctl session hold --lease 61s "$session"
	says 'must be 1s to 1m'
}

# hold_on OPTION...: renews a hold, in the background; waits until it is taken.
hold_on() {
	"$BUILD/gatehousectl" --socket "$GATE/gate.sock" --timeout 5 session \
	    hold --renew "$@" > "$BATS_TEST_TMPDIR/hold.out" \
	    2> "$BATS_TEST_TMPDIR/hold.err" 3>&- &
	holder=$!
	eventually test -s "$BATS_TEST_TMPDIR/hold.out"
}

# hold_ends STATUS
hold_ends() {
	local status=0
	eventually is_gone "$holder"
	wait "$holder" || status=$?
	stderr=$(cat "$BATS_TEST_TMPDIR/hold.err")
	[ "$status" -eq "$1" ] || {
		echo "exit status $status: $stderr"
		return 1
	}
}

# renewed_for SECONDS: a hold has gone on for that long.
renewed_for() {
	ctl session holds --json | jq -e "any(.taken >= $1)" > /dev/null
}

@test "a hold is renewed beyond its lease, and released by a signal" {
	sign_in alice
	for signal in TERM INT HUP; do
		hold_on --lease 2s "$session"
		eventually renewed_for 3
		kill "-$signal" "$holder"
		hold_ends 0
		run -0 ctl session holds --json
		is 0 length
	done
	# killed, it releases nothing, and the lease runs out
	hold_on --lease 2s --user alice
	is_held
	kill -KILL "$holder"
	hold_ends 137
	eventually not_held
}

not_held() {
	! is_held
}

@test "a hold that cannot be renewed says why" {
	sign_in alice
	hold_on --lease 2s "$session"
	run -0 ctl session end "$session"
	hold_ends 1
	says 'session hold: it is held no longer: refused: no_session'
	sign_in bob
	hold_on --lease 2s --user bob
	run -0 ctl session end --user bob
	hold_ends 1
	says 'it is held no longer: refused: no_session'
}

# The lease is one of after the restart.
is_renewed() {
	ctl session holds --json | jq -e '.[0].left >= 12' > /dev/null
}

@test "a hold goes on over a restart of gatehoused, not without one" {
	sign_in alice
	hold_on --lease 15s "$session"
	gate_stop KILL
	rm "$GATE/gate.sock"
	# it comes, and is not answered
	python3 - "$GATE/gate.sock" <<-'END'
		import socket, sys
		with socket.socket(socket.AF_UNIX) as listener:
		    listener.settimeout(30)
		    listener.bind(sys.argv[1])
		    listener.listen()
		    listener.accept()[0].close()
	END
	rm "$GATE/gate.sock"
	gate_start
	eventually is_renewed
	kill -0 "$holder"
	kill "$holder"
	hold_ends 0
	run -1 is_held
	hold_on --lease 2s "$session"
	gate_stop
	hold_ends 3
	says 'it is held no longer: '
	says 'does gatehoused run?'
}

@test "the call system of the guide holds whoever talks, and no longer" {
	local bin=$BATS_TEST_TMPDIR/bin
	mkdir "$bin"
	sed -n '/^#!\/bin\/sh$/,/^```$/{/^```$/d; p}' docs/sessions.md \
	    > "$bin/call-system"
	grep -q 'session hold' "$bin/call-system"
	echo "cat '$bin/calls'" > "$bin/calls-in-progress"
	echo 'exec /bin/sleep 0.2' > "$bin/sleep"
	echo "exec '$BUILD/gatehousectl' --socket '$GATE/gate.sock' \"\$@\"" \
	    > "$bin/gatehousectl"
	sed -i '1i #!/bin/sh' "$bin"/{calls-in-progress,sleep,gatehousectl}
	chmod +x "$bin"/*
	gate_set hold lease 5s
	run -0 ctl reload
	sign_in bob
	sign_in alice
	printf '%s\n' 'alice 4711' 'nobody-here 4712' > "$bin/calls"
	PATH=$bin:$PATH "$bin/call-system" 2> /dev/null 3>&- &
	caller=$!
	eventually renewed_for 6
	[ "$(users --held)" = alice ]
	run -0 ctl session holds --json
	is 'call 4711' '.[].label'
	# as where it hung up
	: > "$bin/calls"
	eventually not_held
	echo 'alice 4713' > "$bin/calls"
	eventually is_held
	kill -KILL "$caller"
	eventually not_held
}

@test "a token is its session's, and the last one alone is good" {
	sign_in alice
	run -0 --separate-stderr ctl session token "$session"
	[[ $output =~ ^gs-[A-Za-z0-9_-]{43}$ ]]
	[ -z "$stderr" ]
	first=$output
	run -0 ctl session check --json <<< "$first"
	is "true null $session alice portal" \
	    '"\(.goes_on) \(.reason) \(.session) \(.user) \(.service)"'
	is 'true null false false' \
	    '"\(.idle_left > 850) \(.age_left) \(.warn) \(.held)"'
	run -0 ctl session token "$session" --json
	is "$session" .session
	second=$(jq -r .token <<< "$output")
	run --separate-stderr -1 ctl session check <<< "$first"
	says 'refused: no_session: '
	run -0 ctl session check <<< "$second"
	grep -qx 'user  *alice' <<< "$output"
	[[ $output != *reason* ]]
	# as a person types it
	run -0 at_terminal 'see=Session token: ' "type=$second\\r" see=alice -- \
	    session check
	[[ $output != *"$second"* ]]
	run --separate-stderr -2 ctl session check < /dev/null
	says 'a token is one line, and not empty'
	run --separate-stderr -1 ctl session check --json <<< "$second."
	is 'false no_session' '"\(.goes_on) \(.reason)"'
	run --separate-stderr -1 ctl session token no-such-session
	says 'there is no such session'
	# neither in the log nor in the store
	run ! grep -rqaF -e "${first#gs-}" -e "${second#gs-}" "$GATE"
}

@test "what was seen of the person counts as the configuration has it" {
	sign_in alice
	eventually idle_for 2
	run -0 ctl session check --id "$session" --json
	is true '.idle_left <= 898'
	run -0 ctl session check --id "$session" --activity request --json
	is true '.idle_left <= 898'
	run -0 ctl session check --id "$session" --activity input --age 999999 \
	    --json
	is true '.idle_left <= 898'
	run -0 ctl session check --id "$session" --activity navigation --json
	is 900 .idle_left
	eventually idle_for 2
	run -0 ctl session check --id "$session" --activity input --age 1500 \
	    --json
	is 898 .idle_left
	run -0 ctl session check --id "$session" --activity input --json
	is 900 .idle_left
	gate_set idle activity request
	run -0 ctl reload
	eventually idle_for 2
	run -0 ctl session check --id "$session" --activity request --json
	is 900 .idle_left
	run --separate-stderr -2 ctl session check --id x --activity sleep
	says 'must be request, navigation or input'
	run --separate-stderr -2 ctl session check --id x --age 5
	says -- '--age goes with --activity input'
	run --separate-stderr -2 ctl session check --id x --activity input \
	    --age -5
	says 'must be milliseconds'
}

nobody_left() {
	[ "$(users)" = "" ]
}

is_over() {
	ctl session check --id "$session" > "$BATS_TEST_TMPDIR/over" 2>&1
	[ $? -eq 1 ]
}

@test "a session that is over is refused" {
	gate_set idle limit 2s
	run -0 ctl reload
	sign_in alice
	eventually is_over
	grep -qE 'refused: (session_idle|no_session): ' "$BATS_TEST_TMPDIR/over"
	run --separate-stderr -1 ctl session hold "$session"
	says 'refused: '
	eventually nobody_left
	run -0 ctl session show "$session" --json
	is idle .end_reason
}

@test "watch: one look, and look after look" {
	sign_in alice
	sign_in bob
	sign_in carol portal 192.0.2.8 acct_mgmt
	run -0 ctl session hold --user bob
	run -0 ctl session watch --once
	[ "$(head -1 <<< "$output" | xargs)" = \
	    "TIME USER SERVICE ADDRESS IDLE LEFT HELD ID" ]
	# the one that is not held ends first; carol has not opened hers
	[ "$(awk 'NR > 1 { print $2, $7 }' <<< "$output" | paste -sd ,)" = \
	    "alice -,bob yes" ]
	run -0 ctl session watch --once --json --held
	[ "$(wc -l <<< "$output")" -eq 1 ]
	is 'bob true' '"\(.sessions[0].user) \(.sessions[0].held)"'
	is 1 '.sessions | length'
	# each look is out at once
	run -0 bash -c '"$0" --socket "$1" session watch --json --user alice |
	    head -n 2' "$BUILD/gatehousectl" "$GATE/gate.sock"
	[ "$(jq -r '.sessions[].user' <<< "$output" | paste -sd ,)" = alice,alice ]
	run --separate-stderr -2 ctl session watch --interval 0s
	says 'must be 1s to 1h'
	gate_stop
	run -3 ctl session watch --once
}

@test "watch: at a terminal, until q, and it is given back" {
	local enter=$'\e[?1049h' leave=$'\e[?1049l'
	sign_in alice
	sign_in bob
	run -0 at_terminal 'see=sessions: 2  held: 0' see=alice see=bob \
	    "run=$BUILD/gatehousectl --socket $GATE/gate.sock session end \
	    --user bob" 'see=sessions: 1' type=q -- session watch
	[[ $output = "$enter"*"$leave" ]]
	for step in 'type=\x03' signal=TERM signal=HUP; do
		run -0 at_terminal see=alice "$step" -- session watch
		[[ $output = *"$leave" ]]
	done
	# no more than fits: three lines are the head, the columns and alice
	run -0 at_terminal size=5x14 see=alice type=q -- session watch
	[ "$(sed 's/\x1b\[[0-9;?]*[A-Za-z]//g; s/\r//' <<< "$output" |
	    awk 'length > 14' | wc -l)" -eq 0 ]
	[ "$(grep -c 'SERVICE' <<< "$output")" -ge 1 ]
	run ! grep -q 'ID' <<< "$output"
	# stopped, it gives the terminal back; and takes it again
	run -0 at_terminal see=alice 'type=\x1a' "see=$leave" signal=CONT \
	    "see=$enter" see=alice type=q -- session watch
	[[ $output = *"$leave" ]]
	# it waits for a gate that is started anew
	run -0 at_terminal size=24x200 see=alice "run=kill -KILL $GATE_PID" \
	    'see=does gatehoused run?' type=q -- session watch
	[[ $output = *"$leave" ]]
}
