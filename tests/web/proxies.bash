# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# The real proxies with our recipes, each in a folder of its own on a free port
# of 127.0.0.1, and a portal behind them. Sourced by the tests and by the demo.
# The recipes are those of packaging/, with other paths and ports. Needs no
# root.

PROXY_HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
PROXY_RECIPES=$(cd "$PROXY_HERE/../../packaging" && pwd)
PROXY_PIDS=

# free_port: one that nobody has now
free_port() {
	python3 -c 'import socket
s = socket.socket()
s.bind(("127.0.0.1", 0))
print(s.getsockname()[1])'
}

# listens PORT PID: waits until somebody takes connections there
listens() {
	for _ in $(seq 400); do
		(: < "/dev/tcp/127.0.0.1/$1") 2> /dev/null && return 0
		kill -0 "$2" 2> /dev/null || return 1
		sleep 0.025
	done
	return 1
}

# portal_start DIR [GATE_SOCKET HOLD_TOKEN]: sets PORTAL_PORT
portal_start() {
	local dir=$1
	shift
	PORTAL_PORT=$(free_port)
	python3 -B "$PROXY_HERE/portal/portal.py" "$PORTAL_PORT" "$@" \
	    2> "$dir/portal.log" 3>&- &
	PROXY_PIDS+=" $!"
	listens "$PORTAL_PORT" $! || {
		cat "$dir/portal.log" >&2
		return 1
	}
}

# proxy_certificate DIR: for localhost, signed by itself: DIR/tls.pem, .key
proxy_certificate() {
	[ -e "$1/tls.pem" ] || openssl req -x509 -newkey ec \
	    -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 \
	    -subj /CN=localhost -addext subjectAltName=DNS:localhost \
	    -keyout "$1/tls.key" -out "$1/tls.pem" 2> /dev/null
}

# here SED...: the recipe on standard input, for this folder
here() {
	sed -e "s|/run/gatehouse/web.sock|$PROXY_SOCKET|g" \
	    -e "s|/etc/ssl/certs/portal.pem|$PROXY/tls.pem|g" \
	    -e "s|/etc/ssl/private/portal.key|$PROXY/tls.key|g" \
	    -e "s|portal\.example|localhost|g" \
	    -e "s|127\.0\.0\.1:8080|127.0.0.1:$PORTAL_PORT|g" "$@"
}

