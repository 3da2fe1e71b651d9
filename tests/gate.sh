# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A gate of one's own: functions to start a real gatehoused with a real IdP in
# a folder, and to sign in through it with pamtester under pam_wrapper. Sourced
# by the demo and by the tests. Needs no root and changes nothing outside the
# folder.

: "${BUILD:=build}"
BUILD=$(cd "$BUILD" && pwd)
SP=https://portal.example/gate/metadata
ACS=https://portal.example/gate/acs
SLO=https://portal.example/gate/slo
# applications speak their user's language, the tests English
unset LANGUAGE
export LC_ALL=C.UTF-8

# gate_make DIR: keys, configuration, allowlist and a PAM stack.
gate_make() {
	GATE=$1
	mkdir -p "$GATE/pam.d"
	GATE=$(cd "$GATE" && pwd)
	"$BUILD/test-idp" keys --dir "$GATE/idp" "${IDP_KEY[@]}"
	cat > "$GATE/allowlist" <<-END
		# from where people may sign in
		allow 192.0.2.0/24	# the office
		allow 2001:db8:1::/48
		allow 127.0.0.1
	END
	cat > "$GATE/gatehouse.conf" <<-END
		[gate]
		socket = $GATE/gate.sock
		fail_delay = 0
		[allowlist]
		file = $GATE/allowlist
		[saml]
		entity_id = $SP
		acs_url = $ACS
		idp_metadata = $GATE/idp/metadata.xml
		allow_unsolicited = yes
		worker_program = $BUILD/gatehouse-saml
		composer_program = $BUILD/gatehouse-compose
		[store]
		path = $GATE/gate.db
		master_key = $GATE/master.key
		[log]
		to = $GATE/audit.log
		[session]
		# pamtester is gone as soon as it has opened one
		linger = 1h
	END
	gate_service portal
	# what libpam falls back to; its absence is only noise in the log
	printf '%s required pam_deny.so\n' auth account password session \
	    > "$GATE/pam.d/other"
}

# gate_service NAME [ARGUMENT...]: a PAM stack of four lines.
gate_service() {
	local hook name=$1
	shift
	for hook in auth account password session; do
		echo "$hook required $BUILD/pam_gatehouse.so" \
		    "socket=$GATE/gate.sock $*"
	done > "$GATE/pam.d/$name"
}

