#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# gatehousectl without a daemon: what it does by itself, how it is used
# wrongly, and its exit status.

bats_require_minimum_version 1.5.0

SP=https://sp.example/metadata
ACS=https://sp.example/acs

setup_file() {
	BUILD=$(realpath -e "${BUILD:-$BATS_TEST_DIRNAME/../build}")
	export BUILD
	"$BUILD/test-idp" keys --dir "$BATS_FILE_TMPDIR/idp"
	chmod 0644 "$BATS_FILE_TMPDIR/idp/metadata.xml"
}

setup() {
	umask 022
	cd "$BATS_TEST_TMPDIR"
	idp=$BATS_FILE_TMPDIR/idp
	echo "allow 192.0.2.0/24 # the office" >allow
	cat >gate.conf <<-END
	[gate]
	socket = $PWD/gate.sock
	[allowlist]
	file = $PWD/allow
	[saml]
	entity_id = $SP
	acs_url = $ACS
	idp_metadata = $idp/metadata.xml
	allow_unsolicited = yes
	worker_program = $BUILD/gatehouse-saml
	composer_program = $BUILD/gatehouse-compose
	END
}

# ctl STATUS ARGUMENT...: standard output in $output, the rest in $stderr.
ctl() {
	local status_wanted=$1

	shift
	run --separate-stderr "-$status_wanted" \
		"$BUILD/gatehousectl" --config gate.conf "$@"
}

# respond OPTION...: a Response on standard output.
respond() {
	"$BUILD/test-idp" respond --dir "$idp" --sp "$SP" --acs "$ACS" \
		--name-id alice "$@"
}

# has TEXT PATTERN: an extended regular expression that some line matches.
has() {
	grep -qE -- "$2" <<<"$1" || {
		echo "no \"$2\" in: $1"
		return 1
	}
}

is() {
	[ "$1" = "$2" ] || {
		echo "\"$1\" is not \"$2\""
		return 1
	}
}

# field FILTER: of the JSON in $output.
field() {
	jq -r "$1" <<<"$output"
}

@test "without a word it says how it is used" {
	run --separate-stderr -2 "$BUILD/gatehousectl"
	is "$output" ""
	has "$stderr" '^usage: gatehousectl '
}

@test "--help lists the verbs, --version the version" {
	ctl 0 --help
	has "$output" '^  session list \[--user NAME\] \[--service NAME\]'
	has "$output" '^  status +show'
	is "$stderr" ""
	run awk 'length > 80' <<<"$output"
	is "$output" ""
	ctl 0 --version
	has "$output" '^gatehousectl [0-9]+\.[0-9]+\.[0-9]+$'
}

@test "--help after a noun lists its verbs only" {
	ctl 0 user --help
	is "$(grep -c '^  user ' <<<"$output")" 7
	has "$output" '^  user remove NAME '
	ctl 2 nothing --help
	is "$output" ""
}

@test "what is not understood is told apart" {
	ctl 2 status --nonsense
	has "$stderr" '^gatehousectl: --nonsense: is not understood; '
	ctl 2 status --timeout
	has "$stderr" '^gatehousectl: --timeout: needs a value; '
	for seconds in 0 -1 3601 1x ''; do
		ctl 2 status --timeout "$seconds"
		has "$stderr" 'must be seconds'
	done
	ctl 2 status --socket gate.sock
	has "$stderr" 'must be an absolute path$'
	ctl 2 sso check --now yesterday -
	has "$stderr" 'must be seconds since 1970$'
	ctl 2 session
	has "$stderr" '^gatehousectl: session: a verb must follow; '
	ctl 2 session lsit
	has "$stderr" '^gatehousectl: session lsit: there is no such verb; '
	ctl 2 session show
	has "$stderr" '^gatehousectl: session show: ID is missing; '
	ctl 2 sso check
	has "$stderr" '^gatehousectl: sso check: RESPONSE is missing; '
	ctl 2 session show a b
	has "$stderr" '^gatehousectl: session show: b: one word too many; '
}

@test "an option that the verb does not take is refused, not ignored" {
	ctl 2 status --all
	has "$stderr" '^gatehousectl: status: --all: this verb does not take it'
	ctl 2 session list --now 3
	has "$stderr" '^gatehousectl: session list: --now: this verb'
	ctl 2 sso check --user alice -
	has "$stderr" '^gatehousectl: sso check: --user: this verb'
}

