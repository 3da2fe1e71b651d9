#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pam_gatehouse.so alone: what passes between PAM, the person and the daemon.

bats_require_minimum_version 1.5.0
load module.bash

# --- what the daemon is told ---

@test "the whole context goes with the request" {
	daemon result:granted:user=alice
	line auth required
	loader -u alice -i rhost=192.0.2.1 -i tty=pts/3 \
		-e "SSH_CONNECTION=192.0.2.1 22 192.0.2.2 22" \
		-e GATEHOUSE_SESSION=s7 gate authenticate
	heard "login step=0 service=gate user=alice rhost=192.0.2.1 \
tty=pts/3 ssh=192.0.2.1 22 192.0.2.2 22 session=s7"
}

@test "empty items are left out, and the process environment is not read" {
	daemon result:denied
	line auth required
	SSH_CONNECTION="192.0.2.9 1 2 3" GATEHOUSE_SESSION=stolen \
		loader -i rhost= -i tty= gate authenticate
	heard "login step=0 service=gate"
}

# spoken LANGUAGE ARGUMENT...: the daemon is told this language, or none.
spoken() {
	local language=$1
	shift
	: > "$log"
	loader "$@" gate authenticate
	heard "login step=0 service=gate${language:+ language=$language}"
}

@test "the language: of the PAM environment, or of the application's locale" {
	daemon result:denied
	line auth required
	spoken de -e LANG=de
	spoken de_AT -e LANG=de_AT.UTF-8@euro
	spoken ko -e LC_MESSAGES=ko -e LANG=de
	spoken de -e LC_ALL=de -e LC_MESSAGES=ko
	spoken ko_KR -e LANGUAGE=ko_KR:de:en -e LC_ALL=de
	spoken de -e LANGUAGE= -e LC_ALL=C -e LC_MESSAGES=POSIX -e LANG=de
	spoken "" -e LANG=C.UTF-8
	spoken "" -e LANG=../../de -e LC_ALL="de de" -e LANGUAGE=$'de\e[2J'
	spoken "" -e LANG=dededededededede
	spoken dedededededeDE- -e LANG=dedededededeDE-
	# the process's environment may be that of a stranger
	LANG=de LC_ALL=de LANGUAGE=de spoken ""
	localedef -i de_DE -f UTF-8 "$BATS_TEST_TMPDIR/de_DE.UTF-8"
	export LOCPATH=$BATS_TEST_TMPDIR
	spoken de_DE -l de_DE.UTF-8
	spoken ko -l de_DE.UTF-8 -e LANG=ko
	spoken "" -l C
}

