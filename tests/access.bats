#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sections with a name of their own and access rules, as an administrator
# meets them: config check, config show, access test.

bats_require_minimum_version 1.5.0

setup() {
	BUILD=$(realpath -e "${BUILD:-$BATS_TEST_DIRNAME/../build}")
	umask 022
	cd "$BATS_TEST_TMPDIR"
	echo "allow 192.0.2.0/24" >allow
	cat >gate.conf <<-END
	[allowlist]
	file = $PWD/allow
	[idp corporate]
	entity_id = https://idp.example
	user_scope = @example.org
	strip_scope = yes
	[service sudo]
	max_authn_age = 15m
	[access]
	# who has left
	deny user = mallory | eve ; both
	require attribute:urn:oid:1.3.6 = agent | chief of all=a:b
	[access sudo]
	allow authn_context = https://refeds.org/profile/mfa
	[access portal]
	default = deny
	END
}

# ctl STATUS ARGUMENT...: standard output in $output, the rest in $stderr.
ctl() {
	local status_wanted=$1

	shift
	run --separate-stderr "-$status_wanted" \
		"$BUILD/gatehousectl" --config gate.conf "$@"
}

# is TEXT WANTED
is() {
	[ "$1" = "$2" ] || {
		printf '%s\n  is not\n%s\n' "$1" "$2"
		return 1
	}
}

# line_of TEXT: where it stands in gate.conf.
line_of() {
	grep -nF -- "$1" gate.conf | cut -d: -f1
}

@test "access test: the rule that decides, with its line" {
	ctl 1 access test --service sshd --user eve
	is "$output" "denied: gate.conf:11: deny user = mallory | eve"
	ctl 1 access test --service sshd --user alice
	is "$output" "denied: gate.conf:12: require attribute:urn:oid:1.3.6 =\
 agent | chief of all=a:b"
	ctl 0 access test --service sshd --user alice \
		--attribute "urn:oid:1.3.6=chief of all=a:b"
	is "$output" "allowed: gate.conf: no rule is against it, and the\
 default is allow"
	ctl 1 access test --service portal
	is "$output" "denied: gate.conf:$(line_of 'default = deny'): default = deny"
}

@test "access test: a service with rules of its own" {
	ctl 0 access test --service sudo --user eve \
		--authn-context https://refeds.org/profile/mfa
	ctl 1 access test --service sudo --attribute urn:oid:1.3.6=agent
	is "$output" "denied: gate.conf: no allow rule fits, and then the\
 default is deny"
}

@test "access test: every option counts" {
	cat >>gate.conf <<-END
	[access all]
	require user = alice
	require method = sso
	require issuer = https://idp.example
	require authn_context = urn:mfa
	require attribute:a = 1
	require attribute:b = 2
	END
	all=(--user alice --method sso --issuer https://idp.example
		--authn-context urn:mfa --attribute a=1 --attribute b=0
		--attribute b=2)
	ctl 0 access test --service all "${all[@]}"
	# bats' run has an i of its own
	for ((at = 0; at < ${#all[@]}; at += 2)); do
		[ "${all[at + 1]}" != b=0 ] || continue
		ctl 1 access test --service all "${all[@]:0:at}" \
			"${all[@]:at+2}"
	done
}

@test "access test: as JSON" {
	ctl 1 access test --service sshd --user eve --json
	is "$(jq -r '"\(.allowed) \(.file) \(.line) \(.rule)"' <<<"$output")" \
		"false gate.conf 11 deny user = mallory | eve"
	ctl 1 access test --service sudo --json
	is "$(jq -r '"\(.allowed) \(.line)"' <<<"$output")" "false null"
}

@test "access test: used wrongly" {
	ctl 2 access test
	is "$stderr" "gatehousectl: access test: --service is missing; see\
 gatehousectl access --help"
	ctl 2 access test --service sshd --attribute role
	ctl 2 access test --service sshd --attribute =agent
	ctl 2 access test --service sshd agent
	ctl 2 access test --service sshd --all
}

@test "access test: rules with an error decide nothing" {
	printf '[access x]\npermit user = alice\n' >>gate.conf
	ctl 4 access test --service sshd --user alice
	is "$output" ""
}

@test "config check: every bad rule, by line" {
	ctl 0 config check
	cat >>gate.conf <<-END
	[access x]
	permit user = alice
	deny user = a*
	deny user = eve
	END
	ctl 1 config check
	is "$(wc -l <<<"$output")" 2
	is "${lines[0]}" "gate.conf:$(line_of permit): a rule begins with allow,\
 deny, require or default, not with \"permit\""
	is "${lines[1]}" "gate.conf:$(line_of 'a*'): * stands alone, for any\
 value: there are no patterns"
}

@test "config check: what would never apply to anybody" {
	cp gate.conf good.conf
	cat >>gate.conf <<-END
	[service SSHD]
	max_authn_age = 5m
	[access Sudo]
	deny user = eve
	deny user = bob
	END
	ctl 1 config check
	is "$(wc -l <<<"$output")" 2
	is "${lines[0]}" "gate.conf:$(line_of SSHD): [service SSHD] is of no\
 service: PAM knows them in lower case"
	is "${lines[1]}" "gate.conf:$(line_of 'deny user = eve'): [access Sudo]\
 is of no service: PAM knows them in lower case"
	cp good.conf gate.conf
	printf '%s\n' '[access x]' 'deny method = sso | pasword' >>gate.conf
	ctl 1 config check
	is "$output" "gate.conf:$(line_of pasword): \"pasword\" is no method:\
 it must be sso, password, otp, password+otp, external or emergency"
}

@test "config check: two IdPs that could name each other's users" {
	cat >>gate.conf <<-END
	[idp partner]
	entity_id = https://partner.example
	user_scope = @partner.example
	strip_scope = yes
	END
	ctl 1 config check
	is "$output" "gate.conf:$(line_of partner]): [idp corporate] and\
 [idp partner] both have strip_scope: each could name the other's users"
}

@test "config show: sections and rules, in a form that means the same" {
	ctl 0 config show
	echo "$output" >shown
	is "$(sed -n '/^\[idp/,$p' shown | sed 's/line [0-9]*$/line/')" "[idp corporate]
entity_id = https://idp.example  ; line
user_from =  ; default
user_scope = @example.org  ; line
strip_scope = yes  ; line

[service sudo]
max_authn_age = 15m  ; line
authn_context =  ; default
activity = inherit  ; default

[access]
deny user = mallory | eve
require attribute:urn:oid:1.3.6 = agent | chief of all=a:b

[access sudo]
allow authn_context = https://refeds.org/profile/mfa

[access portal]
default = deny"
	run -0 "$BUILD/gatehousectl" --config shown config show
	is "$(sed 's/  ; .*//' <<<"$output")" "$(sed 's/  ; .*//' shown)"
	ctl 0 config show --json
	is "$(jq -r '.[] | select(.of == "sudo") |
		"\(.section) \(.name // .rule)"' <<<"$output")" \
		"service max_authn_age
service authn_context
service activity
access allow authn_context = https://refeds.org/profile/mfa"
}
