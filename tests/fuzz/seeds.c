/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * seeds TARGET DIR: writes the inputs that a target begins with: messages of
 * the fixture of the unit tests, whole and in the forms that the target takes.
 * Files that are there already stay.
 */
#include <err.h>
#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include "tests/unit/saml_fixture.h"

#define EC_SIGNATURE(id) SIGNATURE(MORE "ecdsa-sha256", ENC "sha256", id)

static const char *folder;

static void
write_seed(const char *name, const void *bytes, size_t size)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/seed-%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
	if (fd < 0)
		return;
	if (write(fd, bytes, size) != (ssize_t)size)
		err(1, "%s", path);
	close(fd);
}

static void
write_text(const char *name, char *text)
{
	write_seed(name, text, strlen(text));
	free(text);
}

/* RESPONSE with templates to be signed by the target. */
static char *
response(int which)
{
	char *text = strdup(RESPONSE);

	text = fixture_replace(text, HOLE_RESPONSE,
	    which & SIGN_RESPONSE ? EC_SIGNATURE("_response1") : "");
	return fixture_replace(text, HOLE_ASSERTION,
	    which & SIGN_ASSERTION ? EC_SIGNATURE("_assertion1") : "");
}

static void
seed_verify(void)
{
	write_text("assertion", response(SIGN_ASSERTION));
	write_text("response", response(SIGN_RESPONSE));
	write_text("both", response(SIGN_ASSERTION | SIGN_RESPONSE));
	write_text("none", response(0));
	write_text("name-id",
	    fixture_replace(response(SIGN_ASSERTION), "</saml:NameID>",
		"&#x202e;<![CDATA[x]]></saml:NameID>"));
}

static void
seed_decrypt(void)
{
	char *xml = response(SIGN_ASSERTION), *assertion;

	assertion =
	    fixture_cut_out(xml, "<saml:Assertion", "</saml:Assertion>");
	free(xml);
	write_text("gcm", fixture_text("0%s", assertion));
	write_text("cbc", fixture_text("1%s", assertion));
	free(assertion);
}

static void
seed_metadata(void)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");
	char *one = fixture_key_descriptor(rsa, " use=\"signing\"");
	char *two = fixture_key_descriptor(ec, "");
	char *both = fixture_text("%s%s", one, two);
	char *entity =
	    fixture_entity(IDP, " validUntil=\"2027-01-01T00:00:00Z\"", both);

	write_seed("entity", entity, strlen(entity));
	write_text("group",
	    fixture_text("<md:EntitiesDescriptor xmlns:md=\"" SAML
			 "metadata\" cacheDuration=\"PT6H\" ID=\"_m\">%s"
			 "</md:EntitiesDescriptor>",
		entity));
	free(entity);
	free(both);
	free(two);
	free(one);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

/* Raw deflate, as the redirect binding has it. */
static char *
deflated(const char *text)
{
	unsigned char out[16384];
	z_stream z = { 0 };
	size_t size;

	if (deflateInit2(&z, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY) != Z_OK)
		errx(1, "zlib");
	z.next_in = (unsigned char *)(uintptr_t)text;
	z.avail_in = (unsigned)strlen(text);
	z.next_out = out;
	z.avail_out = sizeof(out);
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		errx(1, "a seed is too large");
	size = z.total_out;
	deflateEnd(&z);
	return fixture_base64(out, size);
}

static void
seed_decode(void)
{
	char *xml = response(SIGN_ASSERTION);

	write_seed("xml", xml, strlen(xml));
	write_text("base64", fixture_base64(xml, strlen(xml)));
	write_text("deflate", deflated(xml));
	free(xml);
}

#define LOGOUT_REQUEST                                                         \
	"<samlp:LogoutRequest xmlns:samlp=\"" SAML                             \
	"protocol\" xmlns:saml=\"" SAML                                        \
	"assertion\" ID=\"_logout1\" Version=\"2.0\""                          \
	" IssueInstant=\"2026-11-22T03:25:41Z\""                               \
	" Destination=\"https://sp.example/slo\"><saml:Issuer>" IDP            \
	"</saml:Issuer>%s<saml:NameID>alice</saml:NameID>"                     \
	"<samlp:SessionIndex>_session1</samlp:SessionIndex>"                   \
	"</samlp:LogoutRequest>"

static void
seed_logout(void)
{
	char *xml = fixture_text(LOGOUT_REQUEST, ""), *packed = deflated(xml);

	write_text(
	    "post", fixture_text(LOGOUT_REQUEST, EC_SIGNATURE("_logout1")));
	write_text("redirect",
	    fixture_text("1SAMLRequest=%s&RelayState=x&SigAlg=http%%3A%%2F%%2F"
			 "www.w3.org%%2F2001%%2F04%%2Fxmldsig-more%%23ecdsa-"
			 "sha256&Signature=AAAA",
		packed));
	free(packed);
	free(xml);
}

