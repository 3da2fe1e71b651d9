#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gatehouse-login: PAM conversations for gatehouse-web, played here by
# login_client.c, which also does what a broken one would.

bats_require_minimum_version 1.5.0
load ../pam/signing_in.bash
load login.bash

NEW='green apples for nobody'

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
	gate_make "$BATS_TEST_TMPDIR/gate"
	clock 0
	login_make
	LOGIN_PID=
}

teardown() {
	login_stop
	gate_stop KILL
	tail -q -n 12 "$GATE/daemon.log" "$GATE/audit.log" "$GATE/login.log" ||
	    true
	run ! grep -E 'Sanitizer|runtime error|was ended by' "$GATE/login.log"
}

# begin [SECTION KEY VALUE]...: with bob, who has an authenticator.
begin() {
	settings "$@"
	start_faked
	login_start
	ctl user add bob <<< "$PASSWORD"
	URI=$(ctl otp enroll --no-confirm bob 2> /dev/null)
}

client() {
	"$BUILD/tests/login_client" "$LOGIN" "$@"
}

# bob ANSWER...: signs in.
bob() {
	client login rhost="${FROM:-192.0.2.7}" user=bob -- "$@"
}

# code [SECONDS]: of bob's authenticator.
code() {
	otp_code "$URI" $((SHIFT + ${1:-0}))
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# sessions: how many are open.
sessions() {
	ctl session list --json | jq '[.[] | select(.state == "open")] | length'
}

# settled: returns once the processes of those who hung up have ended.
settled() {
	local tries
	for tries in $(seq 200); do
		[ -z "$(pgrep -P "$LOGIN_PID")" ] && break
		sleep 0.05
	done
	[ "$tries" -lt 200 ]
}

# has TEXT, lacks TEXT: of the output.
has() {
	[[ $output == *"$1"* ]] || { echo "not there: $1"; echo "$output"; false; }
}

lacks() {
	[[ $output != *"$1"* ]] || { echo "there: $1"; echo "$output"; false; }
}

# nothing_told TEXT...: no log has it.
nothing_told() {
	local text
	for text; do
		[ -n "$text" ]
		run ! grep -F -- "$text" "$GATE/login.log" "$GATE/audit.log" \
		    "$GATE/daemon.log"
	done
}

@test "SSO by a ticket: a session, a token that is good, nothing asked" {
	gate_start
	login_start
	ticket=$(response alice | ctl ticket)
	run -0 client login rhost=192.0.2.7 ticket=- <<< "$ticket"
	is 1 "${#lines[@]}"
	has 'result outcome=0'
	has 'user=alice'
	token=$(of token <<< "$output")
	[[ $token == gs-* ]]
	run -0 goes_on "$token"
	has 'user=alice'
	has 'service=gatehouse'
	is "$(of session <<< "$output")" "$(ctl session list --json | jq -r '.[0].id')"
	is 192.0.2.7 "$(ctl session list --json | jq -r '.[0].address')"
	# nobody holds it: its process has gone
	settled
	is 1 "$(sessions)"
	nothing_told "$token" "$ticket"
}

@test "a ticket that is no good is not asked for again, nor is it a password" {
	gate_start
	login_start
	run -1 client login rhost=192.0.2.7 ticket=gt-nonsense
	has 'result outcome=1'
	lacks 'hidden'
	lacks 'token='
	is 0 "$(sessions)"
	# from elsewhere than the ticket may be used
	ticket=$(response alice | ctl ticket)
	run -1 client login rhost=198.51.100.1 ticket=- <<< "$ticket"
	has 'result outcome=1'
	is address_not_listed "$(decision reason)"
}

@test "password and code, each prompt with what it is for" {
	begin
	run -0 bob "$PASSWORD" "$(code)"
	has 'hidden authtok: '
	has 'hidden code: '
	has 'result outcome=0'
	run -0 goes_on "$(of token <<< "$output")"
	is password+otp "$(ctl session list --json | jq -r '.[0].method')"
	nothing_told "$PASSWORD"
	# whom nobody has named is asked
	clock 60
	run -0 client login rhost=192.0.2.7 -- "$PASSWORD" bob "$(code)"
	has 'shown user: '
}

@test "in the language that the request says, and in no other's" {
	begin gate catalogues "$BUILD/locale"
	run client login rhost=192.0.2.7 user=bob language=de -- :cancel
	has 'hidden authtok: Passwort'
	run -1 client login rhost=192.0.2.7 user=bob 'language=de=' -- :cancel
	has 'error=-2'
	lacks hidden
}

@test "wrong password, wrong code: the same, and no session" {
	begin gate fail_delay 300
	run -1 bob wrong "$(code)"
	first=$(grep -v '^result' <<< "$output")
	has 'result outcome=1 delay='
	run -1 bob "$PASSWORD" 123456
	is "$first" "$(grep -v '^result' <<< "$output")"
	has 'result outcome=1 delay='
	run -1 client login rhost=192.0.2.7 user=nobody-here -- a b
	is "$first" "$(grep -v '^result' <<< "$output")"
	is 0 "$(sessions)"
}

@test "the delay is told, not slept" {
	begin gate fail_delay 5000
	before=$(milliseconds)
	run -1 bob wrong 123456
	has 'delay='
	[ $(($(milliseconds) - before)) -lt 3500 ]
}

@test "who is locked out stays out with the right proof" {
	begin lockout tries 3 lockout address_tries 0
	for _ in 1 2 3; do
		run -1 bob wrong 123456
	done
	FROM=192.0.2.8 run -1 bob "$PASSWORD" "$(code)"
	has 'result outcome=1'
	is user_locked "$(decision reason)"
	is 0 "$(sessions)"
	ctl lockout reset bob
	run -0 bob "$PASSWORD" "$(code)"
}

@test "forced enrolment: the URI, not a picture, then the codes" {
	settings 2fa enroll yes
	start_faked
	login_start
	ctl user add bob <<< "$PASSWORD"
	run -0 bob "$PASSWORD" :code
	has 'info otpauth: otpauth://totp/'
	has 'hidden code: '
	lacks '█'
	is 1 "$(grep -c 'otpauth' <<< "$output")"
	grep -qE '^info recovery: ([0-9A-Z-]+ ){7,}[0-9A-Z-]+$' <<< "$output"
	is password+otp "$(ctl session list --json | jq -r '.[0].method')"
	nothing_told "$(grep -oE 'secret=[A-Z2-7]+' <<< "$output" | cut -d= -f2)"
	# an application that says nothing gets the sentence and the picture
	ctl user add carol <<< "$PASSWORD"
	HOOKS=authenticate run as carol "$PASSWORD" 000000 000000 000000
	has 'Add this to your authenticator app'
	has '█'
}

@test "an expired password is changed on the way, once more where it is weak" {
	begin password max_age 90d password grace 0
	clock $((91 * DAY))
	run -0 bob "$PASSWORD" "$(code)" "$PASSWORD" short \
	    "$PASSWORD" "$NEW" "$NEW"
	has 'hidden oldauthtok: '
	has 'hidden newauthtok: '
	has 'error text: '
	has 'result outcome=0'
	is 1 "$(sessions)"
	clock $((91 * DAY + 60))
	run -0 bob "$NEW" "$(code)"
	nothing_told "$NEW"
}

@test "three weak ones, or a wrong old one: no session" {
	begin password max_age 90d password grace 0
	clock $((91 * DAY))
	run -1 bob "$PASSWORD" "$(code)" "$PASSWORD" a "$PASSWORD" b \
	    "$PASSWORD" c
	has 'result outcome=7'
	clock $((91 * DAY + 60))
	run -1 bob "$PASSWORD" "$(code)" wrong
	has 'result outcome=1'
	is 0 "$(sessions)"
}

@test "cancelled at each question, or gone: it ends there, with no session" {
	begin password max_age 90d password grace 0
	clock $((91 * DAY))
	answers=("$PASSWORD" CODE "$PASSWORD" "$NEW" "$NEW")
	for how in :cancel :hang_up :nonsense; do
		for at in 0 1 2 3 4; do
			clock $((SHIFT + 60))
			given=("${answers[@]:0:at}")
			[ "$at" -lt 2 ] || given[1]=$(code)
			run bob "${given[@]}" "$how"
			echo "$how at $at: $output"
			is "$at" "$(($(grep -c '^hidden' <<< "$output") - 1))"
			case $how in
			:hang_up) is 3 "$status" ;;
			*) is 1 "$status" ;;
			esac
			lacks 'token='
		done
	done
	settled
	is 0 "$(sessions)"
	run -0 bob "$PASSWORD" "$(code 30)" "$PASSWORD" "$NEW" "$NEW"
}

