#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Password and second factor at a login and at a change: what the rules of
# [password] and [2fa] come to for the person who signs in.

bats_require_minimum_version 1.5.0
load signing_in.bash

# begin [SECTION KEY VALUE]...: with bob, who has an authenticator.
begin() {
	settings "$@"
	start_faked
	ctl user add bob <<< "$PASSWORD"
	URI=$(ctl otp enroll --no-confirm bob 2> /dev/null)
}

# bob's password, or another, and a code of now, or of so many seconds later.
bob() {
	as bob "${1:-$PASSWORD}" "$(otp_code "$URI" $((SHIFT + ${2:-0})))"
}

# refused REASON COMMAND...
refused() {
	HOOKS=${HOOKS:-authenticate} run ! "${@:2}"
	echo "$output"
	decision
	[ "$(decision reason)" = "$1" ]
}

# new ANSWER...: the administrator sets bob's password.
new() {
	HOOKS=chauthtok as bob "$@"
}

# own ANSWER...: bob changes it, knowing the old one.
own() {
	HOOKS=chauthtok EXPIRED=1 as bob "$@"
}

@test "all that is wrong with a new password is said at once" {
	PASSWORD+=' ABC 735'
	begin password min_digits 2 password min_upper 1
	refused password_weak new 'bob'
	[[ $output == *'3 characters'* ]]
	[[ $output == *'more digits'* ]]
	[[ $output == *'more capital letters'* ]]
	[[ $output == *'user name'* ]]
	[[ $(decision detail) == *'more digits'* ]]
}

@test "in the language of [gate] language, with its strength on success" {
	begin gate language de gate catalogues "$BUILD/locale"
	refused password_weak new 'kurz'
	[[ $output == *'mindestens 15'* ]]
	run -0 new 'Elf Igel jonglieren' 'Elf Igel jonglieren'
	[[ $output == *'info: St'*'100.'* ]]
}

@test "the last ones may not come again, the oldest may" {
	begin password history 2
	run -0 new 'green apples for nobody' 'green apples for nobody'
	refused password_weak new "$PASSWORD"
	[[ $output == *'used before'* ]]
	refused password_weak new 'green apples for nobody'
	run -0 new 'seven slow submarines' 'seven slow submarines'
	run -0 new "$PASSWORD" "$PASSWORD"
}

@test "a trivial change of the one just typed" {
	begin
	refused password_weak own "$PASSWORD" "$PASSWORD"
	[[ $output == *'is the current password.'* ]]
	refused password_weak own "$PASSWORD" 'Correct Horse Battery Staple 1'
	[[ $output == *'changed a little'* ]]
	run -0 own "$PASSWORD" 'green apples for nobody' \
	    'green apples for nobody'
}

@test "too young to be changed, but for the administrator" {
	begin password min_age 2d
	refused password_weak own "$PASSWORD" 'green apples for nobody'
	[[ $output == *'hours until it may be changed again: 48'* ]]
	run -0 new 'green apples for nobody' 'green apples for nobody'
	clock $((2 * DAY + 60))
	run -0 own 'green apples for nobody' 'seven slow submarines' \
	    'seven slow submarines'
}

@test "it expires: warned, graced, then it has to be changed" {
	begin password max_age 90d password warn 7d password grace 2
	bob
	clock $((85 * DAY))
	run -0 bob
	[[ $output == *'days left: 5'* ]]
	clock $((91 * DAY))
	run -0 bob
	[[ $output == *'Sign-ins left with the old one: 1'* ]]
	run -0 bob "$PASSWORD" 30
	[[ $output == *'Sign-ins left with the old one: 0'* ]]
	clock $((92 * DAY))
	HOOKS='authenticate acct_mgmt' run ! bob
	[[ $output == *'authenticate: 0 '*'must be changed now'* ]]
	[[ $output == *'acct_mgmt: 12 '* ]] # PAM_NEW_AUTHTOK_REQD
	[ "$(jq -r 'select(.verb == "account") | .reason' "$GATE/audit.log" |
	    tail -n 1)" = password_expired ]
	run -0 own "$PASSWORD" 'green apples for nobody' \
	    'green apples for nobody'
	clock $((93 * DAY))
	run -0 bob 'green apples for nobody'
	[[ $output != *left* ]]
}

@test "who has a second factor need not change it, where the rule says so" {
	begin password max_age 90d password max_age_for single_factor
	clock $((91 * DAY))
	run -0 bob
}

