/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * KeyInfo says nothing that is believed: whatever stands in it, an attacker's
 * signature is refused and the IdP's is accepted.
 */
#include "tests/attacks/attack.h"

#define DSIG_11         "http://www.w3.org/2009/xmldsig11#"

#define X509(of)        "<ds:X509Data>" of "</ds:X509Data>"
#define CERTIFICATE(of) X509("<ds:X509Certificate>" of "</ds:X509Certificate>")
#define RETRIEVE(more)  "<ds:RetrievalMethod " more "/>"

/* {OWN}: the certificate of who signs; {IDP}: the IdP's; {VALUE}: the signer's
 * public key. */
static const struct {
	const char *name, *cve, *text;
} kinds[] = {
	{ "empty", NULL, "" },
	{ "the signer's certificate", "CVE-2021-21239", CERTIFICATE("{OWN}") },
	{ "the IdP's certificate", NULL, CERTIFICATE("{IDP}") },
	{ "the signer's certificate, then the IdP's", NULL,
	    CERTIFICATE("{OWN}") CERTIFICATE("{IDP}") },
	{ "the IdP's certificate, then the signer's", NULL,
	    CERTIFICATE("{IDP}") CERTIFICATE("{OWN}") },
	{ "a chain of both", NULL,
	    X509("<ds:X509Certificate>{OWN}</ds:X509Certificate>"
		 "<ds:X509Certificate>{IDP}</ds:X509Certificate>") },
	{ "the signer's public key", "CVE-2021-21239", "{VALUE}" },
	{ "a KeyName", NULL, "<ds:KeyName>" IDP "</ds:KeyName>" },
	{ "a KeyName that is a file", NULL,
	    "<ds:KeyName>/etc/ssl/private/key.pem</ds:KeyName>" },
	{ "a RetrievalMethod by http", "CVE-2023-36661",
	    RETRIEVE("URI=\"http://127.0.0.1:9/key\"") },
	{ "a RetrievalMethod of a certificate by http", "CVE-2023-36661",
	    RETRIEVE("URI=\"http://127.0.0.1:9/key\" Type=\"" DSIG
		     "rawX509Certificate\"") },
	{ "a RetrievalMethod of a file", NULL,
	    RETRIEVE("URI=\"file:///dev/stdin\" Type=\"" DSIG "X509Data\"") },
	{ "a RetrievalMethod of itself", NULL,
	    RETRIEVE("URI=\"#_ki\" Type=\"" DSIG "KeyInfo\"") },
	{ "a RetrievalMethod with XSLT", NULL,
	    "<ds:RetrievalMethod URI=\"#_assertion1\"><ds:Transforms>"
	    "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/"
	    "REC-xslt-19991116\"><xsl:stylesheet version=\"1.0\" "
	    "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\"/>"
	    "</ds:Transform></ds:Transforms></ds:RetrievalMethod>" },
	{ "a KeyInfoReference", "CVE-2021-40690",
	    "<k:KeyInfoReference xmlns:k=\"" DSIG_11
	    "\" URI=\"file:///etc/hostname\"/>" },
	{ "a DEREncodedKeyValue that is none", NULL,
	    "<k:DEREncodedKeyValue xmlns:k=\"" DSIG_11
	    "\">AAAA</k:DEREncodedKeyValue>" },
	{ "an X509 that is none", NULL, CERTIFICATE("AAAA") },
	{ "an X509 that is no base64", NULL, CERTIFICATE("!!!!") },
	{ "an X509 of an issuer and number", NULL,
	    X509("<ds:X509IssuerSerial><ds:X509IssuerName>CN=x"
		 "</ds:X509IssuerName><ds:X509SerialNumber>1"
		 "</ds:X509SerialNumber></ds:X509IssuerSerial>") },
	{ "an X509 of a subject", NULL,
	    X509("<ds:X509SubjectName>CN=idp.example</ds:X509SubjectName>") },
	{ "an X509 of a key identifier", NULL,
	    X509("<ds:X509SKI>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</ds:X509SKI>") },
	{ "an X509 of a revocation list", NULL,
	    X509("<ds:X509CRL>AAAA</ds:X509CRL>") },
	{ "an X509 with a digest", NULL,
	    X509("<k:X509Digest xmlns:k=\"" DSIG_11 "\" Algorithm=\"" ENC
		 "sha256\">AAAA</k:X509Digest>") },
	{ "PGP", NULL,
	    "<ds:PGPData><ds:PGPKeyID>AAAAAAAAAAA=</ds:PGPKeyID>"
	    "</ds:PGPData>" },
	{ "SPKI", NULL,
	    "<ds:SPKIData><ds:SPKISexp>AAAA</ds:SPKISexp>"
	    "</ds:SPKIData>" },
	{ "MgmtData", NULL, "<ds:MgmtData>x</ds:MgmtData>" },
	{ "a DSA KeyValue", NULL,
	    "<ds:KeyValue><ds:DSAKeyValue><ds:Y>AAAA</ds:Y></ds:DSAKeyValue>"
	    "</ds:KeyValue>" },
	{ "an EC KeyValue", NULL,
	    "<ds:KeyValue><k:ECKeyValue xmlns:k=\"" DSIG_11
	    "\"><k:NamedCurve URI=\"urn:oid:1.2.840.10045.3.1.7\"/>"
	    "<k:PublicKey>BAAA</k:PublicKey></k:ECKeyValue></ds:KeyValue>" },
	{ "an empty RSA KeyValue", NULL,
	    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus/><ds:Exponent/>"
	    "</ds:RSAKeyValue></ds:KeyValue>" },
	{ "an RSA KeyValue of exponent one", NULL,
	    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>//8=</ds:Modulus>"
	    "<ds:Exponent>AQ==</ds:Exponent></ds:RSAKeyValue>"
	    "</ds:KeyValue>" },
	{ "a SecurityTokenReference", NULL,
	    "<w:SecurityTokenReference xmlns:w=\"http://docs.oasis-open.org/"
	    "wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
	    "<w:KeyIdentifier>x</w:KeyIdentifier></w:SecurityTokenReference>" },
	{ "text and an unknown element", NULL, "x<y xmlns=\"urn:y\"/>" },
};

