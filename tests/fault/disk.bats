#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-3.0-or-later
#
# No space, no write access, or a store that cannot be trusted: nobody is let
# in, nothing is damaged, and service returns with the space.

bats_require_minimum_version 1.5.0
load fault.bash

teardown() {
	gate_stop KILL
	! mountpoint -q "$GATE/disk" || umount "$GATE/disk"
}

# small_disk: the store is on a file system of its own, of 2 MB.
small_disk() {
	needs_root 'mounts a file system'
	mkdir -m 700 "$GATE/disk"
	mount -t tmpfs -o size=2m,mode=700 tmpfs "$GATE/disk" ||
	    skip 'root may not mount here'
	gate_set store path "$GATE/disk/gate.db"
}

needs_root() {
	[ "$EUID" -eq 0 ] || skip "needs root: $1"
}

# ceiling BYTES: no file of the daemon's grows beyond. (It blocks all signals,
# SIGXFSZ too: a write beyond fails with EFBIG.)
ceiling() {
	prlimit --pid "$GATE_PID" --fsize="$1":unlimited
}

# whole: the store is, as a reader of its own finds it.
whole() {
	rm -rf "$BATS_TEST_TMPDIR/copy"
	mkdir "$BATS_TEST_TMPDIR/copy"
	cp "$(dirname "$STORE")"/gate.db* "$BATS_TEST_TMPDIR/copy"
	[ "$(sqlite3 "$BATS_TEST_TMPDIR/copy/gate.db" \
	    'PRAGMA integrity_check')" = ok ]
}

# full_and_free FILL FREE: refused while there is no space, and let in with the
# very same proofs by the same process when there is.
full_and_free() {
	local response ticket code
	STORE=$(sed -n 's/^path = //p' "$GATE/gatehouse.conf")
	ctl user add bob <<< "$SECRET"
	code=$(otp_code "$(ctl otp enroll --no-confirm bob)")
	response=$(sso alice)
	ticket=$(ctl ticket <<< "$(sso carol)")
	is_in dave "$(sso dave)"

	$1
	is_refused store_full 9 alice "$response"
	is_refused store_full 9 carol "$ticket"
	is_refused store_full 9 bob "$SECRET" "$code"
	run ctl ticket <<< "$response"
	[ "$status" -eq 1 ]
	whole

	$2
	is_in alice "$response"
	is_in carol "$ticket"
	is_in bob "$SECRET" "$code"
	is_refused replay 7 alice "$response"
	whole
	# and no more: what was refused has left nothing behind
	[ "$(ctl session list --all --json | jq length)" -eq 4 ]
}

# The write-ahead log cannot grow; no other file is as large yet.
limit() {
	local size
	size=$(stat -c %s "$STORE-wal")
	[ "$size" -gt $(($(stat -c %s "$GATE/audit.log") + 65536)) ]
	ceiling "$size"
}

unlimit() {
	ceiling unlimited
}

@test "files cannot grow: refused, and in again when they can" {
	gate_start
	full_and_free limit unlimit
}

fill() {
	head -c 64M /dev/zero > "$GATE/disk/filler" 2> /dev/null || true
	[ "$(df --output=avail "$GATE/disk" | tail -1)" -eq 0 ]
}

empty() {
	rm "$GATE/disk/filler"
}

@test "the disk is full: refused, and in again when it is not" {
	small_disk
	gate_start
	full_and_free fill empty
}

@test "a full disk at the start: does not start, and does later" {
	small_disk
	fill
	does_not_start "$GATE/disk/gate.db"
	empty
	gate_start
	is_in alice "$(sso alice)"
}

@test "a file system that is mounted read-only: does not start" {
	small_disk
	gate_start
	is_in alice "$(sso alice)"
	gate_stop
	mount -o remount,ro "$GATE/disk"
	does_not_start 'Read-only file system'
	mount -o remount,rw "$GATE/disk"
	gate_start
	is_in alice "$(sso alice)"
}

