/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatehouse-saml: the process that reads XML so that no other has to. It is
 * started by gatehoused and by gatehousectl with a socket as descriptor 3,
 * and verifies one Response after another until the other end hangs up.
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/wire.h"
#include "saml/memory.h"
#include "saml/metadata.h"
#include "saml/sandbox.h"
#include "saml/settings.h"
#include "saml/verify.h"
#include "saml/worker.h"

/* A message that has begun comes from this machine, and is soon whole. */
#define MESSAGE_MS 60000

static const char help[] =
    "gatehouse-saml verifies SAML Responses for gatehoused. It is started by\n"
    "gatehoused and by \"gatehousectl sso check\", and by nobody else: it\n"
    "expects a socket as file descriptor 3. See gatehoused(8).\n";

struct service {
	struct saml_settings *settings;
	struct saml_idps *idps;
	struct wire_msg *msg;
};

/* Waits for the next message however long it takes, and reads it. */
static int
receive(struct wire_msg *msg)
{
	struct pollfd p = { .fd = SAML_WORKER_FD, .events = POLLIN };

	while (poll(&p, 1, -1) < 0)
		if (errno != EINTR)
			return GATE_EIO;
	return wire_recv(SAML_WORKER_FD, msg, clock_mono_ms() + MESSAGE_MS);
}

/* Sends the answer in msg. */
static int
reply(struct wire_msg *msg)
{
	return wire_send(SAML_WORKER_FD, msg, clock_mono_ms() + MESSAGE_MS);
}

static void
begin_failure(struct wire_msg *msg, int error, const char *detail)
{
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	wire_put_num(msg, TAG_ERROR, error);
	wire_put_str(msg, TAG_DETAIL, detail);
}

/* Reads the settings, in a message of its own: metadata may be large. */
static int
receive_settings(struct saml_settings **settings)
{
	struct wire_msg *msg = NULL;
	int r;

	r = wire_msg_new(&msg, WIRE_BODY_MAX);
	if (r == 0)
		r = receive(msg);
	if (r == 0 && wire_verb(msg) != VERB_SAML_SETUP)
		r = GATE_EPROTO;
	if (r == 0)
		r = saml_settings_get(settings, msg);
	wire_msg_free(&msg);
	return r;
}

static int
read_metadata(struct service *service, char *why, size_t why_size)
{
	const struct saml_settings *settings = service->settings;
	const struct saml_document *document;
	char phrase[256] = "";
	size_t i;
	int r;

	r = saml_idps_new(&service->idps);
	for (i = 0; r == 0 && i < settings->document_count; i++) {
		document = &settings->documents[i];
		r = saml_idps_add(service->idps, document->text, document->size,
		    phrase, sizeof(phrase));
		if (r != 0)
			snprintf(
			    why, why_size, "%s: %s", document->name, phrase);
	}
	if (r == 0 && saml_idps_count(service->idps) == 0) {
		snprintf(why, why_size, "[saml] idp_metadata names no IdP");
		r = GATE_ECONFIG;
	}
	return r;
}

/* IdPs that verify nothing are no error, but somebody should know. */
static void
put_warning(struct service *service)
{
	char text[SAML_URI_MAX + 128], warning[sizeof(text) + 64];
	size_t n =
	    saml_idps_unusable(service->idps, clock_wall(), text, sizeof(text));

	if (n == 0)
		return;
	snprintf(warning, sizeof(warning), "%s (%zu of %zu IdPs)", text, n,
	    saml_idps_count(service->idps));
	wire_put_str(service->msg, TAG_DETAIL, warning);
}

/*
 * Takes the settings, which come first, and answers for them. The limit holds
 * while the metadata is read, so that one which is too small is found now and
 * not at somebody's login.
 */
