#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The pages of the front door, as browsers walk through them: each browser is a
# curl with a jar of its own.

bats_require_minimum_version 1.5.0

IDP=https://idp.example/metadata
IDP_SLO=https://idp.example/slo

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	door "$BATS_FILE_TMPDIR/gate"
	export GATE LOGIN
	start
	echo "$GATE_PID $LOGIN_PID $FRONT_PID" > "$GATE/pids"
}

teardown_file() {
	local pid
	local pids
	read -ra pids < "$BATS_FILE_TMPDIR/gate/pids"
	for pid in "${pids[@]}"; do
		kill "$pid" 2> /dev/null || true
	done
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	sources
	read -r GATE_PID LOGIN_PID FRONT_PID < "$GATE/pids"
	OWN=
	browser one
}

teardown() {
	echo "page:"
	sed -n '/<main/,$p' "$R/body" 2> /dev/null | grep -v '^<\(svg\|path\)' || true
	tail -q -n 5 "$GATE/daemon.log" "$GATE/login.log" "$GATE/web.log" || true
	[ -z "$OWN" ] || stop
}

stop() {
	front_stop
	login_stop
	gate_stop
	rm -rf "$R/gate"
}

sources() {
	. tests/gate.sh
	. tests/web/login.bash
	. tests/web/front.bash
	R=$BATS_TEST_TMPDIR
	PASSWORD='correct horse battery staple'
}

# door DIR: keys and configuration of all of it.
door() {
	sources
	IDP_KEY=(--slo "$IDP_SLO")
	gate_make "$1"
	gate_speaks
	login_make
	front_make
	gate_set saml allow_unsolicited no
	gate_set saml clock_skew 2s
	gate_set password cost 1
	gate_set 2fa enroll yes
	gate_set gate catalogues "$BUILD/locale"
	gate_set web login_rate 10000
}

start() {
	gate_start
	login_start
	front_start
}

