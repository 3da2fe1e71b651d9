#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016,SC2034 # what the shell at the other end expands
#
# Idle sessions at real terminals, through a real sshd: several people at once,
# each in a way of his own, are let in before the first test, and the tests see
# what became of them. The limit is 20 seconds, and all times are of
# CLOCK_BOOTTIME. The daemon is not root, but in the group of terminals.

bats_require_minimum_version 1.5.0
load system.bash
load sshd.bash

LIMIT=20

setup_file() {
	system_up
	[ "$EUID" -eq 0 ] || return 0
	sshd_start
	system_gate
	export WORLD GATE SCREENS=$WORLD/screens
	mkdir "$SCREENS"
	worldly_gate
	logind_up
	gate_start
	ctl user add --elsewhere --language de "$PERSON"
	early_people
	gate_stop KILL
	sleep 1
	other_pid
	gate_start
	export GATE_PID
	people
	wait "${VISITS[@]}"
}

teardown_file() {
	# who is in still, after a failure
	[ -z "${SCREENS:-}" ] || ctl session end --user "$PERSON" || true
	[ -z "${HOLDER:-}" ] || kill "$HOLDER" || true
	sshd_stop
	system_gate_gone
	[ -z "${GATE_USER:-}" ] || userdel "$GATE_USER" || true
	system_down
}

setup() {
	only_root
}

# The gate's own user, who may write to terminals as wall(1) may.
worldly_gate() {
	export GATE_USER=gh-gate-$$
	useradd --system --no-create-home --groups tty "$GATE_USER"
	gate_set gate run_as "$GATE_USER"
	gate_set idle limit "${LIMIT}s"
	gate_set idle warn 6s
	gate_set idle grace 2s
	gate_set session linger 0s
	gate_set session without_login allow
	cp -r "$BUILD/locale" "$GATE"
	gate_set gate catalogues "$GATE/locale"
	chown "$GATE_USER" "$GATE"
}

# A machine with logind, as far as the daemon sees: a loginctl that writes down
# what it is told, and knows of a session's hint what hint() says. HOLDER has
# it, where root may mount.
logind_up() {
	cat > "$WORLD/loginctl" <<-END
		#!/bin/sh
		echo "\$@" >> $WORLD/told
		[ "\$2" != show-session ] || exec cat "$WORLD/hint-\$3"
	END
	chmod 755 "$WORLD/loginctl"
	: > "$WORLD/told"
	chmod 666 "$WORLD/told"
	unshare --mount --propagation private sh -c '
		mount -t tmpfs -o mode=755 tmpfs /run &&
		mkdir -p /run/systemd/sessions &&
		mount --bind "$1/loginctl" /usr/bin/loginctl &&
		touch "$1/ready" && exec sleep 600' sh "$WORLD" 3>&- &
	export HOLDER=$!
	eventually logind_decided
	if [ -e "$WORLD/ready" ]; then
		GATE_IN=(nsenter --target "$HOLDER" --mount --)
	fi
}

logind_decided() {
	[ -e "$WORLD/ready" ] || ! kill -0 "$HOLDER" 2> /dev/null
}

