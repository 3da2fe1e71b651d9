#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Responses of simpleSAMLphp, an IdP that is not ours, let their person in.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"
PERSON=$BATS_TEST_DIRNAME/simplesamlphp/person.json
KINDS="assertion both"

setup_file() {
	timeout 60 "$BATS_TEST_DIRNAME/simplesamlphp.sh" \
	    "$BATS_FILE_TMPDIR/idp" "$SP" "$ACS" 3>&-
}

setup() {
	user=$(jq -r .user "$PERSON")
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set saml idp_metadata "$BATS_FILE_TMPDIR/idp/metadata.xml"
}

teardown() {
	gate_stop
	tail -q -n 4 "$GATE/daemon.log" "$GATE/audit.log" 2> /dev/null || true
}

# given KIND: the file with that Response.
given() {
	echo "$BATS_FILE_TMPDIR/idp/response-$1.b64"
}

# check FILE: what the administrator is told of it; status is the command's.
check() {
	run "$BUILD/gatehousectl" --config "$GATE/gatehouse.conf" sso check "$1"
	echo "$output"
}

# sign_in ANSWER
sign_in() {
	run pam 192.0.2.7 portal "$user" authenticate acct_mgmt \
	    open_session close_session <<< "$1"
	echo "$output"
}

# changed KIND: the Response as XML, with one letter of its NameID another.
changed() {
	base64 -d "$(given "$1")" > "$BATS_TEST_TMPDIR/given.xml"
	sed "s|\(<[a-z:]*NameID[^>]*>.*\)${user: -1}</|\1f</|" \
	    "$BATS_TEST_TMPDIR/given.xml" > "$BATS_TEST_TMPDIR/changed.xml"
	[ "$(cmp -l "$BATS_TEST_TMPDIR/given.xml" \
	    "$BATS_TEST_TMPDIR/changed.xml" | wc -l)" -eq 1 ]
}

@test "simplesamlphp: the person is who it says, with all attributes" {
	issuer=$(xmllint --xpath 'string(/*/@entityID)' \
	    "$BATS_FILE_TMPDIR/idp/metadata.xml")
	for kind in $KINDS; do
		check "$(given "$kind")"
		[ "$status" -eq 0 ]
		jq -e --slurpfile person "$PERSON" --arg issuer "$issuer" '
			$person[0] as $p | .user == $p.user and
			.name_id == $p.name_id and .issuer == $issuer and
			.attributes == $p.attributes' <<< "$output"
	done
}

@test "simplesamlphp: each Response lets its person in, once" {
	gate_start
	for kind in $KINDS; do
		sign_in "$(ctl ticket < "$(given "$kind")" 2> /dev/null)"
		[ "$status" -eq 0 ]
		[ "$(ctl session list --all --user "$user" --json |
		    jq -r '.[0] | .method + " " + .state')" = 'sso ended' ]
		run ctl ticket < "$(given "$kind")"
		[ "$status" -eq 1 ]
		[ "$(decision reason)" = replay ]
	done
	[ "$(ctl session list --all --user "$user" --json | jq length)" -eq 2 ]
}

@test "simplesamlphp: a changed Response is refused" {
	gate_start
	for kind in $KINDS; do
		changed "$kind"
		check "$BATS_TEST_TMPDIR/changed.xml"
		[ "$status" -eq 1 ]
		[ "$(jq -r .reason <<< "$output")" = signature_invalid ]
		run ctl ticket < <(base64 -w 0 "$BATS_TEST_TMPDIR/changed.xml")
		[ "$status" -eq 1 ]
		[ "$(decision reason)" = signature_invalid ]
	done
}

@test "simplesamlphp: a Response for another SP is refused" {
	gate_set saml entity_id https://other.example/metadata
	for kind in $KINDS; do
		check "$(given "$kind")"
		[ "$status" -eq 1 ]
		[ "$(jq -r .reason <<< "$output")" = audience ]
	done
}

@test "simplesamlphp: a Response of an IdP that is not trusted is refused" {
	gate_set saml idp_metadata "$GATE/idp/metadata.xml"
	for kind in $KINDS; do
		check "$(given "$kind")"
		[ "$status" -eq 1 ]
		[ "$(jq -r .reason <<< "$output")" = issuer_unknown ]
	done
}
