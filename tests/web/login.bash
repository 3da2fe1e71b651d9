# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
#
# For tests of the front door: gatehouse-login beside a gate of one's own, under
# pam_wrapper. Sourced after tests/gate.sh and gate_make.

# login_make: a PAM service of four lines, by which nobody holds a session.
login_make() {
	gate_service gatehouse
	sed -i '/^session/s/$/ detached/' "$GATE/pam.d/gatehouse"
	LOGIN=$GATE/login.sock
}

# login_start [OPTION...]: returns once it listens. LOGIN_USER may ask, else
# whoever runs this.
login_start() {
	local asan tries
	: > "$GATE/login.log"
	# a sanitizer's runtime insists on being the first
	asan=$(ldd "$BUILD/gatehouse-login" | awk '/libasan/ { print $3 }')
	# pam_wrapper's own
	echo leak:libpam_wrapper.so > "$GATE/leaks"
	LSAN_OPTIONS="suppressions=$GATE/leaks:print_suppressions=0" \
	    LD_PRELOAD="${asan:+$asan:}libpam_wrapper.so" PAM_WRAPPER=1 \
	    PAM_WRAPPER_SERVICE_DIR="$GATE/pam.d" \
	    "$BUILD/gatehouse-login" --config "$GATE/gatehouse.conf" --debug \
	    --listen "$LOGIN" --user "${LOGIN_USER:-$(id -un)}" "$@" \
	    2>> "$GATE/login.log" 3>&- &
	LOGIN_PID=$!
	for tries in $(seq 200); do
		grep -q 'ready on' "$GATE/login.log" && return 0
		kill -0 "$LOGIN_PID" 2> /dev/null || break
		sleep 0.05
	done
	echo "gatehouse-login did not come up (try $tries):" >&2
	cat "$GATE/login.log" >&2
	return 1
}

login_stop() {
	[ -n "${LOGIN_PID:-}" ] || return 0
	kill "$LOGIN_PID" 2> /dev/null || true
	wait "$LOGIN_PID" 2> /dev/null || true
	LOGIN_PID=
}
