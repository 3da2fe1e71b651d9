#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The recipes of packaging/: the real nginx, Apache and Caddy, each before the
# same gate, and the example portal behind them.

bats_require_minimum_version 1.5.0
: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/door.bash
. "$BATS_TEST_DIRNAME/door.bash"

setup_file() {
	# apache never serves as root, and must get to its files
	folder=$(mktemp -d)
	chmod 755 "$folder"
	door_make "$folder"
	door_start nginx alice
	nginx_port=$PROXY_PORT
	proxy_start apache "$GATE/apache" "$GATE/web.sock"
	apache_port=$PROXY_PORT
	proxy_start caddy "$GATE/caddy" "$GATE/web.sock"
	caddy_port=$PROXY_PORT
	export folder nginx_port apache_port caddy_port PROXY_PIDS
}

teardown_file() {
	door_stop
	rm -rf "$folder"
}

setup() {
	token alice
}

teardown() {
	tail -q -n 4 "$GATE"/*.log "$GATE"/*/error.log 2> /dev/null || true
}

# by KIND: whom ask asks from now on
by() {
	local port=$1_port
	PORT=${!port}
}

# ask PATH [CURL OPTION...]: the portal, by its own address
ask() {
	local path=$1
	shift
	curl -sS -k --max-time 30 --path-as-is \
	    --connect-to "localhost:$DOOR_PORT:localhost:$PORT" "$@" \
	    "$BASE$path"
}

# status PATH [CURL OPTION...]: its status, and where it leads
status() {
	ask "$@" -o "$BATS_TEST_TMPDIR/body" -w '%{http_code} %{redirect_url}'
}

# login_for PATH: where people sign in to go on there
login_for() {
	printf '%s/gate/login?return=%s' "$BASE" \
	    "$(jq -rn --arg url "$BASE$1" '$url | @uri')"
}

# told PATH [CURL OPTION...]: the headers that the portal got, one a line, in
# small letters, with "-" for "_"
told() {
	ask "$@" | jq -r '.[] | "\(.[0] | ascii_downcase | gsub("_"; "-")): \(.[1])"'
}

# a person, and not a script
GOES=(-H 'Sec-Fetch-Mode: navigate')

leads_to_sign_in() {
	by "$1"
	where="$(login_for "/headers?a=b&c=%2F")"
	[ "$(status '/headers?a=b&c=%2F' "${GOES[@]}")" = "303 $where" ]
	[ "$(status '/headers?a=b&c=%2F')" = "303 $where" ]
	[ "$(status /draft --http1.1 "${GOES[@]}" -d text)" = \
	    "303 $(login_for /draft)" ]
	# a script, a client: they are told
	[ "$(status /headers -H 'Sec-Fetch-Mode: cors')" = "401 " ]
	[ "$(status /headers -H 'Authorization: Bearer gs-wrong')" = "401 " ]
	[ "$(status /draft --http1.1 -d text)" = "401 " ]
	ask /headers -H 'Sec-Fetch-Mode: cors' -D - | grep -i '^www-authenticate: Bearer'
	# and a wrong cookie is none
	[ "$(status /headers -b __Host-gate=gs-wrong "${GOES[@]}")" = \
	    "303 $(login_for /headers)" ]
}

tells_who_is_there() {
	by "$1"
	told /headers -b "z=0; __Host-gate=$token; a=1" \
	    -H 'User-Agent: test' > "$BATS_TEST_TMPDIR/told"
	cat "$BATS_TEST_TMPDIR/told"
	grep -x 'x-gatehouse-user: alice' "$BATS_TEST_TMPDIR/told"
	grep -x 'x-gatehouse-method: sso' "$BATS_TEST_TMPDIR/told"
	grep -x "x-gatehouse-session: $session" "$BATS_TEST_TMPDIR/told"
	grep -x 'user-agent: test' "$BATS_TEST_TMPDIR/told"
	# a client with a token
	told /headers -H "Authorization: Bearer $token" |
	    grep -x 'x-gatehouse-user: alice'
}