# proxy_start KIND DIR SOCKET [PORT]: nginx, apache or caddy before the gate of
# SOCKET and the portal of PORTAL_PORT, at https://localhost:$PROXY_PORT. Sets
# PROXY, PROXY_PORT and PROXY_PID.
proxy_start() {
	local kind=$1
	mkdir -p "$2"
	PROXY=$(cd "$2" && pwd)
	PROXY_SOCKET=$3
	PROXY_PORT=${4:-$(free_port)}
	proxy_certificate "$PROXY"
	"make_$kind"
	"start_$kind"
	PROXY_PIDS+=" $PROXY_PID"
	listens "$PROXY_PORT" "$PROXY_PID" || {
		echo "$kind did not come up:" >&2
		tail -n 20 "$PROXY"/*.log >&2
		return 1
	}
}

# proxy_stop: all that was started here
proxy_stop() {
	local pid
	for pid in $PROXY_PIDS; do
		kill "$pid" 2> /dev/null || true
	done
	for pid in $PROXY_PIDS; do
		wait "$pid" 2> /dev/null || true
	done
	PROXY_PIDS=
}

# without_http LINE: without the server of plain HTTP, which begins with the
# second such LINE
without_http() {
	awk -v from="$1" '$0 == from && seen++ { exit } { print }'
}

make_nginx() {
	local recipes=$PROXY_RECIPES/nginx
	mkdir -p "$PROXY/snippets" "$PROXY/tmp"
	here "$recipes/gatehouse.conf" > "$PROXY/gatehouse.conf"
	here "$recipes/gatehouse-pages.conf" \
	    > "$PROXY/snippets/gatehouse-pages.conf"
	here "$recipes/gatehouse-protect.conf" \
	    > "$PROXY/snippets/gatehouse-protect.conf"
	here -e "s/listen 443/listen 127.0.0.1:$PROXY_PORT/" \
	    -e '/listen \[::\]/d' -e "s|include |include $PROXY/|" \
	    "$recipes/portal.conf" | without_http 'server {' \
	    > "$PROXY/portal.conf"
	{
		[ "$(id -u)" -ne 0 ] || echo "user root;"
		cat <<-END
			worker_processes 2;
			pid $PROXY/nginx.pid;
			error_log $PROXY/error.log;
			daemon off;
			events { worker_connections ${PROXY_CONNECTIONS:-1024}; }
			http {
				access_log off;
				client_body_temp_path $PROXY/tmp/body;
				proxy_temp_path $PROXY/tmp/proxy;
				fastcgi_temp_path $PROXY/tmp/fastcgi;
				uwsgi_temp_path $PROXY/tmp/uwsgi;
				scgi_temp_path $PROXY/tmp/scgi;
				include $PROXY/gatehouse.conf;
				include $PROXY/portal.conf;
			}
		END
	} > "$PROXY/nginx.conf"
}

start_nginx() {
	"$(command -v nginx || echo /usr/sbin/nginx)" -p "$PROXY" \
	    -c "$PROXY/nginx.conf" -e "$PROXY/error.log" \
	    2> "$PROXY/start.log" 3>&- &
	PROXY_PID=$!
}

make_apache() {
	local recipes=$PROXY_RECIPES/apache module
	here "$recipes/gatehouse.lua" > "$PROXY/gatehouse.lua"
	here -e "s|/etc/apache2|$PROXY|" "$recipes/gatehouse.conf" \
	    > "$PROXY/gatehouse.conf"
	here -e "s|/etc/apache2|$PROXY|" \
	    -e "s|\*:443|127.0.0.1:$PROXY_PORT|" "$recipes/portal.conf" |
	    sed '/^<VirtualHost \*:80>/,$d' > "$PROXY/portal.conf"
	{
		for module in mpm_event authz_core alias headers ssl \
		    socache_shmcb proxy proxy_http lua; do
			echo "LoadModule ${module}_module" \
			    "/usr/lib/apache2/modules/mod_$module.so"
		done
		[ "$(id -u)" -ne 0 ] || printf '%s\n' "User www-data" \
		    "Group www-data"
		cat <<-END
			ServerRoot $PROXY
			ServerName localhost
			PidFile $PROXY/apache.pid
			ErrorLog $PROXY/error.log
			DefaultRuntimeDir $PROXY
			Listen 127.0.0.1:$PROXY_PORT
			Include $PROXY/portal.conf
		END
	} > "$PROXY/apache.conf"
}

start_apache() {
	/usr/sbin/apache2 -f "$PROXY/apache.conf" -DFOREGROUND \
	    2> "$PROXY/start.log" 3>&- &
	PROXY_PID=$!
}

make_caddy() {
	local recipes=$PROXY_RECIPES/caddy
	here "$recipes/gatehouse.caddy" > "$PROXY/gatehouse.caddy"
	{
		cat <<-END
			{
				admin off
				auto_https off
				storage file_system $PROXY/storage
				log {
					level ERROR
				}
			}
		END
		here -e "s|^localhost {|https://localhost:$PROXY_PORT {\\
	bind 127.0.0.1\\
	tls $PROXY/tls.pem $PROXY/tls.key|" "$recipes/Caddyfile"
	} > "$PROXY/Caddyfile"
}

start_caddy() {
	HOME=$PROXY XDG_DATA_HOME=$PROXY XDG_CONFIG_HOME=$PROXY \
	    caddy run --config "$PROXY/Caddyfile" --adapter caddyfile \
	    2> "$PROXY/error.log" 3>&- &
	PROXY_PID=$!
}
