/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_PAGE_H
#define WEB_PAGE_H

#include <stddef.h>

#include "lib/catalogue.h"
#include "web/buffer.h"
#include "web/origin.h"
#include "web/template.h"
#include "web/theme.h"

/* What people see. Each has its fields, as web/pages/ names them. */
enum page_id {
	PAGE_CHOOSE,   /* how to sign in */
	PAGE_PASSWORD, /* the fallback's first step, */
	PAGE_CODE,     /* and its second */
	PAGE_ENROL,    /* a second factor, with its QR code */
	PAGE_RECOVERY, /* codes, shown once */
	PAGE_CHANGE,   /* of the password */
	PAGE_WARNING,  /* the session ends soon */
	PAGE_ENDED,    /* signed out */
	PAGE_DENIED,   /* signed in, but not here */
	PAGE_ERROR,
	PAGE_SESSIONS, /* a user's own */
	PAGE_QUESTION, /* what no other page is for */
	PAGE_LOGOUT,
	PAGE_CONTINUE, /* elsewhere: by a form of SAML, or a link */
	PAGE_DONE,
	PAGE_ENROLMENT, /* where a second factor is to be had */
	PAGE_COUNT
};

/* For Content-Security-Policy: fresh for each answer. */
#define PAGE_NONCE_SIZE (22 + 1)
int page_nonce(char nonce[PAGE_NONCE_SIZE]); /* 0 or GATE_EIO */

struct page {
	enum page_id id;
	const struct theme *theme; /* checked */
	const char *nonce;
	const char *language; /* as RFC 5646 has it: "en" */
	const struct catalogue *catalogue;
	const char *problem;   /* in that language; NULL: none */
	const char *note;      /* likewise: what is good to know */
	const char *reference; /* for the log; NULL: none */
	const struct template_field *fields;
};

/*
 * Writes a whole page. 0; GATE_EINVAL if a field is missing that its template
 * asks for, GATE_ETOOBIG, GATE_ENOMEM; the buffer is empty then.
 */
int page_write(struct buffer *buffer, const struct page *page);

/* A page's template and its title, a message; for who checks the languages. */
const char *page_template(enum page_id id);
const char *page_title(enum page_id id);

/*
 * Writes the value of Content-Security-Policy (W3C CSP 3) for a page with this
 * nonce: nothing but its style, images of ours, and forms to us, from which a
 * browser may be led on to the targets (portals, to which a form leads after
 * signing in). 0 or GATE_ETOOBIG.
 */
int page_policy(const char *nonce, const struct origin *targets, size_t count,
    char *text, size_t size);

#endif