@test "options may stand anywhere" {
	run --separate-stderr -0 "$BUILD/gatehousectl" config --json \
		check --config gate.conf
	is "$(field length)" 0
}

@test "no daemon: exit status 3 for every verb that asks it" {
	for verb in "session list" "session show x" "session end x" \
		"session end --user x" "session end --all --yes" \
		"session hold x" "session hold --renew x" "session release x" \
		"session holds" "session token x" "session check --id x" \
		"session watch" "session watch --once" \
		"user remove x" "user list" "user show x" "user disable x" \
		"user enable x" "password expire x" "user set --mail m x" \
		"otp enroll x" "otp recovery x" "otp show x" "otp remove x" \
		"key rotate" "emergency issue --reason r x" "emergency list" \
		"emergency revoke x" status \
		"allowlist test 192.0.2.1" "clock accept"; do
		ctl 3 $verb
		is "$output" ""
		has "$stderr" "^gatehousectl: ${verb%% *}.*: $PWD/gate.sock: "
		has "$stderr" 'No such file or directory; does gatehoused run'
	done
	ctl 3 ticket < <(respond)
	ctl 3 user add x <<<"a password of some length"
}

@test "--socket counts more than the configuration's" {
	ctl 3 status --socket /nonexistent/gate.sock
	has "$stderr" ' /nonexistent/gate\.sock: '
}

@test "a bad configuration is not passed over for the default socket" {
	echo "nonsense = 1" >>gate.conf
	ctl 4 status
	has "$stderr" '^gatehousectl: status: gate\.conf:[0-9]+: unknown key'
}

@test "a socket that anybody could have put there is not talked to" {
	chmod 0777 .
	ctl 3 status
	has "$stderr" 'the peer is not who it must be; only root'
}

@test "config check: good" {
	ctl 0 config check
	is "$output" "gate.conf: good"
	ctl 0 config check --json
	is "$(field length)" 0
}

@test "config check: every error, with file and line" {
	cat >gate.conf <<-END
	[gate]
	threads = none
	thread = 4
	[nowhere]
	[saml]
	clock_skew = 1h
	END
	ctl 1 config check
	has "$output" '^gate\.conf:2: \[gate\] threads = none: must be a number'
	has "$output" '^gate\.conf:3: unknown key "thread"'
	has "$output" '^gate\.conf:4: unknown section \[nowhere\]'
	has "$output" '^gate\.conf:6: \[saml\] clock_skew = 1h: must be'
	is "$(wc -l <<<"$output")" 4
	ctl 1 config check --json
	is "$(field '[.[].line] | join(" ")')" "2 3 4 6"
	is "$(field '.[0].file')" gate.conf
	has "$(field '.[0].text')" '^\[gate\] threads'
}

@test "config check: what it quotes cannot move the cursor" {
	printf '[gate]\n\302\233 = 1\n' >gate.conf
	ctl 1 config check
	has "$output" '"\\xc2\\x9b"'
}

@test "config check: the files that it names, and the users" {
	printf 'allow 192.0.2.0/24\nallow 192.0.2.1/24\nlet in\n' >allow
	echo "<no-metadata/>" >metadata.xml
	sed -i "s,^idp_metadata.*,idp_metadata = $PWD/metadata.xml," gate.conf
	printf '[peers]\nadmin = root nobody-of-that-name\n' >>gate.conf
	ctl 1 config check
	has "$output" "^$PWD/allow:2: "
	has "$output" "^$PWD/allow:3: "
	has "$output" "^gate\.conf: \[saml\] .*metadata\.xml"
	has "$output" '^gate\.conf: .*admin: .* user "nobody-of-that-name"$'
	is "$(wc -l <<<"$output")" 4
}

@test "config check: files that are missing or unsafe" {
	chmod 0666 gate.conf
	ctl 1 config check
	has "$output" '^gate\.conf: .*0666'
	chmod 0644 gate.conf
	rm allow
	ctl 1 config check
	has "$output" "^$PWD/allow: "
	sed -i 's,^worker_program.*,worker_program = /nonexistent,' gate.conf
	ctl 1 config check
	has "$output" '^gate\.conf: \[saml\] /nonexistent: No such file'
	rm gate.conf
	ctl 1 config check
	has "$output" '^gate\.conf: .*No such file or directory$'
}

