#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What a proxy asks gatehouse-web with every request: alone, and behind a real
# nginx.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	. tests/web/front.bash
	gate_make "$BATS_TEST_TMPDIR/gate"
	front_make
}

teardown() {
	nginx_stop
	front_stop
	[ -z "${GATE_PID:-}" ] || kill -CONT "$GATE_PID" 2> /dev/null || true
	gate_stop
	tail -q -n 8 "$GATE/daemon.log" "$GATE/web.log" || true
}

# begin [USER]: starts all of it, and signs USER in.
begin() {
	gate_start
	front_start
	[ $# -eq 0 ] || token "$1"
}

cookie() {
	check -b "__Host-gate=$token" "$@"
}

# status LINE...: of an answer on standard input.
status() {
	head -n 1 | cut -d ' ' -f 2
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# has LINE: the answer has it, once.
has() {
	is 1 "$(grep -cixE "$1" <<< "$answer")" || { echo "$1:"; echo "$answer"; return 1; }
}

# raw TEXT: sends bytes as they are, as printf(1) has them, and shows what comes
# back until the other end hangs up, or 3 s.
raw() {
	python3 - "$GATE/web.sock" "$(printf '%b' "$1"; echo .)" <<-'END'
		import socket, sys
		s = socket.socket(socket.AF_UNIX)
		s.connect(sys.argv[1])
		s.settimeout(3)
		s.sendall(sys.argv[2][:-1].encode())
		got = b""
		try:
		    while piece := s.recv(65536):
		        got += piece
		    got += b"[hung up]\n"
		except TimeoutError:
		    got += b"[still open]\n"
		except ConnectionError:
		    got += b"[hung up]\n"
		sys.stdout.write(got.decode().replace("\r", ""))
	END
}

@test "whoever is signed in is told of by all headers, each of them once" {
	begin alice
	answer=$(cookie)
	has 'HTTP/1.1 200 OK'
	has 'X-Gatehouse-User: alice'
	has "X-Gatehouse-Session: $session"
	has 'X-Gatehouse-Method: sso'
	has 'X-Gatehouse-Groups: *'
	has 'X-Gatehouse-Attributes: *'
	has 'X-Gatehouse-Token: *'
	has 'X-Gatehouse-Previous-Session: *'
	has 'Content-Length: 0'
	# and again, when it is known who it is
	is "$(grep -v ^Date: <<< "$answer")" "$(cookie | grep -v ^Date:)"
}

@test "attributes are told where [web] attributes names them" {
	gate_set web attributes role
	sed -i 's/^\[session\]$/&\nattributes = mail role/' "$GATE/gatehouse.conf"
	gate_start
	front_start
	token alice --attribute mail=a@b.example --attribute 'role=agent, chief'
	answer=$(cookie)
	has 'X-Gatehouse-Attributes: role=agent%2C%20chief'
}

@test "whoever is not signed in is told where to, by headers that are empty" {
	begin
	answer=$(check)
	has 'HTTP/1.1 401 Unauthorized'
	has 'X-Gatehouse-Login: https://portal.example/gate/login'
	has 'WWW-Authenticate: Bearer realm="gate"'
	for name in User Groups Session Method Attributes Token Previous-Session; do
		has "X-Gatehouse-$name: *"
	done
	is 401 "$(check -b '__Host-gate=gs-AAAA' | status)"
	is 401 "$(check -b '__Host-gate=' | status)"
	is 401 "$(check -b "__Host-gate=gs-$(printf 'A%.0s' {1..43})" | status)"
	is 401 "$(check -b "__Host-gate=gs-$(printf 'A%.0s' {1..5000})" | status)"
}

@test "every answer forbids what nobody needs" {
	begin alice
	for answer in "$(cookie)" "$(check)" "$(front nothing -D - | tr -d '\r')"; do
		has 'Cache-Control: no-store'
		has 'X-Content-Type-Options: nosniff'
		has 'Referrer-Policy: no-referrer'
		has 'Strict-Transport-Security: max-age=31536000'
		has "Content-Security-Policy: default-src 'none'.*"
	done
}

@test "API clients show the token as a bearer" {
	begin alice
	is 200 "$(check -H "Authorization: Bearer $token" | status)"
	is 200 "$(check -H "authorization: bearer $token" | status)"
	is 401 "$(check -H "Authorization: Bearer ${token}x" | status)"
	is 401 "$(check -H "Authorization: Basic $token" | status)"
	# what is the portal's own is not looked at
	is 200 "$(cookie -H 'Authorization: Basic YTpi' | status)"
	is 200 "$(cookie -H 'Authorization: Bearer abc' | status)"
	# one that is ours is, whatever the cookie says
	is 401 "$(cookie -H 'Authorization: Bearer gs-abc' | status)"
}

@test "a session that has ended is refused at once" {
	begin alice
	is 200 "$(cookie | status)"
	ctl session end "$session" || true
	is 401 "$(cookie | status)"
}

@test "a new token takes the place of the one before" {
	begin alice
	old=$token
	token=$(ctl session token "$session")
	is 401 "$(check -b "__Host-gate=$old" | status)"
	is 200 "$(cookie | status)"
}

# idle: for how long alice has been, in milliseconds.
idle() {
	"$BUILD/tests/session_client" "$GATE/gate.sock" ask show \
	    "session=$session" | sed -n 's/^row.* idle=\([0-9]*\).*/\1/p'
}

@test "what a person does extends the session; polling does not" {
	begin alice
	while [ "$(idle)" -lt 3000 ]; do
		cookie > /dev/null
		sleep 0.1
	done
	cookie -H 'Sec-Fetch-Mode: navigate' > /dev/null
	cookie -H 'Sec-Fetch-User: ?1' -H 'Sec-Purpose: prefetch' > /dev/null
	[ "$(idle)" -ge 3000 ]
	cookie -H 'Sec-Fetch-User: ?1' > /dev/null
	[ "$(idle)" -lt 3000 ]
}

@test "the address is held against the allowlist each time" {
	begin alice
	is 200 "$(cookie | status)"
	answer=$(front check -b "__Host-gate=$token" -D - \
	    -H 'X-Forwarded-For: 203.0.113.9' | tr -d '\r')
	has 'HTTP/1.1 403 Forbidden'
	has 'X-Gatehouse-User: *'
	[[ $answer == *"network address, 203.0.113.9."* ]]
	# what the client has said itself stands to the left
	is 403 "$(front check -b "__Host-gate=$token" -D - \
	    -H 'X-Forwarded-For: 192.0.2.7, 203.0.113.9' | status)"
	is 200 "$(front check -b "__Host-gate=$token" -D - \
	    -H 'X-Forwarded-For: 203.0.113.9, 192.0.2.7' | status)"
	# the header that the proxy does not write is a stranger's
	is 403 "$(front check -b "__Host-gate=$token" -D - \
	    -H 'Forwarded: for=192.0.2.7' | status)"
	for said in unknown portal.example 192.0.2.7:80:80 '192.0.2.7,' ''; do
		is 403 "$(front check -b "__Host-gate=$token" -D - \
		    -H "X-Forwarded-For: $said" | status)"
	done
	answer=$(front check -b "__Host-gate=$token" -D - | tr -d '\r')
	has 'HTTP/1.1 403 Forbidden'
	has 'X-Gatehouse-User: *'
}

@test "the page that says why speaks the person's language" {
	gate_set gate catalogues "$BUILD/locale"
	begin alice
	answer=$(front check -b "__Host-gate=$token" -D - \
	    -H 'X-Forwarded-For: 203.0.113.9' -H 'Accept-Language: de-AT')
	[[ $answer == *'<html lang="de">'*"Netzadresse"* ]]
}

@test "a session may be good at its own address only" {
	gate_set web bind address
	begin alice
	is 200 "$(cookie | status)"
	at() {
		front check -b "__Host-gate=$token" -D - \
		    -H "X-Forwarded-For: $1" | status
	}
	is 401 "$(at 192.0.2.8)"
	front_stop
	gate_set web bind prefix
	front_start
	is 200 "$(at 192.0.2.8)"
	is 401 "$(at 2001:db8:1::7)"
}

@test "a token that was carried off does not keep its session alive" {
	gate_set web bind address
	begin alice
	while [ "$(idle)" -lt 3000 ]; do
		sleep 0.1
	done
	for _ in 1 2; do
		is 401 "$(front check -b "__Host-gate=$token" -D - \
		    -H 'X-Forwarded-For: 192.0.2.8' -H 'Sec-Fetch-User: ?1' |
		    status)"
	done
	[ "$(idle)" -ge 3000 ]
	is 200 "$(cookie -H 'Sec-Fetch-User: ?1' | status)"
	[ "$(idle)" -lt 3000 ]
}

@test "a cookie that is there twice is nobody's" {
	begin alice
	is 401 "$(check -b "__Host-gate=$token; __Host-gate=$token" | status)"
	is 401 "$(check -b "__Host-gate=$token; __host-gate=x" | status)"
	is 401 "$(check -H "Cookie: __Host-gate=$token" \
	    -H "Cookie: __Host-gate=gs-x" | status)"
	is 401 "$(check -b "gate=$token" | status)"
	is 200 "$(check -b "a=b; __Host-gate=$token; c=d" | status)"
	# a name that only looks alike is another's
	is 401 "$(check -H "Cookie_: __Host-gate=$token" | status)"
	is 401 "$(check -H "Authorization_: Bearer $token" | status)"
}

@test "without gatehoused nobody is let in, and it is said at once" {
	begin alice
	gate_stop
	SECONDS=0
	for _ in 1 2 3 4 5; do
		answer=$(cookie)
		has 'HTTP/1.1 503 Service Unavailable'
		has 'X-Gatehouse-User: *'
	done
	is 503 "$(front healthz -o /dev/null -w '%{http_code}')"
	[ "$SECONDS" -lt 5 ]
	gate_start
	is 200 "$(cookie | status)"
	is ok "$(front healthz)"
	# nor does anybody notice that it was started anew
	for _ in 1 2 3 4; do
		gate_stop
		gate_start
		is 200 "$(cookie | status)"
	done
}

@test "where gatehoused hangs, one waits and the others do not" {
	begin alice
	is 200 "$(cookie | status)"
	kill -STOP "$GATE_PID"
	is 503 "$(cookie | status)"
	took=$(check -b "__Host-gate=$token" -w '%{time_total}' | tail -n 1)
	kill -CONT "$GATE_PID"
	awk -v took="$took" 'BEGIN { exit !(took < 1.5) }'
	for _ in $(seq 100); do
		[ "$(cookie | status)" != 200 ] || return 0
		sleep 0.1
	done
	echo "it does not come back"
	return 1
}

@test "what is no request of ours is refused, and the line is closed" {
	begin alice
	local head='GET /gate/check HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 192.0.2.7\r\n'
	head+="Cookie: __Host-gate=$token\\r\\n"
	run raw "$head\\r\\n"
	[[ $output == 'HTTP/1.1 200 OK'* ]]
	# what could be a second request is none
	local second='GET /gate/healthz HTTP/1.1\r\nHost: a\r\n\r\n'
	for field in \
	    'Content-Length: 4\r\nTransfer-Encoding: chunked' \
	    'Transfer-Encoding: chunked' \
	    'Transfer-Encoding: identity, chunked' \
	    'Content-Length: 0\r\nContent-Length: 4' \
	    'Content-Length: 4, 4' \
	    'Content-Length: +4' \
	    'Content-Length: -1' \
	    'Content-Length: 99999999999999999999' \
	    'Content-Length: 4' \
	    'Host: b' \
	    'Authorization: Bearer a\r\nAuthorization: Bearer b' \
	    'Origin: null\r\nOrigin: null' \
	    ' folded: x' \
	    'no colon'; do
		run raw "$head$field\\r\\n\\r\\n0\\r\\n\\r\\n$second"
		echo "$field: $output"
		[[ $output == 'HTTP/1.1 4'* ]]
		[[ $output == *'[hung up]'* ]]
		[[ $output != *$'\n''ok'* ]]
	done
}

@test "only what is written as we write it is a path of ours" {
	begin alice
	for path in /gate /gate/ /gate/check/ //gate/check /gate//check \
	    /gate/./check /gate/x/../check /gate/%63heck /Gate/check /gatecheck \
	    /gate/check%00 '/gate/check;a' /check /gate/metrics/x; do
		is 404 "$(curl -sS --path-as-is -o /dev/null -w '%{http_code}' \
		    --unix-socket "$GATE/web.sock" -b "__Host-gate=$token" \
		    -H 'X-Forwarded-For: 192.0.2.7' "http://localhost$path")"
	done
	is 200 "$(cookie | status)"
	is 200 "$(front 'check?a=b%00' -b "__Host-gate=$token" -D - \
	    -H 'X-Forwarded-For: 192.0.2.7' | status)"
}

@test "what is not asked for is not taken" {
	begin alice
	answer=$(cookie -X DELETE)
	has 'HTTP/1.1 405 Method Not Allowed'
	has 'Allow: GET, HEAD'
	is 405 "$(cookie -X POST -d a=b | status)"
	is 200 "$(cookie -I | status)"
	is 413 "$(cookie -X GET -d a=b | status)"
	many=()
	for n in $(seq 80); do
		many+=(-H "X-$n: $n")
	done
	is 431 "$(cookie "${many[@]}" | status)"
	long=$(printf 'a%.0s' {1..40000})
	[[ $(cookie -H "X-Long: $long" | status) == 4* ]]
	[[ $(front "check?$long" -D - | status) == 4* ]]
	is 200 "$(cookie | status)"
}

@test "metrics are for this machine" {
	begin alice
	cookie > /dev/null
	check > /dev/null
	answer=$(front metrics)
	has 'gatehouse_web_checks_total\{answer="granted"\} 1'
	has 'gatehouse_web_checks_total\{answer="refused"\} 1'
	has 'gatehouse_web_connections 1'
	for said in 'X-Forwarded-For: 192.0.2.7' 'Forwarded: for=192.0.2.7' \
	    'Via: 1.1 proxy' 'X-Real-IP: 192.0.2.7'; do
		is 404 "$(front metrics -o /dev/null -w '%{http_code}' \
		    -H "$said")"
	done
	is 200 "$(front metrics -o /dev/null -w '%{http_code}' \
	    -H 'X-Forwarded-For: 127.0.0.1')"
}

@test "clients that are slow are hung up on, however they dawdle" {
	gate_set web timeout 1s
	begin
	SECONDS=0
	timeout 30 python3 - "$GATE/web.sock" <<-'END'
		import select, socket, sys, time
		def start(text):
		    s = socket.socket(socket.AF_UNIX)
		    s.connect(sys.argv[1])
		    s.sendall(text)
		    return s
		slow = [start(b""), start(b"GET /ga"),
		    start(b"GET /gate/healthz HTTP/1.1\r\nHost: a\r\n"),
		    start(b"GET /gate/healthz HTTP/1.1\r\nHost: a\r\nA:")]
		while slow:
		    for s in list(slow):
		        try:
		            s.sendall(b"x")
		        except OSError:
		            slow.remove(s)
		    time.sleep(0.2)
	END
	[ "$SECONDS" -lt 20 ]
	is ok "$(front healthz)"
}

@test "2,000 clients that dawdle keep nobody else waiting" {
	gate_set web timeout 10s
	begin alice
	python3 - "$GATE/web.sock" "$GATE/full" "$GATE/gone" <<-'END' &
		import resource, socket, sys, time
		hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
		resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
		slow = []
		for n in range(2000):
		    s = socket.socket(socket.AF_UNIX)
		    s.connect(sys.argv[1])
		    s.setblocking(False)
		    s.sendall(b"GET /gate/check HTTP/1.1\r\nHost: a\r\nX: ")
		    slow.append(s)
		open(sys.argv[2], "w")
		while slow:
		    for s in list(slow):
		        try:
		            s.sendall(b"x")
		        except OSError:
		            slow.remove(s)
		    time.sleep(0.3)
		open(sys.argv[3], "w")
	END
	crowd=$!
	while [ ! -e "$GATE/full" ]; do kill -0 "$crowd"; sleep 0.05; done
	for _ in $(seq 20); do
		is 200 "$(cookie | status)"
	done
	[ "$(front metrics |
	    sed -n 's/^gatehouse_web_connections //p')" -gt 1000 ]
	token bob
	is 200 "$(cookie | status)"
	wait "$crowd"
	[ -e "$GATE/gone" ]
	[ "$(front metrics |
	    sed -n 's/^gatehouse_web_timeouts_total //p')" -ge 2000 ]
}

@test "where there are too many connections, it is said at once" {
	gate_set web connections 16
	begin alice
	python3 - "$GATE/web.sock" "$GATE/full" <<-'END' &
		import socket, sys, time
		open_ = []
		for n in range(40):
		    s = socket.socket(socket.AF_UNIX)
		    s.connect(sys.argv[1])
		    open_.append(s)
		open(sys.argv[2], "w")
		time.sleep(60)
	END
	crowd=$!
	while [ ! -e "$GATE/full" ]; do sleep 0.05; done
	for _ in $(seq 100); do
		got=$(cookie | status)
		[ "$got" != 503 ] || break
		sleep 0.05
	done
	kill "$crowd"
	is 503 "$got"
	for _ in $(seq 100); do
		[ "$(cookie | status)" != 200 ] || return 0
		sleep 0.05
	done
	echo "it does not come back"
	return 1
}

@test "where too many wait for something slow, the others are told at once" {
	gate_set web logins 1
	begin alice
	kill -STOP "$GATE_PID"
	for n in $(seq 60); do
		front login -o /dev/null -w '%{http_code} %{time_total}\n' \
		    -H 'X-Forwarded-For: 192.0.2.7' >> "$GATE/codes" &
	done
	for _ in $(seq 200); do
		n=$(grep -c '^503 ' "$GATE/codes" || true)
		[ "$n" -lt 20 ] || break
		sleep 0.05
	done
	[ "$n" -ge 20 ]
	[ "$(front metrics |
	    sed -n 's/^gatehouse_web_overload_total //p')" -ge 20 ]
	# and it ends when it is told to, whoever waits
	SECONDS=0
	front_stop
	is 0 "$FRONT_STATUS"
	[ "$SECONDS" -lt 30 ]
}

@test "nothing that a stranger sends ends it" {
	begin alice
	front_stop
	gate_set web timeout 1s
	front_start
	python3 - "$GATE/web.sock" <<-'END'
		import concurrent.futures, random, socket, sys
		good = (b"GET /gate/check?a=b HTTP/1.1\r\nHost: a\r\n"
		    b"X-Forwarded-For: 192.0.2.7\r\nCookie: __Host-gate=gs-a; b=c\r\n"
		    b"Authorization: Bearer gs-b\r\nContent-Length: 0\r\n\r\n")
		def spoil(dice):
		    text = bytearray(good)
		    for _ in range(dice.randint(1, 12)):
		        at = dice.randrange(len(text))
		        what = dice.randrange(4)
		        if what == 0:
		            text[at] = dice.randrange(256)
		        elif what == 1 and len(text) > 20:
		            del text[at:at + dice.randint(1, 9)]
		        elif what == 2:
		            text[at:at] = text[dice.randrange(len(text)):][:99]
		        else:
		            text[at:at] = bytes(dice.choices(
		                b"\r\n\0:;,=% \t\\\"\xff_-", k=3))
		    return text
		def send(number):
		    text = spoil(random.Random(number))
		    with socket.socket(socket.AF_UNIX) as s:
		        s.settimeout(60)
		        s.connect(sys.argv[1])
		        got = b""
		        try:
		            s.sendall(text)
		            s.shutdown(socket.SHUT_WR)
		            while piece := s.recv(65536):
		                got += piece
		        except ConnectionError:
		            pass
		    assert b" 200 " not in got.split(b"\r\n")[0], (number, text)
		with concurrent.futures.ThreadPoolExecutor(32) as many:
		    list(many.map(send, range(10000)))
	END
	is 200 "$(cookie | status)"
	run ! grep '^gatehouse-web: error:' "$GATE/web.log"
}

@test "it is shut in: no file, no program, no privilege, in all its threads" {
	begin
	for task in /proc/"$FRONT_PID"/task/*; do
		grep -qx 'Seccomp:	2' "$task/status"
		grep -qx 'NoNewPrivs:	1' "$task/status"
		grep -qx 'CapEff:	0000000000000000' "$task/status"
	done
	is 0 "$(awk '/^Max core file size/ { print $5 }' \
	    "/proc/$FRONT_PID/limits")"
	front_stop
	is 0 "$FRONT_STATUS"
}

@test "no token is ever in a log" {
	begin alice
	cookie > /dev/null
	check -H "Authorization: Bearer $token" > /dev/null
	check -b "__Host-gate=$token; __Host-gate=$token" > /dev/null
	front check -b "__Host-gate=$token" > /dev/null
	front "check?token=$token" > /dev/null
	gate_stop
	cookie > /dev/null
	front_stop
	run ! grep -F "${token#gs-}" "$GATE/web.log" "$GATE/daemon.log" \
	    "$GATE/audit.log"
}

@test "systemd may open the socket" {
	gate_set web listen /nonexistent/web.sock
	gate_start
	systemd-socket-activate -l "$GATE/web.sock" "$BUILD/gatehouse-web" \
	    --config "$GATE/gatehouse.conf" 2> "$GATE/web.log" 3>&- &
	FRONT_PID=$!
	for _ in $(seq 100); do
		[ ! -S "$GATE/web.sock" ] || break
		sleep 0.05
	done
	is ok "$(front healthz)"
}

@test "it listens on a port of this machine, and believes proxies it is told" {
	local port
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	gate_set web listen "127.0.0.1:$port"
	gate_start
	front() {
		curl -sS --max-time 30 "${@:2}" "http://127.0.0.1:$port/gate/$1"
	}
	front_start
	token alice
	# who is no proxy is asked for himself
	is 200 "$(front check -D - -b "__Host-gate=$token" \
	    -H 'X-Forwarded-For: 203.0.113.9' | status)"
	front_stop
	gate_set web proxies 127.0.0.1
	front_start
	is 403 "$(front check -D - -b "__Host-gate=$token" \
	    -H 'X-Forwarded-For: 203.0.113.9' | status)"
	is 200 "$(front check -D - -b "__Host-gate=$token" \
	    -H 'X-Forwarded-For: 192.0.2.7' | status)"
}

@test "a configuration that will not do is said at the start" {
	fails() {
		run -1 "$BUILD/gatehouse-web" --config "$GATE/gatehouse.conf"
		[[ $output == *"$1"* ]] || { echo "$output"; return 1; }
	}
	gate_set web base_url ''
	fails base_url
	gate_set web base_url "$BASE"
	gate_set web return_to 'https://a.example/path'
	fails return_to
	gate_set web return_to ''
	gate_set web logo /nonexistent.png
	fails logo
	run -2 "$BUILD/gatehouse-web" --config
	run -2 "$BUILD/gatehouse-web" what
	run -0 "$BUILD/gatehouse-web" --version
}

@test "nginx lets in who is signed in, and nobody else" {
	begin alice
	nginx_make
	nginx_start
	from() {
		portal "$1" -H "X-Test-Address: $2" -o "$GATE/body" \
		    -w '%{http_code}' "${@:3}"
	}
	is 401 "$(from / 192.0.2.7)"
	is 200 "$(from / 192.0.2.7 -b "__Host-gate=$token")"
	is "user=alice groups= session=$session" "$(cat "$GATE/body")"
	is 403 "$(from / 203.0.113.9 -b "__Host-gate=$token")"
	is 403 "$(from / 203.0.113.9 -b "__Host-gate=$token" \
	    -H 'X-Forwarded-For: 192.0.2.7')"
	is 404 "$(from /gate/check 192.0.2.7 -b "__Host-gate=$token")"
	is 404 "$(from /gate/metrics 192.0.2.7)"
	is 200 "$(from / 192.0.2.7 -b "__Host-gate=$token" -d 'a form')"
	front_stop
	is 500 "$(from / 192.0.2.7 -b "__Host-gate=$token")"
	run ! grep -q user= "$GATE/body"
}

@test "behind nginx nobody can say who he is" {
	begin alice
	nginx_make
	# underscores are let through by who has asked for it
	sed -i 's/^.*real_ip_header.*$/&\nunderscores_in_headers on;/' \
	    "$GATE/nginx/nginx.conf"
	nginx_start
	got=$(portal / -H 'X-Test-Address: 192.0.2.7' -b "__Host-gate=$token" \
	    -H 'X-Gatehouse-User: root' -H 'x-gatehouse-groups: admin' \
	    -H 'X-GATEHOUSE-SESSION: 1' -H 'X_Gatehouse_User: root' \
	    -H 'X_Gatehouse_Groups: admin' -H 'X-Gatehouse_Groups: admin')
	is alice "$(sed -n 's/^user=\([^ ,]*\).*/\1/p' <<< "$got")"
	[[ $got != *admin* && $got != *root* && $got == *"session=$session"* ]]
}
