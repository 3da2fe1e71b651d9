#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# SIGHUP: a new configuration, without a request lost.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_start
}

teardown() {
	gate_stop
}

login() {
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
	    -i rhost="${1:-192.0.2.7}" \
	    -a "${2:-$(response alice --format deflate)}" \
	    portal authenticate acct_mgmt
}

# reload WORD: asks for it, and waits until the daemon has said WORD.
reload() {
	local before
	before=$(grep -c "$1" "$GATE/daemon.log" || true)
	kill -HUP "$GATE_PID"
	for _ in $(seq 200); do
		[ "$(grep -c "$1" "$GATE/daemon.log" || true)" -gt "$before" ] &&
		    return 0
		sleep 0.05
	done
	cat "$GATE/daemon.log"
	return 1
}

@test "a new allowlist takes effect" {
	run ! login 198.51.100.9
	echo 'allow 198.51.100.0/24' >> "$GATE/allowlist"
	reload 'read anew'
	login 198.51.100.9
}

@test "a bad allowlist is told with its line, and the old one stays" {
	printf 'allow 203.0.113.0/24\nallow 1.2.3\n' > "$GATE/allowlist"
	reload 'is kept'
	grep -q 'allowlist:2: ' "$GATE/daemon.log"
	login
	run ! login 203.0.113.1
	[ "$(ctl status --json | jq -r '(.last_reload // .[0].last_reload)')" = \
	    'failed, see the log' ]
}

@test "a bad configuration is told with all its lines, and the old one stays" {
	cp "$GATE/gatehouse.conf" "$GATE/good"
	printf '[gate]\nthreads = 0\ntreads = 4\n' >> "$GATE/gatehouse.conf"
	reload 'is kept'
	[ "$(grep -c 'gatehouse.conf:[0-9]*: ' "$GATE/daemon.log")" -ge 2 ]
	login
	cp "$GATE/good" "$GATE/gatehouse.conf"
	reload 'read anew'
	login
}

@test "bad idle limits are told with their lines, and the old ones stay" {
	cp "$GATE/gatehouse.conf" "$GATE/good"
	printf '%s\n' '[password]' 'preset = stig' '[idle]' 'limit = 11m' \
	    'group:x = 10m' 'user:alice = none' >> "$GATE/gatehouse.conf"
	line=$(grep -n '^limit = 11m$' "$GATE/gatehouse.conf" | cut -d: -f1)
	reload 'is kept'
	grep -qF "gatehouse.conf:$line: [idle] limit: an idle limit of 660 s" \
	    "$GATE/daemon.log"
	grep -qF "gatehouse.conf:$((line + 2)): [idle] no idle limit is against" \
	    "$GATE/daemon.log"
	run ! grep -qF "gatehouse.conf:$((line + 1)):" "$GATE/daemon.log"
	login
	# the preset's own, where the file has none
	sed -i '/^limit = 11m$/d; /^user:alice = none$/d' \
	    "$GATE/gatehouse.conf"
	reload 'read anew'
	login
}

@test "bad metadata: the workers that have the good one go on" {
	r=$(response alice --format deflate)
	echo '<nonsense' > "$GATE/idp/metadata.xml"
	reload 'is kept'
	login 192.0.2.7 "$r"
}

@test "the processes of an old configuration end with it" {
	for _ in 1 2 3; do
		reload 'read anew'
	done
	login
	for _ in $(seq 100); do
		# two workers and a composer
		[ "$(pgrep -c -P "$GATE_PID")" -eq 3 ] && return 0
		sleep 0.05
	done
	pgrep -a -P "$GATE_PID"
	return 1
}

@test "no address is local where that is allowed, and only none" {
	caller() {
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice "$@" \
		    -a "$(response alice --format deflate)" portal authenticate
	}
	run ! caller
	gate_set allowlist absent local
	reload 'read anew'
	caller
	run ! caller -i rhost=office.example
	[ "$(decision reason)" = address_not_literal ]
	run ! caller -e 'SSH_CONNECTION=UNKNOWN 65535 UNKNOWN 65535'
	[ "$(decision reason)" = address_not_literal ]
}

@test "unsafe modes are refused" {
	chmod 666 "$GATE/allowlist"
	reload 'is kept'
	login
	chmod 644 "$GATE/allowlist"
	chmod 666 "$GATE/gatehouse.conf"
	reload 'is kept'
	login
}

@test "no request is lost while the configuration is read 20 times" {
	response 'u%d' --format deflate --count 200 > "$GATE/responses"
	(
		for _ in $(seq 20); do
			kill -HUP "$GATE_PID"
			sleep 0.1
		done
	) &
	hups=$!
	failures=0
	n=0
	while read -r r; do
		n=$((n + 1))
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u "u$n" \
		    -i rhost=192.0.2.7 -a "$r" portal authenticate acct_mgmt \
		    > "$GATE/out" 2>&1 || failures=$((failures + 1))
	done < "$GATE/responses"
	wait "$hups"
	echo "$n logins, $failures failed"
	tail -n 3 "$GATE/audit.log"
	[ "$n" -eq 200 ]
	[ "$failures" -eq 0 ]
}
