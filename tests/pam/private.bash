# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the bats files that change passwords of the system: the gate and the real
# programs in a mount namespace whose /etc is a copy. Only root can.

# shellcheck source=SCRIPTDIR/system.bash
. "$BATS_TEST_DIRNAME/system.bash"

# private_up: a gate, not started, and an /etc with two people: one for the
# gate to keep the password of, and one not. SECRET is both's in the system.
private_up() {
	only_root
	WORLD=$(mktemp -d)
	chmod 755 "$WORLD"
	gate_make "$WORLD/gate"
	chmod 755 "$GATE"
	cp "$BUILD/pam_gatehouse.so" "$BUILD/gatehouse-saml" "$GATE"
	gate_set saml worker_program "$GATE/gatehouse-saml"
	gate_set allowlist absent local
	cp -a /etc "$WORLD/etc"
	SECRET=$(openssl rand -hex 12)
	person here 60001
	person elsewhere 60002
	unshare --mount --propagation private sh -c 'mount --bind "$1" /etc &&
	    touch "$1/ready" && exec sleep 600' sh "$WORLD/etc" 3>&- &
	HOLDER=$!
	eventually private_decided
	[ -e "$WORLD/etc/ready" ] || skip 'root may not mount here'
	GATE_IN=(nsenter --target "$HOLDER" --mount --)
}

private_decided() {
	[ -e "$WORLD/etc/ready" ] || ! kill -0 "$HOLDER" 2> /dev/null
}

private_down() {
	[ -n "${WORLD:-}" ] || return 0
	if [ -n "${HOLDER:-}" ]; then
		kill "$HOLDER" 2> /dev/null || true
		wait "$HOLDER" 2> /dev/null || true
	fi
	system_gate_gone
}

# person NAME UID
person() {
	echo "$1:x:$2:$2::/:/bin/sh" >> "$WORLD/etc/passwd"
	echo "$1:x:$2:" >> "$WORLD/etc/group"
	echo "$1:$(openssl passwd -6 "$SECRET"):20000:0:99999:7:::" \
	    >> "$WORLD/etc/shadow"
}

# inside COMMAND...: with that /etc, a minute at most.
inside() {
	timeout 60 "${GATE_IN[@]}" "$@"
}

# own NAME COMMAND...: as that person.
own() {
	inside setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}"
}

# pam_stack SERVICE: lines from standard input, "gate" for the module.
pam_stack() {
	sed "s|\<gate\>|$GATE/pam_gatehouse.so socket=$GATE/gate.sock|" \
	    > "$WORLD/etc/pam.d/$1"
}

# is_system_password NAME PASSWORD: /etc/shadow has this one.
is_system_password() {
	local hash
	hash=$(awk -F : -v name="$1" '$1 == name { print $2 }' \
	    "$WORLD/etc/shadow")
	perl -e 'exit(crypt($ARGV[0], $ARGV[1]) ne $ARGV[1])' "$2" "$hash"
}