static int
setup(struct service *service)
{
	char why[512] = "";
	int r;

	r = receive_settings(&service->settings);
	if (r == 0)
		r = memory_limit(service->settings->memory_limit);
	if (r == 0)
		r = wire_msg_new(
		    &service->msg, saml_worker_body_max(service->settings));
	if (r != 0)
		return r;
	r = read_metadata(service, why, sizeof(why));
	if (r == GATE_ENOMEM)
		return r; /* which the exit status tells */
	if (r != 0) {
		begin_failure(service->msg, r, why);
		(void)reply(service->msg);
		return r;
	}
	saml_settings_drop_documents(service->settings);
	wire_begin(service->msg, VERB_RESULT);
	wire_put_num(service->msg, TAG_OUTCOME, OUTCOME_GRANTED);
	wire_put_num(service->msg, TAG_IDP_COUNT,
	    (int64_t)saml_idps_count(service->idps));
	put_warning(service);
	return reply(service->msg);
}

/* The question that a message asks; its texts stay in the message. */
static int
read_request(const struct wire_msg *msg, struct saml_request *request)
{
	size_t size;

	if (wire_verb(msg) != VERB_SAML_VERIFY)
		return GATE_EPROTO;
	request->response =
	    wire_bytes(msg, TAG_RESPONSE, &request->response_size);
	request->now = wire_num(msg, TAG_NOW, 0);
	request->in_response_to = wire_str(msg, TAG_IN_RESPONSE_TO);
	if (request->response == NULL || request->now <= 0)
		return GATE_EPROTO;
	/* one that is no text must not pass for none */
	if (request->in_response_to == NULL &&
	    wire_bytes(msg, TAG_IN_RESPONSE_TO, &size) != NULL)
		return GATE_EPROTO;
	return 0;
}

/* Reads one question and answers it; not 0 when there is no going on. */
static int
verify(struct service *service)
{
	struct wire_msg *msg = service->msg;
	struct saml_identity *identity = NULL;
	struct saml_request request;
	struct refusal refusal;
	int r, outcome;

	r = receive(msg);
	if (r == 0)
		r = read_request(msg, &request);
	if (r != 0)
		return r;
	outcome = saml_verify(
	    service->settings, service->idps, &request, &identity, &refusal);
	wire_begin(msg, VERB_RESULT);
	if (outcome == 0) {
		wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
		saml_identity_put(identity, msg);
	} else if (outcome == GATE_EREFUSED) {
		wire_put_num(msg, TAG_OUTCOME, OUTCOME_DENIED);
		wire_put_str(msg, TAG_REASON, reason_word(refusal.reason));
		wire_put_str(msg, TAG_DETAIL, refusal.detail);
	} else {
		begin_failure(msg, outcome, NULL);
		r = outcome;
	}
	saml_identity_free(&identity);
	outcome = reply(msg);
	return r != 0 ? r : outcome;
}

/* Never back to main: exit handlers would run outside what the sandbox knows.
 */
static _Noreturn void
serve(void)
{
	struct service service = { 0 };
	int r;

	r = setup(&service);
	while (r == 0)
		r = verify(&service);
	saml_idps_free(&service.idps);
	saml_settings_free(&service.settings);
	wire_msg_free(&service.msg);
	if (r == GATE_ECLOSED)
		_exit(SAML_WORKER_DONE);
	if (r == GATE_ENOMEM)
		_exit(SAML_WORKER_MEMORY);
	_exit(r == GATE_EPROTO ? SAML_WORKER_PROTO : SAML_WORKER_FAILED);
}

/* In this order: what needs the system comes before it is out of reach. */
static int
shut_in(void)
{
	int r;

	r = sandbox_drop();
	tzset(); /* or the first gmtime_r(3) would want /etc/localtime */
	if (r == 0)
		r = memory_strict();
	if (r == 0)
		r = saml_verify_init();
	if (r == 0)
		r = sandbox_enter();
	return r;
}

int
main(int argc, char **argv)
{
	struct stat st;
	int r;

	log_to_stderr("gatehouse-saml");
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("gatehouse-saml %s\n", GATE_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (argc > 1 || fstat(SAML_WORKER_FD, &st) != 0 ||
	    !S_ISSOCK(st.st_mode)) {
		fputs(help, stderr);
		return SAML_WORKER_BY_HAND;
	}
	r = shut_in();
	if (r != 0) {
		log_error("cannot shut itself in: %s (%s)", gate_strerror(r),
		    strerror(errno));
		return SAML_WORKER_OPEN;
	}
	serve();
}
