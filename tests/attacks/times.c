/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Times, from both sides of each limit: a clock skew of 60 s is allowed, in the
 * configuration called exact none. An end is exclusive.
 */
#include "tests/attacks/attack.h"

#define DAY         "2026-11-22T"
#define BEGIN       " NotBefore=\"" DAY "03:25:13Z\""
#define END         " NotOnOrAfter=\"" DAY "03:30:43Z\""
#define CONDITIONS_ "<saml:Conditions" BEGIN END
#define CONFIRMED   "\"" REQUEST_ID "\"" END
#define ISSUED      DAY "03:25:42Z"
#define RESPONSE_OF DAY "03:25:41Z"
#define INSTANT     "AuthnInstant=\"" DAY "03:25:40Z\""
#define SESSION_END " SessionNotOnOrAfter=\"" DAY "11:25:40Z\""

/* The Conditions, or the confirmation, with other times. */
#define CONDITIONED(what)                                                      \
	{                                                                      \
		CONDITIONS_, "<saml:Conditions" what                           \
	}
#define UNTIL(time) CONDITIONED(" NotOnOrAfter=\"" time "\"")
#define FROM(time)  CONDITIONED(" NotBefore=\"" time "\"")
#define CONFIRMED_TO(time)                                                     \
	{                                                                      \
		CONFIRMED, "\"" REQUEST_ID "\" NotOnOrAfter=\"" time "\""      \
	}
#define SESSION_TO(time)                                                       \
	{                                                                      \
		SESSION_END, " SessionNotOnOrAfter=\"" time "\""               \
	}
#define AUTHENTICATED(time)                                                    \
	{                                                                      \
		INSTANT, "AuthnInstant=\"" time "\""                           \
	}

