#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The IdP of the tests, held against tools that know nothing of it: a test
# that runs on wrong Responses proves nothing.

SP=https://sp.example/metadata
ACS=https://sp.example/acs
SCHEMA=/usr/share/simplesamlphp/schemas/saml-schema-protocol-2.0.xsd
PROTOCOL=urn:oasis:names:tc:SAML:2.0:protocol
SAML=urn:oasis:names:tc:SAML:2.0:assertion
KEYS="rsa2048 rsa3072 ec256"

setup_file() {
	IDP=$(realpath "${BUILD:-$BATS_TEST_DIRNAME/../../build}/test-idp")
	export IDP
	for key in $KEYS; do
		"$IDP" keys --dir "$BATS_FILE_TMPDIR/$key" --key "$key"
		openssl x509 -in "$BATS_FILE_TMPDIR/$key/cert.pem" -noout \
		    -pubkey >"$BATS_FILE_TMPDIR/$key/public.pem"
	done
	cat >"$BATS_FILE_TMPDIR/sp.xml" <<-END
	<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"
	    entityID="$SP"><md:SPSSODescriptor
	    protocolSupportEnumeration="$PROTOCOL"><md:AssertionConsumerService
	    index="0" Location="$ACS"
	    Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"/>
	    </md:SPSSODescriptor></md:EntityDescriptor>
	END
}

setup() {
	cd "$BATS_TEST_TMPDIR"
}

# respond KEY OPTIONS...: leaves r.xml.
respond() {
	"$IDP" respond --dir "$BATS_FILE_TMPDIR/$1" --sp "$SP" --acs "$ACS" \
	    --name-id alice --format xml "${@:2}" >r.xml
}

# verify ELEMENT KEY-OPTIONS...: checks that element's own signature.
verify() {
	xmlsec1 --verify --id-attr:ID "$PROTOCOL:Response" \
	    --id-attr:ID "$SAML:Assertion" --node-xpath \
	    "//*[local-name()='$1']/*[local-name()='Signature']" \
	    "${@:2}" r.xml
}

# With the key given, and KeyInfo not read at all.
verify_by_key() {
	verify "$1" --enabled-key-data key-name \
	    --pubkey-pem "$BATS_FILE_TMPDIR/$2/public.pem"
}

value() {
	xmllint --xpath "string($1)" r.xml
}

count() {
	xmllint --xpath "count($1)" r.xml
}

is() {
	[ "$1" = "$2" ] || {
		echo "\"$1\" is not \"$2\""
		return 1
	}
}

at() {
	printf "//*[local-name()='%s']" "$1"
}

after_issuer() {
	printf "//*[local-name()='%s']/*[local-name()='Issuer']%s" "$1" \
	    "/following-sibling::*[1][local-name()='Signature']"
}

bats_require_minimum_version 1.5.0

@test "every key and digest signs what it says, by the schema" {
	for key in $KEYS; do
		for digest in sha1 sha256 sha384 sha512; do
			respond $key --sign both --digest $digest
			xmllint --nonet --noout --schema "$SCHEMA" r.xml
			verify_by_key Response $key
			verify_by_key Assertion $key
			is "$(value "$(at SignatureMethod)/@Algorithm" |
			    sed 's/.*[#-]//')" $digest
			is "$(value "$(at DigestMethod)/@Algorithm" |
			    sed 's/.*#//')" $digest
		done
	done
}

@test "--sign chooses what is signed" {
	respond ec256 --sign none
	is "$(count "$(at Signature)")" 0
	respond ec256 --sign assertion
	is "$(count "$(at Signature)")" 1
	is "$(count "$(after_issuer Assertion)")" 1
	verify_by_key Assertion ec256
	respond ec256 --sign response
	is "$(count "$(at Signature)")" 1
	is "$(count "$(after_issuer Response)")" 1
	verify_by_key Response ec256
	respond ec256 --sign both
	is "$(count "$(at Signature)")" 2
	is "$(count "$(after_issuer Response)")" 1
	is "$(count "$(after_issuer Assertion)")" 1
}

