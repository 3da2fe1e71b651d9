#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a real Chromium says of its requests, used by pointer and keys, against
# docs/activity.md: the gate takes its word for what a person has caused.

bats_require_minimum_version 1.5.0

setup_file() {
	command -v chromium > /dev/null || return 0
	timeout 500 python3 -B "$BATS_TEST_DIRNAME/sec_fetch.py" \
		"$BATS_FILE_TMPDIR/world" > "$BATS_FILE_TMPDIR/sent" 3>&- || {
		tail -n 20 "$BATS_FILE_TMPDIR/world/browser.log" >&2
		return 1
	}
}

setup() {
	command -v chromium > /dev/null || skip "there is no chromium here"
	sent=$BATS_FILE_TMPDIR/sent
	[ -s "$sent" ]
}

# The tables of the guide, as sec_fetch.py writes them: the heading, then the
# fields of a row.
rows_of_guide() {
	awk -F ' *[|] ?' '
	/^###? / { part = $0; sub(/^#+ /, "", part) }
	/^\| [^ |-]/ && NF == 8 {
		print part "|" $2 "|" $3 "|" $4 "|" $5 "|" $6 "|" $7
	}' "$BATS_TEST_DIRNAME/../../docs/activity.md"
}

# rows PATTERN: those under a heading that matches
rows() {
	awk -F '|' -v pattern="$1" '$1 ~ pattern' "$sent"
}

@test "docs/activity.md says what Chromium sends, row by row" {
	diff <(rows_of_guide) "$sent"
}

@test "what counts is vouched for by the browser, and was not fetched ahead" {
	counted=$(rows 'it counts')
	[ "$(wc -l <<< "$counted")" -gt 20 ]
	! awk -F '|' '$6 != "`?1`" || $7 != ""' <<< "$counted" | grep .
}

@test "what does not count is not vouched for" {
	others=$(rows 'not count$')
	[ "$(wc -l <<< "$others")" -gt 20 ]
	! awk -F '|' '$6 != "" && $7 == ""' <<< "$others" | grep .
}

@test "a navigation alone says nothing of a person" {
	rows '^A page' | grep -F '|`location.reload()`|`navigate`|`document`|'
}