static const struct attack cases[] = {
	{ .name = "the last second of both ends", .later = 359 },
	{ .name = "the end of both", .expected = "expired", .later = 360 },
	{ .name = "the last second, exactly", .later = 299, .config = "exact" },
	{ .name = "the end, exactly",
	    .expected = "expired",
	    .later = 300,
	    .config = "exact" },
	{ .name = "a day later", .expected = "expired", .later = 86400 },
	{ .name = "ten years later",
	    .expected = "expired issue_instant",
	    .later = 315360000 },
	{ .name = "the Conditions' last second",
	    .before = { UNTIL(DAY "03:24:44Z") } },
	{ .name = "the Conditions' end",
	    .expected = "expired",
	    .before = { UNTIL(DAY "03:24:43Z") } },
	{ .name = "the Conditions' last second, exactly",
	    .before = { UNTIL(DAY "03:25:44Z") },
	    .config = "exact" },
	{ .name = "the Conditions' end, exactly",
	    .expected = "expired",
	    .before = { UNTIL(DAY "03:25:43Z") },
	    .config = "exact" },
	{ .name = "the confirmation's last second",
	    .before = { CONFIRMED_TO(DAY "03:24:44Z") } },
	{ .name = "the confirmation's end",
	    .expected = "expired",
	    .before = { CONFIRMED_TO(DAY "03:24:43Z") } },
	{ .name = "the confirmation's last second, exactly",
	    .before = { CONFIRMED_TO(DAY "03:25:44Z") },
	    .config = "exact" },
	{ .name = "the confirmation's end, exactly",
	    .expected = "expired",
	    .before = { CONFIRMED_TO(DAY "03:25:43Z") },
	    .config = "exact" },
	{ .name = "the Conditions' first second",
	    .before = { FROM(DAY "03:26:43Z") } },
	{ .name = "a second before the Conditions",
	    .expected = "not_yet_valid",
	    .before = { FROM(DAY "03:26:44Z") } },
	{ .name = "the Conditions' first second, exactly",
	    .before = { FROM(DAY "03:25:43Z") },
	    .config = "exact" },
	{ .name = "a second before the Conditions, exactly",
	    .expected = "not_yet_valid",
	    .before = { FROM(DAY "03:25:44Z") },
	    .config = "exact" },
	{ .name = "the assertion issued as far ahead as may be",
	    .before = { { ISSUED, DAY "03:26:43Z" } } },
	{ .name = "the assertion issued a second further ahead",
	    .expected = "issue_instant",
	    .before = { { ISSUED, DAY "03:26:44Z" } } },
	{ .name = "the assertion issued now, exactly",
	    .before = { { ISSUED, DAY "03:25:43Z" } },
	    .config = "exact" },
	{ .name = "the assertion issued a second ahead, exactly",
	    .expected = "issue_instant",
	    .before = { { ISSUED, DAY "03:25:44Z" } },
	    .config = "exact" },
	{ .name = "the Response issued as far ahead as may be",
	    .before = { { RESPONSE_OF, DAY "03:26:43Z" } } },
	{ .name = "the Response issued a second further ahead",
	    .expected = "issue_instant",
	    .before = { { RESPONSE_OF, DAY "03:26:44Z" } } },
	{ .name = "the Response issued as long ago as may be",
	    .before = { { RESPONSE_OF, DAY "02:24:44Z" } } },
	{ .name = "the Response issued a second longer ago",
	    .expected = "issue_instant",
	    .before = { { RESPONSE_OF, DAY "02:24:43Z" } } },
	{ .name = "the user signed in as far ahead as may be",
	    .before = { AUTHENTICATED(DAY "03:26:43Z") } },
	{ .name = "the user signed in a second further ahead",
	    .expected = "authn_statement",
	    .before = { AUTHENTICATED(DAY "03:26:44Z") } },
	{ .name = "the user signed in a year ago",
	    .before = { AUTHENTICATED("2025-11-22T03:25:40Z") } },
	{ .name = "the user signed in in the last second of a year",
	    .before = { AUTHENTICATED("2025-12-31T23:59:59Z") } },
	{ .name = "the user signed in on a leap day",
	    .before = { AUTHENTICATED("2024-02-29T00:00:00Z") } },
	{ .name = "the user signed in on a leap day of a century",
	    .before = { AUTHENTICATED("2000-02-29T09:09:09Z") } },
	{ .name = "the user signed in on no leap day of a century",
	    .expected = "bad_time",
	    .before = { AUTHENTICATED("1900-02-29T00:00:00Z") } },
	{ .name = "the user signed in on the first day of all",
	    .before = { AUTHENTICATED("0001-01-01T00:00:00Z") } },
	{ .name = "the user signed in as long ago as may be",
	    .before = { AUTHENTICATED(DAY "03:14:43Z") },
	    .config = "age" },
	{ .name = "the user signed in a second longer ago",
	    .expected = "authn_too_old",
	    .before = { AUTHENTICATED(DAY "03:14:42Z") },
	    .config = "age" },
	{ .name = "the last second of the session",
	    .before = { SESSION_TO(DAY "03:25:44Z") } },
	{ .name = "the end of the session",
	    .expected = "session_expired",
	    .before = { SESSION_TO(DAY "03:25:43Z") } },
	{ .name = "no end of the session", .before = { { SESSION_END, "" } } },
	{ .name = "the longest validity",
	    .before = { { DAY "03:30:43Z", DAY "04:25:42Z" } } },
	{ .name = "a second more than the longest validity",
	    .expected = "validity_too_long",
	    .before = { { DAY "03:30:43Z", DAY "04:25:43Z" } } },
	{ .name = "the longest validity that is configured",
	    .before = { { DAY "03:30:43Z", DAY "03:35:42Z" } },
	    .config = "short" },
	{ .name = "a second more than the validity that is configured",
	    .expected = "validity_too_long",
	    .before = { { DAY "03:30:43Z", DAY "03:35:43Z" } },
	    .config = "short" },
	{ .name = "issued so long ago that it is valid for too long",
	    .expected = "validity_too_long",
	    .before = { { ISSUED, DAY "02:30:42Z" } } },
	{ .name = "issued a second later",
	    .before = { { ISSUED, DAY "02:30:43Z" } } },
	{ .name = "a confirmation of a year, Conditions of minutes",
	    .before = { CONFIRMED_TO("2027-11-22T03:30:43Z") } },
	{ .name = "Conditions of a year, a confirmation of minutes",
	    .before = { UNTIL("2027-11-22T03:30:43Z") } },
	{ .name = "Conditions without an end, a confirmation of a year",
	    .expected = "validity_too_long",
	    .before = { CONDITIONED(""),
		CONFIRMED_TO("2027-11-22T03:30:43Z") } },
	{ .name = "Conditions without times", .before = { CONDITIONED("") } },
	{ .name = "Conditions without an end",
	    .before = { CONDITIONED(BEGIN) } },
	{ .name = "Conditions without a beginning",
	    .before = { CONDITIONED(END) } },
	{ .name = "Conditions that end where they begin",
	    .expected = "conditions",
	    .before = { CONDITIONED(" NotBefore=\"" DAY "03:25:43Z\""
				    " NotOnOrAfter=\"" DAY "03:25:43Z\"") } },
	{ .name = "Conditions that end before they begin",
	    .expected = "conditions",
	    .before = { CONDITIONED(" NotBefore=\"" DAY "03:26:00Z\""
				    " NotOnOrAfter=\"" DAY "03:25:30Z\"") } },
	{ .name = "no IssueInstant of the assertion",
	    .expected = "bad_time",
	    .before = { { " IssueInstant=\"" ISSUED "\"", "" } } },
	{ .name = "no IssueInstant of the Response",
	    .expected = "bad_time",
	    .before = { { " IssueInstant=\"" RESPONSE_OF "\"", "" } } },
	{ .name = "a NotOnOrAfter in a namespace, without a confirmation's",
	    .expected = "subject_confirmation",
	    .before = { { CONFIRMED,
		"\"" REQUEST_ID "\" saml:NotOnOrAfter=\"" DAY
		"03:30:43Z\"" } } },
	{ .name = "tenths of a second",
	    .before = { CONDITIONED(" NotBefore=\"" DAY "03:25:13.5Z\""
				    " NotOnOrAfter=\"" DAY "03:30:43.1Z\"") } },
	{ .name = "milliseconds everywhere",
	    .before = { { ":13Z", ":13.123Z" }, { ":43Z", ":43.456Z" },
		{ ":42Z", ":42.000Z" }, { ":41Z", ":41.999Z" },
		{ ":40Z", ":40.7Z" } } },
	{ .name = "nanoseconds",
	    .before = { { ISSUED, DAY "03:25:42.123456789Z" } } },
	{ .name = "tens of nanoseconds, as .NET writes them",
	    .before = { { ISSUED, DAY "03:25:42.1234567Z" } } },
};

