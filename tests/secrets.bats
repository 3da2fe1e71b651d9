#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What is secret stays so: distinctive passwords, seeds, codes, session tokens
# and keys are planted, and then looked for in the memory of every process, in
# core dumps, in the logs, in the store, in the list of processes and in what is
# said of errors. See docs/security.md, "Secrets".

bats_require_minimum_version 1.5.0

PASSWORD='mvtr plinkzo quasbet wynd dorfel jaxopi'
NEW='grunza hilpex ombertu vasqild nepfor cwyt'
WEAK='xylbofonqtrzu'
WRONG='brolux tivandep qoshkir muzzelgan fyb'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
	[ "$EUID" -eq 0 ] ||
	    skip 'needs root: looks into processes that are not dumpable'
	! ldd "$BUILD/gatehoused" | grep -q libasan ||
	    skip 'not with a sanitizer: it keeps what was freed'
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_speaks
	# gone: all that must not be left; held: what has to be kept in memory
	: > "$GATE/gone"
	: > "$GATE/held"
	TTY_PID=
	LINE_PID=
}

teardown() {
	[ -z "${TTY_PID:-}" ] || kill "$TTY_PID" 2> /dev/null || true
	[ -z "${LINE_PID:-}" ] || kill "$LINE_PID" 2> /dev/null || true
	gate_stop KILL
}

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

# plant NAME < SECRET: it is one from now on.
plant() {
	printf '%s %s\n' "$1" "$(hex)" >> "$GATE/gone"
}

