#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Debian's Chromium between the front door, behind nginx, and an IdP that is not
# ours: Debian's simpleSAMLphp. Where one of them is missing, these tests are
# left out.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
# shellcheck source=SCRIPTDIR/door.bash
. "$BATS_TEST_DIRNAME/door.bash"
# shellcheck source=SCRIPTDIR/browser.bash
. "$BATS_TEST_DIRNAME/browser.bash"

setup_file() {
	browser_make
	[ -d "$SSP_SITE" ] || left_out="there is no simplesamlphp here"
	[ -z "$left_out" ] || return 0
	door_make "$BATS_FILE_TMPDIR/door"
	gate_set web attributes "mail displayName"
	gate_set web login_rate 1000
	door_simplesamlphp
	door_start nginx
}

teardown_file() {
	[ -n "$left_out" ] || door_stop
}

setup() {
	[ -z "$left_out" ] || skip "$left_out"
}

teardown() {
	[ -n "$left_out" ] || tail -q -n 6 "$GATE/audit.log" "$GATE/web.log" \
	    "$SSP/simplesamlphp.log"
}

@test "simplesamlphp: signing in, and the portal is told who and what" {
	walk simplesamlphp redirect
}

@test "simplesamlphp: signing out here signs out there" {
	walk simplesamlphp logoutHere
}

@test "simplesamlphp: signing out there signs out here" {
	walk simplesamlphp logoutThere
}

@test "simplesamlphp: signing in, our request sent by POST" {
	sed -i '/<md:SingleSignOnService /s/HTTP-Redirect/HTTP-POST/' \
	    "$SSP/metadata.xml"
	ctl reload
	walk simplesamlphp post
}
