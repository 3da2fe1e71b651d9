#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What gatehouse-web may ask of the daemon: [peers] web. Somebody who has broken
# into it, and has been shown no token, must get nowhere with any verb; with a
# token he is its user, and nobody else.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return 1
	. tests/gate.sh
	. tests/sessions.bash
	WEB=$(id -un 65534)
}

teardown() {
	gate_stop
	tail -q -n 8 "$GATE/daemon.log" "$GATE/audit.log" || true
}

needs_root() {
	[ "$EUID" -eq 0 ] || skip 'needs root: asks as gatehouse-web'
}

# front_door [SECTION KEY VALUE]...: a gate with alice and bob, and a peer that
# has RIGHT_WEB and no other right.
front_door() {
	gate_make "$BATS_TEST_TMPDIR/gate"
	gate_set peers web "$WEB"
	gate_set session without_login allow
	gate_set session linger 1h
	while [ $# -gt 0 ]; do
		gate_set "$1" "$2" "$3"
		shift 3
	done
	gate_speaks
	gate_start
}

# as_web VERB [FIELD=VALUE...]
as_web() {
	as_nobody "$@"
}

# result VERB [FIELD=VALUE...]: the last message of the answer, on one line.
result() {
	local out
	out=$(as_web "$@") || true
	grep -E '^(prompt|result) ' <<< "$out" | tail -n 1
}

# is WANTED GOT
is() {
	[ "$1" = "$2" ] || { echo "\"$2\" is not \"$1\""; return 1; }
}

# has PART TEXT
has() {
	[[ $2 == *"$1"* ]] || { echo "\"$1\" is not in \"$2\""; return 1; }
}

# state: all that an intruder might want to change.
state() {
	ctl session list --all --json |
	    jq -c '.[] | [.id, .user, .state, .ended, .method]' | sort
	ctl user list --json | jq -cS .
	ctl lockout list --all --json | jq -cS .
	ctl emergency list --json | jq -cS .
	ask holds
}

NO_RIGHT='result outcome=1 error=-17'
NOT_THERE='result outcome=2 error=-11'
MALFORMED='result outcome=1 error=-5'
DENIED='result outcome=1'

# What is asked, about alice, her session SESSION and her ticket or a Response,
# and what comes of it. Each verb of lib/protocol.h once or more.
attempts() {
	cat <<-END
		login service=portal user=alice|$DENIED
		login service=portal user=alice rhost=192.0.2.7 answer=TICKET|$DENIED
		login service=portal rhost=192.0.2.7 answer=TICKET|$DENIED
		login service=portal rhost=192.0.2.7 answer=alice answer=TICKET|$DENIED
		login service=portal step=2 rhost=192.0.2.7 answer=TICKET|$DENIED
		login service=portal step=4 user=alice|$DENIED
		login service=portal user=root|$DENIED
		answer text=x|$MALFORMED
		account service=portal user=alice|$DENIED
		open service=portal user=alice|$DENIED
		open service=portal user=alice detached=1|$DENIED
		open service=portal user=alice session=SIGNED_IN|$DENIED
		open service=portal user=$WEB session=SIGNED_IN|$DENIED
		close service=portal user=alice session=SESSION|$DENIED
		close service=portal user=$WEB session=SESSION|$DENIED
		chauthtok service=portal user=alice|$DENIED
		ticket text=x rhost=192.0.2.7|$DENIED reason=
		list|result outcome=0
		list user=alice|$NO_RIGHT
		list all=1|result outcome=0
		show session=SESSION|$NOT_THERE
		end session=SESSION|$NOT_THERE
		end user=alice|$NO_RIGHT
		end all=1|$NO_RIGHT
		end|$MALFORMED
		user_add user=eve text=correct-horse-battery|$NO_RIGHT
		user_remove user=alice|$NO_RIGHT
		user_list|$NO_RIGHT
		user_show user=alice|$NO_RIGHT
		user_set user=alice|$NO_RIGHT
		user_disable user=alice|$NO_RIGHT
		user_enable user=alice|$NO_RIGHT
		user_must_change user=alice|$NO_RIGHT
		otp_enroll user=alice|$NO_RIGHT
		otp_confirm user=alice text=000000|$NO_RIGHT
		otp_recovery user=alice|$NO_RIGHT
		otp_show user=alice|$NO_RIGHT
		otp_remove user=alice|$NO_RIGHT
		otp_forget user=alice|$NO_RIGHT
		otp_import user=alice text=x|$NO_RIGHT
		allowlist_test rhost=192.0.2.7|$NO_RIGHT
		status|result outcome=0
		clock_accept|$NO_RIGHT
		sso_begin service=portal|result outcome=0
		idp_list|result outcome=0
		logout_begin session=SESSION|$NOT_THERE
		logout_receive binding=1 text=x|$DENIED reason=
		reload|$NO_RIGHT
		lockout_list|$NO_RIGHT
		lockout_reset user=alice|$NO_RIGHT
		key_rotate|$NO_RIGHT
		emergency_issue user=alice detail=x|$NO_RIGHT
		emergency_list|$NO_RIGHT
		emergency_revoke user=alice|$NO_RIGHT
		check session=SESSION|$DENIED
		check session=SESSION activity=3 age=0 rhost=192.0.2.7|$DENIED
		check rhost=192.0.2.7|$MALFORMED
		token session=SESSION|$NOT_THERE
		token session=SIGNED_IN|$NOT_THERE
		take session=SESSION label=call|$NO_RIGHT
		take user=alice label=call|$NO_RIGHT
		release session=SESSION label=call|$NO_RIGHT
		holds|$NO_RIGHT
		holds session=SESSION|$NO_RIGHT
		identity|$MALFORMED
		identity session=SESSION|$MALFORMED
		sp_metadata|result outcome=0
		identity_keys|result outcome=0
	END
}

# The verbs that the protocol has, as VERB_NAMEs; those of the table.
verbs_of_protocol() {
	sed -n '/requests of a PAM module/,/\/\* answers \*\//p' lib/protocol.h |
	    grep -oE '^	VERB_[A-Z_]+' | tr -d '\t' | sort
}
verbs_of_table() {
	attempts | sed 's/[ |].*//' | sort -u | while read -r verb; do
		sed -nE "s/^	\{ \"$verb\", (VERB_[A-Z_]+) \},$/\1/p" \
		    tests/pam/session_client.c
	done | sort
}

@test "without a token no verb lets gatehouse-web at anybody's session" {
	needs_root
	diff <(verbs_of_protocol) <(verbs_of_table)
	front_door
	ctl user add alice <<< 'a staple, a battery and a horse'
	session=$(open alice)
	"$BUILD/tests/loader" -c "$GATE/pam.d" -u alice -i rhost=192.0.2.7 \
	    -a "$(response alice | ctl ticket)" portal authenticate
	signed_in=$(ctl session list --all --json | jq -r \
	    '.[] | select(.state == "signed_in") | .id')
	[ -n "$session" ] && [ -n "$signed_in" ]
	ticket=$(response alice | ctl ticket)
	before=$(state)
	[ "$(wc -l <<< "$before")" -ge 3 ]
	tries=0
	while IFS='|' read -r attempt wanted; do
		attempt=${attempt//SESSION/$session}
		attempt=${attempt//SIGNED_IN/$signed_in}
		attempt=${attempt//TICKET/$ticket}
		echo "$attempt"
		# shellcheck disable=SC2086
		got=$(result $attempt)
		case $wanted in
		*=) has "$wanted" "$got" ;;
		result*outcome=0) has "$wanted" "$got" ;;
		*)	# what comes behind is a wait, which this client leaves out
			is "$wanted" "$got" ;;
		esac
		run ! grep -E ' (token|session)=' <<< "$got"
		tries=$((tries + 1))
	done < <(attempts)
	[ "$tries" -gt 60 ]
	is "$before" "$(state)"
	goes_on "$session"
	# the ticket is as good as before: an intruder used up nothing of it
	run -0 "$BUILD/tests/loader" -c "$GATE/pam.d" -u alice \
	    -i rhost=192.0.2.7 -a "$ticket" portal authenticate
}

# gone COMMAND...: denied, and the reason is that there is no such session.
gone() {
	is 'result outcome=1 reason=no_session' "$("$@")"
}

# of FIELD TEXT: what a line has there.
field() {
	grep -oE " $1=[^ ]*" <<< "$2" | cut -d= -f2-
}

@test "what is no token, or is one no more, opens nothing" {
	needs_root
	front_door
	session=$(open alice)
	token=$(token "$session")
	other=$(open alice)
	over=$(token "$other")
	ctl session end "$other"
	replaced=$token
	token=$(token "$session")
	before=$(state)
	random=gs-$(head -c 32 /dev/urandom | basenc --base64url | tr -d =)
	for wrong in "$random" "$over" "$replaced" "$session" '' gs- \
	    "${token%?}" "${token}A" "GS-${token#gs-}" "${token#gs-}" \
	    "xx-${token#gs-}"; do
		for verb in check show list end "end all=1" "end user=alice" \
		    "end session=$session" logout_begin \
		    "logout_begin session=$session" identity; do
			echo "$verb $wrong"
			case $verb:$wrong in
			# both of them, and this verb takes one
			check:*) gone result check "token=$wrong" ;;
			*)
				# shellcheck disable=SC2086
				gone result $verb "token=$wrong" ;;
			esac
		done
	done
	is "$before" "$(state)"
	# a token is no password for what it is not for
	is "$NO_RIGHT" "$(result take token="$token" session="$session" label=x)"
	is "$NO_RIGHT" "$(result user_list token="$token")"
	is "$NOT_THERE" "$(result token token="$token" session="$session")"
	is "$MALFORMED" "$(result token token="$token")"
	is "$before" "$(state)"
}

