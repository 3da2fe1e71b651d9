#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Emergency passes: one way in, once, when the IdP and the second factor are
# not to be had. They go round the proof, and nothing else.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'
WHY='IdP down, patient in ward 3'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	[[ $BATS_TEST_DESCRIPTION == *'(later)'* ]] || begin
}

# begin: with bob, whom the gate keeps a password for.
begin() {
	gate_start
	ctl user add bob <<< "$PASSWORD"
}

restart() {
	gate_stop
	gate_start
}

teardown() {
	gate_stop KILL
	! mountpoint -q "$GATE/disk" || umount "$GATE/disk"
}

# issue USER [ARGUMENT...]: a pass.
issue() {
	local user=$1
	shift
	ctl emergency issue "$user" --reason "$WHY" "$@"
}

# sign_in USER ANSWER...: all of a sign-in, or its HOOKS; from FROM, at SERVICE.
sign_in() {
	local user=$1 hooks
	shift
	read -ra hooks <<< "${HOOKS:-authenticate acct_mgmt open_session}"
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost="${FROM:-192.0.2.7}" "${@/#/-a}" "${SERVICE:-portal}" \
	    "${hooks[@]}" 2>&1
}

# refused REASON COMMAND...
refused() {
	HOOKS=authenticate run -1 "${@:2}"
	[ "$(decision reason)" = "$1" ] || {
		echo "$output"
		decision
		return 1
	}
}

# fails STATUS PATTERN ARGUMENT...: gatehousectl says so, on standard error,
# and prints no pass.
fails() {
	run --separate-stderr "-$1" ctl "${@:3}"
	[ -z "$output" ]
	grep -qE -- "$2" <<< "$stderr" || {
		echo "no \"$2\" in: $stderr"
		return 1
	}
}

# listed FIELD: one field of the newest pass on the list.
listed() {
	ctl emergency list --json | jq -r ".[0].$1"
}

open_passes() {
	ctl status --json | jq .emergency_passes_open
}

# event VERB FIELD: of the last such decision.
event() {
	jq -r "select(.verb == \"$1\") | .$2" "$GATE/audit.log" | tail -n 1
}

# access RULE...: the rules of [access], from now on.
access() {
	sed -i '/^\[access\]/,$d' "$GATE/gatehouse.conf"
	printf '%s\n' '[access]' "$@" >> "$GATE/gatehouse.conf"
	ctl reload
}

@test "a pass lets its user in, once, without password and code" {
	# who has a second factor is not asked for it either
	ctl otp enroll --no-confirm bob
	pass=$(issue bob)
	[[ $pass =~ ^ge-[A-Za-z0-9_-]{43}$ ]]
	[ "$(open_passes)" -eq 1 ]
	run -0 sign_in bob "$pass"
	[[ $output != *Code* ]]
	[ "$(ctl session list --json | jq -r '.[0] | .user + " " + .method')" \
	    = 'bob emergency' ]
	# the session's record ends with the pass
	[ "$(sqlite3 "$GATE/gate.db" 'SELECT not_after FROM session')" \
	    -eq "$(date -d "$(listed expires)" +%s)" ]
	[ "$(open_passes)" -eq 0 ]
	refused emergency_used sign_in bob "$pass"
}

@test "pamtester, and a user whom the application does not name" {
	pass=$(issue bob)
	run -0 pam 192.0.2.7 portal bob authenticate <<< "$pass"
	pass=$(issue bob)
	run -0 "$BUILD/tests/loader" -c "$GATE/pam.d" -i rhost=192.0.2.7 \
	    "-a$pass" portal authenticate
	[[ $output == *bob* ]]
	[ "$(decision user)" = bob ]
}

@test "at the line for SSO of a stack of steps, past what follows" {
	module="$BUILD/pam_gatehouse.so socket=$GATE/gate.sock"
	cat > "$GATE/pam.d/steps" <<-END
		auth requisite $module allowlist
		auth [success=2 cred_insufficient=ignore default=die] $module sso
		auth requisite $module password
		auth requisite $module otp
		auth required pam_permit.so
		account required $module
		session required $module
	END
	SERVICE=steps
	run -0 sign_in bob "$(issue bob)"
	[ "$(ctl session list --json | jq -r '.[0].method')" = emergency ]
	refused emergency_unknown sign_in alice "$(issue bob)"
}

@test "no IdP, and no fallback: a pass is a way in all the same (later)" {
	sed -i '/^\(entity_id\|acs_url\|idp_metadata\)/d' "$GATE/gatehouse.conf"
	gate_set password fallback no
	begin
	refused fallback_off sign_in bob "$PASSWORD" 000000
	run -0 sign_in bob "$(issue bob)"
}

