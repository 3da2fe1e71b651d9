#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""An identity provider made of pysaml2, for one service provider.

pysaml2_idp.py DIR metadata                     its metadata, keys made in DIR
pysaml2_idp.py DIR answer SP_METADATA [KIND...]  the Response to the
    AuthnRequest whose URL (redirect) stands on standard input, in base64; the
    request's signature is checked
    KINDs: response, assertion (what is signed); gcm, cbc, 3des (how it is
    encrypted; the last is what pysaml2 does by itself)
pysaml2_idp.py DIR logout-request SP_METADATA NAME_ID INDEX   a signed URL
pysaml2_idp.py DIR logout-answer SP_METADATA    the signed URL that answers the
    LogoutRequest whose URL stands on standard input, its signature checked
pysaml2_idp.py DIR check-answer SP_METADATA     is the LogoutResponse whose URL
    stands on standard input signed by the SP, and a success?
"""

import base64
import os
import subprocess
import sys
import urllib.parse
import zlib

from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT, sigver
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_UNSPECIFIED, NameID
from saml2.server import Server
from saml2.sigver import verify_redirect_signature
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

BASE = "https://pysaml2.example"
CIPHERS = {"gcm": "http://www.w3.org/2009/xmlenc11#aes256-gcm",
           "cbc": "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
           "3des": None}
PERSON = {"uid": ["alice"], "mail": ["alice@example.org"],
          "displayName": ["Alice Ångström & Söhne <Ltd>"]}


def make_key(folder):
    if not os.path.exists(f"{folder}/idp.pem"):
        os.makedirs(folder, exist_ok=True)
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes",
             "-days", "30", "-subj", "/CN=pysaml2", "-keyout",
             f"{folder}/idp.pem", "-out", f"{folder}/idp.crt"],
            check=True, stderr=subprocess.DEVNULL)


def configuration(folder, sp_metadata=None):
    return {
        "entityid": f"{BASE}/idp",
        "key_file": f"{folder}/idp.pem",
        "cert_file": f"{folder}/idp.crt",
        "xmlsec_binary": "/usr/bin/xmlsec1",
        "metadata": {"local": [sp_metadata]} if sp_metadata else {},
        "allow_unknown_attributes": True,
        "service": {"idp": {
            "name": "pysaml2",
            "endpoints": {
                "single_sign_on_service": [
                    (f"{BASE}/sso", BINDING_HTTP_REDIRECT),
                    (f"{BASE}/sso", BINDING_HTTP_POST)],
                "single_logout_service": [
                    (f"{BASE}/slo", BINDING_HTTP_REDIRECT),
                    (f"{BASE}/slo", BINDING_HTTP_POST)],
            },
            "policy": {"default": {
                "lifetime": {"minutes": 15},
                "attribute_restrictions": None,
                "name_form":
                    "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
                "entity_categories": [],
            }},
            "sign_response": False,
            "sign_assertion": False,
        }},
    }


def server(folder, sp_metadata):
    return Server(config=IdPConfig().load(configuration(folder, sp_metadata)))


def query_of(url):
    return dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query))


def check_signature(idp, query):
    """The one of the query (SAML bindings 3.4.4.1), by the SP's metadata."""
    sp = list(idp.metadata.keys())[0]
    for certificate in idp.metadata.certs(sp, "any", "signing"):
        if verify_redirect_signature(
                query, idp.sec.sec_backend, certificate):
            return
    sys.exit("the request's signature does not verify")


def metadata(folder):
    from saml2.metadata import entity_descriptor
    print(entity_descriptor(IdPConfig().load(configuration(folder))))


def choose_cipher(kinds):
    """pysaml2 has 3DES in two defaults, and no option for another."""
    for kind in kinds:
        if CIPHERS.get(kind):
            sigver.pre_encryption_part.__kwdefaults__["msg_enc"] = \
                CIPHERS[kind]
            sigver.SecurityContext.encrypt_assertion.__defaults__ = (
                "aes-256", None)
    return any(kind in CIPHERS for kind in kinds)


def answer(folder, sp_metadata, *kinds):
    idp = server(folder, sp_metadata)
    query = query_of(sys.stdin.read().strip())
    check_signature(idp, query)
    request = idp.parse_authn_request(
        query["SAMLRequest"], BINDING_HTTP_REDIRECT)
    details = idp.response_args(request.message)
    name = NameID(format=NAMEID_FORMAT_UNSPECIFIED, text="alice")
    response = idp.create_authn_response(
        identity=PERSON, userid="alice", name_id=name,
        in_response_to=details["in_response_to"],
        destination=details["destination"],
        sp_entity_id=details["sp_entity_id"],
        authn={"class_ref": PASSWORDPROTECTEDTRANSPORT,
               "authn_auth": f"{BASE}/sso"},
        sign_response="response" in kinds,
        sign_assertion="assertion" in kinds,
        encrypt_assertion=choose_cipher(kinds),
        encrypted_advice_attributes=False,
        sign_alg=SIG_RSA_SHA256, digest_alg=DIGEST_SHA256,
        session_not_on_or_after=None)
    print(base64.b64encode(str(response).encode()).decode())


def redirect(idp, message, destination, field, relay_state):
    info = idp.apply_binding(
        BINDING_HTTP_REDIRECT, str(message), destination, relay_state,
        response=field == "SAMLResponse", sign=True, sigalg=SIG_RSA_SHA256)
    print(dict(info["headers"])["Location"])


def logout_request(folder, sp_metadata, name_id, index):
    idp = server(folder, sp_metadata)
    sp = list(idp.metadata.keys())[0]
    binding, destination = idp.pick_binding(
        "single_logout_service", [BINDING_HTTP_REDIRECT], "spsso",
        entity_id=sp)
    _, request = idp.create_logout_request(
        destination, sp, name_id=NameID(
            format=NAMEID_FORMAT_UNSPECIFIED, text=name_id),
        session_indexes=[index], sign=False)
    redirect(idp, request, destination, "SAMLRequest", "their-state")


def logout_answer(folder, sp_metadata):
    idp = server(folder, sp_metadata)
    query = query_of(sys.stdin.read().strip())
    check_signature(idp, query)
    request = idp.parse_logout_request(
        query["SAMLRequest"], BINDING_HTTP_REDIRECT)
    if not request:
        sys.exit("the LogoutRequest is not acceptable")
    response = idp.create_logout_response(
        request.message, [BINDING_HTTP_REDIRECT], sign=False)
    redirect(idp, response, response.destination, "SAMLResponse",
             query.get("RelayState", ""))


def check_answer(folder, sp_metadata):
    idp = server(folder, sp_metadata)
    query = query_of(sys.stdin.read().strip())
    check_signature(idp, query)
    response = zlib.decompress(
        base64.b64decode(query["SAMLResponse"]), -15).decode()
    if "LogoutResponse" not in response or "status:Success" not in response:
        sys.exit("not a LogoutResponse that tells success")


VERBS = {"check-answer": check_answer,
         "metadata": metadata, "answer": answer,
         "logout-request": logout_request, "logout-answer": logout_answer}

if __name__ == "__main__":
    if len(sys.argv) < 3 or sys.argv[2] not in VERBS:
        sys.exit(__doc__)
    make_key(sys.argv[1])
    VERBS[sys.argv[2]](sys.argv[1], *sys.argv[3:])