# logind_has NAME ID LEADER TYPE [LINE]: the leader of a visit's session is in
# this session of logind's, whose leader is this one.
logind_has() {
	[ -e "$WORLD/ready" ] || return 0
	echo "0::/user.slice/user-60001.slice/session-$2.scope" > "$WORLD/cgroup-$2"
	printf 'UID=60001\nTYPE=%s\nLEADER=%d\n%s\n' "$4" "$3" \
	    "${5:-REMOTE=0}" > "$WORLD/logind-$2"
	chmod 644 "$WORLD"/*-"$2"
	"${GATE_IN[@]}" sh -c 'mount --bind "$1/cgroup-$2" "/proc/$3/cgroup" &&
	    cp "$1/logind-$2" "/run/systemd/sessions/$2"' \
	    sh "$WORLD" "$2" "$(leader "$1")"
}

# hint ID YES_OR_NO SINCE: what the desktop of that session says of its person,
# and since when, in microseconds of CLOCK_MONOTONIC; 0: it never has.
hint() {
	printf 'IdleHint=%s\nIdleSinceHintMonotonic=%s\n' "$2" "$3" \
	    > "$WORLD/new-hint"
	chmod 644 "$WORLD/new-hint"
	mv "$WORLD/new-hint" "$WORLD/hint-$1"
}

monotonic_now() {
	python3 -c 'import time; print(time.monotonic_ns() // 1000)'
}

# looked_at ID: logind was asked for that session's hint.
looked_at() {
	grep -q "show-session $1 " "$WORLD/told"
}

# --- people ---

VISITS=()

boot_now() {
	cut -d ' ' -f 1 /proc/uptime
}

# visit NAME COMMAND...: comes in with a terminal, and stays until hung up on.
# What is written to NAME.keys is typed. The first line on the screen is when it
# began, the second the session.
visit() {
	local name=$SCREENS/$1
	shift
	mkfifo "$name.keys"
	: > "$name.screen"
	{
		# somebody has it open all the while, or there is an end
		exec 5<> "$name.keys" 3>&-
		SSH_TIME=150 over_ssh publickey \
		    "cut -d ' ' -f 1 /proc/uptime
		    echo \"\$GATEHOUSE_SESSION\"; $*" \
		    < "$name.keys" > "$name.screen" 2> "$name.errors" || true
		boot_now > "$name.end"
	} &
	VISITS+=($!)
	eventually is_in "${name##*/}"
}

is_in() {
	[ "$(wc -l < "$SCREENS/$1.screen")" -ge 2 ]
}

began() {
	tr -d '\r' < "$SCREENS/$1.screen" | sed -n 1p
}

id_of() {
	tr -d '\r' < "$SCREENS/$1.screen" | sed -n 2p
}

leader() {
	ctl session show "$(id_of "$1")" --json | jq .pid
}

# at NAME TEXT: when somebody has noted that down.
at() {
	sed -n "s/^$2 //p" "$SCREENS/$1.notes"
}

note() {
	echo "$2 $(boot_now)" >> "$SCREENS/$1.notes"
}

# types NAME TIMES: a line each five seconds.
types() {
	local i
	for ((i = 0; i < $2; i++)); do
		sleep 5
		# also when nobody reads it any more
		echo 1<> "$SCREENS/$1.keys"
	done
	note "$1" last
}

SSH_OPTIONS=-tt
shell='exec sh -i'

# Those who meet the daemon's sudden end.
early_people() {
	visit restarted "$shell"
	visit typist_restarted "$shell"
	types typist_restarted 6 &
	VISITS+=($!)
	visit orphan 'exec sleep 100'
	visit reused 'exec sleep 60'
	visit call_restarted "$shell"
	ctl session hold --label call --lease 30s "$(id_of call_restarted)"
	note call_restarted hold
}

people() {
	# before it is idle
	kill -KILL "$(leader orphan)"
	people_at_desktops
	visit still "$shell"
	visit typist "$shell"
	types typist 6 &
	VISITS+=($!)
	visit printer 'while sleep 1; do echo working; done'
	visit feeder 'while sleep 1; do echo fed; done |
	    script -qfc "cat > /dev/null" /dev/null'
	visit stubborn 'trap "" HUP TERM; echo $$; for i in $(seq 90); do sleep 1; done'
	visit dead_call "$shell"
	ctl session hold --label call --lease 10s "$(id_of dead_call)"
	note dead_call hold
	visit call "$shell"
	calls call &
	VISITS+=($!)
	SSH_OPTIONS=-T visit mute 'exec cat'
	SSH_OPTIONS="-tt -M -S $SCREENS/master" visit first_window "$shell"
	second_window &
	VISITS+=($!)
	visit in_logind "$shell"
	logind_has in_logind 71 "$(leader in_logind)" tty
	visit in_anothers "$shell"
	logind_has in_anothers 72 1 tty
	sleep 25
	# whose screens are not to be locked
	until [ -e "$SCREENS/desktop_mute.end" ] &&
	    [ -e "$SCREENS/desktop_left.end" ]; do
		sleep 0.2
	done
	people_with_screens
}

