#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The script that portals load, in a real Chromium.

@test "activity.js has less than 3000 bytes" {
	[ "$(wc -c < "$BATS_TEST_DIRNAME/../../web/activity.js")" -lt 3000 ]
}

@test "activity.js reports what a person does, warns, blanks and leads back" {
	command -v chromium > /dev/null || skip "there is no chromium here"
	run timeout 400 python3 -B "$BATS_TEST_DIRNAME/activity.py" \
		"$BATS_TEST_TMPDIR/world" 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = "and back from there to /file?n=...#part" ]
}
