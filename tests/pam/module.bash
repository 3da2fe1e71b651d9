# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the bats files that test pam_gatehouse.so alone: gatehoused is played by
# fake_daemon, the application by loader.

setup() {
	top=$BATS_TEST_DIRNAME/../..
	build=$(realpath -e "${BUILD:-$top/build}")
	module=$build/pam_gatehouse.so
	confdir=$BATS_TEST_TMPDIR/pam.d
	rundir=$BATS_TEST_TMPDIR/run
	socket=$rundir/gate.sock
	log=$BATS_TEST_TMPDIR/log
	pid=
	mkdir "$confdir"
	mkdir -m 0700 "$rundir"
	: >"$log"
}

teardown() {
	undaemon
}

# line TYPE CONTROL [ARGUMENT...]: one more line of the stack.
line() {
	local type=$1 control=$2

	shift 2
	echo "$type $control $module socket=$socket timeout=1 $*" \
		>>"$confdir/gate"
}

# daemon ACTION...: returns once it listens.
daemon() {
	local output_of

	exec {output_of}< <(exec "$build/tests/fake_daemon" "$socket" "$log" \
		"$@" 3>&-)
	read -r pid <&"$output_of"
	exec {output_of}<&-
}

# undaemon: ends it, if there is one.
undaemon() {
	if [ -n "$pid" ]; then
		kill "$pid"
		wait "$pid" || :
		pid=
	fi
}

# loader ARGUMENT...: with the system's log on standard error, by pam_wrapper.
loader() {
	run env LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
		PAM_WRAPPER_SERVICE_DIR="$confdir" PAM_WRAPPER_DEBUGLEVEL=0 \
		"$build/tests/loader" "$@"
}

# within MILLISECONDS COMMAND...
within() {
	local limit=$1 start=${EPOCHREALTIME/./} took

	shift
	"$@"
	took=$(((${EPOCHREALTIME/./} - start) / 1000))
	echo "took $took ms"
	[ "$took" -le "$limit" ]
}

# has TEXT: the output has a line with this text.
has() {
	if [[ $output != *"$1"* ]]; then
		echo "not found: $1"
		echo "in: $output"
		return 1
	fi
}

lacks() {
	if [[ $output == *"$1"* ]]; then
		echo "found: $1"
		echo "in: $output"
		return 1
	fi
}

# heard LINE: the daemon was told exactly this.
heard() {
	if ! grep -Fxq -- "$1" "$log"; then
		echo "never told: $1"
		cat "$log"
		return 1
	fi
}
