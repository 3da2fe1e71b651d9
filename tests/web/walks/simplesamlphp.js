// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between the front door and simpleSAMLphp.
'use strict';
const PERSON = require('../../interop/simplesamlphp/person.json');

const LOGIN = /\/gate\/login\?return=/;

async function signIn(w, page, path, method = 'GET') {
	await w.toSignIn(page, path);
	await page.locator('ul.choices a').click();
	// a page of ours has no script that would send a form
	if (method === 'POST')
		await page.getByRole('button', { name: 'Continue' }).click();
	await page.waitForURL(`${w.IDP_URL}/**`);
	await page.fill('input[name=username]', PERSON.user);
	await page.fill('input[name=password]', PERSON.password);
	await page.keyboard.press('Enter');
	await w.isAt(page, path, PERSON.user);
}

// What the browser brings from one to the other.
function messages(w, page) {
	const list = [];
	page.on('request', (request) => {
		const url = new URL(request.url());
		const fields = request.method() === 'POST' ?
			new URLSearchParams(request.postData()) : url.searchParams;
		for (const name of ['SAMLRequest', 'SAMLResponse'])
			if (fields.has(name))
				list.push(`${request.method()} ${name} ` +
					url.origin + url.pathname);
	});
	return list;
}

async function signInBy(w, method) {
	const page = await w.person();
	const sent = messages(w, page);
	await signIn(w, page, '/', method);
	w.assert.deepStrictEqual(sent, [
		`${method} SAMLRequest ${w.IDP_URL}/saml2/idp/SSOService.php`,
		`POST SAMLResponse ${w.BASE}/gate/acs`
	]);
	w.assert.strictEqual(await page.locator('#groups').textContent(),
		PERSON.attributes.groups.join(', '));
	w.assert.strictEqual(
		await page.locator('#method').textContent(), 'sso');
	await page.goto(`${w.BASE}/headers`);
	const told = JSON.parse(await page.locator('body').innerText()).find(
		([name]) => name.toLowerCase() === 'x-gatehouse-attributes');
	const attributes = told[1].split(',').map(decodeURIComponent).sort();
	w.assert.deepStrictEqual(attributes,
		['mail', 'displayName'].flatMap((name) => PERSON.attributes[name]
			.map((value) => `${name}=${value}`)).sort());
}

exports.redirect = (w) => signInBy(w, 'GET');
exports.post = (w) => signInBy(w, 'POST');

exports.logoutHere = async (w) => {
	const page = await w.person();
	await signIn(w, page, '/plain');
	const sent = messages(w, page);
	await w.signOut(page);
	await w.says(page, 'signed out');
	w.assert.deepStrictEqual(sent, [
		`GET SAMLRequest ${w.IDP_URL}/saml2/idp/SingleLogoutService.php`,
		`GET SAMLResponse ${w.BASE}/gate/slo`
	]);
	w.assert.strictEqual(w.sessionsOf(PERSON.user)[0].state, 'ended');
	// and it asks who is there again
	await w.toSignIn(page);
	await page.locator('ul.choices a').click();
	await page.locator('input[name=password]').waitFor();
	w.assert.ok(page.url().startsWith(w.IDP_URL));
};

exports.logoutThere = async (w) => {
	const page = await w.person();
	await signIn(w, page, '/plain');
	const sent = messages(w, page);
	await page.goto(`${w.IDP_URL}/saml2/idp/SingleLogoutService.php` +
		`?ReturnTo=${encodeURIComponent(`${w.IDP_URL}/resources/default.css`)}`);
	await page.waitForURL(`${w.IDP_URL}/resources/default.css`);
	w.assert.deepStrictEqual(sent, [
		`GET SAMLRequest ${w.BASE}/gate/slo`,
		`GET SAMLResponse ${w.IDP_URL}/saml2/idp/SingleLogoutService.php`
	]);
	w.assert.strictEqual(w.sessionsOf(PERSON.user)[0].end_reason, 'slo');
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), LOGIN);
};
