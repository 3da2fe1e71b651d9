# SPDX-License-Identifier: GPL-3.0-or-later
"""What people, pages and browsers do that makes a request, and how it is
done here. The rows of docs/activity.md, in its order."""
import recorder

# The headings of docs/activity.md: who did it, and whether it counts.
PERSON = "A person, and it counts"
NOBODY = "Nobody, and it counts all the same"
UNSEEN = "A person, and it does not count"
MACHINE = "A page or the browser, and it does not count"

# All that is to be clicked fills the page.
HEAD = """<!doctype html><meta charset=utf-8><title>x</title>
<style>
body { margin: 0 }
a, button, iframe:not([hidden]) {
	display: block; width: 100%; height: 100vh; border: 0
}
</style>
<script>
const note = name => fetch(name, { method: "POST", keepalive: true });
const active = () => navigator.userActivation.isActive;
const loaded = f => addEventListener("load", f);
// once nobody has touched the page for as long as Chromium minds
const alone = f => loaded(function wait() {
	active() ? setTimeout(wait, 100) : f();
});
const clicked = f => addEventListener("click", f);
const later = f => clicked(() => setTimeout(() => active() && f(), 1));
const painted = f => loaded(() =>
	requestAnimationFrame(() => requestAnimationFrame(f)));
painted(() => note("ready"));
addEventListener("pointerdown", () => note("touched"));
</script>
"""


def page(body="", script=""):
    return "%s<body>%s<script>%s</script>" % (HEAD, body, script)


def visit(v):
    v.browser.go(v.address("start"))
    v.wait("ready")


def touch(v, button=1):
    """Chromium drops clicks on what it has only just painted: again, until
    the page has seen one."""
    v.browser.click(button)
    while not v.came("touched", 1):
        v.browser.click(button)


def click(v):
    visit(v)
    touch(v)


def click_in_frame(v):
    visit(v)
    v.wait("ready", 2)  # the frame's as well
    touch(v)


def middle_click(v):
    visit(v)
    touch(v, 2)


def press(*keys):
    def act(v):
        visit(v)
        v.browser.key(*keys)

    return act


def click_then(*keys):
    """On the page that a click has led to; the next key as the page that
    the one before led to is there."""

    def act(v):
        click(v)
        v.wait("arrived")
        for count, key in enumerate(keys):
            if count > 0:
                v.wait("ready", 2 + count)
            v.browser.key(key)

    return act


def redirect(status):
    def answer(handler):
        recorder.answer(handler, "", status, [("Location", "to")])

    return answer


def typed(content_type, body):
    def answer(handler):
        recorder.answer(
            handler, body, headers=[("Content-Type", content_type)]
        )

    return answer


def refreshed(handler):
    again = [("Refresh", "0; url=to")]
    recorder.answer(handler, page(), headers=again)


def attachment(handler):
    recorder.answer(
        handler, "x", headers=[("Content-Disposition", "attachment")]
    )


def lost_at_first(handler):
    """The connection ends without an answer, so that Chromium shows an error.
    One more try at once would be its network's, of the same request."""
    if handler.nth == 1 or handler.since_last < 0.5:
        handler.close_connection = True
    else:
        recorder.answer(handler, ARRIVED)


def elsewhere(host):
    """A page with a link to a name of our own machine."""

    def answer(handler):
        port = handler.server.server_address[1]
        path = handler.path.replace("start", "to")
        link = '<a href="http://%s:%d%s">x</a>' % (host, port, path)
        recorder.answer(handler, page(link))

    return answer


LINK = "<a href=to>x</a>"
ON = "<a href=on>x</a>"
NOTE = 'painted(() => note("arrived"))'
ARRIVED = page("", NOTE)


class Case:
    """part: of docs/activity.md. seen, nth: the request that is looked at.
    after: the note that comes when it has been, if nth is 0 for the last one;
    or, if silent, when it would have been, as there is to be none."""

    def __init__(
        self, part, name, what, start, act=visit, seen="to", nth=1,
        after=None, silent=False, **pages
    ):
        self.part = part
        self.name = name
        self.what = what
        self.act = act
        self.seen = seen
        self.nth = nth
        self.after = after
        self.silent = silent
        self.pages = dict({"start": start, "to": page()}, **pages)


def by_program(v):
    v.browser.start(v.address("start")).wait()


def same_again(v):
    visit(v)
    v.browser.go(v.address("start"))


def closed_and_back(v):
    v.browser.key("ctrl+t")
    visit(v)
    v.browser.key("ctrl+w", "ctrl+shift+t")


def when_served(v):
    visit(v)
    v.wait("served")
    touch(v)


def when_prerendered(v):
    visit(v)
    v.wait("prerendered")
    touch(v)


def form(action, attributes="", field=""):
    return "<form action=%s %s>%s<button>x</button></form>" % (
        action, attributes, field
    )