@test "a file that is write-protected: does not start" {
	[ "$EUID" -ne 0 ] || skip 'root may write to it all the same'
	gate_start
	is_in alice "$(sso alice)"
	gate_stop
	chmod 400 "$GATE/gate.db"
	does_not_start 'read-only'
	chmod 600 "$GATE/gate.db"
	gate_start
	is_in alice "$(sso alice)"
}

# --- a store that cannot be trusted ---

# made_store: there is one, with a session in it.
made_store() {
	gate_start
	is_in alice "$(sso alice)"
	gate_stop
}

# distrusted SENTENCE: the daemon does not start, and leaves the store alone.
distrusted() {
	local before
	before=$(stat -Lc '%a %u %s %Y' "$GATE/gate.db")
	does_not_start "$1"
	[ "$(stat -Lc '%a %u %s %Y' "$GATE/gate.db")" = "$before" ]
}

@test "a store that others may read: does not start" {
	made_store
	chmod 644 "$GATE/gate.db"
	distrusted 'chmod 600'
	chmod 600 "$GATE/gate.db"
	gate_start
}

@test "a store of another user's: does not start" {
	needs_root 'gives a file away'
	made_store
	chown 65534 "$GATE/gate.db"
	distrusted 'owned by uid 65534'
}

@test "a store that is a symbolic link: does not start" {
	made_store
	mv "$GATE/gate.db" "$GATE/elsewhere"
	ln -s elsewhere "$GATE/gate.db"
	distrusted 'symbolic link'
}

@test "a store of a newer version: does not start" {
	made_store
	sqlite3 "$GATE/gate.db" 'PRAGMA user_version = 99'
	distrusted 'schema version 99'
}

@test "a database of another program's: does not start" {
	sqlite3 "$GATE/gate.db" 'CREATE TABLE recipes (name TEXT)'
	chmod 600 "$GATE/gate.db"
	distrusted 'another program'
}

@test "a store that is no database: does not start" {
	head -c 8192 /dev/urandom > "$GATE/gate.db"
	chmod 600 "$GATE/gate.db"
	distrusted 'not a database'
}

@test "a master key that is missing: not replaced by another" {
	gate_start
	ctl user add bob <<< "$SECRET"
	ctl otp enroll --no-confirm bob
	gate_stop
	mv "$GATE/master.key" "$GATE/away"
	does_not_start 'put it back'
	[ ! -e "$GATE/master.key" ]
	mv "$GATE/away" "$GATE/master.key"
	gate_start
}

# --- the audit log ---

# padded: a log that is larger than all other files will be, so that a ceiling
# meets no other file.
padded() {
	printf '{"padding":"%0300000d"}\n' 0 > "$GATE/audit.log"
}

lines() {
	wc -l < "$GATE/audit.log"
}

@test "no space for the log: logins go on, and the loss is told" {
	padded
	gate_start
	ceiling "$(stat -c %s "$GATE/audit.log")"
	is_in alice "$(sso alice)"
	grep -q 'audit log cannot be written: File too large' "$GATE/daemon.log"
	[ "$(lines)" -eq 1 ]
	ceiling unlimited
	is_in bob "$(sso bob)"
	[ "$(decision user)" = bob ]
	[ "$(jq -rs 'map(.verb // "padding") | join(" ")' "$GATE/audit.log")" \
	    = 'padding login account open' ]
}

@test "space for half a line of the log: it does not run into the next" {
	padded
	gate_start
	ceiling $(($(stat -c %s "$GATE/audit.log") + 20))
	HOOKS=authenticate run sign_in alice "$(sso alice)"
	[ "$status" -eq 0 ]
	grep -q 'audit log cannot be written' "$GATE/daemon.log"
	[ "$(tail -c +"$((300000 + 15))" "$GATE/audit.log" | wc -c)" -le 21 ]
	ceiling unlimited
	HOOKS=authenticate run sign_in bob "$(sso bob)"
	[ "$status" -eq 0 ]
	[ "$(lines)" -eq 3 ]
	[ "$(decision user)" = bob ]
	run ! jq . <<< "$(sed -n 2p "$GATE/audit.log")"
}
