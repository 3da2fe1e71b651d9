#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Single Logout: begun by the IdP or here, by redirect and by post; what ends,
# what does not, and what the IdP is told. Our messages are checked by openssl
# and xmlsec1, not by code of ours.

bats_require_minimum_version 1.5.0

IDP=https://idp.example/metadata
OTHER=https://other.example/metadata
SLO=https://portal.example/gate/slo
IDP_SLO='https://idp.example/slo?tenant=7'
IDP_DONE=https://idp.example/slo/done

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	local keys=$BATS_FILE_TMPDIR/keys
	mkdir "$keys"
	"$BUILD/test-idp" keys --dir "$keys/idp" --slo "$IDP_SLO" \
	    --slo-response "$IDP_DONE"
	"$BUILD/test-idp" keys --dir "$keys/other" --entity-id "$OTHER" \
	    --slo https://other.example/slo
	"$BUILD/test-idp" keys --dir "$keys/mute" \
	    --entity-id https://mute.example/metadata
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=sp \
	    -keyout "$keys/sp.key" -out "$keys/sp.pem" 2> /dev/null
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	keys=$BATS_FILE_TMPDIR/keys
	gate_make "$BATS_TEST_TMPDIR/gate"
	cp -r "$keys/idp" "$GATE"
	cp "$keys/other/metadata.xml" "$GATE/idp/other.xml"
	cp "$keys/mute/metadata.xml" "$GATE/idp/mute.xml"
	gate_set saml idp_metadata "$GATE/idp"
	gate_set saml slo_url "$SLO"
	gate_set saml key "$keys/sp.key"
	gate_set saml certificate "$keys/sp.pem"
	gate_set saml clock_skew 2s
	gate_start
	holders=()
}

