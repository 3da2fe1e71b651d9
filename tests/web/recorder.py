# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server on 127.0.0.1 that keeps what each request said of itself.

A path is /CASE/TRY/NAME: tries do not meet each other's requests.
"""
import http.server
import threading
import time

FETCH = ("Mode", "Dest", "Site", "User")


class Recorder:
    """What was asked for, and what is answered: pages maps a case to its
    pages by name; a page is a body, or a function that is given the handler
    and answers by itself."""

    def __init__(self, pages):
        self.pages = pages
        self.came = threading.Condition()
        self.requests = {}
        self.times = {}
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 60

            def do_GET(self):
                recorder.take(self)

            do_POST = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(
            ("127.0.0.1", 0), Handler
        )
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, handler):
        length = int(handler.headers.get("Content-Length", 0))
        handler.rfile.read(length)
        path = handler.path.split("?")[0]
        _, case, _, name = (path.split("/") + [""] * 4)[:4]
        with self.came:
            now = time.monotonic()
            self.requests.setdefault(path, []).append(handler.headers)
            handler.nth = len(self.requests[path])
            handler.since_last = now - self.times.get(path, now)
            self.times[path] = now
            self.came.notify_all()
        page = self.pages.get(case, {}).get(name, "")
        try:
            if callable(page):
                page(handler)
            else:
                answer(handler, page)
        except ConnectionError:
            # the browser has gone on without waiting
            handler.close_connection = True

    def wait(self, path, nth, seconds):
        """The headers of the nth request for a path, the last one if nth is
        0; None if it has not come in this time."""
        end = time.monotonic() + seconds
        with self.came:
            while len(self.requests.get(path, [])) < max(nth, 1):
                if not self.came.wait(max(0, end - time.monotonic())):
                    return None
            return self.requests[path][nth - 1]

    def count(self, path):
        with self.came:
            return len(self.requests.get(path, []))


def answer(handler, body, status=200, headers=()):
    body = body.encode()
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    if not any(name == "Content-Type" for name, _ in headers):
        handler.send_header("Content-Type", "text/html; charset=utf-8")
    # nothing is to come from a cache: it would not be seen here
    handler.send_header("Cache-Control", "no-store")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
