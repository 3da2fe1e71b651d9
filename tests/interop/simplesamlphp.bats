#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# simpleSAMLphp as the IdP: it takes our metadata, our signed requests and our
# logout messages, and we take its Responses, in the clear and encrypted, and
# its.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"
# shellcheck source=SCRIPTDIR/simplesamlphp.sh
. "$BATS_TEST_DIRNAME/simplesamlphp.sh"
KINDS="assertion both"

# One server for all, and two Responses that nobody asked for.
setup_file() {
	local unsolicited
	gate_make "$BATS_FILE_TMPDIR/gate"
	gate_speaks
	ssp_start "$BATS_FILE_TMPDIR/idp"
	ssp_trusts "$GATE/sp.xml"
	unsolicited="$SSP_URL/saml2/idp/SSOService.php?spentityid=$SP"
	JAR=$SSP/jar
	ssp_kinds assertion
	ssp_sign_in "$unsolicited" > "$SSP/response-assertion.b64"
	ssp_kinds response assertion
	ssp_sign_in "$unsolicited" > "$SSP/response-both.b64"
}

teardown_file() {
	ssp_stop
}

setup() {
	user=$(jq -r .user "$SSP_PERSON")
	JAR=$BATS_TEST_TMPDIR/jar
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set saml idp_metadata "$SSP/metadata.xml"
}

teardown() {
	gate_stop
	tail -q -n 4 "$GATE/daemon.log" "$GATE/audit.log" 2> /dev/null || true
}

# given KIND: the file with that Response.
given() {
	echo "$SSP/response-$1.b64"
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

# together: gate and IdP know each other, and the gate runs
together() {
	gate_set saml allow_unsolicited no
	gate_speaks
	ssp_trusts "$GATE/sp.xml"
	ssp_kinds response assertion
	gate_start
}

# ask: the URL of a request of ours
ask() {
	ctl --json sso start > "$GATE/request"
	jq -r .url "$GATE/request"
}

# let_in KIND...: such an answer becomes a ticket, and the ticket a session, the
# newest, whose number is $session
let_in() {
	local ticket
	ssp_kinds "$@"
	ssp_sign_in "$(ask)" > "$GATE/response"
	ticket=$(ctl ticket < "$GATE/response")
	run pam 192.0.2.7 portal "" authenticate acct_mgmt open_session \
	    <<< "$ticket"
	echo "$output"
	[ "$status" -eq 0 ]
	session=$(ctl session list --json | jq -r '.[0].id')
}

state() {
	ctl --json session show "$session" | jq -r .state
}

# log_out_there: the person logs out at the IdP, which sends the browser here
# with $request
log_out_there() {
	local page=/saml2/idp/SingleLogoutService.php
	request=$(ssp_browse "$SSP_URL$page?ReturnTo=$SSP_URL/")
}

# inflated URL: the XML of its message (bindings 3.4.4.1)
inflated() {
	python3 -c 'import base64, sys, zlib, urllib.parse as url
message = url.parse_qsl(url.urlsplit(sys.argv[1]).query)[0][1]
print(zlib.decompress(base64.b64decode(message), -15).decode())' "$1"
}

# take_answer URL: the browser brings it to the IdP; $told is what that logged
take_answer() {
	local before
	before=$(wc -l < "$SSP/simplesamlphp.log")
	ssp_browse "$1" > /dev/null
	told=$(tail -n "+$((before + 1))" "$SSP/simplesamlphp.log")
}

@test "simplesamlphp: the person is who it says, with all attributes" {
	issuer=$(xmllint --xpath 'string(/*/@entityID)' "$SSP/metadata.xml")
	for kind in $KINDS; do
		check "$(given "$kind")"
		[ "$status" -eq 0 ]
		jq -e --slurpfile person "$SSP_PERSON" --arg issuer "$issuer" '
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

@test "simplesamlphp: takes our signed request; its Response lets in, once" {
	together
	for kind in assertion response "response assertion"; do
		# shellcheck disable=SC2086 # several words are meant
		let_in $kind
		[ "$(ssp_field RelayState)" = \
		    "$(jq -r .relay_state "$GATE/request")" ]
		run ctl ticket < "$GATE/response"
		[ "$status" -eq 1 ]
	done
}

@test "simplesamlphp: its encrypted assertions and NameIDs let in" {
	together
	for kind in "response encrypted" "response assertion encrypted" \
	    "response assertion encrypted name"; do
		# shellcheck disable=SC2086
		let_in $kind
		base64 -d "$GATE/response" | grep -q EncryptedAssertion
	done
	for kind in "assertion name" "response name"; do
		# shellcheck disable=SC2086
		let_in $kind
		base64 -d "$GATE/response" | grep -q EncryptedID
	done
}

@test "simplesamlphp: CBC without a signature around it is refused" {
	together
	for kind in "assertion encrypted" "assertion encrypted name"; do
		# shellcheck disable=SC2086
		ssp_kinds $kind
		ssp_sign_in "$(ask)" > "$GATE/response"
		run ctl ticket < "$GATE/response"
		[ "$status" -eq 1 ]
		[ "$(decision reason)" = cbc_refused ]
	done
}

@test "simplesamlphp: refuses a request of ours that was changed" {
	together
	ssp_browse "$(ask | sed 's/RelayState=gr-./&x/')"
	grep -q "Unable to validate signature" "$JAR.page"
	ssp_browse "$(ask | sed 's/&SigAlg=.*//')"
	grep -q "no signature found" "$JAR.page"
}

@test "simplesamlphp: takes our LogoutRequest, and its answer ends it" {
	together
	let_in assertion
	ssp_knows "$(ask)"
	run ctl --json logout start "$session"
	[ "$status" -eq 0 ]
	[ "$(state)" = ended ]
	answer=$(ssp_browse "$(jq -r .url <<< "$output")")
	[[ $answer == "$SLO?SAMLResponse="* ]]
	run ctl --json logout receive <<< "$answer"
	echo "$output"
	[ "$status" -eq 0 ]
	run ssp_knows "$(ask)"
	[ "$status" -ne 0 ]
}

@test "simplesamlphp: refuses a LogoutRequest of ours that was changed" {
	together
	let_in assertion
	run ctl --json logout start "$session"
	[ "$status" -eq 0 ]
	ssp_browse "$(jq -r .url <<< "$output" |
	    sed 's/&SigAlg=/\&RelayState=x&/')"
	grep -q "Unable to validate signature" "$JAR.page"
	ssp_knows "$(ask)"
}

@test "simplesamlphp: logs out at the gate, and takes the answer" {
	together
	for name in '<saml:NameID' '<saml:EncryptedID'; do
		let_in assertion "${name/*EncryptedID/name}"
		log_out_there
		[[ $request == "$SLO?SAMLRequest="* ]]
		inflated "$request" | grep -q "$name"
		run ctl --json logout receive <<< "$request"
		echo "$output"
		[ "$status" -eq 0 ]
		[ "$(state)" = ended ]
		take_answer "$(jq -r .url <<< "$output")"
		[[ $told == *"Logged out of 'saml:$SP'"* ]]
		run ssp_knows "$(ask)"
		[ "$status" -ne 0 ]
	done
}

@test "simplesamlphp: refuses an answer of ours that was changed" {
	together
	let_in assertion
	log_out_there
	run ctl --json logout receive <<< "$request"
	[ "$status" -eq 0 ]
	take_answer "$(jq -r .url <<< "$output" | sed 's/RelayState=./&x/')"
	[[ $told != *"Logged out of"* ]]
	grep -q "Unable to validate signature" "$JAR.page"
}
