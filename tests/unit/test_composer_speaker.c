/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What gatehouse-compose is told of who we are: read from files, refused where
 * it does not fit together; and what it does when it is not told.
 */
#include "composer_under_test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/protocol.h"
#include "saml/process.h"
#include "tests/unit/scratch.h"

static struct config *config;

static void
write_file(const char *name, const char *text, mode_t mode)
{
	FILE *file = fopen(scratch_path(name), "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(scratch_path(name), mode), 0);
}

/* A configuration with a key, and another. */
static int
setup(void **state)
{
	char *pem;

	if (scratch_setup(state) != 0 || config_new(&config) != 0)
		return -1;
	pem = key_pem(world.keys[KEY_P256]);
	write_file("key", pem, 0600);
	write_file("open", pem, 0644);
	free(pem);
	pem = certificate_pem(world.keys[KEY_P256]);
	write_file("certificate", pem, 0644);
	free(pem);
	set_text(&config->entity_id, SP);
	set_text(&config->acs_url, ACS);
	set_text(&config->slo_url, SLO);
	set_text(&config->contact, "ops@example.org");
	set_text(&config->saml_key, scratch_path("key"));
	set_text(&config->saml_certificate, scratch_path("certificate"));
	return 0;
}

static int
teardown(void **state)
{
	config_free(&config);
	return scratch_teardown(state);
}

static void
loads_a_configuration(void **state)
{
	struct saml_speaker *speaker = NULL;
	struct saml_composer *composer;
	char why[256] = "?";

	(void)state;
	assert_int_equal(
	    saml_speaker_load(&speaker, config, why, sizeof(why)), 0);
	assert_string_equal(why, "");
	assert_string_equal(speaker->entity_id, SP);
	assert_string_equal(speaker->slo_url, SLO);
	assert_string_equal(speaker->contact, "ops@example.org");
	assert_int_equal(speaker->memory_limit, config->worker_memory);
	assert_non_null(strstr(speaker->key.pem, "PRIVATE KEY"));
	assert_null(speaker->rollover_key.pem);
	composer = composer_start(speaker);
	saml_composer_free(&composer);
	saml_speaker_free(&speaker);
	assert_null(speaker);
	saml_speaker_free(&speaker);
}

/* One member of the configuration, and what comes of it. */
static void
loads_no_other(void **state)
{
	static const struct {
		size_t member;
		const char *text; /* a file, if there is one of that name */
		int error;
		const char *why;
	} rows[] = {
#define ROW(member, text, error, why)                                          \
	{ offsetof(struct config, member), text, error, why }
		ROW(entity_id, "", GATE_ENOTFOUND, "[saml] entity_id"),
		ROW(acs_url, "", GATE_ENOTFOUND, "[saml] acs_url"),
		ROW(acs_url, "https://x/#y", GATE_ECONFIG, "[saml] acs_url"),
		ROW(slo_url, "https://x/ y", GATE_ECONFIG, "[saml] slo_url"),
		ROW(display_name, "\xff", GATE_ECONFIG, "display_name"),
		ROW(contact, "a\x1b", GATE_ECONFIG, "[saml] contact"),
		ROW(saml_key, "open", GATE_EUNSAFE, "/open: "),
		ROW(saml_key, "/nonexistent", GATE_EIO, "/nonexistent: "),
		ROW(saml_certificate, "/nonexistent", GATE_EIO, "/nonexist"),
		ROW(rollover_key, "open", GATE_EUNSAFE, "/open: "),
		ROW(rollover_certificate, "/nonexistent", GATE_EIO, "/none"),
#undef ROW
	};
	struct saml_speaker *speaker = NULL;
	char **member, *before, why[256];
	size_t i;
	int r;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		member = (char **)((char *)config + rows[i].member);
		before = *member;
		*member = strdup(rows[i].text[0] != '\0' &&
			    access(scratch_path(rows[i].text), F_OK) == 0
			? scratch_path(rows[i].text)
			: rows[i].text);
		r = saml_speaker_load(&speaker, config, why, sizeof(why));
		if (r != rows[i].error || strstr(why, rows[i].why) == NULL)
			fail_msg("row %zu: %d, %s", i, r, why);
		assert_null(speaker);
		free(*member);
		*member = before;
	}
}

