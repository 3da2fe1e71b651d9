#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Codes by mail: to whom one is sent, what is in the mail, and what it is worth.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'
MAIL=bob@clinic.example

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	local key
	for key in tries address_tries spray_tries; do
		gate_set lockout "$key" 0
	done
	gate_set 2fa mail yes
	gate_set mail from gate@clinic.example
	gate_set mail sendmail "$GATE/sendmail"
	mkdir "$GATE/mails"
	sendmail 'take_mail'
	[[ $BATS_TEST_DESCRIPTION == *'(later)'* ]] || begin
}

begin() {
	gate_start
	add --mail "$MAIL" bob
}

teardown() {
	touch "$GATE/go"
	gate_stop KILL
}

# sendmail SCRIPT: what the mail program does; take_mail keeps all that it got.
sendmail() {
	cat > "$GATE/sendmail.new" <<-END
		#!/bin/bash
		take_mail() {
			local mail
			mail=\$(mktemp -d '$GATE/new.XXXXXX')
			printf '%s\n' "\$@" > "\$mail/argv"
			tr '\0' '\n' < /proc/\$\$/environ > "\$mail/environ"
			ls /proc/\$\$/fd > "\$mail/fds"
			cp /proc/\$\$/status "\$mail/status"
			cat > "\$mail/stdin"
			mv "\$mail" '$GATE/mails/'\$(date +%s%N)
		}
		code() {
			tail -n 1 '$GATE'/mails/*/stdin
		}
		$1 "\$@"
	END
	chmod 700 "$GATE/sendmail.new"
	mv "$GATE/sendmail.new" "$GATE/sendmail"
}

add() {
	ctl user add "$@" <<< "$PASSWORD"
}

mails() {
	find "$GATE/mails" -mindepth 1 -maxdepth 1 | wc -l
}

# until_true COMMAND...: it will be so; a busy machine may take its time.
until_true() {
	local tries
	for tries in $(seq 1200); do
		! "$@" || return 0
		sleep 0.05
	done
	echo "not in a minute ($tries): $*" >&2
	return 1
}

has_mails() {
	[ "$(mails)" -ge "$1" ]
}

# sent FIELD [VERB]: a field of the last record of a mail.
sent() {
	jq -rs "map(select(.verb == \"mail_code_send\")) | .[-1].$1" \
	    "$GATE/audit.log"
}

# noted REASON COUNT: so many records of mails have this reason.
noted() {
	[ "$(jq -r 'select(.verb == "mail_code_send") | .reason' \
	    "$GATE/audit.log" | grep -cx "$1")" -ge "$2" ]
}

logged() {
	grep -qE -- "$1" "$GATE/daemon.log"
}

newest() {
	local all=("$GATE"/mails/*)
	echo "${all[-1]}"
}

last_code() {
	tail -n 1 "$(newest)/stdin"
}

other_than() {
	printf '%06d' $(((10#$1 + 1) % 1000000))
}

# sign_in USER ANSWER...: on the terminal, as somebody in a hurry.
sign_in() {
	local user=$1
	shift
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost="${ADDRESS:-192.0.2.7}" "${@/#/-a}" "${SERVICE:-portal}" \
	    authenticate 2>&1
}

# by_mail USER: with the code of the mail that comes meanwhile.
by_mail() {
	local before
	before=$(mails)
	{
		echo "$PASSWORD"
		until_true has_mails $((before + 1)) && last_code
	} | pam 192.0.2.7 portal "$1" authenticate
}

# hang_up USER: after the right password; a code comes, and is not used.
hang_up() {
	local before
	before=$(mails)
	run ! sign_in "$1" "$PASSWORD"
	until_true has_mails $((before + 1))
	until_true noted granted $((before + 1))
	[ "$(row "SELECT tries FROM mail WHERE user_name = '$1'")" -eq 0 ]
}

# not COMMAND...: a plain "!" fails no test, but as its last command.
not() {
	! "$@"
}

# gone PID: ended; what its parent has left behind may wait for init.
gone() {
	not grep -q '^State:[[:space:]]*[^ZX]' "/proc/$1/status" 2> /dev/null
}

# refused REASON COMMAND...
refused() {
	run -1 "${@:2}"
	[ "$(jq -rs 'map(select(.verb == "login")) | .[-1].reason' \
	    "$GATE/audit.log")" = "$1" ] || {
		tail -n 3 "$GATE/audit.log"
		return 1
	}
}

# why PATTERN: of the last login.
why() {
	jq -rs 'map(select(.verb == "login")) | .[-1].detail' \
	    "$GATE/audit.log" | grep -q "$1"
}

row() {
	sqlite3 -cmd '.timeout 5000' "$GATE/gate.db" "$@"
}

# --- the way in -------------------------------------------------------------

@test "a code comes by mail, and lets in once" {
	run -0 by_mail bob
	[ "$(decision outcome)" = granted ]
	[ "$(decision method)" = password+otp ]
	[ "$(decision detail)" = 'by a code sent by mail' ]
	[ "$(sent outcome)" = granted ]
	[ "$(sent user)" = bob ]
	[ "$(sent address)" = 192.0.2.7 ]
	# that one is used up, and another is sent
	refused bad_code sign_in bob "$PASSWORD" "$(last_code)"
	until_true has_mails 2
	[ "$(mails)" -eq 2 ]
}

@test "the mail: six digits, and not a word besides" {
	run -0 by_mail bob
	local mail=$(newest) code
	code=$(last_code)
	[[ $code =~ ^[0-9]{6}$ ]]
	[ "$(sed -n '/^$/,$p' "$mail/stdin")" = $'\n'"$code" ]
	sed '/^$/,$d' "$mail/stdin" > "$GATE/headers"
	[ "$(cut -d: -f1 "$GATE/headers" | sort | xargs)" = \
	    'Auto-Submitted Content-Transfer-Encoding Content-Type Date From MIME-Version Message-ID To' ]
	grep -qx 'From: gate@clinic.example' "$GATE/headers"
	grep -qx "To: $MAIL" "$GATE/headers"
	grep -qx 'Auto-Submitted: auto-generated' "$GATE/headers"
	grep -qxE 'Message-ID: <[A-Za-z0-9_-]{22}@clinic.example>' \
	    "$GATE/headers"
	local date
	date=$(sed -n 's/^Date: //p' "$GATE/headers")
	[ "$(LC_ALL=C date -u -R -d "$date")" = "$date" ]
	not grep -qiE 'gatehouse|code|subject|sign|bob[^@]' "$GATE/headers"
	not grep -q "$code" "$GATE/audit.log" "$GATE/daemon.log"
	not grep -q "$code" "$GATE/gate.db" "$GATE/gate.db-wal"
}

@test "the mail program: has nothing of ours but the mail" {
	run -0 by_mail bob
	local mail=$(newest)
	diff <(printf '%s\n' -t -i) "$mail/argv"
	diff <(echo PATH=/usr/sbin:/usr/bin:/sbin:/bin) "$mail/environ"
	# 255 is the script itself
	diff <(printf '%s\n' 0 1 2 255) <(sort -n "$mail/fds")
	# but for SIGCHLD, which the script itself waits for
	grep -qE '^SigBlk:[[:space:]]0+(10000)?$' "$mail/status"
	# SIGPIPE
	local ignored
	ignored=$(sed -n 's/^SigIgn:[[:space:]]*//p' "$mail/status")
	[ $((0x$ignored & 1 << 12)) -eq 0 ]
	grep -qE '^CapAmb:[[:space:]]0+$' "$mail/status"
	grep -qE '^NoNewPrivs:[[:space:]]1$' "$mail/status"
}

@test "who signs in learns nothing from the prompts" {
	add alice
	uri=$(ctl otp enroll --no-confirm alice)
	add nancy
	local user word first='' seen
	for user in bob alice nancy mallory; do
		for word in "$PASSWORD" wrong; do
			run -1 sign_in "$user" "$word" 000000
			seen=${output//$user/USER}
			[ "$seen" = "${first:=$seen}" ] || {
				diff <(echo "$first") <(echo "$seen")
				return 1
			}
		done
	done
	until_true has_mails 1
	# with the code of an app nothing is sent, and nothing else either
	run -0 sign_in alice "$PASSWORD" "$(otp_code "$uri")"
	[ "$(mails)" -eq 1 ]
	[ "$(sent user)" = bob ]
}

@test "nothing is sent without the right password" {
	local i
	for i in 1 2 3; do
		refused bad_password sign_in bob "wrong $i" 000000
	done
	refused unknown_user sign_in mallory "$PASSWORD" 000000
	ctl user disable bob
	refused user_disabled sign_in bob "$PASSWORD" 000000
	ctl user enable bob
	add nancy
	refused no_second_factor sign_in nancy "$PASSWORD" 000000
	[ "$(row 'SELECT count(*) FROM mail')" -eq 0 ]
	run -0 by_mail bob
	[ "$(mails)" -eq 1 ]
}

@test "nothing is sent to who is locked out (later)" {
	gate_set lockout tries 3
	gate_set lockout address_tries 2
	begin
	local i
	for i in 1 2 3; do
		ADDRESS=192.0.2.$i refused bad_password sign_in bob wrong 0
	done
	ADDRESS=192.0.2.9 refused user_locked sign_in bob "$PASSWORD" 000000
	ctl lockout reset bob
	run -0 by_mail bob
	[ "$(mails)" -eq 1 ]
}

# --- what a code is worth ------------------------------------------------------

@test "while one is good no other is sent" {
	hang_up bob
	code=$(last_code)
	refused bad_code sign_in bob "$PASSWORD" "$(other_than "$code")"
	why 'not the code'
	run -0 sign_in bob "$PASSWORD" "$code"
	[ "$(mails)" -eq 1 ]
}

@test "three comparisons wear it out; the next sign-in sends another" {
	hang_up bob
	code=$(last_code)
	local i
	for i in 1 2 3; do
		refused bad_code sign_in bob "$PASSWORD" \
		    "$(other_than "$code")"
	done
	[ "$(mails)" -eq 1 ]
	refused bad_code sign_in bob "$PASSWORD" "$code"
	until_true has_mails 2
	until_true noted granted 2
	run -0 sign_in bob "$PASSWORD" "$(last_code)"
}

@test "without the password nobody wears it out, or tests it" {
	hang_up bob
	code=$(last_code)
	local i
	for i in 1 2 3 4; do
		refused bad_password sign_in bob wrong "$code"
	done
	[ "$(row 'SELECT tries FROM mail')" -eq 0 ]
	run -0 sign_in bob "$PASSWORD" "$code"
}

@test "it is good for one user only" {
	add --mail alice@clinic.example alice
	hang_up bob
	code=$(last_code)
	hang_up alice
	[ "$code" = "$(last_code)" ] || refused bad_code sign_in alice \
	    "$PASSWORD" "$code"
	# not even moved to the other's row
	row "UPDATE mail SET hash = (SELECT hash FROM mail
	    WHERE user_name = 'bob') WHERE user_name = 'alice'"
	refused bad_code sign_in alice "$PASSWORD" "$code"
	run -0 sign_in bob "$PASSWORD" "$code"
}

@test "it is good for five minutes, by a clock that nobody sets (later)" {
	clock 0
	start_faked
	add --mail "$MAIL" bob
	hang_up bob
	code=$(last_code)
	clock 3600
	refused bad_code sign_in bob "$PASSWORD" "$(other_than "$code")"
	why 'not the code'
	clock -86400
	[ "$(row 'SELECT expires - since FROM mail')" -eq 300 ]
	row 'UPDATE mail SET expires = expires - 300, since = since - 300'
	refused bad_code sign_in bob "$PASSWORD" "$code"
	# it was expired already when another was to be made
	until_true has_mails 2
	[ "$(mails)" -eq 2 ]
}

@test "one that is past its time is not taken (later)" {
	gate_set 2fa mail_rate 1
	begin
	hang_up bob
	row 'UPDATE mail SET expires = expires - 300'
	refused bad_code sign_in bob "$PASSWORD" "$(last_code)"
	why 'past its time'
	[ "$(mails)" -eq 1 ]
}

@test "so many in a quarter of an hour, and no more (later)" {
	gate_set 2fa mail_rate 2
	begin
	run -0 by_mail bob
	run -0 by_mail bob
	refused bad_code sign_in bob "$PASSWORD" "$(last_code)"
	why 'no code is out'
	until_true noted mail_rate 1
	[ "$(mails)" -eq 2 ]
	row 'UPDATE mail SET since = since - 899'
	# nearly over: another second, on a slow machine, would be
	[ "$(row 'SELECT sent FROM mail')" -eq 2 ]
	row 'UPDATE mail SET since = since - 1'
	run -0 by_mail bob
	[ "$(row 'SELECT sent FROM mail')" -eq 1 ]
}

@test "it outlives a restart" {
	hang_up bob
	gate_stop
	gate_start
	run -0 sign_in bob "$PASSWORD" "$(last_code)"
	[ "$(mails)" -eq 1 ]
}

@test "many at once: one mail, and one who gets in by it" {
	local i pids=()
	for i in 1 2 3 4 5; do
		sign_in bob "$PASSWORD" > /dev/null &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		not wait "$i"
	done
	until_true noted granted 1
	[ "$(mails)" -eq 1 ]
	code=$(last_code)
	# as many as may compare it; a better verifier, which is made between the
	# comparison and the sign-in, brings them together there
	gate_set password cost 7
	ctl reload
	run ! "$BUILD/tests/loader" -c "$GATE/pam.d" -u bob -i rhost=192.0.2.7 \
	    -t 3 -a "$PASSWORD" -a "$code" portal authenticate
	[ "$(jq -rs 'map(select(.verb == "login" and
	    .outcome == "granted")) | length' "$GATE/audit.log")" -eq 1 ]
}