keeps_the_secret() {
	by "$1"
	for cookies in "__Host-gate=$token|" "__Host-gate=$token; a=1|a=1" \
	    "z=0; __Host-gate=$token|z=0" \
	    "z=0; __Host-gate=$token; a=1; b=2|z=0; a=1; b=2"; do
		came=$(told /headers -b "${cookies%|*}" | sed -n 's/^cookie: //p')
		[ "$came" = "${cookies#*|}" ]
	done
	run told /headers -H "Authorization: Bearer $token"
	[[ $output == *"x-gatehouse-user: alice"* ]]
	[[ $output != *"$token"* && $output != *authorization* ]]
	# somebody else's proof goes on
	told /headers -b "__Host-gate=$token" -u eve:dropper |
	    grep -x "authorization: Basic $(printf eve:dropper | base64)"
}

lets_no_claims_pass() {
	by "$1"
	claims=()
	for name in User Groups Session Previous-Session Method Attributes \
	    Token Login; do
		for claim in "X-Gatehouse-$name" "X_Gatehouse_${name/-/_}" \
		    "x-gatehouse_$name" "X_GATEHOUSE-${name^^}"; do
			claims+=(-H "$claim: claimed")
		done
		claims+=(-H "X-Gatehouse-$name: claimed again")
	done
	claims+=(-H 'Forwarded: for=claimed' -H 'X-Forwarded-For: 203.0.113.9')
	for name in X-Real-IP X-Forwarded-Host X-Forwarded-Prefix \
	    X-Original-URL X-Rewrite-URL; do
		claims+=(-H "$name: claimed")
	done
	told /headers -b "__Host-gate=$token" "${claims[@]}" \
	    > "$BATS_TEST_TMPDIR/told"
	cat "$BATS_TEST_TMPDIR/told"
	grep -x 'x-gatehouse-user: alice' "$BATS_TEST_TMPDIR/told"
	run ! grep -i claimed "$BATS_TEST_TMPDIR/told"
	grep -x 'x-forwarded-for: 127.0.0.1' "$BATS_TEST_TMPDIR/told"
	# by HTTP/1.1 as well, where nothing is made small
	told /headers --http1.1 -b "__Host-gate=$token" "${claims[@]}" \
	    > "$BATS_TEST_TMPDIR/told"
	grep -x 'x-gatehouse-user: alice' "$BATS_TEST_TMPDIR/told"
	run ! grep -i claimed "$BATS_TEST_TMPDIR/told"
	# and whoever claims without a session is nobody
	[ "$(status /headers "${claims[@]}" "${GOES[@]}")" = \
	    "303 $(login_for /headers)" ]
}

has_no_way_round() {
	by "$1"
	for path in //headers /gate/../headers /gate/%2e%2e/headers \
	    /gate/..%2fheaders /gate/..\;/headers /./headers /%68eaders \
	    '/gate/x/..\..\headers' /GATE/../headers /gatex /gate; do
		run ask "$path" --http1.1
		[[ $output != *'"Host"'* ]]
		[[ $output != *Example* ]]
	done
	[ "$(status /gate/check -b "__Host-gate=$token")" = "404 " ]
	[ "$(status /gate/metrics)" = "404 " ]
	[ "$(status /gate/activity.js)" = "200 " ]
}

watches_sockets() {
	by "$1"
	upgrade=(--http1.1 --max-time 3 -H 'Connection: Upgrade'
	    -H 'Upgrade: websocket' -H 'Sec-WebSocket-Version: 13'
	    -H 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=='
	    -H 'Sec-Fetch-Mode: websocket')
	[ "$(status /socket "${upgrade[@]}")" = "401 " ]
	run status /socket "${upgrade[@]}" -b "__Host-gate=$token"
	[[ $output == *"101 "* ]]
	# in what else a connection may become, nobody would be asked
	told /headers --http1.1 -b "__Host-gate=$token" -H 'Upgrade: h2c' \
	    -H 'Connection: Upgrade, HTTP2-Settings' \
	    -H 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA' \
	    > "$BATS_TEST_TMPDIR/told"
	grep -x 'x-gatehouse-user: alice' "$BATS_TEST_TMPDIR/told"
	run ! grep h2c "$BATS_TEST_TMPDIR/told"
}

says_why() {
	by "$1"
	printf 'allow 192.0.2.0/24\n' > "$GATE/allowlist"
	ctl reload
	[ "$(status /headers -b "__Host-gate=$token" "${GOES[@]}")" = "403 " ]
	cp "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/why"
	printf 'allow 192.0.2.0/24\nallow 127.0.0.1\n' > "$GATE/allowlist"
	ctl reload
	cat "$BATS_TEST_TMPDIR/why"
	grep -F 127.0.0.1 "$BATS_TEST_TMPDIR/why"
	grep '^<!DOCTYPE html>' "$BATS_TEST_TMPDIR/why"
	told /headers -b "__Host-gate=$token" | grep -x 'x-gatehouse-user: alice'
}