/* Times that are none, in each place where there is a time. */
static const struct {
	const char *name, *time;
} flaws[] = {
	{ "no zone", DAY "03:30:43" },
	{ "a zone of hours", DAY "03:30:43+00:00" },
	{ "a zone east", DAY "04:30:43+01:00" },
	{ "a zone west", DAY "02:30:43-01:00" },
	{ "the word UTC", DAY "03:30:43 UTC" },
	{ "z in small letters", DAY "03:30:43z" },
	{ "t in small letters", "2026-11-22t03:30:43Z" },
	{ "a blank between date and time", "2026-11-22 03:30:43Z" },
	{ "no time", "2026-11-22" },
	{ "no date", "03:30:43Z" },
	{ "no seconds", DAY "03:30Z" },
	{ "the basic form", "20261122T033043Z" },
	{ "seconds since 1970", "1795318243" },
	{ "an empty text", "" },
	{ "a comma in the seconds", DAY "03:30:43,5Z" },
	{ "a point without a fraction", DAY "03:30:43.Z" },
	{ "two Z", DAY "03:30:43ZZ" },
	{ "a blank at the end", DAY "03:30:43Z " },
	{ "a blank at the beginning", " " DAY "03:30:43Z" },
	{ "a leap second", "2026-11-22T23:59:60Z" },
	{ "the hour 24", "2026-11-22T24:00:00Z" },
	{ "the minute 60", "2026-11-22T03:60:00Z" },
	{ "the month 13", "2026-13-22T03:30:43Z" },
	{ "the month 0", "2026-00-22T03:30:43Z" },
	{ "the day 31 of November", "2026-11-31T03:30:43Z" },
	{ "the day 29 of a February", "2027-02-29T03:30:43Z" },
	{ "the day 0", "2026-11-00T03:30:43Z" },
	{ "the year 0", "0000-11-22T03:30:43Z" },
	{ "a year before our era", "-2026-11-22T03:30:43Z" },
	{ "a plus before the year", "+2026-11-22T03:30:43Z" },
	{ "a year of five digits", "12026-11-22T03:30:43Z" },
	{ "a year of twenty digits", "99999999999999999999-11-22T03:30:43Z" },
	{ "a year of two digits", "26-11-22T03:30:43Z" },
	{ "Arabic digits", "٢٠٢٦-11-22T03:30:43Z" },
	{ "a minus in the seconds", DAY "03:30:-3Z" },
	{ "infinity", "INF" },
};

static void
write_flaw(struct attacks *attacks, size_t i)
{
	static const struct {
		const char *name, *from, *attribute;
	} places[] = {
		{ "Conditions", CONDITIONS_, "<saml:Conditions NotOnOrAfter" },
		{ "confirmation", CONFIRMED,
		    "\"" REQUEST_ID "\" NotOnOrAfter" },
		{ "session", SESSION_END, " SessionNotOnOrAfter" },
		{ "statement", INSTANT, "AuthnInstant" },
		{ "assertion", "IssueInstant=\"" ISSUED "\"", "IssueInstant" },
		{ "Response", "IssueInstant=\"" RESPONSE_OF "\"",
		    "IssueInstant" },
	};
	/* all of them in the Conditions, in turn in the others too */
	size_t where[] = { 0, 1 + i % (COUNT(places) - 1) }, j;
	struct attack attack = { .expected = "bad_time" };

	for (j = 0; j < COUNT(where); j++) {
		char *name = fixture_text("%s in a time of the %s",
		    flaws[i].name, places[where[j]].name);
		char *to = fixture_text(
		    "%s=\"%s\"", places[where[j]].attribute, flaws[i].time);

		attack.name = name;
		attack.before[0] = (struct edit){ places[where[j]].from, to };
		attack_table(attacks, &attack, 1);
		free(name);
		free(to);
	}
}

void
attack_times(struct attacks *attacks)
{
	size_t i;

	attack_table(attacks, cases, COUNT(cases));
	for (i = 0; i < COUNT(flaws); i++)
		write_flaw(attacks, i);
}
