#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# New passwords through the system's own passwd, chpasswd and su, by stacks in
# /etc/pam.d: of people whose password the gate keeps, and of others.

bats_require_minimum_version 1.5.0
load private.bash

DAY=86400
PASSWORD='correct horse battery staple'
NEW='green apples for nobody'
NEXT='seven slow submarines'

setup() {
	private_up
	clock 0
	for service in passwd chpasswd; do
		pam_stack $service <<< 'password required gate'
	done
	whole_su
}

teardown() {
	private_down
}

# whole_su: the gate alone lets people in.
whole_su() {
	printf '%s required gate\n' auth account password session |
	    pam_stack su
}

# split: other modules keep the passwords, the gate all else.
split() {
	local service
	for service in passwd chpasswd; do
		split_password "$@" | pam_stack $service
	done
	{
		cat <<-'STACK'
			auth requisite pam_unix.so
			auth requisite gate otp
			account required pam_unix.so
			account required gate
			session required gate
		STACK
		split_password "$@"
	} | pam_stack su
}

split_password() {
	cat <<-STACK
		password requisite gate check
		password requisite pam_unix.so use_authtok yescrypt $*
		password required gate record
	STACK
}

# begin [SECTION KEY VALUE]...: with both of them.
begin() {
	while [ $# -ge 3 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	start_faked
	ctl user add here <<< "$PASSWORD"
	HERE=$(ctl otp enroll --no-confirm here)
	ctl user add --elsewhere elsewhere
	ELSEWHERE=$(ctl otp enroll --no-confirm elsewhere)
}

# answering COMMAND ANSWER...: what it asks for is answered in turn.
answering() {
	local command
	read -ra command <<< "$1"
	shift
	run "${command[@]}" < <(printf '%s\n' "$@")
	echo "$output"
}

# their NAME ANSWER...: passwd, run by that person.
their() {
	answering "own $1 passwd" "${@:2}"
}

# root NAME ANSWER...: passwd, run by root.
root() {
	answering "inside passwd $1" "${@:2}"
}

# enters NAME ANSWER...: su to that person.
enters() {
	answering "inside su $1 -c id" "${@:2}"
}

# says TEXT...: all that is in the output.
says() {
	local text
	for text; do
		[[ $output == *"$text"* ]] || {
			echo "not said: $text"
			return 1
		}
	done
}

# refused REASON: by the gate, and so by the program.
refused() {
	local found
	found=$(jq -r 'select(.verb == "chauthtok" and
	    .outcome == "refused") | .reason' "$GATE/audit.log" | tail -n 1)
	echo "refused for: $found"
	[ "$status" -ne 0 ] && [ "$found" = "$1" ]
}

done_it() {
	[ "$status" -eq 0 ]
}

# of NAME FIELD
of() {
	ctl --json user show "$1" | jq -r ".$2"
}

# code_of URI [SECONDS]
code_of() {
	otp_code "$1" $((SHIFT + ${2:-0}))
}

# --- passwords that the gate keeps ------------------------------------------

@test "passwd by oneself: the old one is asked for, all rules hold" {
	PASSWORD+=' 7'
	begin password min_digits 1
	their here 'not the old one' "$NEW 1" "$NEW 1"
	refused bad_password
	says 'Current password: '
	their here "$PASSWORD" 'here'
	refused password_weak
	says 'It has 4 characters' 'more digits' 'user name'
	their here "$PASSWORD" "$PASSWORD"
	refused password_weak
	says 'It is the current password.'
	their here "$PASSWORD" "Correct Horse Battery Staple 1"
	refused password_weak
	says 'changed a little'
	their here "$PASSWORD" "$NEW 1" "$NEW 2"
	refused password_retype
	their here "$PASSWORD" "$NEW 1" "$NEW 1"
	done_it
	says 'Strength: ' ' of 100.' 'password updated successfully'
	is_system_password here "$SECRET"
	enters here "$PASSWORD" "$(code_of "$HERE")"
	[ "$status" -ne 0 ]
	enters here "$NEW 1" "$(code_of "$HERE")"
	done_it
	says 'uid=60001(here)'
}

@test "passwd and chpasswd by root: not asked for the old, ruled all the same" {
	begin
	root here 'here'
	refused password_weak
	[[ $output != *'Current'* ]]
	root here "$PASSWORD" "$PASSWORD"
	refused password_weak
	says 'used before'
	root here "$NEW" "$NEW"
	done_it
	answering 'inside chpasswd' 'here:short'
	refused password_weak
	says 'It has 5 characters'
	answering 'inside chpasswd' "here:$NEW"
	refused password_weak
	answering 'inside chpasswd' "here:$NEXT"
	done_it
	enters here "$NEXT" "$(code_of "$HERE")"
	done_it
}

@test "su: an expired password is changed on the way in" {
	begin password max_age 90d
	clock $((91 * DAY))
	enters here "$PASSWORD" "$(code_of "$HERE")" "$PASSWORD" 'here'
	refused password_weak
	says 'has expired and must be changed now' 'user name'
	[[ $output != *uid=* ]]
	enters here "$PASSWORD" "$(code_of "$HERE" 30)" 'not the old one'
	refused bad_password
	clock $((92 * DAY))
	enters here "$PASSWORD" "$(code_of "$HERE")" "$PASSWORD" \
	    "$NEW" "$NEW"
	done_it
	says 'uid=60001(here)'
	clock $((93 * DAY))
	enters here "$NEW" "$(code_of "$HERE")"
	done_it
	[[ $output != *expired* ]]
}

@test "of whom the gate keeps none, a line without a keyword changes none" {
	begin
	their elsewhere "$SECRET" "$NEW" "$NEW"
	refused unknown_user
	before=$(of elsewhere changed)
	clock $DAY
	root elsewhere "$NEW" "$NEW"
	refused unknown_user
	is_system_password elsewhere "$SECRET"
	[ "$(of elsewhere changed)" = "$before" ]
}

# --- passwords that others keep ---------------------------------------------

@test "beside pam_unix: passwd by oneself" {
	split
	PASSWORD+=' 7'
	begin password min_digits 1
	their elsewhere 'not the old one'
	[ "$status" -ne 0 ]
	[[ $output != *'New password'* ]]
	their elsewhere "$SECRET" 'elsewhere'
	refused password_weak
	says 'Current password: ' 'It has 9 characters' 'more digits' 'user name'
	their elsewhere "$SECRET" "${SECRET^^}"
	refused password_weak
	says 'changed a little'
	is_system_password elsewhere "$SECRET"
	clock $DAY
	their elsewhere "$SECRET" "$NEW 1" "$NEW 1"
	done_it
	says 'Strength: '
	is_system_password elsewhere "$NEW 1"
	[ "$(of elsewhere changed | cut -c -10)" = \
	    "$(date -u -d '+1 day' +%F)" ]
	# it is remembered, but nobody gets in by it here
	[ "$(sqlite3 "$GATE/gate.db" "SELECT verifier || 'none' FROM users
	    WHERE name = 'elsewhere'")" = none ]
	their elsewhere "$NEW 1" "$NEXT 2" "$NEXT 2"
	done_it
	their elsewhere "$NEXT 2" "$NEW 1"
	refused password_weak
	says 'used before'
	is_system_password elsewhere "$NEXT 2"
}

@test "beside pam_unix: passwd and chpasswd by root" {
	split
	begin
	root elsewhere 'elsewhere' 'elsewhere'
	refused password_weak
	[[ $output != *'Current'* ]]
	answering 'inside chpasswd' 'elsewhere:short'
	refused password_weak
	is_system_password elsewhere "$SECRET"
	root elsewhere "$NEW" "$NEW"
	done_it
	is_system_password elsewhere "$NEW"
	answering 'inside chpasswd' "elsewhere:$NEXT"
	done_it
	is_system_password elsewhere "$NEXT"
	answering 'inside chpasswd' "elsewhere:$NEW"
	refused password_weak
	is_system_password elsewhere "$NEXT"
	# of whom the gate keeps the password it is not put in two places
	root here "$NEW" "$NEW"
	refused unknown_user
	is_system_password here "$SECRET"
}

@test "one stack for both kinds" {
	split
	pam_stack passwd < <(
		echo 'password [success=done user_unknown=ignore' \
		    'default=die] gate'
		split_password)
	begin
	root here "$NEW" "$NEW"
	done_it
	is_system_password here "$SECRET"
	root elsewhere "$NEW" "$NEW"
	done_it
	is_system_password elsewhere "$NEW"
	root here 'here'
	refused password_weak
	is_system_password here "$SECRET"
	# one whom the gate does not know
	person nobody-here 60003
	root nobody-here "$NEXT" "$NEXT"
	refused unknown_user
	is_system_password nobody-here "$SECRET"
}

@test "what pam_unix does not store is neither remembered nor young" {
	split minlen=200
	begin
	before=$(of elsewhere changed)
	clock $DAY
	# it asks until the answers end
	their elsewhere "$SECRET" "$NEW" "$NEW" "$NEW" "$NEW"
	[ "$status" -ne 0 ]
	says 'Strength: ' 'must choose a longer password'
	is_system_password elsewhere "$SECRET"
	[ "$(of elsewhere changed)" = "$before" ]
	split
	# it cannot write
	inside mount -o remount,bind,ro /etc
	root elsewhere "$NEW" "$NEW"
	[ "$status" -ne 0 ]
	says 'Strength: '
	inside mount -o remount,bind,rw /etc
	is_system_password elsewhere "$SECRET"
	[ "$(of elsewhere changed)" = "$before" ]
	root elsewhere "$NEW" "$NEW"
	done_it
	[ "$(of elsewhere changed)" != "$before" ]
}

@test "a line that is but required leaves nothing for pam_unix to store" {
	for line in check ''; do
		pam_stack passwd <<-STACK
			password required gate $line
			password required pam_unix.so use_authtok
		STACK
		[ -n "${GATE_PID:-}" ] || begin
		root elsewhere 'elsewhere' 'elsewhere'
		[ "$status" -ne 0 ]
		is_system_password elsewhere "$SECRET"
	done
	# nor what another has asked for
	pam_stack passwd <<-'STACK'
		password required pam_pwquality.so
		password required gate check
		password required pam_unix.so use_authtok
	STACK
	root elsewhere 'Zgrmpf-Xwlk!elsewhere' 'Zgrmpf-Xwlk!elsewhere'
	refused password_weak
	is_system_password elsewhere "$SECRET"
}

@test "nobody may say of himself that others have stored his password" {
	split
	begin
	before=$(of elsewhere changed)
	clock $DAY
	for step in check record; do
		pam_stack alone <<< "password required gate $step"
		answering "own elsewhere pamtester alone elsewhere chauthtok" \
		    "$NEW" "$NEW"
		refused peer_not_allowed
		[[ $output != *'New password'* ]]
	done
	[ "$(of elsewhere changed)" = "$before" ]
}

@test "beside pam_unix: too young, warned, graced, expired" {
	split
	clock $((-100 * DAY))
	begin password min_age 2d password max_age 90d password warn 7d \
	    password grace 1
	their elsewhere "$SECRET" "$NEW" "$NEW"
	refused password_weak
	says 'hours until it may be changed again: 48'
	is_system_password elsewhere "$SECRET"
	clock $((-15 * DAY))
	enters elsewhere "$SECRET" "$(code_of "$ELSEWHERE")"
	done_it
	says 'days left: 5' 'uid=60002(elsewhere)'
	clock $((-9 * DAY))
	enters elsewhere "$SECRET" "$(code_of "$ELSEWHERE")"
	done_it
	says 'Sign-ins left with the old one: 0'
	clock 0
	enters elsewhere "$SECRET" "$(code_of "$ELSEWHERE")" \
	    "$SECRET" 'elsewhere'
	refused password_weak
	says 'must be changed now' 'Current password: '
	[[ $output != *uid=* ]]
	enters elsewhere "$SECRET" "$(code_of "$ELSEWHERE" 30)" \
	    "$SECRET" "$NEW" "$NEW"
	done_it
	says 'uid=60002(elsewhere)'
	is_system_password elsewhere "$NEW"
	clock 60
	enters elsewhere "$NEW" "$(code_of "$ELSEWHERE")"
	done_it
	[[ $output != *left* ]]
	# by the administrator, at any age
	ctl password expire elsewhere
	clock 120
	enters elsewhere "$NEW" "$(code_of "$ELSEWHERE")" \
	    "$NEW" "$NEXT" "$NEXT"
	done_it
	says 'You must choose a new password now.'
	is_system_password elsewhere "$NEXT"
}

# --- in the person's language -------------------------------------------------

@test "in the language of the caller, of the user, or of the gate" {
	split
	begin gate catalogues "$BUILD/locale"
	localedef -i de_DE -f UTF-8 "$WORLD/de_DE.UTF-8"
	root elsewhere 'kurz'
	says 'New password: ' 'It has 4 characters'
	answering "inside env LOCPATH=$WORLD LC_ALL=de_DE.UTF-8 passwd \
	    elsewhere" 'kurz'
	says 'Neues Passwort: ' 'Es hat 4 Zeichen' 'mindestens 15'
	answering "inside env LOCPATH=$WORLD LC_ALL=de_DE.UTF-8 passwd \
	    elsewhere" "$NEW" "$NEXT"
	says 'Stärke: ' 'Neues Passwort wiederholen: ' \
	    'Die beiden Passwörter sind verschieden.'
	# the user's own wish goes first
	ctl user set --language ko elsewhere
	[ "$(of elsewhere language)" = ko ]
	answering "inside env LOCPATH=$WORLD LC_ALL=de_DE.UTF-8 passwd \
	    elsewhere" 'kurz'
	says '새 비밀번호: '
	[[ $output != *'Es hat'* ]]
	their elsewhere "$SECRET" "$NEW" "$NEW"
	done_it
	says '새 비밀번호 다시 입력: '
	is_system_password elsewhere "$NEW"
	ctl user set --language '' elsewhere
	gate_set gate language de
	reload
	root elsewhere 'kurz'
	says 'Es hat 4 Zeichen'
}
