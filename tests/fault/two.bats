#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What must happen once is tried by many at once, and what one daemon owns by
# two of them.

bats_require_minimum_version 1.5.0
load fault.bash

MANY=8

# one_in USER ANSWER...: of many who come at once with the same proof, one is
# let in; and has the only session.
one_in() {
	local before line
	before=$(ctl session list --all --json | jq length)
	line=$(printf '%s\t' "$@")
	for _ in $(seq "$MANY"); do
		echo "${line%$'\t'}"
	done > "$GATE/people"
	storm "$GATE/people" > "$GATE/told"
	cat "$GATE/told"
	[ "$(wc -l < "$GATE/told")" -eq "$MANY" ]
	[ "$(grep -c ^granted "$GATE/told")" -eq 1 ]
	[ "$(grep -cE '^refused [0-9]+ 7 -$' "$GATE/told")" -eq $((MANY - 1)) ]
	[ "$(ctl session list --all --json | jq length)" -eq $((before + 1)) ]
}

# reasons: why people were refused, each once.
reasons() {
	jq -r 'select(.verb == "login" and .outcome == "refused") | .reason' \
	    "$GATE/audit.log" | sort -u
}

# second SENTENCE SECTION KEY VALUE: a daemon of the same configuration but for
# one thing does not start, and the first is none the worse for it.
second() {
	local first=$GATE_PID
	cp "$GATE/gatehouse.conf" "$GATE/first.conf"
	gate_set "$2" "$3" "$4"
	mv "$GATE/gatehouse.conf" "$GATE/second.conf"
	cp "$GATE/first.conf" "$GATE/gatehouse.conf"
	does_not_start "$1" "$GATE/second.conf"
	kill -0 "$first"
	is_in alice "$(sso alice)"
}

@test "one Response, many at once: one is in" {
	gate_start
	one_in alice "$(sso alice)"
	[ "$(reasons)" = replay ]
}

@test "one ticket, many at once: one is in" {
	gate_start
	one_in alice "$(ctl ticket <<< "$(sso alice)")"
	[ "$(reasons)" = ticket_unknown ]
}

@test "one Response, many at once for a ticket: one has it" {
	gate_start
	sso alice > "$GATE/response"
	for i in $(seq "$MANY"); do
		ctl ticket < "$GATE/response" > "$GATE/ticket$i" 2> /dev/null &
		pids[i]=$!
	done
	for i in $(seq "$MANY"); do
		wait "${pids[i]}" || true
	done
	[ "$(cat "$GATE"/ticket* | wc -l)" -eq 1 ]
	is_in alice "$(cat "$GATE"/ticket*)"
}

@test "one code, many at once: one is in" {
	# each is a try under way, of which one address has few
	gate_set lockout address_tries 0
	gate_start
	ctl user add bob <<< "$SECRET"
	uri=$(ctl otp enroll --no-confirm bob)
	one_in bob "$SECRET" "$(otp_code "$uri")"
	[ "$(reasons)" = code_used ]
}

@test "two daemons on one store: the second does not start" {
	gate_start
	second 'another gatehoused runs on this store' \
	    gate socket "$GATE/second.sock"
	[ ! -e "$GATE/second.sock" ]
}

@test "two daemons on one socket: the second does not start" {
	gate_start
	second 'is in use by another process' store path "$GATE/second.db"
}

@test "a socket that nobody listens on any more is replaced" {
	gate_start
	gate_stop KILL
	[ -S "$GATE/gate.sock" ]
	gate_start
	is_in alice "$(sso alice)"
}

@test "a daemon that ends takes its socket away" {
	gate_start
	gate_stop
	[ ! -e "$GATE/gate.sock" ]
}

@test "a file in the place of the socket is not deleted" {
	echo precious > "$GATE/gate.sock"
	does_not_start "$GATE/gate.sock"
	[ "$(cat "$GATE/gate.sock")" = precious ]
}