# two_idps: the one that we have, and one that is spelled almost like it.
two_idps() {
	mkdir many
	cp "$idp/metadata.xml" many/one.xml
	entity=$(sed -n 's/.*entityID="\([^"]*\)".*/\1/p' many/one.xml | head -n 1)
	sed "s|entityID=\"$entity\"|entityID=\"${entity}s\"|" many/one.xml \
		> many/two.xml
	sed -i "s,^idp_metadata.*,idp_metadata = $PWD/many," gate.conf
}

@test "config check: IdPs that may name anybody, and sections of none" {
	two_idps
	ctl 0 config check
	has "$output" "^gate\.conf: warning: \[saml\] user_scope: .*\"$entity\" has none \(2 of 2 IdPs\)\$"
	cat >>gate.conf <<-END
	[idp one]
	entity_id = $entity
	user_scope = @one.example
	[idp two]
	entity_id = $entity-2
	user_scope = @two.example
	END
	ctl 0 config check
	has "$output" "warning: \[idp NAME\] entity_id = $entity-2: no metadata has it, .*; did you mean ${entity}s?\?\$"
	has "$output" "\"${entity}s\" has none \(1 of 2 IdPs\)\$"
	ctl 0 config check --json
	is "$(field '[.[].warning] | unique | tostring')" '[true]'
	sed -i "s,^entity_id = $entity-2,entity_id = ${entity}s," gate.conf
	ctl 0 config check
	is "$output" "gate.conf: good"
}

@test "config check: a rollover key that cannot decrypt" {
	openssl req -x509 -newkey rsa:2048 -nodes -keyout rsa.key \
		-out rsa.pem -subj /CN=sp -days 2 2>/dev/null
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-keyout ec.key -out ec.pem -subj /CN=sp -days 2 2>/dev/null
	chmod 600 ./*.key
	cat >>gate.conf <<-END
	key = $PWD/rsa.key
	certificate = $PWD/rsa.pem
	rollover_key = $PWD/ec.key
	rollover_certificate = $PWD/ec.pem
	END
	ctl 0 config check
	has "$output" '^gate\.conf: warning: \[saml\] rollover_key: it is no RSA key'
}

@test "config check: [metadata] that is of no use" {
	mkdir many
	cp "$idp/metadata.xml" many/one.xml
	sed -i "s,^idp_metadata.*,idp_metadata = $PWD/many," gate.conf
	cat >>gate.conf <<-END
	[metadata fed]
	url = https://fed.example/idps.xml
	file = $PWD/many/fed.xml
	certificate = $PWD/fed.pem
	END
	line=$(grep -n '^\[metadata' gate.conf | cut -d: -f1)
	ctl 1 config check
	is "$output" "gate.conf:$line: [metadata fed] certificate: $PWD/fed.pem: No such file or directory"
	echo 'no certificate' >fed.pem
	ctl 1 config check
	is "$output" "gate.conf:$line: [metadata fed] certificate: $PWD/fed.pem: this is no certificate in PEM"
	openssl req -x509 -newkey rsa:2048 -nodes -keyout fed.key \
		-out fed.pem -subj /CN=fed -days 2 2>/dev/null
	ctl 0 config check
	is "$output" "gate.conf: good"
	sed -i "s,^file = .*/fed.xml,file = $PWD/fed.xml," gate.conf
	ctl 0 config check
	has "$output" "^gate\.conf:$line: warning: \[metadata fed\] file: \[saml\] idp_metadata does not take $PWD/fed.xml in"
}

@test "config check: no SSO is no error" {
	sed -i '/^idp_metadata/d' gate.conf
	ctl 0 config check
}

@test "config show: a configuration that means the same" {
	ctl 0 config show
	echo "$output" >shown
	has "$output" '^threads = 8  ; default$'
	has "$output" '^allow_unsolicited = yes  ; line [0-9]+$'
	has "$output" '^run_as =  ; default$'
	run -0 "$BUILD/gatehousectl" --config shown config show
	is "$(sed 's/  ; .*//' <<<"$output")" "$(sed 's/  ; .*//' shown)"
	run -0 "$BUILD/gatehousectl" --config shown config check
}