@test "a token that did not come is void: its session is closed" {
	gate_start
	login_start
	response alice | ctl ticket > "$GATE/ticket"
	run -3 client login rhost=192.0.2.7 ticket=- -- :hang_up < "$GATE/ticket"
	has 'result outcome=0'
	settled
	is 0 "$(sessions)"
	is closed "$(ctl session list --all --json | jq -r '.[0].end_reason')"
	run ! goes_on "$(of token <<< "$output")"
	response alice | ctl ticket > "$GATE/ticket"
	run client login rhost=192.0.2.7 ticket=- -- :nonsense < "$GATE/ticket"
	settled
	is 0 "$(sessions)"
}

@test "only an address is from where, only a clean name is whose" {
	gate_start
	login_start
	for rhost in portal.example 192.0.2.7/24 '192.0.2.7 x' '' 0300.0.2.7; do
		run -1 client login rhost="$rhost" user=bob -- :cancel
		has 'result outcome=1 error=-2'
	done
	run -1 client login user=bob -- :cancel
	has 'result outcome=1 error=-2'
	run -1 client login rhost=192.0.2.7 user=$'bob\nroot' -- :cancel
	has 'result outcome=1 error=-2'
	# it is written as an address is, however it came
	ticket=$(response alice | ctl ticket)
	run -0 client login rhost=::ffff:192.0.2.7 ticket=- <<< "$ticket"
	is 192.0.2.7 "$(ctl session list --json | jq -r '.[0].address')"
}

