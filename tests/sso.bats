#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Single sign-on that begins here: a request goes out, its answer comes back
# once, and what is on record of it decides.

bats_require_minimum_version 1.5.0

IDP=https://idp.example/metadata
OTHER=https://other.example/idp
PASSWORD='correct horse battery staple'

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	gate_make "$BATS_FILE_TMPDIR/gate"
	"$BUILD/test-idp" keys --dir "$GATE/other" --entity-id "$OTHER" \
	    --sso https://other.example/sso
	cp "$GATE/other/metadata.xml" "$GATE/idp/other.xml"
	gate_set saml idp_metadata "$GATE/idp"
	gate_set saml allow_unsolicited no
	gate_set saml clock_skew 1s
	gate_set session attributes mail
	cat >> "$GATE/gatehouse.conf" <<-END
		[access clinic]
		require attribute:role = agent | nurse
		[access mfa]
		deny user = mallory
		[service mfa]
		authn_context = https://refeds.org/profile/mfa urn:x:strong
		[service fresh]
		max_authn_age = 1m
	END
	for name in clinic mfa fresh plain; do
		gate_service "$name"
	done
	sp_metadata > "$GATE/sp.xml"
	gate_start
	echo "$GATE_PID" > "$GATE/pid"
	ctl user add bob <<< "$PASSWORD"
	export GATE BUILD SP ACS
}

teardown_file() {
	kill "$(cat "$GATE/pid")"
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	GATE_PID=$(cat "$GATE/pid")
	R=$BATS_TEST_TMPDIR
}

sp_metadata() {
	cat <<-END
		<md:EntityDescriptor
		    xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
		    entityID="$SP"><md:SPSSODescriptor AuthnRequestsSigned="false"
		    protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"
		    ><md:AssertionConsumerService index="0"
		    Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
		    Location="$ACS"/></md:SPSSODescriptor></md:EntityDescriptor>
	END
}

# start [OPTION...]: begins, and leaves what was said in $begun.
start() {
	begun=$(ctl --json sso start --idp "$IDP" "$@")
	state=$(jq -r .relay_state <<< "$begun")
	id=$(jq -r .request_id <<< "$begun")
}

# answer NAME [OPTION...]: the IdP's Response to what was begun.
answer() {
	local name=$1
	shift
	jq -r 'if .message then .message else .url end' <<< "$begun" |
	    "$BUILD/test-idp" answer --dir "${FROM:-$GATE/idp}" \
		--sp-metadata "$GATE/sp.xml" --name-id "$name" "$@"
}

# form RESPONSE [RELAYSTATE]: as a browser posts them.
form() {
	printf 'SAMLResponse=%s' "$(printf %s "$1" | jq -sRr @uri)"
	[ -z "${2+x}" ] || printf '&RelayState=%s' "$(printf %s "$2" | jq -sRr @uri)"
}

# restart [SIGNAL]: the daemon, which may be another test's child.
restart() {
	kill "-${1:-TERM}" "$GATE_PID"
	while kill -0 "$GATE_PID" 2> /dev/null; do
		sleep 0.02
	done
	gate_start
	echo "$GATE_PID" > "$GATE/pid"
}

# sign_in SERVICE USER PROOF...
sign_in() {
	local service=$1 user=$2 proof answers=()
	shift 2
	for proof in "$@"; do
		answers+=(-a "$proof")
	done
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
	    -i rhost=192.0.2.7 "${answers[@]}" "$service" authenticate 2>&1
}

# refused REASON COMMAND...: it fails, and the log has this reason.
refused() {
	local wanted=$1
	shift
	run "$@"
	echo "$output"
	[ "$status" -eq 1 ]
	decision
	[ "$(decision reason)" = "$wanted" ]
}

# exchange RESPONSE [RELAYSTATE]: a ticket.
exchange() {
	form "$@" | ctl ticket
}

# composer: what is said of it.
composer() {
	ctl status --json | jq -r .saml_composer
}

# request: the AuthnRequest that was posted, as XML.
request() {
	jq -r .message <<< "$begun" | base64 -d
}