teardown() {
	local pid
	for pid in "${holders[@]}"; do
		kill -KILL "$pid" 2> /dev/null || true
	done
	gate_stop
	tail -q -n 5 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# sign_in NAME INDEX [OPTION...]: leaves the session's id in $session.
sign_in() {
	local name=$1 index=$2 ticket
	shift 2
	ticket=$(response "$name" --session-index "$index" "$@" | ctl ticket)
	pam 192.0.2.1 portal "$name" authenticate open_session <<< "$ticket"
	session=$(decision session)
}

# of ID FIELD
of() {
	ctl session show "$1" --json | jq -r ".$2"
}

# hold NAME INDEX...: a process, $pid, that signs in once for each index, opens
# the sessions, and holds them; $session is the last one.
hold() {
	local name=$1 index answers=() hooks=()
	shift
	for index; do
		answers+=(-a "$(response "$name" --session-index "$index" |
		    ctl ticket)")
		hooks+=(authenticate open_session)
	done
	mkfifo "$BATS_TEST_TMPDIR/said.$index"
	LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
	    PAM_WRAPPER_SERVICE_DIR="$GATE/pam.d" \
	    "$BUILD/tests/loader" -u "$name" -i rhost=192.0.2.1 \
	    "${answers[@]}" portal "${hooks[@]}" hold \
	    > "$BATS_TEST_TMPDIR/said.$index" 3>&- &
	pid=$!
	holders+=("$pid")
	session=$(timeout 10 sed -n '/^held: /{s///;p;q}' \
	    "$BATS_TEST_TMPDIR/said.$index")
	is "$pid" "$(of "$session" pid)"
}

# alive PID: it runs, and is not only waited for.
alive() {
	grep -qs '^State:[[:space:]]*[^ZX]' "/proc/$1/status"
}

# from_idp request|response OPTION...: of the IdP, to us.
from_idp() {
	local kind=$1
	shift
	"$BUILD/test-idp" "logout-$kind" --dir "${FROM:-$GATE/idp}" \
	    --destination "$SLO" "$@"
}

# receive [STATUS]: what comes on standard input; the answer is in $output.
receive() {
	run --separate-stderr "-${1:-0}" ctl --json logout receive
	echo "$output $stderr"
}

field() {
	jq -r ".$1" <<< "$output"
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

unescape() {
	local text=${1//+/ }
	printf '%b' "${text//%/\\x}"
}

# part NAME URL: of its query, as it stands.
part() {
	grep -oP "[?&]$1=\K[^&]*" <<< "$2"
}

# xml_of URL: the message in it.
xml_of() {
	local name=SAMLRequest
	[[ $1 == *SAMLRequest=* ]] || name=SAMLResponse
	{ printf '\x1f\x8b\x08\0\0\0\0\0\0\0'
	  unescape "$(part $name "$1")" | base64 -d; } |
	    gzip -dc 2> /dev/null || true
}

# signed_url URL: openssl finds our signature in it, over what is before it.
signed_url() {
	local query=${1#*SAMLRe} octets
	octets=SAMLRe${query%&Signature=*}
	openssl x509 -in "$keys/sp.pem" -noout -pubkey > "$BATS_TEST_TMPDIR/pub"
	unescape "$(part Signature "$1")" | base64 -d > "$BATS_TEST_TMPDIR/sig"
	is 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256' \
	    "$(unescape "$(part SigAlg "$1")")"
	printf '%s' "$octets" | openssl dgst -sha256 \
	    -verify "$BATS_TEST_TMPDIR/pub" -signature "$BATS_TEST_TMPDIR/sig"
}

# signed_xml FILE NAME: xmlsec1 finds it inside.
signed_xml() {
	xmlsec1 --verify --enabled-key-data rsa --pubkey-cert-pem \
	    "$keys/sp.pem" --id-attr:ID \
	    "urn:oasis:names:tc:SAML:2.0:protocol:$2" "$1"
}

# at XPATH FILE: of any namespace.
at() {
	xmllint --xpath "string($1)" "$2"
}

# logged VERB REASON [DETAIL]: the last line of that kind in the audit log.
logged() {
	local line
	line=$(grep "\"verb\":\"$1\"" "$GATE/audit.log" | tail -n 1)
	is "$2" "$(jq -r .reason <<< "$line")"
	[ -z "${3:-}" ] || is "$3" "$(jq -r .detail <<< "$line")"
}

@test "IdP, redirect: all of the name's sessions end, and it is told so" {
	sign_in alice one
	first=$session
	sign_in alice two
	second=$session
	sign_in bob three
	receive < <(from_idp request --name-id alice --id _l1 \
	    --relay-state 'a b&c')
	is 2 "$(field ended)"
	is complete "$(field state)"
	is ended "$(of "$first" state)"
	is slo "$(of "$first" end_reason)"
	is ended "$(of "$second" state)"
	is open "$(of "$session" state)"
	logged logout_request granted \
	    '2 sessions and 0 tickets ended, 0 processes go on'
	logged logout granted
	url=$(field url)
	[[ $url == "$IDP_DONE?SAMLResponse="* ]]
	signed_url "$url"
	is 'a b&c' "$(unescape "$(part RelayState "$url")")"
	xml_of "$url" > "$BATS_TEST_TMPDIR/answer"
	is "$IDP_DONE" "$(at '/*/@Destination' "$BATS_TEST_TMPDIR/answer")"
	is _l1 "$(at '/*/@InResponseTo' "$BATS_TEST_TMPDIR/answer")"
	is "$SP" "$(at '/*/*[local-name()="Issuer"]' "$BATS_TEST_TMPDIR/answer")"
	is urn:oasis:names:tc:SAML:2.0:status:Success \
	    "$(at '//*[local-name()="StatusCode"]/@Value' \
	    "$BATS_TEST_TMPDIR/answer")"
}

@test "IdP, post: likewise" {
	sign_in alice one
	receive < <(from_idp request --name-id alice --id _l2 \
	    --binding post --relay-state 'a b&c')
	is 1 "$(field ended)"
	is "$IDP_DONE" "$(field url)"
	is SAMLResponse "$(field field)"
	is 'a b&c' "$(field relay_state)"
	field message | base64 -d > "$BATS_TEST_TMPDIR/answer"
	signed_xml "$BATS_TEST_TMPDIR/answer" LogoutResponse
	is _l2 "$(at '/*/@InResponseTo' "$BATS_TEST_TMPDIR/answer")"
	is ended "$(of "$session" state)"
}

@test "a SessionIndex names one of two sessions" {
	sign_in alice one
	first=$session
	sign_in alice two
	receive < <(from_idp request --name-id alice --index two)
	is 1 "$(field ended)"
	is open "$(of "$first" state)"
	is ended "$(of "$session" state)"
	# all that are named, and what is not there is no trouble
	receive < <(from_idp request --name-id alice --index none \
	    --index one --index one)
	is 1 "$(field ended)"
	is complete "$(field state)"
	is ended "$(of "$first" state)"
}

@test "who is not here is signed out already" {
	receive < <(from_idp request --name-id nobody)
	is 0 "$(field ended)"
	is complete "$(field state)"
	[[ $(field url) == "$IDP_DONE?"* ]]
}

@test "a ticket that nobody has used yet is void" {
	ticket=$(response alice --session-index one | ctl ticket)
	other=$(response alice --session-index two | ctl ticket)
	receive < <(from_idp request --name-id alice --index one)
	logged logout_request granted \
	    '0 sessions and 1 tickets ended, 0 processes go on'
	run -1 pam 192.0.2.1 portal alice authenticate <<< "$ticket"
	is ticket_unknown "$(decision reason)"
	pam 192.0.2.1 portal alice authenticate <<< "$other"
}

@test "the process that holds the session is ended" {
	hold alice one
	alive "$pid"
	is open "$(of "$session" state)"
	receive < <(from_idp request --name-id alice)
	is complete "$(field state)"
	run ! alive "$pid"
}

@test "the sessions of a user who is disabled or removed end" {
	local first second
	ctl user add alice <<< 'correct horse battery staple'
	sign_in bob one
	second=$session
	sign_in alice two
	first=$session
	hold alice three
	run -0 --separate-stderr ctl --json user disable alice
	is '2 complete' "$(jq -r '"\(.ended) \(.state)"' <<< "$output")"
	run ! alive "$pid"
	is 'ended administrator' "$(of "$session" state) \
$(of "$session" end_reason)"
	is ended "$(of "$first" state)"
	is open "$(of "$second" state)"
	is "user_disable session_end session_end" "$(tail -n 3 \
	    "$GATE/audit.log" | jq -r .verb | paste -s -d ' ')"
	run -0 --separate-stderr ctl user disable alice
	is '' "$output$stderr"
	run -1 ctl user disable mallory
	ctl user enable alice
	hold alice four
	run -0 --separate-stderr ctl --json user remove alice
	is 1 "$(jq -r .ended <<< "$output")"
	run ! alive "$pid"
	is ended "$(of "$session" state)"
}

@test "one that holds others' sessions too goes on, and the IdP is told" {
	hold alice one two
	receive 1 < <(from_idp request --name-id alice --index one --id _l3)
	is 1 "$(field ended)"
	is partial "$(field state)"
	alive "$pid"
	is open "$(of "$session" state)"
	logged logout granted \
	    "slo: process $pid, which holds it, was not ended"
	signed_url "$(field url)"
	xml_of "$(field url)" > "$BATS_TEST_TMPDIR/answer"
	is urn:oasis:names:tc:SAML:2.0:status:Responder \
	    "$(at '//*[local-name()="Status"]/*/@Value' \
	    "$BATS_TEST_TMPDIR/answer")"
	is urn:oasis:names:tc:SAML:2.0:status:PartialLogout \
	    "$(at '//*[local-name()="StatusCode"]/*/@Value' \
	    "$BATS_TEST_TMPDIR/answer")"
	# with the last of them it goes
	receive < <(from_idp request --name-id alice)
	is complete "$(field state)"
	run ! alive "$pid"
}

@test "session end ends the process too" {
	hold alice one
	ctl session end "$session"
	is administrator "$(of "$session" end_reason)"
	run ! alive "$pid"
}

@test "session end says where the process goes on" {
	hold alice one two
	run --separate-stderr -1 ctl session end "$session"
	[[ $stderr == *'the process that holds it was not ended'* ]]
	is ended "$(of "$session" state)"
	alive "$pid"
}

# too_late COMMAND...: the assertion is of a sign-in that was ended.
too_late() {
	run "$@"
	echo "$output"
	[ "$status" -eq 1 ]
	is logged_out "$(decision reason)"
	[[ $(decision detail) == *"LogoutRequest of $IDP "* ]]
}

@test "what comes after the logout of a sign-in from before is refused" {
	now=$(date +%s)
	for index in one two; do
		before[${#before[@]}]=$(response alice --now $((now - 10)) \
		    --session-index $index --format deflate)
	done
	bob=$(response bob --now $((now - 10)) --session-index one)
	stranger=$("$BUILD/test-idp" respond \
	    --dir "$keys/other" --sp "$SP" --acs "$ACS" --name-id alice \
	    --session-index one --now $((now - 10)))
	# an earlier sign-in ends, not the later one
	receive < <(from_idp request --name-id alice --index one \
	    --now $((now - 11)))
	first=$(ctl ticket <<< "${before[0]}")
	pam 192.0.2.1 portal alice authenticate <<< "$first"
	before[0]=$(response alice --now $((now - 10)) --session-index one \
	    --format deflate)
	# one index: a ticket, a Response, also across a restart
	receive < <(from_idp request --name-id alice --index one \
	    --now $((now - 5)))
	too_late ctl ticket <<< "${before[0]}"
	too_late pam 192.0.2.1 portal alice authenticate <<< "${before[0]}"
	gate_stop
	gate_start
	too_late ctl ticket <<< "${before[0]}"
	ctl ticket <<< "${before[1]}"
	ctl ticket <<< "$bob"
	ctl ticket <<< "$stranger"
	sign_in alice one --now $((now - 4))
	# all of them; nothing that was refused is used up by it
	late=$(response alice --now $((now - 4)) --session-index three)
	receive < <(from_idp request --name-id alice --now $((now - 3)))
	too_late ctl ticket <<< "$late"
	too_late ctl ticket <<< "$late"
	sign_in alice three
	is open "$(of "$session" state)"
}

@test "a request is good once, also across a restart" {
	from_idp request --name-id alice --now $(($(date +%s) - 5)) \
	    > "$BATS_TEST_TMPDIR/url"
	receive < "$BATS_TEST_TMPDIR/url"
	sign_in alice one
	receive 1 < "$BATS_TEST_TMPDIR/url"
	logged logout_receive replay
	gate_stop
	gate_start
	receive 1 < "$BATS_TEST_TMPDIR/url"
	logged logout_receive replay
	is open "$(of "$session" state)"
	# another one of the same ID is a replay as well
	receive < <(from_idp request --name-id bob --id _same)
	receive 1 < <(from_idp request --name-id alice --id _same)
	is open "$(of "$session" state)"
}

# stays REASON OPTION...: such a request is refused, and nothing ends.
stays() {
	local reason=$1
	shift
	receive 1 < <(from_idp request --name-id alice "$@")
	logged logout_receive "$reason"
	is '' "$output"
	is open "$(of "$session" state)"
}

@test "what is refused ends nothing, and uses nothing up" {
	sign_in alice one
	for binding in redirect post; do
		stays signature_missing --sign none --binding $binding
		stays logout_expired --not-on-or-after -9 --binding $binding
		stays issue_instant --now $(($(date +%s) + 60)) \
		    --binding $binding
		stays destination --destination "$ACS" --binding $binding
		stays issuer_unknown --entity-id https://x.example \
		    --binding $binding
		stays signature_algorithm --digest sha1 --binding $binding
		FROM=$keys/other stays signature_invalid --binding $binding
		FROM=$keys/other stays signature_invalid --entity-id "$IDP" \
		    --binding $binding
	done
	# the name is another's at another IdP
	FROM=$keys/other receive < <(FROM=$keys/other from_idp request \
	    --name-id alice --entity-id "$OTHER")
	is 0 "$(field ended)"
	is open "$(of "$session" state)"
	# refused for what was done to it on its way, and then good
	url=$(from_idp request --name-id alice)
	receive 1 <<< "${url/SAMLRequest=/SAMLRequest=A}"
	receive 1 <<< "$url&RelayState=x"
	receive 1 <<< "$url&SAMLRequest=x"
	is open "$(of "$session" state)"
	receive <<< "$url"
	is ended "$(of "$session" state)"
}

@test "a query string is taken as well as a URL" {
	sign_in alice one
	url=$(from_idp request --name-id alice --relay-state x)
	receive <<< "${url#*\?}"
	is 1 "$(field ended)"
}

@test "what is neither a URL nor a form is not sent on" {
	receive 1 <<< 'hello'
	[[ $stderr == *'neither a URL'* ]]
	receive 1 < /dev/null
	# what is pasted at a terminal would be cut
	run -2 script -qec "'$BUILD/gatehousectl' --socket '$GATE/gate.sock' \
	    logout receive" /dev/null < /dev/null
	[[ $output == *'no message on standard input'* ]]
}

@test "an IdP that takes no logout messages gets none" {
	FROM=$keys/mute
	ticket=$(GATE=$BATS_TEST_TMPDIR/x "$BUILD/test-idp" respond \
	    --dir "$keys/mute" --sp "$SP" --acs "$ACS" --name-id carol |
	    ctl ticket)
	pam 192.0.2.1 portal carol authenticate open_session <<< "$ticket"
	receive < <(from_idp request --name-id carol \
	    --entity-id https://mute.example/metadata)
	is 1 "$(field ended)"
	is null "$(field url)"
	[[ $(field detail) == *'no SingleLogoutService'* ]]
}

# begin [OPTION...]: a logout from here; the answer is in $output.
begin() {
	run --separate-stderr -0 ctl --json logout start "$@"
	echo "$output $stderr"
}

@test "here, redirect: the session ends, the IdP is asked, and answers" {
	sign_in alice one --name-id-format \
	    urn:oasis:names:tc:SAML:2.0:nameid-format:persistent
	begin "$session"
	is 1 "$(field ended)"
	is ended "$(of "$session" state)"
	is administrator "$(of "$session" end_reason)"
	url=$(field url)
	[[ $url == "$IDP_SLO&SAMLRequest="* ]]
	signed_url "$url"
	xml_of "$url" > "$BATS_TEST_TMPDIR/asked"
	id=$(at '/*/@ID' "$BATS_TEST_TMPDIR/asked")
	is "$(field request_id)" "$id"
	is alice "$(at '//*[local-name()="NameID"]' "$BATS_TEST_TMPDIR/asked")"
	is urn:oasis:names:tc:SAML:2.0:nameid-format:persistent \
	    "$(at '//*[local-name()="NameID"]/@Format' \
	    "$BATS_TEST_TMPDIR/asked")"
	is one "$(at '//*[local-name()="SessionIndex"]' \
	    "$BATS_TEST_TMPDIR/asked")"
	receive < <(from_idp response --in-response-to "$id")
	is complete "$(field state)"
	is urn:oasis:names:tc:SAML:2.0:status:Success "$(field status)"
	# once
	receive 1 < <(from_idp response --in-response-to "$id")
	logged logout_receive request_unknown
}

@test "here, post: likewise" {
	sign_in alice one
	begin --post "$session"
	is "$IDP_SLO" "$(field url)"
	is SAMLRequest "$(field field)"
	field message | base64 -d > "$BATS_TEST_TMPDIR/asked"
	signed_xml "$BATS_TEST_TMPDIR/asked" LogoutRequest
	receive < <(from_idp response --binding post \
	    --in-response-to "$(field request_id)")
	is complete "$(field state)"
}

@test "here: the IdP's word for what it could not do is told" {
	for word in 'partial Success PartialLogout' \
	    'partial Responder PartialLogout' 'failed Responder' \
	    'failed Requester RequestDenied'; do
		set -- $word
		sign_in alice one
		begin "$session"
		receive 1 < <(from_idp response --status "$2" \
		    ${3:+--status-second "$3"} \
		    --in-response-to "$(field request_id)")
		is "$1" "$(field state)"
		is "urn:oasis:names:tc:SAML:2.0:status:$2" "$(field status)"
		logged logout_response granted "$1"
	done
}

@test "here: an answer to nothing, or of another IdP, burns nothing" {
	sign_in alice one
	begin "$session"
	id=$(field request_id)
	receive 1 < <(from_idp response --in-response-to _never)
	logged logout_receive request_unknown
	FROM=$keys/other receive 1 < <(FROM=$keys/other from_idp response \
	    --entity-id "$OTHER" --in-response-to "$id")
	logged logout_receive request_mismatch
	receive 1 < <(from_idp response --sign none --in-response-to "$id")
	# an AuthnRequest is answered by another message
	authn=$(ctl --json sso start --idp "$IDP" | jq -r .request_id)
	receive 1 < <(from_idp response --in-response-to "$authn")
	logged logout_receive request_unknown
	receive < <(from_idp response --in-response-to "$id")
	is complete "$(field state)"
}

@test "here: a session without an IdP ends, and nobody is asked" {
	ctl user add bob <<< 'correct horse battery staple'
	uri=$(ctl otp enroll --no-confirm bob)
	pam 192.0.2.1 portal bob authenticate open_session \
	    <<< "correct horse battery staple
$(otp_code "$uri")"
	session=$(decision session)
	begin "$session"
	is 1 "$(field ended)"
	is null "$(field url)"
	is ended "$(of "$session" state)"
}

@test "here: without a key it ends all the same" {
	sign_in alice one
	gate_stop
	gate_set saml key ''
	gate_set saml certificate ''
	gate_start
	begin "$session"
	is null "$(field url)"
	[[ $(field detail) == *'set [saml] key'* ]]
	is ended "$(of "$session" state)"
	# a person is told too, and a script's log
	run --separate-stderr -0 ctl logout start "$session"
	is complete "$output"
	[[ $stderr == *'the IdP is not told: '*'set [saml] key'* ]]
}

@test "without slo_url: it ends all the same, and it is said why no more" {
	sign_in alice one
	gate_stop
	gate_set saml slo_url ''
	gate_start
	begin "$session"
	is 1 "$(field ended)"
	is null "$(field url)"
	[[ $(field detail) == *'[saml] slo_url is not set' ]]
	is ended "$(of "$session" state)"
	# nor does anything come in
	receive 1 < <(from_idp request --name-id alice)
	logged logout_receive destination \
	    'a LogoutRequest has come, but [saml] slo_url is not set'
}

@test "here: its process is ended" {
	hold alice one
	begin "$session"
	is complete "$(field state)"
	[[ $(field url) == "$IDP_SLO&"* ]]
	run ! alive "$pid"
}

@test "here: there must be such a session" {
	run --separate-stderr -1 ctl logout start nonsense
	[[ $stderr == *'there is no such session'* ]]
}

@test "for people: what to send back, and nothing else, on standard output" {
	sign_in alice one
	run --separate-stderr -0 ctl logout start "$session"
	[[ $output == "$IDP_SLO&SAMLRequest="* ]]
	is 1 "${#lines[@]}"
	sign_in alice two
	run --separate-stderr -0 ctl logout receive < <(from_idp request \
	    --name-id alice --binding post --relay-state r)
	is "$IDP_DONE" "${lines[0]}"
	[[ ${lines[1]} == 'SAMLResponse '* ]]
	is 'RelayState r' "${lines[2]}"
}
