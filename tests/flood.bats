#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A flood of passwords: no more are worked on at once than [password] parallel,
# and who has nothing to do with passwords does not notice. While the file
# $STALL is there no password gets any further, so that nothing here depends on
# how fast the machine is.

bats_require_minimum_version 1.5.0

PASSWORD='correct horse battery staple'

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	echo 'allow 10.0.0.0/8' >> "$GATE/allowlist"
	STALL=$GATE/stall
	gate_set password cost 1
	gate_set password parallel 2
}

teardown() {
	[ -z "${FLOOD:-}" ] || kill "$FLOOD" 2> /dev/null || true
	gate_stop KILL
}

# begin [SECTION KEY VALUE]...: with bob; from now on no password is compared.
begin() {
	local asan
	while [ $# -ge 3 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	# a sanitizer's runtime insists on being the first
	asan=$(ldd "$BUILD/gatehoused" | awk '/lib[at]san/ { print $3 }')
	env LD_PRELOAD="${asan:+$asan:}$BUILD/tests/stalled_crypt.so" \
	    STALL="$STALL" "$BUILD/gatehoused" \
	    --config "$GATE/gatehouse.conf" --debug 2>> "$GATE/daemon.log" \
	    3>&- &
	GATE_PID=$!
	gate_wait "$GATE_PID"
	ctl user add bob <<< "$PASSWORD"
	touch "$STALL"
}

# until_true COMMAND...
until_true() {
	local tries
	for tries in $(seq 400); do
		"$@" && return 0
		sleep 0.05
	done
	echo "not so after try $tries: $*" >&2
	return 1
}

# flood ADDRESS...: in the background, until all have sent a password.
flood() {
	"$BUILD/tests/flood" "$GATE/gate.sock" bob "$@" > "$GATE/flood" 3>&- &
	FLOOD=$!
	until_true grep -qx sent "$GATE/flood"
}

# answers PATTERN: how many answers of the flood have it.
answers() {
	grep -cE -- "$1" "$GATE/flood" || true
}

has_answers() {
	[ "$(answers "$1")" -eq "$2" ]
}

state() {
	ctl --json status | jq -r '"\(.passwords_in_work) \(.passwords_waiting)"'
}

is_state() {
	[ "$(state)" = "$1" ]
}

# tries: how many of bob's count.
tries() {
	ctl lockout show bob --json |
	    jq 'map(select(.of == "user")) | .[0].tries // 0'
}

# pam_as USER ANSWER HOOK...
pam_as() {
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" -i rhost=192.0.2.7 \
	    -a "$2" portal "${@:3}" 2>&1
}

# flood_of_a_hundred: from a hundred addresses.
flood_of_a_hundred() {
	local addresses
	mapfile -t addresses < <(printf '10.0.0.%d\n' {1..100})
	flood "${addresses[@]}"
}

@test "nobody else notices a flood" {
	begin lockout tries 0
	flood_of_a_hundred
	until_true is_state '2 98'
	# all but passwords goes on: by more callers than there are threads
	for _ in $(seq 10); do
		run -0 pam_as alice "$(response alice --format deflate)" \
		    authenticate acct_mgmt open_session close_session
	done
	ctl session list > /dev/null
	ctl allowlist test 192.0.2.7 > /dev/null
	[ "$(state | cut -d ' ' -f 1)" -eq 2 ]
	rm "$STALL"
	wait "$FLOOD"
	# none is lost; some have waited too long perhaps
	[ "$(answers ' asked (Code:|Too many people)')" -eq 100 ]
	[ "$(answers ' asked Code:')" -ge 2 ]
	until_true is_state '0 0'
	[ "$(tries)" -eq "$(answers ' asked Code:')" ]
}

@test "one address has a part of the queue, another has its place" {
	begin password waiting 16
	flood '10.0.0.1*20' 10.0.0.2
	until_true is_state '2 5'
	until_true has_answers '^10.0.0.1 asked Too many people' 14
	has_answers '^10.0.0.2 ' 0
	rm "$STALL"
	wait "$FLOOD"
	has_answers '^10.0.0.2 asked Code:' 1
	details() {
		jq -r 'select(.reason == "overload") | .detail' \
		    "$GATE/audit.log" | grep -c '^a quarter of those who wait'
	}
	counted() {
		[ "$(details)" -eq 14 ]
	}
	until_true counted
}

@test "an IPv6 address counts by its /64; without an address, by the uid" {
	begin password waiting 8 allowlist absent local
	flood 2001:db8:1:2::1 2001:db8:1:2::2 2001:db8:1:2::3 \
	    2001:db8:1:2:ffff::4 2001:db8:1:2:ffff::5 '*4'
	until_true is_state '2 4'
	until_true has_answers '^2001.* asked Too many people' 1
	has_answers '^ asked Too many people' 2
}

@test "no place is left: told so, and no try was made" {
	begin password waiting 4
	flood 10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7
	until_true is_state '2 4'
	until_true has_answers '^10.0.0.7 asked Too many people' 1
	run -1 pam_as bob "$PASSWORD" authenticate
	[[ $output == *'error: Too many people are signing in.'* ]]
	[[ $output == *'authenticate: 9 '* ]] # PAM_AUTHINFO_UNAVAIL
	[ "$(decision reason)" = overload ]
	[ "$(tries)" -eq 2 ]
}

@test "told in the user's language" {
	begin password waiting 4 gate language de \
	    gate catalogues "$BUILD/locale"
	flood '10.0.0.1*4'
	until_true has_answers ' asked Zu viele melden sich' 1
}

@test "who hangs up while waiting gives up the place, and has not tried" {
	begin
	flood_of_a_hundred
	until_true is_state '2 98'
	kill "$FLOOD"
	until_true is_state '2 0'
	# but whose password is being compared has
	[ "$(tries)" -eq 2 ]
	rm "$STALL"
	until_true is_state '0 0'
	abandoned() {
		[ "$(grep -c '"reason":"abandoned"' "$GATE/audit.log")" -eq 100 ]
	}
	until_true abandoned
	[ "$(tries)" -eq 2 ]
}

@test "nobody waits for ever" {
	begin
	sed -i 's/$/ timeout=60/' "$GATE/pam.d/portal"
	flood 10.0.0.1 10.0.0.2
	run -1 pam_as bob "$PASSWORD" authenticate
	[[ $output == *'error: Too many people are signing in.'* ]]
	[[ $(decision detail) == *'became free in time' ]]
	[ "$(tries)" -eq 2 ]
}

@test "a reload with a queue: more at once, and none is lost" {
	begin
	flood_of_a_hundred
	until_true is_state '2 98'
	gate_set password parallel 5
	ctl reload
	until_true is_state '5 95'
	rm "$STALL"
	wait "$FLOOD"
	[ "$(answers ' asked (Code:|Too many people)')" -eq 100 ]
}

@test "always fewer than threads" {
	begin gate threads 4 password parallel 100
	flood_of_a_hundred
	until_true is_state '3 97'
}

@test "the daemon ends with a queue" {
	begin
	flood_of_a_hundred
	until_true is_state '2 98'
	kill "$GATE_PID"
	# those under way are finished
	rm "$STALL"
	status=0
	wait "$GATE_PID" || status=$?
	GATE_PID=
	[ "$status" -eq 0 ]
	wait "$FLOOD"
	[ "$(answers ' (lost|asked .*)$')" -eq 100 ]
	[ "$(answers ' lost$')" -ge 1 ]
	# no try but of those that were looked at
	gate_start
	[ "$(tries)" -le "$((100 - $(answers ' lost$')))" ]
}

@test "an administrator waits like anybody, and so does who changes his own" {
	begin
	flood 10.0.0.1 10.0.0.2
	ctl user add eve <<< "$PASSWORD" 3>&- &
	add=$!
	"$BUILD/tests/loader" -E -c "$GATE/pam.d" -u bob -a "$PASSWORD" \
	    -a 'green apples for nobody' -a 'green apples for nobody' \
	    -i rhost=192.0.2.9 portal chauthtok > "$GATE/change" 2>&1 3>&- &
	change=$!
	until_true is_state '2 2'
	rm "$STALL"
	wait "$add"
	wait "$change"
	ctl user show eve > /dev/null
	grep -q 'chauthtok: 0 ' "$GATE/change"
}
