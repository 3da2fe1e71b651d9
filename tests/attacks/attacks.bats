#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The corpus of good and bad Responses, made anew, each shown to the gate as an
# administrator would show it; and what only the daemon can tell: replays.

bats_require_minimum_version 1.5.0

# What is promised: so many cases at least, and all of them right.
REFUSED=300
ACCEPTED=80

setup_file() {
	BUILD=$(realpath -e "${BUILD:-$BATS_TEST_DIRNAME/../../build}")
	CORPUS=$BATS_FILE_TMPDIR/corpus
	export BUILD CORPUS
	umask 022
	mkdir "$CORPUS"
	"$BUILD/attacks" "$CORPUS" "$BUILD/gatehouse-saml" \
	    "$BATS_TEST_DIRNAME/shapes"
}

setup() {
	. "$BATS_TEST_DIRNAME/judge.sh"
	. "$BATS_TEST_DIRNAME/../gate.sh"
	umask 022
}

teardown() {
	gate_stop
}

@test "the corpus is as large as promised, and names its CVEs" {
	refused=$(cut -f 7 "$CORPUS/manifest" | grep -cx refuse)
	accepted=$(cut -f 7 "$CORPUS/manifest" | grep -cx accept)
	cves=$(cut -f 4 "$CORPUS/manifest" | grep -E '^CVE-' | sort -u | wc -l)
	echo "$refused refused, $accepted accepted, $cves CVEs"
	[ "$refused" -ge "$REFUSED" ]
	[ "$accepted" -ge "$ACCEPTED" ]
	[ "$cves" -ge 20 ]
	# a name is given once within its class, or a failure could not be found
	run cut -f 2,3 "$CORPUS/manifest"
	[ -z "$(sort <<<"$output" | uniq -d)" ]
}

@test "every class is judged below" {
	# each word of a judge_class line in this file
	judged=$(sed -n 's/^\tjudge_class //p' "$BATS_TEST_FILENAME" |
	    tr ' ' '\n' | sort)
	run diff <(cut -f 2 "$CORPUS/manifest" | sort -u) <(echo "$judged")
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "wrapping: nothing is read that was not signed" {
	judge_class wrapping ids
}

@test "texts, document types and entities" {
	judge_class texts dtd
}

@test "transforms, References and canonicalization" {
	judge_class transforms references canonical
}

@test "algorithms and keys" {
	judge_class algorithms key_info issuers
}

@test "times, from both sides of each limit" {
	judge_class times
}

@test "conditions, confirmations and what a Response answers" {
	judge_class conditions confirmations responses
}

@test "statements and attributes" {
	judge_class statements attributes
}

@test "names of people, and scopes" {
	judge_class identities scopes
}

@test "encryption" {
	judge_class encryption decryption encrypted_ids
}

@test "encodings and base64" {
	judge_class encodings base64 malformed
}

@test "bombs" {
	judge_class bombs
}

@test "what identity providers send" {
	judge_class vendors
}

@test "a decryption that failed does not say how" {
	said=$(while IFS=$'\t' read -r file _ _ _ conf options _ what; do
		[ "$what" = decryption_failed ] || continue
		"$BUILD/gatehousectl" --config "$CORPUS/$conf.conf" \
		    sso check $options "$CORPUS/$file" || true
	done <"$CORPUS/manifest")
	[ "$(grep -c '"reason"' <<<"$said")" -ge 30 ]
	[ "$(sort -u <<<"$said" | grep -c '"detail"')" -eq 1 ]
}

@test "no case takes over 50 ms for each 100 kB, or over 64 MiB" {
	run timeout 300 "$BUILD/attack-costs" "$CORPUS"
	echo "$output"
	[ "$status" -eq 0 ]
}

# refused REASON FILE: that gatehousectl ticket does not take it, and why.
refused() {
	run -1 --separate-stderr ctl ticket <"$2"
	[ -z "$output" ]
	[ "$(decision reason)" = "$1" ] || {
		echo "$(decision), not $1"
		return 1
	}
}

@test "replay: an assertion is good once, in whatever form" {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_start
	response alice --format xml >"$GATE/xml"
	base64 -w 0 "$GATE/xml" >"$GATE/base64"
	base64 "$GATE/xml" >"$GATE/lines"
	ctl ticket <"$GATE/base64"
	for form in base64 lines xml; do
		refused replay "$GATE/$form"
	done
	# the same assertion, in a Response that says another ID of itself
	sed 's/\(<[a-z0-9]*:*Response [^>]*ID="\)/\1_x/' "$GATE/xml" \
	    >"$GATE/other"
	run ! cmp -s "$GATE/xml" "$GATE/other"
	run ctl ticket <"$GATE/other"
	[ "$status" -eq 1 ]
	# it is remembered by the store, not by the process
	gate_stop
	gate_start
	refused replay "$GATE/base64"
	gate_stop KILL
	gate_start
	refused replay "$GATE/xml"
}

@test "replay: what was refused burns nothing" {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_start
	response alice --format xml >"$GATE/good"
	sed 's/alice/mallory/g' "$GATE/good" >"$GATE/changed"
	refused signature_invalid "$GATE/changed"
	head -c 3000 "$GATE/good" >"$GATE/cut"
	refused response_cut "$GATE/cut"
	# meant for another place in the meantime
	gate_set saml acs_url https://portal.example/gate/elsewhere
	gate_stop
	gate_start
	run -1 ctl ticket <"$GATE/good"
	gate_set saml acs_url "$ACS"
	gate_stop
	gate_start
	ctl ticket <"$GATE/good"
	refused replay "$GATE/good"
}

@test "replay: of many at once, one is let in" {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set saml workers 4
	gate_start
	for round in 1 2 3; do
		response alice >"$GATE/response"
		pids=()
		for i in {1..12}; do
			ctl ticket <"$GATE/response" >"$GATE/out.$i" 2>&1 3>&- &
			pids+=($!)
		done
		granted=0
		for pid in "${pids[@]}"; do
			wait "$pid" && granted=$((granted + 1))
		done
		[ "$granted" -eq 1 ] || {
			echo "round $round: $granted were granted"
			return 1
		}
		[ "$(cat "$GATE"/out.* | grep -c '^gt-')" -eq 1 ]
	done
}
