#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Lockout: who guesses is stopped, who is guessed at is not.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set lockout tries 6
	gate_set lockout address_tries 3
	gate_set lockout spray_tries 20
	[[ $BATS_TEST_DESCRIPTION == *'(later)'* ]] || begin
}

# begin: with bob, and his codes.
begin() {
	gate_start
	ctl user add bob <<< "$PASSWORD"
	URI=$(ctl otp enroll --no-confirm bob)
}

teardown() {
	gate_stop KILL
	! mountpoint -q "$GATE/disk" || umount "$GATE/disk"
}

# from ADDRESS USER ANSWER...: signs in.
from() {
	local address=$1 user=$2
	shift 2
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" -i rhost="$address" \
	    "${@/#/-a}" "${SERVICE:-portal}" "${HOOK:-authenticate}" 2>&1
}

# wrong ADDRESS USER [TIMES]
wrong() {
	local i
	for i in $(seq "${3:-1}"); do
		run -1 from "$1" "$2" "wrong $i" 000000
	done
}

# refused REASON COMMAND...
refused() {
	run -1 "${@:2}"
	echo "$output"
	decision
	[ "$(decision reason)" = "$1" ]
}

right() {
	from "$1" bob "$PASSWORD" "$(otp_code "$URI" "${2:-0}")"
}

# tries OF USER [ADDRESS]: how many count.
tries() {
	ctl lockout list --all --json | jq --arg of "$1" --arg user "$2" \
	    --arg address "${3:-}" 'map(select(.of == $of and
	    (.user // "") == $user and (.address // "") == $address)) |
	    .[0].tries // 0'
}

@test "who is let in has no failed tries any more" {
	wrong 192.0.2.7 bob 2
	[ "$(tries user bob)" -eq 2 ]
	[ "$(tries 'address for user' bob 192.0.2.7)" -eq 2 ]
	right 192.0.2.7
	[ "$(tries user bob)" -eq 0 ]
	[ "$(tries 'address for user' bob 192.0.2.7)" -eq 0 ]
	# but the address is only given back its own: else it could go on
	[ "$(tries address '' 192.0.2.7)" -eq 2 ]
}

@test "the address that guesses is stopped, the user is not" {
	wrong 192.0.2.7 bob 3
	[ "$(decision reason)" = bad_password ]
	refused address_blocked from 192.0.2.7 bob 'wrong' 000000
	refused address_blocked from 192.0.2.7 bob 'wrong' 000000
	# what is blocked is not charged: the user has three left
	[ "$(tries user bob)" -eq 3 ]
	right 192.0.2.8
}

@test "a user is locked, and learns it after the right proofs only" {
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	refused user_locked from 192.0.2.9 bob 'wrong' 000000
	[[ $output != *many* ]]
	refused user_locked from 192.0.2.9 bob "$PASSWORD" 000000
	[[ $output != *many* ]]
	refused user_locked right 192.0.2.9
	[[ $output == *'Too many sign-ins have failed; minutes to wait'*30.* ]]
	run -0 ctl lockout list --json
	[ "$(jq -r '.[] | select(.of == "user") | .user + " " + .state' \
	    <<< "$output")" = 'bob blocked' ]
	run -0 ctl lockout show bob
	[[ $output == *blocked* ]]
	run -0 ctl lockout reset bob
	[ "$(jq -r .verb < <(tail -n 1 "$GATE/audit.log"))" = lockout_reset ]
	run -1 ctl lockout reset bob
	right 192.0.2.9 # and the code was not used up by being refused
}

@test "in the user's language" {
	gate_stop
	gate_set gate language de
	gate_set gate catalogues "$BUILD/locale"
	gate_set lockout duration 0s
	gate_start
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	refused user_locked right 192.0.2.9
	[[ $output == *'erst wieder möglich, wenn die Administration'* ]]
	[ "$(ctl lockout list --json | jq -r '.[] | select(.of == "user") |
	    .state')" = 'until released' ]
}

@test "an unknown user is locked as a known one is" {
	wrong 192.0.2.7 nobody-here 3
	refused address_blocked from 192.0.2.7 nobody-here 'wrong' 000000
	wrong 192.0.2.8 nobody-here 3
	refused user_locked from 192.0.2.9 nobody-here 'wrong' 000000
	[ "$(tries user nobody-here)" -eq 6 ]
}

@test "an address that tries many users" {
	for i in $(seq 20); do
		run -1 from 192.0.2.7 "user$i" wrong 000000
	done
	refused address_blocked right 192.0.2.7
	[[ $output != *many* ]]
	right 192.0.2.8
	run -0 ctl lockout reset --address ::ffff:192.0.2.7
	right 192.0.2.7 30
}

@test "an IPv6 address counts by its /64" {
	wrong 2001:db8:1:2::1 bob
	wrong 2001:db8:1:2::2 bob
	wrong 2001:db8:1:2:ffff::3 bob
	refused address_blocked right 2001:db8:1:2::4
	right 2001:db8:1:3::4
}

@test "SSO is never locked, and lifts the user's lock" {
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	refused user_locked right 192.0.2.9
	from 192.0.2.9 bob "$(response bob --format deflate)"
	right 192.0.2.9
	# those who guess are as blocked as before
	refused address_blocked right 192.0.2.7 30
}

@test "a recovery code lifts the user's lock, as nothing else of his does" {
	codes=$(ctl otp recovery bob 2> /dev/null |
	    grep -E '^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$')
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	refused user_locked right 192.0.2.9
	# or whoever has one could guess passwords with it for ever
	refused user_locked from 192.0.2.9 bob wrong "$(head -n 1 <<< "$codes")"
	grep -q 'recovery code of "bob".*used up' "$GATE/daemon.log"
	refused user_locked from 192.0.2.9 bob "$PASSWORD" \
	    "$(head -n 1 <<< "$codes")"
	from 192.0.2.9 bob "$PASSWORD" "$(sed -n 2p <<< "$codes")"
	[ "$(tries user bob)" -eq 0 ]
	right 192.0.2.9
}

@test "who hangs up has tried" {
	for _ in 1 2 3; do
		# no answer for the code: the conversation fails
		run ! from 192.0.2.7 bob 'wrong'
	done
	refused address_blocked from 192.0.2.7 bob wrong 000000
	[ "$(tries user bob)" -eq 3 ]
}

@test "150 at once have no more tries than the limit" {
	gate_set lockout address_tries 0
	kill -HUP "$GATE_PID"
	for _ in $(seq 100); do
		grep -q 'read anew' "$GATE/daemon.log" && break
		sleep 0.05
	done
	jobs=()
	for i in $(seq 150); do
		from "192.0.2.$i" bob "guess $i" 000000 > /dev/null &
		jobs+=($!)
	done
	for job in "${jobs[@]}"; do
		! wait "$job" || return 1
	done
	[ "$(jq -r 'select(.verb == "login") | .reason' "$GATE/audit.log" |
	    grep -c bad_password)" -eq 6 ]
	[ "$(jq -r 'select(.verb == "login") | .reason' "$GATE/audit.log" |
	    grep -c user_locked)" -eq 144 ]
}

@test "a restart forgets nothing, nor does a crash" {
	wrong 192.0.2.7 bob 3
	gate_stop KILL
	gate_start
	refused address_blocked right 192.0.2.7
	wrong 192.0.2.8 bob 3
	gate_stop
	gate_start
	refused user_locked right 192.0.2.9
}

@test "the old password of a change is guessed no oftener" {
	HOOK=chauthtok
	change() {
		"$BUILD/tests/loader" -E -c "$GATE/pam.d" -u bob "${@/#/-a}" \
		    -i rhost=192.0.2.7 portal chauthtok 2>&1
	}
	for _ in 1 2 3; do
		refused bad_password change wrong 'a new horse battery'
	done
	refused address_blocked change "$PASSWORD" 'a new horse battery' \
	    'a new horse battery'
	ctl lockout reset bob
	change "$PASSWORD" 'quite another battery' 'quite another battery'
	[ "$(tries user bob)" -eq 0 ]
}

@test "the wait for an answer grows with each try" {
	gate_stop
	gate_set gate fail_delay 100
	gate_start
	now() { date +%s%N; }
	times=()
	for i in 1 2 3; do
		start=$(now)
		wrong 192.0.2.7 bob
		times+=($((($(now) - start) / 1000000)))
	done
	echo "${times[*]}"
	# 100, 200, 400 ms; libpam makes them a half longer or shorter at most
	[ "${times[2]}" -ge 200 ]
	[ "${times[2]}" -gt "${times[0]}" ]
}

@test "one line a step: the code's tries are not set back by the password" {
	module="$BUILD/pam_gatehouse.so socket=$GATE/gate.sock"
	cat > "$GATE/pam.d/steps" <<-END
		auth requisite $module password
		auth requisite $module otp
	END
	SERVICE=steps
	for code in 111111 222222 333333; do
		run -1 from 192.0.2.7 bob "$PASSWORD" "$code"
		[ "$(decision reason)" = bad_code ]
	done
	refused address_blocked right 192.0.2.7
	right 192.0.2.8
	[ "$(tries user bob)" -eq 0 ]
}

@test "refused by another rule: the right password is no failed try" {
	printf '[access]\ndeny user = bob\n' >> "$GATE/gatehouse.conf"
	gate_stop
	gate_start
	refused access_denied right 192.0.2.7
	[ "$(tries user bob)" -eq 0 ]
	# and the wait does not tell that it was right: after 100, 200, 400 and
	# 800 ms it is 1600, of which libpam makes half at least
	gate_stop
	gate_set gate fail_delay 100
	gate_set lockout address_tries 5
	gate_start
	wrong 192.0.2.7 bob 4
	start=$(date +%s%N)
	refused access_denied right 192.0.2.7 30
	[ $(($(date +%s%N) - start)) -ge 790000000 ]
}

@test "no space for the charge: no proof is looked at (later)" {
	[ "$EUID" -eq 0 ] || skip 'needs root: mounts a file system'
	mkdir -m 700 "$GATE/disk"
	mount -t tmpfs -o size=2m,mode=700 tmpfs "$GATE/disk" ||
	    skip 'root may not mount here'
	gate_set store path "$GATE/disk/gate.db"
	begin
	head -c 4m /dev/zero > "$GATE/disk/filler" 2> /dev/null || true
	for _ in 1 2 3; do
		run ! from 192.0.2.7 bob wrong 000000
		[ "$(decision reason)" = store_full ]
	done
	run ! right 192.0.2.7
	[ "$(decision reason)" = store_full ]
	rm "$GATE/disk/filler"
	right 192.0.2.7
}

# --- and the sessions of who is locked ---

# ends_sessions: with a session of bob's and one of carol's.
ends_sessions() {
	gate_stop
	gate_set lockout end_sessions yes
	gate_start
	visit bob 192.0.2.100 "$(response bob --format deflate)"
	visit carol 192.0.2.100 "$(response carol --format deflate)"
}

visit() {
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" -i rhost="$2" \
	    -a "$3" portal authenticate acct_mgmt open_session
}

# ends: whose sessions have ended, and why.
ends() {
	ctl session list --all --json | jq -r 'map(select(.state == "ended") |
	    "\(.user) \(.end_reason)") | sort | join(", ")'
}

# eventually_ends TEXT
eventually_ends() {
	local i
	for i in $(seq 200); do
		[ "$(ends)" != "$1" ] || return 0
		sleep 0.05
	done
	echo "not after $i tries: $(ends)"
	return 1
}

@test "with end_sessions, the sessions of who is locked end, and no others" {
	ends_sessions
	wrong 192.0.2.7 bob 3
	refused address_blocked from 192.0.2.7 bob wrong 000000
	wrong 192.0.2.8 bob 2
	# the last try was the right one
	right 192.0.2.9
	[ "$(tries user bob)" -eq 0 ]
	ctl lockout reset --address 192.0.2.7
	wrong 192.0.2.10 bob 3
	wrong 192.0.2.11 bob 2
	[ "$(ends)" = '' ]
	# who hangs up has tried too
	run -1 from 192.0.2.12 bob wrong
	# the one that was not opened yet as well
	eventually_ends 'bob lockout, bob lockout'
	[ "$(jq -r 'select(.verb == "session_end") | "\(.user) \(.detail)"' \
	    "$GATE/audit.log" | sort | uniq -c | xargs)" = '2 bob lockout' ]
	# who comes by SSO has lifted the lock, and one more try is none
	visit bob 192.0.2.100 "$(response bob --format deflate --session-index s2)"
	wrong 192.0.2.12 bob
	gate_stop
	gate_start
	[ "$(ends)" = 'bob lockout, bob lockout' ]
	ctl session list --json | jq -e 'map(.user) | index("bob")'
}

@test "without end_sessions, nobody's sessions end by it" {
	visit bob 192.0.2.100 "$(response bob --format deflate)"
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	refused user_locked right 192.0.2.9
	# a stop does what is still to be done
	gate_stop
	gate_start
	[ "$(ends)" = '' ]
}

@test "with end_sessions, a stop right behind the lock ends them too" {
	ends_sessions
	wrong 192.0.2.7 bob 3
	wrong 192.0.2.8 bob 3
	gate_stop
	gate_start
	[ "$(ends)" = 'bob lockout' ]
}
