#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# While somebody is asked something, others change what the answer is good for;
# and what one line, service or caller says gains nothing at another.

bats_require_minimum_version 1.5.0
load signing_in.bash

OTHER='quite another battery of staples'

# begin [SECTION KEY VALUE]...: with bob, added yesterday.
begin() {
	settings "$@"
	clock -$DAY
	start_faked
	ctl user add bob <<< "$PASSWORD"
	clock 0
}

# held PROMPT COMMAND [ANSWER...] -- [ANSWER...]: bob, at the HOOKS of SERVICE,
# gives the first answers; when PROMPT comes COMMAND is run, and then the others
# are given: CODE is one of the URI that was shown. Fails if it never comes.
held() {
	export GATE BUILD
	export -f ctl
	timeout 60 python3 - "$BUILD" "$GATE" "${SERVICE:-portal}" \
	    "${HOOKS:-authenticate}" "$@" <<-'END'
		import os, pty, re, subprocess, sys
		build, gate, service, hooks, prompt, command, *rest = sys.argv[1:]
		before = rest[:rest.index('--')]
		after = rest[rest.index('--') + 1:]
		master, slave = pty.openpty()
		p = subprocess.Popen(['pamtester', '-I', 'rhost=192.0.2.7',
		    service, 'bob'] + hooks.split(),
		    env=dict(os.environ, LD_PRELOAD='libpam_wrapper.so',
		    PAM_WRAPPER='1', PAM_WRAPPER_SERVICE_DIR=gate + '/pam.d'),
		    stdin=subprocess.PIPE, stdout=slave, stderr=slave)
		os.close(slave)
		def give(answers):
		    p.stdin.write(''.join(a + '\n' for a in answers).encode())
		    p.stdin.flush()
		give(before)
		seen, done = '', False
		while True:
		    try:
		        seen += os.read(master, 4096).decode(errors='ignore')
		    except OSError:
		        break
		    if prompt in seen and not done:
		        done = True
		        subprocess.run(['bash', '-ec', command], check=True)
		        key = re.search('secret=([A-Z2-7]+)[^A-Z2-7]', seen)
		        code = key and subprocess.run(['oathtool', '--totp', '-b',
		            key[1]], capture_output=True).stdout.decode().strip()
		        give([code if a == 'CODE' else a for a in after])
		        p.stdin.close()
		print(seen.replace('\r', ''))
		status = p.wait()
		sys.exit(3 if not done else status != 0)
	END
}

# refused REASON COMMAND...
refused() {
	run -1 "${@:2}"
	echo "$output"
	decision
	[ "$(decision reason)" = "$1" ]
}

from() {
	local address=$1 answers=() answer
	shift
	for answer in "$@"; do
		answers+=(-a "$answer")
	done
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u bob -i rhost="$address" \
	    "${answers[@]}" "${SERVICE:-portal}" authenticate 2>&1
}

tries() {
	ctl lockout show bob --json | jq '[.[] | select(.of == "user")] |
	    .[0].tries // 0'
}

# by_steps NAME CONTROL: a stack of two lines.
by_steps() {
	local step
	for step in password otp; do
		echo "auth $2 $BUILD/pam_gatehouse.so" \
		    "socket=$GATE/gate.sock $step"
	done > "$GATE/pam.d/$1"
}

# --- removed, disabled, changed, while a question waits ---------------------

again='ctl user remove bob; ctl user add bob <<< "another pass phrase of his"'

@test "offered a second factor: the user is removed, disabled, a new one" {
	begin 2fa enroll yes 2fa enroll_within 30d
	run -0 held 'days left' true "$PASSWORD" -- ''
	refused user_disabled held 'days left' 'ctl user disable bob' \
	    "$PASSWORD" -- ''
	ctl user enable bob
	refused bad_password held 'days left' "$again" "$PASSWORD" -- ''
	refused bad_password held 'days left' 'ctl user remove bob' \
	    'another pass phrase of his' -- ''
}

@test "setting one up: nobody leaves his to who comes after him" {
	begin 2fa enroll yes
	refused bad_password held 'Code:' 'ctl user disable bob' \
	    "$PASSWORD" -- CODE
	[ "$(ctl otp show bob --json | jq -r .state)" = waiting ]
	ctl user enable bob
	run -1 held 'Code:' "$again" "$PASSWORD" -- CODE
	run -1 ctl otp show bob --json
	run -0 held 'Code:' true 'another pass phrase of his' -- CODE
}

