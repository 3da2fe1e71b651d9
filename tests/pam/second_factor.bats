#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# When a code is asked for beside the password, and of whom: the rules of [2fa],
# devices that are remembered, and what somebody who guesses learns of either.

bats_require_minimum_version 1.5.0
load signing_in.bash

HOUR=3600

# begin [SECTION KEY VALUE]...: with bob, who has an authenticator, and eve, who
# has none.
begin() {
	settings "$@"
	start_faked
	ctl user add bob <<< "$PASSWORD"
	ctl user add eve <<< "$PASSWORD"
	URI=$(ctl otp enroll --no-confirm bob 2> /dev/null)
}

# at ADDRESS, on SERVICE: as, or what follows, from there.
at() {
	FROM=$1 "${@:2}"
}

on() {
	SERVICE=$1 "${@:2}"
}

# code [SECONDS]: bob's, of now or so much later.
code() {
	otp_code "$URI" $((SHIFT + ${1:-0}))
}

# prompts: what the person was asked for, one a line.
prompts() {
	sed -n 's/^hidden: //p' <<< "$output"
}

# not_asked COMMAND...: it lets in, and asks for no code.
not_asked() {
	HOOKS='authenticate acct_mgmt' run "$@"
	echo "$output"
	decision
	[ "$status" -eq 0 ]
	[ "$(prompts)" = "${PROMPTS-Password or SSO token: }" ]
}

# asked COMMAND...: a code is asked for, and none is given.
asked() {
	HOOKS=authenticate run ! "$@"
	echo "$output"
	[[ $output == *'hidden: Code: '* ]]
	[[ $output == *unanswered* ]]
}

# refused REASON COMMAND...: told no more than that. Its output stays in REFUSED.
refused() {
	HOOKS=authenticate run ! "${@:2}"
	echo "$output"
	decision
	[ "$(decision reason)" = "$1" ]
	[[ $output != *info:* && $output != *error:* ]]
	[[ $output != *unanswered* ]]
	REFUSED=$(grep -v '^user: ' <<< "$output")
}

# login FIELD: of the last login on record.
login() {
	jq -r "select(.verb == \"login\") | .$1 // \"\"" "$GATE/audit.log" |
	    tail -n 1
}

# again SECTION KEY VALUE: the daemon with another setting.
again() {
	gate_stop
	gate_set "$@"
	start_faked
}

# --- skip_from ----------------------------------------------------------------

@test "skip_from: from there nobody is asked for a code, elsewhere everybody" {
	begin 2fa skip_from '192.0.2.0/28 2001:db8:1:5::/64'
	not_asked as bob "$PASSWORD"
	[ "$(login method)" = password ]
	[ "$(login detail)" = \
	    'no code was asked for: [2fa] skip_from 192.0.2.0/28' ]
	not_asked as eve "$PASSWORD"
	at 2001:db8:1:5::9 not_asked as bob "$PASSWORD"
	at ::ffff:192.0.2.7 not_asked as bob "$PASSWORD"
	at 2001:db8:1:6::9 asked as bob "$PASSWORD"
	at 192.0.2.77 asked as bob "$PASSWORD"
	at 192.0.2.77 as bob "$PASSWORD" "$(code)"
	[ "$(login method)" = password+otp ]
	at 192.0.2.77 refused no_second_factor as eve "$PASSWORD" 000000
}

@test "skip_from: the missing question tells neither name nor password" {
	begin 2fa skip_from 192.0.2.0/28 2fa enroll yes
	refused bad_password as bob wrong
	known=$REFUSED
	refused unknown_user as mallory "$PASSWORD"
	[ "$REFUSED" = "$known" ]
	refused bad_password as eve wrong
	[ "$REFUSED" = "$known" ]
	ctl user disable bob
	refused user_disabled as bob "$PASSWORD"
	[ "$REFUSED" = "$known" ]
	[[ $known != *Code:* && $known != *otpauth* ]]
}

