/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/command.h"

#include <string.h>

#include "gatehousectl/say.h"
#include "lib/error.h"

static const struct command commands[] = {
	{ "ticket", NULL, "[--address ADDRESS] < RESPONSE", 0, 0,
	    OPTION_ADDRESS, ticket, "exchange a SAML Response for a ticket" },
	{ "sso", "start",
	    "[--service NAME] [--idp ID] [--force] [--passive] [--post]", 0, 0,
	    OPTION_SERVICE | OPTION_IDP | OPTION_FORCE | OPTION_PASSIVE |
		OPTION_POST,
	    sso_start, "ask an IdP to sign somebody in: print the URL" },
	{ "sso", "check",
	    "[--explain] [--in-response-to ID | --any-request] [--idp ID]\n"
	    "            [--address ADDRESS] [--now EPOCH] RESPONSE",
	    1, 1,
	    OPTION_EXPLAIN | OPTION_IN_RESPONSE_TO | OPTION_ANY_REQUEST |
		OPTION_IDP | OPTION_ADDRESS | OPTION_NOW,
	    sso_check, "verify a Response (file or -) offline" },
	{ "sp", "metadata", "[--signed]", 0, 0, OPTION_SIGNED, sp_metadata,
	    "print our metadata, for IdPs" },
	{ "idp", "list", "", 0, 0, 0, idp_list, "list the IdPs" },
	{ "config", "check", "", 0, 0, 0, config_check,
	    "show every error of the configuration" },
	{ "config", "show", "", 0, 0, 0, config_show,
	    "show the values in force" },
	{ "config", "keys", "", 0, 0, 0, config_list_keys,
	    "show every key there is" },
	{ "session", "list",
	    "[--user NAME] [--service NAME] [--address ADDRESS]\n"
	    "               [--state STATE] [--held] [--all]",
	    0, 0,
	    OPTION_USER | OPTION_SERVICE | OPTION_ADDRESS | OPTION_STATE |
		OPTION_HELD | OPTION_ALL,
	    session_list, "list sessions; --all: ended ones too" },
	{ "session", "show", "ID", 1, 1, 0, session_show,
	    "show all that is on record of one" },
	{ "session", "watch",
	    "[--user NAME] [--service NAME] [--address ADDRESS]\n"
	    "                [--held] [--interval TIME] [--once]",
	    0, 0,
	    OPTION_USER | OPTION_SERVICE | OPTION_ADDRESS | OPTION_HELD |
		OPTION_INTERVAL | OPTION_ONCE,
	    session_watch, "show who is there, as it changes" },
	{ "session", "end", "ID | --user NAME | --all [--yes]", 0, 1,
	    OPTION_USER | OPTION_ALL | OPTION_YES, session_end,
	    "end a session, a user's, or all" },
	{ "session", "hold",
	    "[--label TEXT] [--lease TIME] [--renew] ID | --user NAME", 0, 1,
	    OPTION_LABEL | OPTION_LEASE | OPTION_RENEW | OPTION_USER,
	    session_hold, "keep one from idling out, for now" },
	{ "session", "release",
	    "[--label TEXT] [--holder NAME] ID | --user NAME", 0, 1,
	    OPTION_LABEL | OPTION_HOLDER | OPTION_USER, session_release,
	    "give a hold up" },
	{ "session", "holds", "[ID]", 0, 1, 0, session_holds,
	    "list the holds" },
	{ "session", "token", "ID", 1, 1, 0, session_token,
	    "print a new token of a session: a secret" },
	{ "session", "check", "[--id ID] [--activity KIND [--age MS]] < TOKEN",
	    0, 0, OPTION_ID | OPTION_ACTIVITY | OPTION_AGE, session_check,
	    "does a session go on?" },
	{ "logout", "start", "[--post] SESSION", 1, 1, OPTION_POST,
	    logout_start, "end a session here and at its IdP" },
	{ "logout", "receive", "< URL, QUERY or FORM", 0, 0, 0, logout_receive,
	    "take an IdP's logout message: print the answer" },
	{ "user", "add",
	    "[--real-name TEXT] [--mail ADDRESS] [--language NAME]\n"
	    "           [--must-change] [--elsewhere] NAME",
	    1, 1,
	    OPTION_REAL_NAME | OPTION_MAIL | OPTION_LANGUAGE |
		OPTION_MUST_CHANGE | OPTION_ELSEWHERE,
	    user_add, "add a user; the password is asked for" },
	{ "user", "set",
	    "[--real-name TEXT] [--mail ADDRESS] [--language NAME] NAME", 1, 1,
	    OPTION_REAL_NAME | OPTION_MAIL | OPTION_LANGUAGE, user_set,
	    "change what is known of a user" },
	{ "user", "show", "NAME", 1, 1, 0, user_show,
	    "show all that is on record of one" },
	{ "user", "disable", "NAME", 1, 1, 0, user_disable,
	    "end a user's sessions, let in no more for now" },
	{ "user", "enable", "NAME", 1, 1, 0, user_enable, "let one in again" },
	{ "user", "remove", "NAME", 1, 1, 0, user_remove,
	    "end them, remove a user and all that is kept" },
	{ "user", "list", "", 0, 0, 0, user_list, "list the users" },
	{ "otp", "enroll",
	    "[--hotp] [--digits N] [--period SECONDS]\n"
	    "             [--algorithm NAME] [--no-confirm] NAME",
	    1, 1,
	    OPTION_HOTP | OPTION_DIGITS | OPTION_PERIOD | OPTION_ALGORITHM |
		OPTION_NO_CONFIRM,
	    otp_enroll, "give a user a new second factor" },
	{ "otp", "confirm", "NAME", 1, 1, 0, otp_confirm,
	    "have it count: a code of it is asked for" },
	{ "otp", "recovery", "NAME", 1, 1, 0, otp_recovery,
	    "give a user new recovery codes" },
	{ "otp", "show", "NAME", 1, 1, 0, otp_show,
	    "show a user's second factor, not its secret" },
	{ "otp", "remove", "NAME", 1, 1, 0, otp_remove,
	    "remove it, and the recovery codes" },
	{ "otp", "forget", "NAME", 1, 1, 0, otp_forget,
	    "forget the devices that were remembered" },
	{ "otp", "import", "[--user NAME] [--force] [--dry-run] FILE", 1, 1,
	    OPTION_USER | OPTION_FORCE | OPTION_DRY_RUN, otp_import,
	    "take over those of other modules" },
	{ "key", "rotate", "", 0, 0, 0, key_rotate,
	    "replace the master key: seal every secret anew" },
	{ "lockout", "list", "[--user NAME] [--all]", 0, 0,
	    OPTION_USER | OPTION_ALL, lockout_list,
	    "list who is locked out; --all: every count" },
	{ "lockout", "show", "NAME", 1, 1, 0, lockout_show,
	    "show how a user's tries stand" },
	{ "lockout", "reset", "[--address ADDRESS] [NAME]", 0, 1,
	    OPTION_ADDRESS, lockout_reset,
	    "let a user, or an address, try again" },
	{ "emergency", "issue", "[--for TIME] --reason TEXT NAME", 1, 1,
	    OPTION_FOR | OPTION_REASON, emergency_issue,
	    "print a pass that lets a user in once" },
	{ "emergency", "list", "", 0, 0, 0, emergency_list,
	    "list the passes, used ones too" },
	{ "emergency", "revoke", "NAME", 1, 1, 0, emergency_revoke,
	    "take back a user's passes" },
	{ "password", "set", "[--must-change] NAME", 1, 1, OPTION_MUST_CHANGE,
	    password_set, "give a user a new password" },
	{ "password", "expire", "NAME", 1, 1, 0, password_expire,
	    "have a user choose another at the next login" },
	{ "password", "check", "[--user NAME] [--service NAME]", 0, 0,
	    OPTION_USER | OPTION_SERVICE, password_check,
	    "try a password against the policy" },
	{ "password", "breached import", "FILE...", 1, COMMAND_MANY, 0,
	    password_breached_import, "make the file of stolen passwords" },
	{ "allowlist", "check", "[FILE]", 0, 1, 0, allowlist_check,
	    "show every error of a rules file" },
	{ "allowlist", "test", "ADDRESS", 1, 1, 0, allowlist_test,
	    "may somebody come in from there?" },
	{ "access", "test",
	    "--service NAME [--user NAME] [--method WAY] [--issuer ID]\n"
	    "              [--authn-context CLASS] [--attribute NAME=VALUE]...",
	    0, 0,
	    OPTION_SERVICE | OPTION_USER | OPTION_METHOD | OPTION_ISSUER |
		OPTION_AUTHN_CONTEXT | OPTION_ATTRIBUTE,
	    access_test, "would the access rules let this sign-in in?" },
	{ "metadata", "check", "[--certificate PEM] [--now EPOCH] FILE", 1, 1,
	    OPTION_CERTIFICATE | OPTION_NOW, metadata_check,
	    "judge metadata as if it were fetched" },
	{ "status", NULL, "", 0, 0, 0, status, "show how gatehoused is" },
	{ "reload", NULL, "", 0, 0, 0, reload,
	    "have gatehoused read everything anew" },
	{ "clock", "accept", "", 0, 0, 0, clock_accept,
	    "take the clock of now for right" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

/* The column in which the help lines begin. */
#define HELP_AT 34

/* How many words the name of a verb has: its noun, and those of the verb. */
static size_t
name_words(const struct command *command)
{
	const char *at = command->verb;
	size_t words = 1;

	for (; at != NULL; at = strchr(at + 1, ' '))
		words++;
	return words;
}

/* Is this the word at a place of the verb, which has so many? */
static int
is_verb_word(const char *verb, size_t place, const char *word)
{
	size_t length;

	for (; place > 0; place--)
		verb = strchr(verb, ' ') + 1;
	length = strcspn(verb, " ");
	return strlen(word) == length && memcmp(word, verb, length) == 0;
}

/* Do the words, as many as there are of them, begin the name of a verb? */
static int
begins(const struct options *options, const struct command *command)
{
	size_t i, words = name_words(command);

	if (options->word_count > 0 &&
	    strcmp(options->words[0], command->noun) != 0)
		return 0;
	for (i = 1; i < options->word_count && i < words; i++)
		if (!is_verb_word(command->verb, i - 1, options->words[i]))
			return 0;
	return 1;
}

/* Every bit that was given has to be one that the verb takes. */
static int
fits_options(const struct options *options, const struct command *command)
{
	option_set extra = options->given & ~command->takes;

	if (extra == 0)
		return 1;
	complain("--%s: this verb does not take it; see gatehousectl %s --help",
	    option_name(extra & -extra), command->noun);
	return 0;
}

static int
fits_arguments(struct options *options, const struct command *command)
{
	size_t given = options->word_count - name_words(command);

	if (given < (size_t)command->least) {
		complain("%s is missing; see gatehousectl %s --help",
		    strrchr(command->arguments, ' ') != NULL
			? strrchr(command->arguments, ' ') + 1
			: command->arguments,
		    command->noun);
		return 0;
	}
	if (given > (size_t)command->most && command->most != COMMAND_MANY) {
		complain("%s: one word too many; see gatehousectl %s --help",
		    options->words[name_words(command) + (size_t)command->most],
		    command->noun);
		return 0;
	}
	options->arguments = options->words + name_words(command);
	options->argument_count = given;
	if (given > 0)
		options->argument = options->arguments[0];
	return 1;
}

static int
is_noun(const char *word)
{
	const struct command *command;

	for (command = commands; command < commands + COMMANDS; command++)
		if (strcmp(command->noun, word) == 0)
			return 1;
	return 0;
}

const struct command *
command_find(struct options *options)
{
	const struct command *command;

	for (command = commands; command < commands + COMMANDS; command++)
		if (options->word_count >= name_words(command) &&
		    begins(options, command)) {
			say_about(command->noun, command->verb);
			return fits_options(options, command) &&
				fits_arguments(options, command)
			    ? command
			    : NULL;
		}
	if (options->word_count > 1)
		complain("%s %s: there is no such verb; see gatehousectl "
			 "--help",
		    options->words[0], options->words[1]);
	else if (is_noun(options->words[0]))
		complain("%s: a verb must follow; see gatehousectl %s --help",
		    options->words[0], options->words[0]);
	else
		complain("%s: there is no such verb; see gatehousectl --help",
		    options->words[0]);
	return NULL;
}

static void
print_command(const struct command *command, FILE *to)
{
	int n = fprintf(to, "  %s%s%s%s%s", command->noun,
	    command->verb != NULL ? " " : "",
	    command->verb != NULL ? command->verb : "",
	    command->arguments[0] != '\0' ? " " : "", command->arguments);

	if (n > HELP_AT - 2) {
		fputc('\n', to);
		n = 0;
	}
	fprintf(to, "%*s%s\n", HELP_AT - n, "", command->help);
}

int
command_list(const struct options *options, FILE *to)
{
	const struct command *command;
	int r = GATE_ENOTFOUND;

	for (command = commands; command < commands + COMMANDS; command++)
		if (begins(options, command)) {
			print_command(command, to);
			r = 0;
		}
	return r;
}
