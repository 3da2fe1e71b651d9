#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2030,SC2031,SC2153 # what sessions.bash sets
#
# Sessions that live, while the daemon is killed, the disk is full, the clock
# jumps, the machine starts anew, or all of them are touched at once: none is
# lost, none ends twice, and none is kept alive by it.

bats_require_minimum_version 1.5.0
load fault.bash
load sessions.bash

HOUR=3600

# --- killed ---

@test "SIGKILL while people come: who was told of a session has it" {
	local round
	gate_start
	for round in 1 2 3; do
		paste <(seq -f "r${round}user%.0f" 60) \
		    <(sso "r${round}user%d" --count 60) > "$GATE/people"
		storm "$GATE/people" "$GATE_PID" open_session \
		    $((RANDOM % 40 + 10)) >> "$GATE/told"
		gate_stop KILL
		gate_start
	done
	# whom it was told is open is so, once, and can be worked with
	awk '/^granted/ { print $NF, "open -" }' "$GATE/told" | sort \
	    > "$GATE/granted"
	[ "$(wc -l < "$GATE/granted")" -ge 30 ]
	[ -z "$(comm -23 "$GATE/granted" <(sessions '.state == "open"'))" ]
	[ -z "$(sessions | cut -d ' ' -f 1 | uniq -d)" ]
	awk '{ print $1 }' "$GATE/granted" > "$GATE/ids"
	run -0 "$BUILD/tests/session_client" "$GATE/gate.sock" time 60 1 \
	    < "$GATE/ids"
	[[ $output == *" refused 0 "* ]]
	[ "$(ends_told)" -eq 0 ]
}

@test "SIGKILL: activity is as it was at most, and as it was on record at least" {
	local before
	gate_set idle limit 20s
	gate_start
	arrive alice
	before=$(kept "$ID")
	sleep 3
	touch_it "$ID"
	until_true kept_later "$ID" "$before"
	before=$(kept "$ID")
	active "$ID"
	local latest=$LATEST earliest=$EARLIEST
	gate_stop KILL
	gate_start
	[ "$(kept "$ID")" -eq "$before" ]
	active "$ID"
	[ "$EARLIEST" -le "$latest" ]
	[ "$LATEST" -ge "$earliest" ]
	# and the end is that of the last activity, not of the start
	until_true ended "$ID" idle
	[ "$(uptime_ms)" -ge $((earliest + 20000)) ]
	[ "$(ends_told idle)" -eq 1 ]
}

@test "SIGKILL before activity is on record: early, never late" {
	local start
	gate_start
	arrive alice
	start=$(kept "$ID")
	active "$ID"
	local latest=$LATEST
	sleep 1
	# of half an hour a minute is not worth a transaction
	touch_it "$ID"
	active "$ID"
	[ "$EARLIEST" -gt "$latest" ]
	gate_stop KILL
	gate_start
	[ "$(kept "$ID")" -eq "$start" ]
	active "$ID"
	[ "$EARLIEST" -le "$latest" ]
	goes_on "$ID"
}

@test "a clean stop puts all activity on record" {
	local start
	gate_start
	arrive alice
	start=$(kept "$ID")
	sleep 1
	touch_it "$ID"
	active "$ID"
	local latest=$LATEST earliest=$EARLIEST
	gate_stop
	[ "$(kept "$ID")" -gt "$start" ]
	gate_start
	active "$ID"
	[ "$EARLIEST" -le "$latest" ]
	[ "$LATEST" -ge "$earliest" ]
}

@test "over while the daemon was down: ended at the start, and never let in" {
	gate_set idle limit 2s
	gate_start
	arrive alice
	gate_stop KILL
	sleep 2.1
	# from the first answer on
	gate_start
	is_over "$ID"
	until_true ended "$ID" idle
	[ "$(ends_told idle)" -eq 1 ]
}

@test "SIGKILL while 300 sessions end: each is ended once" {
	gate_set idle limit 3s
	gate_start
	crowd 300
	until_true any_ended
	gate_stop KILL
	gate_start
	until_true all_ended 300 idle
	# what was ended before the kill may have missed the log, by a hair
	[ "$(ends_told idle)" -le 300 ]
	[ "$(sessions | wc -l)" -eq 300 ]
}

any_ended() {
	[ "$(count '.state == "ended"')" -gt 0 ]
}