@test "skip_from: tries are counted as ever, and who is blocked is told" {
	begin 2fa skip_from 192.0.2.0/28 lockout address_tries 2
	# all that there is of eve is her password
	refused bad_password as eve wrong
	not_asked as eve "$PASSWORD"
	refused bad_password as eve wrong
	not_asked as eve "$PASSWORD"
	# of bob there are codes to be guessed elsewhere
	refused bad_password as bob wrong
	not_asked as bob "$PASSWORD"
	refused bad_password as bob wrong
	refused address_blocked as bob wrong
	HOOKS=authenticate run ! as bob "$PASSWORD"
	[ "$(decision reason)" = address_blocked ]
	[[ $output == *error:* ]]
}

# --- required_for -------------------------------------------------------------

@test "required_for: who is not named needs the password alone" {
	begin 2fa required_for user:bob
	not_asked as eve "$PASSWORD"
	[ "$(login method)" = password ]
	[ "$(login detail)" = \
	    'no code was asked for: [2fa] required_for names others' ]
	asked as bob "$PASSWORD"
	as bob "$PASSWORD" "$(code)"
	[ "$(login method)" = password+otp ]
}

@test "required_for: by the service" {
	begin 2fa required_for service:mailer
	gate_service mailer
	not_asked as bob "$PASSWORD"
	on mailer asked as bob "$PASSWORD"
	on mailer refused no_second_factor as eve "$PASSWORD" 000000
}

