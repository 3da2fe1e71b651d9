/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Our policy beside pam_pwquality, on passwords made at random from what people
 * make them from: the same verdict, or a difference that stands in one of the
 * two tables below with its reason, which must be true of the password. Same
 * rules on both sides: 14 characters, 3 kinds, 3 repeats, sequences of 3, 8 of
 * one kind, user and real name, dictionary.
 */
#include <security/pam_appl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/file.h"
#include "password/policy.h"
#include "tests/unit/scratch.h"

#define PASSWORDS 10000

/* There is nobody else of whom it is known that he is there. */
#define USER      "daemon"
#define REAL_NAME "daemon"

static const struct password_policy policy = { .min_length = 14,
	.min_kinds = 3,
	.max_repeat = 3,
	.max_sequence = 3,
	.max_kind_run = 8,
	.dictionary = 1 };
static const struct password_person person = { .user = USER,
	.real_name = REAL_NAME };
static const char options[] = "enforce_for_root retry=1 minlen=14 minclass=3 "
			      "maxrepeat=3 maxsequence=3 maxclassrepeat=8 "
			      "dcredit=0 ucredit=0 lcredit=0 ocredit=0 "
			      "gecoscheck=1 difok=1";

static int
has_wide(const char *password)
{
	for (; *password != '\0'; password++)
		if ((unsigned char)*password >= 0x80)
			return 1;
	return 0;
}

/* More bytes in a row than it allows, each the next of the one before. */
static int
has_row_of_bytes(const char *password)
{
	int up = 1, down = 1;

	for (; *password != '\0'; password++) {
		up = password[1] == password[0] + 1 ? up + 1 : 1;
		down = password[1] == password[0] - 1 ? down + 1 : 1;
		if (up > 3 || down > 3)
			return 1;
	}
	return 0;
}

static int
has_no_row_of_bytes(const char *password)
{
	return !has_row_of_bytes(password);
}

static int
hides_name(const char *password)
{
	return strcasestr(password, "daemon") == NULL &&
	    strcasestr(password, "nomead") == NULL;
}

/* We refuse, and it does not. */
static struct {
	enum password_fault_id fault;
	const char *why;
	int (*holds)(const char *password);
	int count;
} stricter[] = {
	{ FAULT_TOO_SHORT,
	    "we count characters; it counts bytes, of which a character "
	    "outside of ASCII has two to four",
	    has_wide, 0 },
	{ FAULT_SEQUENCE,
	    "we know neighbours on keyboards, and rows in mixed case; it knows "
	    "rows of bytes",
	    has_no_row_of_bytes, 0 },
	{ FAULT_HOLDS_USER,
	    "we know names with digits and signs for letters; it does not",
	    hides_name, 0 },
	{ FAULT_FEW_KINDS,
	    "we know the case of letters outside of ASCII; to it all bytes of "
	    "theirs are signs",
	    has_wide, 0 },
	{ FAULT_KIND_RUN, "the same of rows of letters", has_wide, 0 },
};

