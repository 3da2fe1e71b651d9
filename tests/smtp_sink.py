# SPDX-License-Identifier: GPL-3.0-or-later
#
# smtp_sink.py PORT-FILE ENVELOPE-FILE: takes one mail (RFC 5321) on a port of
# its own on 127.0.0.1, and writes down all that was said to it.
import os
import socket
import sys

port_file, envelope_file = sys.argv[1:]
listener = socket.create_server(("127.0.0.1", 0))
listener.settimeout(120)
with open(port_file + ".new", "w") as out:
    out.write(str(listener.getsockname()[1]))
os.rename(port_file + ".new", port_file)

connection = listener.accept()[0]
connection.settimeout(120)
lines = connection.makefile("r", newline="\r\n")


def say(text):
    connection.sendall(text.encode() + b"\r\n")


say("220 sink")
in_data = False
with open(envelope_file, "w") as out:
    for line in lines:
        line = line.rstrip("\r\n")
        out.write(line + "\n")
        out.flush()
        if in_data:
            in_data = line != "."
            if not in_data:
                say("250 taken")
        elif line == "DATA":
            in_data = True
            say("354 go on")
        elif line == "QUIT":
            say("221 bye")
            break
        else:
            say("250 yes")
