/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SIGNIN_H
#define WEB_SIGNIN_H

#include "web/exchange.h"
#include "web/return_url.h"

/* What a sign-in begins with: a password, or a ticket of SSO. */
struct signin {
	const char *user;
	const char *password;
	const char *ticket;
	const char *return_url; /* as return_url_make wrote it */
};

/* Has gatehouse-login ask PAM, and answers with the next question's page or
 * with what came of it. */
void signin_begin(struct exchange *x, const struct signin *signin);

/*
 * Counts one more of these of this client's (site->rate, or arrivals) against
 * [web] login_rate: 0; otherwise it is one too many, and that is answered.
 */
int signin_count(struct exchange *x, struct rate *rate);

/* Where the person is to go afterwards, as "return" of the request has it; our
 * own front page if that is no place to go to. */
void signin_return(const struct exchange *x, char url[RETURN_URL_SIZE]);
void signin_return_of(
    const struct exchange *x, const char *text, char url[RETURN_URL_SIZE]);

/* Writes "PREFIX/login", with way and return in its query. */
#define SIGNIN_PATH_SIZE (5 * RETURN_URL_SIZE)
void signin_path(const struct exchange *x, const char *way,
    const char *return_url, char path[SIGNIN_PATH_SIZE]);

/* The form for user name and password; problem and reference may be NULL. */
void signin_form(struct exchange *x, int status, const char *user,
    const char *return_url, const char *problem, const char *reference);

/* The token of that form. */
#define SIGNIN_FORM "password"

#endif
