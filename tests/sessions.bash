# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# For tests of sessions that are open: begun without a login, asked about over
# the socket. Sourced after tests/gate.sh.

# gate_with [SECTION KEY VALUE]...: a gate that opens sessions without a login,
# which outlive the process that opened them.
gate_with() {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set session without_login allow
	gate_set session linger 1h
	while [ $# -gt 0 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	gate_start
}

# restart [SIGNAL]
restart() {
	gate_stop "$@"
	gate_start
}

# open USER [OPTION...]: the id of a new session. Of loader's own.
open() {
	local user=$1 out
	shift
	out=$("$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost=192.0.2.7 "$@" "${SERVICE:-portal}" open_session 2>&1) || {
		echo "$out" >&2
		return 1
	}
	sed -n 's/^\([0-9]*: \)\?session: //p' <<< "$out"
}

# ask VERB [FIELD=VALUE...]: tests/pam/session_client.c.
ask() {
	"$BUILD/tests/session_client" "$GATE/gate.sock" ask "$@"
}

# as_nobody COMMAND...: as somebody whom the gate gives no right. Needs root.
as_nobody() {
	local folder=$GATE
	while [ "$folder" != "${BATS_RUN_TMPDIR%/*}" ]; do
		chmod go+x "$folder"
		folder=${folder%/*}
	done
	# nobody may not come to where it was built
	install "$BUILD/tests/session_client" "$GATE"
	setpriv --reuid 65534 --clear-groups "$GATE/session_client" \
	    "$GATE/gate.sock" ask "$@"
}

# of FIELD: what the last message of an answer on standard input has there.
of() {
	tail -n 1 | grep -oE " $1=[^ ]*" | cut -d= -f2-
}

# token ID: a new session token.
token() {
	ask token session="$1" | of token
}

# goes_on ID, or a token: whatever else is asked.
goes_on() {
	case $1 in
	gs-*) ask check token=- "${@:2}" <<< "$1" ;;
	*) ask check session="$1" "${@:2}" ;;
	esac
}

# audited VERB [FILTER]: how many lines of the audit log.
audited() {
	jq -c "select(.verb == \"$1\") | select(${2:-true})" \
	    "$GATE/audit.log" | wc -l
}

# milliseconds: of a clock that nobody sets.
milliseconds() {
	local up
	read -r up _ < /proc/uptime
	echo $((10 * 10#${up/./}))
}