@test "a first password, and one that the administrator wants changed" {
	begin
	ctl password expire bob
	HOOKS='authenticate acct_mgmt' run ! bob
	[[ $output == *'acct_mgmt: 12 '* ]]
	run -0 own "$PASSWORD" 'green apples for nobody' \
	    'green apples for nobody'
	run -0 bob 'green apples for nobody' 30
}

@test "who comes by SSO is not asked for the age of a password" {
	begin password max_age 30d
	clock $((40 * DAY))
	HOOKS='authenticate acct_mgmt' as bob "$(response bob --format deflate \
	    --now $(($(date +%s) + SHIFT)))"
}

@test "a verifier is made anew at a dearer cost, with the same password" {
	begin password cost 3
	verifier() {
		sqlite3 "$GATE/gate.db" \
		    "SELECT verifier FROM users WHERE name = 'bob'"
	}
	old=$(verifier)
	gate_stop
	gate_set password cost 5
	start_faked
	refused bad_password as bob 'wrong' "$(otp_code "$URI")"
	refused bad_code as bob "$PASSWORD" 12345
	[ "$(verifier)" = "$old" ]
	bob
	[ "$(verifier)" != "$old" ]
	[ "$(verifier | cut -d '$' -f 2,3)" != "$(cut -d '$' -f 2,3 <<< "$old")" ]
	old=$(verifier)
	bob "$PASSWORD" 30
	[ "$(verifier)" = "$old" ]
}

