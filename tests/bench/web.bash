# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# What a proxy waits for: gatehouse-web's check, alone and behind nginx, with few
# and with many sessions. Sourced by run, behind tests/gate.sh; writes rows to
# standard output. wrk and all that is asked share the processors.

# shellcheck source=tests/web/front.bash
. tests/web/front.bash
# shellcheck source=tests/web/login.bash
. tests/web/login.bash

# wrk_us URL: microseconds from one answer to the next, 99th percentile in ms.
wrk_us() {
	wrk -t 1 -c 16 -d "${WEB_SECONDS:-3}" --latency -s "$GATE/check.lua" \
	    "$1" > "$GATE/wrk"
	if grep -q 'Non-2xx' "$GATE/wrk"; then
		echo "$1: $(grep Non-2xx "$GATE/wrk")" >&2
		return 1
	fi
	awk '/^Requests\/sec:/ { us = 1e6 / $2 }
	    /^ *99%/ { ms = $2 + 0
		if ($2 ~ /us$/) ms /= 1000; else if ($2 !~ /ms$/) ms *= 1000 }
	    END { printf "%.2f %.3f\n", us, ms }' "$GATE/wrk"
}

# median FILE COLUMN
median() {
	awk -v at="$2" '{ print $at }' "$1" | sort -g |
	    awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

row() {
	printf '%s\t%s\t%.3f\t%.3f\t%.3f\t%s\n' "$1" "$2" "$3" "$4" \
	    "$(awk -v a="$3" -v b="$4" 'BEGIN { print (b > 0 ? a / b : 0) }')" "$5"
}

# a free port of this machine's
free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# web_gate DIR COUNT: a gate with COUNT sessions and alice's, and its front door
# on a port, $WEB_PORT.
web_gate() {
	gate_make "$1"
	front_make
	WEB_PORT=$(free_port)
	gate_set web listen "127.0.0.1:$WEB_PORT"
	gate_set web proxies 127.0.0.1
	gate_set session login_grace 1h
	gate_set session linger 1h
	"$BUILD/tests/bench_live" fill "$GATE/gate.db" "$2"
	gate_start
	front() {
		curl -sS --max-time 30 "${@:2}" \
		    "http://127.0.0.1:$WEB_PORT/gate/$1"
	}
	front_start
	token alice
	printf 'wrk.headers["%s"] = "%s"\n' Cookie "__Host-gate=$token" \
	    X-Forwarded-For 192.0.2.7 X-Test-Address 192.0.2.7 \
	    > "$GATE/check.lua"
}

# Another nginx, which answers all with 204: what auth_request costs by itself.
nothing_start() {
	mkdir -p "$GATE/nothing"
	sed -e '/^user/!d' "$GATE/nginx/nginx.conf" > "$GATE/nothing/nginx.conf"
	cat >> "$GATE/nothing/nginx.conf" <<-END
		worker_processes 1;
		daemon off;
		pid $GATE/nothing/pid;
		events { }
		http {
			access_log off;
			keepalive_requests 100000000;
			client_body_temp_path $GATE/nothing/body;
			proxy_temp_path $GATE/nothing/proxy;
			fastcgi_temp_path $GATE/nothing/fastcgi;
			uwsgi_temp_path $GATE/nothing/uwsgi;
			scgi_temp_path $GATE/nothing/scgi;
			server {
				listen unix:$GATE/none.sock;
				location / { return 204; }
			}
		}
	END
	sed -i "/upstream nothing/,/}/s|nothing.sock|none.sock|" \
	    "$GATE/nginx/nginx.conf"
	nginx -e "$GATE/nothing/error.log" -p "$GATE/nothing" \
	    -c "$GATE/nothing/nginx.conf" &
	NOTHING_PID=$!
}

# Alone, with few sessions and with many, in turns.
bench_check() {
	local few=$1 many=$2 n
	for n in 1 2 3; do
		GATE=$few
		wrk_us "http://127.0.0.1:$3/gate/check" >> "$few/us"
		cp "$few/check.lua" "$few/few.lua"
		GATE=$many
		wrk_us "http://127.0.0.1:$4/gate/check" >> "$many/us"
	done
	row web_check us "$(median "$few/us" 1)" 0 '<= 33.3 us'
	row web_check_p99 ms "$(median "$few/us" 2)" 0 '<= 5 ms'
	row web_check_100000 us "$(median "$many/us" 1)" \
	    "$(median "$few/us" 1)" 'ratio <= 1.2'
}

# Behind nginx, beside nginx's auth_request alone, in turns.
bench_nginx() {
	local port n
	port=$(free_port)
	front_stop
	gate_set web listen "$GATE/web.sock"
	"$BUILD/gatehouse-web" --config "$GATE/gatehouse.conf" \
	    2>> "$GATE/web.log" 3>&- &
	FRONT_PID=$!
	NGINX_LISTEN="listen 127.0.0.1:$port;" nginx_make
	sed -i -e 's/set_real_ip_from unix:;/&\nset_real_ip_from 127.0.0.1;/' \
	    -e 's/keepalive 32;/&\nkeepalive_requests 100000000;/' \
	    "$GATE/nginx/nginx.conf"
	nothing_start
	nginx_start
	for n in 1 2 3; do
		wrk_us "http://127.0.0.1:$port/static" >> "$GATE/gate.us"
		wrk_us "http://127.0.0.1:$port/static-nothing" \
		    >> "$GATE/nothing.us"
	done
	# 0.8 of the requests per second
	row web_check_nginx us "$(median "$GATE/gate.us" 1)" \
	    "$(median "$GATE/nothing.us" 1)" 'ratio <= 1.25'
	nginx_stop
	kill "$NOTHING_PID"
	wait "$NOTHING_PID" || true
}

# gatehouse-login, with PAM as it is: pam_wrapper would make a copy of libpam for
# each process. Only root can show it another /etc/pam.d.
login_bare() {
	if [ "$EUID" -ne 0 ] || ! unshare -m true 2> /dev/null; then
		login_start
		return
	fi
	# shellcheck disable=SC2016 # that shell's
	unshare -m sh -c 'mount --bind "$1" /etc/pam.d && shift && exec "$@"' sh \
	    "$GATE/pam.d" "$BUILD/gatehouse-login" \
	    --config "$GATE/gatehouse.conf" --listen "$LOGIN" --user root \
	    2> "$GATE/login.log" 3>&- &
	LOGIN_PID=$!
	until grep -q 'ready on' "$GATE/login.log"; do
		kill -0 "$LOGIN_PID"
		sleep 0.05
	done
}

# bench_acs DIR COUNT: sign-ins by SSO, each through the PAM stack, without a
# word for who looks for faults.
bench_acs() {
	local port
	port=$(free_port)
	gate_make "$1"
	login_make
	front_make
	gate_set web listen "127.0.0.1:$port"
	gate_set web proxies 127.0.0.1
	gate_set web login_rate 10000
	"$BUILD/gatehoused" --config "$GATE/gatehouse.conf" \
	    2>> "$GATE/daemon.log" 3>&- &
	GATE_PID=$!
	gate_wait "$GATE_PID"
	login_bare
	"$BUILD/gatehouse-web" --config "$GATE/gatehouse.conf" \
	    2>> "$GATE/web.log" 3>&- &
	FRONT_PID=$!
	until curl -so /dev/null "http://127.0.0.1:$port/gate/activity.js"; do
		kill -0 "$FRONT_PID"
		sleep 0.05
	done
	response 'u%d' "${WEIGHT[@]}" --count "$2" > "$GATE/responses"
	tests/bench/acs_cpu.py 127.0.0.1 "$port" "$GATE/responses" \
	    "$LOGIN_PID" "$FRONT_PID" "$GATE_PID"
	front_stop
	login_stop
	gate_stop
}

# bench_web DIR: all of it.
bench_web() (
	trap 'nginx_stop; front_stop; login_stop; gate_stop
	    kill ${many_pids:-} 2> /dev/null || true' EXIT
	web_gate "$1-many" 100000
	many=$GATE many_port=$WEB_PORT many_pids="$FRONT_PID $GATE_PID"
	web_gate "$1-few" 10
	few=$GATE
	bench_check "$few" "$many" "$WEB_PORT" "$many_port"
	GATE=$few
	bench_nginx
	front_stop
	gate_stop
	bench_acs "$1-acs" 400
)
