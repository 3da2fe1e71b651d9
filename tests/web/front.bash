# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# A front door of one's own beside a gate of one's own: functions to start a
# real gatehouse-web, and a real nginx before it, in the gate's folder. Sourced
# after tests/gate.sh.

BASE=https://portal.example

# front_make: the front door's configuration.
front_make() {
	gate_set web listen "$GATE/web.sock"
	gate_set web run_as "$(id -un)"
	gate_set web base_url "$BASE"
	gate_set web login_socket "$GATE/login.sock"
}

# front_start: starts gatehouse-web and waits until it answers.
front_start() {
	local tries
	"$BUILD/gatehouse-web" --config "$GATE/gatehouse.conf" --debug \
	    2> >(exec cat >> "$GATE/web.log" 3>&-) 3>&- &
	FRONT_PID=$!
	for tries in $(seq 200); do
		front metrics > /dev/null 2>&1 && return 0
		kill -0 "$FRONT_PID" 2> /dev/null || break
		sleep 0.05
	done
	echo "gatehouse-web did not come up (try $tries):" >&2
	cat "$GATE/web.log" >&2
	return 1
}

# front_stop [SIGNAL]: ends it; its exit status is in FRONT_STATUS.
front_stop() {
	[ -n "${FRONT_PID:-}" ] || return 0
	kill "-${1:-TERM}" "$FRONT_PID" 2> /dev/null || true
	FRONT_STATUS=0
	wait "$FRONT_PID" 2> /dev/null || FRONT_STATUS=$?
	FRONT_PID=
}

# front PATH [CURL OPTION...]: asks it past any proxy.
front() {
	local path=$1
	shift
	curl -sS --max-time 30 --unix-socket "$GATE/web.sock" "$@" \
	    "http://localhost/gate/$path"
}

# check [CURL OPTION...]: as a proxy asks for somebody at 192.0.2.7, status and
# headers.
check() {
	front check -D - -o "$GATE/body" -H 'X-Forwarded-For: 192.0.2.7' "$@" |
	    tr -d '\r'
}

# token USER: signs USER in, and leaves the session in $session and its token in
# $token.
token() {
	local told
	told=$("$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" \
	    -i rhost=192.0.2.7 -a "$(response "$1" "${@:2}" | ctl ticket)" \
	    portal authenticate acct_mgmt open_session 2>&1) ||
	    { echo "$told" >&2; return 1; }
	session=$(sed -n 's|^session: ||p' <<< "$told")
	[ -n "$session" ] || { echo "$told" >&2; return 1; }
	token=$(ctl session token "$session")
}

# nginx_make [LINE...]: a folder for nginx, which serves a portal on
# $GATE/portal.sock: behind the gate, and beside it ("open"). The portal shows
# the headers that it was sent. LINEs go into the location behind the gate.
nginx_make() {
	local line
	mkdir -p "$GATE/nginx"
	cat > "$GATE/nginx/nginx.conf" <<-END
		worker_processes 1;
		daemon off;
		pid $GATE/nginx/pid;
		error_log $GATE/nginx/error.log;
		events { worker_connections ${NGINX_CONNECTIONS:-1024}; }
		http {
			access_log off;
			client_body_temp_path $GATE/nginx/body;
			proxy_temp_path $GATE/nginx/proxy;
			fastcgi_temp_path $GATE/nginx/fastcgi;
			uwsgi_temp_path $GATE/nginx/uwsgi;
			scgi_temp_path $GATE/nginx/scgi;
			set_real_ip_from unix:;
			upstream gate {
				server unix:$GATE/web.sock;
				keepalive 32;
			}
			server {
				listen unix:$GATE/echo.sock;
				location / { return 200
	"user=\$http_x_gatehouse_user groups=\$http_x_gatehouse_groups session=\$http_x_gatehouse_session\n"; }
			}
			server {
				listen unix:$GATE/nothing.sock;
				location / { return 204; }
			}
			upstream nothing {
				server unix:$GATE/nothing.sock;
				keepalive 32;
			}
			server {
				listen unix:$GATE/portal.sock;
				${NGINX_LISTEN:-}
				real_ip_header X-Test-Address;
				location /gate/ {
					proxy_pass http://gate;
					proxy_http_version 1.1;
					proxy_set_header Connection "";
					proxy_set_header Host \$host;
					proxy_set_header X-Forwarded-For \$remote_addr;
				}
				location = /gate/metrics { return 404; }
				location = /gate/check {
					internal;
					proxy_pass http://gate;
					proxy_http_version 1.1;
					proxy_pass_request_body off;
					proxy_set_header Connection "";
					proxy_set_header Content-Length "";
					proxy_set_header Host \$host;
					proxy_set_header X-Forwarded-For \$remote_addr;
				}
				location = /nothing {
					internal;
					proxy_pass http://nothing;
					proxy_http_version 1.1;
					proxy_pass_request_body off;
					proxy_set_header Connection "";
					proxy_set_header Content-Length "";
				}
				location / {
					auth_request /gate/check;
					auth_request_set \$gate_user \$upstream_http_x_gatehouse_user;
					auth_request_set \$gate_groups \$upstream_http_x_gatehouse_groups;
					auth_request_set \$gate_session \$upstream_http_x_gatehouse_session;
					proxy_set_header X-Gatehouse-User \$gate_user;
					proxy_set_header X-Gatehouse-Groups \$gate_groups;
					proxy_set_header X-Gatehouse-Session \$gate_session;
					proxy_pass http://unix:$GATE/echo.sock;
				}
				location = /static {
					auth_request /gate/check;
					try_files /file =404;
					root $GATE/nginx;
				}
				location = /static-nothing {
					auth_request /nothing;
					try_files /file =404;
					root $GATE/nginx;
				}
			}
		}
	END
	echo there > "$GATE/nginx/file"
	line=$(id -un)
	[ "$line" != root ] || sed -i '1i user root;' "$GATE/nginx/nginx.conf"
}

nginx_start() {
	local tries
	nginx -e "$GATE/nginx/error.log" -p "$GATE/nginx" \
	    -c "$GATE/nginx/nginx.conf" 2>> "$GATE/nginx/error.log" 3>&- &
	NGINX_PID=$!
	for tries in $(seq 200); do
		curl -s -o /dev/null --unix-socket "$GATE/nothing.sock" \
		    http://localhost/ && return 0
		kill -0 "$NGINX_PID" 2> /dev/null || break
		sleep 0.05
	done
	echo "nginx did not come up (try $tries):" >&2
	cat "$GATE/nginx/error.log" >&2
	return 1
}

nginx_stop() {
	[ -n "${NGINX_PID:-}" ] || return 0
	kill "$NGINX_PID" 2> /dev/null || true
	wait "$NGINX_PID" 2> /dev/null || true
	NGINX_PID=
}

# portal PATH [CURL OPTION...]: asks nginx.
portal() {
	local path=$1
	shift
	curl -sS --max-time 30 --unix-socket "$GATE/portal.sock" "$@" \
	    "http://portal.example$path"
}