/* Whether a composer takes a key and a certificate, and what it says. */
static void
try_keys(const char *key, const char *certificate, const char *expected)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);
	struct saml_composer *composer = NULL;
	char why[256];
	int r;

	set_key(&speaker->key, key);
	set_text(&speaker->certificate, certificate);
	r = saml_composer_new(
	    &composer, world.program, speaker, TEN_SECONDS, why, sizeof(why));
	if (expected == NULL ? r != 0
			     : r != GATE_ECONFIG ||
		    strstr(why, expected) == NULL || composer != NULL)
		fail_msg("\"%s\" expected: %d, %s",
		    expected != NULL ? expected : "", r, why);
	saml_composer_free(&composer);
	saml_speaker_free(&speaker);
}

static void
try_own(EVP_PKEY *key, const char *expected)
{
	char *pem = key_pem(key), *certificate = certificate_pem(key);

	try_keys(pem, certificate, expected);
	free(pem);
	free(certificate);
	EVP_PKEY_free(key);
}

static void
takes_keys_that_fit(void **state)
{
	char *pem = key_pem(world.keys[KEY_RSA]), *locked;
	char *certificate = certificate_pem(world.keys[KEY_RSA]);
	char *stranger = certificate_pem(world.other);
	BIO *bio = BIO_new(BIO_s_mem());

	(void)state;
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, world.keys[KEY_RSA],
			     EVP_aes_128_cbc(), "secret", 6, NULL, NULL),
	    1);
	locked = text_of(bio);
	try_keys(pem, certificate, NULL);
	try_keys(pem, stranger, "[saml] certificate is not that of [saml] key");
	try_keys(pem, "", "[saml] certificate: this is no certificate");
	try_keys(pem, pem, "[saml] certificate: this is no certificate");
	try_keys(certificate, certificate, "[saml] key: this is no private");
	try_keys("", certificate, "[saml] key: this is no private key");
	try_keys(locked, certificate, "[saml] key: this is no private key");
	try_own(EVP_RSA_gen(1024), "[saml] key: neither RSA with 2048");
	try_own(EVP_EC_gen("secp256k1"), "[saml] key: neither RSA with 2048");
	try_own(EVP_EC_gen("P-521"), NULL);
	try_own(EVP_RSA_gen(3072), NULL);
	free(pem);
	free(locked);
	free(certificate);
	free(stranger);
}

/* The rollover pair is held to the same. */
static void
takes_another_pair_that_fits(void **state)
{
	struct saml_speaker *speaker = speaker_new(KEY_P256);
	struct saml_composer *composer = NULL;
	char *pem = key_pem(world.other), why[256];

	(void)state;
	set_key(&speaker->rollover_key, pem);
	free(pem);
	speaker->rollover_certificate = certificate_pem(world.keys[KEY_RSA]);
	assert_int_equal(saml_composer_new(&composer, world.program, speaker,
			     TEN_SECONDS, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_non_null(strstr(why, "rollover_certificate is not that of"));
	saml_speaker_free(&speaker);
}

/* The real program at the other end of a bare socket. */
static pid_t
start_bare(int *fd)
{
	int pair[2];
	pid_t pid;

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (pair[1] == SAML_PROCESS_FD)
			fcntl(pair[1], F_SETFD, 0);
		else
			dup2(pair[1], SAML_PROCESS_FD);
		execl(world.program, "gatehouse-compose", (char *)NULL);
		_exit(127);
	}
	close(pair[1]);
	*fd = pair[0];
	return pid;
}

static void
begin_setup(struct wire_msg *msg)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);

	wire_begin(msg, VERB_COMPOSE_SETUP);
	saml_speaker_put(speaker, msg);
	saml_speaker_free(&speaker);
}

static void
begin_setup_with_more(struct wire_msg *msg)
{
	begin_setup(msg);
	wire_put_str(msg, TAG_USER, "root");
}

