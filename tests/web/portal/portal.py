#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""portal.py PORT [GATE_SOCKET HOLD_TOKEN]: an example of a portal behind the
gate, at http://127.0.0.1:PORT. It has no login of its own: the proxy tells it
who is there, in headers that nobody else can set. It listens where none but
the proxy may come.

    /          who one is, a draft that survives, a call that holds the session
    /plain     the same, without any script
    /headers   what the proxy has told, in JSON
    /poll      asked each second by the page, which is nobody's activity
    /socket    a WebSocket that sends back what it is sent
"""
import base64
import hashlib
import html
import http.client
import http.server
import json
import os
import socket
import sys
import threading
import urllib.parse

FOLDER = os.path.dirname(os.path.abspath(__file__))
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, 1.3
LEASE = "60"  # seconds


def read(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return file.read()


class GateConnection(http.client.HTTPConnection):
    """To the gate, over its socket: past the proxy."""

    def __init__(self, path):
        super().__init__("localhost", timeout=10)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Portal:
    def __init__(self, gate=None, token=None):
        self.gate, self.token = gate, token
        self.lock = threading.Lock()
        self.drafts = {}  # by session
        self.polls = 0

    def draft(self, session, previous):
        """What was being written; also by who was signed out meanwhile."""
        with self.lock:
            if previous in self.drafts and session not in self.drafts:
                self.drafts[session] = self.drafts.pop(previous)
            return self.drafts.get(session, "")

    def keep(self, session, text):
        with self.lock:
            self.drafts[session] = text

    def hold(self, session, way):
        """A call begins or ends: take, release."""
        form = {"session": session, "label": "call"}
        form.update({"lease": LEASE} if way == "take" else {"release": "1"})
        connection = GateConnection(self.gate)
        try:
            connection.request(
                "POST",
                "/gate/hold",
                urllib.parse.urlencode(form),
                {
                    "Authorization": "Bearer " + self.token,
                    "Content-Type": "application/x-www-form-urlencoded",
                },
            )
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    portal = None

    def who(self, name):
        return self.headers.get("X-Gatehouse-" + name, "")

    def do_GET(self):
        pages = {
            "/": self.page_home,
            "/plain": self.page_plain,
            "/headers": self.page_headers,
            "/poll": self.page_poll,
            "/socket": self.page_socket,
        }
        path = urllib.parse.urlsplit(self.path).path
        pages.get(path, self.page_home)()

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        if self.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            self.answer(403, "text/plain", "from another site\n")
        elif self.path == "/draft":
            self.portal.keep(self.who("Session"), body)
            self.answer(204)
        elif self.path in ("/call/take", "/call/release"):
            way = self.path.rpartition("/")[2]
            status, text = self.portal.hold(self.who("Session"), way)
            self.answer(status, "application/json", text.decode())
        else:
            self.answer(404, "text/plain", "nothing here\n")

    def fill(self, name):
        text = read(name)
        values = {
            "user": urllib.parse.unquote(self.who("User")),
            "groups": urllib.parse.unquote(
                self.who("Groups").replace(",", ", ")
            ),
            "method": self.who("Method"),
            "session": self.who("Session"),
            "draft": self.portal.draft(
                self.who("Session"), self.who("Previous-Session")
            ),
        }
        for field, value in values.items():
            text = text.replace("{%s}" % field, html.escape(value))
        self.answer(200, "text/html; charset=utf-8", text)

    def page_home(self):
        self.fill("home.html")

    def page_plain(self):
        self.fill("plain.html")

    def page_headers(self):
        lines = json.dumps(self.headers.items())
        self.answer(200, "application/json", lines)

    def page_poll(self):
        self.portal.polls += 1
        self.answer(200, "application/json", str(self.portal.polls))

    def page_socket(self):
        key = self.headers.get("Sec-WebSocket-Key")
        if key is None:
            self.answer(426, "text/plain", "a WebSocket alone\n")
            return
        accept = hashlib.sha1((key + GUID).encode()).digest()
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header(
            "Sec-WebSocket-Accept", base64.b64encode(accept).decode()
        )
        self.end_headers()
        self.close_connection = True
        self.echo()

    def echo(self):
        """Short texts, each in one frame (RFC 6455, 5.2)."""
        while True:
            head = self.rfile.read(2)
            if len(head) < 2 or head[0] != 0x81 or head[1] & 0x7F > 125:
                return
            mask = self.rfile.read(4)
            text = self.rfile.read(head[1] & 0x7F)
            plain = bytes(b ^ mask[i % 4] for i, b in enumerate(text))
            self.wfile.write(bytes([0x81, len(plain)]) + plain)

    def answer(self, status, kind="text/plain", text=""):
        body = text.encode()
        self.send_response(status)
        if status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if status != 204 and self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(port, *gate):
    Handler.portal = Portal(*gate)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
