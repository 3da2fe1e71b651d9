#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sessions that somebody ends: one, all of a user, all; while others begin,
# twice at once, and by whom.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
}

teardown() {
	gate_stop KILL
	tail -q -n 5 "$GATE/daemon.log" "$GATE/audit.log" || true
}

bad() {
	run -1 "${@:2}"
	[ "$(of error <<< "$output")" = "$1" ]
}

# listed [SETTING...]: how many sessions there are.
listed() {
	ask list "$@" | grep -c '^row ' || true
}

# ended_once: each session that ended is in the audit log, no more than once.
ended_once() {
	jq -r 'select(.verb == "session_end") | .session // empty' \
	    "$GATE/audit.log" |
		sort > "$BATS_TEST_TMPDIR/audited"
	[ -z "$(uniq -d "$BATS_TEST_TMPDIR/audited")" ]
	ask list all=1 | grep -E ' state=ended ' |
		grep -oE ' session=[^ ]*' | cut -d= -f2 | sort |
		diff - "$BATS_TEST_TMPDIR/audited"
}

@test "one ends, and no other" {
	gate_with
	id=$(open alice)
	other=$(open alice)
	run -0 ask end session="$id"
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(of state <<< "$output")" = complete ]
	run -1 goes_on "$id"
	goes_on "$other"
	[ "$(ask show session="$id" | head -n 1 | of end_reason)" = \
	    administrator ]
	bad -12 ask end session="$id"
	bad -11 ask end session=none
	ended_once
}

@test "all of a user end at once, and no other's" {
	gate_with session without_login allow
	ids=()
	for i in 1 2 3 4 5; do
		ids+=("$(open alice)")
	done
	other=$(open bob)
	# a sign-in that was not opened counts too
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice -i rhost=192.0.2.7 \
	    -a "$(response alice)" portal authenticate
	run -0 ask end user=alice
	[ "$(of count <<< "$output")" -eq 6 ]
	[ "$(of state <<< "$output")" = complete ]
	for id in "${ids[@]}"; do
		run -1 goes_on "$id"
	done
	goes_on "$other"
	[ "$(listed)" -eq 1 ]
	run -0 ask end user=alice
	[ "$(of count <<< "$output")" -eq 0 ]
	run -0 ask end user=nobody-of-that-name
	[ "$(of count <<< "$output")" -eq 0 ]
	ended_once
	[ "$(jq -r 'select(.verb == "session_end") | .detail' \
	    "$GATE/audit.log" | sort -u)" = administrator ]
}

@test "all end, in batches, and are ended after a restart" {
	gate_with
	open alice -t 8 -n 50 > /dev/null
	[ "$(listed)" -eq 400 ]
	run -0 ask end all=1
	[ "$(of count <<< "$output")" -eq 400 ]
	[ "$(listed)" -eq 0 ]
	ended_once
	restart KILL
	[ "$(listed)" -eq 0 ]
	run -0 ask end all=1
	[ "$(of count <<< "$output")" -eq 0 ]
}

@test "all end while others begin: those that were there, and nothing twice" {
	gate_with
	# whoever opens them is not hung up when all that it had have ended
	sed -i '/^session/s/$/ detached/' "$GATE/pam.d/portal"
	open alice -t 4 -n 25 > "$BATS_TEST_TMPDIR/before"
	open bob -t 4 -n 50 > "$BATS_TEST_TMPDIR/meanwhile" 3>&- &
	opening=$!
	sum=0
	while kill -0 "$opening" 2> /dev/null; do
		run -0 ask end all=1
		sum=$((sum + $(of count <<< "$output")))
		while read -r id; do
			run -1 goes_on "$id"
		done < <(sort -R "$BATS_TEST_TMPDIR/before" | head -n 3)
	done
	wait "$opening"
	run -0 ask end all=1
	sum=$((sum + $(of count <<< "$output")))
	[ "$sum" -eq 300 ]
	[ "$(listed)" -eq 0 ]
	ended_once
}

@test "two who end all at once end each once" {
	gate_with
	open alice -t 8 -n 50 > /dev/null
	for i in 1 2 3; do
		ask end all=1 > "$BATS_TEST_TMPDIR/end$i" 3>&- &
	done
	ask end user=alice > "$BATS_TEST_TMPDIR/end4"
	wait $(jobs -p | grep -vx "$GATE_PID")
	sum=0
	for i in 1 2 3 4; do
		sum=$((sum + $(of count < "$BATS_TEST_TMPDIR/end$i")))
	done
	[ "$sum" -eq 400 ]
	ended_once
}