# plant_seed URI
plant_seed() {
	local secret=${1#*secret=}
	base32 -d <<< "${secret%%&*}" | plant seed
	printf %s "${secret%%&*}" | plant seed-text
}

# plant_codes < CODES: a line each.
plant_codes() {
	local code
	while read -r code; do
		printf %s "$code" | plant code
		printf %s "${code//-/}" | plant bare-code
	done
}

# begin [SECTION KEY VALUE]...: the keys of the gate, and who could tell.
begin() {
	while [ $# -ge 3 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	gate_start
	printf %s "$PASSWORD" | plant password
	printf %s "$NEW" | plant new-password
	printf %s "$WEAK" | plant weak-password
	printf %s "$WRONG" | plant wrong-password
	printf 'master-key %s\n' "$(hex < "$GATE/master.key")" >> "$GATE/held"
	printf 'key-file %s\n' "$(sed -n 4,20p "$GATE/sp.pem" |
	    hex)" >> "$GATE/held"
	openssl rsa -in "$GATE/sp.pem" -noout -text 2> /dev/null |
	    awk '/^prime1:/ { on = 1; next } /^prime2:/ { on = 0 }
		on { gsub(/[: ]/, ""); all = all $0 }
		END { sub(/^00/, "", all); print "key-prime", all }' \
	    >> "$GATE/held"
	[ "$(wc -l < "$GATE/held")" -eq 3 ]
}

# with_bob [SECTION KEY VALUE]...: and bob, who has an authenticator.
with_bob() {
	begin "$@"
	ctl user add bob <<< "$PASSWORD"
	URI=$(ctl otp enroll bob)
	plant_seed "$URI"
	CODES=$(ctl otp confirm bob <<< "$(otp_code "$URI" -30)")
	plant_codes <<< "$CODES"
}

helpers() {
	pgrep -P "$GATE_PID"
}

# remains ARGUMENT...: nonzero where something is.
remains() {
	"$BUILD/tests/remains" "$@"
}

# nothing ARGUMENT...: of them, said where there is.
nothing() {
	run remains "$@"
	[ "$status" -eq 0 ] || {
		echo "$output"
		return 1
	}
}

# gone [PID...]: nothing of what was planted is left in memory, of any kind,
# once those who had it are done with it.
gone() {
	local tries out
	for tries in $(seq 50); do
		# shellcheck disable=SC2046 # words
		out=$(remains -a "$GATE/gone" "$GATE_PID" $(helpers) "$@" 2>&1) &&
		    return 0
		sleep 0.1
	done
	echo "left in memory (try $tries):"
	echo "$out"
	return 1
}

# kept_well: what has to be held is where it is neither dumped nor swapped.
kept_well() {
	cat "$GATE/gone" "$GATE/held" > "$GATE/all"
	nothing "$GATE/all" "$GATE_PID"
	nothing -u "$GATE/all" "$GATE_PID"
}

# person USER HOOK...: somebody signs in at a terminal.
person() {
	coproc TTY { exec script -qec "exec env LD_PRELOAD=libpam_wrapper.so \
	    PAM_WRAPPER=1 PAM_WRAPPER_SERVICE_DIR='$GATE/pam.d' \
	    pamtester -I rhost=192.0.2.7 portal $*" /dev/null 2>&1 3>&-; }
	SEEN=
}

# sees TEXT: it has come up since the last one.
sees() {
	local char
	until [[ $SEEN == *"$1"* ]]; do
		IFS= read -r -N1 -t 20 -u "${TTY[0]}" char || {
			echo "no \"$1\" in: $SEEN"
			return 1
		}
		SEEN+=$char
	done
	LAST=$SEEN
	SEEN=
}

types() {
	echo "$1" >&"${TTY[1]}"
}

application() {
	pgrep -P "$TTY_PID"
}

# leaves: it is over, well or not.
leaves() {
	cat <&"${TTY[0]}" > /dev/null || true
	wait "$TTY_PID" || true
	TTY_PID=
}

# login ANSWER...: bob's, in one go.
login() {
	printf '%s\n' "$@" | pam 192.0.2.7 portal bob authenticate || true
}

granted() {
	[ "$(decision outcome)" = granted ] || {
		decision
		return 1
	}
}

refused() {
	[ "$(decision reason)" = "$1" ] || {
		decision
		return 1
	}
}

# with_session [SECTION KEY VALUE]...: and a session of his, ID.
with_session() {
	with_bob "$@"
	printf '%s\n' "$PASSWORD" "$(otp_code "$URI")" |
	    pam 192.0.2.7 portal bob authenticate acct_mgmt open_session
	ID=$(ctl session list --user bob --json | jq -r '.[0].id')
}

# plant_token TOKEN: as it is shown, and the bits of it.
plant_token() {
	[[ $1 == gs-* && ${#1} -eq 46 ]]
	printf %s "$1" | plant session-token
	base64 -d <<< "$(tr _- /+ <<< "${1#gs-}")=" | plant token-bits
}

new_token() {
	TOKEN=$(ctl session token "$ID")
	plant_token "$TOKEN"
}

# half_check TOKEN: a check of which all has come but the last byte. That is
# sent for a line to LINE, who says what verb the answer is and how long.
half_check() {
	coproc LINE { exec python3 -c '
import socket, struct, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[1])
token = sys.argv[2].encode() if len(sys.argv) > 2 else input().encode()
field = struct.pack("=HHI", 256, 0, len(token)) + token + b"\0"
frame = struct.pack("=IHHI", 0x47415445, 1, 65, len(field)) + field
line.sendall(frame[:-1])
print("sent", flush=True)
input()
line.sendall(frame[-1:])
print(line.recv(65536).count(b"bob"), flush=True)
' "$GATE/gate.sock" 3>&-; }
	echo "$1" >&"${LINE[1]}"
	read -r -t 20 -u "${LINE[0]}"
}

# at_exit STDIN COMMAND...: of gatehousectl, which leaves nothing in its memory
# when it is done; what it has printed is in OUT.
at_exit() {
	local input=$1
	shift
	OUT=$GATE/../out
	export OUT GATE BUILD
	export -f remains plant hex plant_token
	echo "$input" > "$OUT.in"
	# shellcheck disable=SC2016 # for the shell that looks
	LOOK='token=$(grep -o "gs-[A-Za-z0-9_-]*" "$OUT") &&
	    plant_token "$token"
	    remains -a "$GATE/gone" "$1" > "$OUT.found"
	    echo $? > "$OUT.looked"' \
	    gdb -nx -q -batch -ex 'catch syscall exit_group' \
	    -ex "run --socket $GATE/gate.sock $* < $OUT.in > $OUT" \
	    -ex 'python import os, subprocess; subprocess.run(["bash", "-c",
	os.environ["LOOK"], "look", str(gdb.selected_inferior().pid)])' \
	    -ex kill "$BUILD/gatehousectl" > "$OUT.gdb" 2>&1
	cat "$OUT.gdb" "$OUT.found"
	[ "$(cat "$OUT.looked")" -eq 0 ]
	rm "$OUT.looked"
}

# --- that it would be found --------------------------------------------------

@test "a password is in locked memory while the code is waited for, only there" {
	with_bob
	person bob authenticate
	sees 'SSO token: '
	types "$PASSWORD"
	sees 'Code: '
	# compared, and needed no more
	gone
	kept_well
	types 000000
	leaves
	# an old one is kept, for the new one is compared with it
	person bob "'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'"
	sees 'Current password: '
	types "$PASSWORD"
	sees 'New password: '
	run -1 remains -a "$GATE/gone" "$GATE_PID"
	[[ $output == *': password (plain)'*' lo '*' dd'* ]]
	kept_well
	types "$NEW"
	sees 'Retype new password: '
	run -1 remains -a "$GATE/gone" "$GATE_PID"
	[[ $output == *': new-password (plain)'*' lo '*' dd'* ]]
	kept_well
	types "$NEW"
	leaves
	gone
}

# --- nothing is left ------------------------------------------------------------

@test "users, second factors and codes that an administrator makes" {
	begin
	ctl user add bob <<< "$PASSWORD"
	gone
	run -1 ctl user add eve <<< "$WEAK"
	gone
	URI=$(ctl otp enroll bob)
	plant_seed "$URI"
	gone
	run -1 ctl otp confirm bob <<< 000000
	gone
	CODES=$(ctl otp confirm bob <<< "$(otp_code "$URI")")
	plant_codes <<< "$CODES"
	gone
	CODES=$(ctl otp recovery bob)
	plant_codes <<< "$CODES"
	gone
	kept_well
}

@test "a login: right, wrong, with a recovery code, refused by the lock" {
	with_bob lockout tries 4 lockout address_tries 3
	login "$PASSWORD" "$(otp_code "$URI")"
	granted
	gone
	login "$PASSWORD" "$(head -n 1 <<< "$CODES")"
	granted
	gone
	login "$PASSWORD" 000000
	refused bad_code
	gone
	login "$WRONG" 000000
	refused bad_password
	gone
	login "$WRONG" 000000
	login "$PASSWORD" "$(otp_code "$URI" 30)"
	refused address_blocked
	gone
	kept_well
}

@test "a login of nobody, or with what is too long for a password" {
	begin
	printf '%s\n' "$WRONG" 000000 |
	    pam 192.0.2.7 portal mallory authenticate || true
	refused unknown_user
	gone
	printf "$WRONG%.0s" {1..50} > "$GATE/long"
	run ! "$BUILD/tests/loader" -c "$GATE/pam.d" -u mallory \
	    -i rhost=192.0.2.7 -A "$GATE/long" -a 000000 portal authenticate
	refused bad_base64
	gone
}

@test "a login that is left half-way: the application killed, or out of time" {
	with_bob
	person bob authenticate
	sees 'SSO token: '
	types "$PASSWORD"
	sees 'Code: '
	kill -KILL "$(application)"
	leaves
	gone
	person bob "'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'"
	sees 'Current password: '
	types "$PASSWORD"
	sees 'New password: '
	types "$NEW"
	sees 'Retype new password: '
	kill -KILL "$(application)"
	leaves
	gone
	# nor what was typed before the daemon hung up
	gate_stop
	gate_set gate answer_timeout 10s
	gate_start
	person bob "'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'"
	sees 'Current password: '
	types "$PASSWORD"
	sees 'New password: '
	for _ in $(seq 200); do
		[ "$(decision reason)" != abandoned ] || break
		sleep 0.1
	done
	refused abandoned
	gone
}

@test "a change of password: too weak, used before, a little changed, good" {
	with_bob
	change() {
		printf '%s\n' "$@" | pam 192.0.2.7 portal bob \
		    'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)' || true
	}
	change "$PASSWORD" "$WEAK"
	refused password_weak
	gone
	change "$WRONG"
	refused bad_password
	gone
	change "$PASSWORD" "$NEW" "$NEW"
	granted
	gone
	change "$NEW" "$PASSWORD"
	[[ $(decision detail) == *'used before'* ]]
	gone
	# more than one to compare with, on all processors
	for i in 1 2 3 4 5; do
		change "$NEW" "$WRONG $i wjkelo" "$WRONG $i wjkelo"
		granted
		gone
		change "$WRONG $i wjkelo" "$NEW pqoet $i" "$NEW pqoet $i"
		granted
		gone
		change "$NEW pqoet $i" "$PASSWORD"
		refused password_weak
		gone
		NEW="$NEW pqoet $i"
	done
	kept_well
}

@test "a second factor that is set up while signing in" {
	begin 2fa enroll yes
	ctl user add bob <<< "$PASSWORD"
	person bob authenticate
	sees 'SSO token: '
	types "$PASSWORD"
	sees 'Code: '
	URI=$(grep -o 'otpauth://[^[:space:]]*' <<< "$LAST")
	plant_seed "$URI"
	[[ $LAST == *█* ]]
	grep █ <<< "$LAST" | sed -n 9,13p | tr -d '\r\n' | plant qr-code
	# it is shown, on record, and no more here
	gone
	types "$(otp_code "$URI")"
	leaves
	granted
	gone
	kept_well
}

@test "second factors of other modules" {
	local text=3QZ2KQ7SLJ2Y5WQ4ZV6N3TQXGXIBLPHD
	begin
	ctl user add bob <<< "$PASSWORD"
	base32 -d <<< "$text" | plant seed
	printf %s 58172964 | plant scratch-code
	printf '%s\n' "$text" '" TOTP_AUTH' 58172964 87160253 > "$GATE/google"
	ctl otp import --user bob "$GATE/google"
	gone
	ctl otp import --dry-run --force --user bob "$GATE/google"
	printf 'HOTP bob - %s 5\n' "$(base32 -d <<< "$text" | hex)" \
	    > "$GATE/oath"
	ctl otp import --force "$GATE/oath"
	gone
	login "$PASSWORD" "$(oathtool -c 5 -b "$text")"
	granted
	gone
	rm "$GATE/google" "$GATE/oath"
	not_on_disk
}

@test "a master key that was replaced" {
	with_bob
	cp "$GATE/master.key" "$GATE/before"
	ctl key rotate
	for _ in $(seq 100); do
		[ -e "$GATE/master.key.old" ] || break
		sleep 0.1
	done
	[ ! -e "$GATE/master.key.old" ]
	plant master-key-before < "$GATE/before"
	rm "$GATE/before"
	gone
	not_on_disk
	sed -i '/^master-key /d' "$GATE/held"
	printf 'master-key %s\n' "$(hex < "$GATE/master.key")" >> "$GATE/held"
	run -1 remains -a "$GATE/held" "$GATE_PID"
	[[ $output == *master-key* ]]
	kept_well
}

@test "tickets, and passes for an emergency" {
	with_bob emergency enabled yes
	local ticket pass
	ticket=$(response bob | ctl ticket)
	printf %s "$ticket" | plant ticket
	gone
	pam 192.0.2.7 portal bob authenticate <<< "$ticket"
	gone
	pam 192.0.2.7 portal bob authenticate <<< "$ticket" || true
	refused ticket_unknown
	gone
	pass=$(ctl emergency issue --reason 'the IdP is down' bob)
	printf %s "$pass" | plant pass
	gone
	pam 192.0.2.7 portal bob authenticate <<< "$pass"
	granted
	gone
	not_on_disk
}

@test "a session's token: given out, shown, replaced, and of one that is over" {
	local before
	with_session
	new_token
	gone
	run -0 ctl session check <<< "$TOKEN"
	[[ $output == *bob* ]]
	gone
	ctl session check --json --activity input --age 20 <<< "$TOKEN"
	gone
	# where it stands for a right
	ask show session="$ID" token=- <<< "$TOKEN"
	ask list token=- <<< "$TOKEN"
	gone
	before=$TOKEN
	new_token
	run -1 ctl session check <<< "$before"
	gone
	run -1 ctl session check <<< "$TOKEN and more"
	run -1 ask end session="$ID" token=- <<< "$TOKEN and more"
	gone
	ctl session end "$ID"
	run -1 ctl session check <<< "$TOKEN"
	[[ $output == *no_session* ]]
	gone
	kept_well
	not_on_disk
	gate_stop
	gate_start
	gone
	not_on_disk
}

@test "a session's token that has come, of a question that has not" {
	local line
	with_session
	new_token
	half_check "$TOKEN"
	# bash forgets the number of one that has ended
	line=$LINE_PID
	# it is there, or this proves nothing
	for _ in $(seq 100); do
		remains -a "$GATE/gone" "$GATE_PID" > "$GATE/found" || break
		sleep 0.1
	done
	[[ $(cat "$GATE/found") == *': session-token (plain)'*' lo '*' dd'* ]]
	kept_well
	echo >&"${LINE[1]}"
	read -r -t 20 -u "${LINE[0]}"
	[ "$REPLY" -eq 1 ]
	wait "$line"
	gone
	half_check "$TOKEN"
	line=$LINE_PID
	kill -KILL "$line"
	wait "$line" || true
	gone
}

@test "a session's token is not left in gatehousectl, nor told by it" {
	with_session
	at_exit '' session token "$ID"
	TOKEN=$(cat "$OUT")
	at_exit "$TOKEN" session check
	run ! grep -q gs- "$OUT"
	at_exit "$TOKEN" session check --json
	at_exit "$TOKEN and more" session check
	at_exit '' session token --json "$ID"
	# what is said of a token that stands where none is taken
	rm "$OUT"*
	{
		for refused in 'session show' 'session check' 'session token' \
		    'session check --id' 'session end' 'session hold'; do
			# shellcheck disable=SC2086 # words
			ctl $refused gs-wrong && return 1
		done
		ctl session check <<< "$TOKEN and more"
		ctl session show --json none
	} > "$GATE/said.log" 2>&1 || true
	[ "$(wc -l < "$GATE/said.log")" -ge 7 ]
	not_on_disk
}

@test "the SP's key is in no core, and its text in no helper" {
	with_session
	new_token
	ctl session check <<< "$TOKEN"
	ctl sso start > /dev/null
	cat "$GATE/gone" "$GATE/held" > "$GATE/all"
	local pid pids
	pids=("$GATE_PID" $(helpers))
	[ "${#pids[@]}" -ge 3 ]
	for pid in "${pids[@]}"; do
		gcore -o "$GATE/core" "$pid" > /dev/null 2>&1
		nothing "$GATE/all" "$GATE/core.$pid"
		rm "$GATE/core.$pid"
		# nor does the kernel write one
		[ "$(awk '/Max core file size/ { print $5 $6 }' \
		    "/proc/$pid/limits")" = 00 ]
		[ "$((16#$(cat "/proc/$pid/coredump_filter")))" -eq 0 ]
		[ "$(stat -c %u "/proc/$pid/mem")" -eq 0 ]
	done
	# and where root insists on the daemon's memory
	gdb -nx -q -batch -ex 'set use-coredump-filter off' \
	    -ex "generate-core-file $GATE/core" -p "$GATE_PID" > /dev/null 2>&1
	[ "$(stat -c %s "$GATE/core")" -gt 1000000 ]
	nothing "$GATE/all" "$GATE/core"
	rm "$GATE/core"
	grep -v ^key-prime "$GATE/held" > "$GATE/text"
	nothing -a "$GATE/text" $(helpers)
	# it is known there, or this proves nothing
	run -1 remains -a "$GATE/held" $(helpers)
	[[ $output == *key-prime* ]]
}

@test "where the limits allow it, all of every process is out of swap" {
	prlimit --pid $$ --memlock=unlimited:unlimited 2> /dev/null ||
	    skip 'RLIMIT_MEMLOCK cannot be lifted here'
	with_session
	new_token
	ctl session check <<< "$TOKEN"
	cat "$GATE/gone" "$GATE/held" > "$GATE/all"
	for pid in "$GATE_PID" $(helpers); do
		nothing -u "$GATE/all" "$pid"
	done
}

@test "the module leaves nothing of a login in the application" {
	with_bob
	person bob authenticate \
	    "'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)'"
	sees 'SSO token: '
	types "$PASSWORD"
	sees 'Code: '
	local code
	code=$(head -n 1 <<< "$CODES")
	types "$code"
	sees 'Current password: '
	nothing -a "$GATE/gone" "$(application)"
	kill "$(application)"
	leaves
}

# --- elsewhere ------------------------------------------------------------------

# not_on_disk: nor in the logs; in no spelling.
not_on_disk() {
	local files
	mapfile -t files < <(find "$GATE" -type f ! -name gone ! -name held \
	    ! -name all ! -name text ! -name '*.pem' ! -name 'master.key*')
	[[ ${files[*]} == *audit.log* && ${files[*]} == *daemon.log* ]]
	[[ ${files[*]} == *gate.db* ]]
	nothing "$GATE/gone" "${files[@]}"
}

@test "nothing is in the logs, the store, the list of processes, or complaints" {
	with_bob
	{
		login "$PASSWORD" "$(otp_code "$URI")"
		login "$PASSWORD" "$(head -n 1 <<< "$CODES")"
		login "$WRONG" "$(sed -n 2p <<< "$CODES")"
		printf '%s\n' "$PASSWORD" "$WEAK" |
		    pam 192.0.2.7 portal bob \
		    'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)' || true
		printf '%s\n' "$PASSWORD" "$NEW" "$WRONG" |
		    pam 192.0.2.7 portal bob \
		    'chauthtok(PAM_CHANGE_EXPIRED_AUTHTOK)' || true
		ctl user add eve <<< "$WEAK" || true
		ctl user add bob <<< "$NEW" || true
		ctl user add --elsewhere bob <<< "$NEW" || true
		ctl otp confirm bob <<< "$(sed -n 3p <<< "$CODES")" || true
		"$BUILD/gatehousectl" password check --config \
		    "$GATE/gatehouse.conf" <<< "$WEAK" || true
		"$BUILD/gatehousectl" password check --json --config \
		    "$GATE/gatehouse.conf" <<< "$NEW" || true
		printf 'HOTP/Q bob - %s 5\n' "$(sed -n 's/^seed //p' \
		    "$GATE/gone")" > "$GATE/bad"
		ctl otp import "$GATE/bad" || true
		rm "$GATE/bad"
		cp "$GATE/sp.pem" "$GATE/broken.pem"
		sed -i 5d "$GATE/broken.pem"
	} > "$GATE/said.log" 2>&1
	person bob authenticate
	sees 'SSO token: '
	types "$PASSWORD"
	sees 'Code: '
	local files
	mapfile -t files < <(printf '%s\n' /proc/[0-9]*/cmdline \
	    /proc/[0-9]*/environ | grep -v "^/proc/$$/")
	cat "$GATE/gone" "$GATE/held" > "$GATE/all"
	for file in "${files[@]}"; do
		run remains "$GATE/all" "$file"
		# 2: it has ended
		[ "$status" -ne 1 ] || {
			echo "$output"
			return 1
		}
	done
	types 000000
	leaves
	[ "$(wc -l < "$GATE/said.log")" -ge 10 ]
	not_on_disk
	nothing "$GATE/held" "$GATE"/*.log "$GATE"/gate.db*
}
