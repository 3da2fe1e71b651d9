/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <string.h>

#include "gatehousectl/form.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/offline.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/clock.h"
#include "lib/error.h"

/* Above all that a worker takes, which refuses what is over its own bound. */
#define RESPONSE_MAX (16u << 20)

/* Attributes of one name, as of several formats, have their values together. */
static json_t *
attributes_of(const struct saml_identity *identity)
{
	json_t *object = json_object();
	const struct attribute *attribute;
	size_t i, j;

	for (i = 0; i < identity->attributes.count; i++) {
		attribute = &identity->attributes.items[i];
		json_put_value(object, attribute->name, NULL);
		for (j = 0; j < attribute->value_count; j++)
			json_put_value(
			    object, attribute->name, attribute->values[j]);
	}
	return object;
}

/* What the verdict is put into: with the steps before it, if there are any. */
static json_t *
begin(const struct saml_trace *trace)
{
	json_t *object = json_object(), *steps;
	size_t i;

	if (trace == NULL)
		return object;
	steps = json_array();
	for (i = 0; i < saml_trace_count(trace); i++)
		json_add(steps, json_string(saml_trace_line(trace, i)));
	json_put(object, "steps", steps);
	return object;
}

static int
show_identity(
    const struct saml_identity *identity, const struct saml_trace *trace)
{
	json_t *object = begin(trace);

	json_put_text(object, "user", identity->user);
	json_put_text(object, "issuer", identity->issuer);
	json_put_text(object, "name_id", identity->name_id);
	json_put_text(object, "name_id_format", identity->name_id_format);
	json_put_text(object, "name_qualifier", identity->name_qualifier);
	json_put_text(object, "sp_name_qualifier", identity->sp_name_qualifier);
	json_put(object, "attributes", attributes_of(identity));
	json_put_text(object, "session_index", identity->session_index);
	json_put_time(object, "not_on_or_after", identity->not_on_or_after);
	json_put_time(object, "session_not_on_or_after",
	    identity->session_not_on_or_after);
	json_put_text(object, "assertion_id", identity->assertion_id);
	json_put_text(object, "in_response_to", identity->in_response_to);
	json_put_text(object, "authn_context", identity->authn_context);
	json_put_time(object, "authn_instant", identity->authn_instant);
	return json_show(object);
}

static int
show_refusal(const struct refusal *refusal, const struct saml_trace *trace)
{
	json_t *object = begin(trace);
	int r;

	json_put_text(object, "reason", reason_word(refusal->reason));
	json_put_text(object, "detail", refusal->detail);
	json_put_text(object, "help", reason_help(refusal->reason));
	r = json_show(object);
	return r == CTL_DONE ? CTL_NO : r;
}

/* A Response over the bound is still judged, by what was read of it. */
static int
read_response(const char *path, struct input *response)
{
	int r = input_read(response, path, RESPONSE_MAX);

	if (r == 0 || r == GATE_ETOOBIG)
		return CTL_DONE;
	complain(
	    "%s: %s", path, r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return CTL_FAILED;
}

/* A worker by the configuration; an exit status. */
static int
start_worker(struct saml_worker **worker, const struct config *config)
{
	char why[512] = "";
	int r = offline_worker(worker, config, why, sizeof(why));

	if (r == 0)
		return CTL_DONE;
	complain("%s; see gatehousectl config check",
	    r == GATE_ENOTFOUND
		? "SSO is off: set entity_id, acs_url and idp_metadata of [saml]"
		: why);
	return CTL_FAILED;
}

/* What the options ask about a Response. */
static struct saml_request
request_of(const struct options *options, const struct form *form)
{
	return (struct saml_request){ .response = form->response,
		.response_size = form->response_size,
		.in_response_to = options->in_response_to,
		.any_request = (options->given & OPTION_ANY_REQUEST) != 0,
		.idp = options->idp,
		.address = options->address,
		.now =
		    options->given & OPTION_NOW ? options->now : clock_wall() };
}

static int
verify(const struct options *options, const struct config *config,
    const struct form *form)
{
	struct saml_request request = request_of(options, form);
	struct saml_worker *worker = NULL;
	struct saml_identity *identity = NULL;
	struct refusal refusal = { 0 };
	int r;

	if (options->given & OPTION_EXPLAIN &&
	    saml_trace_new(&request.trace) != 0) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		return CTL_FAILED;
	}
	r = start_worker(&worker, config);
	if (r != CTL_DONE)
		goto out;
	/* any error but a refusal is the worker's end, and refused as well */
	r = saml_worker_verify(
	    worker, &request, offline_deadline(config), &identity, &refusal);
	r = r == 0 ? show_identity(identity, request.trace)
		   : show_refusal(&refusal, request.trace);
out:
	saml_identity_free(&identity);
	saml_worker_free(&worker);
	saml_trace_free(&request.trace);
	return r;
}

int
sso_check(const struct options *options)
{
	struct config *config = NULL;
	struct input response = { 0 };
	struct form form;
	int r = CTL_FAILED;

	if (options->given & OPTION_ANY_REQUEST &&
	    options->in_response_to != NULL) {
		complain("--any-request contradicts --in-response-to");
		return CTL_USAGE;
	}
	if (config_load(
		&config, options_config(options), complain_file, NULL) == 0)
		r = read_response(options->argument, &response);
	if (r == CTL_DONE)
		r = form_response(&form, &response, options->argument);
	if (r == CTL_DONE)
		r = verify(options, config, &form);
	input_free(&response);
	config_free(&config);
	return r;
}