# --- many at once ---

@test "500 sessions end in one second: all on record, and nobody waits for it" {
	gate_set idle limit 4s
	gate_start
	crowd 500
	until_true any_ended
	# somebody comes meanwhile
	is_in late "$(sso late)"
	until_true all_ended 500 idle
	[ "$(ends_told idle)" -eq 500 ]
	[ "$(status_of sessions_to_end)" -eq 0 ]
}

@test "touched by 8 at once, amid ends, reloads and lists: right to the end" {
	local lister reloader
	gate_set idle limit 2s
	gate_start
	crowd 100
	ctl session list --json | jq -r '.[].id' > "$GATE/ids"
	# half of them are left alone
	head -n 50 "$GATE/ids" > "$GATE/kept"
	while sleep 0.2; do ctl session list --all; done > "$GATE/lists" 2>&1 3>&- &
	lister=$!
	while sleep 0.3; do ctl reload; done > "$GATE/reloads" 2>&1 3>&- &
	reloader=$!
	LEADERS+=("$lister" "$reloader")
	touch_for 6
	# each was touched at least once a second
	[ "$(grep -Fc -f "$GATE/kept" <(sessions '.state == "open"'))" -eq 50 ]
	[ "$(grep -Fc -f <(tail -n 50 "$GATE/ids") \
	    <(sessions '.end_reason == "idle"'))" -eq 50 ]
	kill "$lister" "$reloader"
	[ -s "$GATE/lists" ]
	run ! grep -i error "$GATE/reloads"
	until_true all_ended 100 idle
	[ "$(ends_told idle)" -eq 100 ]
	kill -0 "$GATE_PID"
}

# touch_for SECONDS: by 8 threads, as often as they can, all in $GATE/kept.
touch_for() {
	local until=$((SECONDS + $1))
	while [ "$SECONDS" -lt "$until" ]; do
		"$BUILD/tests/session_client" "$GATE/gate.sock" time 500 8 \
		    activity=2 < "$GATE/kept" > "$GATE/touches"
		[[ $(cat "$GATE/touches") == *' refused 0 '* ]]
	done
}

# commits FILE: how many transactions a write-ahead log has taken: each ends
# with a frame that tells the size of the database. (sqlite.org/fileformat2)
commits() {
	python3 - "$1" <<-'END'
		import struct, sys
		log = open(sys.argv[1], "rb").read()
		size, = struct.unpack(">I", log[8:12])
		salts = log[16:24]
		frames = range(32, len(log) - 24 - size + 1, 24 + size)
		print(sum(log[f + 8:f + 16] == salts and log[f + 4:f + 8] !=
		    b"\0\0\0\0" for f in frames))
	END
}

@test "activity is put on record in one transaction a second at most" {
	local before begun took
	gate_set idle limit 10s
	gate_start
	crowd 40
	ctl session list --json | jq -r '.[].id' > "$GATE/kept"
	sleep 1
	before=$(commits "$GATE/gate.db-wal")
	begun=$(uptime_ms)
	touch_for 6
	took=$(commits "$GATE/gate.db-wal")
	took=$((took - before))
	echo "$took transactions in $(($(uptime_ms) - begun)) ms"
	# none of them for all would be no write-behind either
	[ "$took" -ge 3 ]
	[ "$took" -le $((($(uptime_ms) - begun) / 1000 + 1)) ]
	# and each of them has its activity there
	[ "$(sqlite3 "file:$GATE/gate.db?mode=ro" \
	    "SELECT count(*) FROM live WHERE last > start + 3000")" -eq 40 ]
}

# --- no space ---

# ceiling BYTES: no file of the daemon's grows beyond.
ceiling() {
	prlimit --pid "$GATE_PID" --fsize="$1":unlimited
}

