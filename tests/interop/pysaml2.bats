#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pysaml2 as the IdP: it takes our metadata, our signed requests and our logout
# messages, and we take its Responses, in the clear and encrypted, and its.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"

setup() {
	gate_make "$BATS_TEST_TMPDIR/gate"
	mkdir "$GATE/idps"
	idp metadata > "$GATE/idps/pysaml2.xml"
	gate_set saml idp_metadata "$GATE/idps"
	gate_set saml allow_unsolicited no
	gate_speaks
	gate_start
}

teardown() {
	gate_stop
	tail -q -n 4 "$GATE/daemon.log" "$GATE/audit.log" 2> /dev/null || true
}

idp() {
	"$BATS_TEST_DIRNAME/pysaml2_idp.py" "$GATE/pysaml2" "$@"
}

# answer KIND...: asks it to sign somebody in; its Response is $GATE/response
answer() {
	ctl --json sso start > "$GATE/request"
	jq -r .url "$GATE/request" | idp answer "$GATE/sp.xml" "$@" \
	    > "$GATE/response"
}

# sign_in: that Response becomes a ticket, and the ticket a session
sign_in() {
	local ticket
	ticket=$(ctl ticket < "$GATE/response")
	run pam 192.0.2.7 portal "" authenticate acct_mgmt open_session \
	    <<< "$ticket"
	echo "$output"
	[ "$status" -eq 0 ]
	session=$(ctl session list --json | jq -r '.[0].id')
}

@test "pysaml2: takes our signed request; its Response lets in, once" {
	for kind in response assertion "response assertion"; do
		# shellcheck disable=SC2086 # several words are meant
		answer $kind
		sign_in
		run ctl ticket < "$GATE/response"
		[ "$status" -eq 1 ]
	done
}

@test "pysaml2: its encrypted assertions let in" {
	for kind in "assertion gcm" "response gcm" "response assertion gcm" \
	    "response cbc"; do
		# shellcheck disable=SC2086
		answer $kind
		sign_in
	done
}

@test "pysaml2: CBC without a signature around it is refused, and so is 3DES" {
	answer assertion cbc
	run ctl ticket < "$GATE/response"
	[ "$status" -eq 1 ]
	[ "$(decision reason)" = cbc_refused ]
	answer response 3des
	run ctl ticket < "$GATE/response"
	[ "$status" -eq 1 ]
	[ "$(decision reason)" = encryption_algorithm ]
}

@test "pysaml2: refuses a request of ours that was changed" {
	ctl --json sso start > "$GATE/request"
	run idp answer "$GATE/sp.xml" assertion \
	    < <(jq -r .url "$GATE/request" | sed 's/RelayState=gr-./&x/')
	[ "$status" -ne 0 ]
	[[ $output == *"signature does not verify"* ]]
}

@test "pysaml2: logs out at the gate, and takes the answer" {
	answer assertion
	sign_in
	index=$(ctl --json session show "$session" | jq -r .session_index)
	idp logout-request "$GATE/sp.xml" alice "$index" > "$GATE/logout"
	run ctl --json logout receive < "$GATE/logout"
	[ "$status" -eq 0 ]
	[ "$(ctl --json session show "$session" | jq -r .state)" = ended ]
	jq -r .url <<< "$output" | idp check-answer "$GATE/sp.xml"
}

@test "pysaml2: takes our LogoutRequest, and its answer ends it" {
	answer assertion
	sign_in
	run ctl --json logout start "$session"
	[ "$status" -eq 0 ]
	[ "$(ctl --json session show "$session" | jq -r .state)" = ended ]
	jq -r .url <<< "$output" | idp logout-answer "$GATE/sp.xml" \
	    > "$GATE/answer"
	run ctl --json logout receive < "$GATE/answer"
	echo "$output"
	[ "$status" -eq 0 ]
}