@test "a master key that is replaced ends the codes that are out" {
	hang_up bob
	code=$(last_code)
	ctl key rotate
	refused bad_code sign_in bob "$PASSWORD" "$code"
}

@test "no longer once [2fa] mail = no" {
	hang_up bob
	gate_set 2fa mail no
	ctl reload
	refused no_second_factor sign_in bob "$PASSWORD" "$(last_code)"
}

# --- for whom ---------------------------------------------------------------

@test "a factor of one's own is what counts, from that moment on" {
	hang_up bob
	code=$(last_code)
	[ "$(ctl --json otp show bob | jq -r '.state + " " + .mail')" = \
	    "by mail $MAIL" ]
	uri=$(ctl otp enroll bob)
	[ "$(ctl --json otp show bob | jq -r '.state + " " + .mail')" = \
	    "waiting $MAIL" ]
	ctl otp confirm bob <<< "$(otp_code "$uri")"
	[ "$(ctl --json otp show bob | jq -r '.state, .mail')" = \
	    $'confirmed\nnull' ]
	refused bad_code sign_in bob "$PASSWORD" "$code"
	run -0 sign_in bob "$PASSWORD" "$(otp_code "$uri" 30)"
	[ "$(mails)" -eq 1 ]
	ctl otp remove bob
	run -0 sign_in bob "$PASSWORD" "$code"
}

