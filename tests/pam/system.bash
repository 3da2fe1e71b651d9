# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the bats files that put the gate in front of the real system: a user and
# a file in /etc/pam.d of their own, both gone afterwards. Only root can.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"

# system_up: PERSON, who has an account and the password SECRET, and SERVICE.
system_up() {
	[ "$EUID" -eq 0 ] || return 0
	export SERVICE=gatehouse-test-$$
	SECRET=$(openssl rand -hex 12)
	export SECRET
	useradd --home-dir / --no-create-home --shell /bin/sh "gh-test-$$"
	export PERSON=gh-test-$$
	chpasswd <<< "$PERSON:$SECRET"
}

system_down() {
	[ -z "${SERVICE:-}" ] || rm -f "/etc/pam.d/$SERVICE"
	[ -z "${PERSON:-}" ] || eventually person_removed
}

# It waits for processes of PERSON's that are about to end.
person_removed() {
	userdel "$PERSON" 2> /dev/null
}

# only_root: leaves the test out where it cannot run.
only_root() {
	[ "$EUID" -eq 0 ] ||
	    skip 'needs root: makes a user and a file in /etc/pam.d'
}

# system_gate: a gate in a folder that everybody may enter, unlike bats' own.
system_gate() {
	WORLD=$(mktemp -d)
	chmod 755 "$WORLD"
	gate_make "$WORLD/gate"
	cp "$BUILD/pam_gatehouse.so" "$BUILD/gatehouse-saml" "$GATE"
	gate_set saml worker_program "$GATE/gatehouse-saml"
	stack 'The whole gate'
}

system_gate_gone() {
	[ -n "${WORLD:-}" ] || return 0
	gate_stop
	echo "the gate's last words:"
	tail -q -n 4 "$GATE/daemon.log" "$GATE/audit.log" || true
	rm -rf "$WORLD"
}

# stack HEADING: the stack under that heading of the PAM guide, as it stands
# there, becomes the service's.
stack() {
	local file=/etc/pam.d/$SERVICE module=$GATE/pam_gatehouse.so
	awk -v heading="## $1" '
		$0 == heading { found = 1 }
		found && /^```/ { if (inside++) exit; next }
		inside' "$BATS_TEST_DIRNAME/../../docs/pam.md" |
	    sed "s|pam_gatehouse.so|$module socket=$GATE/gate.sock|" > "$file"
	chmod 644 "$file"
	grep -q "$module" "$file"
}

# reload: makes the daemon read its configuration anew, and sees that it did.
reload() {
	local before
	before=$(grep -c 'was read anew' "$GATE/daemon.log") || true
	kill -HUP "$GATE_PID"
	eventually reloaded_since "$before"
}

reloaded_since() {
	[ "$(grep -c 'was read anew' "$GATE/daemon.log")" -gt "$1" ]
}

# eventually COMMAND...: true as soon as it is, false after five seconds.
eventually() {
	local tries
	for tries in $(seq 100); do
		"$@" && return 0
		sleep 0.05
	done
	echo "not in $tries tries: $*"
	return 1
}

# ticket USER: one that stands for a Response of the IdP.
ticket() {
	response "$1" | ctl ticket 2> /dev/null
}

# other_code CODE: a code that is not this one.
other_code() {
	printf '%06d' $(((10#$1 + 500000) % 1000000))
}

# came_in: what was run let somebody in.
came_in() {
	echo "$output"
	[ "$status" -eq 0 ]
}

# refused REASON [STATUS]: it did not, for this reason; the program ended with
# this status, by default pamtester's.
refused() {
	echo "$output"
	[ "$status" -eq "${2:-1}" ] && [ "$(decision reason)" = "$1" ]
}

# session USER FIELD: of that user's newest session.
session() {
	ctl session list --all --user "$1" --json | jq -r ".[0].$2"
}

# on_record USER FIELD VALUE
on_record() {
	[ "$(session "$1" "$2")" = "$3" ]
}
