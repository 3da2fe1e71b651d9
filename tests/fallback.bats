#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What administrators do about users of the fallback: their passwords, their
# second factors, and the key that everything is sealed with.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	[[ $BATS_TEST_DESCRIPTION == *'(later)'* ]] || gate_start
}

teardown() {
	gate_stop KILL
	! mountpoint -q "$GATE/disk" || umount "$GATE/disk"
}

# sign_in USER ANSWER...
sign_in() {
	local user=$1
	shift
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" -i rhost=192.0.2.7 \
	    "${@/#/-a}" portal ${HOOKS:-authenticate} 2>&1
}

# is_in USER URI [SECONDS]: the user gets in by a code of that factor.
is_in() {
	run -0 sign_in "$1" "$PASSWORD" "$(otp_code "$2" "${3:-0}")"
}

# refused REASON COMMAND...
refused() {
	run -1 "${@:2}"
	[ "$(decision reason)" = "$1" ] || {
		decision
		return 1
	}
}

# fails STATUS PATTERN ARGUMENT...: gatehousectl says so, on standard error.
fails() {
	run --separate-stderr "-$1" ctl "${@:3}"
	grep -qE -- "$2" <<< "$stderr" || {
		echo "no \"$2\" in: $stderr"
		return 1
	}
}

# of VERB USER FIELD: one field of "VERB show".
of() {
	ctl --json "$1" show "$2" | jq -r ".$3"
}

add() {
	ctl user add "$@" <<< "$PASSWORD"
}

# --- users ------------------------------------------------------------------

@test "user add: what is known of a user, and what can be changed" {
	add --real-name 'Bob Builder' --mail bob@clinic.example bob
	[ "$(of user bob real_name)" = 'Bob Builder' ]
	[ "$(of user bob mail)" = bob@clinic.example ]
	[ "$(of user bob must_change)" = false ]
	[ "$(of user bob last_login)" = null ]
	[ "$(of user bob created)" != null ]
	ctl user set --mail '' bob
	[ "$(of user bob mail)" = null ]
	[ "$(of user bob real_name)" = 'Bob Builder' ]
	ctl password expire bob
	[ "$(of user bob must_change)" = true ]
	add --must-change eve
	[ "$(of user eve must_change)" = true ]
	fails 2 'nothing to change was given' user set bob
	fails 1 'there is no such user' user show mallory
	fails 1 'there is no such user' user set --mail m@clinic.example mallory
	fails 1 'not an acceptable' user set --real-name $'two\nlines' bob
}

@test "user set --language: what the user is spoken to in, once proven" {
	gate_stop
	gate_set gate catalogues "$BUILD/locale"
	gate_set password max_age 90d
	gate_set password warn 90d
	gate_start
	ctl user add --language ko bob <<< "$PASSWORD"
	uri=$(ctl otp enroll --no-confirm bob)
	[ "$(of user bob language)" = ko ]
	# who guesses does not learn from it that there is a bob
	refused bad_code sign_in bob "$PASSWORD" 123
	[[ $output == *'hidden: Code: '* && $output != *코드* ]]
	HOOKS='authenticate acct_mgmt'
	is_in bob "$uri"
	[[ $output == *'hidden: Code: '* ]]
	[[ $output == *'info: 비밀번호가 곧 만료됩니다'*90* ]]
	ctl user set --language de bob
	ctl user set --mail bob@clinic.example bob
	is_in bob "$uri" 30
	[[ $output == *'info: Ihr Passwort läuft bald ab'*90* ]]
	ctl user set --language '' bob
	[ "$(of user bob language)" = null ]
	fails 2 'must be en, de or ko' user set --language fr bob
	fails 2 'must be en, de or ko' user add --language german eve
}

@test "user add: all that is wrong with a password is said at once" {
	run --separate-stderr -1 ctl user add --real-name Roberta bob \
	    <<< 'Roberta1'
	[[ $stderr == *Roberta* ]]
	[ "$(grep -o '\. ' <<< "$stderr " | wc -l)" -ge 2 ]
	[ "$(decision verb)" = user_add ]
	[ "$(decision reason)" = password_weak ]
	run ! grep -q Roberta1 "$GATE/audit.log" "$GATE/daemon.log"
	fails 1 'there is no such user' user show bob
}

@test "user add --elsewhere: others keep the password, the gate the rest" {
	ctl user add --elsewhere carol
	[ "$(of user carol elsewhere)" = true ]
	uri=$(ctl otp enroll --no-confirm carol)
	gate_service step otp
	run -0 "$BUILD/tests/loader" -c "$GATE/pam.d" -u carol -i \
	    rhost=192.0.2.7 -a "$(otp_code "$uri")" step authenticate
	refused bad_password sign_in carol x "$(otp_code "$uri" 30)"
}

@test "password set: without the old one, by the same rules" {
	new='another plate of cold soup'
	add bob
	uri=$(ctl otp enroll --no-confirm bob)
	fails 1 'shorter|characters' password set bob <<< 'bob 1'
	fails 1 'before' password set bob <<< "$PASSWORD"
	is_in bob "$uri"
	run -0 ctl password set bob <<< "$new"
	PASSWORD=$new is_in bob "$uri" 30
	refused bad_password sign_in bob "$PASSWORD" 123456
	[ "$(of user bob must_change)" = false ]
	ctl password set --must-change bob <<< 'a third one, with no soup'
	[ "$(of user bob must_change)" = true ]
	fails 1 'keeps no password' password set mallory <<< "$new"
	ctl user add --elsewhere eve
	fails 1 'keeps no password' password set eve <<< "$new"
	run ! grep -qF "$new" "$GATE"/{audit,daemon}.log
}

@test "a password of 1024 bytes: all of them count" {
	local long
	gate_set password max_length 1024
	ctl reload
	long=$(seq -f 'soup %g, ' 200 | tr -d '\n' | head -c 1024)
	[ "${#long}" -eq 1024 ]
	fails 1 'bytes' user add bob <<< "${long}x"
	PASSWORD=$long add bob
	uri=$(ctl otp enroll --no-confirm bob)
	refused bad_password sign_in bob "${long%?}!" "$(otp_code "$uri")"
	refused bad_password sign_in bob "${long%?}" "$(otp_code "$uri")"
	refused bad_password sign_in bob "${long}x" "$(otp_code "$uri")"
	PASSWORD=$long is_in bob "$uri"
}

@test "user disable and enable" {
	add bob
	uri=$(ctl otp enroll --no-confirm bob)
	ctl user disable bob
	[ "$(of user bob state)" = disabled ]
	refused user_disabled sign_in bob "$PASSWORD" "$(otp_code "$uri")"
	# by whatever way they come, or have come
	token=$(response bob)
	refused user_disabled sign_in bob "$token"
	ctl user enable bob
	[ "$(of user bob last_login)" = null ]
	run -0 sign_in bob "$token"
	is_in bob "$uri" 30
	[ "$(of user bob last_login)" != null ]
	fails 1 'there is no such user' user disable mallory
	[ "$(jq -r .verb "$GATE/audit.log" | grep -c '^user_\(dis\|en\)able$')" \
	    -eq 2 ]
}

@test "whoever is no administrator changes nothing" {
	[ "$EUID" -eq 0 ] || skip "needs root: asks as somebody else"
	add bob
	# every folder on the way, for nobody to come to the socket
	local verb folder=$GATE
	while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
		chmod go+x "$folder"
		folder=${folder%/*}
	done
	for verb in 'user disable bob' 'user show bob' 'user set --mail x@y bob' \
	    'password expire bob' 'otp enroll bob' 'otp show bob' \
	    'otp recovery bob' 'otp remove bob' 'key rotate'; do
		run setpriv --reuid nobody --clear-groups \
		    "$BUILD/gatehousectl" --socket "$GATE/gate.sock" $verb
		echo "$verb: $output"
		[ "$status" -eq 1 ]
		[[ $output == *'[peers] admin'* ]]
	done
	# not even who is trusted with logins
	gate_set peers login nobody
	ctl reload
	run -1 setpriv --reuid nobody --clear-groups "$BUILD/gatehousectl" \
	    --socket "$GATE/gate.sock" password set bob <<< "$PASSWORD, longer"
	[[ $output == *'[peers] admin'* ]]
	[ "$(of user bob state)" = enabled ]
}

# --- second factors -----------------------------------------------------------

@test "otp enroll: it counts when a right code was shown, and not before" {
	add bob
	uri=$(ctl otp enroll bob)
	[ "$(of otp bob state)" = waiting ]
	[ "$(of user bob otp)" = false ]
	refused no_second_factor sign_in bob "$PASSWORD" "$(otp_code "$uri")"
	fails 1 'bad_code' otp confirm bob <<< "$(printf '%06d' \
	    $(((10#$(otp_code "$uri") + 500000) % 1000000)))"
	[ "$(of otp bob state)" = waiting ]
	code=$(otp_code "$uri")
	run -0 ctl otp confirm bob <<< "$code"
	[ "${#lines[@]}" -eq 10 ]
	[ "$(of otp bob state)" = confirmed ]
	[ "$(of otp bob recovery_codes_left)" = 10 ]
	[ "$(of user bob otp)" = true ]
	# that code is used up
	refused code_used sign_in bob "$PASSWORD" "$code"
	is_in bob "$uri" 30
	fails 1 'no second factor waits' otp confirm bob <<< "$code"
}

@test "otp enroll: the one before counts until the new one does" {
	add bob
	first=$(ctl otp enroll --no-confirm bob)
	second=$(ctl otp enroll bob)
	is_in bob "$first"
	code=$(otp_code "$second")
	ctl otp confirm bob <<< "$code"
	refused bad_code sign_in bob "$PASSWORD" "$(otp_code "$first" 30)"
	is_in bob "$second" 30
}

@test "otp enroll: of every kind" {
	add bob
	run -0 --separate-stderr ctl otp enroll --no-confirm --digits 8 \
	    --algorithm sha512 --period 60 bob
	[[ $output == *algorithm=SHA512\&digits=8\&period=60* ]]
	secret=${output#*secret=}
	run -0 sign_in bob "$PASSWORD" "$(oathtool --totp=sha512 -d 8 -s 60 -b \
	    "${secret%%&*}")"
	uri=$(ctl otp enroll --hotp bob)
	[[ $uri == otpauth://hotp/*counter=0* ]]
	secret=${uri#*secret=}
	run -0 ctl otp confirm bob <<< "$(oathtool -c 0 -b "${secret%%&*}")"
	[ "$(of otp bob kind)" = hotp ]
	[ "$(of otp bob counter)" = 1 ]
	run -0 sign_in bob "$PASSWORD" "$(oathtool -c 3 -b "${secret%%&*}")"
	[ "$(of otp bob counter)" = 4 ]
	fails 2 'must be 6, 7 or 8' otp enroll --digits 5 bob
	fails 2 'must be SHA1' otp enroll --algorithm md5 bob
	fails 2 'must be 30 or 60' otp enroll --period 45 bob
	fails 1 'not an acceptable' otp enroll --hotp --period 30 bob
	fails 1 'there is no such user' otp enroll mallory
}

@test "otp enroll: at a terminal it shows a QR code and asks for a code" {
	add bob
	coproc TTY { LC_ALL=C.UTF-8 script -qec "stty cols 100 rows 60; \
	    '$BUILD/gatehousectl' --socket '$GATE/gate.sock' otp enroll bob" \
	    /dev/null 2>&1; }
	local pid=$TTY_PID seen= line= char uri
	until [[ $seen == *'app shows: ' ]]; do
		IFS= read -r -N1 -t 10 -u "${TTY[0]}" char || return 1
		seen+=$char
	done
	[[ $seen == *▀* ]]
	uri=$(grep -o 'otpauth://[^[:space:]]*' <<< "$seen")
	echo 000000 >&"${TTY[1]}"
	seen=
	until [[ $seen == *'app shows: ' ]]; do
		IFS= read -r -N1 -t 10 -u "${TTY[0]}" char || return 1
		seen+=$char
	done
	[[ $seen == *bad_code* ]]
	otp_code "$uri" >&"${TTY[1]}"
	seen=$(cat <&"${TTY[0]}")
	wait "$pid"
	[ "$(grep -cE '^([0-9A-Z]{4}-){5}[0-9A-Z]{4}.?$' <<< "$seen")" -eq 10 ]
	[ "$(of otp bob state)" = confirmed ]
}

@test "otp recovery: a new set, the seed stays" {
	add bob
	uri=$(ctl otp enroll bob)
	old=$(ctl otp confirm bob <<< "$(otp_code "$uri")")
	new=$(ctl --json otp recovery bob | jq -r '.recovery_codes[]')
	[ "$(wc -l <<< "$new")" -eq 10 ]
	[ "$(sort -u <<< "$old$new" | wc -l)" -ge 19 ]
	refused bad_code sign_in bob "$PASSWORD" "$(head -n 1 <<< "$old")"
	run -0 sign_in bob "$PASSWORD" "$(head -n 1 <<< "$new")"
	[ "$(of otp bob recovery_codes_left)" = 9 ]
	refused bad_code sign_in bob "$PASSWORD" "$(head -n 1 <<< "$new")"
	is_in bob "$uri" 30
	add eve
	fails 1 'without a second factor' otp recovery eve
}

@test "otp show tells no secret; otp remove leaves nothing of it" {
	add bob
	uri=$(ctl otp enroll bob)
	codes=$(ctl otp confirm bob <<< "$(otp_code "$uri")")
	secret=${uri#*secret=}
	run -0 ctl otp show bob
	[[ $output != *"${secret%%&*}"* ]]
	[ "$(of otp bob kind) $(of otp bob algorithm) $(of otp bob digits)" = \
	    "totp SHA1 6" ]
	[ "$(of otp bob last_used)" != null ]
	ctl otp remove bob
	fails 1 'without a second factor' otp show bob
	fails 1 'without a second factor' otp remove bob
	refused no_second_factor sign_in bob "$PASSWORD" "$(otp_code "$uri" 30)"
	refused no_second_factor sign_in bob "$PASSWORD" \
	    "$(head -n 1 <<< "$codes")"
}

hex() {
	od -An -v -tx1 | tr -d ' \n'
}

@test "nothing secret is in the store, the logs, or the audit log" {
	add bob
	uri=$(ctl otp enroll bob)
	codes=$(ctl otp confirm bob <<< "$(otp_code "$uri")")
	secret=${uri#*secret=}
	secret=${secret%%&*}
	gate_stop
	run ! grep -aqF -e "$secret" -e "$PASSWORD" \
	    -e "$(head -n 1 <<< "$codes")" "$GATE"/{gate.db*,*.log}
	# In hex: a seed may have any byte, a pattern of grep's may not.
	seed=$(base32 -d <<< "$secret" | hex)
	[ ${#seed} -ge 40 ]
	for file in "$GATE"/gate.db*; do
		[ ! -s "$file" ] || [ -n "$(hex < "$file")" ]
		run ! grep -qF "$seed" <(hex < "$file")
	done
}

@test "otp import: oath users and google-authenticator" {
	local hex=3132333435363738393031323334353637383930
	add bob
	add eve
	printf '%s\n' "HOTP bob - $hex 5" "HOTP/T30 nobody1 - $hex" \
	    > "$GATE/users.oath"
	run -0 --separate-stderr ctl otp import --dry-run "$GATE/users.oath"
	[[ $output != *"$hex"* ]]
	fails 1 'without a second factor' otp show bob
	fails 1 'nobody1: there is no such user' otp import "$GATE/users.oath"
	run -0 sign_in bob "$PASSWORD" "$(oathtool -c 5 $hex)"
	refused code_used sign_in bob "$PASSWORD" "$(oathtool -c 5 $hex)"
	fails 1 'bob: there is a second factor already' \
	    otp import "$GATE/users.oath"

	printf '%s\n' GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ '" TOTP_AUTH' \
	    12345678 87654321 > "$GATE/google"
	run -0 ctl --json otp import --user eve "$GATE/google"
	[ "$(jq -r '.[0] | "\(.user) \(.kind) \(.scratch_codes) \(.outcome)"' \
	    <<< "$output")" = "eve totp 2 taken" ]
	uri="otpauth://totp/x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	# which codes were used before nobody knows
	refused code_used sign_in eve "$PASSWORD" "$(otp_code "$uri")"
	run -0 sign_in eve "$PASSWORD" 87654321
	[ "$(of otp eve recovery_codes_left)" = 1 ]
	is_in eve "$uri" 30
	fails 4 'No such file' otp import "$GATE/absent"
}

# --- the master key -----------------------------------------------------------

# enrolled: bob and eve, with codes of all kinds; URI and EVE.
enrolled() {
	add bob
	URI=$(ctl otp enroll bob)
	CODES=$(ctl otp confirm bob <<< "$(otp_code "$URI" -30)")
	add eve
	EVE=$(ctl otp enroll eve)
}

# all_open: with the key there is, what was sealed is what it was.
all_open() {
	is_in bob "$URI" "${1:-0}"
	run -0 sign_in bob "$PASSWORD" "$(head -n 1 <<< "$CODES")"
	CODES=$(tail -n +2 <<< "$CODES")
	[ "$(of otp eve state)" = waiting ]
}

# settled: within a few seconds the key before is gone.
settled() {
	local i
	for i in $(seq 100); do
		[ -e "$GATE/master.key.old" ] || return 0
		sleep 0.1
	done
	return 1
}

@test "key rotate: everything is sealed anew, and the old key opens nothing" {
	enrolled
	cp "$GATE/master.key" "$GATE/before"
	run -0 ctl key rotate
	[ "${lines[0]}" = "12 secrets sealed anew" ]
	run ! cmp -s "$GATE/master.key" "$GATE/before"
	[ "$(stat -c %a "$GATE/master.key")" = 600 ]
	[ ! -e "$GATE/master.key.old" ]
	[ "$(jq -r .verb "$GATE/audit.log" | grep -c key_rotate)" -eq 1 ]
	all_open
	run -0 ctl --json key rotate
	[ "$(jq .sealed_anew <<< "$output")" -eq 11 ]
	gate_stop
	gate_start
	[ "$(of otp bob state)" = confirmed ]
	gate_stop
	cp "$GATE/before" "$GATE/master.key"
	gate_start
	fails 4 'cryptographic' otp show bob
}

@test "a store that came back without the key of its time is told of" {
	enrolled
	cp "$GATE/master.key" "$GATE/before"
	gate_stop
	head -c 32 /dev/urandom > "$GATE/master.key"
	gate_start
	grep -q 'master key does not open what the store holds' \
	    "$GATE/daemon.log"
	# what no key opens is in nobody's way, and kept
	run -0 ctl key rotate
	[ ! -e "$GATE/master.key.old" ]
	gate_stop
	cp "$GATE/before" "$GATE/master.key"
	: > "$GATE/daemon.log"
	gate_start
	run ! grep -q 'does not open' "$GATE/daemon.log"
	all_open
}

@test "key rotate: killed before the new key was in its place" {
	enrolled
	gate_stop KILL
	cp "$GATE/master.key" "$GATE/master.key.old"
	gate_start
	settled
	all_open
	run -0 ctl key rotate
}

@test "key rotate: killed with nothing sealed anew, and with a part" {
	enrolled
	gate_stop KILL
	cp -p "$GATE/master.key" "$GATE/master.key.old"
	head -c 32 /dev/urandom > "$GATE/master.key"
	gate_start
	settled
	all_open
	gate_stop KILL
	cp -p "$GATE/master.key" "$GATE/master.key.old"
	head -c 32 /dev/urandom > "$GATE/master.key"
	gate_start
	EVE=$(ctl otp enroll eve)
	settled
	all_open 30
	run -0 ctl otp confirm eve <<< "$(otp_code "$EVE")"
}

@test "key rotate: no space for a key changes nothing (later)" {
	[ "$EUID" -eq 0 ] || skip "needs root: mounts a file system"
	mkdir -m 700 "$GATE/disk"
	mount -t tmpfs -o size=2m,mode=700 tmpfs "$GATE/disk" ||
	    skip 'root may not mount here'
	gate_set store master_key "$GATE/disk/master.key"
	gate_start
	enrolled
	cp "$GATE/disk/master.key" "$GATE/before"
	cat /dev/zero > "$GATE/disk/fill" 2> /dev/null || true
	fails 4 'no space left' key rotate
	cmp "$GATE/disk/master.key" "$GATE/before"
	[ ! -e "$GATE/disk/master.key.old" ]
	all_open
	rm "$GATE/disk/fill"
	run -0 ctl key rotate
	all_open 30
}

@test "key rotate: no space in the store keeps both keys until there is" {
	enrolled
	prlimit --pid "$GATE_PID" \
	    --fsize="$(stat -c %s "$GATE/gate.db-wal")":unlimited
	run -4 ctl key rotate
	[ -e "$GATE/master.key.old" ]
	prlimit --pid "$GATE_PID" --fsize=unlimited:unlimited
	all_open
	gate_stop KILL
	gate_start
	settled
	all_open 30
	run -0 ctl key rotate
}

@test "a key that is lost is not replaced by a new one" {
	enrolled
	gate_stop
	rm "$GATE/master.key"
	run ! timeout 10 "$BUILD/gatehoused" --config "$GATE/gatehouse.conf"
	[[ $output == *'is missing, and the store holds'* ]]
	[ ! -e "$GATE/master.key" ]
}