@test "SSO alone: a pass is taken where the token is asked for (later)" {
	gate_set password fallback no
	begin
	run -0 sign_in bob "$(issue bob)"
	[[ $output == *'SSO token:'* ]]
	run -0 sign_in alice "$(response alice --format deflate)"
}

@test "who issued it, for whom, why, until when: in both logs; no pass is" {
	pass=$(issue bob --for 10m)
	[ "$(decision verb)" = emergency_issue ]
	[ "$(decision user)" = bob ]
	by="$(id -un) (uid $(id -u))"
	[ "$(decision detail)" = "by $by, for 600 s: $WHY" ]
	grep -qF "warning: emergency_issue of \"bob\" by $by" "$GATE/daemon.log"
	sign_in bob "$pass"
	[ "$(event login method)" = emergency ]
	[[ $(event login detail) =~ ^"by $by, "[0-9]{3}" s left: $WHY"$ ]]
	grep -qE "warning: an emergency pass was used: \"bob\" signs in to\
 portal from 192\.0\.2\.7; issued by .*, [0-9]+ s left: $WHY" \
	    "$GATE/daemon.log"
	second=$(issue bob)
	ctl emergency revoke bob
	[ "$(decision verb)" = emergency_revoke ]
	[ "$(decision user)" = bob ]
	[ "$(decision detail)" = "by $by: 1 that were not used" ]
	grep -qF 'warning: emergency_revoke of "bob"' "$GATE/daemon.log"
	# nor is it in the store
	for secret in "$pass" "$second"; do
		run ! grep -rqF -- "${secret#ge-}" "$GATE"
	done
}

@test "emergency issue: JSON, --for, and the usual time" {
	now=$(date +%s)
	run -0 --separate-stderr ctl emergency issue bob --reason x --json
	[ "$(jq -r .user <<< "$output")" = bob ]
	[[ $(jq -r .pass <<< "$output") == ge-* ]]
	until=$(date -d "$(jq -r .expires <<< "$output")" +%s)
	[ "$until" -ge $((now + 1800)) ]
	[ "$until" -le $(($(date +%s) + 1800)) ]
	now=$(date +%s)
	until=$(date -d "$(issue bob --for 2h --json | jq -r .expires)" +%s)
	[ "$until" -ge $((now + 7200)) ]
	# as long as a pass may be, if that is less
	gate_set emergency max_lifetime 5m
	ctl reload
	now=$(date +%s)
	until=$(date -d "$(issue bob --json | jq -r .expires)" +%s)
	[ "$until" -ge $((now + 300)) ]
	[ "$until" -le $(($(date +%s) + 300)) ]
	fails 1 'max_lifetime' emergency issue bob --reason x --for 6m
}

@test "emergency issue: what is no order" {
	fails 2 '--reason is missing' emergency issue bob
	fails 2 'must be a line' emergency issue bob --reason ''
	fails 2 'must be a line' emergency issue bob --reason '  '
	fails 1 'not acceptable' emergency issue bob --reason $'two\nlines'
	fails 1 'not acceptable' emergency issue bob --reason $'\e[2Jx'
	fails 1 'not acceptable' emergency issue bob --reason $'half \xc3'
	fails 1 'too long' emergency issue bob \
	    --reason "$(printf '%0256d' 0)"
	for time in 30 1s 59s 2d -5m 30x '' 10000000000000000000s; do
		fails 2 'must be 1m to 1d' emergency issue bob --reason x \
		    --for "$time"
	done
	fails 1 'not acceptable' emergency issue --reason x -- -x
	fails 1 'not acceptable' emergency issue a/b --reason x
	[ "$(ctl emergency list --json | jq length)" -eq 0 ]
	run ! grep -q emergency_issue "$GATE/audit.log"
	issue bob --reason "$(printf '%0255d' 0)"
	issue bob --reason 'Störung: 병동 3'
	ctl emergency list --json | jq -r '.[].reason' |
	    grep -qx 'Störung: 병동 3'
}

@test "emergency issue: only for whom it would let in" {
	refused unknown_user issue nobody-here
	[[ $output == *'neither the gate nor the system knows'* ]]
	refused root_refused issue root
	refused system_account issue daemon
	ctl user disable bob
	refused user_disabled issue bob
	[ "$(decision verb)" = emergency_issue ]
	ctl user enable bob
	issue bob
	[ "$(ctl emergency list --json | jq length)" -eq 1 ]
}

@test "a user whom the system alone knows" {
	gate_set users allow_system yes
	ctl reload
	run -0 sign_in daemon "$(issue daemon)"
	# the rules of today hold, not those of when it was issued
	pass=$(issue daemon)
	gate_set users allow_system no
	ctl reload
	refused system_account sign_in daemon "$pass"
	gate_set users allow_system yes
	ctl reload
	run -0 sign_in daemon "$pass"
}