@test "processes are hung up, and only after all is on record" {
	gate_with idle grace 2s
	for i in 1 2 3; do
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
		    -i rhost=192.0.2.7 portal open_session hold \
		    > "$BATS_TEST_TMPDIR/held$i" 3>&- &
	done
	# one that will not go
	(trap '' HUP TERM
	exec "$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
	    -i rhost=192.0.2.7 portal open_session hold) \
	    > "$BATS_TEST_TMPDIR/held4" 3>&- &
	# one that holds several, which are not all in one batch
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice -i rhost=192.0.2.7 \
	    -t 8 portal open_session hold > "$BATS_TEST_TMPDIR/held5" 3>&- &
	for i in 1 2 3 4; do
		until grep -q '^held: .' "$BATS_TEST_TMPDIR/held$i"; do
			sleep 0.05
		done
	done
	until [ "$(grep -c 'held: .' "$BATS_TEST_TMPDIR/held5")" -eq 8 ]; do
		sleep 0.05
	done
	open bob -t 4 -n 100 > "$BATS_TEST_TMPDIR/others"
	ask end all=1 > "$BATS_TEST_TMPDIR/ended" 3>&- &
	ending=$!
	# long before the last process is gone nobody is let in any more
	while [ "$(listed)" -gt 0 ]; do
		sleep 0.05
	done
	kill -0 "$ending"
	run -1 goes_on "$(tail -n 1 "$BATS_TEST_TMPDIR/others")"
	wait "$ending"
	[ "$(of state < "$BATS_TEST_TMPDIR/ended")" = complete ]
	[ "$(of count < "$BATS_TEST_TMPDIR/ended")" -eq 412 ]
	for pid in $(jobs -p | grep -vx "$GATE_PID"); do
		run wait "$pid"
	done
	run -1 pgrep -f "$GATE/pam.d"
	ended_once
}

@test "what is meant is not guessed" {
	gate_with
	id=$(open alice)
	bad -5 ask end
	bad -5 ask end session="$id" user=alice
	bad -5 ask end session="$id" all=1
	bad -5 ask end user=alice all=1
	bad -5 ask end all=0
	goes_on "$id"
}

@test "whoever has no right closes no session that another process holds" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	gate_with users allow_system yes
	nobody=$(id -un 65534)
	alice=$(open alice)
	mine=$(open "$nobody")
	bad "" as_nobody close user="$nobody" service=portal session="$mine"
	[ "$(decision reason)" = peer_not_allowed ]
	[ "$(decision session)" = "$mine" ]
	goes_on "$mine"
	# nor does he hear anything of another's
	bad "" as_nobody close user=alice service=portal session="$alice"
	bad "" as_nobody close user="$nobody" service=portal session="$alice"
	[[ $output != *alice* ]]
	goes_on "$alice"
	# he may end it, with its process, and who signs people in may close it
	run -0 as_nobody end session="$mine"
	mine=$(open "$nobody")
	gate_set peers login "$nobody"
	ctl reload
	run -0 as_nobody close user="$nobody" service=portal session="$mine"
	[ "$(ask show session="$mine" | head -n 1 | of end_reason)" = closed ]
}

@test "whoever has no right ends his own" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	gate_with users allow_system yes
	nobody=$(id -un 65534)
	id=$(open alice)
	mine=$(open "$nobody")
	again=$(open "$nobody")
	bad -11 as_nobody end session="$id"
	for whose in user=alice all=1; do
		bad -17 as_nobody end "$whose"
		[ "$(decision reason)" = peer_not_allowed ]
		[ "$(decision peer_uid)" -eq 65534 ]
	done
	run -0 as_nobody end session="$mine"
	run -0 as_nobody end user="$nobody"
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(ask show session="$again" | head -n 1 | of end_reason)" = user ]
	goes_on "$id"
	# who signs people in ends them by what the sessions are closed with
	gate_set peers login "$nobody"
	ctl reload
	bad -17 as_nobody end all=1
	goes_on "$id"
	ended_once
}