static void
begin_setup_with_control(struct wire_msg *msg)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);

	set_text(&speaker->display_name, "a\x01");
	wire_begin(msg, VERB_COMPOSE_SETUP);
	saml_speaker_put(speaker, msg);
	saml_speaker_free(&speaker);
}

static void
begin_metadata(struct wire_msg *msg)
{
	wire_begin(msg, VERB_COMPOSE_METADATA);
}

static void
begin_empty_request(struct wire_msg *msg)
{
	wire_begin(msg, VERB_COMPOSE_AUTHN_REQUEST);
}

static void
begin_request(struct wire_msg *msg, const char *destination)
{
	wire_begin(msg, VERB_COMPOSE_AUTHN_REQUEST);
	wire_put_str(msg, TAG_REQUEST_ID, "_1");
	wire_put_str(msg, TAG_DESTINATION, destination);
	wire_put_num(msg, TAG_NOW, NOW);
	wire_put_num(msg, TAG_BINDING, 0);
	wire_put_num(msg, TAG_FORCE, 0);
	wire_put_num(msg, TAG_PASSIVE, 0);
	wire_put_num(msg, TAG_MINIMUM, 0);
}

static void
begin_hostile_request(struct wire_msg *msg)
{
	begin_request(msg, SSO "\r\nSet-Cookie: a=b");
}

static void
begin_request_with_more(struct wire_msg *msg)
{
	begin_request(msg, SSO);
	wire_put_str(msg, TAG_USER, "root");
}

static void
begin_verify(struct wire_msg *msg)
{
	wire_begin(msg, VERB_SAML_VERIFY);
	wire_put_str(msg, TAG_RESPONSE, "x");
	wire_put_num(msg, TAG_NOW, 1);
}

/* What may come first, or follow what comes first. */
static void
hangs_up_on_nonsense(void **state)
{
	static const struct {
		int set_up;
		void (*begin)(struct wire_msg *);
		int status;
	} rows[] = {
		{ 1, NULL, SAML_PROCESS_DONE },
		{ 0, NULL, SAML_PROCESS_DONE },
		{ 1, begin_setup, SAML_PROCESS_PROTO },
		{ 0, begin_setup_with_more, SAML_PROCESS_PROTO },
		{ 0, begin_setup_with_control, SAML_PROCESS_PROTO },
		{ 0, begin_metadata, SAML_PROCESS_PROTO },
		{ 1, begin_empty_request, SAML_PROCESS_PROTO },
		{ 1, begin_hostile_request, SAML_PROCESS_PROTO },
		{ 1, begin_request_with_more, SAML_PROCESS_PROTO },
		{ 1, begin_verify, SAML_PROCESS_PROTO },
	};
	struct wire_msg *msg = NULL;
	size_t i;
	pid_t pid;
	int fd, status;

	(void)state;
	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_LOGIN), 0);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		pid = start_bare(&fd);
		if (rows[i].set_up) {
			begin_setup(msg);
			assert_int_equal(wire_send(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(wire_recv(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(
			    wire_num(msg, TAG_OUTCOME, -1), OUTCOME_GRANTED);
		}
		if (rows[i].begin != NULL) {
			rows[i].begin(msg);
			assert_int_equal(wire_send(fd, msg, TEN_SECONDS), 0);
			assert_int_equal(
			    wire_recv(fd, msg, TEN_SECONDS), GATE_ECLOSED);
		}
		close(fd);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (!WIFEXITED(status) || WEXITSTATUS(status) != rows[i].status)
			fail_msg(
			    "row %zu: wait status %x", i, (unsigned)status);
	}
	wire_msg_free(&msg);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    loads_a_configuration, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    loads_no_other, setup, teardown),
		cmocka_unit_test(takes_keys_that_fit),
		cmocka_unit_test(takes_another_pair_that_fits),
		cmocka_unit_test(hangs_up_on_nonsense),
	};
	int failed;

	if (under_test_begin(argc, argv,
		SCHEMAS "opensaml/saml-schema-metadata-2.0.xsd") != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return failed;
}
