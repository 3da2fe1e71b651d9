#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# pam_gatehouse.so alone: what it is built of, its arguments, many at once.

bats_require_minimum_version 1.5.0
load module.bash

# --- what it is built of ---

@test "exports the six hooks and nothing else" {
	run -0 nm -D --defined-only "$module"
	names=$(awk '{ print $3 }' <<<"$output" | sort | tr '\n' ' ')
	echo "$names"
	[ "$names" = "pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok \
pam_sm_close_session pam_sm_open_session pam_sm_setcred " ]
}

@test "needs libpam and libc only" {
	run -0 readelf -d "$module"
	needed=$(sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' <<<"$output" | sort |
		tr '\n' ' ')
	echo "$needed"
	[ "$needed" = "libc.so.6 libpam.so.0 " ]
}

@test "stays mapped, is bound at once and made read-only" {
	run -0 readelf -d "$module"
	has NODELETE
	has BIND_NOW
	run -0 readelf -lW "$module"
	has GNU_RELRO
}

@test "has no variable that can change" {
	# The compiler's own start-up code has two.
	run -0 objdump -t "$module"
	variables=$(awk '$0 ~ / \.(data|bss|tdata|tbss)\t/ { print $NF }' \
		<<<"$output" |
		grep -vx -e completed.0 -e __dso_handle -e __TMC_END__ \
			-e .data -e .bss || :)
	echo "$variables"
	[ -z "$variables" ]
	has completed.0
}

@test "calls nothing that is shared with the application" {
	run -0 nm -D --undefined-only "$module"
	has pam_get_item
	for name in openlog syslog closelog signal sigaction getenv setenv \
		strtok strerror getpwnam localtime exit pam_set_data; do
		run -1 grep -E " $name(@|$)" <(nm -D "$module")
	done
}

# --- arguments ---

# refused ARGUMENTS TEXT: the line fails and the log says TEXT.
refused() {
	rm -f "$confdir/gate"
	echo "auth required $module socket=$socket $1" >"$confdir/gate"
	loader -u alice -a secret gate authenticate
	echo "with: $1"
	[ "$status" -eq 1 ]
	has "authenticate: 3 Error in service module"
	has "$2"
	lacks hidden:
}

@test "an argument that is not understood fails closed" {
	daemon prompt:hidden:authtok:Password: result:granted:user=alice
	refused bogus 'unknown argument "bogus"'
	refused Debug 'unknown argument "Debug"'
	refused debug=1 'bad argument "debug=1"'
	refused enroll=1 'bad argument "enroll=1"'
	refused enroll 'the argument "enroll" is for a line with the keyword'
	refused detached=1 'bad argument "detached=1"'
	refused detached 'the argument "detached" is for a line of the type'
	refused nullok 'unknown argument "nullok"'
	refused timeout 'unknown argument "timeout"'
	refused socket=gate.sock 'bad argument "socket=gate.sock"'
	refused socket= 'bad argument "socket="'
	for value in "" 0 61 100 -1 +1 1s 0x1 " "; do
		refused "timeout=$value" "bad argument \"timeout=${value% }\""
	done
	refused "sso otp" 'second keyword, "otp"'
	refused "sso sso" 'second keyword, "sso"'
	[ ! -s "$log" ]
}

@test "the same in every hook that decides" {
	daemon result:granted:user=alice
	for type in auth account password session; do
		line $type required bogus
	done
	loader -u alice gate authenticate acct_mgmt chauthtok open_session \
		close_session
	for hook in authenticate acct_mgmt chauthtok open_session \
		close_session; do
		has "$hook: 3 Error in service module"
	done
	[ ! -s "$log" ]
}

@test "keywords belong to lines that know them" {
	daemon result:granted:user=alice
	line account required otp
	line account required record
	line auth required check
	line session required allowlist
	line password required sso
	loader -u alice gate acct_mgmt open_session close_session chauthtok
	has "acct_mgmt: 3 Error in service module"
	has "open_session: 3 Error in service module"
	has "close_session: 3 Error in service module"
	has "chauthtok: 3 Error in service module"
	has 'the keyword "allowlist" has no meaning on a line of this type'
	[ ! -s "$log" ]
}

@test "each keyword asks for its step" {
	daemon result:granted:user=alice
	line auth required
	line auth required allowlist
	line auth required sso debug
	line auth required password timeout=60
	line auth required otp
	line account required allowlist
	loader -u alice gate authenticate acct_mgmt
	[ "$status" -eq 0 ]
	for step in 0 1 2 3 4; do
		heard "login step=$step service=gate user=alice"
	done
	heard "account step=1 service=gate user=alice"
}

@test "debug says what each hook gave, and is silent otherwise" {
	daemon result:denied
	line auth required debug
	line account required
	run env LD_PRELOAD=libpam_wrapper.so PAM_WRAPPER=1 \
		PAM_WRAPPER_SERVICE_DIR="$confdir" PAM_WRAPPER_DEBUGLEVEL=2 \
		"$build/tests/loader" -u alice gate authenticate acct_mgmt
	has "authenticate: Authentication failure"
	lacks "SYSLOG(7): acct_mgmt"
}

# --- many ---

@test "loaded, used and unloaded three times in one process" {
	daemon prompt:hidden:authtok:Password: \
		result:granted:user=alice:session=s1
	line auth required
	loader -n 3 -u alice -a secret gate authenticate
	[ "$status" -eq 0 ]
	[ "$(grep -c '^authenticate: 0 Success' <<<"$output")" -eq 3 ]
	[ "$(grep -c '^login' "$log")" -eq 3 ]
}

@test "two threads at once" {
	daemon prompt:hidden:authtok:Password: result:granted:user=alice
	line auth required
	line account required
	# pam_wrapper is not made for threads.
	run "$build/tests/loader" -c "$confdir" -t 2 -n 20 -u alice -a secret \
		-a secret gate authenticate acct_mgmt
	[ "$status" -eq 0 ]
	[ "$(grep -c ': authenticate: 0 Success' <<<"$output")" -eq 40 ]
	[ "$(grep -c '^login' "$log")" -eq 40 ]
}
