#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# samlp, a package of node's, as the IdP: it takes our signed requests, and we
# take its Responses, in the clear and encrypted. npm gets it, once; where that
# cannot be, these tests are left out.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"
PACKAGE=samlp@8.0.0
PACKAGES=$BUILD/interop/samlp

setup_file() {
	left_out=
	if ! [ -d "$PACKAGES/node_modules" ]; then
		get_package || left_out=$(why_not)
	fi
	export left_out
}

# get_package: all of it, or nothing
get_package() {
	rm -rf "$PACKAGES" "$PACKAGES.new"
	mkdir -p "$PACKAGES.new"
	timeout 120 npm install --prefix "$PACKAGES.new" --no-fund --no-audit \
	    --ignore-scripts --fetch-retries 0 --fetch-timeout 20000 \
	    "$PACKAGE" > "$BATS_FILE_TMPDIR/npm" 2>&1 &&
	    mv "$PACKAGES.new" "$PACKAGES"
}

why_not() {
	if ! command -v npm > /dev/null; then
		echo "npm is not installed"
	else
		echo "npm got no $PACKAGE:" \
		    "$(grep -m 1 'error code' "$BATS_FILE_TMPDIR/npm")"
	fi
}

setup() {
	[ -z "$left_out" ] || skip "$left_out"
	gate_make "$BATS_TEST_TMPDIR/gate"
	idp metadata > "$GATE/samlp.xml"
	gate_set saml idp_metadata "$GATE/samlp.xml"
	gate_set saml allow_unsolicited no
	gate_speaks
	gate_start
}

teardown() {
	gate_stop
	tail -q -n 4 "$GATE/daemon.log" "$GATE/audit.log" 2> /dev/null || true
}

idp() {
	NODE_PATH=$PACKAGES/node_modules node --no-deprecation \
	    "$BATS_TEST_DIRNAME/samlp_idp.js" "$GATE/samlp" "$@"
}

# answer KIND...: asks it to sign somebody in; its Response is $GATE/response
answer() {
	ctl --json sso start > "$GATE/request"
	jq -r .url "$GATE/request" | idp answer "$GATE/sp.crt" "$@" \
	    > "$GATE/response"
}

# let_in KIND...: such an answer becomes a ticket, and the ticket a session
let_in() {
	local ticket
	answer "$@"
	ticket=$(ctl ticket < "$GATE/response")
	run pam 192.0.2.7 portal "" authenticate acct_mgmt open_session \
	    close_session <<< "$ticket"
	echo "$output"
	[ "$status" -eq 0 ]
}

# refused REASON KIND...
refused() {
	local reason=$1
	shift
	answer "$@"
	run ctl ticket < "$GATE/response"
	[ "$status" -eq 1 ]
	[ "$(decision reason)" = "$reason" ]
}

@test "samlp: takes our signed request; its Response lets in, once" {
	for kind in response assertion "response assertion"; do
		# shellcheck disable=SC2086 # several words are meant
		let_in $kind
		run ctl ticket < "$GATE/response"
		[ "$status" -eq 1 ]
	done
	[ "$(ctl session list --all --user alice --json | jq length)" -eq 3 ]
}

@test "samlp: its encrypted assertions let in" {
	for kind in "assertion gcm" "response gcm" "response assertion gcm" \
	    "response cbc" "response assertion cbc"; do
		# shellcheck disable=SC2086
		let_in $kind
		base64 -d "$GATE/response" | grep -q "aes256-${kind##* }"
	done
}

@test "samlp: what is not signed, in the clear or encrypted, is refused" {
	refused signature_missing
	refused signature_missing gcm
}

@test "samlp: CBC without a signature around it, 3DES, RSA 1.5 are refused" {
	refused cbc_refused assertion cbc
	refused encryption_algorithm response 3des
	refused encryption_algorithm response rsa15
	refused encryption_algorithm assertion rsa15
}

@test "samlp: refuses a request of ours that was changed" {
	ctl --json sso start > "$GATE/request"
	run idp answer "$GATE/sp.crt" assertion \
	    < <(jq -r .url "$GATE/request" | sed 's/RelayState=gr-./&x/')
	[ "$status" -ne 0 ]
	[[ $output == *"Signature check errors"* ]]
	run idp answer "$GATE/sp.crt" assertion \
	    < <(jq -r .url "$GATE/request" | sed 's/&SigAlg=.*//')
	[ "$status" -ne 0 ]
	[[ $output == *"MUST be signed"* ]]
}
