#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Watch the gate at work: a real IdP, a real daemon, real PAM, in a folder.
# Each step says what is tried, what is expected, and what came. Exit status 0
# if all came as expected.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=tests/gate.sh
. tests/gate.sh

steps=0
surprises=0
trap 'gate_stop' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

bold=
plain=
if [ -t 1 ]; then
	bold=$'\033[1m'
	plain=$'\033[0m'
fi

title() {
	printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

# expect WHAT WANTED CAME
expect() {
	local verdict=ok
	steps=$((steps + 1))
	if [ "$2" != "$3" ]; then
		verdict='NOT AS EXPECTED'
		surprises=$((surprises + 1))
	fi
	printf '  tried     %s\n  expected  %s\n  came      %s   [%s]\n' \
	    "$1" "$2" "$3" "$verdict"
}

# sign_in ADDRESS USER ANSWER...: in, or why not.
sign_in() {
	local address=$1 user=$2
	shift 2
	if printf '%s\n' "$@" | pam "$address" portal "$user" \
	    authenticate acct_mgmt open_session > "$GATE/pamtester.log"; then
		echo in
	else
		echo "refused: $(decision reason)"
	fi
}

# newest USER: the session that began last, its id.
newest() {
	ctl session list --user "$1" --json | jq -r '.[0].id'
}

# ended ID [SECONDS]: why, once it has, or "open" if it has not by then.
ended() {
	local id=$1 why
	for _ in $(seq $((${2:-5} * 10))); do
		why=$(ctl session show "$id" --json | jq -r .end_reason)
		[ "$why" = null ] || break
		sleep 0.1
	done
	echo "${why/null/open}"
}

# check TOKEN [OPTION...]: whether the session goes on, as a portal asks.
check() {
	local token=$1
	shift
	if ctl session check "$@" <<< "$token" > "$GATE/check.log" 2>&1; then
		echo 'goes on'
	else
		echo 'over: answer 401'
	fi
}

sso=(--format deflate)

rm -rf "$BUILD/demo"
gate_make "$BUILD/demo"
gate_start
cat <<END
The gate runs in ${GATE#"$PWD/"}: gatehouse.conf, allowlist, pam.d/portal,
audit.log. The IdP is https://idp.example/metadata, its keys are new.
Clients come from 192.0.2.7, which is listed, or 198.51.100.9, which is not.
END

title '1. A signed SAML Response as the PAM password, from a listed address'
first=$(response alice "${sso[@]}")
expect 'alice signs in with a Response of the IdP' in \
    "$(sign_in 192.0.2.7 alice "$first")"
echo '  on record:'
ctl session list --user alice | sed 's/^/    /'

title '2. The same Response again'
expect 'alice signs in with the Response that was used' 'refused: replay' \
    "$(sign_in 192.0.2.7 alice "$first")"
gate_stop KILL
gate_start
expect 'the same after gatehoused was killed with SIGKILL and started again' \
    'refused: replay' "$(sign_in 192.0.2.7 alice "$first")"

title '3. A Response that is too long for the PAM conversation'
long=$(response alice "${WEIGHT[@]}")
expect "a Response of ${#long} characters given directly" \
    'refused: response_cut' "$(sign_in 192.0.2.7 alice "$long")"
echo "  the log   $(decision detail)"
ticket=$(ctl ticket <<< "$long" 2> /dev/null)
expect "the ticket that it is exchanged for (${#ticket} characters)" in \
    "$(sign_in 192.0.2.7 alice "$ticket")"
expect 'the same ticket again' 'refused: ticket_unknown' \
    "$(sign_in 192.0.2.7 alice "$ticket")"

title '4. The right Response from an address that is not listed'
fresh=$(response alice "${sso[@]}")
expect 'alice signs in from 198.51.100.9' 'refused: address_not_listed' \
    "$(sign_in 198.51.100.9 alice "$fresh")"
expect 'the Response was not used up by that: from 192.0.2.7' in \
    "$(sign_in 192.0.2.7 alice "$fresh")"

title '5. The fallback: a password, then a code'
ctl user add bob <<< 'correct horse battery staple'
uri=$(ctl otp enroll --no-confirm bob 2> /dev/null)
code=$(otp_code "$uri")
wrong=$(printf '%06d' $(((10#$code + 500000) % 1000000)))
expect 'bob, right password, wrong code' 'refused: bad_code' \
    "$(sign_in 192.0.2.7 bob 'correct horse battery staple' "$wrong")"
expect 'bob, wrong password, right code' 'refused: bad_password' \
    "$(sign_in 192.0.2.7 bob 'incorrect horse' "$code")"
expect 'bob, right password, right code' in \
    "$(sign_in 192.0.2.7 bob 'correct horse battery staple' "$code")"
expect 'bob, the same code again' 'refused: code_used' \
    "$(sign_in 192.0.2.7 bob 'correct horse battery staple' "$code")"

title '6. A Response that was changed by one byte, in the NameID'
response alice --format xml > "$GATE/response.xml"
sed 's|\(<[a-z:]*NameID[^>]*>\)alice<|\1alicf<|' "$GATE/response.xml" \
    > "$GATE/changed.xml"
# a deflate stream is a gzip file without its header and trailer
changed=$(gzip -nc "$GATE/changed.xml" |
    tail -c +11 | head -c -8 | base64 -w 0)
expect "$(cmp -l "$GATE/response.xml" "$GATE/changed.xml" | wc -l) byte \
changed, signs in as alicf" 'refused: signature_invalid' \
    "$(sign_in 192.0.2.7 alicf "$changed")"
echo "  the log   $(decision detail)"

title '7. The sessions on record'
ctl session list | sed 's/^/    /'
id=$(newest bob)
ctl session end "$id"
expect "bob's session is ended" ended \
    "$(ctl session show "$id" --json | jq -r .state)"
ctl session show "$id" | sed 's/^/    /'
have=$(ctl session show "$id" --json | jq -r '[.started, .ended, .user,
    .service, .address, .method] | map(select(. != null and . != "")) |
    length')
expect 'the record has start, end, user, service, address, method' 6 "$have"

title '8. Sessions that nobody uses, with [idle] limit = 3s instead of 15m'
gate_set idle limit 3s
ctl reload
sign_in 192.0.2.7 carol "$(response carol "${sso[@]}")" > "$GATE/came"
expect 'carol signs in, and then does nothing' in "$(cat "$GATE/came")"
left=$(newest carol)
token=$(ctl session token "$left")
expect "a portal shows carol's session token" 'goes on' "$(check "$token")"
sign_in 192.0.2.7 dave "$(response dave "${sso[@]}")" > "$GATE/came"
expect 'dave signs in, and is called: a hold' in "$(cat "$GATE/came")"
called=$(newest dave)
ctl session hold --label 'call 4711' "$called" > "$GATE/came"
ctl session watch --once | sed 's/^/    /'
expect 'she does nothing for 3 s: why her session ended' idle \
    "$(ended "$left")"
expect 'the portal shows the token again, for a click' 'over: answer 401' \
    "$(check "$token" --activity navigation)"
expect 'dave, in his call, has touched nothing for as long' open \
    "$(ended "$called" 1)"
ctl session release --label 'call 4711' "$called"
expect 'the call is over, and he is gone too' idle "$(ended "$called")"
expect 'carol signs in again, and is told which work was hers' "$left" "$(
    sign_in 192.0.2.7 carol "$(response carol "${sso[@]}")" > "$GATE/came"
    ctl session show "$(newest carol)" --json | jq -r .previous)"

gate_stop
printf '\n%d steps, %d as expected, %d not\n' "$steps" \
    "$((steps - surprises))" "$surprises"
[ "$surprises" -eq 0 ]