# At a keyboard that only a desktop sees.
people_at_desktops() {
	hint 91 no "$(monotonic_now)"
	visit desktop_active 'exec sleep 45'
	logind_has desktop_active 91 "$(leader desktop_active)" wayland
	hint 92 no 0
	visit desktop_mute "$shell"
	logind_has desktop_mute 92 "$(leader desktop_mute)" x11
	hint 93 no "$(monotonic_now)"
	visit desktop_left "$shell"
	logind_has desktop_left 93 "$(leader desktop_left)" wayland
	leaves desktop_left 93 &
	VISITS+=($!)
}

# leaves NAME ID: the desktop says so between two looks, well after the first.
leaves() {
	[ -e "$WORLD/ready" ] || return 0
	local tries
	for tries in $(seq 80); do
		! looked_at "$2" || break
		sleep 0.25
	done
	sleep 4
	hint "$2" yes "$(monotonic_now)"
	note "$1" left
}

# [idle] action = lock
people_with_screens() {
	gate_set idle action lock
	reload
	visit screen 'exec sleep 30'
	logind_has screen 81 "$(leader screen)" x11
	visit console "$shell"
	logind_has console 82 "$(leader console)" tty
	visit claims "$shell"
	logind_has claims 83 "$(leader claims)" x11 REMOTE=1
}

# What the record has of one session is the pid of another process by now.
other_pid() {
	sqlite3 "$GATE/gate.db" "UPDATE live SET pid_started = pid_started - 1
	    WHERE id = '$(id_of reused)'"
	chown "$GATE_USER" "$GATE"/gate.db*
}

# calls NAME: a hold that is renewed, and given up in the end.
calls() {
	local i id
	id=$(id_of "$1")
	for ((i = 0; i < 6; i++)); do
		ctl session hold --label call --lease 10s "$id"
		sleep 5
	done
	ctl session release --label call "$id"
	note "$1" last
}

# Over the same connection, and so in the same session.
second_window() {
	local i
	(
		for ((i = 0; i < 6; i++)); do
			sleep 5
			echo
		done
		note first_window last
	) | SSH_TIME=60 SSH_OPTIONS="-tt -S $SCREENS/master" \
	    over_ssh publickey "$shell" > "$SCREENS/second_window.screen" 2>&1
}

# --- what became of them ---

# lasted NAME FROM LEAST MOST: so many seconds from then on; from may be a note.
lasted() {
	local from=$2 end
	[[ $from != *[a-z]* ]] || from=$(at "$1" "$from")
	end=$(cat "$SCREENS/$1.end")
	awk -v name="$1" -v from="$from" -v end="$end" -v least="$3" \
	    -v most="$4" 'BEGIN {
		time = end - from
		printf "%s lasted %.1f s, of %d to %d\n", name, time, least, most
		exit from == "" || time < least || time > most
	}'
}

ended() {
	local reason
	reason=$(ctl session show "$(id_of "$1")" --json | jq -r .end_reason)
	echo "$1 has ended: $reason"
	[ "$reason" = "$2" ]
}

@test "idle: who does nothing is hung up at the limit, within 2 seconds" {
	lasted still "$(began still)" $((LIMIT - 1)) $((LIMIT + 2))
	ended still idle
}

@test "idle: typing keeps a session, up to the limit after it" {
	lasted typist "$(began typist)" 30 $((30 + LIMIT + 3))
	# Linux tells of input no more often than each 8 seconds
	lasted typist last $((LIMIT - 9)) $((LIMIT + 2))
	ended typist idle
}

@test "idle: what a job prints is not activity" {
	[ "$(grep -c working "$SCREENS/printer.screen")" -gt 10 ]
	lasted printer "$(began printer)" $((LIMIT - 1)) $((LIMIT + 2))
	ended printer idle
}

@test "idle: nor is what one job feeds to another, at a terminal of its own" {
	lasted feeder "$(began feeder)" $((LIMIT - 1)) $((LIMIT + 2))
	ended feeder idle
}

@test "idle: a session without a terminal ends as well" {
	lasted mute "$(began mute)" $((LIMIT - 1)) $((LIMIT + 2))
	ended mute idle
}