@test "the certificate in KeyInfo is the one of the metadata" {
	respond rsa2048
	verify Assertion \
	    --trusted-pem "$BATS_FILE_TMPDIR/rsa2048/cert.pem"
	is "$(value "$(at X509Certificate)" | tr -d '\n')" "$(xmllint --xpath \
	    "string($(at X509Certificate))" \
	    "$BATS_FILE_TMPDIR/rsa2048/metadata.xml")"
}

@test "a changed byte and a foreign key are noticed" {
	respond rsa2048
	run ! verify_by_key Assertion rsa3072
	sed -i 's/>alice</>alicf</' r.xml
	run ! verify_by_key Assertion rsa2048
}

@test "the options arrive where they belong" {
	respond ec256 --now 1767225600 --not-before -5 --not-on-or-after 7 \
	    --session-not-on-or-after 60 --session-index s1 \
	    --in-response-to _request --recipient https://r.example/ \
	    --destination https://d.example/ --audience urn:a --audience urn:b \
	    --authn-context urn:ctx --assertion-id _mine \
	    --name-id-format urn:fmt --attribute 'cn=Å & <B>=C' \
	    --attribute group=x --attribute group=y
	xmllint --nonet --noout --schema "$SCHEMA" r.xml
	verify_by_key Assertion ec256
	is "$(value "/*/@IssueInstant")" 2026-01-01T00:00:00Z
	is "$(value "/*/@Destination")" https://d.example/
	is "$(value "/*/@InResponseTo")" _request
	is "$(value "$(at Assertion)/@ID")" _mine
	is "$(value "$(at Assertion)/@IssueInstant")" 2026-01-01T00:00:00Z
	is "$(value "$(at NameID)")" alice
	is "$(value "$(at NameID)/@Format")" urn:fmt
	local data
	data=$(at SubjectConfirmationData)
	is "$(value "$data/@InResponseTo")" _request
	is "$(value "$data/@Recipient")" https://r.example/
	is "$(value "$data/@NotOnOrAfter")" 2026-01-01T00:00:07Z
	is "$(value "$(at Conditions)/@NotBefore")" 2025-12-31T23:59:55Z
	is "$(value "$(at Conditions)/@NotOnOrAfter")" 2026-01-01T00:00:07Z
	is "$(count "$(at AudienceRestriction)/*")" 2
	is "$(value "$(at AudienceRestriction)/*[1]")" urn:a
	is "$(value "$(at AudienceRestriction)/*[2]")" urn:b
	is "$(value "$(at AuthnStatement)/@AuthnInstant")" 2026-01-01T00:00:00Z
	is "$(value "$(at AuthnStatement)/@SessionIndex")" s1
	is "$(value "$(at AuthnStatement)/@SessionNotOnOrAfter")" \
	    2026-01-01T00:01:00Z
	is "$(value "$(at AuthnContextClassRef)")" urn:ctx
	is "$(value "$(at Attribute)[@Name='cn']/*")" 'Å & <B>=C'
	is "$(count "$(at Attribute)[@Name='group']/*")" 2
	is "$(value "$(at Attribute)[@Name='group']/*[2]")" y
}

@test "unasked, nothing claims to be an answer" {
	respond ec256
	is "$(count "//@InResponseTo")" 0
	is "$(value "/*/@Destination")" "$ACS"
	is "$(value "$(at SubjectConfirmationData)/@Recipient")" "$ACS"
	is "$(value "$(at Audience)")" "$SP"
	is "$(value "/*/*[1]")" https://idp.example/metadata
	is "$(value "$(at NameID)/@Format")" \
	    urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified
}

@test "the forms hold the same message" {
	respond ec256 --sign none --format base64
	base64 -d r.xml | xmllint --noout -
	respond ec256 --format deflate
	php -r 'echo gzinflate(base64_decode(file_get_contents("r.xml"), true));' \
	    >inflated.xml
	mv inflated.xml r.xml
	verify_by_key Assertion ec256
}

@test "--count gives different Responses, one a line" {
	"$IDP" respond --dir "$BATS_FILE_TMPDIR/ec256" --sp "$SP" --acs "$ACS" \
	    --name-id-prefix user --count 20 >lines
	is "$(wc -l <lines)" 20
	local n=0 line
	while read -r line; do
		n=$((n + 1))
		base64 -d <<<"$line" >r.xml
		verify_by_key Assertion ec256
		is "$(value "$(at NameID)")" "user$n"
		value "/*/@ID" >>ids
		value "$(at Assertion)/@ID" >>ids
		value "$(at AuthnStatement)/@SessionIndex" >>ids
	done <lines
	is "$(sort -u ids | wc -l)" 60
	is "$("$IDP" respond --dir "$BATS_FILE_TMPDIR/ec256" --sp "$SP" \
	    --acs "$ACS" --name-id 'a%db' --count 3 | tail -n 1 | base64 -d |
	    grep -c '>a3b<')" 1
}

