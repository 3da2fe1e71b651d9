#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What IdPs get to see of us, held against tools that know nothing of it: the
# schemas of SAML, xmlsec1, and lasso in the IdP of the tests.

bats_require_minimum_version 1.5.0

MD=urn:oasis:names:tc:SAML:2.0:metadata

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	. tests/gate.sh
	export BUILD SP ACS
	cd "$BATS_FILE_TMPDIR" || return 1
	certificate rsa -newkey rsa:2048
	certificate other -newkey rsa:2048
	certificate ec -newkey ec -pkeyopt ec_paramgen_curve:P-384
	# of the extensions that we use, the schemas know nothing of each other
	cat > schema.xsd <<-END
		<schema xmlns="http://www.w3.org/2001/XMLSchema">
		<import namespace="$MD"
		 schemaLocation="/usr/share/xml/opensaml/saml-schema-metadata-2.0.xsd"/>
		<import namespace="urn:oasis:names:tc:SAML:metadata:ui"
		 schemaLocation="/usr/share/xml/opensaml/sstc-saml-metadata-ui-v1.0.xsd"/>
		</schema>
	END
	# what they name by the URLs of the W3C
	{
		echo '<catalog xmlns="urn:oasis:names:tc:entity:xmlns:xml:catalog">'
		for url in 2001/xml.xsd \
		    TR/2002/REC-xmlenc-core-20021210/xenc-schema.xsd \
		    TR/2002/REC-xmldsig-core-20020212/xmldsig-core-schema.xsd; do
			echo "<system systemId='http://www.w3.org/$url'"
			echo " uri='/usr/share/xml/xmltooling/${url##*/}'/>"
		done
		echo '</catalog>'
	} > catalog.xml
}

# certificate NAME OPTION...: a key and its certificate.
certificate() {
	local name=$1
	shift
	openssl req -x509 -nodes -days 30 -subj "/CN=$name" -keyout "$name.key" \
	    -out "$name.crt" "$@" 2>> openssl.log
	chmod 0600 "$name.key"
}

setup() {
	umask 022
	cd "$BATS_TEST_TMPDIR"
	KEYS=$BATS_FILE_TMPDIR
	cat > gate.conf <<-END
		[saml]
		entity_id = $SP
		acs_url = $ACS
		composer_program = $BUILD/gatehouse-compose
	END
}

teardown() {
	[ -z "${GATE_PID:-}" ] || gate_stop
}

# sp STATUS ARGUMENT...: standard output in m.xml, the rest in $stderr.
sp() {
	local wanted=$1

	shift
	run --separate-stderr "-$wanted" \
		"$BUILD/gatehousectl" --config gate.conf sp metadata "$@"
	printf '%s' "$output" > m.xml
}

keys() {
	cat >> gate.conf <<-END
		key = $KEYS/$1.key
		certificate = $KEYS/$2.crt
	END
}

all() {
	cat >> gate.conf <<-END
		slo_url = https://portal.example/gate/slo
		rollover_key = $KEYS/other.key
		rollover_certificate = $KEYS/other.crt
		display_name = Größe & <Co> "KG"
		contact = ops@example.org
		requested_attributes = urn:oid:0.9.2342.19200300.100.1.3 role
		name_id_format = urn:oasis:names:tc:SAML:2.0:nameid-format:persistent
	END
}

valid() {
	XML_CATALOG_FILES=$KEYS/catalog.xml xmllint --nonet --noout \
	    --schema "$KEYS/schema.xsd" "${1:-m.xml}"
}

# verify NAME: the signature of the whole is by this key.
verify() {
	xmlsec1 --verify --id-attr:ID "$MD:EntityDescriptor" \
	    --enabled-key-data key-name --pubkey-cert-pem "$KEYS/$1.crt" m.xml
}

value() {
	xmllint --xpath "string($1)" m.xml
}

is() {
	[ "$1" = "$2" ] || {
		echo "\"$1\" is not \"$2\""
		return 1
	}
}

has() {
	grep -qE -- "$2" <<< "$1" || {
		echo "no \"$2\" in: $1"
		return 1
	}
}