@test "no space: who is over is refused, ended once there is some" {
	local before
	gate_set idle limit 4s
	gate_start
	ctl user add bob <<< "$SECRET"
	arrive alice
	local alice=$ID
	arrive carol
	local carol=$ID
	before=$(kept "$carol")
	[ "$(stat -c %s "$GATE/gate.db-wal")" -gt \
	    $(($(stat -c %s "$GATE/audit.log") + 65536)) ]
	ceiling "$(stat -c %s "$GATE/gate.db-wal")"
	# the clock goes on all the same; carol is there, alice is not
	until_true is_refused_now "$alice" "$carol"
	until_true grep -q 'cannot be ended on record' "$GATE/daemon.log"
	until_true grep -q 'activity cannot be put on record' "$GATE/daemon.log"
	goes_on "$carol"
	[ "$(kept "$carol")" -eq "$before" ]
	[ "$(of "$alice" state)" = open ]
	[ "$(status_of sessions_to_end)" -eq 1 ]
	[ "$(ends_told)" -eq 0 ]
	touch_it "$carol"
	ceiling unlimited
	until_true ended "$alice" idle
	touch_it "$carol"
	until_true kept_later "$carol" "$before"
	[ "$(ends_told idle)" -eq 1 ]
	# said once, not each second
	[ "$(grep -c 'cannot be ended on record' "$GATE/daemon.log")" -eq 1 ]
	until_true grep -q 'ended on record again' "$GATE/daemon.log"
}

# is_refused_now ID OTHER: and the other is kept there meanwhile.
is_refused_now() {
	touch_it "$2"
	! ctl session check --id "$1" > /dev/null 2>&1
}

@test "no space: what cannot be locked is to end once, however long that takes" {
	gate_set idle limit 2s
	gate_set idle action lock
	gate_start
	hold_on alice
	ceiling "$(stat -c %s "$GATE/gate.db-wal")"
	until_true grep -q 'cannot be ended on record' "$GATE/daemon.log"
	is_over "$ID"
	sleep 3
	[ "$(status_of sessions_to_end)" -eq 1 ]
	is_over "$ID"
	kill -0 "$LEADER"
	ceiling unlimited
	until_true ended "$ID" idle
	until_true gone "$LEADER"
	[ "$(ends_told idle)" -eq 1 ]
}

@test "a store that is full at a stop does not hold it up" {
	gate_set idle limit 2s
	gate_start
	arrive alice
	ceiling "$(stat -c %s "$GATE/gate.db-wal")"
	until_true grep -q 'cannot be ended on record' "$GATE/daemon.log"
	local begun
	begun=$(uptime_ms)
	gate_stop
	[ $(($(uptime_ms) - begun)) -lt 3000 ]
	gate_start
	is_over "$ID"
	until_true ended "$ID" idle
}

# lock_store: somebody else writes to it, and nobody does until unlock_store.
lock_store() {
	mkfifo "$GATE/sqlite"
	sqlite3 "$GATE/gate.db" < "$GATE/sqlite" > "$GATE/locked" 3>&- &
	SQLITE=$!
	exec 8> "$GATE/sqlite"
	echo 'BEGIN IMMEDIATE; SELECT 1;' >&8
	until_true test -s "$GATE/locked"
}

unlock_store() {
	exec 8>&-
	wait "$SQLITE"
}

# call_goes_on COUNT: who holds alice's sessions renews it, for so many.
call_goes_on() {
	run -0 "$BUILD/tests/session_client" "$GATE/gate.sock" ask take \
	    user=alice label=call
	[[ $output =~ count=$1\ lease=([0-9]+)$ ]]
	[ "${BASH_REMATCH[1]}" -gt 0 ]
	[ "${BASH_REMATCH[1]}" -le 5000 ]
}

@test "a store that takes nothing ends no call" {
	gate_set idle limit 6s
	gate_set idle warn 0s
	gate_set hold lease 5s
	gate_start
	arrive alice
	local first=$ID
	arrive alice
	local second=$ID
	call_goes_on 2
	lock_store
	# past what is on record of it, and the limit
	local until=$(($(uptime_ms) + 13000))
	while [ "$(uptime_ms)" -lt "$until" ]; do
		call_goes_on 2
		sleep 0.5
	done
	goes_on "$first"
	goes_on "$second"
	# but none begins
	run -1 "$BUILD/tests/session_client" "$GATE/gate.sock" ask take \
	    user=alice label=other
	unlock_store
	call_goes_on 2
	[ "$(grep -c 'renewed, but not on record' "$GATE/daemon.log")" -eq 1 ]
	until_true all_ended 2 idle
}