@test "config show: as JSON, every key once" {
	cat >>gate.conf <<-END
	[idp x]
	entity_id = https://idp.example
	[service x]
	[metadata x]
	url = https://idp.example/metadata
	file = /var/lib/gatehouse/x.xml
	END
	ctl 0 config show --json
	is "$(field '.[] | select(.name == "threads") | .value')" 8
	is "$(field '.[] | select(.name == "threads") | .default')" true
	is "$(field '.[] | select(.name == "allow_unsolicited") | .default')" \
		false
	is "$(field '.[] | select(.name == "contact") | .value')" null
	shown=$(field '.[] | "\(.section) \(.name)"')
	ctl 0 config keys --json
	is "$(field '.[] | "\(.section) \(.name)"')" "$shown"
	is "$(sort <<<"$shown" | uniq -d)" ""
}

@test "config show: a bad configuration" {
	echo "nonsense = 1" >>gate.conf
	ctl 4 config show
	is "$output" ""
	has "$stderr" '^gatehousectl: config show: gate\.conf:12: unknown key'
}

@test "config keys: the table" {
	ctl 0 config keys
	has "$output" '^KEY +TYPE +DEFAULT +RANGE +MEANING$'
	has "$output" '^\[gate\] threads +number +8 +1 to 256 +threads that'
	has "$output" '^\[saml\] clock_skew +duration +1m +0s to 5m +how far'
	has "$output" '^\[saml\] max_response +size +1M +16K to 1M +the '
	has "$output" '^\[allowlist\] absent +choice +refuse +refuse, local +'
	has "$output" '^\[gate\] run_as +text +- +- +the user'
	has "$output" '^\[metadata NAME\] refresh +duration +4h +5m to 7d +time'
	has "$output" '^\[metadata NAME\] min_entities +number +50 +0 to 100 '
}

@test "config keys: as JSON" {
	ctl 0 config keys --json
	is "$(field '.[] | select(.name == "threads") |
		"\(.type) \(.default) \(.min) \(.max) \(.choices)"')" \
		"number 8 1 256 null"
	is "$(field '.[] | select(.name == "absent") |
		"\(.min) \(.choices | join(","))"')" "null refuse,local"
	is "$(field '[.[] | keys | length] | unique | join(" ")')" 9
}

@test "allowlist check: the configuration's file, or the one named" {
	ctl 0 allowlist check
	is "$output" "$PWD/allow: good"
	printf 'allow 192.0.2.1\nallow everybody\n\nallow\n' >other
	ctl 1 allowlist check other
	has "$output" '^other:2: '
	has "$output" '^other:4: '
	is "$(wc -l <<<"$output")" 2
	ctl 1 allowlist check other --json
	is "$(field '[.[].line] | join(" ")')" "2 4"
	ctl 1 allowlist check nowhere
	has "$output" '^nowhere: .*No such file or directory$'
	run -0 "$BUILD/gatehousectl" --config /nonexistent allowlist check allow
}

@test "allowlist test: an address only" {
	ctl 2 allowlist test localhost
	has "$stderr" 'localhost: not an IP address; names are never resolved$'
}

@test "sso check: who it is" {
	respond --attribute mail=a@x --attribute mail=b@x \
		--session-index s1 --now 1750000000 >response
	ctl 0 sso check --now 1750000010 response
	is "$(field '.user')" alice
	is "$(field '.name_id')" alice
	is "$(field '.issuer')" https://idp.example/metadata
	is "$(field '.attributes.mail | join(" ")')" "a@x b@x"
	is "$(field '.session_index')" s1
	is "$(field '.not_on_or_after')" 2025-06-15T15:11:40Z
	is "$(field '.session_not_on_or_after')" null
	is "$(field '.in_response_to')" null
	is "$stderr" ""
}

@test "sso check: base64, deflated base64 and XML, from a file or not" {
	for form in base64 deflate xml; do
		respond --format "$form" >response
		ctl 0 sso check response
		is "$(field .user)" alice
		ctl 0 sso check - <response
		is "$(field .user)" alice
	done
}

@test "sso check: what a browser posts" {
	respond >response
	jq -rRs '"RelayState=gr-x&SAMLResponse=" + (rtrimstr("\n") | @uri)' \
	    response >form
	ctl 0 sso check form
	is "$(field .user)" alice
	ctl 0 sso check - <form
	is "$(field .user)" alice
	echo 'SAMLResponse=%zz' >form
	ctl 1 sso check form
	has "$stderr" 'form: it begins like a form, but is none'
	echo 'SAMLRequest=eA%3D%3D' >form
	ctl 1 sso check form
}