@test "what is not asked for is not heard: the service, a session, other verbs" {
	gate_start
	login_start
	ticket=$(response alice | ctl ticket)
	run -0 client login rhost=192.0.2.7 service=portal session=x ticket=- \
	    <<< "$ticket"
	is gatehouse "$(ctl session list --json | jq -r '.[0].service')"
	run -2 client open rhost=192.0.2.7 user=alice
	lacks result
}

@test "a password is changed by whose session it is, and the token with it" {
	begin
	run -0 bob "$PASSWORD" "$(code)"
	token=$(of token <<< "$output")
	session=$(of session <<< "$output")
	run -0 client password rhost=192.0.2.7 token=- -- \
	    "$PASSWORD" "$NEW" "$NEW" <<< "$token"
	has 'hidden oldauthtok: '
	has 'user=bob'
	is "$session" "$(of session <<< "$output")"
	other=$(of token <<< "$output")
	[ "$other" != "$token" ]
	run ! goes_on "$token"
	run -0 goes_on "$other"
	clock 60
	run -0 bob "$NEW" "$(code)"
	nothing_told "$NEW" "$token" "$other"
}

@test "no password without the old one, without a session, or from elsewhere" {
	begin
	run -0 bob "$PASSWORD" "$(code)"
	token=$(of token <<< "$output")
	run -1 client password rhost=192.0.2.7 token=- -- wrong <<< "$token"
	has 'result outcome=1'
	lacks newauthtok
	run -1 client password rhost=198.51.100.1 token=- -- "$PASSWORD" \
	    <<< "$token"
	lacks hidden
	for bad in gs-nonsense '' "${token%?}"; do
		run -1 client password rhost=192.0.2.7 token=- user=bob -- \
		    "$PASSWORD" <<< "$bad"
		has 'result outcome=1'
		lacks hidden
	done
	run -0 goes_on "$token"
	# a new token that is lost: nobody has the session then
	run -3 client password rhost=192.0.2.7 token=- -- \
	    "$PASSWORD" "$NEW" "$NEW" :hang_up <<< "$token"
	settled
	is 0 "$(sessions)"
}

@test "a hundred at once: [web] logins are asked, the others told at once" {
	begin web logins 12
	mkfifo "$GATE/end"
	exec 7<> "$GATE/end"
	"$BUILD/tests/login_client" -n 100 "$LOGIN" login rhost=192.0.2.7 \
	    user=bob < "$GATE/end" 7>&- 3>&- > "$GATE/crowd" &
	crowd=$!
	for _ in $(seq 200); do
		[ ! -s "$GATE/crowd" ] || break
		sleep 0.05
	done
	is 'questions 12 results 88 none 0' "$(cat "$GATE/crowd")"
	is 12 "$(pgrep -cP "$LOGIN_PID")"
	run -1 bob "$PASSWORD" "$(code)"
	has 'result outcome=2'
	kill "$crowd"
	exec 7>&-
	settled
	run -0 bob "$PASSWORD" "$(code)"
	is 1 "$(sessions)"
	[ "$(grep -c 'too many sign-ins' "$GATE/login.log")" -le 20 ]
}