static void
seed_import(void)
{
#define KEY  "3132333435363738393031323334353637383930"
#define SEED "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
	write_text("google-totp",
	    strdup(SEED "\n\" RATE_LIMIT 3 30 1795334735\n\" STEP_SIZE 60\n"
			"\" DISALLOW_REUSE 29922245\n\" TIME_SKEW -2\n"
			"\" TOTP_AUTH\n92963476\n"));
	write_text("google-hotp",
	    strdup(SEED "\n\" WINDOW_SIZE 3\n\" HOTP_COUNTER 3\n87812422\n"));
	write_text("oath",
	    strdup("# users\nHOTP\tbob\t-\t" KEY "\t2\t359152\t"
		   "2026-11-22T07:47:21L\nHOTP/T30/8 tom + " KEY " -2\n"));
	write_text("uri",
	    strdup("otpauth://hotp/A%20B:x?secret=" SEED "&issuer=A%20B"
		   "&algorithm=SHA256&digits=8&period=60&counter=12"));
}

static void
seed_form(void)
{
	write_text("form",
	    strdup("SAMLResponse=PHg%2FPg%3D%3D&RelayState=a+b&return=%2Fa"));
}

static void
seed_return_url(void)
{
	write_text("path", strdup("/a;b/%2fc%2e/%C3%A9?d=%41#e"));
	write_text("url", strdup("https://app.example:8443/a/b?c"));
	write_text("user", strdup("https://portal.example:443@evil.example/"));
}

static void
seed_forwarded(void)
{
	write_text("for", strdup("1.1.1.1:5, [::1]:5,10.0.0.1\n2001:db8::1"));
	write_text("standard",
	    strdup("for=\"[2001:db8::1]:5\";by=_x;host=\"a\\\"b\""));
}

static void
seed_cookie(void)
{
	write_text("cookie", strdup("a=b; __Host-gate=c\n__host-gate=d"));
}

static void
seed_allow(void)
{
	/* the first half of an input is a file, the other one another */
	write_text("rules",
	    strdup("allow 203.0.113.0/24 service portal,sshd group agents "
		   "until 2026-12-31 # Berlin office\n"
		   "set office = 203.0.113.0/24, inner\n"
		   "deny 2001:db8::/32 user \"a b\",mallory days mon-fri "
		   "hours 22:00-06:00\n"
		   "allow local service login\nset inner = 192.0.2.1\n"
		   "allow 10.0.0.1-10.0.0.20 attribute role=nurse\n"
		   "allow office\nallow country DE\ndeny name:a.example\n"
		   "allow any from 2026-01-01T00:00Z"));
}

static void
seed_foreign(void)
{
	/* the first letter: which, and options; see fuzz_foreign.c */
	write_text("access",
	    strdup("t+:root:crond :0 10.0.0.1\n-:ALL EXCEPT (wheel) sync:LOCAL"
		   "\n+:@a foo:2001:db8::/64 192.168. .d.example a.example\n"
		   "-:bob (g):10.0.0.0/255.0.0.0\n-:ALL:ALL EXCEPT LOCAL\n"));
	write_text("nginx",
	    strdup("ydeny 192.0.2.1; # x\nallow 192.0.2.0/24;\ngeo {\n}\n"
		   "deny all;\n"));
	write_text("csv",
	    strdup("faddress,note\n10.0.0.0/8,\"a \"\"b\"\nallow;::1;x\n"));
	write_text("cloud",
	    strdup("g{\"prefixes\":[{\"ip_prefix\":\"192.0.2.0/24\",\"region"
		   "\":\"a\",\"service\":\"B\"}],\"c\":[\"2001:db8::/32\"]}"));
}

static const struct {
	const char *target;
	void (*write)(void);
} targets[] = {
	{ "verify", seed_verify },
	{ "decrypt", seed_decrypt },
	{ "metadata", seed_metadata },
	{ "decode", seed_decode },
	{ "logout", seed_logout },
	{ "import", seed_import },
	{ "form", seed_form },
	{ "return_url", seed_return_url },
	{ "forwarded", seed_forwarded },
	{ "cookie", seed_cookie },
	{ "allow", seed_allow },
	{ "foreign", seed_foreign },
};

int
main(int argc, char **argv)
{
	size_t i;

	if (argc != 3)
		errx(2, "TARGET DIR");
	folder = argv[2];
	for (i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (strcmp(targets[i].target, argv[1]) == 0) {
			targets[i].write();
			return 0;
		}
	errx(2, "%s: no such target", argv[1]);
}
