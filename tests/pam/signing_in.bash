# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What tests of the password and the second factor share: a gate of one's own
# on a clock that the test sets, and people who sign in to it. For bats' load.

PASSWORD='correct horse battery staple'
DAY=86400

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	clock 0
}

teardown() {
	gate_stop KILL
}

# settings [SECTION KEY VALUE]...: before the start.
settings() {
	while [ $# -ge 3 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
}

# as USER ANSWER...: signs in to SERVICE from FROM, with the HOOKS.
as() {
	local answer answers=() hooks user=$1
	shift
	for answer in "$@"; do
		answers+=(-a "$answer")
	done
	read -ra hooks <<< "${HOOKS:-authenticate acct_mgmt open_session}"
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost="${FROM:-192.0.2.7}" ${EXPIRED:+-E} "${answers[@]}" \
	    "${SERVICE:-portal}" "${hooks[@]}" 2>&1
}
