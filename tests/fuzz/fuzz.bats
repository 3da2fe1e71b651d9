#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# A short run of every fuzzer: no crash, no leak, no hang. The long runs are
# "make fuzz SECONDS=1800".

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"

@test "fuzzing each target for a few seconds finds nothing" {
	run "$BATS_TEST_DIRNAME/run" 3
	echo "$output"
	[ "$status" -eq 0 ]
	for target in verify decrypt metadata decode logout import \
	    form return_url forwarded cookie allow foreign; do
		runs=$(sed -n "s/^$target: number_of_executed_units *//p" \
		    <<< "$output")
		[ "$runs" -gt 500 ]
	done
}

@test "the fuzzers' seeds reach what lies behind the signature" {
	mkdir "$BATS_TEST_TMPDIR/seeds"
	"$BUILD/fuzz/seeds" verify "$BATS_TEST_TMPDIR/seeds"
	run env FUZZ_SAY=1 FUZZ_KEYS="$BUILD/fuzz/keys" \
	    "$BUILD/fuzz/fuzz_verify" "$BATS_TEST_TMPDIR"/seeds/seed-*
	[ "$status" -eq 0 ]
	[ "$(grep -A 1 '^Running: ' <<< "$output" | grep -c '^accepted$')" -eq 3 ]
}
