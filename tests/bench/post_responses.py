#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""post_responses.py NAME ACS PLAIN RESPONSES: what one login costs at a
service provider over HTTP: the median of POSTing each Response of a file to
its ACS on one kept connection, against the median of a plain page of the same
server. Interleaved. Prints a row as the other benchmarks do."""

import http.client
import statistics
import sys
import time
import urllib.parse


def timed(connection, method, path, body=None):
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    start = time.perf_counter()
    connection.request(method, path, body, headers if body else {})
    answer = connection.getresponse()
    answer.read()
    return answer.status, (time.perf_counter() - start) * 1e6


def main(name, acs, plain, responses):
    url = urllib.parse.urlsplit(acs)
    connection = http.client.HTTPConnection(url.hostname, url.port)
    posts, pages = [], []
    with open(responses, encoding="ascii") as lines:
        for line in lines:
            body = urllib.parse.urlencode({"SAMLResponse": line.strip()})
            status, took = timed(connection, "POST", url.path, body)
            if status not in (302, 303):
                sys.exit(f"{name}: a Response was not taken: {status}")
            posts.append(took)
            status, took = timed(connection, "GET", plain)
            if status != 200:
                sys.exit(f"{name}: {plain}: {status}")
            pages.append(took)
    value, base = statistics.median(posts), statistics.median(pages)
    print(f"{name}\tus\t{value:.0f}\t{base:.0f}\t{value / base:.3f}\t-")


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    main(*sys.argv[1:])