@test "a new password: who had the old one is too late" {
	begin
	# not root's right to set one, which asks for no old one
	local -x HOOKS='chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'
	refused bad_password held 'New password:' \
	    "clock() { printf '%+d' 5 > $GATE/faketime; }; clock; $again" \
	    "$PASSWORD" -- "$OTHER" "$OTHER"
	clock 10
	refused user_disabled held 'New password:' 'ctl user disable bob' \
	    'another pass phrase of his' -- "$OTHER" "$OTHER"
	ctl user enable bob
	refused unknown_user held 'New password:' 'ctl user remove bob' \
	    'another pass phrase of his' -- "$OTHER" "$OTHER"
}

# --- what is not shown is not forgiven ---------------------------------------

@test "a code alone sets back no wrong passwords, nor a password alone codes" {
	begin lockout tries 6 lockout address_tries 5 \
	    2fa required_for 'service:portal service:steps'
	URI=$(ctl otp enroll --no-confirm bob 2> /dev/null)
	by_steps steps required
	by_steps lax requisite
	sed -i '/ otp$/d' "$GATE/pam.d/lax"
	gate_service open
	# the second line lets in, the stack does not
	SERVICE=steps run -1 from 192.0.2.7 wrong "$(otp_code "$URI")"
	grep -q '"step":"otp".*"granted"' "$GATE/audit.log"
	[ "$(tries)" -eq 1 ]
	run -1 from 192.0.2.7 "$PASSWORD" 000000
	[ "$(tries)" -eq 2 ]
	for service in lax open; do
		SERVICE=$service run -0 from 192.0.2.7 "$PASSWORD"
		[ "$(tries)" -eq 2 ]
	done
	# both of them do
	SERVICE=steps run -0 from 192.0.2.7 "$PASSWORD" \
	    "$(otp_code "$URI" 30)"
	[ "$(tries)" -eq 0 ]
}

@test "what there is not cannot be guessed: it need not be shown" {
	begin 2fa required_for service:step
	gate_service step
	sed -i '/^auth/s/$/ otp/' "$GATE/pam.d/step"
	# bob has no second factor
	run -1 from 192.0.2.7 wrong 000000
	run -0 from 192.0.2.7 "$PASSWORD"
	[ "$(tries)" -eq 0 ]
	# and then no password
	ctl user remove bob
	ctl user add --elsewhere bob
	URI=$(ctl otp enroll --no-confirm bob 2> /dev/null)
	SERVICE=step run -1 from 192.0.2.7 000000
	[ "$(tries)" -eq 1 ]
	SERVICE=step run -0 from 192.0.2.7 "$(otp_code "$URI")"
	[ "$(tries)" -eq 0 ]
}

# --- what somebody says of himself --------------------------------------------

# as_nobody ANSWER...: somebody without rights asks for himself.
as_nobody() {
	local answers=() answer
	for answer in "$@"; do
		answers+=(-a "$answer")
	done
	setpriv --reuid 65534 --clear-groups "$BUILD/tests/loader" \
	    -c "$GATE/pam.d" -u "$(id -un 65534)" -i rhost=192.0.2.7 \
	    "${answers[@]}" "${SERVICE:-portal}" authenticate 2>&1
}

@test "no rights: no second factor without a password, no say in the address" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	begin 2fa enroll yes 2fa skip_from 192.0.2.0/28 users allow_system yes
	local folder=$GATE
	while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
		chmod go+x "$folder"
		folder=${folder%/*}
	done
	ctl user add "$(id -un 65534)" <<< "$PASSWORD"
	gate_service step
	sed -i '/^auth/s/$/ otp enroll/' "$GATE/pam.d/step"
	# nobody may not come to where it was built
	install "$BUILD/pam_gatehouse.so" "$GATE"
	sed -i "s|$BUILD/|$GATE/|" "$GATE/pam.d"/{step,portal}
	SERVICE=step run -1 as_nobody 000000
	echo "$output"
	[ "$(decision reason)" = no_second_factor ]
	[[ $output == *Code:* && $output != *otpauth* ]]
	# with the password he may
	run -1 as_nobody "$PASSWORD" 12345 12345 12345
	echo "$output"
	[[ $output == *otpauth* ]]
	run -1 as_nobody wrong 000000
	[ "$(ctl lockout list --all --json | jq -r '.[].of' | sort -u)" = user ]
}
