#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a program at a terminal of its own, and types at it.

at_terminal.py STEP... -- PROGRAM [ARGUMENT...]

Steps, one after the other:
  see=TEXT    wait until the terminal has shown it, behind what was seen before
  type=TEXT   type it; \\r, \\x03 and the like are understood
  size=LxC    the terminal has so many lines and columns
  signal=NAME send one, such as TERM
  run=COMMAND have the shell do something meanwhile

Prints all that was shown. The exit status is the program's: 128 and the number
for a signal. A terminal that is not as it was afterwards is complained about:
99, and 98 for a step that did not come about in 30 s.
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

PATIENCE = 30


def fail(status, why):
    sys.stdout.flush()
    print("at_terminal.py:", why, file=sys.stderr)
    sys.exit(status)


class Terminal:
    def __init__(self, command):
        self.shown = b""
        self.seen = 0
        self.open = True
        self.main, self.other = pty.openpty()
        self.size("24x80")
        self.before = termios.tcgetattr(self.other)
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(self.other, termios.TIOCSCTTY, 0)
            for fd in range(3):
                os.dup2(self.other, fd)
            os.execvp(command[0], command)

    def read(self, until):
        """Takes what is shown; False when it was long enough, or no more."""
        left = until - time.monotonic()
        if left <= 0 or not select.select([self.main], [], [], left)[0]:
            return False
        try:
            data = os.read(self.main, 65536)
        except OSError:
            data = b""
        self.shown += data
        return data != b""

    def see(self, text):
        until = time.monotonic() + PATIENCE
        while True:
            at = self.shown.find(text.encode(), self.seen)
            if at >= 0:
                self.seen = at + len(text)
                return
            if not self.read(until):
                fail(98, "not seen: %r in %r" % (text, self.shown[-2000:]))

    def type(self, text):
        os.write(self.main, text.encode().decode("unicode_escape").encode())

    def size(self, text):
        lines, columns = map(int, text.split("x"))
        fcntl.ioctl(self.main, termios.TIOCSWINSZ,
                    struct.pack("HHHH", lines, columns, 0, 0))

    def signal(self, name):
        os.kill(self.pid, getattr(signal, "SIG" + name))

    def run(self, command):
        done = subprocess.run(["bash", "-c", command], check=False,
                              stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL)
        if done.returncode:
            fail(98, "failed: " + command)

    def wait(self):
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            self.read(time.monotonic() + 0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                while self.read(time.monotonic() + 0.05):
                    pass
                code = os.waitstatus_to_exitcode(status)
                return code if code >= 0 else 128 - code
        os.kill(self.pid, signal.SIGKILL)
        fail(98, "it does not end: %r" % self.shown[-2000:])


def main():
    split = sys.argv.index("--")
    terminal = Terminal(sys.argv[split + 1:])
    for step in sys.argv[1:split]:
        name, _, value = step.partition("=")
        getattr(terminal, name)(value)
    status = terminal.wait()
    sys.stdout.buffer.write(terminal.shown)
    if termios.tcgetattr(terminal.other) != terminal.before:
        fail(99, "the terminal is not as it was")
    sys.exit(status)


main()