@test "a page that was saved is no Response, and said to be none" {
	printf '\n<!doctype HTML><html><meta charset=x><br>' >page
	ctl 1 sso check page
	has "$stderr" 'page: this is an HTML page, and no Response: .*SAMLResponse$'
	ctl 1 ticket <page
	has "$stderr" 'standard input: this is an HTML page'
}

@test "sso check: why not" {
	respond --format xml | sed s/alice/admin/g >response
	ctl 1 sso check response
	is "$(field .reason)" signature_invalid
	has "$(field .detail)" '.{20}'
	has "$(field .help)" '.{20}'
	respond >response
	ctl 1 sso check --now 1000 response
	is "$(field .reason)" issue_instant
	ctl 1 sso check --now 99999999999 response
	has "$(field .reason)" '^(expired|issue_instant)$'
}

@test "sso check: --in-response-to" {
	respond --in-response-to _q >response
	ctl 0 sso check --in-response-to _q response
	is "$(field .in_response_to)" _q
	ctl 1 sso check --in-response-to _other response
	is "$(field .reason)" in_response_to
	ctl 1 sso check response
	is "$(field .reason)" in_response_to
}

@test "sso check: --any-request" {
	respond --in-response-to _q >response
	ctl 0 sso check --any-request response
	is "$(field .in_response_to)" _q
	ctl 2 sso check --any-request --in-response-to _q response
	has "$stderr" 'contradicts'
}

@test "sso check: --idp" {
	respond >response
	ctl 0 sso check --idp https://idp.example/metadata response
	ctl 1 sso check --idp https://other.example response
	is "$(field .reason)" issuer_mismatch
	has "$(field .detail)" 'https://other\.example'
	ctl 2 sso check --idp "" response
}

@test "sso check: --address is an address" {
	respond >response
	ctl 0 sso check --address 192.0.2.1 response
	ctl 2 sso check --address localhost response
	has "$stderr" 'must be an address'
}

@test "sso check: --explain tells the steps, up to a refusal" {
	respond --attribute mail=a@x >response
	ctl 0 sso check response
	is "$(field .steps)" null
	ctl 0 sso check --explain response
	is "$(field 'keys_unsorted[0]')" steps
	is "$(field '[.steps[] | split(":")[0]] | join(" ")')" \
		"encoding structure issuer signature response conditions \
confirmation subject authentication attributes user"
	has "$(field '.steps[3]')" 'Assertion is valid, rsa-sha256 .* 1 of 1$'
	is "$(field .user)" alice

	respond --audience https://x.example >response
	ctl 1 sso check --explain response
	is "$(field '.steps | length')" 5
	has "$(field '.steps[4]')" '^response: success'
	is "$(field .reason)" audience
	ctl 1 sso check --explain - <<<"nothing of the kind"
	is "$(field '.steps | length')" 0
}

@test "sso check: nothing, zeros and far too much" {
	ctl 1 sso check - </dev/null
	is "$(field .reason)" response_empty
	head -c 5000 /dev/zero >zeros
	ctl 1 sso check zeros
	has "$(field .reason)" '^bad_'
	head -c 20000000 /dev/zero >zeros
	ctl 1 sso check zeros
	is "$(field .reason)" response_too_large
}

@test "sso check: a worker that fails over a Response is a refusal" {
	# takes the settings, by lying about the answer, and no Response
	sed -i '/^worker_/d' gate.conf
	echo "worker_program = $PWD/worker" >>gate.conf
	cat >worker.c <<-'END'
	#include <signal.h>
	#include <string.h>
	#include <unistd.h>
	#include "lib/clock.h"
	#include "lib/protocol.h"
	#include "lib/wire.h"
	int
	main(void)
	{
		struct wire_msg *msg;
		int64_t by = clock_mono_ms() + 5000;

		if (wire_msg_new(&msg, WIRE_BODY_MAX) != 0 ||
		    wire_recv(3, msg, by) != 0)
			return 9;
		wire_begin(msg, VERB_RESULT);
		wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
		wire_put_num(msg, TAG_IDP_COUNT, 1);
		if (wire_send(3, msg, by) != 0 || wire_recv(3, msg, by) != 0)
			return 9;
		raise(SIGSEGV);
		return 0;
	}
	END
	top=$BATS_TEST_DIRNAME/..
	gcc -std=gnu11 -D_GNU_SOURCE -I"$top" -o worker worker.c \
		"$top"/lib/{wire,clock,secret,error}.c
	respond >response
	ctl 1 sso check response
	is "$(field .reason)" worker_failed
	has "$(field .detail)" 'SIGSEGV'
}

