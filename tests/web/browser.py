# SPDX-License-Identifier: GPL-3.0-or-later
"""Chromium with its window on a screen of its own, used as a person uses it:
by pointer and keys, through the X server."""
import os
import signal
import subprocess

WIDTH, HEIGHT = 1000, 700
ADDRESS_BAR = (500, 60)
PAGE = (500, 450)

FEATURES_OFF = (
    "BackForwardCache",  # what comes from there asks nobody
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "OptimizationHints",
    "MediaRouter",
    "Translate",
)


class Browser:
    def __init__(self, folder, first_page):
        self.folder = folder
        os.makedirs(os.path.join(folder, "home"), exist_ok=True)
        self.log = open(os.path.join(folder, "browser.log"), "ab")
        self.screen = None
        self.program = None
        reader, writer = os.pipe()
        self.screen = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-nolisten", "tcp"]
            + ["-noreset", "-screen", "0", "%dx%dx24" % (WIDTH, HEIGHT)],
            pass_fds=[writer],
            stdout=self.log,
            stderr=self.log,
        )
        os.close(writer)
        with os.fdopen(reader) as display:
            number = display.readline().strip()
        if not number:
            raise RuntimeError("Xvfb did not come up")
        self.environment = dict(
            os.environ,
            DISPLAY=":" + number,
            HOME=os.path.join(folder, "home"),
            DBUS_SESSION_BUS_ADDRESS="disabled:",
        )
        self.program = self.start(first_page)

    def start(self, address):
        """Starts Chromium; where it runs already, hands it an address."""
        command = [
            "chromium",
            "--user-data-dir=" + os.path.join(self.folder, "profile"),
            "--no-first-run",
            "--no-default-browser-check",
            "--password-store=basic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-extensions",
            "--test-type",  # no bar that warns of the flags below
            "--no-proxy-server",
            "--host-resolver-rules=MAP * 127.0.0.1",
            "--disable-features=" + ",".join(FEATURES_OFF),
            "--window-position=0,0",
            "--window-size=%d,%d" % (WIDTH, HEIGHT),
        ]
        if os.geteuid() == 0:
            command.append("--no-sandbox")
        return subprocess.Popen(
            command + [address],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    def act(self, *what):
        subprocess.run(
            ["xdotool"] + [str(word) for word in what],
            env=self.environment,
            check=True,
            timeout=60,
            stdout=self.log,
            stderr=self.log,
        )

    def click(self, button=1, where=PAGE):
        self.act("mousemove", *where, "click", button)

    def key(self, *keys):
        self.act("key", "--clearmodifiers", *keys)

    def focus(self):
        """Nobody manages the windows of this screen, so that we give the
        keys to the browser's."""
        self.act("search", "--sync", "--onlyvisible", "--class", "chromium",
                 "windowfocus", "--sync")

    def go(self, address):
        """By the address bar. Delete takes away what Chromium would add."""
        self.click(where=ADDRESS_BAR)
        self.act("type", "--delay", "2", address)
        self.key("Delete", "Return")

    def end(self):
        for process in (self.program, self.screen):
            if process is None:
                continue
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        # what the browser has started, and not taken with it
        if self.program is not None:
            try:
                os.killpg(self.program.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        self.log.close()