@test "who gets codes by mail is not made to enrol (later)" {
	gate_set 2fa enroll yes
	begin
	run -0 by_mail bob
	[[ $output != *otpauth* ]]
	ctl user set --mail '' bob
	run -1 sign_in bob "$PASSWORD" 000000
	[[ $output == *otpauth* ]]
	[ "$(mails)" -eq 1 ]
}

@test "otp show: neither a factor nor mail" {
	add nancy
	run -1 ctl otp show nancy
	run -1 ctl otp show mallory
	gate_set 2fa mail no
	ctl reload
	run -1 ctl otp show bob
}

@test "the step otp: behind another's password" {
	ctl user add --elsewhere --mail carol@clinic.example carol
	gate_service step otp
	{
		until_true has_mails 1 && last_code
	} | pam 192.0.2.7 step carol authenticate
	[ "$(decision detail)" = 'by a code sent by mail' ]
}

@test "the step otp: a mail costs a try (later)" {
	gate_set lockout tries 3
	gate_set lockout address_tries 2
	gate_set 2fa mail_rate 100
	gate_start
	ctl user add --elsewhere --mail carol@clinic.example carol
	gate_service step otp
	local turn
	for turn in 1 2; do
		# who hangs up has tried
		SERVICE=step run ! sign_in carol
		until_true noted granted "$turn"
		row 'UPDATE mail SET tries = 3'
	done
	for turn in 1 2; do
		SERVICE=step refused address_blocked sign_in carol x
	done
	ADDRESS=192.0.2.8 SERVICE=step refused bad_code sign_in carol x
	until_true has_mails 3
	[ "$(mails)" -eq 3 ]
	[ "$(jq -rs 'map(select(.verb == "mail_code_send"))[-1].address' \
	    "$GATE/audit.log")" = 192.0.2.8 ]
}

