# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# A real sshd on a port of 127.0.0.1, beside system.bash. It takes its PAM
# service's name from its program's, so it runs by a link that has a stack of
# its own.

# sshd_start: BOX is its folder, PORT its port.
sshd_start() {
	BOX=$(mktemp -d)
	export BOX
	# sshd confines itself to it; it stays, as after sshd's own service,
	# for another sshd may have come to use it
	mkdir -p -m 755 /run/sshd
	chmod 755 "$BOX"
	ln -s /usr/sbin/sshd "$BOX/$SERVICE"
	ssh-keygen -q -t ed25519 -N '' -f "$BOX/host"
	ssh-keygen -q -t ed25519 -N '' -f "$BOX/client"
	cat > "$BOX/config" <<-END
		ListenAddress 127.0.0.1
		HostKey $BOX/host
		PidFile none
		UsePAM yes
		KbdInteractiveAuthentication yes
		PasswordAuthentication no
		AuthorizedKeysFile $BOX/client.pub
		StrictModes no
		UseDNS no
	END
	cat > "$BOX/askpass" <<-'END'
		#!/bin/sh
		# answers a prompt of ssh by what it asks for
		echo "$1" >> "$BOX/asked"
		case $1 in
		*Code:*) cat "$BOX/code" ;;
		*token:*) cat "$BOX/first" ;;
		*) exit 1 ;;
		esac
	END
	chmod 755 "$BOX/askpass"
	# sshd cannot choose a free port by itself
	for _ in $(seq 20); do
		export PORT=$((20000 + RANDOM % 12000))
		"$BOX/$SERVICE" -D -e -f "$BOX/config" -p "$PORT" \
		    > "$BOX/log" 2>&1 3>&- &
		export SSHD_PID=$!
		eventually sshd_decided
		! grep -q '^Server listening' "$BOX/log" || break
	done
	kill -0 "$SSHD_PID"
	echo "[127.0.0.1]:$PORT $(cat "$BOX/host.pub")" > "$BOX/known_hosts"
}

sshd_stop() {
	if [ -n "${SSHD_PID:-}" ]; then
		kill "$SSHD_PID" || true
		wait "$SSHD_PID" || true
	fi
	[ -z "${BOX:-}" ] || rm -rf "$BOX"
}

sshd_decided() {
	grep -q '^Server listening' "$BOX/log" ||
	    ! kill -0 "$SSHD_PID" 2> /dev/null
}

# over_ssh METHOD COMMAND...: as PERSON, or as WHO; for SSH_TIME seconds at
# most. SSH_OPTIONS are ssh's own.
over_ssh() {
	local method=$1
	shift
	# shellcheck disable=SC2086 # they are words
	SSH_ASKPASS=$BOX/askpass SSH_ASKPASS_REQUIRE=force \
	    timeout "${SSH_TIME:-20}" \
	    ssh -F none ${SSH_OPTIONS:--T} -p "$PORT" -i "$BOX/client" \
	    -o IdentitiesOnly=yes -o PreferredAuthentications="$method" \
	    -o UserKnownHostsFile="$BOX/known_hosts" \
	    -o StrictHostKeyChecking=yes -o NumberOfPasswordPrompts=1 \
	    "${WHO:-$PERSON}@127.0.0.1" "$@"
}