@test "sso check: what is not about the Response is no refusal" {
	ctl 4 sso check nowhere
	is "$output" ""
	has "$stderr" 'nowhere: No such file or directory$'
	respond >response
	sed -i "s,^idp_metadata.*,idp_metadata = $PWD/none.xml," gate.conf
	ctl 4 sso check response
	is "$output" ""
	has "$stderr" 'none\.xml: there is no such file; see gatehousectl'
	sed -i '/^idp_metadata/d' gate.conf
	ctl 4 sso check response
	has "$stderr" 'SSO is off'
}

@test "user add: one line that is not empty" {
	ctl 2 user add bob </dev/null
	has "$stderr" 'a password is one line, and not empty$'
	ctl 2 user add bob <<<""
	ctl 2 user add bob <<<$'two\nlines'
	ctl 2 user add bob < <(printf 'a\0b')
	ctl 4 user add bob < <(head -c 5000 /dev/zero | tr '\0' x)
}

# typed STATUS LINE...: answers user add's prompts at a terminal of its own.
typed() {
	local wanted=$1 prompt seen char pid got=0

	shift
	coproc TTY { script -qec \
		"'$BUILD/gatehousectl' --config gate.conf user add bob" \
		/dev/null 2>&1; }
	pid=$TTY_PID
	output=
	for prompt in "New password: " "The same again: "; do
		[ $# -gt 0 ] || break
		seen=
		until [[ $seen == *"$prompt" ]]; do
			IFS= read -r -N1 -t 10 -u "${TTY[0]}" char
			seen+=$char
		done
		output+=$seen
		printf "$1" >&"${TTY[1]}"
		shift
	done
	output+=$(cat <&"${TTY[0]}")
	wait "$pid" || got=$?
	is "$got" "$wanted"
}

@test "user add: at a terminal it asks twice and shows neither" {
	typed 1 'some long password\n' 'some long passwort\n'
	has "$output" 'the two passwords differ; nothing was changed'
	typed 3 'some long password\n' 'some long password\n'
	has "$output" 'does gatehoused run'
	run grep -c some <<<"$output"
	is "$output" 0
	typed 2 '\n'
	has "$output" 'a password is one line, and not empty'
	typed 1 '\x04'
	has "$output" 'no password was given'
	typed 130 'half\x03'
}

@test "ticket: more than a gate takes is not sent" {
	ctl 1 ticket < <(head -c 1572865 /dev/zero | tr '\0' A)
	has "$stderr" 'more than 1536 KiB'
	ctl 3 ticket < <(head -c 1572864 /dev/zero | tr '\0' A)
}

@test "output that cannot be written is a failure" {
	run --separate-stderr -4 sh -c \
		"'$BUILD/gatehousectl' config keys >/dev/full"
	has "$stderr" '^gatehousectl: .*standard output: No space left'
}

# --- passwords ---------------------------------------------------------------

# policy LINE...: gate.conf with this [password], and nothing else.
policy() {
	{
		printf '[gate]\ncatalogues = %s\n[password]\n' "$BUILD/locale"
		printf '%s\n' "$@"
	} >gate.conf
}

@test "config check: a group that is not there, and a list that is yet to come" {
	cp gate.conf before
	printf '[2fa]\nrequired_for = user:bob group:nobody1 group:root\n' >>gate.conf
	ctl 0 config check
	has "$output" '^gate\.conf: warning: \[2fa\] required_for: there is no group "nobody1"'
	is "$(grep -c warning <<<"$output")" 1
	cp before gate.conf
	printf '[password]\nbreached = %s\n' "$PWD/none" >>gate.conf
	ctl 1 config check
	has "$output" "^gate\.conf: \[password\] breached: $PWD/none: .*breached import"
}

@test "password check: all that is wrong, at once" {
	policy "preset = stig" "words = acme"
	ctl 1 password check --user alice --service portal <<<"alice"
	is "$(cut -d: -f1 <<<"$output" | paste -sd ' ')" \
		"too_short few_upper few_digits few_others few_kinds kind_run holds_user dictionary"
	has "$output" '^too_short: It has 5 characters, and must have 15 or more\.$'
	ctl 1 password check --service portal <<<"The Portal of 4cme, Inc."
	has "$output" '^holds_service: .*: portal\.$'
	has "$output" '^holds_word: .*: acme\.$'
	ctl 0 password check <<<"Zx9!mQ2@vT7#pL4?"
	has "$output" '^Strength: [0-9]+ of 100\.$'
}

@test "password check: JSON" {
	policy "min_length = 20"
	ctl 1 password check --json <<<"blue bicycle wheel"
	is "$(field '.good, .strength, .faults[0].fault, .faults[0].has,
		.faults[0].needs' | paste -sd ' ')" "false null too_short 18 20"
	ctl 0 password check --json <<<"blue bicycle wheel, two of them"
	is "$(field '.good, (.strength | type), (.faults | length)' |
		paste -sd ' ')" "true number 0"
}

