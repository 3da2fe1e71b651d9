#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a portal asks about a session: whether it goes on, by its id or its
# token, and what of what the portal has seen counts as activity.

bats_require_minimum_version 1.5.0

NONE=0 REQUEST=1 NAVIGATION=2 INPUT=3
HOUR=3600000

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
}

teardown() {
	gate_stop KILL
	tail -q -n 5 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# told ID FIELD [SETTING...]: what a check says.
told() {
	goes_on "$1" "${@:3}" | of "$2"
}

# rest ID: until the session has been idle for 20 ms.
rest() {
	local tries
	for tries in $(seq 100); do
		[ "$(told "$1" idle_left)" -gt $((HOUR - 20)) ] || return 0
	done
	echo "$1 is not idle (try $tries)"
	return 1
}

# counts ID SETTING... / ignored ID SETTING...: whether it does; nothing else
# brings the time that is left back to the limit.
counts() {
	rest "$1"
	[ "$(told "$1" idle_left "${@:2}")" -eq "$HOUR" ]
}

ignored() {
	rest "$1"
	[ "$(told "$1" idle_left "${@:2}")" -lt "$HOUR" ]
}

# refused REASON COMMAND...
refused() {
	run -1 "${@:2}"
	[ "$(of outcome <<< "$output")" -eq 1 ]
	[ "$(of reason <<< "$output")" = "$1" ]
}

# bad ERROR COMMAND...: of lib/error.h.
bad() {
	run -1 "${@:2}"
	[ "$(of error <<< "$output")" = "$1" ]
}

@test "a session goes on, by its id and by its token" {
	gate_with idle limit 1h session max_age 2h
	id=$(open alice)
	token=$(token "$id")
	[[ $token =~ ^gs-[A-Za-z0-9_-]{43}$ ]]
	for key in "$id" "$token"; do
		run -0 goes_on "$key"
		[ "$(of session <<< "$output")" = "$id" ]
		[ "$(of user <<< "$output")" = alice ]
		[ "$(of service <<< "$output")" = portal ]
		[ "$(of warn <<< "$output")" = 0 ]
		[ "$(of held <<< "$output")" = 0 ]
		left=$(of idle_left <<< "$output")
		[ "$left" -le "$HOUR" ] && [ "$left" -gt $((HOUR - 60000)) ]
		left=$(of age_left <<< "$output")
		[ "$left" -le $((2 * HOUR)) ] &&
			[ "$left" -gt $((2 * HOUR - 60000)) ]
	done
	refused no_session goes_on "${id}0"
	refused no_session goes_on ''
}

@test "without limits nothing is left of them" {
	gate_with idle limit 0s
	id=$(open alice)
	run -0 goes_on "$id" activity=$INPUT age=0
	[[ $output != *idle_left* && $output != *age_left* ]]
	run -0 ask show session="$id"
	[[ $output != *idle_left* && $output != *idle_limit* ]]
	[[ $output == *' idle='* ]]
}

@test "what counts is up to [idle] activity" {
	gate_with idle limit 1h idle activity navigation
	id=$(open alice)
	ignored "$id"
	ignored "$id" activity=$NONE
	ignored "$id" activity=$REQUEST
	counts "$id" activity=$NAVIGATION
	counts "$id" activity=$INPUT age=0
	gate_set idle activity request
	ctl reload
	ignored "$id" activity=$NONE
	counts "$id" activity=$REQUEST
	counts "$id" activity=$NAVIGATION
	counts "$id" activity=$INPUT age=0
	gate_set idle activity input
	ctl reload
	ignored "$id" activity=$REQUEST
	ignored "$id" activity=$NAVIGATION
	counts "$id" activity=$INPUT age=0
}

@test "a service has rules of its own" {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_service api
	gate_with idle limit 1h idle activity input
	printf '[service api]\nactivity = request\n[service portal]\n' \
	    >> "$GATE/gatehouse.conf"
	ctl reload
	portal=$(open alice)
	api=$(SERVICE=api open alice)
	counts "$api" activity=$REQUEST
	ignored "$portal" activity=$REQUEST
	ignored "$portal" activity=$NAVIGATION
	printf 'activity = navigation\n' >> "$GATE/gatehouse.conf"
	ctl reload
	ignored "$portal" activity=$REQUEST
	counts "$portal" activity=$NAVIGATION
	counts "$(token "$portal")" activity=$NAVIGATION
}

@test "input was between the last activity and now, whatever it says" {
	gate_with idle limit 1h idle activity input
	id=$(open alice)
	rest "$id"
	[ "$(told "$id" idle_left activity=$INPUT age=7)" -eq $((HOUR - 7)) ]
	for age in '' -- -1 +1 1.5 1e0 ' 1' '1 ' 0x1 1s \
	    9223372036854775808 99999999999999999999999999999999999; do
		ignored "$id" activity=$INPUT age="$age" || {
			echo "counts: '$age'"
			return 1
		}
	done
	ignored "$id" activity=$INPUT
	# of before: nothing has happened since
	for age in 3600000 9223372036854775807 0000000099999999; do
		before=$(ask show session="$id" | head -n 1 | of idle)
		[ "$(told "$id" idle_left activity=$INPUT age=$age)" -le \
		    $((HOUR - before)) ]
	done
	counts "$id" activity=$INPUT age=000
}

@test "idle: refused from that moment on, and nothing brings it back" {
	gate_with idle limit 1s idle activity request
	id=$(open alice)
	token=$(token "$id")
	began=$(milliseconds)
	last=$began
	# for as long as somebody is there, unless this machine is too busy
	while [ $((last - began)) -lt 2500 ]; do
		now=$(milliseconds)
		goes_on "$id" activity=$REQUEST || break
		last=$now
	done
	[ $((last - began)) -ge 2500 ] || [ $((now - last)) -ge 950 ]
	while goes_on "$token"; do
		sleep 0.05
	done > /dev/null
	[ $(($(milliseconds) - last)) -ge 950 ]
	for key in "$id" "$token"; do
		for evidence in $NONE $REQUEST $NAVIGATION $INPUT; do
			run -1 goes_on "$key" activity=$evidence age=0
			[[ $(of reason <<< "$output") =~ \
			    ^(session_idle|no_session)$ ]]
		done
	done
	until [ "$(ask show session="$id" | head -n 1 | of state)" = ended ]; do
		sleep 0.05
	done
	[ "$(ask show session="$id" | head -n 1 | of end_reason)" = idle ]
	refused no_session goes_on "$id"
	refused no_session goes_on "$token"
	refused no_session goes_on "$id" activity=$INPUT age=0
}

@test "the absolute end is one, however active" {
	gate_with idle limit 1h idle activity request session max_age 2s
	id=$(open alice)
	began=$(milliseconds)
	while run goes_on "$id" activity=$REQUEST && [ "$status" -eq 0 ]; do
		[ $(($(milliseconds) - began)) -lt 60000 ]
		[ "$(of age_left <<< "$output")" -le 2000 ]
	done
	[[ $(of reason <<< "$output") =~ ^(session_over|no_session)$ ]]
	[ $(($(milliseconds) - began)) -ge 1900 ]
}

@test "the person is warned before, by half the limit at the most" {
	gate_with idle limit 2s idle warn 1m
	id=$(open alice)
	seen=
	while run goes_on "$id" && [ "$status" -eq 0 ]; do
		left=$(of idle_left <<< "$output")
		warn=$(of warn <<< "$output")
		[ "$warn" -eq $((left <= 1000)) ]
		seen+=$warn
	done
	[[ $seen =~ ^0*1*$ ]]
	gate_set idle limit 1h
	gate_set idle warn 0s
	gate_set session max_age 2s
	ctl reload
	id=$(open alice)
	while run goes_on "$id" && [ "$status" -eq 0 ]; do
		[ "$(of warn <<< "$output")" -eq 0 ]
	done
}

@test "a token is good until there is another, or the session is over" {
	gate_with idle limit 1h
	id=$(open alice)
	other=$(open alice)
	first=$(token "$id")
	second=$(token "$id")
	theirs=$(token "$other")
	refused no_session goes_on "$first"
	[ "$(told "$second" session)" = "$id" ]
	[ "$(told "$theirs" session)" = "$other" ]
	restart KILL
	refused no_session goes_on "$first"
	[ "$(told "$second" session)" = "$id" ]
	[ "$(told "$theirs" session)" = "$other" ]
	# only its hash is kept, and nobody is told it again
	gate_stop
	for token in "$first" "$second" "$theirs"; do
		run -1 grep -rqaF "${token#gs-}" "$GATE"
	done
	gate_start
	[ "$(told "$second" session)" = "$id" ]
	[ "$(audited session_token ".session == \"$id\"")" -eq 2 ]
	ask end session="$id"
	refused no_session goes_on "$second"
	refused no_session ask token session="$id"
	bad -11 ask token session=none
	restart
	refused no_session goes_on "$second"
	[ "$(told "$theirs" session)" = "$other" ]
}

@test "what is nearly a token is none" {
	gate_with idle limit 1h
	token=$(token "$(open alice)")
	for at in $(seq 0 $((${#token} - 1))); do
		character=${token:at:1}
		# one bit: the least of each
		printf -v changed "\\$(printf %o $(($(printf %d "'$character") ^ 1)))"
		[ "$changed" != "$character" ]
		refused no_session ask check \
		    token="${token:0:at}$changed${token:at+1}"
	done
	for wrong in "${token}x" "${token%?}" "gt-${token#gs-}" \
	    "${token#gs-}" gs- ' ' "$token " "$(printf 'gs-%043d' 0)" \
	    "$(printf '%0100000d' 0)"; do
		refused no_session ask check token="$wrong"
	done
	goes_on "$token"
}

@test "of two tokens at once the same one is good before and after a restart" {
	gate_with idle limit 1h
	id=$(open alice)
	for i in 1 2 3 4 5 6; do
		token "$id" > "$BATS_TEST_TMPDIR/token$i" &
	done
	wait $(jobs -p | grep -vx "$GATE_PID")
	good() {
		local i
		for i in 1 2 3 4 5 6; do
			run goes_on "$(< "$BATS_TEST_TMPDIR/token$i")"
			[ "$status" -ne 0 ] || echo "$i"
		done
	}
	before=$(good)
	[[ $before =~ ^[1-6]$ ]]
	restart KILL
	[ "$(good)" = "$before" ]
}

@test "what is not asked properly is not guessed" {
	gate_with idle limit 1h
	id=$(open alice)
	token=$(token "$id")
	bad -5 ask check
	bad -5 ask check session="$id" token="$token"
	for evidence in 4 -1 255 9223372036854775807; do
		bad -5 ask check session="$id" activity=$evidence
	done
	bad -5 ask token
	bad -5 ask token token="$token"
}

@test "neither a check nor a refusal fills the log" {
	gate_with idle limit 1h
	id=$(open alice)
	token=$(token "$id")
	before=$(wc -l < "$GATE/audit.log")
	goes_on "$id" activity=$NAVIGATION
	goes_on "$token"
	refused no_session goes_on none
	refused no_session ask check token=gs-none
	[ "$(wc -l < "$GATE/audit.log")" -eq "$before" ]
	run -1 grep -v 'debug: ' <(sed 1,/ready/d "$GATE/daemon.log")
}

@test "whoever has no right learns of his own, and is not believed" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	gate_with idle limit 1h idle activity request users allow_system yes
	nobody=$(id -un 65534)
	id=$(open alice)
	token=$(token "$id")
	own=$(open "$nobody")
	# by the token of somebody: whoever has it was given it
	run -0 as_nobody check token="$token"
	[ "$(of session <<< "$output")" = "$id" ]
	# by the id: as if it was not there, and no word why
	run -1 as_nobody check session="$id"
	theirs=$output
	run -1 as_nobody check session=none
	[ "$output" = "$theirs" ]
	[ "$output" = 'result outcome=1' ]
	run -0 as_nobody check session="$own"
	[ "$(of user <<< "$output")" = "$nobody" ]
	# what he says he has seen
	for evidence in $REQUEST $NAVIGATION $INPUT; do
		rest "$own"
		run -0 as_nobody check session="$own" activity=$evidence age=0
		[ "$(of idle_left <<< "$output")" -lt "$HOUR" ]
		rest "$id"
		run -0 as_nobody check token="$token" activity=$evidence age=0
		[ "$(of idle_left <<< "$output")" -lt "$HOUR" ]
	done
	# his own token, and nobody else's
	run -0 as_nobody token session="$own"
	run -0 goes_on "$(of token <<< "$output")"
	[ "$(of session <<< "$output")" = "$own" ]
	bad -11 as_nobody token session="$id"
	theirs=$output
	bad -11 as_nobody token session=none
	[ "$output" = "$theirs" ]
	goes_on "$token"
	# an administrator who may not sign people in is not given one either
	gate_set peers admin "$nobody"
	ctl reload
	bad -11 as_nobody token session="$id"
	run -0 as_nobody check session="$id" activity=$REQUEST
	[ "$(of idle_left <<< "$output")" -eq "$HOUR" ]
	gate_set peers login "$nobody"
	gate_set peers admin ''
	sed -i '/^admin = $/d' "$GATE/gatehouse.conf"
	ctl reload
	run -0 as_nobody token session="$id"
	refused no_session goes_on "$token"
}

@test "a storm of touches: each is answered, whatever happens meanwhile" {
	gate_with idle limit 1h idle activity request
	for i in $(seq 20); do
		open "user$i"
	done > "$BATS_TEST_TMPDIR/ids"
	while read -r id; do
		token "$id"
	done < "$BATS_TEST_TMPDIR/ids" > "$BATS_TEST_TMPDIR/tokens"
	cat "$BATS_TEST_TMPDIR/ids" "$BATS_TEST_TMPDIR/tokens" \
	    > "$BATS_TEST_TMPDIR/keys"
	"$BUILD/tests/session_client" "$GATE/gate.sock" time 5000 8 \
	    activity=$REQUEST < "$BATS_TEST_TMPDIR/keys" \
	    > "$BATS_TEST_TMPDIR/storm" 3>&- &
	storm=$!
	for i in $(seq 20); do
		ask end user="user$i"
		ask list > /dev/null
		[ $((i % 7)) -ne 0 ] || ctl reload
	done
	wait "$storm"
	cat "$BATS_TEST_TMPDIR/storm"
	[[ $(< "$BATS_TEST_TMPDIR/storm") == 'checks 40000 '* ]]
	while read -r key; do
		refused no_session goes_on "$key" activity=$REQUEST
	done < "$BATS_TEST_TMPDIR/keys"
}