@test "a request goes out, and its answer is let in once" {
	start
	[[ $(jq -r .url <<< "$begun") == https://idp.example/sso\?SAMLRequest=* ]]
	[[ $state == gr-* ]]
	[ "$(jq -r .idp <<< "$begun")" = "$IDP" ]
	response=$(answer alice)
	ticket=$(exchange "$response" "$state")
	sign_in portal alice "$ticket"
	[ "$(decision issuer)" = "$IDP" ]
	refused request_unknown exchange "$response" "$state"
	refused request_unknown exchange "$response"
	refused request_unknown sign_in portal alice "$response"
}

@test "by HTTP-POST" {
	start --post
	[ "$(jq -r .url <<< "$begun")" = https://idp.example/sso ]
	[ "$(jq -r .field <<< "$begun")" = SAMLRequest ]
	[ "$(xmllint --xpath 'string(/*/@ID)' <(request))" = "$id" ]
	sign_in portal alice "$(exchange "$(answer alice)" "$state")"
}

@test "an answer without RelayState, as a person pastes it" {
	start
	response=$(answer alice --format deflate)
	sign_in portal alice "$response"
	refused request_unknown sign_in portal alice "$response"
	start
	sign_in portal alice "$(answer alice | ctl ticket)"
}

@test "a RelayState that never went out" {
	start
	response=$(answer alice)
	unknown=gr-$(printf 'A%.0s' $(seq 43))
	refused request_unknown exchange "$response" "$unknown"
	[ "$(decision detail)" = 'no request on record has this RelayState' ]
	# it burnt nothing
	exchange "$response" "$state"
}

@test "a RelayState of somebody else's request, or of the IdP's own making" {
	start
	mine=$state
	start
	response=$(answer alice)
	refused in_response_to exchange "$response" "$mine"
	refused in_response_to exchange "$response" https://portal.example/
	exchange "$response" "$state"
	answer=$(response alice)
	refused unsolicited exchange "$answer" https://portal.example/
	refused unsolicited exchange "$answer"
}

@test "an ID that never went out" {
	start
	refused request_unknown exchange "$(answer alice --in-response-to _f00)"
	refused in_response_to exchange \
	    "$(answer alice --in-response-to _f00)" "$state"
}

@test "the answer of another IdP than the one that was asked" {
	start
	response=$(response alice --in-response-to "$id")
	other=$("$BUILD/test-idp" respond --dir "$GATE/other" --sp "$SP" \
	    --acs "$ACS" --name-id alice --in-response-to "$id")
	refused request_mismatch exchange "$other"
	refused request_mismatch sign_in portal alice "$other"
	run ! exchange "$other" "$state"
	[ "$(decision outcome)" = refused ]
	exchange "$response" "$state"
}

@test "what failed burns nothing, by either way" {
	start
	response=$(answer alice)
	xml=$(base64 -d <<< "$response")
	changed=$(sed 's|>alice<|>alicf<|' <<< "$xml" | base64 -w0)
	refused signature_invalid exchange "$changed" "$state"
	refused user_mismatch sign_in portal mallory "$response"
	refused audience exchange "$(answer alice --audience urn:x)" "$state"
	ticket=$(exchange "$response" "$state")
	refused user_mismatch sign_in portal mallory "$ticket"
	sign_in portal alice "$ticket"
}

@test "one assertion for two requests is good for one of them" {
	start
	first=$(answer alice --assertion-id _same)
	one=$state
	start
	second=$(answer alice --assertion-id _same)
	exchange "$first" "$one"
	refused replay exchange "$second" "$state"
	# the second request was not used up by it
	exchange "$(answer alice)" "$state"
}

@test "many at once: one ticket" {
	start
	form "$(answer alice)" "$state" > "$R/form"
	for n in 1 2 3 4 5 6 7 8; do
		ctl ticket < "$R/form" > "$R/ticket.$n" 2> /dev/null &
	done
	wait
	[ "$(cat "$R"/ticket.* | wc -l)" -eq 1 ]
}

@test "a request outlives the daemon" {
	start
	restart KILL
	sign_in portal alice "$(exchange "$(answer alice)" "$state")"
}

@test "a request for one service is no way into another" {
	start --service plain
	response=$(answer alice --format deflate)
	refused request_mismatch sign_in portal alice "$response"
	ticket=$(exchange "$response" "$state")
	refused request_mismatch sign_in portal alice "$ticket"
	sign_in plain alice "$ticket"
}

@test "what the IdP is asked for" {
	start --post
	[ "$(xmllint --xpath 'boolean(/*/@ForceAuthn = "true")' <(request))" = false ]
	start --post --force --passive
	[ "$(xmllint --xpath 'string(/*/@ForceAuthn)' <(request))" = true ]
	[ "$(xmllint --xpath 'string(/*/@IsPassive)' <(request))" = true ]
	start --post --service fresh
	[ "$(xmllint --xpath 'string(/*/@ForceAuthn)' <(request))" = true ]
	start --post --service mfa
	[ "$(xmllint --xpath 'count(//*[local-name() = "AuthnContextClassRef"])' \
	    <(request))" -eq 2 ]
	[[ $(request) == *'>https://refeds.org/profile/mfa<'* ]]
}

@test "a sign-in that was to be a fresh one" {
	old=(--now $(($(date +%s) - 30)))
	start
	exchange "$(answer alice "${old[@]}")" "$state"
	start --force
	response=$(answer alice "${old[@]}")
	refused authn_too_old exchange "$response" "$state"
	refused authn_too_old exchange "$response"
	exchange "$(answer alice)" "$state"
}

@test "[access] rules, by Response, by ticket and by password" {
	start
	refused access_denied sign_in clinic alice "$(answer alice --format deflate)"
	[[ $(decision detail) == */gatehouse.conf:*require\ attribute:role* ]]
	refused access_denied sign_in clinic alice "$(exchange "$(answer alice \
	    --attribute role=visitor)" "$state")"
	start
	sign_in clinic alice "$(answer alice --attribute role=nurse \
	    --format deflate)"
	start
	sign_in clinic alice "$(exchange "$(answer alice \
	    --attribute role=agent)" "$state")"
	code=$(otp_code "$(ctl otp enroll --no-confirm bob)")
	refused access_denied sign_in clinic bob "$PASSWORD" "$code"
	# who was refused used nothing up
	sign_in plain bob "$PASSWORD" "$code"
}

@test "[service] authn_context: the class must be one of those" {
	start
	refused step_up sign_in mfa alice "$(answer alice --format deflate)"
	sign_in mfa alice "$(answer alice --format deflate \
	    --authn-context urn:x:strong)"
	start
	ticket=$(exchange "$(answer alice --authn-context urn:x:str)" "$state")
	refused step_up sign_in mfa alice "$ticket"
	start
	sign_in mfa alice "$(exchange "$(answer alice \
	    --authn-context https://refeds.org/profile/mfa)" "$state")"
	code=$(otp_code "$(ctl otp enroll --no-confirm bob)" 30)
	refused step_up sign_in mfa bob "$PASSWORD" "$code"
}

@test "[service] max_authn_age: the sign-in at the IdP must be recent" {
	start
	old=$(exchange "$(answer alice --now $(($(date +%s) - 90)))" "$state")
	refused step_up sign_in fresh alice "$old"
	start
	sign_in fresh alice "$(exchange "$(answer alice)" "$state")"
}

@test "what is kept of the assertion goes with the session" {
	start
	response=$(answer alice --attribute mail=alice@clinic.example \
	    --attribute role=agent --attribute shoe=38 \
	    --authn-context urn:x:strong --session-index _index)
	sign_in portal alice "$(exchange "$response" "$state")"
	run -0 ctl --json session show "$(decision session)"
	[ "$(jq -r .authn_context <<< "$output")" = urn:x:strong ]
	[ "$(jq -r .session_index <<< "$output")" = _index ]
	[ "$(jq -c .attributes <<< "$output")" = \
	    '{"mail":["alice@clinic.example"],"role":["agent"]}' ]
	start
	sign_in portal alice "$(answer alice --attribute mail=a --attribute \
	    mail=b --format deflate)"
	run -0 ctl --json session show "$(decision session)"
	[ "$(jq -c .attributes <<< "$output")" = '{"mail":["a","b"]}' ]
}

@test "a ticket from before the rules looked at more is void" {
	cp "$GATE/gatehouse.conf" "$R/old.conf"
	start
	response=$(answer eve --attribute kind=contractor)
	old=$(exchange "$response" "$state")
	printf '[access plain]\ndeny attribute:kind = contractor\n' \
	    >> "$GATE/gatehouse.conf"
	ctl reload
	refused ticket_expired sign_in plain eve "$old"
	[[ $(decision detail) == *'name other attributes since'* ]]
	start
	new=$(exchange "$(answer eve --attribute kind=contractor)" "$state")
	refused access_denied sign_in plain eve "$new"
	# nor one that kept more than is wanted now; rules without names, and
	# names that stand elsewhere, are no matter
	start
	new=$(exchange "$(answer eve --attribute kind=tenant)" "$state")
	cp "$R/old.conf" "$GATE/gatehouse.conf"
	gate_set session attributes 'role  mail role'
	printf '[access plain]\ndeny user = mallory\n' \
	    >> "$GATE/gatehouse.conf"
	ctl reload
	refused ticket_expired sign_in plain eve "$new"
	sign_in plain eve "$old"
	cp "$R/old.conf" "$GATE/gatehouse.conf"
	ctl reload
}

@test "an IdP that has to be named, and one that there is not" {
	refused issuer_unknown ctl sso start
	refused issuer_unknown ctl sso start --idp urn:x:nobody
	run -0 ctl --json idp list
	[ "$(jq -c 'map(.entity_id)' <<< "$output")" = "[\"$IDP\",\"$OTHER\"]" ]
}

@test "a federation is listed whole and in order, and each is known" {
	other=$(sed '/^<?xml/d' "$GATE/other/metadata.xml")
	{
		echo '<md:EntitiesDescriptor' \
		    'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
		for n in $(seq 1001 2200); do
			echo "${other//"$OTHER"/https://idp$n.example/}"
		done
		echo '</md:EntitiesDescriptor>'
	} > "$GATE/idp/federation.xml"
	restart
	ctl --json idp list | jq -r '.[].entity_id' > "$R/list"
	[ "$(wc -l < "$R/list")" -eq 1202 ]
	LC_ALL=C sort -u -c "$R/list"
	run -0 ctl --json sso start --idp https://idp2200.example/
	rm "$GATE/idp/federation.xml"
	restart
}

@test "an IdP that offers one binding is sent to by that one" {
	sed -i 's|<md:SingleSignOnService [^>]*HTTP-Redirect[^>]*/>||' \
	    "$GATE/idp/other.xml"
	restart
	run -0 ctl --json sso start --idp "$OTHER"
	[ "$(jq -r .field <<< "$output")" = SAMLRequest ]
}

@test "a form that no browser sends" {
	start
	response=$(answer alice)
	good=$(form "$response" "$state")
	for bad in "$good&SAMLResponse=x" "$good&RelayState=x" "$good&x" \
	    "$good&x=%4" "$good&x=%zz" "$good&x=%00" "$good&x=a b" \
	    "RelayState=$state"; do
		echo "$bad" > "$R/form"
		run -1 ctl ticket < "$R/form"
		[[ $output == *'none that a browser sends'* ]]
	done
	echo "SAMLResponse=&RelayState=$state" > "$R/form"
	refused response_empty ctl ticket < "$R/form"
	# other fields, and the order, are none of our business
	printf 'x=%%7e&%s&y=' "$good" > "$R/form"
	run ! ctl ticket < "$R/form"
	printf 'RelayState=%s&Lang=de%%2Bch&%s' "$state" \
	    "$(form "$response")" > "$R/form"
	ctl ticket < "$R/form"
}

@test "a request may be made by who may sign people in, and by no other" {
	[ "$(id -u)" -eq 0 ] || skip 'only root can become somebody else'
	chmod 711 "$GATE" "$BATS_FILE_TMPDIR" "$BATS_RUN_TMPDIR" \
	    "$BATS_RUN_TMPDIR/file"
	run setpriv --reuid 65534 --clear-groups "$BUILD/gatehousectl" \
	    --socket "$GATE/gate.sock" sso start --idp "$IDP"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *'see [peers] login'* ]]
	run setpriv --reuid 65534 --clear-groups "$BUILD/gatehousectl" \
	    --socket "$GATE/gate.sock" idp list
	echo "$output"
	[ "$status" -eq 1 ]
}

@test "without its program the gate starts, says so, and takes Responses" {
	start
	response=$(answer alice)
	gate_set saml composer_program /nonexistent
	restart
	grep -q 'warning: \[saml\]: the composer does not start: /nonexistent' \
	    "$GATE/daemon.log"
	refused composer_failed ctl sso start --idp "$IDP"
	[[ $(composer) == 'does not run: '*'/nonexistent'* ]]
	exchange "$response" "$state"
	gate_set saml composer_program "$BUILD/gatehouse-compose"
	restart
}

@test "a composer that died is replaced" {
	start
	composer=$(pgrep -P "$GATE_PID" -x gatehouse-compo)
	[ "$(composer)" = runs ]
	kill -KILL "$composer"
	start
	[ "$(composer)" = runs ]
	[ "$(pgrep -P "$GATE_PID" -x gatehouse-compo)" != "$composer" ]
	sign_in portal alice "$(exchange "$(answer alice)" "$state")"
}

@test "no more requests than the disk can bear" {
	sqlite3 "$GATE/gate.db" "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL
	    SELECT i + 1 FROM n WHERE i < 100000) INSERT INTO request
	    SELECT '_' || i, 0, '$IDP', '', 0, 0, 9999999999, '' FROM n"
	# they are counted now and then
	for _ in $(seq 100); do
		ctl sso start --idp "$IDP" > /dev/null 2>&1 || break
		sleep 0.05
	done
	refused overload ctl sso start --idp "$IDP"
	sqlite3 "$GATE/gate.db" "DELETE FROM request WHERE created = 0"
	for _ in $(seq 100); do
		ctl sso start --idp "$IDP" > /dev/null 2>&1 && break
		sleep 0.05
	done
	start
}