@test "who shows a token sees and ends his own sessions, and nobody else's" {
	needs_root
	front_door
	first=$(open alice)
	second=$(open alice)
	third=$(open alice)
	bobs=$(open bob)
	webs=$(SERVICE=portal open "$WEB" || true)
	token=$(token "$first")
	run -0 as_web show token="$token"
	is "$first" "$(field session "${lines[0]}")"
	run -0 as_web show token="$token" session="$second"
	is "$second" "$(field session "${lines[0]}")"
	is "$NOT_THERE" "$(result show token="$token" session="$bobs")"
	run -0 as_web list token="$token"
	is "$(printf '%s\n' "$first" "$second" "$third" | sort)" \
	    "$(grep -oP '^row .*?session=\K\S+' <<< "$output" | sort)"
	is "$NO_RIGHT" "$(result list token="$token" user=bob)"
	# ends
	is "$NOT_THERE" "$(result end token="$token" session="$bobs")"
	is "$NO_RIGHT" "$(result end token="$token" user=bob)"
	is "$MALFORMED" "$(result end token="$token" user=alice all=1)"
	is "$NOT_THERE" "$(result logout_begin token="$token" session="$bobs")"
	run -0 as_web end token="$token" session="$second"
	refused_ "$second"
	fourth=$(open alice)
	run -0 as_web end token="$token" all=1
	has 'count=2 ' "$output "
	refused_ "$third"
	refused_ "$fourth"
	goes_on "$first"
	goes_on "$bobs"
	[ -z "$webs" ] || goes_on "$webs"
	# the reason on record is the person's, whoever brought the token
	is user "$(ended "$second")"
	is user "$(ended "$third")"
	run -0 as_web logout_begin token="$token"
	has 'count=1 ' "$output "
	is user "$(ended "$first")"
	gone result logout_begin token="$token"
	again=$(token "$(open alice)")
	run -0 as_web end token="$again"
	gone result check token="$again"
	goes_on "$bobs"
}