@test "idle: typing in another window of the same connection keeps it" {
	lasted first_window "$(began first_window)" 30 $((30 + LIMIT + 3))
	lasted first_window last $((LIMIT - 9)) $((LIMIT + 2))
	ended first_window idle
}

@test "idle: the person is warned" {
	# in their own language
	grep -Eq 'Ihre Sitzung endet in [3-6] Sekunden, wenn Sie' \
	    "$SCREENS/still.screen"
	# once
	[ "$(grep -c 'Ihre Sitzung' "$SCREENS/still.screen")" -eq 1 ]
	run ! grep -q 'takes no warning' "$GATE/daemon.log"
}

@test "idle: a shell that will not be hung up is killed" {
	lasted stubborn "$(began stubborn)" $((LIMIT - 1)) $((LIMIT + 2))
	ended stubborn idle
	# and is killed, being nothing but the session
	pid=$(tr -d '\r' < "$SCREENS/stubborn.screen" | sed -n 3p)
	[ "$pid" -gt 1 ]
	run ! kill -0 "$pid"
}

@test "idle: a hold keeps a session, up to the limit after it" {
	lasted call last $((LIMIT - 1)) $((LIMIT + 2))
	ended call idle
}

@test "idle: a holder that is gone does not" {
	lasted dead_call hold $((10 + LIMIT - 1)) $((10 + LIMIT + 2))
	ended dead_call idle
}

@test "idle: the daemon was killed, and started again: all the same" {
	lasted restarted "$(began restarted)" $((LIMIT - 1)) $((LIMIT + 2))
	ended restarted idle
	lasted typist_restarted last $((LIMIT - 9)) $((LIMIT + 2))
	ended typist_restarted idle
	lasted call_restarted hold $((30 + LIMIT - 1)) $((30 + LIMIT + 2))
	ended call_restarted idle
}

@test "idle: a session whose process is gone is closed on record" {
	ended orphan gone
}

@test "idle: a pid that is another process's is closed, and that goes on" {
	ended reused gone
	# until it had slept
	lasted reused "$(began reused)" 60 63
}

@test "idle: logind ends what its session has left, and no other session" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	ended in_logind idle
	ended in_anothers idle
	grep -qx -- '--no-ask-password terminate-session 71' "$WORLD/told"
	run ! grep -q 72 "$WORLD/told"
}

@test "idle: at a screen, a desktop that says somebody is there keeps it" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	lasted desktop_active "$(began desktop_active)" 45 48
	ended desktop_active closed
	run ! grep -q terminate-session\ 91 "$WORLD/told"
}

@test "idle: at a screen, it ends a limit after the desktop said idle" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	lasted desktop_left left $((LIMIT - 1)) $((LIMIT + 2))
	ended desktop_left idle
}

@test "idle: at a screen, a desktop that never says anything keeps nothing" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	looked_at 92
	lasted desktop_mute "$(began desktop_mute)" $((LIMIT - 1)) $((LIMIT + 2))
	ended desktop_mute idle
}

@test "idle: only sessions that have a screen are asked for at logind" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	looked_at 81
	for id in 71 72 82 83; do
		run ! looked_at "$id"
	done
	# and one that cannot be asked for keeps nothing: it was locked
	[ "$(grep -c 'at its screen' "$GATE/daemon.log")" -eq 1 ]
	grep 'at its screen' "$GATE/daemon.log" | grep -q "$(id_of screen)"
}

@test "idle: action = lock locks a screen, and ends where there is none" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	grep -qx -- '--no-ask-password lock-session 81' "$WORLD/told"
	lasted screen "$(began screen)" 30 33
	ended screen closed
	run ! grep -q 'lock-session 82' "$WORLD/told"
	lasted console "$(began console)" $((LIMIT - 1)) $((LIMIT + 2))
	ended console idle
}

@test "idle: action = lock believes nobody who came by the network of a screen" {
	[ -e "$WORLD/ready" ] || skip 'root may not mount here'
	run ! grep -q 'lock-session 83' "$WORLD/told"
	ended claims idle
}