@test "an address is one address, or none" {
	local address
	for address in bob '@clinic.example' bob@ 'bob@a,eve@b' 'bob@a eve@b' \
	    $'bob@a\nBcc: eve@b' $'bob@a\r\nBcc: eve@b' 'Bob <bob@a>' \
	    '-bob@a' 'bob@a..b' 'b..ob@a' 'bob@-a' 'bob@a-' 'bob@[192.0.2.1]' \
	    '"b ob"@a' 'bob(eve@b)@a' 'bob@é' 'bob@a;eve@b' 'a@b@c'; do
		echo "$address"
		run -1 ctl user set --mail "$address" bob
		[[ $output == *'not an acceptable'* ]]
		run -1 add --mail "$address" new
	done
	[ "$(ctl --json user show bob | jq -r .mail)" = "$MAIL" ]
	ctl user set --mail "o'b+x_1@sub-1.clinic.example" bob
}

@test "an address that somebody has put into the store is looked at again" {
	row "UPDATE users SET mail = 'bob@a' || char(10) || 'Bcc: eve@b'"
	refused no_second_factor sign_in bob "$PASSWORD" 000000
	add --mail alice@clinic.example alice
	run -0 by_mail alice
	[ "$(mails)" -eq 1 ]
}

# --- the program ------------------------------------------------------------

