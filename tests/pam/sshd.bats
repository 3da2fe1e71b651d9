#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2016 # what the shell at the other end expands
#
# Through a real sshd on a port of 127.0.0.1.

load system.bash
load sshd.bash

setup_file() {
	system_up
	[ "$EUID" -eq 0 ] || return 0
	sshd_start
}

teardown_file() {
	sshd_stop
	system_down
}

setup() {
	only_root
	system_gate
	gate_start
	password='correct horse battery staple'
}

teardown() {
	system_gate_gone
	[ -z "${BOX:-}" ] || tail -n 8 "$BOX/log"
}

# answers FIRST [CODE]: what ssh will be given when it asks.
answers() {
	printf '%s\n' "$1" > "$BOX/first"
	printf '%s\n' "${2:-}" > "$BOX/code"
	: > "$BOX/asked"
}

# sign_in [METHOD]: runs a command there, which tells its session's name.
sign_in() {
	run over_ssh "${1:-keyboard-interactive}" \
	    'echo "in as $(id -un) by $GATEHOUSE_SESSION"' < /dev/null
}

# in_by METHOD: it was let in, and the record of the session that it was told
# says how, from where, and that it is over.
in_by() {
	local id
	came_in
	[[ $output =~ "in as $PERSON by "([0-9A-Za-z]+) ]]
	id=${BASH_REMATCH[1]}
	eventually says "$id" state ended
	says "$id" end_reason closed
	says "$id" user "$PERSON"
	says "$id" method "$1"
	says "$id" address 127.0.0.1
	says "$id" service "$SERVICE"
}

# says ID FIELD VALUE: the record of one session.
says() {
	[ "$(ctl session show "$1" --json | jq -r ".$2")" = "$3" ]
}

# turned_away REASON: by sshd, for that reason of the gate's.
turned_away() {
	refused "$1" 255
	[[ $output != *"in as"* ]]
}

keep() {
	ctl user add "$PERSON" <<< "$password"
	uri=$(ctl otp enroll --no-confirm "$PERSON" 2> /dev/null)
}

@test "ssh: a ticket" {
	answers "$(ticket "$PERSON")"
	sign_in
	in_by sso
	sign_in
	turned_away ticket_unknown
}

# stay_in: signs in for as long as descriptor 4 is open; $ssh is the client, $id
# the session.
stay_in() {
	answers "$(ticket "$PERSON")"
	mkfifo "$BATS_TEST_TMPDIR/keys"
	over_ssh keyboard-interactive 'echo "$GATEHOUSE_SESSION"; cat' \
	    < "$BATS_TEST_TMPDIR/keys" > "$BATS_TEST_TMPDIR/screen" 3>&- &
	ssh=$!
	exec 4> "$BATS_TEST_TMPDIR/keys"
	eventually test -s "$BATS_TEST_TMPDIR/screen"
	id=$(cat "$BATS_TEST_TMPDIR/screen")
}

@test "ssh: who is ended from outside is out" {
	stay_in
	pid=$(ctl session show "$id" --json | jq .pid)
	ctl session end "$id"
	# gone, or about to be: it may vanish while it is looked at
	state=$(sed -n 's/^State:[[:space:]]*//p' "/proc/$pid/status" 2> \
	    /dev/null) || true
	[[ -z $state || $state == Z* ]]
	# the client is told, though its input is open still
	if wait "$ssh"; then false; fi
	exec 4>&-
	says "$id" end_reason administrator
	eventually nobody_left
}

nobody_left() {
	! pgrep -u "$PERSON" > /dev/null
}

@test "ssh: the session is on record while it lasts" {
	stay_in
	says "$id" state open
	says "$id" user "$PERSON"
	says "$id" tty ssh
	# the process that holds the session
	pid=$(ctl session show "$id" --json | jq .pid)
	[ "$(readlink "/proc/$pid/exe")" = "$(realpath "$BOX/$SERVICE")" ]
	exec 4>&-
	wait "$ssh"
	eventually says "$id" state ended
}

@test "ssh: a password and a code" {
	keep
	answers "$password" "$(otp_code "$uri")"
	sign_in
	in_by password+otp
}

@test "ssh: a wrong code" {
	keep
	answers "$password" "$(other_code "$(otp_code "$uri")")"
	sign_in
	turned_away bad_code
}

@test "ssh: a second factor set up on the way in, its QR code whole" {
	gate_set 2fa enroll yes
	reload
	ctl user add "$PERSON" <<< "$password"
	answers "$password" 12345
	LC_ALL=C.UTF-8 sign_in
	turned_away bad_code
	# ssh shows no escapes, and writes them out
	uri=$(grep -o 'otpauth://[^ ]*' "$BOX/asked")
	[ -n "$uri" ]
	[ "$(scan "$BATS_TEST_TMPDIR/qr.pgm" < "$BOX/asked")" = "$uri" ]
}

@test "ssh: somebody whom the system does not know is asked the same" {
	stranger=stranger-$$
	answers "$(ticket "$stranger")" 123456
	WHO=$stranger sign_in
	turned_away unknown_user
	# sshd hides what was typed, so that nothing of it is used up
	[ "$(sed 's/.*) //' "$BOX/asked")" = \
	    "$(printf 'Password or SSO token: \nCode: ')" ]
}

@test "ssh: a public key bypasses the gate only where that is allowed" {
	sign_in publickey
	turned_away no_login
	gate_set session without_login allow
	reload
	sign_in publickey
	in_by external
	ctl user add --elsewhere "$PERSON"
	ctl user disable "$PERSON"
	sign_in publickey
	turned_away user_disabled
}

@test "ssh: without the daemon nobody gets in, and sshd goes on" {
	answers "$(ticket "$PERSON")"
	gate_stop
	SECONDS=0
	sign_in
	[ "$status" -eq 255 ]
	[ "$SECONDS" -lt 10 ]
	[[ $output == *"Permission denied"* ]]
	gate_start
	sign_in
	in_by sso
}

@test "ssh: from an address that is not listed" {
	echo 'allow 192.0.2.0/24' > "$GATE/allowlist"
	reload
	answers "$(ticket "$PERSON")"
	sign_in
	turned_away address_not_listed
	gate_set session without_login allow
	reload
	sign_in publickey
	turned_away address_not_listed
}