/* It refuses, and we do not: by what it says. */
static struct {
	const char *says;
	const char *why;
	int (*holds)(const char *password);
	int count;
} laxer[] = {
	{ "contains less than",
	    "it does not know letters outside of ASCII by their case", has_wide,
	    0 },
	{ "characters of the same class consecutively",
	    "a letter outside of ASCII is several bytes, and all of them signs "
	    "to it",
	    has_wide, 0 },
	{ "monotonic sequence longer than",
	    "it takes signs, and a sign and a letter, for neighbours that are "
	    "so by their numbers only, such as \"./0\" or \"@AB\"",
	    has_row_of_bytes, 0 },
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

/* What pam_pwquality is answered, and what it says. */
struct dialogue {
	const char *password;
	char said[512];
};

static int
answer(int count, const struct pam_message **messages,
    struct pam_response **responses, void *data)
{
	struct dialogue *dialogue = data;
	int i;

	*responses = calloc((size_t)count, sizeof(**responses));
	for (i = 0; i < count; i++)
		if (messages[i]->msg_style == PAM_PROMPT_ECHO_OFF)
			(*responses)[i].resp = strdup(dialogue->password);
		else
			snprintf(dialogue->said, sizeof(dialogue->said), "%s",
			    messages[i]->msg);
	return PAM_SUCCESS;
}

/* Nonzero if pam_pwquality takes it. */
static int
peer_takes(struct dialogue *dialogue, const char *password)
{
	const struct pam_conv conv = { answer, dialogue };
	pam_handle_t *handle = NULL;
	int r;

	dialogue->password = password;
	dialogue->said[0] = '\0';
	assert_int_equal(
	    pam_start_confdir("peer", USER, &conv, scratch, &handle),
	    PAM_SUCCESS);
	r = pam_chauthtok(handle, 0);
	pam_end(handle, r);
	assert_true(r == PAM_SUCCESS || dialogue->said[0] != '\0');
	return r == PAM_SUCCESS;
}

/* A random one of the pieces that people's passwords are made of. */
static void
make(char *password, size_t size)
{
	static const char *const pieces[] = { "summer", "Summer", "password",
		"P4ssw0rd", "letmein", "qwerty", "QWErt", "asdf", "abc", "ABCd",
		"123", "1234", "2025", "987", "!", "!!", "$$$$", "aaaa", "aaa",
		"daemon", "D43mon", "nomead", "correct", "horse", "battery",
		"Staple", " ", "-", "_", ".", "./0", "@AB", "Zq8", "x7L", "mV2",
		"k#9", "Tr0ub4dor", "\xc3\xa4\xc3\xb6\xc3\xbc", "\xc3\x84pfel",
		"\xed\x95\x9c\xea\xb8\x80",
		"stra\xc3\x9f"
		"e",
		"e", "Q", "7", "?", "wj", "Hb" };
	size_t used = 0;
	int n = rand() % 7 + 1;

	password[0] = '\0';
	while (n-- > 0 && used < size)
		used += (size_t)snprintf(password + used, size - used, "%s",
		    pieces[(size_t)rand() % COUNT(pieces)]);
}

static void
fail_on(const char *password, const struct password_judgement *judgement,
    const char *said)
{
	char text[2048];

	password_judgement_text(judgement, NULL, text, sizeof(text));
	fail_msg("\"%s\": we say \"%s\", pam_pwquality says \"%s\"", password,
	    text, said);
}

static void
explain_stricter(
    const char *password, const struct password_judgement *judgement)
{
	size_t i, j;

	for (i = 0; i < COUNT(stricter); i++)
		for (j = 0; j < judgement->count; j++)
			if (judgement->faults[j].id == stricter[i].fault &&
			    stricter[i].holds(password)) {
				stricter[i].count++;
				return;
			}
	fail_on(password, judgement, "it is good");
}

static void
explain_laxer(const char *password, const struct password_judgement *judgement,
    const char *said)
{
	size_t i;

	for (i = 0; i < COUNT(laxer); i++)
		if (strstr(said, laxer[i].says) != NULL &&
		    laxer[i].holds(password)) {
			laxer[i].count++;
			return;
		}
	fail_on(password, judgement, said);
}

static void
agrees_with_pam_pwquality(void **state)
{
	struct password_judgement judgement;
	struct dialogue dialogue;
	char password[256], line[512];
	int n, ours, same = 0, taken = 0;
	size_t i;

	(void)state;
	/* what it reads of its own, and no file of the machine */
	n = snprintf(line, sizeof(line),
	    "password requisite pam_pwquality.so %s\n"
	    "password required pam_permit.so\n",
	    options);
	assert_int_equal(
	    file_replace(scratch_path("peer"), 0644, line, (size_t)n), 0);
	srand(4);
	for (n = 0; n < PASSWORDS; n++) {
		make(password, sizeof(password));
		ours = password_judge(&policy, &person, password, &judgement);
		assert_true(ours == 0 || ours == GATE_EREFUSED);
		taken += ours == 0;
		if (peer_takes(&dialogue, password) == (ours == 0))
			same++;
		else if (ours != 0)
			explain_stricter(password, &judgement);
		else
			explain_laxer(password, &judgement, dialogue.said);
	}
	print_message(
	    "%d of %d judged alike, %d taken by us\n", same, PASSWORDS, taken);
	for (i = 0; i < COUNT(stricter); i++) {
		assert_true(stricter[i].count > 0);
		print_message("%5d refused by us only (%s): %s\n",
		    stricter[i].count, fault_word(stricter[i].fault),
		    stricter[i].why);
	}
	for (i = 0; i < COUNT(laxer); i++) {
		assert_true(laxer[i].count > 0);
		print_message("%5d taken by us only (\"%s\"): %s\n",
		    laxer[i].count, laxer[i].says, laxer[i].why);
	}
	/* it says something only if both verdicts come up often */
	assert_true(taken > PASSWORDS / 20 && taken < PASSWORDS * 19 / 20);
	assert_true(same > PASSWORDS * 9 / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    agrees_with_pam_pwquality, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("pwquality", tests, NULL, NULL);
}
