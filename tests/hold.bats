#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Holds: leases by which a call system keeps a session from idling out, and
# what becomes of them when it dies, or the daemon does.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
}

teardown() {
	gate_stop KILL
	! mountpoint -q "$GATE/disk" || umount "$GATE/disk"
	tail -q -n 5 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# take ID LABEL [SETTING...]
take() {
	ask take session="$1" label="$2" "${@:3}"
}

# refused REASON COMMAND... / bad ERROR COMMAND...: as lib/error.h has it.
refused() {
	run -1 "${@:2}"
	[ "$(of outcome <<< "$output")" -eq 1 ]
	[ "$(of reason <<< "$output")" = "$1" ]
}

bad() {
	run -1 "${@:2}"
	[ "$(of error <<< "$output")" = "$1" ]
}

# until_refused ID: how long it went on, in ms, since FROM.
until_refused() {
	while goes_on "$1" > /dev/null; do
		sleep 0.05
	done
	echo $(($(milliseconds) - ${FROM:?}))
}

@test "a session goes on while it is held, and its limit longer" {
	gate_with idle limit 1s
	id=$(open alice)
	take "$id" 'call 1' lease=60000
	FROM=$(milliseconds)
	while [ $(($(milliseconds) - FROM)) -lt 2500 ]; do
		run -0 goes_on "$id"
		[ "$(of held <<< "$output")" = 1 ]
		[ "$(of idle_left <<< "$output")" -eq 1000 ]
	done
	[ "$(ask show session="$id" | head -n 1 | of held)" = 1 ]
	FROM=$(milliseconds)
	run -0 ask release session="$id" label='call 1'
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(until_refused "$id")" -ge 950 ]
}

@test "the lease of a holder that died runs out" {
	gate_with idle limit 1s
	id=$(open alice)
	FROM=$(milliseconds)
	run -0 take "$id" 'call 1' lease=1500
	[ "$(of lease <<< "$output")" -eq 1500 ]
	[ "$(until_refused "$id")" -ge 2450 ]
	until [ "$(ask show session="$id" | head -n 1 | of state)" = ended ]; do
		sleep 0.05
	done
	[ "$(ask show session="$id" | head -n 1 | of end_reason)" = idle ]
	refused no_session take "$id" 'call 1'
	[ "$(ask holds)" = 'result outcome=0' ]
}

@test "a hold is not kept beyond the absolute end" {
	gate_with idle limit 1h session max_age 2s
	id=$(open alice)
	FROM=$(milliseconds)
	run -0 take "$id" 'call 1'
	[ "$(of lease <<< "$output")" -le 2000 ]
	[ "$(until_refused "$id")" -lt 60000 ]
	run -1 take "$id" 'call 1'
	[[ $(of reason <<< "$output") =~ ^(session_over|no_session)$ ]]
}

@test "a hold is on record when it is taken and released, not when renewed" {
	gate_with idle limit 1h
	id=$(open alice)
	for i in 1 2 3 4; do
		take "$id" 'call 1'
	done
	take "$id" 'call 2'
	[ "$(audited hold_take ".session == \"$id\" and .user == \"alice\"")" \
	    -eq 2 ]
	[ "$(decision detail)" = "\"call 2\" of $(id -un), 60 s" ]
	[ "$(ask holds | grep -c '^row ')" -eq 2 ]
	ask release session="$id" label='call 1'
	[ "$(audited hold_release)" -eq 1 ]
	[[ $(decision detail) == "\"call 1\" of $(id -un), "*' s' ]]
	[ "$(ask holds | grep -c '^row ')" -eq 1 ]
	# there is none to release
	run -0 ask release session="$id" label='call 1'
	[ "$(of count <<< "$output")" -eq 0 ]
	[ "$(audited hold_release)" -eq 1 ]
	run -0 ask release session=none label='call 2'
	[ "$(of count <<< "$output")" -eq 0 ]
	# what ran out is taken anew
	take "$id" 'call 3' lease=1
	until [ "$(ask holds | grep -c '^row ')" -eq 1 ]; do
		:
	done
	take "$id" 'call 3' lease=1000
	[ "$(audited hold_take '.detail | contains("call 3")')" -eq 2 ]
}

@test "a lease is what is asked for, and at most [hold] lease" {
	gate_with idle limit 1h hold lease 30s
	id=$(open alice)
	for lease in 1 29999 30000; do
		run -0 take "$id" call lease=$lease
		[ "$(of lease <<< "$output")" -eq $lease ]
	done
	for lease in 30001 9223372036854775807; do
		run -0 take "$id" call lease=$lease
		[ "$(of lease <<< "$output")" -eq 30000 ]
	done
	run -0 take "$id" call
	[ "$(of lease <<< "$output")" -eq 30000 ]
	for lease in 0 -1 -9223372036854775808; do
		bad -2 take "$id" call lease=$lease
	done
}

@test "a label is one line that can be read" {
	gate_with idle limit 1h
	id=$(open alice)
	bad -2 ask take session="$id"
	bad -2 ask release session="$id"
	for label in '' $'a\nb' $'\t' $'a\033[2J' $'a\177' $'\377' $'\303' \
	    "$(printf '%064d' 0)" "$(printf '%0100000d' 0)"; do
		bad -2 take "$id" "$label"
	done
	[ "$(ask holds)" = 'result outcome=0' ]
	take "$id" "$(printf '%063d' 0)"
	take "$id" 'Anruf für Zoë'
	take "$id" "a'; DROP TABLE hold; --"
	[ "$(ask holds session="$id" | grep -c '^row ')" -eq 3 ]
}

@test "a session has no more than 16 holds at a time" {
	gate_with idle limit 1h
	id=$(open alice)
	for i in $(seq 16); do
		take "$id" "call $i"
	done
	refused too_many_holds take "$id" 'call 17'
	# of those it has, each is renewed
	take "$id" 'call 16'
	ask release session="$id" label='call 3'
	take "$id" 'call 17'
	refused too_many_holds take "$id" 'call 18'
	restart KILL
	[ "$(ask holds | grep -c '^row ')" -eq 16 ]
	refused too_many_holds take "$id" 'call 18'
}

@test "all of a user's sessions are held and released, and nobody else's" {
	gate_with idle limit 1h
	for i in $(seq 40); do
		open alice
	done > "$BATS_TEST_TMPDIR/ids"
	other=$(open bob)
	run -0 ask take user=alice label=call
	[ "$(of count <<< "$output")" -eq 40 ]
	[ "$(ask holds | grep '^row ' | of user | sort -u)" = alice ]
	diff <(ask holds | grep -oE ' session=[^ ]*' | cut -d= -f2 | sort) \
	    <(sort "$BATS_TEST_TMPDIR/ids")
	[ "$(goes_on "$other" | of held)" = 0 ]
	# one of them is released, another ends: the rest goes on
	first=$(sed -n 1p "$BATS_TEST_TMPDIR/ids")
	ask release session="$first" label=call
	ask end session="$(sed -n 2p "$BATS_TEST_TMPDIR/ids")"
	run -0 ask take user=alice label=call
	[ "$(of count <<< "$output")" -eq 39 ]
	[ "$(audited hold_take)" -eq 41 ]
	run -0 ask release user=alice label=call
	[ "$(of count <<< "$output")" -eq 39 ]
	[ "$(ask holds)" = 'result outcome=0' ]
	refused no_session ask take user=carol label=call
	bad -5 ask take user=alice session="$other" label=call
	bad -5 ask take label=call
}

@test "who is not there, or has ended, is not held" {
	gate_with idle limit 1h
	id=$(open alice)
	refused no_session take none call
	refused no_session take '' call
	bad -2 take "$(printf '%0100d' 0)" call
	take "$id" call
	ask end session="$id"
	refused no_session take "$id" call
	[ "$(ask holds)" = 'result outcome=0' ]
	restart
	[ "$(ask holds)" = 'result outcome=0' ]
	refused no_session take "$id" call
}

@test "a restart ends no call" {
	gate_with idle limit 2s
	id=$(open alice)
	take "$id" 'call 1' lease=60000
	taken=$(milliseconds)
	gate_stop KILL
	sleep 2.5
	gate_start
	run -0 goes_on "$id"
	[ "$(of held <<< "$output")" = 1 ]
	run -0 ask holds
	[[ $output == "row session=$id user=alice service=portal holder=$(id -un) label=call 1 "* ]]
	[ "$(grep '^row' <<< "$output" | of taken)" -ge 2400 ]
	[ "$(grep '^row' <<< "$output" | of left)" -le \
	    $((60000 - $(milliseconds) + taken + 1000)) ]
	FROM=$(milliseconds)
	ask release session="$id" label='call 1'
	[ "$(until_refused "$id")" -ge 1950 ]
}

@test "a hold has an end, also over a restart, until the person is back" {
	gate_with idle limit 1h idle activity request
	id=$(open alice)
	take "$id" 'call 1' lease=1000
	gate_stop
	# [hold] max is a minute at the least: this one has had it
	sqlite3 "$GATE/gate.db" 'UPDATE hold SET ends = until'
	gate_start
	until [ "$(goes_on "$id" | of held)" = 0 ]; do
		sleep 0.05
	done
	refused hold_over take "$id" 'call 1'
	refused hold_over take "$id" 'call 1'
	[ "$(decision reason)" = hold_over ]
	# another's is another one
	take "$id" 'call 2' lease=1
	goes_on "$id" activity=1
	run -0 take "$id" 'call 1'
	[ "$(of lease <<< "$output")" -eq 60000 ]
}

@test "of many that ran out, those that run are there after a restart" {
	gate_with idle limit 1h
	id=$(open alice)
	for i in $(seq 20); do
		take "$id" "call $i" lease=1
	done
	take "$id" 'zz' lease=60000
	restart
	[ "$(ask holds | grep -c '^row ')" -eq 1 ]
	[ "$(goes_on "$id" | of held)" = 1 ]
}

@test "whoever has no right holds nobody, and whoever has it his own" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	nobody=$(id -un 65534)
	gate_with idle limit 1h
	id=$(open alice)
	for verb in "take session=$id label=x" "release session=$id label=x" \
	    "take user=alice label=x" holds; do
		bad -17 as_nobody $verb
		[ "$(decision reason)" = peer_not_allowed ]
		[ "$(decision peer_uid)" -eq 65534 ]
	done
	# not even who signs people in
	gate_set peers login "$nobody"
	ctl reload
	bad -17 as_nobody take session="$id" label=x
	gate_set peers hold "$nobody"
	ctl reload
	take "$id" x
	run -0 as_nobody take session="$id" label=x
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(decision detail)" = "\"x\" of $nobody, 60 s" ]
	# two holds, of which each sees his own, and root both
	run -0 as_nobody holds
	[ "$(grep -c '^row ' <<< "$output")" -eq 1 ]
	[ "$(grep '^row ' <<< "$output" | of holder)" = "$nobody" ]
	[ "$(ask holds | grep -c '^row ')" -eq 2 ]
	bad -17 as_nobody release session="$id" label=x holder=root
	[ "$(decision reason)" = peer_not_allowed ]
	bad -17 as_nobody release user=alice label=x holder=root
	run -0 as_nobody release session="$id" label=x holder="$nobody"
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(ask holds | grep '^row ' | of holder)" = root ]
	as_nobody take session="$id" label=x
	run -0 ask release session="$id" label=x holder="$nobody"
	[ "$(of count <<< "$output")" -eq 1 ]
	[ "$(ask holds | grep '^row ' | of holder)" = root ]
	# a holder is told why, a hold is all that he may
	refused no_session as_nobody take session=none label=x
	bad -17 as_nobody end all=1
}

@test "a hold that cannot be put on record is none, one that runs goes on" {
	[ "$EUID" -eq 0 ] || skip 'needs root: mounts a small disk'
	mkdir -p "$BATS_TEST_TMPDIR/gate/disk"
	mount -t tmpfs -o size=2m tmpfs "$BATS_TEST_TMPDIR/gate/disk" ||
		skip 'no mounts here'
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_with idle limit 1h store path "$BATS_TEST_TMPDIR/gate/disk/gate.db"
	id=$(open alice)
	other=$(open bob)
	take "$id" 'call 1'
	cat /dev/zero > "$GATE/disk/full" || true
	for i in $(seq 200); do
		run take "$id" "new $i" lease=60000
		[ "$status" -eq 0 ] || break
		ask release session="$id" label="new $i" || true
	done
	bad -10 take "$other" 'new'
	run -0 goes_on "$other"
	[ "$(of held <<< "$output")" = 0 ]
	take "$id" 'call 1'
	run -0 goes_on "$id"
	[ "$(of held <<< "$output")" = 1 ]
	rm "$GATE/disk/full"
	[ "$(ask holds session="$other")" = 'result outcome=0' ]
	take "$other" 'new'
}