# with_groups: a daemon that has the groups and accounts of files.
with_groups() {
	local asan library
	library=$(echo /usr/lib/*/libnss_wrapper.so)
	asan=$(ldd "$BUILD/gatehoused" | awk '/libasan/ { print $3 }')
	cp /etc/passwd "$GATE/passwd"
	cp /etc/group "$GATE/group"
	for name in bob eve dan; do
		echo "$name:x:$((4200 + ${#name} * 10 + $(wc -l < \
		    "$GATE/passwd"))):4999::/:/bin/sh" >> "$GATE/passwd"
	done
	# more than are asked for at once
	for gid in $(seq 5000 5080); do
		echo "g$gid:x:$gid:bob" >> "$GATE/group"
	done
	printf '%s\n' plain:x:4999: agents:x:5100:bob others:x:5101:eve \
	    >> "$GATE/group"
	LD_PRELOAD=${asan:+$asan:}$library NSS_WRAPPER_PASSWD=$GATE/passwd \
	    NSS_WRAPPER_GROUP=$GATE/group gate_start
	for name in bob eve dan; do
		ctl user add "$name" <<< "$PASSWORD"
	done
}

@test "required_for: by the groups of the system" {
	gate_set 2fa required_for 'group:agents group:others'
	with_groups
	asked as bob "$PASSWORD"
	asked as eve "$PASSWORD"
	not_asked as dan "$PASSWORD"
}

@test "required_for: by the group that an account has of its own" {
	gate_set 2fa required_for group:plain
	with_groups
	asked as dan "$PASSWORD"
	grep -v ^dan: "$GATE/passwd" > "$GATE/passwd.new"
	echo dan:x:4321:5101::/:/bin/sh >> "$GATE/passwd.new"
	mv "$GATE/passwd.new" "$GATE/passwd"
	not_asked as dan "$PASSWORD"
}

@test "required_for: without an account there are no groups" {
	begin 2fa required_for group:daemon
	not_asked as eve "$PASSWORD"
}

@test "required_for: a group that nobody knows lets nobody off" {
	begin 2fa required_for 'group:agentes'
	asked as eve "$PASSWORD"
	grep -q '"agentes" cannot be told: there is no such group' \
	    "$GATE/daemon.log"
}

# like_a_stranger REASON USER PASSWORD: asked for a code, and refused after it,
# as somebody is who does not exist.
like_a_stranger() {
	local mine
	refused "$1" as "$2" "$3" 000000
	mine=$REFUSED
	refused unknown_user as "stranger$RANDOM" "$3" 000000
	[ "$REFUSED" = "$mine" ]
	[ "$(prompts)" = "$(printf 'Password or SSO token: \nCode: ')" ]
}

@test "required_for: without a right password all are asked alike" {
	begin 2fa required_for user:nobody-there lockout address_tries 4
	like_a_stranger bad_password bob wrong
	like_a_stranger bad_password eve wrong
	ctl user disable eve
	like_a_stranger user_disabled eve "$PASSWORD"
	ctl lockout reset --address 192.0.2.7 bob
	for _ in 1 2 3 4; do
		refused bad_password as bob wrong 000000
	done
	# the right password, while blocked: neither let in nor told
	refused address_blocked as bob "$PASSWORD" 000000
	refused address_blocked as bob wrong 000000
	at 192.0.2.8 not_asked as bob "$PASSWORD"
}

@test "who is not asked is not made to set one up, and rules of access see it" {
	begin 2fa enroll yes 2fa required_for user:bob
	not_asked as eve "$PASSWORD"
	[[ $output != *otpauth* ]]
	gate_stop
	printf '[access]\nrequire method = password+otp\n' \
	    >> "$GATE/gatehouse.conf"
	start_faked
	refused access_denied as eve "$PASSWORD"
	HOOKS=authenticate as bob "$PASSWORD" "$(code)"
}

@test "what is wrong with the rules is said by config check and at the start" {
	# wrong KEY VALUE PATTERN
	wrong() {
		gate_set 2fa "$1" "$2"
		run ! ctl config check --config "$GATE/gatehouse.conf"
		[[ $output == *"[2fa] $1: "*"$3"* ]]
		run ! timeout 10 "$BUILD/gatehoused" --config \
		    "$GATE/gatehouse.conf"
		[[ $output == *"[2fa] $1: "*"$3"* ]]
		gate_set 2fa "$1" ''
	}
	wrong skip_from '10.0.0.1/8 192.0.2.0/24' 'did you mean 10.0.0.0/8'
	wrong skip_from '10.0.0.0/8 0.0.0.0/0' '0.0.0.0/0 is everywhere'
	wrong required_for 'user:bob agents' '"agents" is none of'
	wrong enroll_by 2027-02-30 'must be a day'
	run ctl config check --config "$GATE/gatehouse.conf"
	[[ $output != *2fa* ]]
}

# --- the line of its own ------------------------------------------------------

# step_service: the service "step", where another module sees to the password.
step_service() {
	gate_service step
	sed -i '/^auth/s/$/ otp/' "$GATE/pam.d/step"
}

@test "otp line: by name, service and address; the account's rules hold" {
	begin 2fa required_for user:bob 2fa skip_from 192.0.2.64/26
	ctl user add --elsewhere carol
	step_service
	local -x SERVICE=step PROMPTS=
	not_asked as carol
	[ "$(login method)" = password ]
	asked as bob
	at 192.0.2.70 not_asked as bob
	# others keep the password, and the gate nothing
	not_asked as dan
	ctl user disable carol
	refused user_disabled as carol 000000
	[[ $output == *Code:* ]]
	at 192.0.2.70 refused user_disabled as carol
	refused system_account as daemon
}

@test "otp line: who is locked is asked, whatever the rules" {
	begin 2fa required_for user:bob lockout address_tries 2
	for _ in 1 2; do
		refused bad_password as eve wrong 000000
	done
	step_service
	on step refused address_blocked as eve 000000
	[[ $output == *Code:* ]]
	PROMPTS='' on step at 192.0.2.8 not_asked as eve
}

@test "otp line behind our own password line: one sign-in, by the password" {
	begin 2fa required_for user:bob
	{
		for step in password otp; do
			echo "auth requisite $BUILD/pam_gatehouse.so" \
			    "socket=$GATE/gate.sock $step"
		done
		echo "session required $BUILD/pam_gatehouse.so" \
		    "socket=$GATE/gate.sock"
	} > "$GATE/pam.d/two"
	HOOKS='authenticate open_session' SERVICE=two as eve "$PASSWORD"
	[ "$(ctl session list --all --user eve --json | jq -r \
	    '[length, .[0].method] | join(" ")')" = '1 password' ]
	HOOKS='authenticate open_session' SERVICE=two as bob "$PASSWORD" \
	    "$(code)"
	[ "$(ctl session list --all --user bob --json | jq -r \
	    '[length, .[0].method] | join(" ")')" = '1 password+otp' ]
}

@test "otp line: the age of a password that others keep holds without a code" {
	begin 2fa required_for user:bob password max_age 30d
	ctl user add --elsewhere carol
	step_service
	clock $((31 * DAY))
	HOOKS='authenticate acct_mgmt' SERVICE=step run ! as carol
	[[ $output == *'acct_mgmt: 12 '* ]] # PAM_NEW_AUTHTOK_REQD
}

@test "otp line with enroll: let by before the deadline, made to after it" {
	gate_set 2fa enroll yes
	gate_set 2fa enroll_within 3d
	begin
	ctl user add --elsewhere carol
	step_service
	local -x SERVICE=step
	# who has not said that others have seen the password does not get one
	refused no_second_factor as carol 000000
	sed -i '/^auth/s/$/ enroll/' "$GATE/pam.d/step"
	HOOKS='authenticate acct_mgmt' run -0 as carol ''
	[[ $output == *'days left to set one up: 3'* ]]
	[ "$(login method)" = password ]
	[ "$(login detail)" = \
	    'no code was asked for: [2fa] enroll_by, enroll_within' ]
	# those of the gate as well; strangers are what they were
	refused unknown_user as nobody-of-ours 000000
	as bob "$(code)"
	clock $((4 * DAY))
	HOOKS=authenticate run ! as carol 12345 12345 12345
	[[ $output == *otpauth* ]]
	[ "$(decision reason)" = bad_code ]
	ctl user disable carol
	refused user_disabled as carol 000000
	[[ $output != *otpauth* ]]
}

@test "otp line with enroll: who is locked is not shown a seed" {
	gate_set 2fa enroll yes
	begin lockout address_tries 2
	step_service
	for _ in 1 2; do
		refused bad_password as eve wrong 000000
	done
	sed -i '/^auth/s/$/ enroll/' "$GATE/pam.d/step"
	on step refused address_blocked as eve 000000
	[[ $output != *otpauth* ]]
}

# --- one factor or two --------------------------------------------------------

# new ANSWER...: the administrator sets bob's password.
new() {
	HOOKS=chauthtok as bob "$@"
}

@test "whoever may come in without a code has one factor, for [password] too" {
	# KEY VALUE LENGTH...: a password of that many letters is too short
	local short='seven slow' key value
	begin password min_length_mfa 8 password max_age 30d \
	    password max_age_for single_factor
	new "$short ab" "$short ab"
	clock $((31 * DAY))
	HOOKS='authenticate acct_mgmt' as bob "$short ab" "$(code)"
	while read -r key value; do
		again 2fa "$key" "$value"
		run ! new "$short cd"
		[[ $output == *'must have 15 or more'* ]]
		# a code that is good once more, or none is asked for
		clock $((SHIFT + 60))
		HOOKS='authenticate acct_mgmt' FROM=192.0.2.77 run ! \
		    as bob "$short ab" "$(code)"
		echo "$key: $output"
		[[ $output == *'acct_mgmt: 12 '* ]]
		if [ "$key" = remember ]; then value=0s; else value=; fi
		gate_stop
		gate_set 2fa "$key" $value
	done <<-'END'
		skip_from 192.0.2.0/28
		required_for service:portal
		required_for user:eve
		remember 1h
	END
	gate_set 2fa required_for 'user:eve user:bob'
	start_faked
	new "$short ef" "$short ef"
}

# --- remember -----------------------------------------------------------------

# remembered: begins with bob's device remembered for eight hours.
remembered() {
	begin 2fa remember 8h
	as bob "$PASSWORD" "$(code)"
	not_asked as bob "$PASSWORD"
}

# devices: how many of bob's are remembered.
devices() {
	ctl --json otp show bob | jq .remembered_devices
}

@test "remember: off unless it is set" {
	begin
	as bob "$PASSWORD" "$(code)"
	asked as bob "$PASSWORD"
	[ "$(devices)" = 0 ]
}

@test "remember: the same user, service and address, and no other" {
	remembered
	[ "$(login method)" = password ]
	[ "$(login detail)" = 'no code was asked for: [2fa] remember' ]
	[ "$(devices)" = 1 ]
	gate_service mailer
	on mailer asked as bob "$PASSWORD"
	at 192.0.2.8 asked as bob "$PASSWORD"
	at 192.0.2.8 as bob "$PASSWORD" "$(code 30)"
	[ "$(devices)" = 2 ]
	at 192.0.2.8 not_asked as bob "$PASSWORD"
	# somebody else with a factor, from there, is somebody else
	ctl otp enroll --no-confirm eve > /dev/null 2>&1
	asked as eve "$PASSWORD"
}

@test "remember: IPv6 by the /64" {
	begin 2fa remember 8h
	at 2001:db8:1:2::1 as bob "$PASSWORD" "$(code)"
	at 2001:db8:1:2:ffff::9 not_asked as bob "$PASSWORD"
	at 2001:db8:1:3::1 asked as bob "$PASSWORD"
}

@test "remember: without an address there is no device" {
	begin 2fa remember 8h allowlist absent local
	# nowhere: there is no such item then
	nowhere() {
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u bob -a "$PASSWORD" \
		    "$@" portal authenticate 2>&1
	}
	nowhere -a "$(code)"
	[ "$(devices)" = 0 ]
	asked nowhere
}

@test "remember: a wrong password is asked for a code as ever" {
	remembered
	like_a_stranger bad_password bob wrong
	refused bad_password as bob wrong "$(code 30)"
	not_asked as bob "$PASSWORD"
	ctl user disable bob
	like_a_stranger user_disabled bob "$PASSWORD"
}

@test "remember: who is locked is asked, and a recovery code lifts it" {
	begin 2fa remember 8h lockout address_tries 2
	recovery=$(ctl otp recovery bob 2> /dev/null |
	    grep -m 1 -E '^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$')
	as bob "$PASSWORD" "$(code)"
	for _ in 1 2; do
		refused bad_password as bob wrong 000000
	done
	refused address_blocked as bob "$PASSWORD" 000000
	as bob "$PASSWORD" "$recovery"
	not_asked as bob "$PASSWORD"
}

@test "remember: a recovery code is no reason to" {
	begin 2fa remember 8h
	recovery=$(ctl otp recovery bob 2> /dev/null |
	    grep -m 1 -E '^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$')
	as bob "$PASSWORD" "$recovery"
	[ "$(devices)" = 0 ]
	asked as bob "$PASSWORD"
}

@test "remember: for so long, and no longer however the clock is set" {
	remembered
	clock $((8 * HOUR - 60))
	not_asked as bob "$PASSWORD"
	clock $((8 * HOUR + 1))
	asked as bob "$PASSWORD"
	[ "$(devices)" = 0 ]
	at 192.0.2.8 as bob "$PASSWORD" "$(code)"
	# back into the time of the first, and before that of the second
	clock $((4 * HOUR))
	asked as bob "$PASSWORD"
	at 192.0.2.8 asked as bob "$PASSWORD"
	# ahead, and right again: what was remembered then is not good now
	clock $((365 * DAY))
	as bob "$PASSWORD" "$(code)"
	not_asked as bob "$PASSWORD"
	clock $((9 * HOUR))
	asked as bob "$PASSWORD"
}

@test "remember: switched off, nothing that is on record counts" {
	remembered
	again 2fa remember 0s
	asked as bob "$PASSWORD"
}

# forgotten COMMAND...: after it bob is asked, with this password.
forgotten() {
	remembered
	"$@"
	[ "$(sqlite3 "$GATE/gate.db" 'SELECT count(*) FROM device')" = 0 ]
	asked as bob "${NEW:-$PASSWORD}"
}

@test "forgotten: the user changes the password" {
	changes() {
		HOOKS=chauthtok EXPIRED=1 as bob "$PASSWORD" "$NEW" "$NEW"
	}
	NEW='green apples for nobody'
	forgotten changes
}

@test "forgotten: the administrator sets it" {
	NEW='green apples for nobody'
	forgotten new "$NEW" "$NEW"
}

@test "forgotten: another second factor, confirmed or at once" {
	waits() {
		local uri
		uri=$(ctl otp enroll bob)
		not_asked as bob "$PASSWORD"
		ctl otp confirm bob <<< "$(otp_code "$uri")"
	}
	forgotten waits
	URI=$(ctl otp enroll --no-confirm bob)
	as bob "$PASSWORD" "$(code)"
	[ "$(devices)" = 1 ]
	ctl otp enroll --no-confirm bob > /dev/null
	asked as bob "$PASSWORD"
}

@test "forgotten: one taken over from another module" {
	import() {
		echo 'HOTP bob - 3132333435363738393031323334353637383930 5' \
		    > "$GATE/users.oath"
		ctl otp import --force "$GATE/users.oath"
	}
	forgotten import
}

@test "forgotten: the second factor is removed" {
	forgotten ctl otp remove bob
}

@test "forgotten: the user is disabled, and enabled again" {
	off_and_on() {
		ctl user disable bob
		ctl user enable bob
	}
	forgotten off_and_on
}

@test "forgotten: the user is removed, and another of that name added" {
	another() {
		ctl user remove bob
		ctl user add bob <<< "$PASSWORD"
		ctl otp enroll --no-confirm bob > /dev/null 2>&1
	}
	forgotten another
}

@test "forgotten: by hand, which is on record; a lockout reset forgets none" {
	remembered
	ctl lockout reset --address 192.0.2.7 || true
	ctl lockout reset bob || true
	not_asked as bob "$PASSWORD"
	ctl otp forget bob
	[ "$(decision verb) $(decision user)" = 'otp_forget bob' ]
	asked as bob "$PASSWORD"
	[ "$(devices)" = 0 ]
	run -0 ctl otp forget bob
	run -1 ctl otp forget mallory
	[[ $output == *'there is no such user'* ]]
}

# --- setting one up -----------------------------------------------------------

@test "enroll_within: who was added after enroll_by has time as well" {
	gate_set 2fa enroll yes
	gate_set 2fa enroll_by "$(date -u -d '+1 day' +%F)"
	gate_set 2fa enroll_within 3d
	begin
	clock $((DAY + DAY / 2))
	# the date has come or is about to, the time of eve has not
	run -0 as eve "$PASSWORD" ''
	[[ $output == *'days left to set one up: 2'* ]]
	clock $((3 * DAY + HOUR))
	run ! as eve "$PASSWORD" 12345 12345 12345
	[[ $output == *otpauth* ]]
	ctl user add dan <<< "$PASSWORD"
	run -0 as dan "$PASSWORD" ''
	[[ $output == *'days left to set one up: 3'* ]]
	again 2fa enroll_within 0s
	run ! as dan "$PASSWORD" 12345 12345 12345
	[[ $output == *otpauth* ]]
}

@test "enroll_by: the later of the two counts" {
	gate_set 2fa enroll yes
	gate_set 2fa enroll_by "$(date -u -d '+9 days' +%F)"
	gate_set 2fa enroll_within 2d
	begin
	clock $((5 * DAY))
	run -0 as eve "$PASSWORD" ''
	[[ $output == *'days left to set one up: 5'* ]]
}

@test "the URI as a QR code, in the conversation" {
	begin 2fa enroll yes
	HOOKS=authenticate run ! as eve "$PASSWORD" 12345 12345 12345
	uri=$(grep -o 'otpauth://[^ ]*' <<< "$output")
	[[ $output != *$'\e'* ]]
	[ "$(scan "$BATS_TEST_TMPDIR/qr.pgm" <<< "$output")" = "$uri" ]
	# within 80 columns, and every line of it there
	read -r _ width _ < "$BATS_TEST_TMPDIR/qr.pgm"
	[ $((width / 4 - 16)) -le 80 ]
	# by the conversation of login, su and passwd
	run ! pam 192.0.2.7 portal eve authenticate < <(
	    printf '%s\n' "$PASSWORD" 12345 12345 12345)
	uri=$(grep -o 'otpauth://[^ ]*' <<< "$output")
	[ "$(scan "$BATS_TEST_TMPDIR/qr.pgm" <<< "$output")" = "$uri" ]
}

@test "a name too long for a QR code on 80 columns: the URI alone; qr = no" {
	long=$(printf 'x%.0s' {1..180})
	begin 2fa enroll yes 2fa issuer "$long"
	ctl user add "$long" <<< "$PASSWORD"
	HOOKS=authenticate run ! as "$long" "$PASSWORD" 12345 12345 12345
	echo "$output"
	[[ $output == *otpauth* && $output == *Code:* && $output != *█* ]]
	again 2fa qr no
	HOOKS=authenticate run ! as eve "$PASSWORD" 12345 12345 12345
	[[ $output == *otpauth* && $output == *Code:* && $output != *█* ]]
}