@test "a program that fails: told with its status, and the code taken back" {
	sendmail 'take_mail; echo "550 5.1.1 no
		such relay" >&2; exit 75 #'
	refused bad_code sign_in bob "$PASSWORD" 000000
	until_true noted mail_failed 1
	logged "code of \"bob\" did not go out: $GATE/sendmail exited with status 75, and said: 550 5.1.1 no .*such relay; see \[mail\]"
	[[ $(sent detail) == "$GATE/sendmail exited with status 75" ]]
	refused bad_code sign_in bob "$PASSWORD" "$(last_code)"
	until_true noted mail_failed 2
	sendmail take_mail
	run -0 by_mail bob
	# those that failed count too
	[ "$(row 'SELECT sent FROM mail')" -eq 3 ]
}

@test "what the program says is not logged where it holds the code" {
	local how
	for how in 'echo "cannot send $(code)"' \
	    'c=$(code); echo "cannot send ${c:0:3} ${c:3}"' \
	    'c=$(code); echo "cannot"; echo "${c:0:3}"; echo "${c:3}"' \
	    'printf "cannot send \0%s" $(code)'; do
		row 'DELETE FROM mail'
		rm -rf "$GATE"/mails/*
		: > "$GATE/daemon.log"
		sendmail "take_mail; { $how; } >&2; exit 1 #"
		refused bad_code sign_in bob "$PASSWORD" x
		until_true logged 'did not go out'
		logged 'said: what is not logged: it may hold the code'
		not logged cannot
	done
	sendmail 'take_mail; code #'
	row 'DELETE FROM mail'
	rm -rf "$GATE"/mails/*
	refused bad_code sign_in bob "$PASSWORD" x
	until_true logged 'took the mail, and said: what is not logged'
}

@test "a program that hangs holds up nobody, and is killed (later)" {
	gate_set mail timeout 1s
	begin
	sendmail 'sleep 1000 & echo $! > "${0%/*}/child"; echo $$ > "${0%/*}/pid";
		sleep 1000 #'
	refused bad_code sign_in bob "$PASSWORD" 000000
	until_true noted mail_failed 1
	logged 'was killed: it did not end by \[mail\] timeout'
	gone "$(< "$GATE/pid")"
	until_true gone "$(< "$GATE/child")"
	not grep -E '^Z|sendmail' <(ps -o stat=,comm= --ppid "$GATE_PID")
}

@test "a sign-in does not wait for the program" {
	sendmail 'while [ ! -e "${0%/*}/go" ]; do sleep 0.05; done; take_mail'
	refused bad_code sign_in bob "$PASSWORD" 000000
	[ "$(mails)" -eq 0 ]
	touch "$GATE/go"
	until_true has_mails 1
}

@test "so many programs at once, and the others after them" {
	local i pids=()
	sendmail 'while [ ! -e "${0%/*}/go" ]; do sleep 0.05; done; take_mail'
	for i in 1 2 3 4 5 6; do
		add --mail "u$i@clinic.example" "u$i"
		refused bad_code sign_in "u$i" "$PASSWORD" 000000
	done
	running() {
		[ "$(pgrep -cP "$GATE_PID" -f "$GATE/sendmail")" -eq 4 ]
	}
	until_true running
	# the others wait: they are not even made
	[ "$(row 'SELECT count(*) FROM mail')" -eq 4 ]
	running
	touch "$GATE/go"
	until_true has_mails 6
}

@test "a program that says more than anybody reads" {
	sendmail 'take_mail; yes relay-trouble | head -c 3000000 >&2; exit 1 #'
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted mail_failed 1
	logged 'exited with status 1, and said: relay-trouble'
	[ "$(wc -c < "$GATE/daemon.log")" -lt 20000 ]
}

@test "a program that leaves somebody behind who holds its output" {
	sendmail 'take_mail; sleep 1000 & echo $! > "${0%/*}/child" #'
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted granted 1
	# it went out: who delivers it may go on
	kill "$(< "$GATE/child")"
}

@test "no such program, or one that others could change" {
	mv "$GATE/sendmail" "$GATE/elsewhere"
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted mail_failed 1
	logged 'sendmail cannot be started: No such file'
	row 'DELETE FROM mail'
	ln -s elsewhere "$GATE/sendmail"
	chmod 722 "$GATE/elsewhere"
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted mail_failed 2
	logged 'others may write to it'
	chmod 600 "$GATE/elsewhere"
	row 'DELETE FROM mail'
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted mail_failed 3
	logged 'cannot be started: Permission denied'
	[ "$(mails)" -eq 0 ]
	# a link alone is what most systems have
	chmod 700 "$GATE/elsewhere"
	row 'DELETE FROM mail'
	run -0 by_mail bob
}

@test "the daemon ends: so does what it has started" {
	sendmail 'echo $$ > "${0%/*}/pid.new"; mv "${0%/*}"/pid{.new,};
		sleep 1000 #'
	refused bad_code sign_in bob "$PASSWORD" x
	until_true test -s "$GATE/pid"
	gate_stop
	gone "$(< "$GATE/pid")"
	[ "$(sqlite3 "$GATE/gate.db" 'SELECT hex(hash) FROM mail')" = \
	    "$(printf '0%.0s' {1..64})" ]
	logged 'was killed with the daemon'
}

@test "through a mail program of the real world to a server" {
	python3 tests/smtp_sink.py "$GATE/port" "$GATE/envelope" 3>&- &
	local sink=$!
	until_true test -s "$GATE/port"
	cat > "$GATE/msmtprc" <<-END
		account default
		host 127.0.0.1
		port $(< "$GATE/port")
		from gate@clinic.example
		set_from_header off
	END
	chmod 600 "$GATE/msmtprc"
	sendmail "exec msmtp -C '$GATE/msmtprc'"
	refused bad_code sign_in bob "$PASSWORD" x
	until_true noted granted 1 || { cat "$GATE/daemon.log"; return 1; }
	wait "$sink"
	grep -qx 'MAIL FROM:<gate@clinic.example>.*' "$GATE/envelope"
	grep -qx "RCPT TO:<$MAIL>.*" "$GATE/envelope"
	grep -qx "To: $MAIL" "$GATE/envelope"
	not grep -qi '^subject' "$GATE/envelope"
	run -0 sign_in bob "$PASSWORD" "$(grep -xE '[0-9]{6}' "$GATE/envelope")"
}

# --- the configuration --------------------------------------------------------

@test "config check: what codes by mail need (later)" {
	check() {
		run ctl --config "$GATE/gatehouse.conf" config check
	}
	check
	[ "$status" -eq 0 ]
	[[ $output != *sendmail* ]]
	# it may come later: told, and no error
	chmod 600 "$GATE/sendmail"
	check
	[ "$status" -eq 0 ]
	[[ $output == *"[mail] sendmail: $GATE/sendmail: Permission denied"* ]]
	mv "$GATE/sendmail" "$GATE/elsewhere"
	check
	[ "$status" -eq 0 ]
	[[ $output == *"[mail] sendmail: $GATE/sendmail: No such file"* ]]
	gate_set mail from ''
	check
	[ "$status" -eq 1 ]
	[[ $output == *'[2fa] mail needs [mail] from, which is not set'* ]]
	gate_set mail from 'gate@a, eve@b'
	check
	[ "$status" -eq 1 ]
	[[ $output == *'must be one mail address'* ]]
	gate_set mail from gate@clinic.example
	gate_set password preset nist-800-63b-4
	check
	[ "$status" -eq 0 ]
	[[ $output == *'[2fa] mail = yes contradicts preset nist-800-63b-4'* ]]
}
