#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""idp_server.py TEST_IDP DIR SP_METADATA PORT PERSON...: our test IdP for
browsers, at http://127.0.0.1:PORT. It asks who one is, believes it, and
remembers it. A PERSON is a name, and may have attributes: alice,role=agent.

    /sso      a service provider asks who is there (redirect and POST)
    /slo      it says that somebody has left, or answers that somebody has
    /start    signs in there without having been asked: ?person=NAME
    /logout   signs out everywhere: ?person=NAME
"""
import base64
import html
import http.cookies
import http.server
import re
import subprocess
import sys
import urllib.parse
import zlib

COOKIE = "idp"
ASKED = ("SAMLRequest", "RelayState", "SAMLResponse", "SigAlg", "Signature")
LAYOUT = """<!DOCTYPE html>
<html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<body style="font: 1rem/1.6 system-ui; max-width: 30rem; margin: 3rem auto">
<h1>{title}</h1>
{content}
"""


class Idp:
    def __init__(self, program, folder, sp_metadata, people):
        self.program, self.folder = program, folder
        self.sp_metadata = sp_metadata
        self.people = {}
        for person in people:
            name, *attributes = person.split(",")
            self.people[name] = attributes

    def sp(self, element):
        """Where the service provider has one of its services."""
        with open(self.sp_metadata, encoding="utf-8") as file:
            text = file.read()
        found = re.search("<[^<>]*%s[^<>]* Location=\"([^\"]*)\"" % element, text)
        return html.unescape(found.group(1))

    def sp_name(self):
        with open(self.sp_metadata, encoding="utf-8") as file:
            return re.search(' entityID="([^"]*)"', file.read()).group(1)

    def run(self, verb, *options, given=""):
        command = [self.program, verb, "--dir", self.folder, *options]
        done = subprocess.run(
            command, input=given, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise ValueError(done.stderr)
        return done.stdout.strip()

    def vouch(self, verb, name, *options, given=""):
        words = ["--name-id", name]
        for attribute in self.people[name]:
            words += ["--attribute", attribute]
        return self.run(verb, *words, *options, given=given)


def hidden(values):
    return "\n".join(
        '<input type="hidden" name="%s" value="%s">'
        % (html.escape(name), html.escape(value))
        for name, value in values.items()
    )


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    idp = None

    def do_GET(self):
        self.route()

    def do_POST(self):
        self.route()

    def route(self):
        url = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode()
        self.query = url.query
        self.values = dict(urllib.parse.parse_qsl(url.query))
        self.values.update(urllib.parse.parse_qsl(body))
        self.posted = body != ""
        page = getattr(self, "on_" + url.path.strip("/"), None)
        try:
            if page is None:
                self.page("There is nothing here", "", 404)
            else:
                page()
        except (ValueError, KeyError) as error:
            self.page("That was wrong", html.escape(str(error)), 400)

    # --- signing in ---

    def on_sso(self):
        name = self.values.get("person") or self.known()
        if name is None:
            self.ask()
            return
        request = self.values["SAMLRequest"]
        if "Signature" in self.values or not self.was_posted():
            request = "&".join(
                part
                for part in self.query.split("&")
                if part.split("=")[0] in ASKED
            )
        answer = self.idp.vouch(
            "answer", name, "--sp-metadata", self.idp.sp_metadata,
            given=request
        )
        self.send_on(name, answer, self.values.get("RelayState"))

    def was_posted(self):
        return "SAMLRequest" not in dict(urllib.parse.parse_qsl(self.query))

    def on_start(self):
        name = self.values["person"]
        answer = self.idp.vouch(
            "respond", name, "--sp", self.idp.sp_name(),
            "--acs", self.idp.sp("AssertionConsumerService")
        )
        self.send_on(name, answer, None)

    def known(self):
        cookies = http.cookies.SimpleCookie(self.headers.get("Cookie", ""))
        name = cookies[COOKIE].value if COOKIE in cookies else ""
        return name if name in self.idp.people else None

    def ask(self):
        kept = {}
        if self.was_posted():
            kept = {n: v for n, v in self.values.items() if n in ASKED}
        buttons = "\n".join(
            '<p><button name="person" value="%s">%s</button></p>' % (n, n)
            for n in self.idp.people
        )
        self.page(
            "Test IdP: who are you?",
            '<form method="post">%s\n%s</form>' % (hidden(kept), buttons),
        )

    def send_on(self, name, answer, relay_state):
        values = {"SAMLResponse": answer}
        if relay_state is not None:
            values["RelayState"] = relay_state
        self.page(
            "Test IdP: you are " + html.escape(name),
            '<form method="post" action="%s">%s\n<button>Go on</button></form>'
            "<script>document.forms[0].submit()</script>"
            % (
                html.escape(self.idp.sp("AssertionConsumerService")),
                hidden(values),
            ),
            cookie=name,
        )

    # --- signing out ---

    def on_slo(self):
        if "SAMLResponse" in self.values:
            self.page("Test IdP: you are signed out everywhere", "", cookie="")
            return
        message = base64.b64decode(self.values["SAMLRequest"])
        if not self.posted:
            message = zlib.decompress(message, -15)
        request = re.search(r'\bID="([^"]*)"', message.decode()).group(1)
        options = ["--in-response-to", request]
        self.leave("logout-response", options)

    def on_logout(self):
        name = self.values.get("person") or self.known()
        self.leave("logout-request", ["--name-id", name])

    def leave(self, verb, options):
        options += ["--destination", self.idp.sp("SingleLogoutService")]
        if "RelayState" in self.values:
            options += ["--relay-state", self.values["RelayState"]]
        url = self.idp.run(verb, *options)
        self.answer(302, b"", cookie="", location=url)

    # --- answers ---

    def page(self, title, content, status=200, cookie=None):
        text = LAYOUT.format(title=title, content=content)
        self.answer(status, text.encode(), cookie)

    def answer(self, status, body, cookie=None, location=None):
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        if cookie is not None:
            self.send_header("Set-Cookie", "%s=%s; Path=/" % (COOKIE, cookie))
        if location is not None:
            self.send_header("Location", location)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(program, folder, sp_metadata, port, *people):
    Handler.idp = Idp(program, folder, sp_metadata, people)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
