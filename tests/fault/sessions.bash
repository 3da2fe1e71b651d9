# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the bats files that break something while sessions live: behind
# fault.bash.

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
# lasts; begun by that command, with the hooks HELD_BY. LEADER, and ID.
COMES='authenticate acct_mgmt open_session'
HELD_BY=$COMES
hold_on() {
	local user=$1
	shift
	: > "$GATE/held.$user"
	# shellcheck disable=SC2086 # they are words
	"$@" "$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost=192.0.2.7 -a "$(sso "$user")" -a "$(sso "$user")" portal \
	    $HELD_BY hold >> "$GATE/held.$user" 2>&1 3>&- &
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

# gone PID
gone() {
	! kill -0 "$1" 2> /dev/null
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
