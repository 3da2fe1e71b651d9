# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Two service providers that are not ours, mod_auth_mellon and the Shibboleth
# SP, each in an Apache of its own on a free port of 127.0.0.1. Sourced by the
# tests, to see that they take what our test IdP says, and by the benchmarks.
# All that is written is below the folder given; sp_stop ends what was started.

SP_MODULES=/usr/lib/apache2/modules
SP_PIDS=()

sp_fail() {
	echo "$*" >&2
	return 1
}

# sp_free_port: one that nobody listens on now.
sp_free_port() {
	python3 -c 'import socket
s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# sp_key DIR: sp.pem and sp.crt
sp_key() {
	openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=sp \
	    -keyout "$1/sp.pem" -out "$1/sp.crt" 2> /dev/null
}

# sp_wait URL PID LOG: until it answers, whatever it answers
sp_wait() {
	for _ in $(seq 200); do
		curl -s -o /dev/null --noproxy '*' --max-time 5 "$1" && return 0
		kill -0 "$2" 2> /dev/null || break
		sleep 0.05
	done
	tail -n 20 "$3" >&2
	sp_fail "$1 did not come up"
}

# sp_apache DIR PORT: the part of a configuration that both have
sp_apache() {
	local owner
	owner=$(id -un)
	mkdir -p "$1/htdocs/private"
	echo 'in' > "$1/htdocs/private/index.html"
	echo 'public' > "$1/htdocs/index.html"
	cat <<-END
		ServerRoot $1
		ServerName 127.0.0.1
		Listen 127.0.0.1:$2
		PidFile $1/apache.pid
		DefaultRuntimeDir $1
		ErrorLog $1/error.log
		DocumentRoot $1/htdocs
		LoadModule mpm_event_module $SP_MODULES/mod_mpm_event.so
		LoadModule authn_core_module $SP_MODULES/mod_authn_core.so
		LoadModule authz_core_module $SP_MODULES/mod_authz_core.so
		LoadModule authz_user_module $SP_MODULES/mod_authz_user.so
		LoadModule auth_basic_module $SP_MODULES/mod_auth_basic.so
		LoadModule mime_module $SP_MODULES/mod_mime.so
		LoadModule dir_module $SP_MODULES/mod_dir.so
		LoadModule headers_module $SP_MODULES/mod_headers.so
		LoadModule alias_module $SP_MODULES/mod_alias.so
		TypesConfig /dev/null
		DirectoryIndex index.html
		StartServers 1
		ThreadsPerChild 16
		MaxRequestWorkers 16
		KeepAlive On
		MaxKeepAliveRequests 0
	END
	# Apache gives up root by itself, and refuses to stay so
	if [ "$owner" = root ]; then
		echo "User www-data"
		echo "Group www-data"
		chmod 755 "$1"
		chmod -R a+rX "$1"
	fi
}

# sp_start_apache DIR URL
sp_start_apache() {
	if [ "$(id -u)" = 0 ]; then
		chmod -R a+rX "$1"
	fi
	/usr/sbin/apache2 -f "$1/apache.conf" -D FOREGROUND \
	    > "$1/apache.out" 2>&1 3>&- &
	SP_PIDS+=($!)
	sp_wait "$2" $! "$1/error.log"
}

# mellon_start DIR IDP_METADATA: sets MELLON, its URL, and MELLON_METADATA
mellon_start() {
	local dir=$1 port
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	port=$(sp_free_port)
	MELLON=http://127.0.0.1:$port
	sp_key "$dir"
	cp "$2" "$dir/idp.xml"
	{
		sp_apache "$dir" "$port"
		cat <<-END
			LoadModule auth_mellon_module $SP_MODULES/mod_auth_mellon.so
			Mutex file:$dir default
			MellonCacheSize 4000
			<Location />
				MellonEnable info
				MellonEndpointPath /mellon
				MellonSPentityId $MELLON/mellon/metadata
				MellonSPPrivateKeyFile $dir/sp.pem
				MellonSPCertFile $dir/sp.crt
				MellonIdPMetadataFile $dir/idp.xml
				MellonSignatureMethod rsa-sha256
				MellonUser NAME_ID
			</Location>
			<Location /private>
				AuthType Mellon
				MellonEnable auth
				Require valid-user
				Header always set X-User "expr=%{REMOTE_USER}"
			</Location>
		END
	} > "$dir/apache.conf"
	sp_start_apache "$dir" "$MELLON/"
	MELLON_METADATA=$dir/mellon.xml
	curl -sf --noproxy '*' "$MELLON/mellon/metadata" > "$MELLON_METADATA"
}

# shibboleth_start DIR IDP_METADATA ENTITY_ID: sets SHIBBOLETH, its URL, and
# SHIBBOLETH_METADATA
shibboleth_start() {
	local dir=$1 port tries
	mkdir -p "$dir"
	dir=$(cd "$dir" && pwd)
	port=$(sp_free_port)
	SHIBBOLETH=http://127.0.0.1:$port
	sp_key "$dir"
	cp "$2" "$dir/idp.xml"
	for tries in attribute-map.xml attribute-policy.xml protocols.xml \
	    security-policy.xml; do
		cp "/etc/shibboleth/$tries" "$dir/"
	done
	cat > "$dir/shibd.logger" <<-END
		log4j.rootCategory=WARN, out
		log4j.appender.out=org.apache.log4j.FileAppender
		log4j.appender.out.fileName=$dir/shibd.log
		log4j.appender.out.layout=org.apache.log4j.BasicLayout
	END
	sed "s|shibd.log|native.log|" "$dir/shibd.logger" > "$dir/native.logger"
	cat > "$dir/shibboleth2.xml" <<-END
		<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config"
		    clockSkew="180">
		<OutOfProcess logger="$dir/shibd.logger" tranLogFormat="%u"/>
		<InProcess logger="$dir/native.logger"/>
		<UnixListener address="$dir/shibd.sock"/>
		<StorageService type="Memory" id="mem" cleanupInterval="900"/>
		<SessionCache type="StorageService" StorageService="mem"/>
		<ReplayCache StorageService="mem"/>
		<ApplicationDefaults entityID="$SHIBBOLETH/shibboleth"
		    REMOTE_USER="persistent-id" signing="true"
		    metadataAttributePrefix="Meta-">
		<Sessions lifetime="28800" timeout="3600" relayState="ss:mem"
		    checkAddress="false" consistentAddress="false"
		    handlerSSL="false" cookieProps="http" redirectLimit="exact">
		<SSO entityID="$3">SAML2</SSO>
		<Logout>SAML2 Local</Logout>
		<Handler type="MetadataGenerator" Location="/Metadata" signing="false"/>
		<Handler type="Session" Location="/Session" showAttributeValues="true"/>
		</Sessions>
		<MetadataProvider type="XML" validate="false" path="$dir/idp.xml"/>
		<AttributeExtractor type="XML" validate="false"
		    path="$dir/attribute-map.xml"/>
		<AttributeResolver type="Query" subjectMatch="true"/>
		<AttributeFilter type="XML" validate="false"
		    path="$dir/attribute-policy.xml"/>
		<CredentialResolver type="File" use="signing" key="$dir/sp.pem"
		    certificate="$dir/sp.crt"/>
		<CredentialResolver type="File" use="encryption" key="$dir/sp.pem"
		    certificate="$dir/sp.crt"/>
		</ApplicationDefaults>
		<SecurityPolicyProvider type="XML" validate="true"
		    path="$dir/security-policy.xml"/>
		<ProtocolProvider type="XML" validate="true" reloadChanges="false"
		    path="$dir/protocols.xml"/>
		</SPConfig>
	END
	{
		sp_apache "$dir" "$port"
		cat <<-END
			LoadModule mod_shib $SP_MODULES/mod_shib.so
			ShibConfig $dir/shibboleth2.xml
			<Location /Shibboleth.sso>
				SetHandler shib
				Require all granted
			</Location>
			<Location /private>
				AuthType shibboleth
				ShibRequestSetting requireSession 1
				Require shib-session
			</Location>
		END
	} > "$dir/apache.conf"
	# Apache's own user opens the socket and writes its log
	[ "$(id -u)" != 0 ] || chmod 777 "$dir"
	shibd -f -F -c "$dir/shibboleth2.xml" -p "$dir/shibd.pid" \
	    > "$dir/shibd.out" 2>&1 3>&- &
	SP_PIDS+=($!)
	for tries in $(seq 200); do
		[ ! -S "$dir/shibd.sock" ] || break
		kill -0 $! 2> /dev/null || break
		sleep 0.05
	done
	if [ ! -S "$dir/shibd.sock" ]; then
		cat "$dir/shibd.out" "$dir/shibd.log" >&2
		sp_fail "shibd did not come up (try $tries)"
		return 1
	fi
	sp_start_apache "$dir" "$SHIBBOLETH/"
	SHIBBOLETH_METADATA=$dir/shibboleth.xml
	curl -sf --noproxy '*' "$SHIBBOLETH/Shibboleth.sso/Metadata" \
	    > "$SHIBBOLETH_METADATA"
}

# sp_stop: ends all of them, and waits until they are gone
sp_stop() {
	local pid
	for pid in "${SP_PIDS[@]}"; do
		kill -TERM "$pid" 2> /dev/null || :
	done
	for pid in "${SP_PIDS[@]}"; do
		wait "$pid" 2> /dev/null || :
	done
	SP_PIDS=()
}
