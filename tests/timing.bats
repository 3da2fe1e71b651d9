#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Who guesses learns nothing from the time that a refusal takes: not whether
# there is such a user, nor what of him there is. The statistic, and how often
# it is wrong by chance, stand in tests/pam/timing.c. Passwords are cheap here,
# so that they do not hide what else differs.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'
PAIRS=300

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	echo 'allow 10.0.0.0/8' >> "$GATE/allowlist"
	gate_set password cost 1
}

teardown() {
	gate_stop KILL
}

# begin: a gate where guessing goes on for ever, and users of all kinds.
begin() {
	local key
	for key in tries address_tries spray_tries; do
		gate_set lockout $key 0
	done
	gate_start
	ctl user add plain <<< "$PASSWORD"
	ctl user add second <<< "$PASSWORD"
	ctl otp enroll --no-confirm second > /dev/null
	ctl user add disabled <<< "$PASSWORD"
	ctl user disable disabled
	ctl user add --elsewhere elsewhere
}

timing() {
	"$BUILD/tests/timing" "$GATE/gate.sock" $PAIRS 192.0.2.7 "$@"
}

# alike USER PASSWORD USER PASSWORD: cannot be told apart.
alike() {
	run timing "$@"
	echo "$1 and $3: $output"
	[ "$status" -eq 0 ]
}

@test "the statistic can tell apart what differs" {
	# whose password was stored at another cost, until it is made anew
	gate_set password cost 3
	gate_start
	ctl user add old <<< "$PASSWORD"
	gate_stop
	gate_set password cost 1
	begin
	run timing old wrong nobody wrong
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'answer to the password:'*'z = +'* ]]
}

@test "a user who is known, and one who is not" {
	begin
	alike plain wrong nobody wrong
	alike second wrong nobody wrong
}

@test "a user with a second factor, and one without" {
	begin
	alike second wrong plain wrong
}

@test "a user who is disabled, and one whose password others keep" {
	begin
	alike disabled wrong nobody wrong
	alike disabled "$PASSWORD" nobody wrong
	alike elsewhere wrong nobody wrong
}

@test "a password that is right, and one that is not" {
	begin
	alike second "$PASSWORD" second wrong
	alike plain "$PASSWORD" plain wrong
}

@test "a user who is locked: known or not, the password right or not" {
	gate_set lockout tries 3
	gate_start
	ctl user add bob <<< "$PASSWORD"
	ctl otp enroll --no-confirm bob > /dev/null
	for user in bob nobody; do
		# three to lock him, three to be told of it, if they were right
		"$BUILD/tests/flood" "$GATE/gate.sock" "$user" \
		    10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6
	done
	alike bob wrong nobody wrong
	alike bob "$PASSWORD" bob wrong
	ctl lockout list --json | jq -e 'map(select(.of == "user") | .user) |
	    sort == ["bob", "nobody"]'
}
