#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Attacks on the front door: on the whole of it, behind the real nginx with our
# recipe, and where that would be in the way on gatehouse-web alone. What is
# sent byte by byte is in attacks.py.
#
# shellcheck disable=SC2013,SC2030,SC2031,SC2034,SC2154

bats_require_minimum_version 1.5.0
: "${BUILD:=$BATS_TEST_DIRNAME/../../build}"
IDP_KEY=(--key ec256)
# shellcheck source=SCRIPTDIR/door.bash
. "$BATS_TEST_DIRNAME/door.bash"

MARKUP='"><img src=x onerror=alert(1)>'
LINES=$'admin\r\nX-Gatehouse-User: root\r\nSet-Cookie: __Host-gate=x'

setup_file() {
	# nginx with as many clients as there are
	ulimit -n "$(ulimit -Hn)" || true
	door_make "$BATS_FILE_TMPDIR/door"
	gate_set saml allow_unsolicited no
	gate_set saml clock_skew 2s
	gate_set password cost 1
	gate_set 2fa enroll no
	gate_set web login_rate 10000
	gate_set web return_to other.example
	gate_set web attributes role
	gate_set session attributes 'role groups'
	# an IdP that calls itself so
	sed -i 's|<md:IDPSSODescriptor[^>]*>|&<md:Extensions><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"><mdui:DisplayName xml:lang="en">\&quot;\&gt;\&lt;img src=x onerror=alert(1)\&gt;</mdui:DisplayName></mdui:UIInfo></md:Extensions>|' \
	    "$GATE/idp/metadata.xml"
	PROXY_CONNECTIONS=4096
	door_start nginx alice mallory eve \
	    "markup,role=$MARKUP,groups=$MARKUP" "lines,role=$LINES,groups=$LINES"
	for user in bob carol dora; do
		door_user "$user"
		door_factor "$user"
	done
	echo "$GATE_PID $LOGIN_PID $FRONT_PID $IDP_PID $PROXY_PIDS" \
	    > "$GATE/pids"
}

teardown_file() {
	local pid
	for pid in $(cat "$GATE/pids"); do
		kill -CONT "$pid" 2> /dev/null || true
		kill "$pid" 2> /dev/null || true
	done
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	R=$BATS_TEST_TMPDIR
	PORT=$DOOR_PORT
	BESIDE='' CROWD=''
	browser one
}

teardown() {
	[ -z "$BESIDE" ] || kill "$BESIDE" || true
	[ -z "$CROWD" ] || kill "$CROWD" || true
	echo "page:"
	sed -n '/<main/,$p' "$R/body" 2> /dev/null |
	    grep -v '^<\(svg\|path\)' || true
	tail -q -n 5 "$GATE"/*.log 2> /dev/null || true
}

# --- a browser, before nginx ---

browser() {
	JAR=$R/jar.$1
}

# browse PATH [CURL OPTION...]
browse() {
	local path=$1
	shift
	curl -sS -k --path-as-is --max-time 60 -b "$JAR" -c "$JAR" \
	    -D "$R/head" -o "$R/body" "$@" "$BASE$path"
	status=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$R/head")
}

# get PATH: a person opens a page.
get() {
	browse "$1" -H 'Sec-Fetch-Site: same-origin' \
	    -H 'Sec-Fetch-Mode: navigate' "${@:2}"
}

# post PATH FIELD=VALUE...
post() {
	local path=$1 options=() one
	shift
	for one; do
		options+=(--data-urlencode "$one")
	done
	[ $# -gt 0 ] || options=(--data '')
	browse "$path" -H "Origin: $BASE" -H 'Sec-Fetch-Site: same-origin' \
	    "${options[@]}"
}

field() {
	sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$R/body" |
	    head -n 1 | sed 's/&amp;/\&/g; s/&quot;/"/g'
}

# header NAME: its values.
header() {
	tr -d '\r' < "$R/head" | sed -n "s/^$1: //Ip"
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# who: whom the portal is told of; nothing for nobody.
who() {
	browse /headers -H 'Sec-Fetch-Mode: cors' "$@"
	[ "$status" != 200 ] ||
	    jq -r '.[] | select(.[0] | ascii_downcase == "x-gatehouse-user") | .[1]' \
	        "$R/body"
}

# nobody [CURL OPTION...]: the portal is told of nobody, and not asked.
nobody() {
	is '' "$(who "$@")"
	who "$@"
	is 401 "$status"
}

# value COOKIE: what the browser keeps of it.
value() {
	awk -v name="$1" '$6 == name { print $7 }' "$JAR"
}

# give_password NAME [RETURN]
give_password() {
	get "/gate/login?way=password&return=${2:-/}"
	post '/gate/login?way=password' "csrf=$(field csrf)" "user=$1" \
	    "password=$PASSWORD" "return=$(field return)"
	is 200 "$status"
}

# give_code NAME [SECONDS]
give_code() {
	post '/gate/login?way=answer' "csrf=$(field csrf)" \
	    "code=$(otp_code "$(cat "$GATE/$1.otp")" "${2:-0}")"
}

# begin_sso [RETURN]: leaves $url and $relay.
begin_sso() {
	get "/gate/login?idp=https%3A%2F%2Fidp.example%2Fmetadata&return=${1:-/}"
	is 303 "$status"
	url=$(header Location)
	relay=$(sed -n 's/.*[?&]RelayState=\([^&]*\).*/\1/p' <<< "$url")
	[[ $relay == gr-* ]]
}