refused_() {
	run -1 goes_on "$1"
}

ended() {
	ctl session show "$1" --json | jq -r 'if type == "array" then .[0] else . end | .end_reason'
}

@test "a token brought by root has its user's rights, and no others" {
	front_door
	session=$(open alice)
	bobs=$(open bob)
	token=$(token "$session")
	run -1 ask end token="$token" session="$bobs"
	run -1 ask show token="$token" session="$bobs"
	run -1 ask list token="$token" user=bob
	run -0 ask logout_begin token="$token"
	is user "$(ended "$session")"
	goes_on "$bobs"
}

@test "the address is held against the allowlist with each check" {
	front_door idle limit 1h idle activity request
	session=$(open alice)
	token=$(token "$session")
	run -0 goes_on "$token" rhost=192.0.2.7
	run -0 goes_on "$token" rhost=::ffff:192.0.2.9
	run -0 goes_on "$token" rhost=2001:db8:1::5
	run -0 goes_on "$session" rhost=192.0.2.7
	# from elsewhere nothing is told, neither of this one nor of none
	sleep 1.1
	for from in 198.51.100.1 2001:db8:2::1 ::ffff:198.51.100.1 0.0.0.0 ::; do
		for shown in "$token" gs-none; do
			run -1 goes_on "$shown" rhost=$from activity=1
			is 'result outcome=1 reason=address_not_listed' "$output"
		done
	done
	# and it was no activity
	run -0 goes_on "$token" rhost=192.0.2.7
	[ "$(of idle_left <<< "$output")" -lt 3599000 ]
	# what is no literal
	for from in '' portal.example 192.0.2 192.0.2.7:80 192.0.2.0/24 \
	    '192.0.2.7, 198.51.100.1' '[2001:db8:1::5]'; do
		run -1 goes_on "$token" rhost="$from"
		is "$MALFORMED" "$output"
	done
	# the list is the one in force
	sed -i 's|^allow 192.0.2.0/24.*|allow 192.0.2.8|' "$GATE/allowlist"
	ctl reload
	run -1 goes_on "$token" rhost=192.0.2.7
	is 'result outcome=1 reason=address_not_listed' "$output"
	run -0 goes_on "$token" rhost=192.0.2.8
	run -0 goes_on "$token"
}

