#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Gets real Responses out of Debian's simpleSAMLphp: starts it as an IdP on a
# free port of 127.0.0.1, logs in as the person of simplesamlphp/person.json
# would with a browser, and leaves in OUTDIR
#
#	metadata.xml		the IdP's metadata
#	response-assertion.b64	a Response whose assertion is signed
#	response-both.b64	one that is signed itself, too
#
# Nothing outside OUTDIR and a temporary folder is written, nothing is left
# running.

set -eu

if [ $# -ne 3 ]; then
	echo "usage: simplesamlphp.sh OUTDIR SP_ENTITY_ID ACS_URL" >&2
	exit 2
fi
out=$1
export INTEROP_SP=$2
export INTEROP_ACS=$3

here=$(cd "$(dirname "$0")" && pwd)
site=/usr/share/simplesamlphp/www
INTEROP_WORK=$(mktemp -d)
export INTEROP_WORK
export SIMPLESAMLPHP_CONFIG_DIR=$here/simplesamlphp
log=$INTEROP_WORK/server.log
server=

fail() {
	echo "simplesamlphp: $*" >&2
	tail -q -n 5 "$log" "$INTEROP_WORK/simplesamlphp.log" 2>/dev/null >&2 ||
	    :
	exit 1
}

clean_up() {
	if [ -n "$server" ]; then
		kill "$server" 2>/dev/null || :
		wait "$server" 2>/dev/null || :
	fi
	rm -rf "$INTEROP_WORK"
}
trap clean_up EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# Port 0: the kernel chooses, and php says which it was.
start_server() {
	php -S 127.0.0.1:0 -t "$site" >"$log" 2>&1 &
	server=$!
	for _ in $(seq 100); do
		base=$(sed -n 's|.*Server (\(http://[0-9.:]*\)) started.*|\1|p' \
		    "$log")
		[ -z "$base" ] || return 0
		kill -0 "$server" 2>/dev/null || fail "php's server ended"
		sleep 0.1
	done
	fail "php's server did not start within 10 seconds"
}

fetch() {
	curl --silent --show-error --fail --location --noproxy '*' \
	    --max-time 20 "$@"
}

# The value of a hidden field of the form on standard input.
field() {
	sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" |
	    sed 's/&amp;/\&/g; s/&quot;/"/g' | head -n 1
}

person() {
	# shellcheck disable=SC2016 # php's variables, not the shell's
	php -r 'echo json_decode(file_get_contents($argv[1]), true)[$argv[2]];' \
	    "$here/simplesamlphp/person.json" "$1"
}

# One login in a browser of its own; the Response goes to the file $1.
login() {
	local jar=$INTEROP_WORK/cookies page state response

	rm -f "$jar"
	page=$(fetch --get --cookie-jar "$jar" --cookie "$jar" \
	    --data-urlencode "spentityid=$INTEROP_SP" \
	    "$base/saml2/idp/SSOService.php") ||
	    fail "no login page came"
	state=$(field AuthState <<<"$page")
	[ -n "$state" ] || fail "the login page has no AuthState"
	page=$(fetch --cookie-jar "$jar" --cookie "$jar" \
	    --data-urlencode "username=$(person user)" \
	    --data-urlencode "password=$(person password)" \
	    --data-urlencode "AuthState=$state" \
	    "$base/module.php/core/loginuserpass.php") ||
	    fail "the login form was not accepted"
	response=$(field SAMLResponse <<<"$page")
	[ -n "$response" ] || fail "the login gave no SAMLResponse"
	echo "$response" >"$1"
}

[ -d "$site" ] || fail "$site is missing; install simplesamlphp"
mkdir -p "$out" "$INTEROP_WORK/tmp" || fail "there is no folder $out"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=simplesamlphp \
    -keyout "$INTEROP_WORK/idp.pem" -out "$INTEROP_WORK/idp.crt" \
    2>"$log" || fail "openssl made no key"

start_server
fetch "$base/saml2/idp/metadata.php" >"$out/metadata.xml" ||
    fail "no metadata came"
login "$out/response-assertion.b64"
touch "$INTEROP_WORK/sign-response"
login "$out/response-both.b64"
