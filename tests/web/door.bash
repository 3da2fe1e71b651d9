# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash disable=SC2034
#
# The whole of the front door in one folder, as a browser finds it: the gate,
# gatehouse-login, gatehouse-web, the test IdP over HTTP, the example portal,
# and a proxy with our recipe. Sourced by the tests and by the demo.

DOOR_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/gate.sh
. "$DOOR_HERE/../gate.sh"
# shellcheck source=SCRIPTDIR/login.bash
. "$DOOR_HERE/login.bash"
# shellcheck source=SCRIPTDIR/front.bash
. "$DOOR_HERE/front.bash"
# shellcheck source=SCRIPTDIR/proxies.bash
. "$DOOR_HERE/proxies.bash"
# shellcheck source=SCRIPTDIR/../interop/simplesamlphp.sh
. "$DOOR_HERE/../interop/simplesamlphp.sh"

PASSWORD='correct horse battery staple'

# our addresses, also in the processes that bats starts for each test
door_addresses() {
	BASE=https://localhost:$DOOR_PORT
	SP=$BASE/gate/metadata
	ACS=$BASE/gate/acs
	SLO=$BASE/gate/slo
}
[ -z "${DOOR_PORT:-}" ] || door_addresses

# door_make DIR [PORT]: keys and configuration; the front door will be at
# https://localhost:PORT.
door_make() {
	DOOR_PORT=${2:-$(free_port)}
	IDP_PORT=$(free_port)
	IDP_URL=http://127.0.0.1:$IDP_PORT
	door_addresses
	IDP_KEY=(--sso "$IDP_URL/sso" --slo "$IDP_URL/slo")
	gate_make "$1"
	gate_speaks
	login_make
	front_make
	gate_set gate catalogues "$BUILD/locale"
	gate_set peers hold "$(id -un)"
	gate_set session attributes "*"
	gate_set web groups groups
	HOLD_TOKEN=hold-$(openssl rand -hex 16)
	echo "portal $(printf %s "$HOLD_TOKEN" | sha256sum | cut -d' ' -f1)" \
	    > "$GATE/hold_tokens"
	gate_set web hold_tokens "$GATE/hold_tokens"
	export DOOR_PORT IDP_PORT IDP_URL GATE LOGIN HOLD_TOKEN
}

# door_simplesamlphp: between door_make and door_start; it is the IdP then, in
# place of ours.
door_simplesamlphp() {
	ssp_start "$GATE/simplesamlphp"
	ssp_trusts "$GATE/sp.xml"
	ssp_kinds response assertion
	gate_set saml idp_metadata "$SSP/metadata.xml"
	gate_set saml allow_unsolicited no
	IDP_URL=$SSP_URL
}

# door_start KIND [PERSON...]: everything, with nginx, apache or caddy as the
# proxy; our IdP vouches for each PERSON.
door_start() {
	local kind=$1
	shift
	gate_start
	login_start
	front_start
	chmod o+rw "$GATE/web.sock" # apache is another user where we are root
	[ -n "${SSP_PID:-}" ] || idp_start "$@"
	portal_start "$GATE" "$GATE/web.sock" "$HOLD_TOKEN"
	proxy_start "$kind" "$GATE/$kind" "$GATE/web.sock" "$DOOR_PORT"
	export GATE_PID LOGIN_PID FRONT_PID IDP_PID PORTAL_PORT PROXY_PIDS
}

# idp_start PERSON...
idp_start() {
	python3 -B "$DOOR_HERE/idp_server.py" "$BUILD/test-idp" "$GATE/idp" \
	    "$GATE/sp.xml" "$IDP_PORT" "$@" 2> "$GATE/idp.log" 3>&- &
	IDP_PID=$!
	listens "$IDP_PORT" "$IDP_PID" || {
		cat "$GATE/idp.log" >&2
		return 1
	}
}

door_stop() {
	proxy_stop
	if [ -n "${IDP_PID:-}" ]; then
		kill "$IDP_PID" 2> /dev/null || true
		wait "$IDP_PID" 2> /dev/null || true
		IDP_PID=
	fi
	ssp_stop
	front_stop
	login_stop
	gate_stop
}

# door_user [OPTION...] NAME: a user of the fallback, who has no second factor
# yet; his password is $PASSWORD.
door_user() {
	ctl user add "$@" <<< "$PASSWORD"
}

# door_factor NAME: he gets one; $GATE/NAME.otp has its URI.
door_factor() {
	ctl otp enroll --no-confirm "$1" > "$GATE/$1.otp" 2> /dev/null
}