@test "--size comes within a few hundred bytes" {
	local size off
	for size in 7000 200000; do
		respond rsa2048 --size $size
		xmllint --nonet --noout --schema "$SCHEMA" r.xml
		verify_by_key Assertion rsa2048
		off=$(($(wc -c <r.xml) - size))
		[ ${off#-} -lt 300 ]
	done
}

# answer OPTIONS...: the Response to the request on standard input.
answer() {
	"$IDP" answer --dir "$BATS_FILE_TMPDIR/ec256" --format xml \
	    --sp-metadata "$BATS_FILE_TMPDIR/sp.xml" --name-id bob "$@" >r.xml
}

answered() {
	verify_by_key Assertion ec256
	is "$(value "/*/@InResponseTo")" _asked
	is "$(value "$(at SubjectConfirmationData)/@InResponseTo")" _asked
	is "$(value "$(at NameID)")" bob
	is "$(value "$(at Audience)")" "$SP"
	is "$(value "/*/@Destination")" "$ACS"
	xmllint --nonet --noout --schema "$SCHEMA" r.xml
}

@test "an AuthnRequest is answered in each of its forms" {
	cat >request.xml <<-END
	<samlp:AuthnRequest xmlns:samlp="$PROTOCOL" ID="_asked" Version="2.0"
	    IssueInstant="2026-01-01T00:00:00Z"
	    Destination="https://idp.example/sso"><saml:Issuer
	    xmlns:saml="$SAML">$SP</saml:Issuer></samlp:AuthnRequest>
	END
	local query
	query=SAMLRequest=$(php -r 'echo urlencode(base64_encode(gzdeflate(
	    file_get_contents("request.xml"))));')
	answer <request.xml
	answered
	base64 request.xml | answer
	answered
	base64 -w0 request.xml | answer
	answered
	answer <<<"$query"
	answered
	answer <<<"https://idp.example/sso?$query&RelayState=x"
	answered
	answer --in-response-to _other <request.xml
	is "$(value "/*/@InResponseTo")" _other
	sed "s|>$SP<|>https://stranger.example/<|" request.xml >stranger.xml
	run ! answer <stranger.xml
	run ! answer <<<garbage
	run ! answer </dev/null
}

@test "the private key is nobody else's to read" {
	is "$(stat -c %a "$BATS_FILE_TMPDIR/ec256/key.pem")" 600
}

@test "what makes no sense is refused" {
	run ! "$IDP"
	run ! "$IDP" nonsense
	run ! "$IDP" keys
	run ! "$IDP" keys --dir . --key rsa1024
	run ! "$IDP" keys --dir . --name-id x
	run ! "$IDP" keys --dir ./no/such/folder
	run ! respond none-there
	run ! respond ec256 --now noon
	run ! respond ec256 --attribute novalue
	run ! respond ec256 --count 2
	run ! respond ec256 --name-id-prefix both
	run ! respond ec256 stray
	run "$IDP" --help
	is "$status" 0
}
