#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Who is behind a session, as the front door is told: groups, attributes, and
# the identity token that portals verify.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set session without_login allow
	gate_set users allow_system yes
	SYSTEM=$(id -un 65534)
}

teardown() {
	gate_stop
	tail -q -n 8 "$GATE/daemon.log" "$GATE/audit.log" || true
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# key: the key of identity tokens, for a gate that is not started yet.
key() {
	openssl ecparam -genkey -noout -name prime256v1 -out "$GATE/id.pem"
	chmod 600 "$GATE/id.pem"
	gate_set web base_url https://portal.example
	gate_set web identity_audience https://portal.example/app
	gate_set web identity_key "$GATE/id.pem"
}

# sso USER [OPTION...]: a session token of who came by the IdP.
sso() {
	local told
	told=$("$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" \
	    -i rhost=192.0.2.7 -a "$(response "$@" | ctl ticket)" \
	    portal authenticate acct_mgmt open_session 2>&1)
	token "$(sed -n 's/^\([0-9]*: \)\?session: //p' <<< "$told")"
}

# local_ USER: of who came in without a login.
local_() {
	token "$(open "$1")"
}

# identity TOKEN: the fields of the answer, one on a line.
identity() {
	ask identity token=- <<< "$1" | sed 's/^result //; s/ \([a-z_]*=\)/\n\1/g'
}

# part N TOKEN: of a JWT, as JSON.
part() {
	python3 -c 'import base64, sys
part = sys.argv[2].split(".")[int(sys.argv[1])]
print(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode())' \
	    "$1" "$2"
}

# verify JWT JWKS: openssl, by the key of the set that its header names.
verify() {
	python3 - "$1" "$2" "$BATS_TEST_TMPDIR" <<-'END'
		import base64, json, subprocess, sys
		token, keys, folder = sys.argv[1:]
		def data(text):
		    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
		def integer(n):
		    n = n.lstrip(b"\0") or b"\0"
		    n = b"\0" + n if n[0] & 128 else n
		    return b"\2" + bytes([len(n)]) + n
		head, body, signature = token.split(".")
		kid = json.loads(data(head))["kid"]
		key, = [k for k in json.loads(keys)["keys"] if k["kid"] == kid]
		# SubjectPublicKeyInfo of an uncompressed point on P-256
		spki = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107"
		    "03420004") + data(key["x"]) + data(key["y"])
		raw = data(signature)
		assert len(raw) == 64
		pair = integer(raw[:32]) + integer(raw[32:])
		for name, content in (("key", spki), ("text", (head + "." + body).encode()),
		    ("sig", b"0" + bytes([len(pair)]) + pair)):
		    with open(folder + "/" + name, "wb") as f:
		        f.write(content)
		sys.exit(subprocess.call(["openssl", "dgst", "-sha256", "-keyform",
		    "DER", "-verify", folder + "/key", "-signature",
		    folder + "/sig", folder + "/text"]))
	END
}

@test "groups are those of the system, unless an attribute has them" {
	gate_start
	run -0 identity "$(local_ "$SYSTEM")"
	is "$(id -Gn "$SYSTEM" | tr ' ' '\n' | sort)" \
	    "$(sed -n 's/^group=//p' <<< "$output" | sort)"
	[[ $output == *"user=$SYSTEM"* ]]
	# a user of the portal alone is in none
	run -0 identity "$(local_ alice)"
	is '' "$(sed -n 's/^group=//p' <<< "$output")"
	is alice "$(sed -n 's/^user=//p' <<< "$output")"
	is portal "$(sed -n 's/^service=//p' <<< "$output")"
	is 192.0.2.7 "$(sed -n 's/^address=//p' <<< "$output")"
	run ! grep -E '^(identity|expires|attribute|token)=' <<< "$output"
	gate_set session attributes 'memberOf role'
	gate_set web groups memberOf
	ctl reload
	run -0 identity "$(sso alice --attribute memberOf=nurses \
	    --attribute 'memberOf=ward 3' --attribute memberOf=nurses \
	    --attribute role=agent)"
	is "$(printf 'nurses\nward 3')" \
	    "$(sed -n 's/^group=//p' <<< "$output")"
	is sso "$(sed -n 's/^method=//p' <<< "$output")"
	run -0 identity "$(local_ "$SYSTEM")"
	is '' "$(sed -n 's/^group=//p' <<< "$output")"
}

@test "portals are told the attributes that they are to be told" {
	gate_set session attributes 'mail role ou'
	gate_set web attributes 'role mail phone'
	gate_start
	token=$(sso alice --attribute mail=alice@clinic.example \
	    --attribute role=agent --attribute role=lead --attribute ou=x \
	    --attribute phone=1)
	run -0 identity "$token"
	is "$(printf 'attribute=mail\nvalue=alice@clinic.example
attribute=role\nvalue=agent\nvalue=lead')" \
	    "$(grep -E '^(attribute|value)=' <<< "$output")"
	# as configured now
	sed -i '/^attributes = role mail phone$/d' "$GATE/gatehouse.conf"
	ctl reload
	run -0 identity "$token"
	run ! grep -E '^(attribute|value)=' <<< "$output"
}