@test "neither root nor the user of [web] run_as: not asked at all" {
	gate_start
	if [ "$(id -u)" -eq 0 ]; then
		folder=$GATE
		while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
			chmod go+x "$folder"
			folder=${folder%/*}
		done
		install "$BUILD/tests/login_client" "$GATE"
		as=(setpriv --reuid 65534 --clear-groups "$GATE/login_client")
	else
		export LOGIN_USER=daemon
		as=("$BUILD/tests/login_client")
	fi
	login_start
	is 600 "$(stat -c %a "$LOGIN")"
	chmod 666 "$LOGIN"
	run -2 "${as[@]}" "$LOGIN" login rhost=192.0.2.7 user=bob -- :cancel
	lacks hidden
	lacks result
	grep -q 'may not ask' "$GATE/login.log"
}

@test "as systemd starts it: one connection, and that is all" {
	gate_start
	python3 - "$BUILD/gatehouse-login" "$GATE/gatehouse.conf" "$LOGIN" \
	    "$(id -un)" "$GATE/login.log" <<-'END' 3>&- &
		import os, socket, sys
		program, config, path, user, log = sys.argv[1:]
		listener = socket.socket(socket.AF_UNIX)
		listener.bind(path)
		listener.listen()
		connection = listener.accept()[0]
		os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT, 0o600), 2)
		os.dup2(connection.fileno(), 3)
		os.set_inheritable(3, True)
		os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')
		os.execv(program, [program, '--config', config, '--user', user])
	END
	started=$!
	for _ in $(seq 200); do
		[ ! -S "$LOGIN" ] || break
		sleep 0.05
	done
	# without PAM's wrapper there is no such service: no matter here
	run client login rhost=portal.example
	wait "$started"
	has 'result outcome=1 error=-2'
	run -1 "$BUILD/gatehouse-login" --config "$GATE/gatehouse.conf" \
	    --user "$(id -un)"
	has 'neither --listen nor'
}

@test "who is slow to say what he wants is hung up on" {
	begin gate request_timeout 1s
	run -0 timeout 20 python3 - "$LOGIN" <<-'END'
		import socket, sys
		for said in b'', b'ETAG', b'ETAG\1\0\160\0\377\377\0\0':
		    s = socket.socket(socket.AF_UNIX)
		    s.connect(sys.argv[1])
		    s.sendall(said)
		    assert s.recv(1) == b''
	END
	settled
}

@test "the stack's environment: a language, the session, nothing else" {
	gate_start
	login_start
	echo "session required pam_exec.so log=$GATE/environment" \
	    "/usr/bin/env" >> "$GATE/pam.d/gatehouse"
	ticket=$(response alice | ctl ticket)
	run -0 client login rhost=192.0.2.7 language=ko ticket=- <<< "$ticket"
	is 'GATEHOUSE_SESSION
LANGUAGE
PAM_RHOST
PAM_SERVICE
PAM_TYPE
PAM_USER' "$(grep -oE '^[A-Z_]+=' "$GATE/environment" | tr -d = | sort)"
}

@test "gatehoused is away: nobody is let in" {
	begin
	run -0 bob "$PASSWORD" "$(code)"
	token=$(of token <<< "$output")
	gate_stop
	run -1 bob "$PASSWORD" 123456
	has 'result outcome=2'
	run -1 client password rhost=192.0.2.7 token=- -- "$PASSWORD" <<< "$token"
	has 'result outcome=2'
}

@test "nobody waits for ever: an answer has [gate] answer_timeout" {
	begin gate answer_timeout 10s
	run -2 bob :wait
	took=$(grep -oE '[0-9]+ ms' <<< "$output" | cut -d' ' -f1)
	echo "$took"
	[ "$took" -ge 9000 ] && [ "$took" -le 20000 ]
	settled
	is 0 "$(sessions)"
}

@test "SIGHUP reads the configuration anew, if it is good; SIGTERM ends it" {
	begin
	gate_set web service elsewhere
	cp "$GATE/pam.d/gatehouse" "$GATE/pam.d/elsewhere"
	kill -HUP "$LOGIN_PID"
	for _ in $(seq 200); do
		! grep -q 'read anew' "$GATE/login.log" || break
		sleep 0.05
	done
	run -0 bob "$PASSWORD" "$(code)"
	is elsewhere "$(ctl session list --json | jq -r '.[0].service')"
	echo nonsense >> "$GATE/gatehouse.conf"
	kill -HUP "$LOGIN_PID"
	for _ in $(seq 200); do
		! grep -q 'stays in force' "$GATE/login.log" || break
		sleep 0.05
	done
	clock 60
	run -0 bob "$PASSWORD" "$(code)"
	kill "$LOGIN_PID"
	wait "$LOGIN_PID"
	LOGIN_PID=
	[ ! -e "$LOGIN" ]
}

@test "a session id that another module has put there gets no token" {
	gate_start
	login_start
	response alice | ctl ticket > "$GATE/ticket"
	run -0 client login rhost=192.0.2.7 ticket=- < "$GATE/ticket"
	token=$(of token <<< "$output")
	echo "GATEHOUSE_SESSION=$(of session <<< "$output")" > "$GATE/env"
	echo "session required pam_env.so readenv=1 envfile=$GATE/env" \
	    >> "$GATE/pam.d/gatehouse"
	response mallory | ctl ticket > "$GATE/ticket"
	run -1 client login rhost=192.0.2.7 ticket=- < "$GATE/ticket"
	lacks token=
	run -0 goes_on "$token"
}
