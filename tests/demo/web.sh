#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The front door to walk through: the gate, a test IdP, an example portal and
# nginx on https://localhost:8443, all in a folder, until Ctrl-C. Needs no root.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/web/door.bash
. tests/web/door.bash

PORT=${PORT:-8443}
trap 'door_stop; echo' EXIT
trap 'exit 0' INT TERM HUP

if (: < "/dev/tcp/127.0.0.1/$PORT") 2> /dev/null; then
	trap - EXIT
	echo "port $PORT is taken: make demo-web PORT=8444" >&2
	exit 1
fi

rm -rf "$BUILD/demo-web"
door_make "$BUILD/demo-web" "$PORT"
gate_set 2fa enroll yes
gate_set idle limit 3m
gate_set idle warn 1m
gate_set gate fail_delay 1000
gate_set web title 'Example portal'
door_start nginx alice,groups=agents carol,groups=nurses > "$GATE/start.log"
{
	door_user bob
	door_factor bob
	door_user dave
	door_user --must-change erin
	door_factor erin
} > "$GATE/users.log" 2>&1

cat <<END
The portal   $BASE
             (the certificate is its own: let the browser go on)
The IdP      $IDP_URL/start?person=alice signs in without having been asked,
             $IDP_URL/logout?person=alice signs out everywhere
Accounts     alice, carol   by the IdP, which asks for no password
             bob            by password, then the code of his app
             dave           by password; he has to set an app up first
             erin           as bob; she has to change her password
Password     $PASSWORD
The apps     bob   $(cat "$GATE/bob.otp")
             erin  $(cat "$GATE/erin.otp")
A code       oathtool --totp -b SECRET, what is behind "secret=" in these
Idle limit   3 minutes, with a warning in the last one; a call holds it off
What is on   $BUILD/gatehousectl --socket $GATE/gate.sock session watch
record       ${GATE#"$PWD/"}/audit.log

Ctrl-C ends it.
END
# a signal is to be taken at once, and not when a child has ended
sleep infinity &
PROXY_PIDS+=" $!"
wait $!
