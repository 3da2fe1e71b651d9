#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""acs_cpu.py ADDRESS PORT RESPONSES LOGIN PID...: what one login costs all
processes of the gate on a processor: each Response of a file is POSTed to the
front door's ACS, in blocks, against as many requests for a plain page. LOGIN is
the process of gatehouse-login that forks, whose children count; so do the
children of each PID, the workers. Interleaved; the median of the blocks. Prints
a row as the other benchmarks do."""

import http.client
import os
import statistics
import sys
import time
import urllib.parse

BLOCKS = 7
TICK = 1e6 / os.sysconf("SC_CLK_TCK")


def read(path):
    with open(path, encoding="ascii") as file:
        return file.read()


def children(pid):
    return [
        int(child)
        for thread in os.listdir(f"/proc/{pid}/task")
        for child in read(f"/proc/{pid}/task/{thread}/children").split()
    ]


def clock(pid):
    """Microseconds of all threads: clock_getcpuclockid(3)."""
    return time.clock_gettime_ns((~pid << 3) | 2) / 1e3


def gone(pid):
    """Microseconds of the children that have ended, in ticks."""
    while children(pid):
        time.sleep(0.001)
    fields = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return (int(fields[13]) + int(fields[14])) * TICK


class Gate:
    def __init__(self, login, pids):
        self.login = login
        self.pids = [login, *pids]
        for pid in pids:
            self.pids += children(pid)

    def spent(self):
        return gone(self.login) + sum(map(clock, self.pids))


def ask(connection, number, method, path, body=None):
    headers = {"X-Forwarded-For": f"192.0.2.{number % 250 + 1}"}
    if body:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    answer.read()
    return answer.status


def login(connection, number, response):
    body = urllib.parse.urlencode({"SAMLResponse": response})
    status = ask(connection, number, "POST", "/gate/acs", body)
    if status != 303:
        sys.exit(f"a Response was not taken: {status}")


def look(connection, number, _):
    status = ask(connection, number, "GET", "/gate/activity.js")
    if status != 200:
        sys.exit(f"a plain page: {status}")


def block(gate, run, connection, responses):
    before = gate.spent()
    for number, response in enumerate(responses):
        run(connection, number, response)
    return (gate.spent() - before) / len(responses)


def main(address, port, responses, login_pid, *pids):
    lines = read(responses).split()
    size = len(lines) // (BLOCKS + 1)
    gate = Gate(int(login_pid), list(map(int, pids)))
    connection = http.client.HTTPConnection(address, int(port))
    costs, pages = [], []
    for start in range(0, size * (BLOCKS + 1), size):
        some = lines[start : start + size]
        costs.append(block(gate, login, connection, some))
        pages.append(block(gate, look, connection, some))
    # the first is for what is done once
    value, base = statistics.median(costs[1:]), statistics.median(pages[1:])
    ratio = value / base if base else 0
    print(
        f"web_acs_cpu\tus\t{value:.0f}\t{base:.0f}\t{ratio:.3f}\t<= 1500 us"
    )


if __name__ == "__main__":
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
