# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Debian's simpleSAMLphp as an IdP on a free port of 127.0.0.1, and a browser
# for the person of simplesamlphp/person.json. Sourced by the tests. All that
# is written is below the folder given; ssp_stop ends what was started.

SSP_SITE=/usr/share/simplesamlphp/www
SSP_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/simplesamlphp
SSP_PERSON=$SSP_HERE/person.json

ssp_fail() {
	echo "simplesamlphp: $*" >&2
	tail -q -n 5 "$SSP/server.log" "$SSP/simplesamlphp.log" >&2 || true
	return 1
}

# ssp_start DIR: sets SSP, which is DIR, SSP_URL and SSP_PID; the IdP's metadata
# is DIR/metadata.xml. Port 0: the kernel chooses, and php says which it was.
ssp_start() {
	[ -d "$SSP_SITE" ] || return 1
	mkdir -p "$1/tmp"
	SSP=$(cd "$1" && pwd)
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 \
	    -subj /CN=simplesamlphp -keyout "$SSP/idp.pem" \
	    -out "$SSP/idp.crt" 2> /dev/null
	INTEROP_WORK=$SSP SIMPLESAMLPHP_CONFIG_DIR=$SSP_HERE \
	    php -S 127.0.0.1:0 -t "$SSP_SITE" > "$SSP/server.log" 2>&1 3>&- &
	SSP_PID=$!
	for _ in $(seq 200); do
		SSP_URL=$(sed -n \
		    's|.*Server (\(http://[0-9.:]*\)) started.*|\1|p' \
		    "$SSP/server.log")
		[ -z "$SSP_URL" ] || break
		kill -0 "$SSP_PID" 2> /dev/null || break
		sleep 0.05
	done
	export SSP SSP_URL SSP_PID
	[ -n "$SSP_URL" ] || ssp_fail "php's server did not start"
	curl -sf --noproxy '*' --max-time 20 "$SSP_URL/saml2/idp/metadata.php" \
	    > "$SSP/metadata.xml" || ssp_fail "no metadata came"
}

ssp_stop() {
	[ -n "${SSP_PID:-}" ] || return 0
	kill "$SSP_PID" 2> /dev/null || true
	wait "$SSP_PID" 2> /dev/null || true
	SSP_PID=
}

# ssp_trusts SP_METADATA: whom it serves from now on
ssp_trusts() {
	cp "$1" "$SSP/sp.xml"
}

# ssp_kinds WORD...: what is done from now on: response, assertion (signed),
# encrypted (the assertion), name (encrypted)
ssp_kinds() {
	echo "$*" > "$SSP/kinds"
}

# ssp_browse URL [OPTION...]: goes there, with curl's OPTIONs, and on as long as
# it is the IdP that the way leads to. The last page is $JAR.page; prints where
# the way would lead on.
ssp_browse() {
	local url=$1
	shift
	while [[ $url == "$SSP_URL"/* ]]; do
		url=$(curl -s --noproxy '*' --max-time 20 -c "$JAR" -b "$JAR" \
		    -o "$JAR.page" -w '%{redirect_url}' "$@" "$url")
		set --
	done
	echo "$url"
}

# ssp_field NAME: the value of a hidden field of the last page
ssp_field() {
	sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$JAR.page" |
	    sed 's/&amp;/\&/g; s/&quot;/"/g' | head -n 1
}

# ssp_sign_in URL: the Response of a browser that went there; the password is
# given where it is asked for
ssp_sign_in() {
	local state
	ssp_browse "$1" > /dev/null
	state=$(ssp_field AuthState)
	if [ -n "$state" ]; then
		ssp_browse "$SSP_URL/module.php/core/loginuserpass.php" \
		    --data-urlencode "AuthState=$state" \
		    --data-urlencode "username=$(jq -r .user "$SSP_PERSON")" \
		    --data-urlencode \
		    "password=$(jq -r .password "$SSP_PERSON")" > /dev/null
	fi
	ssp_field SAMLResponse | grep . || ssp_fail "it gave no SAMLResponse"
}

# ssp_knows: is the browser signed in at the IdP? A login tells.
ssp_knows() {
	ssp_browse "$1" > /dev/null
	[ -z "$(ssp_field AuthState)" ] && [ -n "$(ssp_field SAMLResponse)" ]
}
