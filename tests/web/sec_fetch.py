#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""sec_fetch.py FOLDER [CASE...]: what Chromium says of its requests.

One line for each case, as docs/activity.md has it:
PART|WHAT HAPPENS|Sec-Fetch-Mode|-Dest|-Site|-User|Sec-Purpose
"""
import signal
import sys
import time

import browser
import cases
import recorder

# A case is tried again where the machine was too slow for the browser to
# take the click; what the request said is never a reason to.
PATIENCE = (10, 20, 30)


class Visit:
    """One try of a case."""

    def __init__(self, world, case, attempt, patience):
        self.recorder = world.recorder
        self.browser = world.browser
        self.case = case
        self.path = "/%s/%d/" % (case.name, attempt)
        self.end = time.monotonic() + patience

    def address(self, name, host="127.0.0.1"):
        return "http://%s:%d%s%s" % (
            host, self.recorder.port, self.path, name
        )

    def wait(self, name, nth=1):
        """The headers of the nth request for a page or note; 0: the last."""
        left = max(0, self.end - time.monotonic())
        request = self.recorder.wait(self.path + name, nth, left)
        if request is None:
            raise TimeoutError("%s: no request for %s" % (self.path, name))
        return request

    def came(self, name, seconds):
        """Whether a note has come, within so many seconds."""
        if time.monotonic() > self.end:
            raise TimeoutError("%s: not %s" % (self.path, name))
        return self.recorder.wait(self.path + name, 1, seconds) is not None

    def run(self):
        """The headers of the request that the case is about; None where
        there was none, as it is to be."""
        case = self.case
        case.act(self)
        if case.after:
            self.wait(case.after)
        if case.silent:
            if self.recorder.count(self.path + case.seen) >= case.nth:
                raise RuntimeError("%s: a request after all" % self.path)
            return None
        return self.wait(case.seen, case.nth)


class World:
    def __init__(self, folder):
        self.recorder = recorder.Recorder(
            {case.name: case.pages for case in cases.CASES}
        )
        self.browser = browser.Browser(
            folder, "http://127.0.0.1:%d/hello/0/start" % self.recorder.port
        )

    def try_out(self, case):
        for attempt, patience in enumerate(PATIENCE):
            try:
                return Visit(self, case, attempt, patience).run()
            except TimeoutError as error:
                print(error, file=sys.stderr)
        raise RuntimeError("%s: given up" % case.name)


def line_of(case, request):
    if request is None:
        return [case.part, case.what, "no request", "", "", "", ""]
    return [case.part, case.what] + [
        "`%s`" % request[name] if name in request else ""
        for name in ["Sec-Fetch-" + word for word in recorder.FETCH]
        + ["Sec-Purpose"]
    ]


def main(folder, *wanted):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    world = World(folder)
    try:
        if world.recorder.wait("/hello/0/start", 1, 60) is None:
            raise RuntimeError("Chromium did not come up")
        world.browser.focus()
        for case in cases.CASES:
            if not wanted or case.name in wanted:
                line = line_of(case, world.try_out(case))
                print("|".join(line), flush=True)
    finally:
        world.browser.end()


if __name__ == "__main__":
    main(*sys.argv[1:])