@test "emergency list: for whom, why, by whom, until when, used from where" {
	run -0 ctl emergency list
	[ "${#lines[@]}" -eq 1 ]
	pass=$(issue bob --for 10m)
	[ "$(listed state)" = open ]
	[ "$(listed used)" = null ]
	[ "$(listed used_from)" = null ]
	sign_in bob "$pass"
	[ "$(listed 'user + " " + .[0].state + " " + .[0].used_from')" \
	    = 'bob used 192.0.2.7' ]
	[ "$(listed issued_by)" = "$(id -un) (uid $(id -u))" ]
	[ "$(listed reason)" = "$WHY" ]
	used=$(date -d "$(listed used)" +%s)
	[ "$used" -ge "$(date -d "$(listed issued)" +%s)" ]
	[ "$used" -lt "$(date -d "$(listed expires)" +%s)" ]
	run -0 ctl emergency list
	[[ ${lines[1]} == bob*used*192.0.2.7*"$WHY" ]]
}

@test "emergency revoke: what was not used is void, the rest is evidence" {
	used=$(issue bob)
	sign_in bob "$used"
	pass=$(issue bob)
	ctl emergency revoke bob
	refused emergency_unknown sign_in bob "$pass"
	[ "$(ctl emergency list --json | jq -r '.[].state')" = used ]
	fails 1 'no pass that was not used' emergency revoke bob
	# so is that of a user who was removed, and comes again
	pass=$(issue bob)
	ctl user remove bob
	ctl user add bob <<< "$PASSWORD"
	refused emergency_unknown sign_in bob "$pass"
	refused emergency_used sign_in bob "$used"
}