# gate_set SECTION KEY VALUE: changes the configuration.
gate_set() {
	local changed
	# other sections may have keys of the same name
	changed=$(key="$2 = " value=$3 awk -v heading="[$1]" '
		/^\[/ { inside = $0 == heading }
		inside && index($0, ENVIRON["key"]) == 1 { next }
		{ print }
		$0 == heading && !set++ { print ENVIRON["key"] ENVIRON["value"] }
		END { if (!set) print heading "\n" ENVIRON["key"] ENVIRON["value"] }
	' "$GATE/gatehouse.conf")
	echo "$changed" > "$GATE/gatehouse.conf"
}

# gate_speaks: our SP gets a key pair, a logout address, and metadata, of which
# the file is $GATE/sp.xml.
gate_speaks() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=sp \
	    -keyout "$GATE/sp.pem" -out "$GATE/sp.crt" 2> /dev/null
	gate_set saml key "$GATE/sp.pem"
	gate_set saml certificate "$GATE/sp.crt"
	gate_set saml slo_url "$SLO"
	"$BUILD/gatehousectl" --config "$GATE/gatehouse.conf" sp metadata \
	    > "$GATE/sp.xml"
}

# gate_start: starts the daemon and waits until it answers. GATE_IN is a command
# in front of it, which becomes it.
gate_start() {
	"${GATE_IN[@]}" "$BUILD/gatehoused" --config "$GATE/gatehouse.conf" \
	    --debug 2>> "$GATE/daemon.log" 3>&- &
	GATE_PID=$!
	gate_wait "$GATE_PID"
}

gate_wait() {
	local tries
	for tries in $(seq 200); do
		ctl status > /dev/null 2>&1 && return 0
		kill -0 "$1" 2> /dev/null || break
		sleep 0.05
	done
	echo "gatehoused did not come up (try $tries):" >&2
	cat "$GATE/daemon.log" >&2
	return 1
}

# start_faked: as gate_start, on a clock that the test sets, by libfaketime.
start_faked() {
	local library asan
	library=$(echo /usr/lib/*/faketime/libfaketimeMT.so.1)
	# a sanitizer's runtime insists on being the first
	asan=$(ldd "$BUILD/gatehoused" | awk '/libasan/ { print $3 }')
	"${GATE_IN[@]}" env LD_PRELOAD="${asan:+$asan:}$library" \
	    FAKETIME_NO_CACHE=1 \
	    FAKETIME_DONT_FAKE_MONOTONIC=1 \
	    FAKETIME_TIMESTAMP_FILE="$GATE/faketime" \
	    "$BUILD/gatehoused" --config "$GATE/gatehouse.conf" --debug \
	    2>> "$GATE/daemon.log" 3>&- &
	GATE_PID=$!
	gate_wait "$GATE_PID"
}

# clock SECONDS: the daemon's wall clock is that far off, from now on.
clock() {
	printf '%+d\n' "$1" > "$GATE/faketime.new"
	mv "$GATE/faketime.new" "$GATE/faketime"
	SHIFT=$1
}

# gate_stop [SIGNAL]: ends the daemon and waits until it is gone.
gate_stop() {
	[ -n "${GATE_PID:-}" ] || return 0
	kill "-${1:-TERM}" "$GATE_PID" 2> /dev/null || true
	wait "$GATE_PID" 2> /dev/null || true
	GATE_PID=
}

ctl() {
	"$BUILD/gatehousectl" --socket "$GATE/gate.sock" "$@"
}

# response NAME [OPTION...]: a Response of the IdP for NAME.
response() {
	local name=$1
	shift
	"$BUILD/test-idp" respond --dir "$GATE/idp" --sp "$SP" --acs "$ACS" \
	    --name-id "$name" "$@"
}

# What a real Response weighs: ten attributes, about 7 kB of XML.
WEIGHT=(--attribute mail=alice@clinic.example --attribute role=agent
	--attribute givenName=Alice --attribute sn=Liddell --size 7000)

# pam ADDRESS SERVICE USER HOOK...: runs pamtester, answers on stdin.
pam() {
	local address=$1
	shift
	LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
	    PAM_WRAPPER_SERVICE_DIR="$GATE/pam.d" \
	    pamtester -I rhost="$address" "$@" 2>&1
}

# decision: the last line of the audit log; decision FIELD: one field of it.
decision() {
	tail -n 1 "$GATE/audit.log" | jq -r "${1:+.}${1:-.}"
}

# otp_code URI [SECONDS]: the code of an otpauth URI, SECONDS from now.
otp_code() {
	local secret=${1#*secret=}
	oathtool --totp -b -N "$(date -u -d "@$(($(date +%s) + ${2:-0}))" \
	    '+%Y-%m-%d %H:%M:%S UTC')" "${secret%%&*}"
}

# scan FILE: what a scanner reads from the half blocks on standard input, drawn
# for a dark terminal; FILE becomes the picture of it.
scan() {
	PYTHONUTF8=1 python3 <(cat <<-'END'
		import sys
		lines = [l for l in sys.stdin.read().split("\n")
		    if l and not set(l) - set(" \u2580\u2584\u2588")]
		width = max(map(len, lines))
		rows = []
		for line in lines:
		    line = line.ljust(width)
		    rows.append([c in "\u2580\u2588" for c in line])
		    rows.append([c in "\u2584\u2588" for c in line])
		edge, dot = 8, 4
		rows = [[False] * width] * edge + rows + [[False] * width] * edge
		out = sys.stdout.buffer
		out.write(b"P5 %d %d 255\n" %
		    ((width + 2 * edge) * dot, len(rows) * dot))
		for row in rows:
		    row = [False] * edge + row + [False] * edge
		    line = bytes(255 * c for c in row for _ in range(dot))
		    for _ in range(dot):
		        out.write(line)
	END
	) > "$1"
	zbarimg -q --raw --nodbus "$1"
}
