#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gatehouse-metadata against a web server of the tests' own: what is taken,
# what is not, and that the good document survives it all.

bats_require_minimum_version 1.5.0

MD=urn:oasis:names:tc:SAML:2.0:metadata
DS=http://www.w3.org/2000/09/xmldsig
MORE=http://www.w3.org/2001/04/xmldsig-more
EXC=http://www.w3.org/2001/10/xml-exc-c14n

setup_file() {
	BUILD=$(realpath -e "${BUILD:-$BATS_TEST_DIRNAME/../build}")
	export BUILD
	cd "$BATS_FILE_TMPDIR"
	local name
	for name in signer other tls; do
		openssl req -x509 -newkey rsa:2048 -nodes -keyout "$name.key" \
			-out "$name.pem" -subj "/CN=localhost" -days 2 2> /dev/null
	done
	chmod 644 ./*.pem
}

setup() {
	umask 022
	cd "$BATS_TEST_TMPDIR"
	keys=$BATS_FILE_TMPDIR
	mkdir www
	serve "$PWD"
	base=http://127.0.0.1:$(cat port)
	file=$PWD/idp/fed.xml
	mkdir idp
	configure "$base/both/fed.xml"
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
	[ -z "${tls_server:-}" ] || kill "$tls_server"
	[ -z "${GATE_PID:-}" ] || kill "$GATE_PID"
}

# serve DIR [ARGUMENT...]: starts a web server, its pid in $server.
serve() {
	local i
	python3 "$BATS_TEST_DIRNAME/metadata/server.py" "$@" 3>&- &
	server=$!
	for i in $(seq 200); do
		[ ! -e "$1/port" ] || return 0
		sleep 0.05
	done
	echo "the server did not come up ($i)"
	return 1
}

# configure URL [LINE...]: a gate.conf with this one source, called fed.
configure() {
	{
		cat <<-END
			[gate]
			socket = $PWD/gate.sock
			[saml]
			entity_id = https://sp.example/metadata
			acs_url = https://sp.example/acs
			idp_metadata = $PWD/idp
			worker_program = $BUILD/gatehouse-saml
			[metadata fed]
			url = $1
			file = $file
		END
		shift
		printf '%s\n' "$@"
	} > gate.conf
}

# entities NAME...: EntityDescriptors of IdPs.
entities() {
	local name
	for name in "$@"; do
		cat <<-END
			<md:EntityDescriptor entityID="https://$name.example/idp">
			<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
			<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="$DS#"><ds:X509Data><ds:X509Certificate>
			$(grep -v -e - "$keys/signer.pem")
			</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>
			<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://$name.example/sso"/>
			</md:IDPSSODescriptor></md:EntityDescriptor>
		END
	done
}

# federation ATTRIBUTES [NAME...]: an aggregate, unsigned.
federation() {
	local attributes=$1
	shift
	cat <<-END
		<?xml version="1.0"?>
		<md:EntitiesDescriptor xmlns:md="$MD" ID="_all" $attributes>
		$(entities "$@")
		</md:EntitiesDescriptor>
	END
}

# signed KEY METHOD ATTRIBUTES [NAME...]: the same, signed.
signed() {
	local key=$1 method=$2
	shift 2
	federation "$@" | awk -v signature="$(cat <<-END
		<ds:Signature xmlns:ds="$DS#"><ds:SignedInfo>
		<ds:CanonicalizationMethod Algorithm="$EXC#"/>
		<ds:SignatureMethod Algorithm="$method"/>
		<ds:Reference URI="#_all"><ds:Transforms>
		<ds:Transform Algorithm="$DS#enveloped-signature"/>
		<ds:Transform Algorithm="$EXC#"/></ds:Transforms>
		<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>
		<ds:DigestValue/></ds:Reference></ds:SignedInfo>
		<ds:SignatureValue/></ds:Signature>
	END
	)" '{ print } /<md:EntitiesDescriptor/ { print signature }' > unsigned.xml
	xmlsec1 --sign --privkey-pem "$keys/$key.key" \
		--id-attr:ID "$MD:EntitiesDescriptor" unsigned.xml
}

# publish: puts standard input on the web server, whole.
publish() {
	cat > www/new
	mv www/new www/fed.xml
}

# look STATUS [ARGUMENT...]: a run of gatehouse-metadata.
look() {
	local wanted=$1
	shift
	run --separate-stderr "-$wanted" "$BUILD/gatehouse-metadata" \
		--config gate.conf "$@"
}

# state FIELD: of the source's state.
state() {
	jq -r ".$1" "$file.state"
}

has() {
	grep -qE -- "$2" <<< "$1" || {
		echo "no \"$2\" in: $1"
		return 1
	}
}

is() {
	[ "$1" = "$2" ] || {
		echo "\"$1\" is not \"$2\""
		return 1
	}
}

# refused WORDS [ARGUMENT...]: a look that must fail and change nothing.
refused() {
	local words=$1 before
	shift
	before=$(cat "$file" 2> /dev/null | sha256sum)
	look 1 --force "$@"
	has "$stderr" "$words"
	is "$(cat "$file" 2> /dev/null | sha256sum)" "$before"
	has "$(state last_error)" "$words"
	[ "$(state failures)" -gt 0 ]
	is "$(ls idp | grep -vxE 'fed\.xml(\.(state|lock))?|other\.xml')" ''
}

# good: a good document of a, b, c and d is in place.
good() {
	federation '' a b c d | publish
	look 0
	is "$(state entities)" 4
}

@test "what is fetched is put in place, with what is known of it" {
	federation 'validUntil="2096-11-22T00:00:00Z" cacheDuration="PT6H"' a b |
		publish
	before=$(date +%s)
	look 0
	cmp www/fed.xml "$file"
	is "$(stat -c %a "$file")" 644
	is "$(stat -c %a "$file.state")" 644
	is "$(state url)" "$base/both/fed.xml"
	is "$(state entities)" 2
	is "$(state cache_duration)" 21600
	is "$(state valid_until)" "$(date -ud 2096-11-22 +%s)"
	is "$(state last_error)" null
	[ "$(state fetched)" -ge "$before" ]
	# half of the cacheDuration, less a tenth at the most
	[ "$(state next)" -le $(($(state fetched) + 10800)) ]
	[ "$(state next)" -ge $(($(state fetched) + 9720)) ]
	has "$stderr" 'gatehoused does not run'
	has "$(cat log)" 'agent=gatehouse-metadata/'
}

@test "it looks again before half of what is left of validUntil is over" {
	federation "validUntil=\"$(date -ud '+2 hours' +%FT%TZ)\"" a | publish
	look 0
	left=$(($(state next) - $(state checked)))
	[ "$left" -le 3600 ] && [ "$left" -ge 3230 ]
}

@test "it looks when it is due, when forced, and at those named" {
	good
	look 0
	is "$(wc -l < log)" 1
	look 2 other
	has "$stderr" 'there is no \[metadata other\]'
	look 0 --force fed
	is "$(wc -l < log)" 2
	# its time has come
	jq '.next = 1' "$file.state" > new
	mv new "$file.state"
	look 0
	is "$(wc -l < log)" 3
	# a clock that was wrong is no reason to wait
	jq '.next = 9999999999 | .checked = 9999999998' "$file.state" > new
	mv new "$file.state"
	look 0
	is "$(wc -l < log)" 4
	rm "$file"
	look 0
	is "$(wc -l < log)" 5
	cmp www/fed.xml "$file"
	# what was planned by a longer refresh does not count
	configure "$base/both/fed.xml" 'refresh = 1h'
	look 0
	is "$(wc -l < log)" 6
	look 0
	is "$(wc -l < log)" 6
}

@test "304: the document stays, and counts as fetched now" {
	good
	touch -d 2001-01-01 "$file"
	jq '.fetched = 1' "$file.state" > new
	mv new "$file.state"
	inode=$(stat -c %i "$file")
	look 0 --force
	has "$(tail -n 1 log)" '^/both/fed.xml 304 etag="[0-9a-f]+" since=[A-Z]'
	is "$(stat -c %i "$file")" "$inode"
	[ "$(stat -c %Y "$file")" -gt 1000000000 ]
	[ "$(state fetched)" -gt 1000000000 ]
	has "$stderr" 'unchanged'
	# nothing to read anew, so nobody is asked to
	[[ $stderr != *gatehoused* ]]
}

@test "304 with a cacheDuration is news to gatehoused" {
	federation 'cacheDuration="PT6H"' a | publish
	look 0
	look 0 --force
	has "$(tail -n 1 log)" ' 304 '
	has "$stderr" gatehoused
}

@test "Last-Modified alone will do, and no mark at all" {
	configure "$base/modified/fed.xml"
	good
	look 0 --force
	has "$(tail -n 1 log)" '^/modified/fed.xml 304 etag=- since=[A-Z]'
	configure "$base/plain/fed.xml"
	look 0
	look 0 --force
	has "$(tail -n 1 log)" '^/plain/fed.xml 200 etag=- since=-'
	has "$stderr" 'unchanged'
}

@test "no condition is sent for what is not what was fetched" {
	good
	echo >> "$file"
	look 0 --force
	has "$(tail -n 1 log)" ' 200 etag=- since=-'
	cmp www/fed.xml "$file"
	echo '<broken' > "$file"
	look 0 --force
	has "$stderr" 'what is in .* will not do: not well-formed'
	has "$(tail -n 1 log)" ' 200 etag=- since=-'
	cmp www/fed.xml "$file"
	echo '{"url": 1}' > "$file.state"
	look 0
	has "$stderr" 'fed.xml.state is passed over'
	has "$(tail -n 1 log)" ' 200 etag=- since=-'
	is "$(state entities)" 4
}

@test "what is no metadata of IdPs is refused" {
	good
	echo '<html>maintenance</html>' | publish
	refused 'the root is neither'
	federation '' a | head -c 500 | publish
	refused 'not well-formed'
	federation '' | publish
	refused 'no IDPSSODescriptor'
	printf '' | publish
	refused 'sent nothing'
	federation '' a b c d a | publish
	refused 'given twice'
	{
		echo '<!DOCTYPE x [<!ENTITY a "b">]>'
		federation '' a b c d | sed 1d
	} | publish
	refused DTD
	is "$(state failures)" 6
	federation '' a b c d e | publish
	look 0 --force
	is "$(state last_error)" null
	is "$(state failures)" 0
	is "$(state entities)" 5
}

@test "the first one is refused too, and leaves no file" {
	echo '<html/>' | publish
	refused 'the root is neither'
	[ ! -e "$file" ]
	is "$(state fetched)" 0
	has "$stderr" 'fetched never'
}

@test "an expired document is refused, also one that expires in place" {
	federation 'validUntil="2020-01-01T00:00:00Z"' a | publish
	refused 'has expired: it was valid until 2020-01-01'
	# one that was good when it was fetched
	cp www/fed.xml "$file"
	sum=$(sha256sum < "$file")
	jq --arg sum "${sum%% *}" '.sha256 = $sum | .etag = "\"\($sum[:16])\""' \
		"$file.state" > new
	mv new "$file.state"
	refused 'has expired'
	# the server is not asked whether it has changed
	has "$(tail -n 1 log)" ' 200 etag=- since=-'
}

@test "only what the certificate's key signed is taken" {
	configure "$base/both/fed.xml" "certificate = $keys/signer.pem"
	signed signer $MORE#rsa-sha256 '' a b | publish
	look 0
	cmp www/fed.xml "$file"
	federation '' a b | publish
	refused 'it is not signed'
	signed other $MORE#rsa-sha256 '' a b | publish
	refused 'signature does not match'
	signed signer $MORE#rsa-sha256 '' a b |
		sed 's|https://b.example/idp|https://evil.example/idp|' | publish
	refused 'signature does not match'
	signed signer $DS#rsa-sha1 '' a b | publish
	refused 'SHA-256'
	signed signer $MORE#rsa-sha256 '' a b | publish
	look 0 --force
}

@test "a new certificate counts for what is in place as well" {
	configure "$base/both/fed.xml" "certificate = $keys/signer.pem"
	signed signer $MORE#rsa-sha256 '' a b | publish
	look 0
	configure "$base/both/fed.xml" "certificate = $keys/other.pem"
	refused 'signature does not match'
	has "$(tail -n 1 log)" ' 200 etag=- '
	cat "$keys/other.pem" "$keys/signer.pem" > both.pem
	configure "$base/both/fed.xml" "certificate = $PWD/both.pem"
	look 0 --force
	configure "$base/both/fed.xml" "certificate = $PWD/none.pem"
	refused 'none.pem'
}

@test "a document that has shrunk is refused, unless one says so" {
	good
	federation '' a b | publish
	look 0 --force
	federation '' a b c d | publish
	look 0 --force
	federation '' a | publish
	refused 'fewer than 50 % of the 4 before'
	refused 'fewer than 50 % of the 4 before'
	look 0 --force --accept-shrunken
	is "$(state entities)" 1
	federation '' a b c d | publish
	look 0 --force
	# what counts is the last good one, also where its file is gone
	rm "$file"
	federation '' a | publish
	refused 'fewer than 50 % of the 4 before'
	configure "$base/both/fed.xml" 'min_entities = 0'
	look 0 --force
}

@test "a signed document that is older than the one in place is refused" {
	day() {
		signed signer $MORE#rsa-sha256 \
			"validUntil=\"$(date -ud "+$1 days" +%FT%TZ)\"" "${@:2}"
	}
	configure "$base/both/fed.xml" "certificate = $keys/signer.pem"
	day 10 a b | publish
	look 0
	# well signed, and valid still: with a key that was withdrawn, say
	day 5 a b withdrawn | publish
	refused 'it is an old one'
	refused 'it is an old one' --accept-shrunken
	day 12 a b | publish
	look 0 --force
	day 5 a b | publish
	look 0 --force --accept-older
	cmp www/fed.xml "$file"
	# TLS alone: the server is whose document it is
	configure "$base/both/fed.xml"
	day 3 a b | publish
	look 0 --force
}

@test "a document that gatehoused could not read with its others is refused" {
	good
	{ echo '<?xml version="1.0"?>'; entities x |
		sed "s|<md:EntityDescriptor |&xmlns:md=\"$MD\" |"; } > idp/other.xml
	federation '' a b c d x | publish
	refused 'x.example/idp" is given twice'
	# and so is the first one
	rm "$file"
	refused 'x.example/idp" is given twice'
	federation '' a b c d y | publish
	look 0 --force
	is "$(state entities)" 5
}

@test "a file that gatehoused does not read is told" {
	good
	[[ $stderr != *'does not take'* ]]
	mkdir elsewhere
	mv idp/fed.xml* elsewhere
	{ echo '<?xml version="1.0"?>'; entities x |
		sed "s|<md:EntityDescriptor |&xmlns:md=\"$MD\" |"; } > idp/other.xml
	file=$PWD/elsewhere/fed.xml
	configure "$base/both/fed.xml"
	federation '' a b c d e | publish
	look 0 --force
	has "$stderr" 'warning: fed: \[saml\] idp_metadata does not take .*elsewhere/fed.xml in'
}

@test "what the server does wrong is told, and changes nothing" {
	good
	for status in 404 500 304 204; do
		configure "$base/status/$status"
		refused "HTTP $status"
	done
	configure "$base/cut/x"
	refused 'transfer closed|end of response'
	configure "$base/hang/x"
	refused 'timed out' --timeout 1
	configure "$base/flood/x" 'max_size = 64K'
	refused 'larger than 65536 bytes'
	federation '' a b c d > www/fed.xml
	head -c 70000 /dev/zero | tr '\0' ' ' >> www/fed.xml
	configure "$base/both/fed.xml" 'max_size = 64K'
	refused 'larger than 65536 bytes'
	kill "$server"
	wait "$server" || true
	server=
	refused 'connect'
}

@test "it goes where it is sent, by https, and nowhere else" {
	good
	configure "$base/redirect/fed.xml"
	refused 'rotocol'
	for url in http://192.0.2.1/fed.xml http://metadata.example/ \
		http://localhost.example/ http://127.0.0.1.example/ \
		http://user@127.0.0.1/; do
		configure "$url"
		look 3 --force
		has "$stderr" 'must be an https:// URL'
	done
	configure "http://localhost:${base##*:}/both/fed.xml"
	look 0 --force
	# the environment has no say
	http_proxy=http://127.0.0.1:1 all_proxy=http://127.0.0.1:1 look 0 --force
	refused 'connect' --proxy http://127.0.0.1:1
}

@test "a server that nobody vouches for is not asked" {
	good
	mkdir tls
	ln -s ../www tls/www
	plain=$server
	serve "$PWD/tls" "$keys/tls.pem" "$keys/tls.key"
	tls_server=$server
	server=$plain
	configure "https://localhost:$(cat tls/port)/both/fed.xml"
	refused 'certificate'
	[ ! -e tls/log ]
}

@test "after failures it comes back sooner, and then less often" {
	configure "$base/status/500" 'refresh = 1d'
	wait_after() {
		look 1 --force
		is "$(state failures)" "$1"
		local seconds=$(($(state next) - $(state checked)))
		[ "$seconds" -le "$2" ] && [ "$seconds" -ge $(($2 * 9 / 10)) ]
	}
	wait_after 1 300
	wait_after 2 600
	wait_after 3 1200
	look 0
	is "$(wc -l < log)" 3
	jq '.failures = 50' "$file.state" > new
	mv new "$file.state"
	wait_after 51 86400
	federation '' a | publish
	configure "$base/both/fed.xml" 'refresh = 1d'
	look 0
	is "$(state failures)" 0
	seconds=$(($(state next) - $(state checked)))
	[ "$seconds" -le 86400 ] && [ "$seconds" -ge 77760 ]
}

@test "two runs at once do not clash" {
	good
	configure "$base/hang/x"
	"$BUILD/gatehouse-metadata" --config gate.conf --force --timeout 10 \
		2> first 3>&- &
	first=$!
	until grep -q hang log; do sleep 0.05; done
	look 0 --force
	has "$stderr" 'another run is at it'
	is "$(grep -c hang log)" 1
	# killed midway, it leaves the good one, and the lock is free
	kill -KILL $first
	wait $first || true
	cmp www/fed.xml "$file"
	configure "$base/both/fed.xml"
	look 0 --force
}

@test "a disk that is full leaves the good one" {
	good
	before=$(sha256sum < "$file")
	federation '' a b c d e f g h | publish
	# a limit on the size of files fails as a full disk does, halfway
	run --separate-stderr -1 bash -c 'trap "" XFSZ; ulimit -f 4
		exec "$0" --config gate.conf --force' "$BUILD/gatehouse-metadata"
	has "$stderr" 'cannot be written: File too large'
	is "$(sha256sum < "$file")" "$before"
	is "$(ls idp | grep -vxE 'fed\.xml(\.(state|lock))?')" ''
	look 0 --force
	cmp www/fed.xml "$file"
}

@test "a folder that is not there is told" {
	file=$PWD/none/fed.xml
	configure "$base/both/fed.xml"
	look 1
	has "$stderr" 'none/fed.xml.lock: No such file or directory; its folder'
}

@test "root does not write to a folder of somebody else" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	federation '' a | publish
	chown nobody idp
	look 1
	has "$stderr" 'idp/ belongs to uid [0-9]+: run this as that user$'
	has "$stderr" 'running as root: gatehouse-metadata.service names a better user'
	is "$(ls idp)" ''
}

@test "root judges and writes as gatehoused's user" {
	[ "$(id -u)" -eq 0 ] || skip 'needs root'
	chmod 755 "$BATS_RUN_TMPDIR" "${BATS_TEST_TMPDIR%/*}" "$PWD"
	mkdir state
	openssl req -x509 -newkey rsa:2048 -nodes -keyout state/sp.key \
		-out state/sp.pem -subj /CN=sp -days 2 2> /dev/null
	{ echo '<?xml version="1.0"?>'; entities x |
		sed "s|<md:EntityDescriptor |&xmlns:md=\"$MD\" |"; } > idp/other.xml
	chown -R nobody state idp
	# that user may not get at the folder in which all this was built
	install -m 755 "$BUILD/gatehouse-saml" saml
	configure "$base/both/fed.xml" '[store]' "path = $PWD/state/gate.db"
	sed -i "/^entity_id/a key = $PWD/state/sp.key\ncertificate = $PWD/state/sp.pem" \
		gate.conf
	sed -i "s|^worker_program = .*|worker_program = $PWD/saml|" gate.conf
	federation '' a b x | publish
	refused 'x.example/idp" is given twice'
	federation '' a b y | publish
	look 0 --force
	is "$(stat -c %U "$file" "$file.state" | sort -u)" nobody
	# without a store's folder, run_as says who
	sed -i "/^path/d; s|^socket|run_as = nobody\n&|" gate.conf
	federation '' a b x | publish
	refused 'x.example/idp" is given twice'
	sed -i 's/^run_as.*/run_as = nobody-of-that-name/' gate.conf
	look 3 --force
	has "$stderr" 'cannot become gatehoused.s user, nobody-of-that-name'
}