@test "gatehouse-web is believed where a person comes from, and what he did" {
	needs_root
	front_door idle limit 1h idle activity navigation
	session=$(open alice)
	token=$(token "$session")
	sleep 1.1
	run -0 as_web check token="$token" rhost=192.0.2.7 activity=1
	[ "$(of idle_left <<< "$output")" -lt 3599000 ]
	run -0 as_web check token="$token" rhost=192.0.2.7 activity=2
	[ "$(of idle_left <<< "$output")" -eq 3600000 ]
	run -1 as_web check token="$token" rhost=198.51.100.1 activity=2
	has reason=address_not_listed "$output"
	# so for a ticket: what is said is looked at
	answer=$(response alice)
	run -1 as_nobody ticket rhost=portal.example text=- <<< "$answer"
	is "$MALFORMED" "$output"
	run -0 as_nobody ticket rhost=192.0.2.7 text=- <<< "$answer"
	has ' user=alice' "$output"
	# and why there is none, but no more of it
	run -1 as_nobody ticket rhost=192.0.2.7 text=- <<< "$answer"
	is 'result outcome=1 reason=replay' "$output"
	# a stranger is believed neither
	gate_set peers web "$(id -un 2)"
	ctl reload
	is "$NO_RIGHT" "$(result check token="$token" rhost=192.0.2.7)"
	is "$NO_RIGHT" "$(result identity token="$token")"
	is "$NO_RIGHT" "$(result sso_begin service=portal)"
	is "$NO_RIGHT" "$(result idp_list)"
	is "$NO_RIGHT" "$(result sp_metadata)"
	is "$NO_RIGHT" "$(result logout_receive binding=1 text=x)"
	run -0 as_web check token="$token"
	answer=$(response alice)
	run -0 as_nobody ticket rhost=portal.example text=- <<< "$answer"
	run -1 as_nobody ticket text=- <<< "$answer"
	is "$DENIED" "$output"
}
