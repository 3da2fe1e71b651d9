/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_CONVERSATIONS_H
#define WEB_CONVERSATIONS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"
#include "web/browser_handle.h"
#include "web/buffer.h"
#include "web/gate.h"
#include "web/return_url.h"

/*
 * PAM conversations under way with gatehouse-login, each of one browser, which
 * has its handle in a cookie: what is asked is shown as a page, and the next
 * request has the answer. All are bounded: how many there are, how many from
 * one network, and how long one may take.
 */
struct conversations;
struct exchange;
struct talk;

/* At the end of one: does what follows of a success, and 0; otherwise there is
 * an answer. */
typedef int talk_settle(struct exchange *exchange, struct talk *talk);
/* After it, once all was shown: leads the person on. */
typedef void talk_leave(struct exchange *exchange, struct talk *talk);

enum talk_state {
	TALK_NEW,
	TALK_ASKED, /* a question waits for its answer */
	TALK_OVER,  /* there is a result */
	TALK_SETTLED
};

/* One of them, in the hands of one thread at a time. */
struct talk {
	/* of who begins it */
	char return_url[RETURN_URL_SIZE];
	const char *action; /* below the prefix: where its forms are sent */
	const char *cancel; /* there too: where it is given up */
	talk_settle *settle;
	talk_leave *leave;
	int is_sso;
	int is_change;  /* of a password, by who is signed in */
	char user[256]; /* as typed: for his form, once more */

	/* for who goes on with it */
	char handle[BROWSER_HANDLE_SIZE];
	enum talk_state state;
	unsigned step;         /* how often something was answered */
	struct buffer errors;  /* what was said since, a line each, */
	struct buffer notes;   /* by kind */
	struct buffer otpauth; /* until a code was right */
	struct buffer codes;   /* until the person has kept them */

	/* the table's own */
	struct conversations *table;
	struct client *client;
	uint64_t network;
	int64_t until; /* clock_mono_ms */
	int is_taken;
	int is_awaited; /* by one more request, and by no others */
};

/* At most so many, a quarter of them from one network; each for so many
 * milliseconds. 0; GATE_ENOMEM. */
int conversations_new(
    struct conversations **conversations, int64_t most, int64_t milliseconds);
/* No thread may have one. */
void conversations_free(struct conversations **conversations);

/* A new one, of this client: 0; GATE_EFULL, GATE_EIO, GATE_ENOMEM. */
int talk_new(struct conversations *conversations, const struct address *client,
    struct talk **talk);

/*
 * The one with this handle. One that another thread has is waited for, by one
 * thread and for some seconds. 0; GATE_ENOTFOUND, or GATE_ETIMEOUT.
 */
int talk_find(struct conversations *conversations, const char *handle,
    struct talk **talk);

/* For the next request; or to its end, which tells gatehouse-login too. */
void talk_keep(struct talk **talk);
void talk_drop(struct talk **talk);

/*
 * Asks gatehouse-login for the first time, or answers its question (NULL: it is
 * cancelled), and hears what it says up to the next question or the result. 0;
 * otherwise there is no result: GATE_EIO, GATE_ETIMEOUT, GATE_EPROTO, ...
 */
int talk_begin(struct talk *talk, const char *socket, uint16_t verb,
    gate_fill *fill, void *data);
int talk_answer(struct talk *talk, const char *text);

/* Tells gatehouse-login that the token has come: it is good from now on. */
int talk_confirm(struct talk *talk);

/* The question, or the result: its fields are good until the next answer. */
const struct wire_msg *talk_said(const struct talk *talk);

/* Gives up those that nobody has come back to in time: about once a second. */
void conversations_sweep(struct conversations *conversations, int64_t now);

/* How many there are. */
size_t conversations_count(struct conversations *conversations);

#endif