@test "what gatehoused could not load for another reason is refused" {
	good
	printf '[saml]\nkey = %s\ncertificate = %s\n' "$PWD/sp.key" \
		"$keys/signer.pem" >> gate.conf
	federation '' a b c d e | publish
	refused 'sp.key: '
	install -m 644 "$keys/signer.key" sp.key
	refused 'sp.key: mode 0644'
	chmod 600 sp.key
	install -m 666 "$file" idp/other.xml
	refused 'other.xml: mode 0666'
	rm idp/other.xml
	look 0 --force
	# the first one is tried as well, where no other is there
	rm idp/*
	chmod 644 sp.key
	refused 'sp.key: mode 0644'
	chmod 600 sp.key
	look 0 --force
}

@test "gatehoused reads what is new, and shows how each source is" {
	source "$BATS_TEST_DIRNAME/gate.sh"
	gate_make "$PWD/gate"
	mkdir -p "$GATE/metadata"
	file=$GATE/metadata/fed.xml
	cp "$GATE/idp/metadata.xml" "$GATE/metadata/own.xml"
	gate_set saml idp_metadata "$GATE/metadata"
	cat >> "$GATE/gatehouse.conf" <<-END
		[metadata fed]
		url = $base/both/fed.xml
		file = $file
		[metadata never]
		url = $base/both/never.xml
		file = $GATE/metadata/never.xml
	END
	cp "$GATE/gatehouse.conf" gate.conf
	gate_start
	is "$(ctl --json status | jq -r .idps)" 1
	has "$(ctl --json status | jq -r .metadata_fed_state)" 'never fetched'
	federation 'validUntil="2096-11-22T00:00:00Z"' a b | publish
	look 0 fed
	has "$stderr" 'gatehoused has read it'
	ctl --json status > shown
	is "$(jq -r .idps shown)" 3
	is "$(jq -r .metadata_fed_state shown)" good
	is "$(jq -r .metadata_fed_idps shown)" 2
	is "$(jq -r .metadata_fed_valid_until shown)" 2096-11-22T00:00:00Z
	has "$(jq -r .metadata_fed_next shown)" '^20'
	[ "$(jq -r .metadata_fed_age shown)" -le 60 ]
	has "$(jq -r .metadata_never_state shown)" 'never fetched'
	echo '<html/>' | publish
	look 1 --force fed
	has "$(ctl status)" 'metadata_fed_state +failing \(1\): the root is neither'
	is "$(ctl --json status | jq -r .idps)" 3
	jq '.last_error = null | .next = 1' "$file.state" > new
	mv new "$file.state"
	has "$(ctl status)" 'metadata_fed_state +overdue'
	kill "$GATE_PID"
	wait "$GATE_PID" || true
	GATE_PID=
}

@test "what gatehoused has not read yet, it is asked to at the next run" {
	source "$BATS_TEST_DIRNAME/gate.sh"
	gate_make "$PWD/gate"
	gate_set saml idp_metadata "$PWD/idp"
	cp "$GATE/idp/metadata.xml" idp/own.xml
	cat >> "$GATE/gatehouse.conf" <<-END
		[metadata fed]
		url = $base/both/fed.xml
		file = $file
	END
	cp "$GATE/gatehouse.conf" gate.conf
	gate_start
	federation '' a b | publish
	mv "$GATE/allowlist" away
	look 1
	has "$stderr" 'gatehoused did not take it'
	is "$(state unread)" 1
	look 1
	has "$stderr" 'gatehoused did not take it'
	is "$(ctl --json status | jq -r .idps)" 1
	mv away "$GATE/allowlist"
	# nothing is due
	look 0
	is "$(wc -l < log)" 1
	has "$stderr" 'gatehoused has read it'
	is "$(ctl --json status | jq -r .idps)" 3
	is "$(state unread)" 0
	look 0
	[[ $stderr != *gatehoused* ]]
	# a run that was cut off once the document was in place
	federation '' a b c | publish
	cp www/fed.xml "$file"
	look 0 --force
	has "$stderr" 'unchanged'
	has "$stderr" 'gatehoused has read it'
	is "$(ctl --json status | jq -r .idps)" 4
}

@test "gatehousectl reload says whether it was taken" {
	source "$BATS_TEST_DIRNAME/gate.sh"
	gate_make "$PWD/gate"
	gate_start
	ctl reload
	echo nonsense >> "$GATE/gatehouse.conf"
	run -4 ctl reload
	has "$output" 'configuration'
	kill "$GATE_PID"
	wait "$GATE_PID" || true
	GATE_PID=
}

@test "gatehousectl metadata check judges a file offline" {
	check() {
		local wanted=$1
		shift
		run --separate-stderr "-$wanted" "$BUILD/gatehousectl" \
			--config gate.conf metadata check "$@"
	}
	signed signer $MORE#rsa-sha256 'validUntil="2030-01-01T00:00:00Z"' a b \
		> fed.xml
	check 0 fed.xml
	has "$output" '^idps +2$'
	has "$output" '^signature +not looked at$'
	check 0 --json --certificate "$keys/signer.pem" fed.xml
	is "$(jq -c . <<< "$output")" '{"idps":2,"valid_until":"2030-01-01T00:00:00Z","cache_duration":0,"signature_verified":true}'
	check 1 --certificate "$keys/other.pem" fed.xml
	has "$stderr" '^gatehousectl: metadata check: fed.xml: its signature'
	is "$output" ''
	check 1 --now 1900000000 fed.xml
	has "$stderr" 'has expired'
	check 4 none.xml
	check 1 - <<< '<html/>'
	has "$stderr" 'the root is neither'
}

@test "it says how it is used" {
	run --separate-stderr -0 "$BUILD/gatehouse-metadata" --help
	has "$output" '^usage: gatehouse-metadata '
	run awk 'length > 80' <<< "$output"
	is "$output" ''
	run --separate-stderr -0 "$BUILD/gatehouse-metadata" --version
	has "$output" '^gatehouse-metadata [0-9]'
	look 2 --nonsense
	look 2 --timeout 0
	echo nonsense >> gate.conf
	look 3
}
