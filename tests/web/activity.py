#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""activity.py FOLDER: web/activity.js in a page of a portal in Chromium, used
by pointer and keys, before a gate that keeps what it is asked. A line for each
thing that is as it must be; ends with 1 at the first that is not."""
import http.server
import json
import os
import sys
import threading
import time
import urllib.parse

import browser

SCRIPT = os.path.join(os.path.dirname(__file__), "../../web/activity.js")
PATIENCE = 60

PAGE = b"""<!DOCTYPE html><title>portal</title>
<style nonce="n">body { margin: 0; height: 3000px }</style>
<p>patient file</p>
<script src="/gate/activity.js"></script>
<script nonce="n">
setInterval(() => {
	const say = new URLSearchParams({
		shown: getComputedStyle(document.documentElement).display,
		text: document.body ? document.body.innerText : "",
	});
	fetch("/seen", { method: "POST", body: say });
}, 300);
document.addEventListener("gatehouse-end", () => fetch("/ended"));
// what a page does by itself
setInterval(() => {
	for (const type of ["pointerdown", "click", "keydown", "wheel"])
		document.body.dispatchEvent(new Event(type, { bubbles: true }));
}, 200);
</script>
"""
POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self' 'nonce-n';"
    " style-src 'nonce-n'"
)


class Gate:
    """What the portal's gate says, and what it was told."""

    def __init__(self):
        self.came = threading.Condition()
        self.left, self.status = 900, 200
        self.ages, self.returns, self.seen = [], [], {}
        self.polls = self.ended = 0
        gate = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                gate.take(self)

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
        body = handler.rfile.read(length).decode()
        values = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
        url = urllib.parse.urlsplit(handler.path)
        status, kind, answer = 200, "text/html", b"ok"
        with self.came:
            if url.path == "/gate/activity.js":
                kind = "text/javascript"
                with open(SCRIPT, "rb") as script:
                    answer = script.read()
            elif url.path in ("/gate/status", "/gate/activity"):
                self.polls += 1
                status, kind = self.status, "application/json"
                if handler.command == "POST":
                    if handler.headers["Sec-Fetch-Site"] == "same-origin":
                        self.ages.append(values.get("age"))
                    if self.status == 200:
                        self.left = 900
                answer = json.dumps(
                    {"left": self.left, "warn": 60, "text": "It ends soon.",
                     "stay": "Stay"}
                ).encode()
            elif url.path == "/gate/login":
                self.returns.append(urllib.parse.parse_qs(url.query)["return"])
            elif url.path == "/seen":
                self.seen = values
            elif url.path == "/ended":
                self.ended += 1
            elif url.path == "/file":
                answer = PAGE
            self.came.notify_all()
        try:
            handler.send_response(status)
            handler.send_header("Content-Type", kind)
            handler.send_header("Content-Length", str(len(answer)))
            handler.send_header("Cache-Control", "no-store")
            if url.path == "/file":
                handler.send_header("Content-Security-Policy", POLICY)
            handler.end_headers()
            handler.wfile.write(answer)
        except ConnectionError:
            handler.close_connection = True

    def expect(self, what, test):
        end = time.monotonic() + PATIENCE
        with self.came:
            while not test():
                if not self.came.wait(max(0, end - time.monotonic())):
                    print("not so: " + what)
                    sys.exit(1)
        print(what, flush=True)

    def set(self, **values):
        with self.came:
            self.__dict__.update(values)


def reload(user, gate):
    """The page again, as it asks the gate when it is loaded."""
    user.go("http://127.0.0.1:%d/file?n=%d#part" % (gate.port, time.time()))


def run(folder):
    gate = Gate()
    page = "http://127.0.0.1:%d/file?a=b#part" % gate.port
    user = browser.Browser(folder, page)
    try:
        gate.expect("the page asks how long", lambda: gate.polls >= 1)
        gate.expect("it is shown", lambda: "patient" in gate.seen.get("text", ""))
        # five times a second it does by itself what a person would
        polls = gate.polls
        gate.expect("it asks again by itself", lambda: gate.polls > polls)
        gate.expect("and reports nothing that it did itself",
                    lambda: not gate.ages)
        user.focus()
        user.click()
        gate.expect("a click is reported", lambda: len(gate.ages) == 1)
        gate.expect("with its age", lambda: int(gate.ages[0]) < 10000)
        gate.set(left=50)
        reload(user, gate)
        gate.expect("who is idle is warned",
                    lambda: "It ends soon." in gate.seen.get("text", ""))
        reports = len(gate.ages)
        user.click()
        gate.expect("a click there is reported",
                    lambda: len(gate.ages) > reports)
        gate.expect("and the warning is gone",
                    lambda: "It ends" not in gate.seen.get("text", "It ends"))
        gate.set(left=3)
        reload(user, gate)
        gate.expect("when the time is over the page is blank",
                    lambda: gate.seen.get("shown") == "none")
        gate.set(left=900)
        gate.expect("and there again if the session lives",
                    lambda: gate.seen.get("shown") == "block")
        gate.set(left=3, status=401)
        reload(user, gate)
        gate.expect("the page hears of the end", lambda: gate.ended >= 1)
        gate.expect("and leads to the sign-in", lambda: gate.returns)
        back = gate.returns[0][0]
        gate.expect("and back from there to " + back[:8] + "...#part",
                    lambda: back.startswith("/file?n=") and
                    back.endswith("#part"))
    finally:
        user.end()


if __name__ == "__main__":
    run(sys.argv[1])
