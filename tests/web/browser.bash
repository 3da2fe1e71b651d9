# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Debian's Chromium, and what drives it: playwright-core and axe-core are got
# by npm, once; where that cannot be, the tests are left out. Sourced by the
# tests, after door.bash.

PACKAGES=(playwright-core@1.65.1 axe-core@4.14.1)
NODE=$BUILD/browser

# browser_make: says in $left_out why there can be no walks, if so.
browser_make() {
	left_out=
	command -v chromium > /dev/null || left_out="there is no chromium here"
	if [ -z "$left_out" ] && ! [ -d "$NODE/node_modules" ]; then
		get_packages || left_out=$(why_not)
	fi
	export left_out
	export SCREENS=$BUILD/screens
	mkdir -p "$SCREENS"
}

# get_packages: all of them, or nothing
get_packages() {
	rm -rf "$NODE" "$NODE.new"
	mkdir -p "$NODE.new"
	timeout 120 npm install --prefix "$NODE.new" --no-fund --no-audit \
	    --ignore-scripts --fetch-retries 0 --fetch-timeout 20000 \
	    "${PACKAGES[@]}" > "$BATS_FILE_TMPDIR/npm" 2>&1 &&
	    mv "$NODE.new" "$NODE"
}

why_not() {
	if ! command -v npm > /dev/null; then
		echo "npm is not installed"
	else
		echo "npm got no ${PACKAGES[*]}:" \
		    "$(grep -m 1 'error code' "$BATS_FILE_TMPDIR/npm")"
	fi
}

# walk FILE NAME
walk() {
	HOME=$BATS_TEST_TMPDIR BASE=$BASE NODE_PATH=$NODE/node_modules \
	    timeout 120 node "$BATS_TEST_DIRNAME/walk.js" "$@" 3>&-
}
