#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
# Logins through the module, the daemon and its worker.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	gate_make "$BATS_FILE_TMPDIR/gate"
	gate_start
	ctl user add bob <<< "$PASSWORD"
	export GATE GATE_PID BUILD
	ctl otp enroll --no-confirm bob > "$GATE/bob.uri"
}

teardown_file() {
	. tests/gate.sh
	gate_stop
}

PASSWORD='correct horse battery staple'

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
}

# login [-u USER] ANSWER...: sign in from the office by the loader.
login() {
	local user=() answers=() answer
	if [ "$1" = -u ]; then
		user=(-u "$2")
		shift 2
	fi
	for answer in "$@"; do
		answers+=(-a "$answer")
	done
	"$BUILD/tests/loader" -c "$GATE/pam.d" "${user[@]}" \
	    -i rhost="${ADDRESS-192.0.2.7}" "${answers[@]}" portal \
	    ${HOOKS:-authenticate acct_mgmt} 2>&1
}

# refused REASON COMMAND...: it fails, and the log has this reason.
refused() {
	local wanted=$1
	shift
	# the last decision is then the one about the proof
	HOOKS=${HOOKS:-authenticate} run "$@"
	echo "$output"
	[ "$status" -eq 1 ]
	decision
	[ "$(decision outcome)" = refused ]
	[ "$(decision reason)" = "$wanted" ]
}

sso() {
	response "$1" --format deflate "${@:2}"
}

# A fresh code that nobody has used: each test that gets in uses up a step, and
# a new seed would not change that, so bob himself is made anew.
fresh_code() {
	ctl user remove bob
	ctl user add bob <<< "${1:-$PASSWORD}"
	ctl otp enroll --no-confirm bob 2> /dev/null > "$GATE/bob.uri"
	otp_code "$(cat "$GATE/bob.uri")"
}