@test "whoever is no administrator issues, sees and revokes none" {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as somebody else'
	local folder=$GATE
	while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
		chmod go+x "$folder"
		folder=${folder%/*}
	done
	as_nobody() {
		setpriv --reuid 65534 --clear-groups "$BUILD/gatehousectl" \
		    --socket "$GATE/gate.sock" "$@"
	}
	for verb in 'issue bob --reason x' list 'revoke bob'; do
		refused peer_not_allowed as_nobody emergency $verb
		[[ $output == *'[peers] admin'* ]]
	done
	# an administrator is named as the kernel does
	gate_set peers admin "$(id -un 65534)"
	restart
	as_nobody emergency issue bob --reason x
	[ "$(listed issued_by)" = "$(id -un 65534) (uid 65534)" ]
	[ "$(decision peer_uid)" -eq 65534 ]
	# and whoever has no rights signs in himself, and nobody else
	gate_set peers admin ''
	gate_set users allow_system yes
	sed -i '/^admin = $/d' "$GATE/gatehouse.conf"
	restart
	pass=$(issue bob)
	# nobody may not come to where it was built
	install "$BUILD/pam_gatehouse.so" "$GATE"
	sed -i "s|$BUILD/|$GATE/|" "$GATE/pam.d/portal"
	refused peer_not_allowed setpriv --reuid 65534 --clear-groups \
	    "$BUILD/tests/loader" -c "$GATE/pam.d" -i rhost=192.0.2.7 \
	    "-a$pass" portal authenticate
	run -0 sign_in bob "$pass"
}

# --- what a pass does not go round --------------------------------------------

@test "wrong, another user's, expired: refused, and nothing is charged" {
	pass=$(issue bob)
	ctl user add carol <<< "$PASSWORD"
	refused emergency_unknown sign_in carol "$pass"
	[[ $(decision detail) == *"bob's, not carol's"* ]]
	refused emergency_unknown sign_in bob "ge-$(printf '%043d' 0)"
	[ "$(ctl lockout list --all --json | jq length)" -eq 0 ]
	# what has not its form is a password
	refused bad_password sign_in bob "${pass%?}" 000000
	# and for the steps of a password or a code it is no proof
	gate_service step password
	SERVICE=step refused bad_password sign_in bob "$pass"
	gate_service code otp
	SERVICE=code refused no_second_factor sign_in bob "$pass"
	run -0 sign_in bob "$pass"
}

@test "the allowlist, and a user who is disabled: and the pass is not burnt" {
	pass=$(issue bob)
	FROM=198.51.100.7 refused address_not_listed sign_in bob "$pass"
	ctl user disable bob
	refused user_disabled sign_in bob "$pass"
	ctl user enable bob
	[ "$(listed state)" = open ]
	run -0 sign_in bob "$pass"
}

@test "switched off: none is issued, none lets in" {
	pass=$(issue bob)
	gate_set emergency enabled no
	ctl reload
	refused emergency_off issue bob
	refused emergency_off sign_in bob "$pass"
	gate_set emergency enabled yes
	ctl reload
	run -0 sign_in bob "$pass"
}

@test "[access]: what an IdP would say is said; user and method hold" {
	pass=$(issue bob)
	access 'deny method = emergency' 'allow attribute:role = nurse'
	refused access_denied sign_in bob "$pass"
	run -1 ctl access test --config "$GATE/gatehouse.conf" \
	    --service portal --method emergency --user bob
	access 'allow user = carol'
	refused access_denied sign_in bob "$pass"
	access 'require method = sso'
	refused access_denied sign_in bob "$pass"
	access 'require method = sso | emergency' 'deny issuer = *' \
	    'require authn_context = urn:x' 'allow attribute:role = nurse'
	run -0 ctl access test --config "$GATE/gatehouse.conf" \
	    --service portal --method emergency --user bob
	run -0 sign_in bob "$pass"
	# nobody else has an attribute by that
	refused access_denied sign_in bob "$PASSWORD" \
	    "$(otp_code "$(ctl otp enroll --no-confirm bob)")"
}

@test "[service]: no class of proof is asked of a pass, and no age" {
	printf '%s\n' '[service portal]' 'authn_context = urn:x:strong' \
	    'max_authn_age = 1m' >> "$GATE/gatehouse.conf"
	ctl reload
	run -0 sign_in bob "$(issue bob)"
	refused step_up sign_in bob "$PASSWORD" \
	    "$(otp_code "$(ctl otp enroll --no-confirm bob)")"
}

@test "a password that is to be changed is not asked for after a pass" {
	ctl password expire bob
	run -0 sign_in bob "$(issue bob)"
}

@test "a user who is locked gets in, and is not locked any more (later)" {
	gate_set lockout tries 3
	gate_set lockout address_tries 0
	begin
	uri=$(ctl otp enroll --no-confirm bob)
	for i in 1 2 3; do
		refused bad_password sign_in bob "wrong $i" 000000
	done
	refused user_locked sign_in bob "$PASSWORD" "$(otp_code "$uri")"
	run -0 sign_in bob "$(issue bob)"
	run -0 sign_in bob "$PASSWORD" "$(otp_code "$uri" 30)"
}

# --- and what may go wrong ----------------------------------------------------

@test "two at once, and six more: one gets in" {
	pass=$(issue bob)
	for _ in $(seq 8); do
		printf '%s\t%s\n' bob "$pass"
	done > "$GATE/people"
	"$BUILD/tests/storm" "$GATE/pam.d" portal "$GATE/people" > "$GATE/told"
	cat "$GATE/told"
	[ "$(grep -c ^granted "$GATE/told")" -eq 1 ]
	[ "$(wc -l < "$GATE/told")" -eq 8 ]
	[ "$(jq -r 'select(.verb == "login" and .outcome == "refused") |
	    .reason' "$GATE/audit.log" | sort | uniq -c | xargs)" \
	    = '7 emergency_used' ]
	[ "$(ctl session list --all --json | jq length)" -eq 1 ]
}

@test "a restart and a crash forget neither a pass nor that it was used" {
	pass=$(issue bob)
	gate_stop KILL
	gate_start
	run -0 sign_in bob "$pass"
	gate_stop KILL
	gate_start
	refused emergency_used sign_in bob "$pass"
	[ "$(open_passes)" -eq 0 ]
}

@test "no space: no pass, and none is used up (later)" {
	[ "$EUID" -eq 0 ] || skip 'needs root: mounts a file system'
	mkdir -m 700 "$GATE/disk"
	mount -t tmpfs -o size=2m,mode=700 tmpfs "$GATE/disk" ||
	    skip 'root may not mount here'
	gate_set store path "$GATE/disk/gate.db"
	begin
	pass=$(issue bob)
	head -c 4m /dev/zero > "$GATE/disk/filler" 2> /dev/null || true
	fails 4 'make room' emergency issue bob --reason x
	refused store_full sign_in bob "$pass"
	rm "$GATE/disk/filler"
	[ "$(ctl emergency list --json | jq length)" -eq 1 ]
	run -0 sign_in bob "$pass"
}

@test "past its time, and a clock that is set back (later)" {
	clock 0
	start_faked
	ctl user add bob <<< "$PASSWORD"
	pass=$(issue bob --for 10m)
	other=$(issue bob --for 2h)
	end=$(ctl emergency list --json | jq -r 'map(.expires) | min')
	clock 600
	refused emergency_expired sign_in bob "$pass"
	[[ $(decision detail) == *"$end" ]]
	[ "$(ctl emergency list --json |
	    jq -r 'map(.state) | sort | join(" ")')" = 'expired open' ]
	[ "$(open_passes)" -eq 1 ]
	# somebody was let in at that time: it cannot come again
	run -0 sign_in bob "$other"
	clock 300
	refused clock_backward sign_in bob "$pass"
	refused clock_backward issue bob
	# before it was issued
	clock -3600
	refused emergency_expired sign_in bob "$pass"
	ctl clock accept
	run -0 sign_in bob "$(issue bob)"
}