@test "a store that takes nothing: a reload says that sessions keep their limits" {
	gate_start
	arrive alice
	gate_set idle limit 10m
	lock_store
	run ! ctl reload
	[ "$(status_of last_reload)" = 'failed, see the log' ]
	[ "$(of "$ID" idle_limit)" = 1800 ]
	unlock_store
	ctl reload
	[ "$(status_of last_reload)" = good ]
	[ "$(of "$ID" idle_limit)" = 600 ]
}

# --- clocks ---

@test "the wall clock jumps by an hour: nothing ends, nothing lasts longer" {
	gate_set session max_age 50m
	gate_set idle limit 40m
	clock 0
	start_faked
	arrive alice
	local alice=$ID
	active "$alice"
	local latest=$LATEST earliest=$EARLIEST
	for jump in $HOUR -$HOUR; do
		clock "$jump"
		sleep 1.2
		goes_on "$alice"
		[ "$(of "$alice" state)" = open ]
		active "$alice"
		[ "$EARLIEST" -le "$latest" ]
		[ "$LATEST" -ge "$earliest" ]
		[ "$(of "$alice" 'age_left > 2900 and .age_left <= 3000')" = true ]
		# nor by a start anew, clean or not
		gate_stop KILL
		start_faked
		goes_on "$alice"
		active "$alice"
		[ "$EARLIEST" -le "$latest" ]
		[ "$LATEST" -ge "$earliest" ]
		[ "$(of "$alice" 'age_left > 2900 and .age_left <= 3000')" = true ]
	done
	[ "$(ends_told)" -eq 0 ]
}

@test "the wall clock is set back: a session ends in its time all the same" {
	gate_set idle limit 3s
	clock 0
	start_faked
	arrive alice
	clock -$HOUR
	until_true ended "$ID" idle
	# and one that was touched by then
	gate_set idle limit 4s
	gate_stop
	clock 0
	start_faked
	arrive bob
	touch_it "$ID"
	active "$ID"
	local earliest=$EARLIEST
	clock $HOUR
	goes_on "$ID"
	until_true ended "$ID" idle
	[ "$(uptime_ms)" -ge $((earliest + 4000)) ]
}

# --- another boot ---

# another_boot: from now on the daemon is started as if the machine had been.
another_boot() {
	local file=/proc/sys/kernel/random/boot_id own=() in=()
	# whoever is not root is root in a namespace of his own
	[ "$EUID" -eq 0 ] || own=(--user --map-root-user) in=(--user --preserve-credentials)
	cat /proc/sys/kernel/random/uuid > "$GATE/boot_id"
	[ -z "${HOLDER:-}" ] || kill "$HOLDER"
	rm -f "$GATE/ready"
	# shellcheck disable=SC2016
	unshare "${own[@]}" --mount --propagation private sh -c \
	    'mount --bind "$1/boot_id" "$2" && touch "$1/ready" &&
	    exec sleep 300' sh "$GATE" "$file" 3>&- 2> "$GATE/unshare" &
	HOLDER=$!
	until_true mounted_or_not
	[ -e "$GATE/ready" ] || skip 'no private mounts here'
	# shellcheck disable=SC2034 # gate.sh reads it
	GATE_IN=(nsenter --target "$HOLDER" "${in[@]}" --mount --)
}

mounted_or_not() {
	[ -e "$GATE/ready" ] || ! kill -0 "$HOLDER" 2> /dev/null
}

@test "another boot: whose process went with it is gone, others go on" {
	gate_service web
	sed -i '/^session/s/$/ detached/' "$GATE/pam.d/web"
	gate_start
	hold_on alice
	local alice=$ID
	arrive_at_web bob
	local bob=$ID
	sleep 1
	touch_it "$bob"
	active "$bob"
	local latest=$LATEST
	gate_stop KILL
	another_boot
	gate_start
	is_over "$alice"
	ended "$alice" gone
	goes_on "$bob"
	active "$bob"
	[ "$EARLIEST" -le $((latest + 1000)) ]
	# it is another machine's process by now, for all that is known
	kill -0 "$LEADER"
	# and again
	gate_stop KILL
	another_boot
	gate_start
	goes_on "$bob"
	[ "$(count '.end_reason == "gone"')" -eq 1 ]
}

# arrive_at_web USER: by a portal whose process does not stand for the session.
arrive_at_web() {
	run -0 "$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" \
	    -i rhost=192.0.2.7 -a "$(sso "$1")" web authenticate acct_mgmt \
	    open_session
	ID=${output##*session: }
}
