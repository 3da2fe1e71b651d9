#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck disable=SC2153 # PERSON and SERVICE come from system.bash
#
# Real stacks in /etc/pam.d, without the wrapper: those of the PAM guide.

load system.bash

setup_file() {
	system_up
}

teardown_file() {
	system_down
}

setup() {
	only_root
	system_gate
	# somebody whom the system does not know
	portal=portal-$$
	password='correct horse battery staple'
}

teardown() {
	system_gate_gone
}

# tester USER HOOKS [ANSWER...]: an application, from the address FROM; it is
# root's, unless AS is a command in front that makes it somebody else's.
tester() {
	local user=$1 hooks
	read -ra hooks <<< "$2"
	shift 2
	run timeout 20 "${AS[@]}" pamtester -I rhost="${FROM:-192.0.2.7}" \
	    "$SERVICE" "$user" "${hooks[@]}" < <(printf '%s\n' "$@")
}

login='authenticate acct_mgmt open_session close_session'

# keep USER: makes a user of the fallback, whose codes are those of URI.
keep() {
	ctl user add "$1" <<< "$password"
	uri=$(ctl otp enroll --no-confirm "$1" 2> /dev/null)
}

@test "whole gate: a ticket" {
	gate_start
	tester "$portal" "$login" "$(ticket "$portal")"
	came_in
	on_record "$portal" method sso
	on_record "$portal" service "$SERVICE"
	on_record "$portal" address 192.0.2.7
	on_record "$portal" state ended
}

@test "whole gate: a password and a code" {
	gate_start
	keep "$portal"
	code=$(otp_code "$uri")
	tester "$portal" "$login" "$password" "$(other_code "$code")"
	refused bad_code
	tester "$portal" "$login" "$password" "$code"
	came_in
	on_record "$portal" method password+otp
	tester "$portal" "$login" "$password" "$code"
	refused code_used
}

@test "steps of their own: the system's password and a code" {
	stack 'Steps of their own'
	gate_start
	keep "$PERSON"
	code=$(otp_code "$uri")
	tester "$PERSON" "$login" "$SECRET" "$(other_code "$code")"
	refused bad_code
	tester "$PERSON" "$login" "$SECRET" "$code"
	came_in
	on_record "$PERSON" method otp
}

@test "steps of their own: a wrong password is not asked for a code" {
	stack 'Steps of their own'
	gate_start
	keep "$PERSON"
	# the gate's own password is not the system's
	tester "$PERSON" "$login" "$password" "$(otp_code "$uri")"
	refused not_a_token
	[[ $output == *token:* && $output != *Code:* ]]
}

@test "steps of their own: a ticket in place of the password" {
	stack 'Steps of their own'
	gate_start
	tester "$PERSON" "$login" "$(ticket "$PERSON")"
	came_in
	on_record "$PERSON" method sso
}

@test "steps of their own: a refused Response does not fall through" {
	stack 'Steps of their own'
	gate_start
	keep "$PERSON"
	used=$(response "$PERSON" --format deflate)
	tester "$PERSON" "$login" "$used"
	came_in
	tester "$PERSON" "$login" "$used" "$SECRET" "$(otp_code "$uri")"
	refused replay
	[[ $output == *token:* && $output != *Code:* ]]
}

@test "steps of their own: an address that is not listed is asked nothing" {
	stack 'Steps of their own'
	gate_start
	FROM=198.51.100.9 tester "$PERSON" "$login" "$(ticket "$PERSON")"
	refused address_not_listed
	[[ $output != *token:* ]]
}

@test "steps of their own: without the daemon nobody gets in" {
	stack 'Steps of their own'
	gate_start
	keep "$PERSON"
	code=$(otp_code "$uri")
	gate_stop
	tester "$PERSON" "$login" "$SECRET" "$code"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot retrieve authentication info"* ]]
}