@test "password check: in the language of who asks, without its locale" {
	policy "min_length = 20"
	LC_ALL=de_AT.UTF-8 ctl 1 password check <<<"blue bicycle wheel"
	has "$output" '^too_short: Es hat 18 Zeichen und muss mindestens 20 haben\.$'
	LC_ALL= LC_MESSAGES= LANG=ko_KR.UTF-8 \
		ctl 1 password check <<<"blue bicycle wheel"
	has "$output" '^too_short: 현재 18자이며, 20자 이상이어야 합니다\.$'
	LC_ALL=xx ctl 1 password check <<<"blue bicycle wheel"
	has "$output" '^too_short: It has 18 characters'
	policy "min_length = 20" "[gate]" "language = de"
	LC_ALL= LC_MESSAGES= LANG= ctl 1 password check <<<"blue bicycle wheel"
	has "$output" '^too_short: Es hat 18 Zeichen'
}

@test "password check: what is no password, and files that are not there" {
	policy
	ctl 2 password check </dev/null
	ctl 2 password check <<<$'two\nlines'
	ctl 2 password check a-password-in-the-process-list <<<"x"
	policy "blocklist = $PWD/none"
	ctl 4 password check <<<"x"
	has "$stderr" "\[password\] blocklist: $PWD/none: No such file"
	ctl 1 config check
	has "$output" "\[password\] blocklist: $PWD/none: No such file"
}

@test "password breached import: ranges, whole lists, standard input" {
	policy "breached = $PWD/breached" "dictionary = no" "min_length = 8"
	ctl 4 password check <<<"password"
	has "$stderr" '\[password\] breached: '
	mkdir ranges
	printf '%s\r\n' 0000000000000000000000000000000000A:0 \
		1E4C9B93F3F0682250B6CF8331B7EE68FD8:9545824 >ranges/5BAA6
	printf '%s' "open sesame" | sha1sum | cut -c1-40 >list
	ctl 0 password breached import ranges list - \
		<<<"$(printf 'let me in' | sha1sum | cut -c1-40):3"
	is "$output" "$PWD/breached: 3 passwords"
	is "$(stat -c %a breached)" 644
	for password in password "open sesame" "let me in"; do
		ctl 1 password check <<<"$password"
		has "$output" '^breached: '
	done
	ctl 0 password check <<<"Password"
}

@test "password breached import: a bad list changes nothing" {
	policy "breached = $PWD/breached"
	printf 'password' | sha1sum | cut -c1-40 >good
	ctl 0 --json password breached import good
	is "$(field .passwords)" 1
	before=$(sha256sum breached)
	printf '%s\nhunter2\n' "$(cat good)" >bad
	ctl 1 password breached import good bad
	has "$stderr" 'bad:2: neither SHA-1'
	ctl 1 password breached import /dev/null
	has "$stderr" 'there is no hash in it; nothing was changed$'
	ctl 4 password breached import good nowhere
	is "$(sha256sum breached)" "$before"
	is "$(ls breached*)" breached
	policy
	ctl 4 password breached import good
	has "$stderr" '\[password\] breached has to say where'
	ctl 2 password breached import
	has "$stderr" 'FILE\.\.\. is missing'
	ctl 2 password breached
}

