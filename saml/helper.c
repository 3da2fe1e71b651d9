/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/helper.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/guard.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/reason.h"
#include "saml/memory.h"
#include "saml/process.h"
#include "saml/sandbox.h"

/* A message that has begun comes from this machine, and is soon whole. */
#define MESSAGE_MS 60000

int
helper_receive(struct wire_msg *msg)
{
	struct pollfd p = { .fd = SAML_PROCESS_FD, .events = POLLIN };

	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			return GATE_EIO;
	return wire_recv(SAML_PROCESS_FD, msg, clock_mono_ms() + MESSAGE_MS);
}

int
helper_reply(struct wire_msg *msg)
{
	return wire_send(SAML_PROCESS_FD, msg, clock_mono_ms() + MESSAGE_MS);
}

void
helper_granted(struct wire_msg *msg)
{
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
}

void
helper_refused(struct wire_msg *msg, const struct refusal *refusal)
{
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_DENIED);
	wire_put_str(msg, TAG_REASON, reason_word(refusal->reason));
	wire_put_str(msg, TAG_DETAIL, refusal->detail);
}

void
helper_failed(struct wire_msg *msg, int error, const char *detail)
{
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	wire_put_num(msg, TAG_ERROR, error);
	wire_put_str(msg, TAG_DETAIL, detail);
}

/* In this order: what needs the system comes before it is out of reach. */
static int
shut_in(const struct helper *helper)
{
	int r;

	guard_process();
	(void)guard_memory();
	r = sandbox_drop();
	tzset(); /* or the first gmtime_r(3) would want /etc/localtime */
	if (r == 0)
		r = memory_strict();
	if (r == 0)
		r = helper->prepare();
	if (r == 0)
		r = sandbox_enter();
	return r;
}

static enum saml_process_exit
status_of(int r)
{
	switch (r) {
	case GATE_ECLOSED:
		return SAML_PROCESS_DONE;
	case GATE_ENOMEM:
		return SAML_PROCESS_MEMORY;
	case GATE_EPROTO:
		return SAML_PROCESS_PROTO;
	default:
		return SAML_PROCESS_FAILED;
	}
}

int
helper_main(const struct helper *helper, int argc, char **argv)
{
	struct stat st;
	int r;

	log_to_stderr(helper->name);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("%s %s\n", helper->name, GATE_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(helper->help, stdout);
		return 0;
	}
	if (argc > 1 || fstat(SAML_PROCESS_FD, &st) != 0 ||
	    !S_ISSOCK(st.st_mode)) {
		fputs(helper->help, stderr);
		return SAML_PROCESS_BY_HAND;
	}
	r = shut_in(helper);
	if (r != 0) {
		log_error("cannot shut itself in: %s (%s)", gate_strerror(r),
		    strerror(errno));
		return SAML_PROCESS_OPEN;
	}
	/* Never back to main's caller: exit handlers would run outside what
	 * the sandbox knows. */
	_exit(status_of(helper->serve()));
}