lets_nobody_in_without_the_gate() {
	by "$1"
	kill -STOP "$GATE_PID"
	came=$(status /headers -b "__Host-gate=$token")
	kill -CONT "$GATE_PID"
	[ "$came" = "503 " ]
	run ! grep Host "$BATS_TEST_TMPDIR/body"
	# and then it is there again
	for _ in $(seq 100); do
		came=$(status /headers -b "__Host-gate=$token")
		[ "$came" != "503 " ] || { sleep 0.1 && continue; }
		break
	done
	[ "$came" = "200 " ]
}

signs_out() {
	by "$1"
	ask /gate/logout -b "__Host-gate=$token" > "$BATS_TEST_TMPDIR/page"
	csrf=$(sed -n 's/.*name="csrf" value="\([^"]*\)".*/\1/p' \
	    "$BATS_TEST_TMPDIR/page" | head -n 1)
	# from another site: no
	came=$(status /gate/logout -b "__Host-gate=$token" \
	    --data-urlencode "csrf=$csrf" -H 'Origin: https://evil.example' \
	    -H 'Sec-Fetch-Site: cross-site')
	[[ $came == 403* ]]
	told /headers -b "__Host-gate=$token" | grep -x 'x-gatehouse-user: alice'
	came=$(status /gate/logout -b "__Host-gate=$token" \
	    --data-urlencode "csrf=$csrf" -H "Origin: $BASE" \
	    -H 'Sec-Fetch-Site: same-origin')
	[[ $came == 200* || $came == 303* ]]
	[ "$(status /headers -b "__Host-gate=$token" "${GOES[@]}")" = \
	    "303 $(login_for /headers)" ]
	[ "$(ctl session show "$session" --json | jq -r .state)" = ended ]
}

@test "nginx: who is not signed in is led to the sign-in, and back" {
	leads_to_sign_in nginx
}

@test "nginx: the portal is told who is there" {
	tells_who_is_there nginx
}

@test "nginx: the portal does not get the session's secret" {
	keeps_the_secret nginx
}

@test "nginx: what a client says of itself does not pass, however spelt" {
	lets_no_claims_pass nginx
}

@test "nginx: no path leads round the gate" {
	has_no_way_round nginx
}

@test "nginx: a WebSocket needs a session" {
	watches_sockets nginx
}

@test "nginx: who may not come from there is told so" {
	says_why nginx
}

@test "nginx: while the gate does not answer nobody gets in" {
	lets_nobody_in_without_the_gate nginx
}

@test "nginx: signing out" {
	signs_out nginx
}

@test "Apache: who is not signed in is led to the sign-in, and back" {
	leads_to_sign_in apache
}

@test "Apache: the portal is told who is there" {
	tells_who_is_there apache
}

@test "Apache: the portal does not get the session's secret" {
	keeps_the_secret apache
}

@test "Apache: what a client says of itself does not pass, however spelt" {
	lets_no_claims_pass apache
}

@test "Apache: no path leads round the gate" {
	has_no_way_round apache
}

@test "Apache: a WebSocket needs a session" {
	watches_sockets apache
}

@test "Apache: who may not come from there is told so" {
	says_why apache
}

@test "Apache: while the gate does not answer nobody gets in" {
	lets_nobody_in_without_the_gate apache
}

@test "Apache: signing out" {
	signs_out apache
}

@test "Caddy: who is not signed in is led to the sign-in, and back" {
	leads_to_sign_in caddy
}

@test "Caddy: the portal is told who is there" {
	tells_who_is_there caddy
}

@test "Caddy: the portal does not get the session's secret" {
	keeps_the_secret caddy
}

@test "Caddy: what a client says of itself does not pass, however spelt" {
	lets_no_claims_pass caddy
}

@test "Caddy: no path leads round the gate" {
	has_no_way_round caddy
}

@test "Caddy: a WebSocket needs a session" {
	watches_sockets caddy
}

@test "Caddy: who may not come from there is told so" {
	says_why caddy
}

@test "Caddy: while the gate does not answer nobody gets in" {
	lets_nobody_in_without_the_gate caddy
}

@test "Caddy: signing out" {
	signs_out caddy
}
