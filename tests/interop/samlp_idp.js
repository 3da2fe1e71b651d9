// SPDX-License-Identifier: GPL-3.0-or-later
//
// An identity provider made of the samlp package, for one service provider.
//
//	samlp_idp.js DIR metadata
//		its metadata, keys made in DIR
//	samlp_idp.js DIR answer SP_CERTIFICATE [KIND...]
//		the Response, in base64, to the AuthnRequest whose URL stands
//		on standard input; the request's signature is checked
//		KINDs: response, assertion (what is signed); gcm, cbc, 3des,
//		rsa15 (how it is encrypted; the last is GCM with a key that is
//		wrapped by RSA 1.5, which the package below samlp can do)
//
// NODE_PATH leads to the package.
'use strict';
const childProcess = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const samlp = require('samlp');
const saml20 = require('saml').Saml20;

const HOST = 'samlp.example';
const PERSON = {
	id: 'alice', displayName: 'Alice Ångström & Söhne <Ltd>',
	name: { familyName: 'Ångström', givenName: 'Alice' },
	emails: [{ value: 'alice@example.org' }]
};
const CIPHERS = {
	gcm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
	cbc: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
	'3des': 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
	rsa15: 'http://www.w3.org/2009/xmlenc11#aes128-gcm'
};
const RSA15 = 'http://www.w3.org/2001/04/xmlenc#rsa-1_5';

function fail(error) {
	console.error(`samlp: ${error.message || error}`);
	process.exit(1);
}

function credentials(dir) {
	const [key, cert] = [`${dir}/idp.pem`, `${dir}/idp.crt`];
	if (!fs.existsSync(key)) {
		fs.mkdirSync(dir, { recursive: true });
		childProcess.execFileSync('openssl', ['req', '-x509', '-newkey',
			'rsa:2048', '-nodes', '-days', '30', '-subj',
			'/CN=samlp', '-keyout', key, '-out', cert],
		{ stdio: 'ignore' });
	}
	return {
		issuer: `https://${HOST}/idp`,
		key: fs.readFileSync(key), cert: fs.readFileSync(cert)
	};
}

function metadata(idp) {
	samlp.metadata({
		...idp, redirectEndpointPath: '/sso', postEndpointPath: '/sso'
	})({ protocol: 'https', headers: { host: HOST } },
		{ set() {}, send: (xml) => console.log(xml) });
}

function encryption(certificate, kinds) {
	const kind = kinds.find((word) => word in CIPHERS);
	if (!kind)
		return {};
	return {
		encryptionCert: certificate,
		encryptionPublicKey: crypto.createPublicKey(certificate)
		    .export({ type: 'spki', format: 'pem' }),
		encryptionAlgorithm: CIPHERS[kind],
		disallowEncryptionWithInsecureAlgorithm: false,
		warnOnInsecureEncryptionAlgorithm: false
	};
}

// samlp has no option for how the key is wrapped; what it stands on has.
function wrapBy(algorithm) {
	for (const name of ['create', 'createUnsignedAssertion']) {
		const create = saml20[name];
		saml20[name] = (options, callback) => create({
			...options, keyEncryptionAlgorithm: algorithm
		}, callback);
	}
}

function respond(idp, certificate, kinds, request) {
	if (kinds.includes('rsa15'))
		wrapBy(RSA15);
	samlp.getSamlResponse({
		...idp, ...encryption(certificate, kinds),
		audience: request.issuer,
		destination: request.assertionConsumerServiceURL,
		recipient: request.assertionConsumerServiceURL,
		inResponseTo: request.id,
		signResponse: kinds.includes('response'),
		signAssertion: kinds.includes('assertion'),
		signatureAlgorithm: 'rsa-sha256', digestAlgorithm: 'sha256',
		lifetimeInSeconds: 600,
		sessionIndex: '_session',
		authnContextClassRef: 'urn:oasis:names:tc:SAML:2.0:ac:classes:' +
		    'PasswordProtectedTransport'
	}, PERSON, (error, xml) => error ? fail(error)
		: console.log(Buffer.from(xml).toString('base64')));
}

function answer(idp, file, ...kinds) {
	const certificate = fs.readFileSync(file);
	const url = new URL(fs.readFileSync(0, 'utf8').trim());
	const query = Object.fromEntries(url.searchParams);
	samlp.parseRequest({ method: 'GET', query }, {
		signingCert: certificate, relayState: query.RelayState
	}, (error, request) => error ? fail(error)
		: respond(idp, certificate, kinds, request));
}

const [dir, verb, ...rest] = process.argv.slice(2);
const verbs = { metadata, answer };
if (!Object.hasOwn(verbs, verb))
	fail('see the beginning of this file');
verbs[verb](credentials(dir), ...rest);
