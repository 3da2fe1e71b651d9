#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The daemon is killed in the middle of many logins: what it has granted is on
# record, and nothing lets in twice.

bats_require_minimum_version 1.5.0
load fault.bash

# sessions_of ROUND: "userN SESSION" of all whom a storm has authenticated, also
# of those who did not come to open their session any more.
sessions_of() {
	awk '$NF != "-" { print "user" $2, $NF }' "$1" | sort
}

# on_record [STATE]: the same, as the gate has it on record.
on_record() {
	ctl session list --all --json |
	    jq -r --arg state "${1:-}" '.[] |
		select($state == "" or .state == $state) |
		"\(.user) \(.id)"' | sort
}

# nothing WHAT LINES: there are none.
nothing() {
	[ -z "$2" ] || { echo "$1: ${2:0:200}"; return 1; }
}

# round N [HOOK COUNT]: all people come at once, and the daemon dies when HOOK
# has let COUNT of them through; what they were told is on record.
round() {
	local n=$1 told=$GATE/round$1
	shift
	storm "$GATE/people" ${1:+"$GATE_PID" "$@"} > "$told"
	if [ $# -gt 0 ]; then
		gate_stop KILL
		gate_start
	fi
	echo "round $n: $(grep -c ^granted "$told") in," \
	    "$(awk '/^refused/ && $NF != "-"' "$told" | wc -l) half in," \
	    "$(grep -c -- '-$' "$told") not"
	nothing 'in, and not on record' \
	    "$(comm -23 <(sessions_of "$told") <(on_record))"
	nothing 'open, and not on record as open' \
	    "$(comm -23 <(grep ^granted "$told" | sessions_of -) \
		<(on_record open))"
}

# three_rounds COUNT FIRST SECOND: the daemon dies twice over COUNT people,
# who come again with the proof that they had: as the first hook lets FIRST of
# them in, and as the last lets SECOND of them.
three_rounds() {
	round 1 authenticate "$2"
	# else nobody was in the middle of anything
	[ "$(grep -c ^refused "$GATE/round1")" -gt 0 ]
	round 2 open_session "$3"
	[ "$(grep -c ^granted "$GATE/round2")" -ge "$3" ]
	[ "$(grep -c ^refused "$GATE/round2")" -gt 0 ]
	round 3
	nothing 'in twice' "$(cat "$GATE"/round[123] |
	    awk '$NF != "-" { print $2 }' | sort | uniq -d)"
	# to be used up and to be on record are one: nobody has two sessions,
	# and nobody has lost his proof without having one
	diff <(on_record | cut -d ' ' -f 1) <(seq -f 'user%.0f' "$1" | sort)
}

@test "SIGKILL in the middle of 500 logins by Response" {
	gate_start
	people 500 > "$GATE/people"
	three_rounds 500 150 150
}

@test "SIGKILL in the middle of 200 logins by ticket" {
	gate_set saml ticket_lifetime 10m
	gate_start
	people 200 > "$GATE/responses"
	while read -r user response; do
		printf '%s\t%s\n' "$user" "$(ctl ticket <<< "$response")"
	done < "$GATE/responses" > "$GATE/people" 2> /dev/null
	three_rounds 200 60 60
}

@test "the store is whole after a SIGKILL" {
	gate_start
	people 100 > "$GATE/people"
	storm "$GATE/people" "$GATE_PID" authenticate 30 > "$GATE/told"
	gate_stop KILL
	cp "$GATE"/gate.db* "$BATS_TEST_TMPDIR"
	[ "$(sqlite3 "$BATS_TEST_TMPDIR/gate.db" \
	    'PRAGMA integrity_check')" = ok ]
	gate_start
	is_in alice "$(sso alice)"
}