@test "what each prompt is for is told to who wants to know, while it is asked" {
	daemon prompt:hidden:authtok:Password prompt:shown:user:login \
		prompt:hidden:code:Code prompt:info:otpauth:otpauth \
		prompt:hidden:code:Again prompt:info:recovery:A-B \
		prompt:error:text:Oh result:granted:user=alice
	line auth required
	loader -e GATEHOUSE_PROMPTS=1 -a a -a alice -a b -a c \
		gate authenticate
	[ "$status" -eq 0 ]
	heard "login step=0 service=gate draws=1"
	[ "$(grep -A 1 '^kind' <<< "$output" | grep -v '^--')" = 'kind: authtok
hidden: Password
kind: user
shown: login
kind: code
hidden: Code
kind: otpauth
info: otpauth
kind: code
hidden: Again
kind: recovery
info: A-B
kind: text
error: Oh' ]
	lacks 'left behind'
}

@test "nothing of it for who does not ask, and nothing stays where it fails" {
	daemon prompt:hidden:authtok:Password result:granted:user=alice
	line auth required
	for asks in '' GATEHOUSE_PROMPTS= GATEHOUSE_PROMPTS=0 \
		GATEHOUSE_PROMPTS=yes; do
		loader ${asks:+-e "$asks"} -a a gate authenticate
		[ "$status" -eq 0 ]
		heard "login step=0 service=gate"
		lacks kind:
	done
	loader -e GATEHOUSE_PROMPTS=1 -x error gate authenticate
	has 'authenticate: 19 '
	lacks 'left behind'
	loader -e GATEHOUSE_PROMPTS=1 -x disobey -a a gate authenticate
	lacks 'left behind'
}

@test "a kind that there is not is nonsense" {
	daemon prompt:hidden:beyond:Password result:granted:user=alice
	line auth required
	loader -a a gate authenticate
	has 'authenticate: 9 '
}

@test "the session is handed from authenticate to open and close" {
	daemon result:granted:user=alice:session=s42 -- result:granted
	for type in auth account session; do
		line $type required
	done
	loader -u alice gate authenticate acct_mgmt open_session close_session
	[ "$status" -eq 0 ]
	has "session: s42"
	heard "account step=0 service=gate user=alice session=s42"
	heard "open step=0 service=gate user=alice session=s42"
	heard "close step=0 service=gate user=alice session=s42"
}

@test "the session whose work it goes on with comes with open alone" {
	daemon result:granted:user=alice:session=s42:previous=s7 -- \
		result:granted:session=s42 -- \
		result:granted:session=s42:previous=s41 -- \
		result:denied:previous=s40 -- result:granted
	line auth required
	line session required
	loader -u alice -e GATEHOUSE_PREVIOUS_SESSION=forged gate authenticate
	has "previous: forged"
	loader -u alice -e GATEHOUSE_PREVIOUS_SESSION=forged gate open_session
	lacks previous:
	loader -u alice -e GATEHOUSE_PREVIOUS_SESSION=forged gate open_session
	has "previous: s41"
	loader -u alice -e GATEHOUSE_PREVIOUS_SESSION=forged gate open_session
	has "open_session: 14"
	lacks previous:
	undaemon
	loader -u alice -e GATEHOUSE_PREVIOUS_SESSION=forged gate open_session
	has "open_session: 14"
	lacks previous:
}

@test "a detached session is opened as one" {
	daemon result:granted:session=s42
	line session required detached
	loader -u alice gate open_session
	heard "open step=0 service=gate user=alice detached=1"
	loader -u alice gate close_session
	heard "close step=0 service=gate user=alice"
}

@test "a session id that is none fails closed" {
	long=$(printf '%0200d' 0)
	daemon "result:granted:user=alice:session=$long"
	line auth required
	loader -u alice gate authenticate
	has "authenticate: 4 System error"
	has "session: "
	lacks 0000
}

@test "no session and no user are taken from a refusal" {
	daemon result:denied:user=alice:session=s42
	line auth required
	loader gate authenticate
	[ "$status" -eq 1 ]
	lacks alice
	lacks s42
}

# --- users ---

@test "an application without a user gets the one who signed in" {
	daemon prompt:hidden:authtok:Token: result:granted:user=alice
	line auth required
	loader -a token gate authenticate
	[ "$status" -eq 0 ]
	has "user: alice"
	lacks shown:
	heard "login step=0 service=gate"
}

@test "a user is asked for when the daemon wants one" {
	daemon prompt:shown:user:Name: prompt:hidden:authtok:Password: \
		result:granted:user=bob
	line auth required
	loader -a bob -a secret gate authenticate
	[ "$status" -eq 0 ]
	has "shown: Name:"
	has "user: bob"
	heard "answer text=bob"
}

@test "another user than asked for is not let in" {
	daemon result:granted:user=root:session=s42
	line auth required
	loader -u alice gate authenticate
	[ "$status" -eq 1 ]
	has "authenticate: 9 "
	has "it let in another user than asked for"
	has "user: alice"
	lacks s42
}

@test "nobody is not let in, but may come from a good address" {
	daemon result:granted:user= -- result:granted
	line auth required
	for name in empty none; do
		loader gate authenticate
		echo "name: $name"
		has "authenticate: 9 "
		has "it let in nobody in particular"
	done
	rm "$confdir/gate"
	line auth required allowlist
	loader gate authenticate
	has "authenticate: 0 "
}

# --- the conversation ---

@test "prompts are relayed in their style" {
	daemon prompt:hidden:authtok:Password: prompt:shown:code:Code: \
		prompt:info:text:Welcome prompt:error:text:Beware \
		result:granted:user=alice
	line auth required
	loader -u alice -a secret -a 123456 gate authenticate
	[ "$status" -eq 0 ]
	has "hidden: Password:"
	has "shown: Code:"
	has "info: Welcome"
	has "error: Beware"
	heard "answer text=secret"
	heard "answer text=123456"
	[ "$(grep -c '^answer text=$' "$log")" -eq 2 ]
}

@test "PAM_SILENT hides messages but not prompts" {
	daemon prompt:info:text:Welcome prompt:error:text:Beware \
		prompt:hidden:authtok:Password: result:granted:user=alice
	line auth required
	loader -q -u alice -a secret gate authenticate
	[ "$status" -eq 0 ]
	lacks Welcome
	lacks Beware
	has "hidden: Password:"
}

@test "an application that does not answer fails the login" {
	daemon prompt:hidden:authtok:Password: result:granted:user=alice
	line auth required
	for fault in error empty null disobey; do
		loader -x $fault -u alice -a secret gate authenticate
		echo "fault: $fault"
		[ "$status" -eq 1 ]
		has "authenticate: 19 Conversation error"
	done
	run -1 grep '^answer' "$log"
}

@test "an answer may be as long as a Response, not longer" {
	daemon prompt:hidden:authtok:Token: result:granted:user=alice
	line auth required
	head -c $((1536 * 1024)) /dev/zero | tr '\0' A >"$BATS_TEST_TMPDIR/A"
	loader -u alice -A "$BATS_TEST_TMPDIR/A" gate authenticate
	[ "$status" -eq 0 ]
	heard "answer text=(1572864 bytes)"
	echo -n A >>"$BATS_TEST_TMPDIR/A"
	loader -u alice -A "$BATS_TEST_TMPDIR/A" gate authenticate
	has "authenticate: 19 Conversation error"
	has "longer than 1572864 bytes"
	[ "$(grep -c '^answer' "$log")" -eq 1 ]
}

# --- passwords for the lines that follow ---

@test "what is no token is there for the next line, once" {
	daemon prompt:hidden:authtok:Token: result:not_token -- \
		prompt:hidden:authtok:Password: \
		prompt:hidden:authtok:Again: result:granted:user=alice
	line auth "[default=ignore]" sso
	line auth required password
	loader -u alice -a first -a second gate authenticate
	[ "$status" -eq 0 ]
	has "hidden: Token:"
	lacks "hidden: Password:"
	has "hidden: Again:"
	[ "$(grep -c '^answer text=first$' "$log")" -eq 2 ]
	heard "answer text=second"
}

@test "a token, a code and a refused password are not left behind" {
	daemon prompt:hidden:authtok:Token: result:denied -- \
		prompt:hidden:authtok:Token: result:granted:user=alice -- \
		prompt:hidden:code:Code: result:not_token -- \
		prompt:hidden:authtok:Password: result:granted:user=alice
	for step in sso sso otp password; do
		line auth "[default=ignore success=ok]" $step
	done
	loader -u alice -a one -a two -a three -a four gate authenticate
	has "hidden: Password:"
	heard "answer text=four"
}

@test "a password change runs in two passes" {
	daemon prompt:hidden:oldauthtok:Old: result:granted:user=alice -- \
		prompt:hidden:oldauthtok:Old-again: \
		prompt:hidden:newauthtok:New: prompt:hidden:newauthtok:Retype: \
		result:granted:user=alice
	line password required
	loader -u alice -a old -a new -a new gate chauthtok
	[ "$status" -eq 0 ]
	passes=$(grep '^chauthtok' "$log")
	[ "$passes" = "chauthtok step=0 service=gate user=alice preliminary=1 \
expired_only=0
chauthtok step=0 service=gate user=alice preliminary=0 expired_only=0" ]
	# The second pass has the old one from the first.
	lacks Old-again
	[ "$(grep -c '^answer text=old$' "$log")" -eq 2 ]
}

@test "a change of expired passwords only is told" {
	daemon result:granted
	line password required
	loader -E -u alice gate chauthtok
	[ "$status" -eq 0 ]
	[ "$(grep -c 'expired_only=1$' "$log")" -eq 2 ]
}

@test "a new password is there for the lines that follow" {
	daemon result:granted -- result:granted -- \
		prompt:hidden:newauthtok:New: prompt:hidden:newauthtok:Retype: \
		result:granted -- \
		prompt:hidden:newauthtok:Next: prompt:hidden:newauthtok:Same: \
		prompt:hidden:newauthtok:Other: result:granted
	line password required
	line password required
	loader -u alice -a new -a new -a other gate chauthtok
	[ "$status" -eq 0 ]
	lacks "hidden: Next:"
	lacks "hidden: Same:"
	has "hidden: Other:"
	[ "$(grep -c '^answer text=new$' "$log")" -eq 4 ]
}

@test "a password that was not taken is not left behind" {
	daemon result:granted -- result:granted -- \
		prompt:hidden:newauthtok:New: result:try_again -- \
		prompt:hidden:newauthtok:Next: result:granted
	line password optional
	line password required
	loader -u alice -a weak -a strong gate chauthtok
	has "hidden: Next:"
	heard "answer text=strong"
}

@test "what was refused is not left for the lines that store" {
	daemon result:granted -- result:granted -- result:granted -- \
		prompt:hidden:newauthtok:New: result:granted -- \
		prompt:hidden:newauthtok:Check: result:try_again -- \
		prompt:hidden:newauthtok:Record: result:granted
	line password required
	line password required check
	line password required record
	loader -u alice -a weak gate chauthtok
	[ "$status" -eq 1 ]
	heard "chauthtok step=6 service=gate user=alice preliminary=0 \
expired_only=0"
	[ "$(grep -c '^answer text=weak$' "$log")" -eq 2 ]
	[ "$(grep -c '^answer' "$log")" -eq 2 ]
}

@test "neither is it where the daemon is gone in the second pass" {
	daemon result:granted -- result:granted -- \
		prompt:hidden:newauthtok:New: result:granted -- close -- \
		prompt:hidden:newauthtok:Record: result:granted
	line password required
	line password required check
	line password required record
	loader -u alice -a good gate chauthtok
	[ "$status" -eq 1 ]
	[ "$(grep -c '^answer' "$log")" -le 1 ]
}

@test "record asks the person nothing" {
	daemon result:granted -- prompt:hidden:newauthtok:New: result:granted
	line password required record
	loader -u alice -a new gate chauthtok
	[ "$status" -eq 1 ]
	has "chauthtok: 20 "
	lacks "New:"
	[ "$(grep -c '^answer' "$log")" -eq 0 ]
}