def rules(kind, eagerness):
    return (
        '<script type=speculationrules>{"%s": [{"urls": ["to"], '
        '"eagerness": "%s"}]}</script>' % (kind, eagerness)
    )


POST = "method=post"
SUBMIT = "document.forms[0].submit()"
FOLLOW = 'document.querySelector("a").click()'
LEAVE = 'location = "to"'
RELOAD = "location.reload()"
BACK = page("", NOTE + "; alone(() => history.back())")
PRERENDERED = page("", """if (document.prerendering) {
	document.addEventListener("prerenderingchange", () => note("shown"));
	note("prerendered");
}""")
SERVE = """navigator.serviceWorker.register("worker");
navigator.serviceWorker.ready.then(() => note("served"))"""
SERVER = """addEventListener("fetch",
	event => event.respondWith(fetch(event.request)))"""
FORGE = 'fetch("to", { headers: { "Sec-Fetch-User": "?1" } })'
XHR = """const asked = new XMLHttpRequest();
asked.open("GET", "to");
asked.send();"""
WEBSOCKET = 'new WebSocket(new URL("to", location).href.replace("http", "ws"))'


CASES = [
    Case(PERSON, "link", "a link", page(LINK), click),
    Case(PERSON, "link-key", "a link, by Tab and Enter", page(LINK),
         press("Tab", "Return")),
    Case(PERSON, "link-middle", "a link, with the middle button",
         page(LINK), middle_click),
    Case(PERSON, "link-blank", "a link into a new tab (`target=_blank`)",
         page("<a href=to target=_blank>x</a>"), click),
    Case(PERSON, "link-hop", "a link that is redirected (302)",
         page("<a href=hop>x</a>"), click, hop=redirect(302)),
    Case(PERSON, "link-site", "a link from another site",
         elsewhere("other.localhost"), click),
    Case(PERSON, "link-frame", "a link in a frame",
         page("<iframe src=frame></iframe>"), click_in_frame,
         frame=page(LINK)),
    Case(PERSON, "attachment", "a link to what is then downloaded",
         page(LINK), click, to=attachment),
    Case(PERSON, "program", "a link in another program", page(),
         by_program, "start"),
    Case(PERSON, "form-get", "a form (GET), by its button",
         page(form("to")), click),
    Case(PERSON, "form-post", "a form (POST), by its button",
         page(form("to", POST)), click),
    Case(PERSON, "form-enter", "a form (POST), by Enter",
         page(form("to", POST, "<input name=a autofocus>")),
         press("x", "Return")),
    Case(PERSON, "form-hop", "a form (POST) that is redirected (303)",
         page(form("hop", POST)), click, hop=redirect(303)),
    Case(PERSON, "typed", "the address bar", page(), visit, "start"),
    Case(PERSON, "typed-again", "the address bar, the same address again",
         page(), same_again, "start", 2),
    Case(PERSON, "reload", "reload (F5)", page(), press("F5"), "start", 2),
    Case(PERSON, "reload-all", "reload past the cache (Shift+F5)", page(),
         press("shift+F5"), "start", 2),
    Case(PERSON, "reload-link", "reload of what a link led to (F5)",
         page(LINK), click_then("F5"), nth=2, to=ARRIVED),
    Case(PERSON, "reload-script", "reload of what a script led to (F5)",
         page("", "alone(() => %s)" % LEAVE),
         lambda v: (visit(v), v.wait("arrived"), v.browser.key("F5")),
         nth=2, to=ARRIVED),
    Case(PERSON, "back", "back, to what came by the address bar", page(LINK),
         click_then("alt+Left"), "start", 2, to=ARRIVED),
    Case(PERSON, "reopen", "a closed tab, opened again (Ctrl+Shift+T)",
         page(), closed_and_back, "start", 2),
    Case(PERSON, "touch-location", "a script sets `location` upon a click",
         page("x", "later(() => %s)" % LEAVE), click),
    Case(PERSON, "touch-open", "`window.open()` upon a click",
         page("x", 'clicked(() => window.open("to"))'), click),
    Case(PERSON, "touch-reload", "`location.reload()` upon a click",
         page("x", "later(() => %s)" % RELOAD), click, "start", 2),
    Case(PERSON, "touch-submit", "`form.submit()` upon a click",
         page("x" + form("to", POST + " hidden"), "later(() => %s)" % SUBMIT),
         click),
    Case(PERSON, "touch-frame", "a script loads a frame upon a click",
         page("x<iframe hidden></iframe>",
              "later(() => frames[0].location = 'to')"), click),

    Case(NOBODY, "self-back",
         "`history.back()`, to what came by the address bar",
         page(LINK), click, "start", 2, to=BACK),
    Case(NOBODY, "after-error",
         "Chromium tries the address bar's again after a network error",
         lost_at_first, lambda v: v.browser.go(v.address("start")), "start",
         nth=0, after="arrived"),

    Case(UNSEEN, "plain", "a link, over plain HTTP",
         elsewhere("plain.test"), click),
    Case(UNSEEN, "back-link", "back, to what a link led to", page(LINK),
         lambda v: (click(v), v.wait("arrived"), v.browser.click(),
                    v.wait("ready", 3), v.browser.key("alt+Left")),
         nth=2, to=page(ON, NOTE), on=page()),
    Case(UNSEEN, "forward", "forward, to what a link led to", page(LINK),
         click_then("alt+Left", "alt+Right"), nth=2, to=ARRIVED),
    Case(UNSEEN, "download", "a link with `download`",
         page("<a href=to download>x</a>"), click, to=attachment),
    Case(UNSEEN, "worker", "a link, fetched by a service worker",
         page(LINK, SERVE), when_served,
         worker=typed("text/javascript", SERVER)),
    Case(UNSEEN, "shown", "a link to what was prerendered",
         page(LINK + rules("prerender", "immediate")), when_prerendered,
         nth=2, after="shown", silent=True, to=PRERENDERED),
    Case(UNSEEN, "pressed", "a link that is prerendered when pressed",
         page(LINK + rules("prerender", "conservative")), click),
    Case(UNSEEN, "touch-fetch", "`fetch()` upon a click",
         page("x", 'later(() => fetch("to"))'), click),
    Case(UNSEEN, "touch-push", "`history.pushState()` upon a click",
         page("x", 'later(() => { history.pushState(0, "", "to"); '
              'note("pushed"); })'), click, after="pushed", silent=True),

    Case(MACHINE, "location", "a script sets `location`",
         page("", "alone(() => %s)" % LEAVE)),
    Case(MACHINE, "self-reload", "`location.reload()`",
         page("", "alone(() => %s)" % RELOAD), seen="start", nth=3),
    Case(MACHINE, "self-go", "`history.go(0)`",
         page("", "alone(() => history.go(0))"), seen="start", nth=3),
    Case(MACHINE, "self-back-link", "`history.back()`, to what a link led to",
         page(LINK), lambda v: (click(v), v.wait("arrived"),
                                v.browser.click()),
         nth=2, to=page(ON, NOTE), on=BACK),
    Case(MACHINE, "self-link", "`a.click()`",
         page(LINK, "alone(() => %s)" % FOLLOW)),
    Case(MACHINE, "self-submit", "`form.submit()`",
         page(form("to", POST), "alone(() => %s)" % SUBMIT)),
    Case(MACHINE, "self-open", "`window.open()`",
         page("", 'alone(() => window.open("to") || note("blocked"))'),
         after="blocked", silent=True),
    Case(MACHINE, "meta", "`<meta http-equiv=refresh>`",
         page('<meta http-equiv=refresh content="0; url=to">')),
    Case(MACHINE, "refresh", "a `Refresh` header", refreshed),
    Case(MACHINE, "frame", "a frame", page("<iframe src=to></iframe>")),
    Case(MACHINE, "frame-reload", "a frame that reloads itself",
         page("<iframe src=to></iframe>"), nth=3,
         to=page("", "alone(() => %s)" % RELOAD)),
    Case(MACHINE, "after-error-link",
         "Chromium tries a link's again after a network error", page(LINK),
         click, nth=0, after="arrived", to=lost_at_first),
    Case(MACHINE, "fetch", "`fetch()`",
         page("", 'loaded(() => fetch("to"))')),
    Case(MACHINE, "forged", "`fetch()` that sets `Sec-Fetch-User` itself",
         page("", "loaded(() => %s)" % FORGE)),
    Case(MACHINE, "xhr", "`XMLHttpRequest`", page("", XHR)),
    Case(MACHINE, "events", "`EventSource`",
         page("", 'new EventSource("to")')),
    Case(MACHINE, "websocket", "`WebSocket`", page("", WEBSOCKET)),
    Case(MACHINE, "beacon", "`navigator.sendBeacon()`",
         page("", 'navigator.sendBeacon("to")')),
    Case(MACHINE, "ping", "`<a ping>`, beside its link",
         page("<a href=on ping=to>x</a>"), click, on=page()),
    Case(MACHINE, "image", "an image", page("<img src=to>")),
    Case(MACHINE, "script", "a script", page("<script src=to></script>"),
         to=typed("text/javascript", "")),
    Case(MACHINE, "prefetch", "`<link rel=prefetch>`",
         page("<link rel=prefetch href=to>")),
    Case(MACHINE, "rule-prefetch", "prefetch by speculation rules",
         page(rules("prefetch", "immediate"))),
    Case(MACHINE, "rule-prerender", "prerender by speculation rules",
         page(rules("prerender", "immediate"))),
]
