#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""server.py DIR [CERTIFICATE KEY]: a web server on 127.0.0.1 for the tests of
gatehouse-metadata; over TLS with a certificate.

Writes its port to DIR/port once it listens, and a line for each request to
DIR/log: path, status, and which conditions were sent. Files of DIR/www are
served with ETag and Last-Modified; other paths misbehave in one way each.
"""
import email.utils
import hashlib
import http.server
import os
import ssl
import sys
import time

DIR = sys.argv[1]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, status):
        with open(os.path.join(DIR, "log"), "a") as log:
            log.write(
                "%s %d etag=%s since=%s agent=%s\n"
                % (
                    self.path,
                    status,
                    self.headers.get("If-None-Match", "-"),
                    self.headers.get("If-Modified-Since", "-"),
                    self.headers.get("User-Agent", "-"),
                )
            )

    def answer(self, status, headers=(), body=b"", length=None):
        self.note(status)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        if status != 304:
            size = len(body) if length is None else length
            self.send_header("Content-Length", str(size))
        self.end_headers()
        self.wfile.write(body)

    def serve_file(self, name, marks):
        path = os.path.join(DIR, "www", name)
        try:
            with open(path, "rb") as file:
                body = file.read()
        except OSError:
            return self.answer(404)
        etag = '"%s"' % hashlib.sha256(body).hexdigest()[:16]
        modified = email.utils.formatdate(os.stat(path).st_mtime, usegmt=True)
        headers = []
        if "etag" in marks:
            headers.append(("ETag", etag))
            if self.headers.get("If-None-Match") == etag:
                return self.answer(304, headers)
        if "modified" in marks:
            headers.append(("Last-Modified", modified))
            since = self.headers.get("If-Modified-Since")
            # RFC 9110, 13.1.3: an If-None-Match is all that counts then
            if since == modified and "If-None-Match" not in self.headers:
                return self.answer(304, headers)
        return self.answer(200, headers, body)

    def hang(self):
        self.note(200)
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        self.wfile.write(b"<md:EntitiesDescriptor")
        self.wfile.flush()
        time.sleep(30)

    def flood(self):
        """Without a length, and without an end."""
        self.note(200)
        self.close_connection = True
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"<!-- more -->" * 4096)
        except OSError:
            pass

    def do_GET(self):
        kind, _, rest = self.path.lstrip("/").partition("/")
        if kind == "both":
            self.serve_file(rest, ("etag", "modified"))
        elif kind == "modified":
            self.serve_file(rest, ("modified",))
        elif kind == "plain":
            self.serve_file(rest, ())
        elif kind == "status":
            self.answer(int(rest), [("ETag", '"x"')])
        elif kind == "redirect":
            self.answer(302, [("Location", "/both/" + rest)])
        elif kind == "cut":
            self.close_connection = True
            self.answer(200, (), b"<md:EntitiesDescriptor", 1000)
        elif kind == "hang":
            self.hang()
        elif kind == "flood":
            self.flood()
        else:
            self.answer(404)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is part of the tests."""


server = Server(("127.0.0.1", 0), Handler)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
with open(os.path.join(DIR, "port.new"), "w") as port:
    port.write(str(server.server_address[1]))
os.rename(os.path.join(DIR, "port.new"), os.path.join(DIR, "port"))
server.serve_forever()
