/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_POLICY_H
#define PASSWORD_POLICY_H

#include <stddef.h>

#include "lib/catalogue.h"
#include "password/blocklist.h"
#include "password/breached.h"
#include "password/fault.h"

/*
 * What a new password must be like. Lengths are in characters, not bytes; a 0
 * or a NULL switches its rule off. More than PASSWORD_MAX bytes are never
 * taken: crypt(3) takes no more, and to hash longer ones first would give
 * verifiers that no other program can check.
 */
struct password_policy {
	size_t min_length;
	size_t max_length;
	size_t min_letters; /* with or without a case */
	size_t min_lower;
	size_t min_upper;
	size_t min_digits;
	size_t min_others;   /* neither letters nor digits, or without a case */
	size_t min_kinds;    /* of these four */
	size_t max_repeat;   /* the same character in a row */
	size_t max_sequence; /* neighbours in a row: abc, 321, qwe */
	size_t max_kind_run; /* characters of one kind in a row */
	size_t min_changed;  /* characters that differ from the old one */
	int dictionary;      /* whether cracklib is asked */
	const char *words;   /* not to be held, blank-separated */
	const struct blocklist *blocklist;
	const struct breached *breached;
};

/* Whose it is to be. Each may be NULL: not known. */
struct password_person {
	const char *user;
	const char *real_name; /* or the whole GECOS field */
	const char *host;      /* of this machine, with its domain or without */
	const char *service;   /* of PAM */
	const char *old;       /* the current password, just typed and proved */
};

/* What was found. No fault is there twice. */
struct password_judgement {
	struct password_fault faults[FAULT_IDS];
	size_t count;
	int strength; /* 0 to 100; of a password with faults it is 0 */
};

/*
 * Judges a new password (UTF-8) by all the rules, not up to the first that it
 * breaks. 0, or GATE_EREFUSED and its faults; or GATE_EIO, GATE_ENOMEM where
 * it could not be judged: it is not to be taken then. History and age, which
 * need the store, have files of their own; password_fault_add adds theirs.
 */
int password_judge(const struct password_policy *policy,
    const struct password_person *person, const char *password,
    struct password_judgement *judgement);

/* Adds a fault; more of one kind than one are not kept. */
void password_fault_add(struct password_judgement *judgement,
    enum password_fault_id id, size_t has, size_t needs, const char *word);

/*
 * All faults as sentences, a blank between them, in a catalogue's language
 * (NULL: English); cut where there is no room, always ended.
 */
void password_judgement_text(const struct password_judgement *judgement,
    const struct catalogue *catalogue, char *text, size_t size);

/* "Strength: 80 of 100.", for somebody whose password was taken. */
void password_strength_text(const struct password_judgement *judgement,
    const struct catalogue *catalogue, char *text, size_t size);

#endif
