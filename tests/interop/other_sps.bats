#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What our test IdP says is taken by service providers that are not ours:
# mod_auth_mellon and the Shibboleth SP, real ones, in a real Apache. So what
# it says is SAML, and not only what our own verifier takes for it.

: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
# shellcheck source=SCRIPTDIR/../gate.sh
. "$BATS_TEST_DIRNAME/../gate.sh"
# shellcheck source=SCRIPTDIR/other_sps.sh
. "$BATS_TEST_DIRNAME/other_sps.sh"

setup() {
	IDP=$BATS_TEST_TMPDIR/idp
	JAR=$BATS_TEST_TMPDIR/jar
	"$BUILD/test-idp" keys --dir "$IDP"
	# Apache's own user has to get at what is below
	chmod -R a+rX "$BATS_RUN_TMPDIR"
}

teardown() {
	sp_stop
	tail -n 3 "$BATS_TEST_TMPDIR"/sp/{error,shibd}.log 2> /dev/null || true
}

browse() {
	curl -s --noproxy '*' --max-time 20 -c "$JAR" -b "$JAR" "$@"
}

# ask URL: follows redirects until the browser is to go to the IdP
ask() {
	request=$1
	while [[ $request == http://127.0.0.1* ]]; do
		request=$(browse -o /dev/null -w '%{redirect_url}' "$request")
	done
	[[ $request == https://idp.example/sso\?* ]]
}

# answer SP_METADATA [OPTION...]: the test IdP's answer to that request
answer() {
	local metadata=$1
	shift
	echo "$request" | "$BUILD/test-idp" answer --dir "$IDP" \
	    --sp-metadata "$metadata" --name-id alice "$@" \
	    > "$BATS_TEST_TMPDIR/response"
}

# post ACS: as the browser would; prints the status
post() {
	local relay=${request##*RelayState=}
	browse -o "$BATS_TEST_TMPDIR/page" -w '%{http_code}' \
	    --data-urlencode "SAMLResponse@$BATS_TEST_TMPDIR/response" \
	    --data "RelayState=${relay%%&*}" "$1"
}

@test "other SPs: mod_auth_mellon lets the test IdP's people in, and no others" {
	mellon_start "$BATS_TEST_TMPDIR/sp" "$IDP/metadata.xml"
	for sign in assertion both; do
		rm -f "$JAR"
		ask "$MELLON/private/"
		answer "$MELLON_METADATA" --sign "$sign" \
		    --attribute mail=alice@example.org
		[ "$(post "$MELLON/mellon/postResponse")" = 303 ]
		run browse -i "$MELLON/private/"
		[[ $output == *"X-User: alice"* ]]
	done
	rm -f "$JAR"
	ask "$MELLON/private/"
	answer "$MELLON_METADATA" --sign none
	[ "$(post "$MELLON/mellon/postResponse")" != 303 ]
}

@test "other SPs: the Shibboleth SP lets the test IdP's people in, and no others" {
	shibboleth_start "$BATS_TEST_TMPDIR/sp" "$IDP/metadata.xml" \
	    https://idp.example/metadata
	local acs=$SHIBBOLETH/Shibboleth.sso/SAML2/POST
	for sign in assertion response both; do
		rm -f "$JAR"
		ask "$SHIBBOLETH/private/"
		answer "$SHIBBOLETH_METADATA" --sign "$sign" \
		    --attribute mail=alice@example.org
		[ "$(post "$acs")" = 302 ]
		[ "$(browse -o /dev/null -w '%{http_code}' \
		    "$SHIBBOLETH/private/")" = 200 ]
		run browse "$SHIBBOLETH/Shibboleth.sso/Session"
		[[ $output == *https://idp.example/metadata* ]]
	done
	rm -f "$JAR"
	ask "$SHIBBOLETH/private/"
	answer "$SHIBBOLETH_METADATA" --sign none
	post "$acs"
	[ "$(browse -o /dev/null -w '%{http_code}' \
	    "$SHIBBOLETH/private/")" = 302 ]
}

@test "other SPs: the Shibboleth SP takes the test IdP's EC signatures" {
	"$BUILD/test-idp" keys --dir "$BATS_TEST_TMPDIR/ec" --key ec256
	IDP=$BATS_TEST_TMPDIR/ec
	shibboleth_start "$BATS_TEST_TMPDIR/sp" "$IDP/metadata.xml" \
	    https://idp.example/metadata
	ask "$SHIBBOLETH/private/"
	answer "$SHIBBOLETH_METADATA"
	[ "$(post "$SHIBBOLETH/Shibboleth.sso/SAML2/POST")" = 302 ]
	[ "$(browse -o /dev/null -w '%{http_code}' \
	    "$SHIBBOLETH/private/")" = 200 ]
}