@test "an identity token says who is there, and is signed by the key on show" {
	key
	gate_set session attributes 'memberOf mail'
	gate_set web groups memberOf
	gate_set web attributes mail
	gate_start
	token=$(sso alice --attribute memberOf=nurses \
	    --attribute mail=alice@clinic.example)
	before=$(date +%s)
	run -0 identity "$token"
	jwt=$(sed -n 's/^identity=//p' <<< "$output")
	expires=$(sed -n 's/^expires=//p' <<< "$output")
	session=$(sed -n 's/^session=//p' <<< "$output")
	keys=$(ask identity_keys | sed 's/^.* text=//')
	verify "$jwt" "$keys"
	is ES256 "$(part 0 "$jwt" | jq -r .alg)"
	is "$(jq -cS . <<- END
		{"iss": "https://portal.example",
		"aud": "https://portal.example/app", "sub": "alice",
		"sid": "$session", "method": "sso", "groups": ["nurses"],
		"attributes": {"mail": ["alice@clinic.example"]},
		"exp": $expires, "iat": $((expires - 60))}
	END
	)" "$(part 1 "$jwt" | jq -cS 'del(.jti)')"
	[ "$expires" -ge $((before + 60)) ]
	[ "$expires" -le $(($(date +%s) + 60)) ]
	# the session's token is in none of it
	run ! grep -F "${token#gs-}" <(identity "$token"; part 1 "$jwt")
	# no two are the same, and another key verifies none
	next=$(identity "$token" | sed -n 's/^identity=//p')
	[ "$(part 1 "$jwt" | jq .jti)" != "$(part 1 "$next" | jq .jti)" ]
	is 1 "$(jq '.keys | length' <<< "$keys")"
	run ! verify "${jwt%.*}.${next##*.}" "$keys"
	key
	ctl reload
	verify "$(identity "$token" | sed -n 's/^identity=//p')" \
	    "$(ask identity_keys | sed 's/^.* text=//')"
	run ! verify "$jwt" "$(ask identity_keys | sed 's/^.* text=//')"
	# nowhere is the key, or a token, on record
	run ! grep -rF -e "$jwt" -e "$(sed -n 2p "$GATE/id.pem")" \
	    "$GATE/daemon.log" "$GATE/audit.log"
}

@test "an identity token is good for no longer than the session as it stands" {
	key
	gate_set web identity_lifetime 5m
	gate_set idle limit 1h
	gate_start
	lifetime() {
		part 1 "$(identity "$1" | sed -n 's/^identity=//p')" |
		    jq '.exp - .iat'
	}
	token=$(local_ alice)
	is 300 "$(lifetime "$token")"
	gate_set idle limit 2m
	ctl reload
	[ "$(lifetime "$token")" -le 120 ]
	[ "$(lifetime "$token")" -ge 60 ]
	gate_set idle limit 1h
	gate_set session max_age 90s
	ctl reload
	[ "$(lifetime "$token")" -le 90 ]
	[ "$(lifetime "$token")" -ge 30 ]
}

@test "a key that cannot sign is told of, and nothing of it" {
	key
	gate_start
	# complains PART: of a reload
	complains() {
		run ctl reload
		[ "$status" -ne 0 ]
		grep -F "$1" "$GATE/daemon.log"
		identity "$(local_ alice)" | grep -q ^identity=
	}
	chmod 644 "$GATE/id.pem"
	complains 'may read it'
	chmod 600 "$GATE/id.pem"
	openssl ecparam -genkey -noout -name secp384r1 -out "$GATE/id.pem"
	complains 'on P-256'
	openssl genrsa -out "$GATE/id.pem" 2048
	complains 'on P-256'
	echo SECRET > "$GATE/id.pem"
	complains 'no private key in PEM'
	run ! grep -F SECRET "$GATE/daemon.log"
	rm "$GATE/id.pem"
	complains 'No such file'
	# config check says so, too
	run -1 ctl config check --config "$GATE/gatehouse.conf"
	[[ $output == *'[web] identity_key'* ]]
}

@test "our metadata is composed for who asks for it" {
	gate_speaks
	gate_start
	run -0 ask sp_metadata
	is "$(cat "$GATE/sp.xml")" "$(sed '1s/^.* text=//' <<< "$output")"
	run -0 ask sp_metadata signed=1
	[[ $output == *'<ds:Signature'* || $output == *'<Signature'* ]]
	sed -i '/^idp_metadata/d; /^acs_url/d' "$GATE/gatehouse.conf"
	ctl reload
	run -1 ask sp_metadata
	[[ $output == *'reason=sso_off'* ]]
}