@test "metadata is there before an IdP is, and valid" {
	sp 0
	valid
	is "$(value '/*/@entityID')" "$SP"
	is "$(value "//*[local-name()='AssertionConsumerService']/@Location")" \
	    "$ACS"
	is "$(value "count(//*[local-name()='KeyDescriptor'])")" 0
}

@test "the schema that it is held against finds what is wrong" {
	sp 0
	sed 's/WantAssertionsSigned="true"/WantAssertionsSigned="maybe"/' \
	    m.xml > bad.xml
	run ! valid bad.xml
	all
	keys rsa rsa
	sp 0
	valid
	sed 's/DisplayName xml:lang="en"/DisplayName/' m.xml > bad.xml
	run ! valid bad.xml
}

@test "signed, with all there is: valid, and by the key that it is of" {
	local kind

	cp gate.conf least.conf
	for kind in rsa ec; do
		cp least.conf gate.conf
		keys "$kind" "$kind"
		all
		sp 0 --signed
		valid
		verify "$kind"
		run ! verify other
		is "$(value "//*[local-name()='DisplayName']")" \
		    'Größe & <Co> "KG"'
		cp m.xml first.xml
		sed -i 's,portal.example/gate/acs,evil.example/gate/acs,' m.xml
		run ! verify "$kind"
	done
	# what is not signed anew stays as it is
	cp least.conf gate.conf
	keys rsa rsa
	all
	sp 0 --signed
	cp m.xml first.xml
	sp 0 --signed
	cmp first.xml m.xml
}

@test "the certificate that IdPs see is ours" {
	keys rsa rsa
	sp 0
	value "//*[@use='signing']//*[local-name()='X509Certificate']" |
		base64 -d | openssl x509 -inform der -out seen.pem
	cmp <(openssl x509 -in "$KEYS/rsa.crt") seen.pem
	! grep -q PRIVATE m.xml
}

@test "without a key there is nothing to sign with" {
	sp 4 --signed
	has "$stderr" 'sp metadata: \[saml\] key is not set'
	is "$(cat m.xml)" ""
}

@test "keys that do not fit are told, here and by config check" {
	keys rsa other
	sp 4
	has "$stderr" '\[saml\] certificate is not that of \[saml\] key'
	run -1 "$BUILD/gatehousectl" --config gate.conf config check
	has "$output" 'gate.conf: \[saml\] certificate is not that of'
	sed -i '/^key/d; /^certificate/d' gate.conf
	cp "$KEYS/rsa.key" open.key
	chmod 0644 open.key
	printf 'key = %s\ncertificate = %s\n' "$PWD/open.key" "$KEYS/rsa.crt" \
	    >> gate.conf
	sp 4
	has "$stderr" "$PWD/open.key: "
}

@test "without an SP, or its program, there is no metadata" {
	sed -i 's,^composer_program.*,composer_program = /nonexistent,' gate.conf
	sp 4
	has "$stderr" '/nonexistent: No such file'
	sed -i '/^entity_id/d' gate.conf
	sp 4
	has "$stderr" '\[saml\] entity_id is not set'
	sp 2 extra
}

# A whole gate: the request that it sends, and the metadata that says who it is,
# are both for lasso to judge.
@test "lasso takes our request, by our metadata" {
	local begun binding

	. "$BATS_TEST_DIRNAME/gate.sh"
	gate_make gate
	gate_set saml key "$KEYS/rsa.key"
	gate_set saml certificate "$KEYS/rsa.crt"
	"$BUILD/gatehousectl" --config "$GATE/gatehouse.conf" sp metadata \
	    --signed > sp.xml
	gate_start
	for binding in "" --post; do
		begun=$(ctl --json sso start ${binding:+"$binding"})
		jq -r '.message // .url' <<< "$begun" |
		    "$BUILD/test-idp" answer --dir "$GATE/idp" \
			--sp-metadata sp.xml --name-id alice --format xml > m.xml
		is "$(value '/*/@InResponseTo')" \
		    "$(jq -r .request_id <<< "$begun")"
		is "$(value '/*/@Destination')" "$ACS"
	done
	# lasso did look at the signature
	jq -r .message <<< "$begun" | base64 -d |
	    sed 's/AllowCreate="true"/AllowCreate="false"/' | base64 -w 0 > changed
	run ! "$BUILD/test-idp" answer --dir "$GATE/idp" --sp-metadata sp.xml \
	    --name-id alice --format xml < changed
}