# answer NAME [OPTION...]: what the IdP says to $url.
answer() {
	"$BUILD/test-idp" answer --dir "$GATE/idp" --sp-metadata "$GATE/sp.xml" \
	    --name-id "$@" <<< "$url"
}

# arrive RESPONSE [RELAYSTATE]: the IdP's page posts it.
arrive() {
	browse /gate/acs -H "Origin: $IDP_URL" -H 'Sec-Fetch-Site: cross-site' \
	    --data-urlencode "SAMLResponse=$1" \
	    ${2+--data-urlencode "RelayState=$2"}
}

# sso NAME [OPTION...]
sso() {
	begin_sso
	arrive "$(answer "$@")" "$relay"
	is 303 "$status"
}

# token NAME: leaves the token of a session of his in $token; the browser that is
# used has none of it.
token() {
	local mine=$JAR
	browser "token.$1"
	rm -f "$JAR"
	sso "$1"
	token=$(value __Host-gate)
	JAR=$mine
	[ -n "$token" ]
}

# who_has TOKEN: whom the portal is told of by it
who_has() {
	JAR=/dev/null who -H "Cookie: __Host-gate=$1"
}

# attack WHAT...
attack() {
	TOKEN=${token:-gs-none} BASE=$BASE \
	    timeout 100 python3 -B tests/web/attacks.py "$@"
}