@test "a Response lets in, and the session is on record from start to end" {
	HOOKS='authenticate acct_mgmt open_session close_session' \
	    run login -u alice "$(sso alice --attribute role=agent)"
	echo "$output"
	[ "$status" -eq 0 ]
	run -0 ctl session list --user alice --all --json
	[ "$(jq -r '.[0] | [.user, .service, .address, .method, .state] | join(" ")' \
	    <<< "$output")" = 'alice portal 192.0.2.7 sso ended' ]
	[ "$(jq -r '.[0].end_reason' <<< "$output")" = closed ]
	[ "$(jq -r '.[0].issuer' <<< "$output")" = https://idp.example/metadata ]
}

@test "a Response lets in once" {
	r=$(sso alice)
	login -u alice "$r"
	refused replay login -u alice "$r"
}

@test "a Response in base64, deflated base64 and XML" {
	login -u carol "$(response carol --format base64)"
	login -u carol "$(response carol --format deflate)"
	login -u carol "$(response carol --format xml)"
}

@test "signed by RSA-3072 and P-256, SHA-256, 384 and 512, in every place" {
	for key in rsa3072 ec256; do
		IDP_KEY=(--key "$key" --entity-id "https://$key.example/idp")
		"$BUILD/test-idp" keys --dir "$GATE/$key" "${IDP_KEY[@]}"
		cp "$GATE/$key/metadata.xml" "$GATE/idp/$key.xml"
	done
	gate_set saml idp_metadata "$GATE/idp"
	kill -HUP "$GATE_PID"
	for _ in $(seq 100); do
		[ "$(ctl status --json | jq -r '.idps // .[0].idps')" = 3 ] &&
		    break
		sleep 0.05
	done
	for key in rsa3072 ec256; do
		for digest in sha256 sha384 sha512; do
			for sign in assertion response both; do
				echo "$key $digest $sign"
				login -u alice "$("$BUILD/test-idp" respond \
				    --dir "$GATE/$key" --sp "$SP" --acs "$ACS" \
				    --name-id alice --format deflate \
				    --sign "$sign" --digest "$digest")"
			done
		done
	done
}

@test "SHA-1 and unsigned are refused" {
	refused signature_algorithm login -u alice "$(sso alice --digest sha1)"
	refused signature_missing login -u alice "$(sso alice --sign none)"
}

@test "a byte changed in the NameID" {
	xml=$(response alice --format xml)
	refused signature_invalid login -u alicf \
	    "$(sed 's|\(<[a-z:]*NameID[^>]*>\)alice<|\1alicf<|' <<< "$xml")"
}

@test "an expired, a future, a misdirected one, and an answer nobody asked for" {
	refused expired login -u alice "$(sso alice --not-on-or-after -120)"
	refused not_yet_valid login -u alice "$(sso alice --not-before 200)"
	refused audience login -u alice "$(sso alice --audience urn:other)"
	refused recipient login -u alice \
	    "$(sso alice --recipient https://other.example/acs)"
	refused destination login -u alice \
	    "$(sso alice --destination https://other.example/acs)"
	refused request_unknown login -u alice \
	    "$(sso alice --in-response-to _f00)"
}

@test "a Response of an IdP that is not ours" {
	"$BUILD/test-idp" keys --dir "$GATE/rogue" \
	    --entity-id https://rogue.example/idp
	refused issuer_unknown login -u alice "$("$BUILD/test-idp" respond \
	    --dir "$GATE/rogue" --sp "$SP" --acs "$ACS" --name-id alice \
	    --format deflate)"
	"$BUILD/test-idp" keys --dir "$GATE/imposter"
	refused signature_invalid login -u alice "$("$BUILD/test-idp" respond \
	    --dir "$GATE/imposter" --sp "$SP" --acs "$ACS" --name-id alice \
	    --format deflate)"
}

@test "the assertion's user must be the PAM user" {
	refused user_mismatch login -u mallory "$(sso alice)"
}

@test "without a PAM user the assertion's becomes it" {
	run -0 login "$(sso dora)"
	echo "$output"
	[[ $output == *dora* ]]
}

@test "without a PAM user a password asks for the name" {
	run -0 login "$PASSWORD" bob "$(fresh_code)"
	echo "$output"
	[[ $output == *login:* ]]
}

@test "the user comes from an attribute where user_from says so" {
	gate_set saml user_from attribute:uid
	kill -HUP "$GATE_PID"
	for _ in $(seq 100); do
		grep -q 'read anew' "$GATE/daemon.log" && break
		sleep 0.05
	done
	for _ in $(seq 40); do
		login -u erin "$(sso opaque-17 --attribute uid=erin)" && break
		sleep 0.05
	done
	refused no_user login -u erin "$(sso erin)"
	refused no_user login -u erin \
	    "$(sso x --attribute uid=erin --attribute uid=root)"
	grep -c 'read anew' "$GATE/daemon.log"
	gate_set saml user_from name_id
	kill -HUP "$GATE_PID"
	for _ in $(seq 40); do
		login -u erin "$(sso erin)" && break
		sleep 0.05
	done
}

@test "a ticket lets in once, and is short enough for every conversation" {
	ticket=$(response alice "${WEIGHT[@]}" | ctl ticket)
	[ ${#ticket} -lt 255 ]
	login -u alice "$ticket"
	refused ticket_unknown login -u alice "$ticket"
}

@test "the Response behind a ticket is used up" {
	r=$(sso alice)
	ctl ticket <<< "$r" > /dev/null
	refused replay login -u alice "$r"
	run -1 ctl ticket <<< "$r"
	[[ $output == *replay* ]]
}

@test "a ticket for another user stays his" {
	ticket=$(response alice | ctl ticket)
	refused user_mismatch login -u mallory "$ticket"
	login -u alice "$ticket"
}

@test "a ticket that was made up, or cut" {
	ticket=$(response alice | ctl ticket)
	refused ticket_unknown login -u alice "${ticket%????}AAAA"
	refused ticket_unknown login -u alice "${ticket%?}"
}

@test "a Response cut by the conversation is told as such" {
	r=$(response alice "${WEIGHT[@]}")
	[ ${#r} -gt 4095 ]
	for size in 4095 1023 511; do
		refused response_cut login -u alice "${r:0:$size}"
		[[ $(decision detail) == *"$size"* ]]
	done
	run ! pam 192.0.2.7 portal alice authenticate <<< "$r"
	[ "$(decision reason)" = response_cut ]
}

@test "where from: listed, not listed, mapped, a name, none" {
	ADDRESS=2001:db8:1:2::3 login -u alice "$(sso alice)"
	ADDRESS=::ffff:192.0.2.9 login -u alice "$(sso alice)"
	ADDRESS=198.51.100.9 refused address_not_listed \
	    login -u alice "$(sso alice)"
	ADDRESS=2001:db8:2::1 refused address_not_listed \
	    login -u alice "$(sso alice)"
	ADDRESS=office.example refused address_not_literal \
	    login -u alice "$(sso alice)"
	ADDRESS= refused address_missing login -u alice "$(sso alice)"
}

@test "SSH_CONNECTION is the address where PAM_RHOST is a name" {
	run_ssh() {
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
		    -i rhost="$1" -e SSH_CONNECTION="$2" -a "$(sso alice)" \
		    portal authenticate
	}
	run_ssh office.example '192.0.2.7 50000 192.0.2.1 22'
	refused address_not_listed run_ssh office.example \
	    '198.51.100.9 50000 192.0.2.1 22'
	refused address_conflict run_ssh 192.0.2.7 \
	    '198.51.100.9 50000 192.0.2.1 22'
}

@test "password and code let in; a code does so once" {
	code=$(fresh_code)
	login -u bob "$PASSWORD" "$code"
	refused code_used login -u bob "$PASSWORD" "$code"
}

@test "what is wrong with password or code is in the log, not in the answer" {
	code=$(fresh_code)
	HOOKS=authenticate run ! login -u bob "$PASSWORD" 000000
	one=$output
	[ "$(decision reason)" = bad_code ] || [ "$code" = 000000 ]
	refused bad_password login -u bob 'wrong' "$code"
	[ "$output" = "$one" ]
	refused unknown_user login -u nobody-here "$PASSWORD" "$code"
	[ "${output//nobody-here/bob}" = "$one" ]
	# and the right code was not used up by the wrong password
	login -u bob "$PASSWORD" "$code"
}

@test "no second factor, no entry" {
	ctl user add frank <<< "$PASSWORD"
	refused no_second_factor login -u frank "$PASSWORD" 123456
}

@test "an account line without a sign-in of the gate is refused" {
	HOOKS=acct_mgmt refused no_login login -u alice
	HOOKS='open_session' refused no_login login -u alice
}

@test "the session id of another's sign-in is of no use" {
	run -0 login -u alice "$(sso alice)"
	id=$(ctl session list --user alice --json | jq -r '.[0].id')
	claim() {
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$1" \
		    -i rhost=192.0.2.7 -e GATEHOUSE_SESSION="$2" "$3" "$4"
	}
	refused login_mismatch claim mallory "$id" portal acct_mgmt
	gate_service other-portal
	refused login_mismatch claim alice "$id" other-portal acct_mgmt
	refused no_session claim alice nonsense portal acct_mgmt
	claim alice "$id" portal open_session
	refused no_session claim alice "$id" portal open_session
}

@test "a session that is ended by the administrator" {
	HOOKS='authenticate acct_mgmt open_session' login -u gina "$(sso gina)"
	id=$(ctl session list --user gina --json | jq -r '.[0].id')
	ctl session end "$id"
	run -0 ctl session show "$id" --json
	[ "$(jq -r .state <<< "$output")" = ended ]
	[ "$(jq -r .end_reason <<< "$output")" = administrator ]
	run -1 ctl session end "$id"
	run -1 ctl session end no-such-session
}

@test "a new password: as administrator, too short, differing, and then it is valid" {
	change() {
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u bob "${@/#/-a}" \
		    portal chauthtok
	}
	refused password_weak change short
	[[ $output == *characters* ]]
	refused password_retype change 'a new horse battery' 'another horse'
	code=$(fresh_code)
	change 'a new horse battery' 'a new horse battery'
	refused bad_password login -u bob "$PASSWORD" "$code"
	login -u bob 'a new horse battery' "$code"
	# root is bound by the policy as well: no old one comes again
	refused password_weak change "$PASSWORD"
	[[ $output == *'used before'* ]]
}

@test "an expired password is changed with the old one only" {
	change() {
		"$BUILD/tests/loader" -E -c "$GATE/pam.d" -u bob "${@/#/-a}" \
		    portal chauthtok
	}
	fresh_code > /dev/null
	refused bad_password change wrong 'a new horse battery' \
	    'a new horse battery'
	change "$PASSWORD" 'a new horse battery' 'a new horse battery'
	refused password_weak change 'a new horse battery' "$PASSWORD"
}

@test "a user whom the gate does not keep has no password to change" {
	run ! "$BUILD/tests/loader" -c "$GATE/pam.d" -u alice -a x -a x portal \
	    chauthtok
	[[ $output == *not\ known* ]]
}

@test "one step a line: allowlist, sso, password, otp" {
	module="$BUILD/pam_gatehouse.so socket=$GATE/gate.sock"
	cat > "$GATE/pam.d/steps" <<-END
		auth requisite $module allowlist
		auth [success=2 cred_insufficient=ignore default=die] $module sso
		auth requisite $module password
		auth requisite $module otp
		auth required pam_permit.so
		account required $module
		session required $module
	END
	steps_as() {
		local user=$1
		shift
		"$BUILD/tests/loader" -c "$GATE/pam.d" -u "$user" \
		    -i rhost="${ADDRESS:-192.0.2.7}" "${@/#/-a}" steps \
		    ${HOOKS:-authenticate acct_mgmt open_session}
	}
	steps_as alice "$(sso alice)"
	ADDRESS=198.51.100.9 refused address_not_listed \
	    steps_as alice "$(sso alice)"
	code=$(fresh_code)
	refused bad_password steps_as bob wrong "$code"
	refused bad_code steps_as bob "$PASSWORD" 12345
	steps_as bob "$PASSWORD" "$code"
	[ "$(ctl session list --user bob --json |
	    jq -r '.[] | select(.state == "open") | .method + " " + .address')" = \
	    'password+otp 192.0.2.7' ]
	# a refused assertion does not fall through to the password line
	refused user_mismatch steps_as mallory "$(sso alice)"
}

@test "no secret and no assertion in any log, nor in the store in clear" {
	xml=$(response alice --format xml)
	r=$(base64 -w 0 <<< "$xml")
	ticket=$(response alice | ctl ticket)
	login -u alice "$r"
	login -u alice "$ticket"
	secret=$(sed 's/.*secret=\([A-Z2-7]*\).*/\1/' "$GATE/bob.uri")
	run ! login -u bob 'a-password-never-to-be-seen' 111111
	for file in audit.log daemon.log gate.db gate.db-wal; do
		for text in "$ticket" "${r:200:40}" \
		    a-password-never-to-be-seen "$PASSWORD" "$secret" \
		    '<saml'; do
			run ! grep -qF -- "$text" "$GATE/$file"
		done
	done
}
