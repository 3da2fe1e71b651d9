#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""attacks.py WHAT [NUMBER...]: what strangers send to the front door, byte by
byte. The door is that of the environment: GATE, DOOR_PORT, TOKEN, BASE. It ends
with 1 and says what it was where an attack has come through."""
import concurrent.futures
import os
import random
import re
import socket
import ssl
import sys
import time

GATE = os.environ["GATE"]
PORT = int(os.environ.get("DOOR_PORT", "0"))
TOKEN = os.environ.get("TOKEN", "gs-none").encode()
BASE = os.environ.get("BASE", "").encode()
ADDRESS = b"X-Forwarded-For: 192.0.2.7\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"

TLS = ssl.create_default_context()
TLS.check_hostname = False
TLS.verify_mode = ssl.CERT_NONE
TLS.set_alpn_protocols(["http/1.1"])


def alone():
    """past the proxy"""
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(20)
    s.connect(os.environ.get("SOCKET", GATE + "/web.sock"))
    return s


def nginx():
    s = socket.create_connection(("127.0.0.1", PORT), timeout=20)
    return TLS.wrap_socket(s, server_hostname="localhost")


def talk(s, text, wait=None):
    """all that comes back, until the other end hangs up or is silent"""
    got = b""
    if wait is not None:
        s.settimeout(wait)
    try:
        s.sendall(text)
        while piece := s.recv(65536):
            got += piece
        hung_up = True
    except TimeoutError:
        hung_up = False
    except OSError:
        hung_up = True
    s.close()
    return got, hung_up


def statuses(got):
    return [int(s) for s in re.findall(rb"HTTP/1\.[01] (\d\d\d) ", got)]


def expect(truth, *what):
    if not truth:
        print("this came through:", *what)
        sys.exit(1)


# --- two readers of one request ---

SECOND = b"GET /gate/healthz HTTP/1.1\r\nHost: a\r\n\r\n"
CHUNKS = b"0\r\n\r\n"

# (header lines, body): of each, two readers could make different requests
DOUBTFUL = [
    (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", CHUNKS),
    (b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", CHUNKS),
    (b"Content-Length: 5\r\ntransfer-encoding:\tchunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nTransfer-Encoding : chunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\n Transfer-Encoding: chunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nTransfer-Encoding: xchunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nTransfer-Encoding: identity\r\n", CHUNKS),
    (b"Content-Length: 5\r\nTransfer-Encoding: identity, chunked\r\n", CHUNKS),
    (
        b"Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n"
        b"Content-Length: 5\r\n",
        CHUNKS,
    ),
    (b"Content-Length: 5\r\nTransfer-Encoding:\r\n chunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nX: y\rTransfer-Encoding: chunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nX: y\nTransfer-Encoding: chunked\r\n", CHUNKS),
    (b"Content-Length: 5\r\nTransfer-Encoding\0: chunked\r\n", CHUNKS),
    (b"Transfer-Encoding: chunked\r\n", b"0;a=b\n\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff1\r\na\r\n0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"0x0\r\n\r\n"),
    (b"Transfer-Encoding: chunked\r\n", b"-1\r\n\r\n"),
    (b"Content-Length: 5\r\nContent-Length: 0\r\n", CHUNKS),
    (b"Content-Length: 0\r\nContent-Length: 5\r\n", CHUNKS),
    (b"Content-Length: 5\r\nContent-Length: 5\r\n", CHUNKS),
    (b"Content-Length: 0\nContent-Length: 5\r\n", CHUNKS),
    (b"Content-Length: 5, 5\r\n", CHUNKS),
    (b"Content-Length: +5\r\n", CHUNKS),
    (b"Content-Length: -5\r\n", CHUNKS),
    (b"Content-Length: 0x5\r\n", CHUNKS),
    (b"Content-Length: 5 5\r\n", CHUNKS),
    (b"Content-Length: 5;\r\n", CHUNKS),
    (b"Content-Length: 18446744073709551621\r\n", CHUNKS),
    (b"Content-Length : 5\r\n", CHUNKS),
    (b"Content-Length\t: 5\r\n", CHUNKS),
    (b" Content-Length: 5\r\n", CHUNKS),
    (b"X: y\rContent-Length: 5\r\n", CHUNKS),
    (b"Host: b\r\nContent-Length: 5\r\n", CHUNKS),
]


def smuggle_alone():
    """one answer, a refusal, and the line is closed"""
    for lines, body in DOUBTFUL:
        for verb, path in ((b"POST", b"login"), (b"GET", b"check")):
            got, hung_up = talk(
                alone(),
                verb + b" /gate/" + path + b" HTTP/1.1\r\n" + lines
                + b"Host: a\r\n" + ADDRESS + FORM + b"\r\n" + body + SECOND,
            )
            # libmicrohttpd says the head of a refusal of its own twice
            expect(
                set(statuses(got)) <= {400, 403, 411, 413}
                and got
                and hung_up
                and b"\r\n\r\nok\n" not in got,
                verb, lines, body, got,
            )


def smuggle_nginx():
    """others get what they have asked for, whatever was sent before"""
    host = b"Host: localhost:%d\r\n" % PORT
    cookie = b"Cookie: __Host-gate=" + TOKEN + b"\r\n"
    number = 0
    for lines, body in DOUBTFUL:
        for path in (b"/gate/login", b"/headers"):
            got, _ = talk(
                nginx(),
                b"POST " + path + b" HTTP/1.1\r\n" + host + lines + ADDRESS
                + FORM + cookie + b"\r\n" + body
                + b"GET /gate/metadata HTTP/1.1\r\nX-Spoilt: ",
                0.05,
            )
            expect(len(statuses(got)) <= 2, lines, body, got)
        victim = nginx()
        for _ in range(2):
            number += 1
            mark = b"victim-%d" % number
            victim.sendall(
                b"GET /headers HTTP/1.1\r\n" + host + cookie + b"X-Mark: "
                + mark + b"\r\n\r\n"
                b"GET /gate/healthz HTTP/1.1\r\n" + host + b"\r\n"
            )
            got = b""
            while not got.endswith(b"\r\n\r\nok\n"):
                piece = victim.recv(65536)
                expect(piece, lines, body, got)
                got += piece
            expect(
                statuses(got) == [200, 200] and mark in got
                and b"X-Spoilt" not in got,
                lines, body, got,
            )
        victim.close()


# --- headers ---

STRICT = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"strict-transport-security": b"max-age=31536000",
}


def head_of(got):
    head = got.split(b"\r\n\r\n")[0].split(b"\r\n")[1:]
    return [
        (line.split(b":")[0].lower(), line.partition(b":")[2].strip())
        for line in head
    ]


def check_strict(got, what):
    head = head_of(got)
    names = [name for name, _ in head]
    values = dict(head)
    for name, value in STRICT.items():
        expect(names.count(name) == 1 and values[name] == value, what, name, got)
    for name in (b"cache-control", b"content-security-policy"):
        expect(names.count(name) == 1, what, name, got)
    policy = values[b"content-security-policy"]
    for part in (b"default-src 'none'", b"frame-ancestors 'none'",
                 b"base-uri 'none'", b"form-action "):
        expect(part in policy, what, part, got)
    expect(b"unsafe" not in policy, what, policy)
    cached = values[b"cache-control"] == b"public, max-age=3600"
    asset = statuses(got)[0] == 200 and any(
        b" " + name in what for name in (b"style.css", b"activity.js", b"logo "))
    expect(
        cached if asset else values[b"cache-control"] == b"no-store",
        what, values[b"cache-control"],
    )
    return statuses(got)[0]


PATHS = [b"login", b"login?way=password", b"login?way=cancel", b"login?idp=x",
         b"acs", b"slo", b"slo?SAMLRequest=x", b"metadata", b"logout",
         b"status", b"activity", b"hold", b"enroll", b"password", b"sessions",
         b"healthz", b"activity.js", b"style.css", b"logo", b"nothing", b"",
         b"login?a=%", b"login?%00=a"]


def strict():
    """each path, each method, with a session and without, in and out of form"""
    seen = set()
    host = b"Host: localhost:%d\r\nConnection: close\r\n" % PORT
    cookie = b"Cookie: __Host-gate=" + TOKEN + b"\r\n"
    origin = b"Origin: " + BASE + b"\r\nSec-Fetch-Site: same-origin\r\n"
    bodies = [
        FORM + b"Content-Length: 3\r\n\r\na=b",
        FORM + b"Content-Length: 3\r\n\r\na=%",
        b"Content-Type: text/plain\r\nContent-Length: 3\r\n\r\na=b",
        FORM + b"Content-Length: 20000\r\n\r\na=" + b"b" * 19998,
        FORM + b"Content-Length: 3000000\r\n\r\n",
    ]
    requests = []
    for path in PATHS:
        for verb in (b"GET", b"HEAD", b"PUT", b"TRACE", b"OPTIONS"):
            for more in (b"", cookie):
                requests.append((verb, path, more + b"\r\n"))
        for body in bodies:
            for more in (b"", cookie + origin):
                requests.append((b"POST", path, more + body))
    # too many headers for us, and too much for libmicrohttpd
    many = b"".join(b"X-%d: a\r\n" % n for n in range(70))
    requests.append((b"GET", b"login", many + b"\r\n"))
    large = b"".join(b"X-%d: %s\r\n" % (n, b"a" * 8000) for n in range(3))
    requests.append((b"GET", b"login?" + b"a" * 8000, large + b"\r\n"))

    def send(request):
        verb, path, rest = request
        got, _ = talk(
            nginx(),
            verb + b" /gate/" + path + b" HTTP/1.1\r\n" + host + rest,
            # nginx lingers where it has not read all
            0.5 if b"3000000" in rest else None)
        return verb, path, rest[:200], got

    with concurrent.futures.ThreadPoolExecutor(8) as many_at_once:
        for verb, path, rest, got in many_at_once.map(send, requests):
            if verb == b"TRACE":  # nginx refuses it before it looks where
                expect(statuses(got)[0] == 405, verb, path, got)
                continue
            status = check_strict(got, verb + b" " + path + b" " + rest)
            expect(status < 500 or path == b"login?idp=x" or
                   path.startswith(b"login?aaa"), verb, path, rest[:90], got)
            seen.add(status)
            if verb == b"HEAD":
                expect(got.endswith(b"\r\n\r\n"), "a body for HEAD", path)
    print("statuses:", sorted(seen))
    expect({200, 303, 400, 401, 403, 404, 405, 413, 415, 431} <= seen, seen)


def strict_once(path, status):
    got, _ = talk(
        nginx(),
        b"GET /gate/" + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\n"
        b"Connection: close\r\n\r\n")
    expect(check_strict(got, path.encode()) == int(status), path, got)


# --- noise ---

GOOD = [
    b"GET /gate/check?a=b HTTP/1.1\r\nHost: a\r\n%b"
    b"Cookie: __Host-gate=gs-a; b=c\r\nX-Forwarded-Uri: /a?b=c\r\n"
    b"Sec-Fetch-User: ?1\r\nAuthorization: Bearer gs-b\r\n\r\n",
    b"GET /gate/status HTTP/1.1\r\nHost: a\r\n%bCookie: __Host-gate=%b\r\n\r\n",
    b"GET /gate/login?way=password&return=%%2Fa%%3Fb HTTP/1.1\r\nHost: a\r\n%b"
    b"Accept-Language: ko,de;q=0.5\r\nCookie: __Host-gate-login=gb-a\r\n\r\n",
    b"GET /gate/slo?SAMLRequest=fZBBa4QwEIX&SigAlg=a&Signature=b HTTP/1.1\r\n"
    b"Host: a\r\n%b\r\n",
    b"POST /gate/login?way=password HTTP/1.1\r\nHost: a\r\n%bOrigin: %b\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 31\r\n\r\nuser=a&password=b&csrf=c&return=",
    b"POST /gate/login?way=answer HTTP/1.1\r\nHost: a\r\n%bOrigin: %b\r\n"
    b"Cookie: __Host-gate-login=gb-abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
    b"\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 18\r\n\r\ncsrf=c&code=123456",
    b"POST /gate/acs HTTP/1.1\r\nHost: a\r\n%b"
    b"Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
    b"Content-Length: 46\r\n\r\nSAMLResponse=PHNhbWxwOlJlc3BvbnNl&RelayState=g",
    b"POST /gate/activity HTTP/1.1\r\nHost: a\r\n%bOrigin: %b\r\n"
    b"Cookie: __Host-gate=gs-a\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 5\r\n\r\nage=1",
    b"POST /gate/hold HTTP/1.1\r\nHost: a\r\n%bAuthorization: Bearer a\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n"
    b"Content-Length: 17\r\n\r\nsession=a&lease=1",
    b"GET /gate/sessions HTTP/1.1\r\nHost: a\r\n%bForwarded: for=\"[::1]:1\"\r\n"
    b"Via: a\r\n\r\n",
]


def filled(text):
    text = text.replace(b"%b", ADDRESS, 1)
    text = text.replace(b"Origin: %b", b"Origin: " + BASE)
    return text.replace(b"=%b", b"=" + TOKEN).replace(b"%%", b"%")


def spoilt(dice):
    text = bytearray(filled(dice.choice(GOOD)))
    for _ in range(dice.randint(0, 4)):
        at = dice.randrange(len(text))
        what = dice.randrange(6)
        if what == 0:
            text[at] = dice.randrange(256)
        elif what == 1 and len(text) > 20:
            del text[at : at + dice.randint(1, 9)]
        elif what == 2:
            text[at:at] = text[dice.randrange(len(text)) :][:99]
        elif what == 3:
            text[at:at] = bytes(dice.choices(b"\r\n\0:;,=&+% \t\\\"<>\xff_-", k=3))
        elif what == 4:
            text[at:at] = dice.choice(
                (b"%00", b"%ff", b"%", b"%2f..%2f", b"\r\n\r\n", b"\xc3\x28",
                 b"A" * dice.choice((255, 4096, 33000)), b"\r\n" * 80))
        elif what == 5:
            text += filled(dice.choice(GOOD))
    return bytes(text)


def fuzz(seed, count):
    """so many requests: no 5xx but 503, and no answer of who is there"""
    seed, count = int(seed), int(count)
    print("seed", seed, "requests", count)

    def send(number):
        text = spoilt(random.Random(seed * 1000000 + number))
        s = alone()
        s.settimeout(30)
        got = b""
        try:
            s.sendall(text)
            s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                got += piece
        except ConnectionError:
            pass
        finally:
            s.close()
        return number, text, got

    seen = {}
    with concurrent.futures.ThreadPoolExecutor(24) as many:
        for number, text, got in many.map(send, range(count)):
            for status in statuses(got):
                seen[status] = seen.get(status, 0) + 1
                expect(status < 500 or status in (501, 503, 505),
                       number, text, got)
            who = re.findall(rb"X-Gatehouse-User: *([^\r]*)", got)
            expect(not any(who), number, text, got)
    print(sorted(seen.items()))
    expect(seen.get(200, 0) > count / 50, "hardly any was good", seen)


# --- crowds ---


def crowd(count, full, end):
    """so many that send a byte now and then, until there is a file end"""
    slow = []
    with concurrent.futures.ThreadPoolExecutor(8) as many:
        for s in many.map(lambda _: nginx(), range(int(count))):
            s.sendall(b"POST /gate/login HTTP/1.1\r\nHost: localhost\r\n")
            slow.append(s)
    with open(full, "w", encoding="ascii"):
        pass
    deadline = time.monotonic() + 60
    while not os.path.exists(end) and time.monotonic() < deadline:
        for s in slow:
            try:
                s.sendall(b"X")
            except OSError:
                pass
        time.sleep(0.2)


def watch(end, log):
    """whoever is signed in asks for the portal, and a stranger too, until there
    is a file end: what they got, by status"""
    seen = {}
    host = b"Host: localhost:%d\r\nConnection: close\r\n" % PORT
    cookie = b"Cookie: __Host-gate=" + TOKEN + b"\r\n"
    host += b"Sec-Fetch-Mode: cors\r\n"
    deadline = time.monotonic() + 60
    while not os.path.exists(end) and time.monotonic() < deadline:
        for name, more in (("person", cookie), ("stranger", b"")):
            got, _ = talk(
                nginx(),
                b"GET /headers HTTP/1.1\r\n" + host + more + b"\r\n")
            status = statuses(got)[0]
            seen[name, status] = seen.get((name, status), 0) + 1
            if status == 200:
                expect(b'"X-Gatehouse-User", "alice"' in got, name, got)
        with open(log, "w", encoding="ascii") as file:
            for (name, status), count in seen.items():
                print(name, status, count, file=file)


def mute(path, count, full):
    """a gatehouse-login that never says anything"""
    server = socket.socket(socket.AF_UNIX)
    server.bind(path)
    server.listen(512)
    kept = []
    server.settimeout(60)
    try:
        while True:
            kept.append(server.accept())
            if len(kept) == int(count):
                with open(full, "w", encoding="ascii"):
                    pass
    except TimeoutError:
        pass


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