# own [SECTION KEY VALUE]...: a gate of the test's own.
own() {
	[ -z "$OWN" ] || stop
	OWN=1
	GATE_PID='' LOGIN_PID='' FRONT_PID=''
	door "$R/gate"
	while [ $# -gt 0 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	start
}

# person NAME [OPTION...]: a user with a second factor; its URI is in
# $GATE/NAME.otp.
person() {
	ctl user add "$@" <<< "$PASSWORD"
	ctl otp enroll --no-confirm "$1" > "$GATE/$1.otp" 2> /dev/null
}

code() {
	otp_code "$(cat "$GATE/$1.otp")" "${2:-0}"
}

# --- a browser ---

# browser NAME: the one that is used from here on.
browser() {
	JAR=$R/jar.$1
	ADDRESS=192.0.2.7
}

# browse PATH [CURL OPTION...]
browse() {
	local path=$1
	shift
	curl -sS --max-time 60 --unix-socket "$GATE/web.sock" -b "$JAR" \
	    -c "$JAR" -D "$R/head" -o "$R/body" \
	    -H "X-Forwarded-For: $ADDRESS" "$@" "http://localhost$path"
	status=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$R/head")
}

# get PATH: a person opens a page.
get() {
	browse "$1" -H 'Sec-Fetch-Site: same-origin' "${@:2}"
}

# fill FIELD=VALUE...: sends the page's form.
fill() {
	post "$(action)" "csrf=$(field csrf)" "$@"
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

# unescaped: what a browser reads in an attribute.
unescaped() {
	sed 's/&amp;/\&/g; s/&quot;/"/g'
}

action() {
	sed -n 's/.*<form [^>]*action="\([^"]*\)".*/\1/p' "$R/body" | head -n 1 |
	    unescaped
}

field() {
	sed -n "s/.*name=\"$1\" value=\"\([^\"]*\)\".*/\1/p" "$R/body" |
	    head -n 1 | unescaped
}

# header NAME: its values.
header() {
	tr -d '\r' < "$R/head" | sed -n "s/^$1: //Ip"
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# shows TEXT: the page does.
shows() {
	grep -qF -- "$1" "$R/body" || { echo "no \"$1\" in the page"; return 1; }
}

# at TITLE [STATUS]
at() {
	shows "<h1>$1</h1>"
	is "${2:-200}" "$status"
}

# led PATH
led() {
	is 303 "$status"
	is "$1" "$(header Location)"
}

# who: the user that the portal is told of; "" and 401 for nobody.
who() {
	browse /gate/check
	header X-Gatehouse-User | tr -d ' '
}

# is_nobody: the portal is told of nobody.
is_nobody() {
	browse /gate/check
	is 401 "$status"
	is '' "$(header X-Gatehouse-User | tr -d ' ')"
}

# referred TEXT: the page has a reference, and the log says TEXT of it.
referred() {
	local reference
	reference=$(sed -n 's/.*give this reference: <code>\([0-9a-f]*\)<.*/\1/p' \
	    "$R/body")
	[ -n "$reference" ]
	for _ in $(seq 50); do
		! grep -F "$reference" "$GATE/web.log" | grep -F -- "$1" || return 0
		sleep 0.05
	done
	echo "no \"$1\" of $reference in the log"
	return 1
}

# give_password NAME [PASSWORD [RETURN]]: up to the next page.
give_password() {
	get "/gate/login?way=password&return=${3:-/}"
	at 'Sign in with a password'
	fill "user=$1" "password=${2:-$PASSWORD}" "return=$(field return)"
}

# sign_in NAME: by the fallback.
sign_in() {
	give_password "$1"
	at 'Enter your code'
	fill "code=$(code "$1" "${2:-0}")"
	led "$BASE/"
}

# --- SSO ---

# begin_sso [RETURN]: leads to the IdP; leaves $url and $relay.
begin_sso() {
	get "/gate/login?idp=https%3A%2F%2Fidp.example%2Fmetadata&return=${1:-/}"
	is 303 "$status"
	url=$(header Location)
	[[ $url == https://idp.example/sso\?SAMLRequest=* ]]
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
	browse /gate/acs -H 'Origin: https://idp.example' \
	    -H 'Sec-Fetch-Site: cross-site' --data-urlencode "SAMLResponse=$1" \
	    ${2+--data-urlencode "RelayState=$2"}
}

sso() {
	local name=$1
	shift
	begin_sso
	arrive "$(answer "$name" "$@")" "$relay"
	led "$BASE/"
}

@test "SSO: there and back, and the person is where he wanted to be" {
	begin_sso '%2Fpatients%3Fid%3D7'
	cookie=$(header Set-Cookie)
	[[ $cookie == __Secure-gate-sso-*'; Path=/gate/acs; Max-Age=600; Secure; HttpOnly; SameSite=None' ]]
	response=$(answer alice)
	arrive "$response" "$relay"
	led "$BASE/patients?id=7"
	header Set-Cookie | grep -x '__Host-gate=gs-[^;]*; Path=/; Secure; HttpOnly; SameSite=Lax'
	is alice "$(who)"
	is sso "$(header X-Gatehouse-Method)"
	# it was good once
	arrive "$response" "$relay"
	at 'That did not work' 403
	referred request_unknown
}

@test "SSO: what another browser has begun signs nobody in" {
	begin_sso
	browser two
	arrive "$(answer mallory)" "$relay"
	at 'That did not work' 403
	referred 'this browser has not made'
	is_nobody
	# one that has begun something itself, too
	begin_sso
	theirs=$relay
	browser one
	begin_sso
	response=$(answer mallory)
	browser two
	arrive "$response" "$relay"
	at 'That did not work' 403
	arrive "$response" "$theirs"
	at 'That did not work' 403
	arrive "$response"
	at 'That did not work' 403
	is_nobody
	# one that has a cookie of that name, with something else in it
	browser one
	begin_sso
	cookie=$(header Set-Cookie)
	response=$(answer mallory)
	browser three
	browse /gate/acs -H "Cookie: ${cookie%%=*}=$(printf 'A%.0s' $(seq 43))" \
	    -H 'Sec-Fetch-Site: cross-site' \
	    --data-urlencode "SAMLResponse=$response" \
	    --data-urlencode "RelayState=$relay"
	at 'That did not work' 403
	referred 'this browser has not made'
	# what no browser has begun
	begun=$(ctl --json sso start --idp "$IDP")
	url=$(jq -r .url <<< "$begun")
	arrive "$(answer mallory)" "$(jq -r .relay_state <<< "$begun")"
	at 'That did not work' 403
	referred 'this browser has not made'
	is_nobody
}

@test "SSO: two windows of one browser at once" {
	begin_sso /a
	first_url=$url first=$relay
	begin_sso /b
	arrive "$(answer alice)" "$relay"
	led "$BASE/b"
	url=$first_url
	arrive "$(answer alice)" "$first"
	led "$BASE/a"
	is alice "$(who)"
}

@test "SSO: two browsers at once are two sessions" {
	sso alice
	is alice "$(who)"
	session=$(header X-Gatehouse-Session)
	browser two
	sso bert
	is bert "$(who)"
	[ "$(header X-Gatehouse-Session)" != "$session" ]
	browser one
	is alice "$(who)"
	is "$session" "$(header X-Gatehouse-Session)"
}

@test "SSO that the IdP begins: refused, unless it is configured" {
	arrive "$(response alice)" /somewhere
	at 'That did not work' 403
	referred 'a Response: '
	is_nobody
	own saml allow_unsolicited yes
	arrive "$(response alice)" /somewhere
	led "$BASE/somewhere"
	is alice "$(who)"
	arrive "$(response alice)" https://evil.example/
	led "$BASE/"
	# a RelayState of ours does not come from nowhere
	arrive "$(response alice)" "gr-$(printf 'A%.0s' $(seq 43))"
	at 'That did not work' 403
}

@test "SSO: what is no Response, and what no IdP of ours has said" {
	browse /gate/acs -H 'Sec-Fetch-Site: cross-site' --data-urlencode x=y
	at 'That did not work' 400
	begin_sso
	arrive AAAA "$relay"
	at 'That did not work' 403
	referred 'a Response: '
	browse /gate/acs
	is 405 "$status"
}

@test "a way to sign in is chosen" {
	get '/gate/login?return=/x'
	at 'Sign in'
	shows 'way=password&amp;return=https%3A%2F%2Fportal.example%2Fx'
	shows 'idp=https%3A%2F%2Fidp.example%2Fmetadata'
	browse /gate/login -H 'Accept-Language: de'
	at Anmelden
	own password fallback no
	get /gate/login
	is 303 "$status"
	[[ $(header Location) == https://idp.example/sso\?* ]]
	get '/gate/login?way=password'
	is 303 "$status"
	post '/gate/login?way=password' user=a password=b csrf=c
	is 403 "$status"
}

@test "the fallback: password and code" {
	person bob
	give_password bob "$PASSWORD" '%2Fpatients%3Fid%3D7%23top'
	at 'Enter your code'
	is_nobody
	get '/gate/login?way=password'
	give_password bob "$PASSWORD" '%2Fpatients%3Fid%3D7%23top'
	fill "code=$(code bob)"
	led "$BASE/patients?id=7#top"
	is bob "$(who)"
	is password+otp "$(header X-Gatehouse-Method)"
	# the handle of the sign-in is gone
	run ! grep -q __Host-gate-login "$JAR"
}

@test "the fallback: whatever was wrong, the page says the same" {
	person ben
	give_password ben
	fill code=000000
	at 'Sign in with a password' 403
	shows 'value="ben"'
	referred 'sign-in by password: denied'
	sed -n '/<main/,/<form/p' "$R/body" > "$R/code"
	give_password ben 'not the password'
	at 'Enter your code'
	fill "code=$(code ben)"
	at 'Sign in with a password' 403
	sed -n '/<main/,/<form/p' "$R/body" > "$R/password"
	give_password nobody-there
	at 'Enter your code'
	fill code=123456
	sed -n '/<main/,/<form/p' "$R/body" > "$R/user"
	cmp "$R/code" "$R/password"
	cmp "$R/code" "$R/user"
	is_nobody
	run ! grep -rF "$PASSWORD" "$GATE/web.log" "$GATE/login.log"
}

@test "what a refusal costs is waited for, by nobody else" {
	own gate fail_delay 2000
	person olaf
	give_password olaf
	begun=$(date +%s%N)
	( browse "$(action)" -H "Origin: $BASE" -d code=000000 \
	    --data-urlencode "csrf=$(field csrf)"
	date +%s%N > "$R/end"
	cp "$R/body" "$R/refused" ) 3>&- &
	waiting=$!
	browser two
	R=$R/two
	mkdir "$R"
	for _ in 1 2 3; do
		get '/gate/login?way=password'
		at 'Sign in with a password'
	done
	[ $(($(date +%s%N) - begun)) -lt 1000000000 ]
	wait "$waiting"
	R=${R%/two}
	[ $(($(cat "$R/end") - begun)) -gt 900000000 ]
	grep -F 'You could not be signed in' "$R/refused"
}

@test "a second factor is set up on the way in, and recovery codes are shown" {
	ctl user add carol <<< "$PASSWORD"
	give_password carol "$PASSWORD" /x
	at 'Set up a second factor'
	uri=$(grep -o 'href="otpauth:[^"]*' "$R/body" | cut -c7- | unescaped)
	key=$(sed -n 's|.*by hand: <code>\([A-Z2-7 ]*\)</code>.*|\1|p' "$R/body")
	[[ $uri == *"secret=${key// /}"* ]]
	grep -q '<svg' "$R/body"
	fill code=000000
	at 'Set up a second factor'
	shows 'That was not the code'
	shows "$key"
	fill "code=$(otp_code "$uri")"
	at 'Recovery codes'
	is 10 "$(grep -c '<li><code>' "$R/body")"
	recovery=$(sed -n 's|<li><code>\(.*\)</code>.*|\1|p' "$R/body" | head -n 1)
	fill
	led "$BASE/x"
	is carol "$(who)"
	browser two
	give_password carol
	at 'Enter your code'
	fill "code=$recovery"
	led "$BASE/"
}

@test "a password that has expired is changed on the way in" {
	person dora --must-change
	give_password dora
	fill "code=$(code dora)"
	at 'Change your password'
	shows 'must have 15 characters or more'
	fill "current=$PASSWORD" new=short again=short
	at 'Change your password'
	shows 'It has 5 characters'
	fill "current=$PASSWORD" 'new=a longer one, number 42' \
	    'again=another one, number 42'
	at 'Change your password'
	fill "current=$PASSWORD" 'new=a longer one, number 42' \
	    'again=a longer one, number 42'
	led "$BASE/"
	is dora "$(who)"
	browser two
	give_password dora 'a longer one, number 42'
	fill "code=$(code dora 30)"
	led "$BASE/"
}

@test "the password is changed by who is signed in, and the token with it" {
	person emil
	sign_in emil
	old=$(grep -o 'gs-.*' "$JAR")
	get /gate/password
	at 'Change your password'
	fill 'current=not it at all' 'new=a longer one, number 42' \
	    'again=a longer one, number 42'
	shows '<h1>Change your password</h1>'
	get /gate/password
	fill "current=$PASSWORD" new=short again=short
	at 'Change your password'
	shows 'It has 5 characters'
	fill "current=$PASSWORD" 'new=a longer one, number 42' \
	    'again=a longer one, number 42'
	at Done
	is emil "$(who)"
	[ "$(grep -o 'gs-.*' "$JAR")" != "$old" ]
	browser thief
	browse /gate/check -H "Authorization: Bearer $old"
	is 401 "$status"
	get /gate/password
	led /gate/login
}

@test "sign out: a page, a button, and no more session" {
	person fred
	sign_in fred
	token=$(grep -o 'gs-.*' "$JAR")
	get /gate/logout
	at 'Sign out'
	shows 'signed in as fred'
	is fred "$(who)"
	get /gate/logout
	fill
	at 'Signed out'
	run ! grep -q 'gs-' "$JAR"
	browse /gate/check -H "Authorization: Bearer $token"
	is 401 "$status"
	get /gate/logout
	at 'Signed out'
}

@test "sign out: of what was not ended it is not said that it was" {
	own web bind address
	sso alice
	token=$(grep -o 'gs-.*' "$JAR")
	ADDRESS=192.0.2.8
	get /gate/logout
	at 'That did not work' 403
	shows 'Your session was not ended'
	grep -q gs- "$JAR"
	# where nobody may come in
	ADDRESS=198.51.100.1
	get /gate/logout
	at 'That did not work' 403
	shows 'Your session was not ended'
	ADDRESS=192.0.2.7
	browser other
	for cookies in "__Host-gate=$token; __Host-gate=gs-x" '__Host-gate=x' \
	    "__Host-gate=gs-$(printf 'A%.0s' {1..100})"; do
		get /gate/logout -b "$cookies"
		at 'That did not work' 400
		shows 'Your session was not ended'
	done
	get /gate/logout
	at 'Signed out'
	browser one
	is alice "$(who)"
}

@test "sign out of SSO: the IdP is told, and its answer comes back" {
	sso alice --session-index one
	get /gate/logout
	fill
	is 200 "$status"
	url=$(header Refresh)
	[[ $url == "0; url=$IDP_SLO?SAMLRequest="* ]]
	url=${url#0; url=}
	header Content-Security-Policy | grep -qF "form-action 'self' https://idp.example"
	is_nobody
	id=$("$BUILD/test-idp" read --dir "$GATE/idp" <<< "$url" 2> /dev/null |
	    grep -oE '"?_[0-9a-f]{40}"?' | tr -d '"' | head -n 1) || true
	[ -n "$id" ] || id=$(request_id "$url")
	back=$("$BUILD/test-idp" logout-response --dir "$GATE/idp" \
	    --destination "$BASE/gate/slo" --in-response-to "$id")
	get "${back#"$BASE"}"
	at 'Signed out'
	# once
	get "${back#"$BASE"}"
	at 'That did not work' 403
}

# request_id URL: of a message in a redirect.
request_id() {
	python3 - "$1" <<-'END'
		import base64, re, sys, urllib.parse, zlib
		query = urllib.parse.parse_qs(urllib.parse.urlsplit(sys.argv[1]).query)
		xml = zlib.decompress(base64.b64decode(query["SAMLRequest"][0]), -15)
		print(re.search(rb' ID="([^"]*)"', xml).group(1).decode())
	END
}

@test "the IdP signs out, by redirect and by post" {
	sso alice --session-index gone1
	request=$("$BUILD/test-idp" logout-request --dir "$GATE/idp" \
	    --destination "$BASE/gate/slo" --name-id alice --index gone1)
	[[ $request == "$BASE/gate/slo?"* ]]
	browser idp
	browse "${request#"$BASE"}" -H 'Sec-Fetch-Site: cross-site'
	is 303 "$status"
	[[ $(header Location) == "$IDP_SLO"\?SAMLResponse=* ]]
	browser one
	is_nobody
	sso alice --session-index gone2
	request=$("$BUILD/test-idp" logout-request --dir "$GATE/idp" \
	    --destination "$BASE/gate/slo" --name-id alice --index gone2 \
	    --binding post)
	browse /gate/slo -H 'Sec-Fetch-Site: cross-site' --data "$request"
	is_nobody
	# what is none
	browse '/gate/slo?SAMLRequest=AAAA'
	at 'That did not work' 403
	browse /gate/slo
	is 400 "$status"
	browse /gate/slo --data x=y
	is 400 "$status"
}

@test "forms: without a token, with another's, from elsewhere, once more" {
	person gina
	get '/gate/login?way=password'
	mine=$(field csrf)
	post '/gate/login?way=password' user=gina "password=$PASSWORD"
	at 'Sign in with a password' 403
	browser two
	get '/gate/login?way=password'
	theirs=$(field csrf)
	browser one
	post '/gate/login?way=password' user=gina "password=$PASSWORD" \
	    "csrf=$theirs"
	at 'Sign in with a password' 403
	# from another's page
	browse '/gate/login?way=password' -H 'Origin: https://evil.example' \
	    -H 'Sec-Fetch-Site: cross-site' -d user=gina -d "csrf=$mine"
	is 403 "$status"
	browse '/gate/login?way=password' -d user=gina -d "csrf=$mine"
	is 403 "$status"
	# a code
	give_password gina
	first=$(field csrf)
	post '/gate/login?way=answer' "code=$(code gina)"
	at 'That did not work' 403
	post '/gate/login?way=answer' "csrf=$theirs" "code=$(code gina)"
	at 'That did not work' 403
	browser two
	post '/gate/login?way=answer' "csrf=$first" "code=$(code gina)"
	at 'That did not work' 403
	browser one
	post '/gate/login?way=answer' "csrf=$first" "code=$(code gina)"
	led "$BASE/"
	post '/gate/login?way=answer' "csrf=$first" "code=$(code gina)"
	at 'That did not work' 403
	is gina "$(who)"
	# the end of the session, by others
	post /gate/logout
	at 'That did not work' 403
	get /gate/logout
	token=$(field csrf)
	post /gate/sessions "csrf=$token" others=1
	at 'That did not work' 403
	is gina "$(who)"
}

@test "a form that is sent twice goes on where one is" {
	ctl user add hugo <<< "$PASSWORD"
	give_password hugo
	at 'Set up a second factor'
	first=$(field csrf)
	fill code=000000
	at 'Set up a second factor'
	post '/gate/login?way=answer' "csrf=$first" code=111111
	at 'Set up a second factor'
	shows 'That was sent before'
	uri=$(grep -o 'href="otpauth:[^"]*' "$R/body" | cut -c7- | unescaped)
	fill "code=$(otp_code "$uri")"
	at 'Recovery codes'
}

@test "nobody is led elsewhere" {
	person ida
	for to in https://evil.example/ //evil.example/ ///evil.example \
	    'http:evil.example' '\\evil.example' 'https:evil.example' \
	    'https://portal.example@evil.example/' '/%0d%0aSet-Cookie:x=y' \
	    'javascript:alert(1)' '/gate/logout' '/..//evil.example' \
	    "https://portal.example.evil.example/"; do
		escaped=$(printf %s "$to" | jq -sRr @uri)
		get "/gate/login?way=password&return=$escaped"
		is "$BASE/" "$(field return)"
	done
	get '/gate/login?way=password'
	fill user=ida "password=$PASSWORD" return=https://evil.example/
	fill "code=$(code ida)"
	led "$BASE/"
	begin_sso https%3A%2F%2Fevil.example%2F
	arrive "$(answer alice)" "$relay"
	led "$BASE/"
	own web return_to other.example
	begin_sso https%3A%2F%2Fother.example%2Fx
	arrive "$(answer alice)" "$relay"
	led https://other.example/x
}

@test "signing in again ends the session before, and changes the token" {
	person jana
	sign_in jana
	old=$(grep -o 'gs-.*' "$JAR")
	sign_in jana 30
	is jana "$(who)"
	browser old
	browse /gate/check -H "Authorization: Bearer $old"
	is 401 "$status"
}

@test "status and activity: what a script is told, and what counts" {
	own idle limit 1m idle warn 50s idle activity input
	sso alice
	get /gate/status
	is 200 "$status"
	is alice "$(jq -r .user "$R/body")"
	is open "$(jq -r .state "$R/body")"
	# half of the limit is the most
	is 30 "$(jq .warn "$R/body")"
	left=$(jq .left "$R/body")
	[ "$left" -le 60 ]
	for _ in $(seq 100); do
		get /gate/status
		[ "$(jq .left "$R/body")" -ge $((left - 1)) ] || break
		sleep 0.1
	done
	less=$(jq .left "$R/body")
	[ "$less" -lt "$left" ]
	post /gate/activity age=0
	is 200 "$status"
	[ "$(jq .left "$R/body")" -gt "$less" ]
	browse /gate/activity -H 'Origin: https://evil.example' -d age=0
	is 403 "$status"
	get /gate/activity?return=/x
	at 'Your session is about to end'
	fill return=/x stay=1
	led "$BASE/x"
	get /gate/activity
	fill leave=1
	led /gate/logout
	browser nobody
	get /gate/status
	is 401 "$status"
	post /gate/activity age=0
	is 401 "$status"
}

@test "sessions: one's own, and the end of the others" {
	sso kim --session-index k1
	browser two
	sso kim --session-index k2
	browser three
	sso kim --session-index k3
	browser other
	sso lea
	lea=$(who > /dev/null; header X-Gatehouse-Session)
	browser one
	get /gate/sessions
	at 'Your sessions'
	is 3 "$(grep -c '<tr><th scope="row">' "$R/body")"
	is 1 "$(grep -c 'This session' "$R/body")"
	one=$(grep -o 'name="session" value="[^"]*' "$R/body" | head -n 1 | cut -d'"' -f4)
	# another's is none of one's own
	fill "session=$lea"
	browser other
	is lea "$(who)"
	browser one
	get /gate/sessions
	fill "session=$one"
	led /gate/sessions
	get /gate/sessions
	is 2 "$(grep -c '<tr><th scope="row">' "$R/body")"
	fill others=1
	get /gate/sessions
	is 1 "$(grep -c '<tr><th scope="row">' "$R/body")"
	is kim "$(who)"
	browser two
	is_nobody
	browser three
	is_nobody
}

@test "hold: a backend's own token, and no other" {
	own idle limit 10s
	secret=hold-$(openssl rand -hex 16)
	echo "phone $(printf %s "$secret" | sha256sum | cut -d' ' -f1) # calls" \
	    > "$GATE/holders"
	gate_set web hold_tokens "$GATE/holders"
	gate_set peers hold "$(id -un)"
	front_stop
	gate_stop
	gate_start
	front_start
	sso alice
	who
	session=$(header X-Gatehouse-Session)
	hold() {
		browse /gate/hold -H "Authorization: Bearer $1" "${@:2}"
	}
	hold "$secret" -d "session=$session" -d label=call -d lease=20
	is 200 "$status"
	is 1 "$(jq .held "$R/body")"
	is 20 "$(jq .lease "$R/body")"
	ctl session holds --json | grep -F 'phone: call'
	hold "$secret" -d "session=$session" -d label=call -d release=1
	is 200 "$status"
	is 1 "$(jq .held "$R/body")"
	hold "${secret}x" -d "session=$session"
	is 401 "$status"
	hold "$(grep -o 'gs-.*' "$JAR")" -d "session=$session"
	is 401 "$status"
	browse /gate/hold -d "session=$session"
	is 401 "$status"
	hold "$secret" -d session=none
	is 409 "$status"
	hold "$secret" -d "session=$session" -d lease=x
	is 400 "$status"
	hold "$secret" -d ''
	is 400 "$status"
	run ! grep -F "$secret" "$GATE/web.log"
}

@test "a session that is bound to an address is nobody's elsewhere" {
	own web bind address idle limit 1m
	sso alice
	get /gate/status
	is 200 "$status"
	ADDRESS=192.0.2.8
	is_nobody
	get /gate/status
	is 401 "$status"
	post /gate/activity age=0
	is 401 "$status"
	get /gate/sessions
	led /gate/login
	ADDRESS=192.0.2.7
	is alice "$(who)"
	own web bind prefix
	sso alice
	ADDRESS=192.0.2.8
	is alice "$(who)"
	get /gate/status
	is 200 "$status"
	ADDRESS=2001:db8:1::7
	get /gate/status
	is 401 "$status"
	# from where nobody may come in
	ADDRESS=198.51.100.1
	get /gate/status
	is 401 "$status"
	get /gate/sessions
	led /gate/login
}

@test "an address from which nobody may come in" {
	sso alice
	ADDRESS=198.51.100.1
	get /gate/status
	is 403 "$status"
	post /gate/activity age=0
	is 403 "$status"
	get /gate/sessions
	at 'That did not work' 403
	get /gate/login?way=password
	fill user=x password=y
	at 'Sign in with a password' 403
}

@test "whoever begins again and again has one sign-in under way" {
	own web logins 8
	person nora
	for _ in 1 2 3 4; do
		give_password nora
		at 'Enter your code'
	done
	fill "code=$(code nora)"
	led "$BASE/"
	is nora "$(who)"
}

@test "too many answers of IdPs" {
	own web login_rate 2
	for _ in 1 2; do
		arrive AAAA
		is 403 "$status"
	done
	arrive AAAA
	is 429 "$status"
	ADDRESS=192.0.2.8
	sso alice
}

@test "too many logout messages of IdPs" {
	own web login_rate 2
	browse '/gate/slo?SAMLRequest=AAAA'
	is 403 "$status"
	browse /gate/slo --data SAMLResponse=AAAA
	is 403 "$status"
	browse '/gate/slo?SAMLRequest=AAAA'
	is 429 "$status"
	is 60 "$(header Retry-After)"
	browse /gate/slo --data SAMLResponse=AAAA
	is 429 "$status"
	referred login_rate
	ADDRESS=192.0.2.8
	browse '/gate/slo?SAMLRequest=AAAA'
	is 403 "$status"
}

@test "a sign-in that nobody goes on with is given up by itself" {
	own gate answer_timeout 10s
	person vera
	give_password vera
	at 'Enter your code'
	for _ in $(seq 300); do
		! front metrics | grep -qx 'gatehouse_web_logins 0' || return 0
		sleep 0.1
	done
	echo "it is still there"
	return 1
}

@test "too many who begin" {
	own web login_rate 3 web logins 8
	for name in a b c; do
		person "$name"
		browser "$name"
		give_password "$name"
		[ "$name" = c ] || at 'Enter your code'
	done
	# a quarter of them from one address
	at 'That did not work' 503
	referred '[web] logins'
	browser d
	get '/gate/login?way=password'
	fill user=a "password=$PASSWORD"
	is 429 "$status"
	referred login_rate
	get "/gate/login?idp=$IDP"
	is 429 "$status"
	# who was refused is not counted any more soon, but not at once
	for _ in $(seq 100); do
		front metrics | grep -x 'gatehouse_web_logins 2' && break
		sleep 0.05
	done
	front metrics | grep -x 'gatehouse_web_logins 2'
	# others are not the worse for it
	ADDRESS=192.0.2.8
	give_password c
	at 'Enter your code'
	# those that are given up make room
	browser a
	get '/gate/login?way=cancel'
	browser c
	ADDRESS=192.0.2.9
	give_password c
	fill "code=$(code c)"
	led "$BASE/"
}

@test "without gatehouse-login, and without gatehoused, nobody gets in" {
	own
	person max
	give_password max
	at 'Enter your code'
	children=$(pgrep -P "$LOGIN_PID")
	login_stop
	kill -KILL $children
	fill "code=$(code max)"
	is 503 "$status"
	give_password max
	at 'That did not work' 503
	referred gatehouse-login
	login_start
	sso alice
	gate_stop
	get "/gate/login?idp=$IDP"
	is 503 "$status"
	get /gate/login
	at 'Sign in with a password'
	fill user=max "password=$PASSWORD"
	is 503 "$status"
	get /gate/status
	is 503 "$status"
	get /gate/sessions
	is 503 "$status"
	get /gate/logout
	is 503 "$status"
	shows 'Your session was not ended'
	grep -q gs- "$JAR"
	gate_start
	is alice "$(who)"
}

@test "people are answered in their language" {
	person petra
	local german=(-H 'Accept-Language: de-AT, en;q=0.5')
	get '/gate/login?way=password' "${german[@]}"
	at 'Mit Passwort anmelden'
	browse "$(action)" -H "Origin: $BASE" "${german[@]}" -d user=petra \
	    --data-urlencode "csrf=$(field csrf)" -d password=wrong
	browse "$(action)" -H "Origin: $BASE" "${german[@]}" -d code=000000 \
	    --data-urlencode "csrf=$(field csrf)"
	is 403 "$status"
	shows 'Sie konnten nicht angemeldet werden.'
	browse /gate/acs "${german[@]}" -d SAMLResponse=AAAA
	shows 'Beginnen Sie von vorn.'
	get /gate/enroll -H 'Accept-Language: ko'
	shows '관리자'
	sso alice
	get /gate/status "${german[@]}"
	is 'Angemeldet bleiben' "$(jq -r .stay "$R/body")"
	is 'Ihre Sitzung endet gleich. Verbleibende Sekunden:' \
	    "$(jq -r .text "$R/body")"
	get /gate/password "${german[@]}"
	shows 'Es muss 15 oder mehr Zeichen haben.'
}

@test "metadata, and what is for nobody else" {
	get /gate/metadata
	is 200 "$status"
	is application/samlmetadata+xml "$(header Content-Type)"
	xmllint --noout "$R/body"
	shows 'Location="https://portal.example/gate/acs"'
	get /gate/enroll
	at 'Set up a second factor'
}