static char *
number(EVP_PKEY *key, const char *name)
{
	unsigned char bytes[1024];
	BIGNUM *value = NULL;
	int size;

	assert_int_equal(EVP_PKEY_get_bn_param(key, name, &value), 1);
	size = BN_bn2bin(value, bytes);
	BN_free(value);
	return fixture_base64(bytes, (size_t)size);
}

static char *
key_value(EVP_PKEY *key)
{
	char *modulus = number(key, "n"), *exponent = number(key, "e"), *text;

	text = fixture_text(
	    "<ds:KeyValue><ds:RSAKeyValue><ds:Modulus>%s</ds:Modulus>"
	    "<ds:Exponent>%s</ds:Exponent></ds:RSAKeyValue></ds:KeyValue>",
	    modulus, exponent);
	free(modulus);
	free(exponent);
	return text;
}

static void
write_kinds(struct attacks *attacks, struct attack *attack, const char *whose)
{
	EVP_PKEY *key = attacks->keys[attack->key];
	char *own = fixture_certificate(key), *value = key_value(key);
	char *idp = fixture_certificate(attacks->keys[KEY_RSA]);
	const struct edit holes[] = { { "{OWN}", own }, { "{IDP}", idp },
		{ "{VALUE}", value } };
	char *name, *info;
	size_t i, j;

	for (i = 0; i < COUNT(kinds); i++) {
		name = fixture_text("%s: %s", whose, kinds[i].name);
		info =
		    fixture_text("</ds:SignatureValue><ds:KeyInfo Id=\"_ki\">"
				 "%s</ds:KeyInfo>",
			kinds[i].text);
		for (j = 0; j < COUNT(holes); j++)
			if (strstr(info, holes[j].from) != NULL)
				info = fixture_replace(
				    info, holes[j].from, holes[j].to);
		attack->name = name;
		attack->cve = kinds[i].cve;
		attack->after[0] =
		    (struct edit){ "</ds:SignatureValue>", info };
		attack_write(attacks, attack, attack_text(attacks, attack));
		free(info);
		free(name);
	}
	free(own);
	free(idp);
	free(value);
}

void
attack_key_info(struct attacks *attacks)
{
	struct attack attackers = { .key = KEY_STRANGER,
		.expected = "signature_invalid" };
	struct attack idps = { .key = KEY_RSA };

	write_kinds(attacks, &attackers, "an attacker's signature");
	write_kinds(attacks, &idps, "the IdP's signature");
}