@test "SHA-256, 8 digits, 60 seconds" {
	begin
	uri=$(ctl otp enroll --no-confirm --algorithm sha256 --digits 8 \
	    --period 60 bob 2> /dev/null)
	secret=${uri#*secret=}
	code=$(oathtool --totp=sha256 -b -d 8 -s 60 "${secret%%&*}")
	refused bad_code bob
	as bob "$PASSWORD" "$code"
	refused code_used as bob "$PASSWORD" "$code"
}

# hotp COUNT: the code of it.
hotp() {
	local secret=${URI#*secret=}
	oathtool --hotp -b -c "$1" "${secret%%&*}"
}

@test "HOTP: each once, some left out, and found again by two in a row" {
	begin
	URI=$(ctl otp enroll --no-confirm --hotp bob 2> /dev/null)
	as bob "$PASSWORD" "$(hotp 0)"
	refused code_used as bob "$PASSWORD" "$(hotp 0)"
	as bob "$PASSWORD" "$(hotp 8)"
	refused bad_code as bob "$PASSWORD" "$(hotp 4)"
	refused bad_code as bob "$PASSWORD" "$(hotp 70)"
	as bob "$PASSWORD" "$(hotp 70) $(hotp 71)"
	refused bad_code as bob "$PASSWORD" "$(hotp 70) $(hotp 71)"
	as bob "$PASSWORD" "$(hotp 72)"
}

@test "a phone whose clock is wrong is found by two codes, and then known" {
	begin
	refused bad_code bob "$PASSWORD" 150
	as bob "$PASSWORD" \
	    "$(otp_code "$URI" 150) $(otp_code "$URI" 180)"
	bob "$PASSWORD" 210
}

@test "recovery codes: each once, counted, with a warning when few are left" {
	begin
	mapfile -t codes < <(ctl otp recovery bob 2> /dev/null |
	    grep -E '^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$')
	[ ${#codes[@]} -eq 10 ]
	as bob "$PASSWORD" "${codes[0]}"
	[ "$(jq -r 'select(.verb == "login") | .detail // ""' \
	    "$GATE/audit.log" | tail -n 1)" = 'by a recovery code; 9 are left' ]
	refused bad_code as bob "$PASSWORD" "${codes[0]}"
	# in small letters, without the dashes
	low=${codes[1],,}
	as bob "$PASSWORD" "${low//-/}"
	for i in 2 3 4 5; do
		run -0 as bob "$PASSWORD" "${codes[$i]}"
		[[ $output != *'Recovery codes left'* ]]
	done
	run -0 as bob "$PASSWORD" "${codes[6]}"
	[[ $output == *'Recovery codes left: 3.'* ]]
	bob
}

@test "a recovery code lifts the user's lock; the password alone does not" {
	begin lockout tries 3 lockout address_tries 2
	codes=$(ctl otp recovery bob 2> /dev/null |
	    grep -E '^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$')
	for _ in 1 2; do
		refused bad_password as bob wrong 000000
	done
	refused address_blocked bob
	refused address_blocked as bob wrong "$(sed -n 1p <<< "$codes")"
	as bob "$PASSWORD" "$(sed -n 2p <<< "$codes")"
	bob
}

# uri_of OUTPUT: the otpauth URI in it.
uri_of() {
	grep -o 'otpauth://[^ ]*' <<< "$1"
}

# enrol_bob ANSWER...: as bob; after the answers, a code of the URI that is
# shown, as an app would make it.
enrol_bob() {
	timeout 30 python3 - "$BUILD" "$GATE" "$@" <<-'END'
		import os, pty, re, subprocess, sys
		build, gate, *answers = sys.argv[1:]
		# a terminal to write to, or nothing is heard before the end
		master, slave = pty.openpty()
		p = subprocess.Popen(['pamtester', '-I', 'rhost=192.0.2.7',
		    'portal', 'bob', 'authenticate', 'acct_mgmt'],
		    env=dict(os.environ, LD_PRELOAD='libpam_wrapper.so',
		    PAM_WRAPPER='1', PAM_WRAPPER_SERVICE_DIR=gate + '/pam.d'),
		    stdin=subprocess.PIPE, stdout=slave, stderr=slave)
		os.close(slave)
		p.stdin.write(''.join(a + '\n' for a in answers).encode())
		p.stdin.flush()
		seen = ''
		while True:
		    try:
		        seen += os.read(master, 4096).decode(errors='ignore')
		    except OSError:
		        break
		    found = re.search('secret=([A-Z2-7]+)[^A-Z2-7]', seen)
		    if found and p.stdin:
		        p.stdin.write(subprocess.run(['oathtool', '--totp',
		            '-b', found[1]], capture_output=True).stdout)
		        p.stdin.close()
		        p.stdin = None
		print(seen.replace('\r', ''))
		sys.exit(p.wait())
	END
}

@test "without a second factor: set up while signing in, and then asked for" {
	gate_set 2fa enroll yes
	start_faked
	ctl user add bob <<< "$PASSWORD"
	# a wrong password comes to the same as ever: nothing is told
	refused bad_password as bob wrong 000000
	[[ $output != *otpauth* ]]
	run enrol_bob "$PASSWORD"
	echo "$output"
	decision
	[ "$status" -eq 0 ]
	[[ $output == *'Recovery codes, each good once'* ]]
	recovery=$(grep -oE '[0-9A-Z]{4}(-[0-9A-Z]{4}){5}' <<< "$output" |
	    head -n 1)
	[ "$(ctl session list --user bob --json | jq -r '.[0].method')" = \
	    password+otp ]
	grep -q '"otp_confirm".*by the user' "$GATE/audit.log"
	URI=$(uri_of "$output")
	bob "$PASSWORD" 30
	as bob "$PASSWORD" "$recovery"
	[[ $(tail -n 3 "$GATE/audit.log") != *otpauth* ]]
}

@test "who does not confirm has none; three wrong codes, and it ends" {
	gate_set 2fa enroll yes
	start_faked
	ctl user add bob <<< "$PASSWORD"
	refused bad_code as bob "$PASSWORD" 12345 12345 12345
	refused bad_code as bob "$PASSWORD" 12345 12345 12345
	# that was no guessing
	[ "$(ctl lockout show bob --json | jq length)" -le 1 ]
	run enrol_bob "$PASSWORD"
	[ "$status" -eq 0 ]
}

@test "before enroll_by it is offered, after it is demanded" {
	gate_set 2fa enroll yes
	gate_set 2fa enroll_by "$(date -u -d '+3 days' +%F)"
	start_faked
	ctl user add bob <<< "$PASSWORD"
	run -0 as bob "$PASSWORD" ''
	[[ $output == *'days left to set one up: 4'* ]]
	run -0 as bob "$PASSWORD" no
	[[ $output != *otpauth:* ]]
	refused bad_code as bob "$PASSWORD" Yes 12345 12345 12345
	[[ $output == *otpauth:* ]]
	[ "$(ctl session list --user bob --json | jq -r '.[0].method')" = \
	    password ]
	clock $((5 * DAY))
	refused bad_code as bob "$PASSWORD" 12345 12345 12345
	gate_stop
	gate_set 2fa enroll_by 2027-02-30
	run ! timeout 10 "$BUILD/gatehoused" --config "$GATE/gatehouse.conf"
	[[ $output == *'enroll_by'*'must be a day'* ]]
}

@test "without [2fa] enroll nobody is shown a seed" {
	start_faked
	ctl user add bob <<< "$PASSWORD"
	refused no_second_factor as bob "$PASSWORD" 123456
	[[ $output != *otpauth* ]]
}