@test "config show: where each value comes from; config check: what is weaker" {
	cat >>gate.conf <<-END
	[password]
	preset = stig
	max_age = 90d
	history = 10
	END
	ctl 0 config show
	has "$output" '^min_changed = 8  ; preset stig$'
	has "$output" '^max_age = 90d  ; line [0-9]+$'
	has "$output" '^cost = 5  ; default$'
	has "$output" '^duration = 0s  ; preset stig$'
	ctl 0 config show --json
	is "$(field '.[] | select(.section == "password" and
		.name == "max_age") | .from, .line > 0' |
		paste -sd ' ')" "file true"
	is "$(field '.[] | select(.name == "min_changed") | .from')" \
		"preset stig"
	ctl 0 config check
	has "$output" '^gate.conf:[0-9]+: warning: \[password\] max_age = 90d contradicts preset stig'
	is "$(grep -c warning <<<"$output")" 1
	ctl 0 config check --json
	is "$(field '.[0].warning')" true
}

@test "config check: the limits of [idle]" {
	local root

	root=$(getent group 0 | cut -d: -f1)
	cat >>gate.conf <<-END
	[peers]
	hold = no-such-user
	[idle]
	group:$root = 10m ; the desk
	group:no-such-group = 10m
	attribute:urn:oid:2.5.4.11=OU=Ward 3 = 5m
	limit = 12m
	service:api = none
	END
	ctl 1 config check
	is "$output" "gate.conf: [peers] hold: there is no user \"no-such-user\"
gate.conf: warning: [idle]: there is no group \"no-such-group\": nobody has the limit of its members"
	sed -i '/^hold = /d' gate.conf
	ctl 0 config check

	# all that is wrong with them, and where
	printf '%s\n' 'group:no-such-group = 11m' 'usr:anna = 5m' \
		'service:API = 5m' '[password]' 'preset = hipaa' >>gate.conf
	sed -i 's/^limit = 12m/limit = 4m/' gate.conf
	ctl 1 config check
	line=$(grep -n '^limit' gate.conf | cut -d: -f1)
	is "$(grep idle <<<"$output")" "\
gate.conf:$line: [idle] limit: an idle limit of 240 s is against preset hipaa,\
 which has 5m or more (45 CFR 164.312(a)(2)(iii), automatic logoff)
gate.conf:$((line + 1)): [idle] no idle limit is against preset hipaa, which\
 has 1h or less, and not 0 (45 CFR 164.312(a)(2)(iii), automatic logoff)
gate.conf:$((line + 2)): [idle] group:no-such-group is given twice, first in\
 line $((line - 2))
gate.conf:$((line + 3)): [idle] a rule begins with group:, user:, service: or\
 attribute:
gate.conf:$((line + 4)): [idle] service:API is of no service: PAM knows them in\
 lower case"
}

@test "config check: what has another effect by something else is warned of" {
	printf '%s\n' '[idle]' 'limit = 90s' '[session]' 'max_age = 1h' \
		>>gate.conf
	ctl 0 config check
	is "$output" "gate.conf: warning: [idle] warn is more than half of limit:\
 people are warned at half of it
gate.conf: warning: [hold] max is more than [session] max_age, at which a\
 session ends whatever holds it
gate.conf: good"
}

@test "config show: the idle limit of the preset, and rules in their section" {
	printf '%s\n' '[idle]' 'group:a b = 5m ; x' 'user:anna = 9m' \
		'[password]' 'preset = stig' >>gate.conf
	ctl 0 config show
	echo "$output" >shown
	is "$(sed -n '/^\[idle\]/,/^$/p' shown)" "[idle]
limit = 10m  ; preset stig
activity = navigation  ; default
warn = 1m  ; default
action = end  ; default
grace = 5s  ; default
group:a b = 5m
user:anna = 9m"
	run -0 "$BUILD/gatehousectl" --config shown config show
	is "$(sed 's/  ; .*//' <<<"$output")" "$(sed 's/  ; .*//' shown)"
	ctl 0 config show --json
	is "$(field '.[] | select(.section == "idle" and .rule) |
		"\(.rule)|\(.line > 11)"')" "group:a b = 5m|true
user:anna = 9m|true"
}
