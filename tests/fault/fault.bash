# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the bats files that break something while people sign in: a gate of
# one's own for each test, and logins by the test's own PAM programs.

# shellcheck disable=SC2034 # gate.sh reads both
: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=tests/gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"

SECRET='correct horse battery staple'

setup() {
	gate_make "$BATS_TEST_TMPDIR/gate"
}

teardown() {
	gate_stop KILL
}

# until_true COMMAND...: waits for it to succeed, 10 s at most.
until_true() {
	local tries
	for tries in $(seq 500); do
		"$@" && return 0
		sleep 0.02
	done
	echo "still not after $tries tries: $*"
	return 1
}

sso() {
	response "$1" --format deflate "${@:2}"
}

# sign_in USER ANSWER...: one login, of the HOOKS or the usual ones; its prompts
# and results.
sign_in() {
	local answer answers=() hooks user=$1
	shift
	read -ra hooks <<< "${HOOKS:-authenticate acct_mgmt open_session}"
	for answer in "$@"; do
		answers+=(-a "$answer")
	done
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" -i rhost=192.0.2.7 \
	    "${answers[@]}" portal "${hooks[@]}"
}

# is_in USER ANSWER...: this login succeeds.
is_in() {
	run sign_in "$@"
	if [ "$status" -ne 0 ]; then
		echo "$output"
		decision
		return 1
	fi
}

# is_refused REASON CODE USER ANSWER...: this login fails, for this reason,
# and with this code of pam_authenticate: 7 PAM_AUTH_ERR, 9
# PAM_AUTHINFO_UNAVAIL.
is_refused() {
	local reason=$1 code=$2
	shift 2
	HOOKS=authenticate run sign_in "$@"
	was_refused "$reason" "$code"
}

# was_refused REASON CODE: authenticate in $output failed so, and was the last
# decision.
was_refused() {
	if [[ $output != *"authenticate: $2 "* ]] ||
	    [ "$(decision reason)" != "$1" ]; then
		echo "$output"
		decision
		return 1
	fi
}

# storm PEOPLE [PID HOOK COUNT]: all of them at once.
storm() {
	"$BUILD/tests/storm" "$GATE/pam.d" portal "$@"
}

# people COUNT: a Response for each of user1 to user<COUNT>, for storm.
people() {
	paste <(seq -f 'user%.0f' "$1") <(sso user%d --count "$1")
}

# does_not_start SENTENCE: the daemon ends by itself, and says why.
does_not_start() {
	run timeout 10 "$BUILD/gatehoused" --config \
	    "${2:-$GATE/gatehouse.conf}"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"$1"* ]]
	[[ $output == *"not running"* ]]
}

# worker_pids: of the daemon's workers, the oldest first.
worker_pids() {
	pgrep -P "$GATE_PID" '^(gatehouse-)?saml$'
}

status_of() {
	ctl status --json | jq -r ".$1"
}
