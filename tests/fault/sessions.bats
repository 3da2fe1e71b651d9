#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sessions that live, while the daemon is killed, the disk is full, the clock
# jumps, the machine starts anew, or all of them are touched at once: none is
# lost, none ends twice, and none is kept alive by it.

bats_require_minimum_version 1.5.0
load fault.bash

HOUR=3600

setup() {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set idle limit 30m
	gate_set session linger 1h
}

teardown() {
	local pid
	for pid in "${LEADERS[@]}"; do
		kill -KILL "$pid" 2> /dev/null || true
	done
	gate_stop KILL
	[ -z "${HOLDER:-}" ] || kill "$HOLDER" 2> /dev/null || true
}

# arrive USER...: each has a session from now on; ID is that of the last.
arrive() {
	local user
	for user in "$@"; do
		is_in "$user" "$(sso "$user")"
	done
	ID=${output##*session: }
}

# crowd COUNT: the same for so many at once.
crowd() {
	people "$1" > "$GATE/people"
	storm "$GATE/people" > "$GATE/told"
	[ "$(grep -c ^granted "$GATE/told")" -eq "$1" ]
}

# hold_on USER [COMMAND...]: a session that a process stands for, as long as it
# lasts; begun by that command. LEADER, and ID.
hold_on() {
	local user=$1
	shift
	: > "$GATE/held.$user"
	"$@" "$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost=192.0.2.7 -a "$(sso "$user")" portal authenticate \
	    acct_mgmt open_session hold >> "$GATE/held.$user" 2>&1 3>&- &
	LEADER=$!
	LEADERS+=("$LEADER")
	until_true grep -q ^held: "$GATE/held.$user"
	ID=$(sed -n 's/^held: //p' "$GATE/held.$user")
}

# sessions [FILTER]: "ID STATE REASON" of all that are on record, in order.
sessions() {
	ctl session list --all --json | jq -r \
	    ".[] | ${1:+select($1) |} \"\(.id) \(.state) \(.end_reason // \"-\")\"" |
	    sort
}

count() {
	sessions "$1" | wc -l
}

# of ID FIELD
of() {
	ctl session show "$1" --json | jq -r ".$2"
}

# ended ID REASON
ended() {
	[ "$(of "$1" state) $(of "$1" end_reason)" = "ended $2" ]
}

# all_ended COUNT REASON
all_ended() {
	[ "$(count ".state == \"ended\" and .end_reason == \"$2\"")" -eq "$1" ]
}

# ends_told [REASON]: how many ends the audit log has, and none of them twice.
ends_told() {
	local told
	told=$(jq -r --arg reason "${1:-}" 'select(.verb == "session_end" and
	    ($reason == "" or .detail == $reason)) | .session' \
	    "$GATE/audit.log")
	[ -z "$(sort <<< "$told" | uniq -d)" ] || return 1
	grep -c . <<< "$told" || true
}

# goes_on ID / is_over ID: what a portal is told.
goes_on() {
	ctl session check --id "$1"
}

is_over() {
	run -1 ctl session check --id "$1"
}

# touch_it ID [AGE]: its person has done something, so many ms ago.
touch_it() {
	ctl session check --id "$1" --activity input --age "${2:-0}" > /dev/null
}

# kept ID: its last activity, as it is on record, in ms of the steady clock.
kept() {
	sqlite3 "file:$GATE/gate.db?mode=ro" \
	    "SELECT last FROM live WHERE id = '$1'"
}

# kept_later ID THAN
kept_later() {
	[ "$(kept "$1")" -gt "$2" ]
}

# uptime_ms: milliseconds of CLOCK_BOOTTIME.
uptime_ms() {
	awk '{ printf "%d\n", $1 * 1000 }' /proc/uptime
}

# active ID: sets EARLIEST and LATEST, between which its last activity was by
# what the daemon says, in ms of CLOCK_BOOTTIME.
active() {
	local before after idle
	before=$(uptime_ms)
	idle=$("$BUILD/tests/session_client" "$GATE/gate.sock" ask show \
	    session="$1" | sed -n 's/^row .* idle=\([0-9]*\).*/\1/p')
	after=$(uptime_ms)
	# a tick, and what is rounded
	EARLIEST=$((before - idle - 15))
	LATEST=$((after - idle + 15))
}

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

# --- processes ---

# gone PID
gone() {
	! kill -0 "$1" 2> /dev/null
}

@test "a process that will not end holds up no other session" {
	gate_set idle limit 2s
	gate_set idle warn 0s
	gate_set idle grace 30s
	gate_start
	hold_on stubborn env --ignore-signal=HUP,TERM
	local stubborn=$LEADER
	sleep 1
	hold_on alice
	arrive bob
	until_true all_ended 3 idle
	until_true gone "$LEADER"
	kill -0 "$stubborn"
	[ "$(ends_told idle)" -eq 2 ]
	[ "$(status_of sessions_hanging_up)" -eq 1 ]
	# nor a stop, and it does not outlive that
	local begun
	begun=$(uptime_ms)
	gate_stop
	[ $(($(uptime_ms) - begun)) -lt 5000 ]
	until_true gone "$stubborn"
	[ "$(ends_told idle)" -eq 3 ]
}

# keeps_going PID: it is neither hung up nor killed, after all that is due.
keeps_going() {
	sleep 1
	kill -0 "$1"
}

@test "SIGKILL while a process is hung up: the next start does it" {
	gate_set idle grace 60s
	gate_service web
	gate_start
	# closed by its application, which goes on, as a server would
	hold_on server env --ignore-signal=HUP,TERM
	local server=$LEADER closed=$ID
	close_for server "$closed"
	ended "$closed" closed
	# one that stands for two, of which one goes on
	hold_on alice env --ignore-signal=HUP,TERM
	local alice=$LEADER over=$ID
	hold_on bob env --ignore-signal=HUP,TERM
	local bob=$LEADER on=$ID
	ctl session end "$over" > /dev/null 2>&1 3>&- &
	until_true ended "$over" administrator
	kill -0 "$alice"
	gate_stop KILL
	gate_set idle grace 1s
	gate_start
	until_true gone "$alice"
	until_true told_once "$over" administrator
	goes_on "$on"
	keeps_going "$bob"
	keeps_going "$server"
	# and that was it
	gate_stop KILL
	gate_start
	keeps_going "$server"
	told_once "$over" administrator
}

# close_for USER ID: the application closes a session.
close_for() {
	"$BUILD/tests/session_client" "$GATE/gate.sock" ask close \
	    user="$1" service=portal session="$2"
}

# told_once ID REASON: the audit log has its end, once.
told_once() {
	[ "$(jq -r --arg id "$1" 'select(.verb == "session_end" and
	    .session == $id) | .detail' "$GATE/audit.log")" = "$2" ]
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
