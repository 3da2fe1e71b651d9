#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A worker dies, hangs, or outgrows its memory: the login that it was busy
# with is refused, the worker replaced, and other logins do not notice.

bats_require_minimum_version 1.5.0
load fault.bash

# start_with WORKERS THREADS TIMEOUT: a gate that can be observed at it.
start_with() {
	gate_set saml workers "$1"
	gate_set gate threads "$2"
	gate_set saml worker_timeout "$3"
	gate_start
}

# all_busy: no thread is left to answer, so each waits for a worker.
all_busy() {
	! timeout 1 "$BUILD/gatehousectl" --socket "$GATE/gate.sock" \
	    status > /dev/null 2>&1
}

# begin N USER: a login in the background; ended N: waits for it.
begin() {
	HOOKS=authenticate sign_in "$2" "$(sso "$2")" > "$GATE/login$1" 3>&- &
	eval "login$1=$!"
}

ended() {
	local pid=login$1
	wait "${!pid}" || true
	output=$(cat "$GATE/login$1")
}

# slay PID...: returns when they are dead, though nobody has buried them yet.
slay() {
	local pid
	kill -KILL "$@"
	for pid in "$@"; do
		until_true grep -q '^State:.Z' "/proc/$pid/status"
	done
}

# replaced COUNT: that many workers were, and there are WORKERS of them.
replaced() {
	[ "$(status_of saml_workers_replaced)" -eq "$1" ]
	[ "$(worker_pids | wc -l)" -eq "$(status_of saml_workers)" ]
}

@test "killed during a login: that one is refused, the next is not" {
	start_with 1 1 10s
	worker=$(worker_pids)
	kill -STOP "$worker"
	begin 1 alice
	until_true all_busy
	kill -KILL "$worker"
	ended 1
	was_refused worker_failed 7
	is_in bob "$(sso bob)"
	replaced 1
	[ "$(worker_pids)" != "$worker" ]
}

@test "killed between two logins: nobody notices" {
	start_with 1 2 5s
	is_in alice "$(sso alice)"
	slay "$(worker_pids)"
	is_in alice "$(sso alice)"
	replaced 1
}

@test "all killed between two logins: nobody notices" {
	start_with 4 2 5s
	# shellcheck disable=SC2046 # several pids
	slay $(worker_pids)
	for user in alice bob carol dave; do
		is_in "$user" "$(sso "$user")"
	done
}

@test "hanging: refused in time, replaced, and others get in meanwhile" {
	start_with 2 2 3s
	mapfile -t workers < <(worker_pids)
	kill -STOP "${workers[@]}"
	begun=${EPOCHREALTIME/./}
	begin 1 alice
	begin 2 bob
	until_true all_busy
	kill -CONT "${workers[1]}"
	# one of them goes on, and one thread and one worker serve the others
	for user in carol dave erin; do
		is_in "$user" "$(sso "$user")"
	done
	[ -d "/proc/${workers[0]}" ]
	ended 1
	ended 2
	took=$(((${EPOCHREALTIME/./} - begun) / 1000))
	echo "took $took ms"
	[ "$took" -ge 3000 ]
	[ "$took" -le 5000 ]
	[ "$(cat "$GATE"/login[12] | grep -c 'authenticate: 0 ')" -eq 1 ]
	[ "$(cat "$GATE"/login[12] | grep -c 'authenticate: 7 ')" -eq 1 ]
	[ "$(jq -r 'select(.outcome == "refused") | .reason' \
	    "$GATE/audit.log")" = worker_timeout ]
	replaced 1
	[ ! -d "/proc/${workers[0]}" ]
}

@test "out of memory: refused, replaced" {
	! ldd "$BUILD/gatehouse-saml" | grep -q libasan ||
		skip 'a sanitizer has a memory of its own'
	start_with 1 2 5s
	worker=$(worker_pids)
	sso alice --size 700000 > "$GATE/large"
	# what it has, and not a byte more
	prlimit --pid "$worker" --data=4096
	run ctl ticket < "$GATE/large"
	echo "$output"
	[ "$status" -eq 1 ]
	decision
	[ "$(decision reason)" = worker_failed ]
	[[ $(decision detail) == *memory* ]]
	replaced 1
	ctl ticket < "$GATE/large"
}

@test "the limit of memory is the one that was configured" {
	! ldd "$BUILD/gatehouse-saml" | grep -q libasan ||
		skip 'a sanitizer has a memory of its own'
	gate_set saml worker_memory 64M
	start_with 1 2 5s
	grep -E "^Max data size +$((64 << 20)) +$((64 << 20)) " \
	    "/proc/$(worker_pids)/limits"
}

@test "a program that is gone: refused, until it is back" {
	cp "$BUILD/gatehouse-saml" "$GATE/saml"
	gate_set saml worker_program "$GATE/saml"
	start_with 1 2 5s
	mv "$GATE/saml" "$GATE/away"
	slay "$(worker_pids)"
	is_refused worker_failed 7 alice "$(sso alice)"
	is_refused worker_failed 7 alice "$(sso alice)"
	mv "$GATE/away" "$GATE/saml"
	is_in alice "$(sso alice)"
}

@test "a worker is shut in" {
	start_with 1 2 5s
	is_in alice "$(sso alice)"
	worker=/proc/$(worker_pids)
	grep -x 'Seccomp:.2' "$worker/status"
	grep -x 'NoNewPrivs:.1' "$worker/status"
	grep -xE 'Cap(Prm|Eff):.0+' "$worker/status"
	grep -E '^Max core file size +0 +0 ' "$worker/limits"
	grep -E '^Max file size +0 +0 ' "$worker/limits"
	[ "$EUID" -eq 0 ] || skip 'needs root: environment and descriptors'
	[ "$(wc -c < "$worker/environ")" -eq 0 ]
	[ "$(cd "$worker/fd" && echo *)" = '0 1 2 3' ]
}