@test "root and the system's accounts are turned away, unless allowed" {
	gate_start
	tester daemon "$login" "$(ticket daemon)"
	refused system_account
	tester root "$login" "$(ticket root)"
	refused root_refused
	gate_set users allow_root yes
	reload
	tester root "$login" "$(ticket root)"
	came_in
	tester daemon "$login" "$(ticket daemon)"
	refused system_account
}

@test "a new password: probed, refused when weak, good when set" {
	gate_start
	keep "$portal"
	tester "$portal" chauthtok 'too short'
	refused password_weak
	[[ $output == *"It has 9 characters"* ]]
	tester "$portal" chauthtok 'a wholly new phrase' 'a wholly new phrasf'
	refused password_retype
	tester "$portal" chauthtok 'a wholly new phrase' 'a wholly new phrase'
	came_in
	passes=$(tail -n 2 "$GATE/audit.log" | jq -r '.verb + " " + .step')
	[ "$passes" = $'chauthtok preliminary\nchauthtok update' ]
	code=$(otp_code "$uri")
	tester "$portal" "$login" "$password" "$code"
	refused bad_password
	tester "$portal" "$login" 'a wholly new phrase' "$code"
	came_in
}

@test "an expired password: root has to know the old one too" {
	gate_start
	keep "$portal"
	expired='chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'
	tester "$portal" "$expired" 'not the old one' \
	    'a wholly new phrase' 'a wholly new phrase'
	refused bad_password
	tester "$portal" "$expired" "$password" \
	    'a wholly new phrase' 'a wholly new phrase'
	came_in
}

@test "a new password of somebody whom the gate does not keep" {
	gate_start
	tester "$PERSON" chauthtok 'a wholly new phrase' 'a wholly new phrase'
	refused unknown_user
	[[ $output == *"User not known"* ]]
}

@test "a caller who is not root speaks for itself only" {
	gate_set session without_login allow
	gate_start
	AS=(setpriv --reuid "$PERSON" --regid "$PERSON" --clear-groups)
	tester "$PERSON" "$login" "$(ticket "$PERSON")"
	came_in
	for hook in authenticate acct_mgmt open_session chauthtok; do
		tester "$portal" $hook "$(ticket "$portal")"
		refused peer_not_allowed
		[[ $output != *token:* ]]
	done
	keep "$PERSON"
	tester "$PERSON" chauthtok 'not the old one' \
	    'a wholly new phrase' 'a wholly new phrase'
	refused bad_password
	tester "$PERSON" chauthtok "$password" \
	    'a wholly new phrase' 'a wholly new phrase'
	came_in
}

@test "behind a setuid program, as passwd is, the old password is asked for" {
	# as passwd is: root's rights, somebody else behind it
	install -m 4750 -g "$PERSON" /usr/bin/pamtester "$WORLD/pamtester"
	PATH=$WORLD:$PATH
	AS=(setpriv --reuid "$PERSON" --regid "$PERSON" --clear-groups)
	gate_start
	keep "$portal"
	tester "$portal" chauthtok 'not the old one' \
	    'a wholly new phrase' 'a wholly new phrase'
	[ "$(decision peer_uid)" -eq 0 ] || skip "$WORLD is mounted nosuid"
	refused bad_password
	tester "$portal" chauthtok "$password" \
	    'a wholly new phrase' 'a wholly new phrase'
	came_in
}

@test "a daemon of another user is trusted in a folder of that user" {
	gate_set gate run_as "$PERSON"
	chown "$PERSON" "$GATE"
	gate_start
	uid=$(awk '$1 == "Uid:" { print $2, $3, $4 }' "/proc/$GATE_PID/status")
	person=$(id -u "$PERSON")
	[ "$uid" = "$person $person $person" ]
	tester "$portal" "$login" "$(ticket "$portal")"
	came_in
	later=$(ticket "$portal")
	chown root "$GATE"
	tester "$portal" "$login" "$later"
	chown "$PERSON" "$GATE"
	[ "$status" -eq 1 ]
	[[ $output == *"cannot retrieve authentication info"* ]]
	tester "$portal" "$login" "$later"
	came_in
}
