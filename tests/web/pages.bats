#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The pages for people, as a real Chromium shows them. They are kept in
# $BUILD/pages.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"

setup_file() {
	export PAGES=$BUILD/pages
	rm -rf "$PAGES"
	mkdir -p "$PAGES"
	BUILD=$BUILD GATE_KEEP_PAGES=$PAGES "$BUILD/tests/test_web_page"
}

# shoot PAGE WIDTH [FLAG...]: a picture of it
shoot() {
	local page=$1 width=$2 flags=(--headless --disable-gpu)
	shift 2
	command -v chromium > /dev/null || skip "there is no chromium here"
	[ "$(id -u)" -ne 0 ] || flags+=(--no-sandbox)
	HOME=$BATS_TEST_TMPDIR timeout 120 chromium "${flags[@]}" "$@" \
		--user-data-dir="$BATS_TEST_TMPDIR/profile" \
		--window-size="$width,1200" --hide-scrollbars \
		--screenshot="$PAGES/$page-$width.png" "file://$(realpath \
		"$PAGES")/$page.html" > "$BATS_TEST_TMPDIR/log" 2>&1 3>&- || {
		cat "$BATS_TEST_TMPDIR/log"
		return 1
	}
	[ -s "$PAGES/$page-$width.png" ]
}

@test "a phone can read the QR code of the page, on a light screen and a dark" {
	shoot 3-de-1 900
	[ "$(zbarimg -q --raw "$PAGES/3-de-1-900.png" 2> /dev/null)" = \
		"otpauth://totp/a?secret=A" ]
	shoot 3-de-1 400 --blink-settings=preferredColorScheme=0
	[ "$(zbarimg -q --raw "$PAGES/3-de-1-400.png" 2> /dev/null)" = \
		"otpauth://totp/a?secret=A" ]
}