# beside [KEY VALUE]...: one more gatehouse-web, with other [web] keys, on
# $SOCKET.
beside() {
	local own=$R/own.conf shared=$GATE
	SOCKET=$R/web.sock
	mkdir "$R/gate"
	cp "$GATE/gatehouse.conf" "$R/gate/gatehouse.conf"
	GATE=$R/gate
	set -- listen "$SOCKET" "$@"
	while [ $# -gt 0 ]; do
		gate_set web "$1" "$2"
		shift 2
	done
	GATE=$shared
	"$BUILD/gatehouse-web" --config "$R/gate/gatehouse.conf" \
	    2> "$R/beside.log" 3>&- &
	BESIDE=$!
	for _ in $(seq 200); do
		[ "$(ask healthz)" != 200 ] || return 0
		sleep 0.05
	done
	cat "$R/beside.log"
	return 1
}

# ask PATH [CURL OPTION...]: the one on $SOCKET, as somebody at $ADDRESS.
ask() {
	local path=$1
	shift
	curl -s --max-time 60 --unix-socket "$SOCKET" -o "$R/body" \
	    -D "$R/head" -w '%{http_code}' -b "$JAR" -c "$JAR" \
	    -H "X-Forwarded-For: ${ADDRESS:-192.0.2.7}" -H "Origin: $BASE" \
	    -H 'Sec-Fetch-Site: same-origin' "$@" \
	    "http://localhost/gate/$path" || true
}

@test "headers: nobody says who he is, or from where" {
	token alice
	claims=()
	for name in User Groups Session Previous-Session Method Attributes Token; do
		claims+=(-H "X-Gatehouse-$name: root" -H "x-gatehouse-$name: root"
		    -H "X_Gatehouse_${name/-/_}: root" -H "X-Gatehouse_$name: root"
		    -H "X-GATEHOUSE-${name^^}: root")
	done
	from=(-H 'X-Forwarded-For: 203.0.113.9' -H 'X-Forwarded-For: 192.0.2.7'
	    -H 'X_Forwarded_For: 203.0.113.9' -H 'Forwarded: for=203.0.113.9'
	    -H 'X-Real-IP: 203.0.113.9' -H 'Via: 1.1 a'
	    -H 'X-Forwarded-Uri: //evil.example/')
	for version in --http1.1 --http2; do
		is alice "$(who "$version" -b "__Host-gate=$token" "${claims[@]}" \
		    "${from[@]}")"
		run ! grep -i root "$R/body"
		run ! grep -F 203.0.113 "$R/body"
		# nor is a header taken away by the one that names it
		is alice "$(who "$version" -b "__Host-gate=$token" \
		    -H 'Connection: close, X-Gatehouse-User, X-Forwarded-For')"
		nobody "$version" "${claims[@]}" "${from[@]}"
	done
	# who may not come in from here does not come from elsewhere
	cp "$GATE/allowlist" "$R/allowlist"
	printf 'allow 192.0.2.0/24\n' > "$GATE/allowlist"
	ctl reload
	refused=$(who -b "__Host-gate=$token" -H 'X-Forwarded-For: 192.0.2.7' \
	    -H 'Forwarded: for=192.0.2.7' -H 'X-Real-IP: 192.0.2.7'
	    echo "$status")
	cp "$R/allowlist" "$GATE/allowlist"
	ctl reload
	is 403 "$refused"
}

@test "headers: a line to the portal past the gate is had by nobody" {
	token alice
	for protocol in h2c HTTP/2.0 'websocket, h2c' TLS/1.0 anything; do
		who --http1.1 -b "__Host-gate=$token" -H "Upgrade: $protocol" \
		    -H 'Connection: Upgrade, HTTP2-Settings' \
		    -H 'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA'
		is 200 "$status"
		run ! grep -iE '"(upgrade|connection)", "[^"]*(h2c|upgrade)' "$R/body"
	done
}

@test "requests that two read in two ways: alone" {
	token alice
	attack smuggle_alone
}

@test "requests that two read in two ways: behind nginx" {
	token alice
	attack smuggle_nginx
}

@test "cookies: what others have put beside ours" {
	token alice
	mine=$token
	token eve
	theirs=$token
	for cookies in "__Host-gate=$mine; __Host-gate=$theirs" \
	    "__Host-gate=$theirs; __Host-gate=$mine" \
	    "__Host-gate=$mine; __Host-gate=$mine" \
	    "__Host-gate=$mine; __host-gate=$theirs" \
	    "__HOST-GATE=$theirs; __Host-gate=$mine" \
	    "__Host-Gate=$theirs" "__Host-gate" "__Host-gate=" \
	    "__Host-gate=\"$mine\"" "__Host-gate= $mine" \
	    "__Host-gate=$mine,x=y" "__Host-gate=$mine\\" \
	    "gate=$mine" "__Secure-gate=$mine" "x__Host-gate=$mine"; do
		nobody -H "Cookie: $cookies"
	done
	nobody --http1.1 -H "Cookie: __Host-gate=$mine" \
	    -H "Cookie: __Host-gate=$theirs"
	# what is not ours is the portal's
	is alice "$(who -H "Cookie: a=b; __Host-gate=$mine; gate=$theirs; c")"
	run ! grep -F "$mine" "$R/body"
	# of the form's cookie no more than one, either
	get '/gate/login?way=password'
	csrf=$(field csrf)
	handle=$(value __Host-gate-login)
	browser none
	post '/gate/login?way=password' "csrf=$csrf" user=bob
	is 403 "$status"
	browse '/gate/login?way=password' -H "Origin: $BASE" \
	    -H "Cookie: __Host-gate-login=$handle; __Host-gate-login=$handle" \
	    --data-urlencode "csrf=$csrf" -d user=bob
	is 403 "$status"
}

# where one is not to be led
ELSEWHERE=(https://evil.example/ //evil.example ///evil.example/
    '/\evil.example' '\\evil.example' 'http:evil.example' https:/evil.example
    'HTTPS:\\evil.example' /%2fevil.example /%5cevil.example '/.//evil.example'
    '/..//evil.example' /%2e%2e//evil.example '//evil.example%2f..'
    'https://other.example@evil.example/' 'https://other.example:x@evil.example'
    https://other.example.evil.example/ https://otherXexample/
    https://other.example:8443/ http://other.example/ https://other.example%2f@evil.example
    $'/\tevil.example' $'\t//evil.example' $'/\n/evil.example' ' //evil.example'
    $'/a\r\nLocation: https://evil.example' /%0d%0aLocation:%20https://evil.example
    'javascript:alert(1)' 'data:text/html,a' 'blob:https://other.example/a'
    '/gate/logout' '/GATE/logout' '/gate;a/logout' '/%67ate/logout' '/x/../gate/logout'
    'https://[::1]/' 'https://0x7f.1/' 'https://2130706433/' 'https://evil。example/'
    '?a' 'evil.example' '.evil.example' '@evil.example')

@test "nobody is led elsewhere: by the form, after the fallback" {
	for to in "${ELSEWHERE[@]}"; do
		get "/gate/login?way=password&return=$(printf %s "$to" | jq -sRr @uri)"
		is 200 "$status"
		is "$BASE/" "$(field return)"
	done
	# after the fallback: what the form brings, not what we wrote into it
	get '/gate/login?way=password'
	post '/gate/login?way=password' "csrf=$(field csrf)" user=bob \
	    "password=$PASSWORD" 'return=https://other.example@evil.example/'
	give_code bob
	is 303 "$status"
	is "$BASE/" "$(header Location)"
}

@test "nobody is led elsewhere: after SSO" {
	for to in //evil.example 'https://other.example@evil.example/' \
	    '/\evil.example' $'/a\r\nX-Evil: a' https://other.example.evil.example; do
		begin_sso "$(printf %s "$to" | jq -sRr @uri)"
		arrive "$(answer alice)" "$relay"
		is 303 "$status"
		is "$BASE/" "$(header Location)"
		is '' "$(header X-Evil)"
	done
	begin_sso https%3A%2F%2Fother.example%2Fx
	arrive "$(answer alice)" "$relay"
	is https://other.example/x "$(header Location)"
}

@test "nobody is led elsewhere: by the portal's 401" {
	for path in //evil.example ///evil.example/ '/\evil.example' \
	    /%5cevil.example /%2fevil.example /%2f%2fevil.example/ \
	    /a%0d%0aLocation:%20https://evil.example/ /a%0aX-Evil:a \
	    '/a?b=%0d%0aX-Evil:a' '/@evil.example' /.//evil.example \
	    '/;@evil.example' '/a//evil.example?c' '/?return=//evil.example'; do
		get "$path"
		[ "$status" != 400 ] || continue # nginx's own
		is 303 "$status"
		to=$(header Location)
		echo "$path: $to"
		is 1 "$(wc -l <<< "$to")"
		is '' "$(header X-Evil)"
		[[ $to == "$BASE/gate/login" || $to == "$BASE/gate/login?return="* ]]
		[ "$to" != "$BASE/gate/login" ] || continue
		back=$(jq -rRn --arg at "${to#*return=}" '$at | @urid' 2> /dev/null ||
		    python3 -c 'import sys, urllib.parse
print(urllib.parse.unquote(sys.argv[1]))' "${to#*return=}")
		[[ $back == "$BASE/"* && $back != "$BASE//"* && $back != *\\* ]]
		# and it is what the page takes
		get "${to#"$BASE"}"
		[[ $status == 200 ]]
	done
	# whoever asks gatehouse-web in the proxy's place gets no other
	SOCKET=$GATE/web.sock
	for to in "${ELSEWHERE[@]}"; do
		[[ $to != *[$'\r\n']* ]] || continue
		is 401 "$(ask check -H "X-Forwarded-Uri: $to")"
		run ! grep -i '^x-gatehouse-login:.*evil' "$R/head"
	done
}

@test "login CSRF: nobody is signed in as somebody else" {
	# the attacker's own answer, posted by the victim's browser
	browser attacker
	begin_sso
	theirs=$(answer eve) their_relay=$relay
	browser victim
	arrive "$theirs" "$their_relay"
	is 403 "$status"
	is '' "$(value __Host-gate)"
	# nor with a cookie of that name, which a neighbour may have put there
	name=$(awk '$6 ~ /^__Secure-gate-sso-/ { print $6 }' "$R/jar.attacker")
	[ -n "$name" ]
	browser attacker
	begin_sso
	theirs=$(answer eve) their_relay=$relay
	name=$(awk -v not="$name" '$6 ~ /^__Secure-gate-sso-/ && $6 != not {
	    print $6 }' "$R/jar.attacker")
	browser victim
	begin_sso
	browse /gate/acs -H "Origin: $IDP_URL" -H 'Sec-Fetch-Site: cross-site' \
	    -b "$name=$(awk '$6 ~ /^__Secure-gate-sso-/ { print $7 }' "$JAR")" \
	    --data-urlencode "SAMLResponse=$theirs" \
	    --data-urlencode "RelayState=$their_relay"
	is 403 "$status"
	is '' "$(value __Host-gate)"
	# where the victim has begun, too: with either's RelayState, or none
	browser attacker
	begin_sso
	theirs=$(answer eve) their_relay=$relay
	browser victim
	begin_sso
	arrive "$theirs" "$relay"
	is 403 "$status"
	browser attacker
	begin_sso
	browser victim
	arrive "$(answer eve)"
	is 403 "$status"
	browser attacker
	begin_sso
	browser victim
	arrive "$(answer eve)" https://other.example/
	is 403 "$status"
	is '' "$(value __Host-gate)"
	is '' "$(who)"
}

@test "login CSRF: an answer that was carried off is good for nothing" {
	browser victim
	begin_sso
	response=$(answer alice)
	browser attacker
	arrive "$response" "$relay"
	is 403 "$status"
	is '' "$(who)"
	# with a cookie of one's own
	begin_sso
	arrive "$response" "$relay"
	is 403 "$status"
	is '' "$(who)"
	# and once more where it has been good
	browser victim
	begin_sso
	response=$(answer alice) first=$relay
	cp "$JAR" "$R/jar.copy"
	arrive "$response" "$first"
	is 303 "$status"
	cp "$R/jar.copy" "$JAR"
	arrive "$response" "$first"
	is 403 "$status"
}

@test "login CSRF: the fallback" {
	browser attacker
	get '/gate/login?way=password'
	csrf=$(field csrf)
	browser victim
	get '/gate/login?way=password'
	own=$(field csrf)
	browse '/gate/login?way=password' -H 'Origin: https://evil.example' \
	    -H 'Sec-Fetch-Site: cross-site' --data-urlencode "csrf=$csrf" \
	    -d user=bob --data-urlencode "password=$PASSWORD"
	is 403 "$status"
	# from a neighbour's page, from nowhere, from a page that hides whence
	for site in "Origin: https://sub.localhost:$PORT|same-site" \
	    'Origin: null|cross-site' 'X: y|cross-site' 'X: y|none' 'X: y|' \
	    "Origin: http://localhost:$PORT|same-origin" \
	    'Origin: https://localhost|same-origin' \
	    "Origin: $BASE|cross-site" "Origin: $BASE.evil.example|same-origin"; do
		options=(-H "${site%|*}")
		[ -z "${site#*|}" ] || options+=(-H "Sec-Fetch-Site: ${site#*|}")
		browse '/gate/login?way=password' "${options[@]}" \
		    --data-urlencode "csrf=$own" -d user=bob \
		    --data-urlencode "password=$PASSWORD"
		is 403 "$status"
	done
	is '' "$(value __Host-gate)"
}

@test "forms: a token is of one browser, one form, one step, one process" {
	browser other
	get '/gate/login?way=password'
	foreign=$(field csrf)
	sso eve
	eves=$(value __Host-gate)
	get /gate/logout
	foreign_logout=$(field csrf)
	# the page of her sessions has a form where there are others
	token alice
	browser one
	sso alice
	for form in logout sessions activity password; do
		get "/gate/$form"
		is 200 "$status"
		declare "of_$form=$(field csrf)"
		[ -n "$(field csrf)" ]
	done
	[ "$(printf '%s\n' "$of_logout" "$of_sessions" "$of_activity" \
	    "$of_password" | sort -u | wc -l)" = 4 ]
	for form in logout sessions activity password; do
		own=of_$form
		for other in of_logout of_sessions of_activity of_password \
		    foreign foreign_logout nothing empty long changed; do
			nothing='' empty='' changed=${!own%?}%
			long=$(printf 'a%.0s' {1..5000})
			[ "$other" != "$own" ] || continue
			fields=("csrf=${!other}" others=1 stay=1)
			[ "$other" != nothing ] || fields=(others=1 stay=1)
			post "/gate/$form" "${fields[@]}"
			is 403 "$status"
		done
		# nor is it good twice in one form
		browse "/gate/$form" -H "Origin: $BASE" --data-urlencode \
		    "csrf=${!own}" --data-urlencode "csrf=${!own}" -d others=1
		is 400 "$status"
		# nor with another's session, or none
		JAR=/dev/null browse "/gate/$form" -H "Origin: $BASE" \
		    --data-urlencode "csrf=${!own}" -d others=1 \
		    -H "Cookie: __Host-gate=$eves"
		is 403 "$status"
	done
	is alice "$(who)"
	is eve "$(who_has "$eves")"
	# another process has another key
	token=$(value __Host-gate)
	browser none
	beside
	is 403 "$(ask logout -H "Cookie: __Host-gate=$token" \
	    --data-urlencode "csrf=$of_logout")"
	browser one
	is alice "$(who)"
	# and the right one is good
	post /gate/logout "csrf=$of_logout"
	is 200 "$status"
	is '' "$(who)"
}

@test "every answer forbids to be framed, kept, guessed at" {
	token alice
	attack strict
	# of errors that nginx makes in our place, too
	kill -STOP "$FRONT_PID"
	curl -sk -o /dev/null --max-time 1 "$BASE/gate/healthz" || true
	kill -CONT "$FRONT_PID"
	mv "$GATE/web.sock" "$GATE/away.sock"
	run attack strict_once healthz 502
	mv "$GATE/away.sock" "$GATE/web.sock"
	echo "$output"
	is 0 "$status"
}

@test "a session that somebody has put there is not the one of who signs in" {
	browser attacker
	sso eve
	planted=$(value __Host-gate)
	browser victim
	sed "s/^#HttpOnly_//; s/^/#HttpOnly_/; /__Host-gate/!d" "$R/jar.attacker" \
	    > "$JAR"
	is eve "$(who)"
	# SSO
	sso alice
	mine=$(value __Host-gate)
	[ "$mine" != "$planted" ]
	is alice "$(who)"
	is '' "$(who_has "$planted")"
	# the fallback: the cookie of the form is a new one behind the password
	browser fallback
	get '/gate/login?way=password'
	handle=$(value __Host-gate-login)
	post '/gate/login?way=password' "csrf=$(field csrf)" user=carol \
	    "password=$PASSWORD"
	[ "$(value __Host-gate-login)" != "$handle" ]
	give_code carol
	is 303 "$status"
	is carol "$(who)"
	old=$(value __Host-gate)
	is '' "$(value __Host-gate-login)"
	# another password
	get /gate/password
	post /gate/password "csrf=$(field csrf)" "current=$PASSWORD" \
	    'new=another horse, another battery' \
	    'again=another horse, another battery'
	is 200 "$status"
	new=$(value __Host-gate)
	[ -n "$new" ]
	[ "$new" != "$old" ]
	is carol "$(who)"
	is '' "$(who_has "$old")"
	# no attribute is missing, and nobody else can set it
	sso alice
	[[ $(header Set-Cookie) == *"__Host-gate="*"; Path=/; Secure; HttpOnly; SameSite=Lax"* ]]
	run ! grep -i '^set-cookie:.*domain' "$R/head"
}

@test "an IdP that begins by itself is not heard" {
	for relay in '' / https://other.example/ gr-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
		arrive "$(response alice)" "$relay"
		is 403 "$status"
		is '' "$(value __Host-gate)"
	done
	arrive "$(response alice)"
	is 403 "$status"
	browse "/gate/acs?SAMLResponse=$(response alice | jq -sRr @uri)"
	is 405 "$status"
}

@test "an IdP that means harm: in headers and on pages" {
	for name in markup lines; do
		value=$MARKUP
		[ "$name" = markup ] || value=$LINES
		browser "$name"
		sso "$name" --attribute "role=$value" --attribute "groups=$value"
		browse /headers
		is 200 "$status"
		cat "$R/body"
		# each header once, and nothing that ends a line, or a tag
		is "$name" "$(who)"
		run ! grep -E '"root"|<img|\\r|\\n|%00' "$R/body"
		[ "$name" = lines ] || grep -F '%22%3E%3Cimg' "$R/body"
		for page in logout sessions password status; do
			get "/gate/$page"
			is 200 "$status"
			run ! grep -i '<img' "$R/body"
		done
	done
	# who calls himself so
	for name in "$MARKUP" $'root\r\nX: y' '../../etc/passwd' 'a,b' ''; do
		browser hostile
		begin_sso
		arrive "$(answer "$name")" "$relay" || true
		[ "$status" != 500 ]
		run ! grep -F '<img' "$R/body"
		for page in logout sessions; do
			get "/gate/$page"
			run ! grep -F '<img' "$R/body"
		done
	done
	# the IdP's own name, on the page where one chooses
	browser choose
	get /gate/login
	run ! grep -F '<img' "$R/body"
	# and what people type
	get '/gate/login?way=password'
	post '/gate/login?way=password' "csrf=$(field csrf)" "user=$MARKUP" \
	    'password=x'
	run ! grep -F '<img' "$R/body"
	get "/gate/login?idp=$(jq -rn --arg m "$MARKUP" '$m | @uri')"
	run ! grep -F '<img' "$R/body"
	get "/gate/$(jq -rn --arg m "$MARKUP" '$m | @uri')"
	run ! grep -F '<img' "$R/body"
}

@test "the name by which a client calls us is not believed" {
	for host in evil.example evil.example:443 'localhost:1@evil.example' \
	    '[::1]' 'evil.example/x?'; do
		for page in /headers /gate/login?way=password /gate/sessions \
		    /gate/activity /gate/login?idp=https%3A%2F%2Fidp.example%2Fmetadata; do
			get "$page" --http1.1 -H "Host: $host" \
			    -H 'X-Forwarded-Host: evil.example' \
			    -H 'X-Forwarded-Proto: http' -H 'X-Forwarded-Port: 1' \
			    -H 'X-Forwarded-Prefix: //evil.example' \
			    -H 'X-Original-URL: /gate/metrics' \
			    -H 'X-Rewrite-URL: /gate/metrics'
			run ! grep -iF evil "$R/head" "$R/body"
			run ! grep -F gatehouse_web_ "$R/body"
		done
	done
	# two of them, none, another in the request line
	token alice
	is '' "$(who --http1.1 -H "Host: localhost:$PORT" -H 'Host: evil.example')"
}

@test "methods, sizes, NULs, and other ways to write a path" {
	token alice
	cookie=(-b "__Host-gate=$token")
	for verb in PUT DELETE PATCH OPTIONS PROPFIND X; do
		browse /gate/logout -X "$verb" "${cookie[@]}"
		is 405 "$status"
	done
	for verb in TRACE CONNECT get; do
		browse /gate/logout --http1.1 -X "$verb" "${cookie[@]}"
		[[ $status == 40* ]]
	done
	# a verb within another
	browse /gate/logout "${cookie[@]}" -H 'X-HTTP-Method-Override: POST' \
	    -H 'X-Method-Override: POST'
	is 200 "$status"
	is alice "$(who "${cookie[@]}")"
	for path in /gate/check /gate/metrics; do
		for way in "$path" "/$path" "$path/" "$path;a" "$path%20" \
		    "$path%3f" "$path%00" "$path?a" "$path#a" "/.$path" "/x/..$path" \
		    "/x/..%2f${path#/}" "/%2f${path#/}" "/gate%2f${path##*/}" \
		    "/gate/%2e/${path##*/}" "/gate/x/%2e%2e/${path##*/}" \
		    "/gate//${path##*/}" "/gate/logo/../${path##*/}" \
		    "/%67ate/${path##*/}" "/gate/%25${path##*/}" "/GATE/${path##*/}" \
		    "/gate/..;/gate/${path##*/}" "/gate\\${path##*/}" \
		    "/gate/${path##*/}%c0%af" "/gate/.${path#/gate}" \
		    "http://localhost$path" "https://localhost$path?" \
		    "${path#/}" "*"; do
			browse / --http1.1 --request-target "$way" "${cookie[@]}"
			echo "$way: $status"
			run ! grep -F gatehouse_web_ "$R/body"
			run ! grep -i '^x-gatehouse-' "$R/head"
		done
	done
	for way in '/gate/..%2f..%2f..%2f..%2fetc/passwd' '/gate/%2e%2e%2f%2e%2e' \
	    /gate/....//....//etc/passwd '/gate/activity.js%00.html' \
	    /gate/style.css/../../../../etc/passwd '/gate/logo/..%5c..%5cetc'; do
		browse "$way" --http1.1
		[[ $status == 40* ]]
		run ! grep -F root: "$R/body"
	done
	long=$(printf 'a%.0s' {1..7000})
	for options in "-H X:$long" "-b a=$long" "-A $long" "-H Host:$long"; do
		# shellcheck disable=SC2086
		browse "/gate/login?way=password&return=/$long" $options
		[[ $status == 200 || $status == 40* || $status == 41* ]]
	done
	head -c 3000000 /dev/zero | tr '\0' a > "$R/large"
	browse /gate/acs --data-binary "@$R/large"
	is 413 "$status"
	head -c 900000 "$R/large" > "$R/less"
	browse /gate/acs --data-urlencode "SAMLResponse@$R/less"
	echo "a large Response: $status"
	[[ $status == 4* ]]
	browse /gate/login --data-binary "@$R/less" -H "Origin: $BASE"
	is 413 "$status"
	is alice "$(who "${cookie[@]}")"
}

@test "10,000 requests that make no sense" {
	beside timeout 1s login_rate 10000
	token alice
	SOCKET=$SOCKET attack fuzz "${FUZZ_SEED:-1}" 10000
	kill -0 "$BESIDE"
	is 200 "$(ask healthz)"
	run ! grep -E 'Sanitizer|runtime error|error:' "$R/beside.log"
	kill "$BESIDE"
	ended=0
	wait "$BESIDE" || ended=$?
	BESIDE=
	is 0 "$ended"
}

@test "2,000 who dawdle: people sign in beside them" {
	attack crowd 2000 "$R/full" "$R/end" 3>&- &
	CROWD=$!
	for _ in $(seq 400); do
		[ ! -e "$R/full" ] || break
		kill -0 "$CROWD"
		sleep 0.1
	done
	[ -e "$R/full" ]
	SECONDS=0
	sso alice
	is alice "$(who)"
	browser two
	give_password dora
	give_code dora
	is 303 "$status"
	is dora "$(who)"
	[ "$SECONDS" -lt 10 ]
	kill -0 "$CROWD"
	touch "$R/end"
	wait "$CROWD"
	CROWD=
}

# begin USER: a form is opened and sent, to the one on $SOCKET
begin() {
	ask 'login?way=password' > /dev/null
	ask 'login?way=password' -d "user=$1" \
	    --data-urlencode "password=${2:-wrong}" \
	    --data-urlencode "csrf=$(field csrf)"
}

@test "sign-ins that begin: so many from one address, and others go on" {
	beside login_rate 3
	for _ in 1 2 3; do
		is 200 "$(begin nobody)"
	done
	is 429 "$(begin nobody)"
	is 60 "$(header Retry-After)"
	# by the other ways as well
	is 429 "$(ask 'login?idp=https%3A%2F%2Fidp.example%2Fmetadata')"
	# nor does another port, another header, another address of the same net
	ADDRESS='203.0.113.1, 192.0.2.7'
	is 429 "$(begin nobody)"
	for n in 1 2 3; do
		ADDRESS=2001:db8:1::$n
		is 200 "$(begin nobody)"
	done
	ADDRESS=2001:db8:1::ffff:1
	is 429 "$(begin nobody)"
	ADDRESS=192.0.2.8
	is 200 "$(begin nobody)"
}

@test "a gatehouse-login that says nothing: it keeps no other page waiting" {
	token alice
	attack mute "$R/mute.sock" 16 "$R/full" 3>&- &
	CROWD=$!
	for _ in $(seq 100); do [ ! -S "$R/mute.sock" ] || break; sleep 0.05; done
	beside login_socket "$R/mute.sock" logins 96 login_rate 10000
	for n in $(seq 30); do
		(
			mkdir "$R/$n"
			R=$R/$n ADDRESS=192.0.2.$n
			JAR=$R/jar
			begin nobody > "$R/status"
		) 3>&- &
	done
	for _ in $(seq 200); do [ ! -e "$R/full" ] || break; sleep 0.05; done
	[ -e "$R/full" ]
	SECONDS=0
	is 200 "$(ask 'login?way=password' --max-time 5)"
	is 200 "$(ask sessions -H "Cookie: __Host-gate=$token" --max-time 5)"
	is 200 "$(ask logout -H "Cookie: __Host-gate=$token" --max-time 5)"
	is 200 "$(ask check -H "Cookie: __Host-gate=$token" --max-time 5)"
	is 200 "$(ask metadata --max-time 5)"
	[ "$SECONDS" -lt 10 ]
	# whoever waits goes with it
	kill -KILL "$BESIDE"
	wait "$BESIDE" || true
	BESIDE=
	kill "$CROWD"
	CROWD=
	wait
}

@test "[web] logins: one address does not take all of them" {
	beside logins 8 login_rate 10000
	# two of eight wait for their code
	for n in 1 2 3; do
		browser "$n"
		got=$(begin bob "$PASSWORD")
		[ "$n" = 3 ] || is 200 "$got"
	done
	is 503 "$got"
	ADDRESS=192.0.2.99
	is 200 "$(begin nobody)"
}

@test "gatehoused dies, hangs and comes back: nobody else gets in meanwhile" {
	token alice
	attack watch "$R/end" "$R/seen" 3>&- &
	CROWD=$!
	sleep 0.5
	kill -STOP "$GATE_PID"
	sleep 2.5
	kill -CONT "$GATE_PID"
	sleep 0.5
	kill -KILL "$GATE_PID"
	while kill -0 "$GATE_PID" 2> /dev/null; do sleep 0.05; done
	sleep 0.5
	gate_start
	sed -i "s/^[0-9]*/$GATE_PID/" "$GATE/pids"
	for _ in $(seq 100); do
		[ "$(who_has "$token")" != alice ] || break
		sleep 0.1
	done
	touch "$R/end"
	wait "$CROWD"
	CROWD=
	cat "$R/seen"
	grep '^person 200 ' "$R/seen"
	grep '^person 503 ' "$R/seen"
	grep '^stranger 401 ' "$R/seen"
	run ! grep -vE '^(person (200|503)|stranger (401|503)) ' "$R/seen"
	is alice "$(who_has "$token")"
	# the sign-ins that were under way are over, and new ones go on
	sso eve
	is eve "$(who)"
}

@test "gatehouse-web can open no file and start no program" {
	"$BUILD/tests/test_web_sandbox" 2>&1
	for task in /proc/"$FRONT_PID"/task/*; do
		grep -qx 'Seccomp:	2' "$task/status"
		grep -qx 'NoNewPrivs:	1' "$task/status"
	done
}
