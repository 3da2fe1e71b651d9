// SPDX-License-Identifier: GPL-3.0-or-later
//
// Signing in, by all ways, and being turned away.
'use strict';

exports.sso = async (w) => {
	const page = await w.person();
	await w.toSignIn(page);
	await w.look(page, 'choose');
	await page.locator('ul.choices a').click();
	await w.says(page, 'who are you?');
	await page.getByRole('button', { name: 'alice', exact: true }).click();
	await w.isAt(page, '/plain', 'alice');
	// the IdP knows her now, and the front door asks no more
	await page.goto(`${w.BASE}/`);
	w.assert.match(await page.locator('#groups').textContent(), /agents/);
	const cookies = await page.context().cookies(w.BASE);
	const ours = cookies.filter((c) => c.name === '__Host-gate');
	w.assert.strictEqual(ours.length, 1);
	w.assert.ok(ours[0].httpOnly && ours[0].secure);
	w.assert.strictEqual(ours[0].sameSite, 'Lax');
	w.assert.ok(!cookies.some((c) => c.name.startsWith('__Secure-gate-sso')),
		'the cookie of the way to the IdP is gone');
};

exports.password = async (w) => {
	const page = await w.person();
	await w.toPassword(page);
	await w.look(page, 'password');
	await w.typePassword(page, 'bob');
	await page.locator('input[name=code]').waitFor();
	await w.look(page, 'code');
	await w.typeCode(page, w.codeOf('bob'));
	await w.isAt(page, '/plain', 'bob');
};

exports.wrongCode = async (w) => {
	const page = await w.person();
	await w.toPassword(page);
	await w.typePassword(page, 'walt', 'not his password');
	await page.locator('input[name=code]').waitFor();
	await w.typeCode(page, w.codeOf('walt'));
	await page.getByRole('alert').waitFor();
	const said = await page.getByRole('alert').innerText();
	await w.look(page, 'refused');

	const other = await w.person();
	await w.toPassword(other);
	await w.typePassword(other, 'walt');
	await w.typeCode(other, w.wrong(w.codeOf('walt')));
	await other.getByRole('alert').waitFor();
	// which of the two was wrong, nobody is told
	w.assert.strictEqual(await other.getByRole('alert').innerText(), said);
	w.assert.strictEqual(await other.title(), await page.title());
	w.assert.strictEqual(w.sessionsOf('walt').length, 0);
};

exports.enrolment = async (w) => {
	const page = await w.person();
	await w.toPassword(page);
	await w.typePassword(page, 'dave');
	await page.locator('.qr').waitFor();
	await w.look(page, 'enrol');
	const uri = await w.scan(page, 'enrol');
	w.assert.match(uri, /^otpauth:\/\/totp\//);
	w.assert.strictEqual(
		await page.locator('a[href^="otpauth:"]').getAttribute('href'), uri);
	const secret = new URL(uri).searchParams.get('secret');
	const key = await page.locator('main code').first().innerText();
	w.assert.strictEqual(key.replace(/ /g, ''), secret);

	await w.typeCode(page, w.wrong(w.code(uri)));
	await page.getByRole('alert').waitFor();
	await page.locator('.qr').waitFor();
	w.assert.strictEqual(await w.scan(page, 'enrol-again'), uri,
		'the same key once more');
	await w.look(page, 'enrol-wrong');
	await w.typeCode(page, w.code(uri));
	await page.locator('.codes').waitFor();
	await w.look(page, 'recovery');
	const codes = await page.locator('.codes code').allInnerTexts();
	w.assert.strictEqual(codes.length, 10);
	await page.click('main form button');
	await w.isAt(page, '/plain', 'dave');

	// who has lost the phone has these
	const other = await w.person();
	await w.toPassword(other);
	await w.typePassword(other, 'dave');
	await w.typeCode(other, codes[3]);
	await w.isAt(other, '/plain', 'dave');
};

// Who is locked out is told so, if he is who he says; whoever guesses is not.
exports.lockout = async (w) => {
	const page = await w.person();
	const attempt = async (password) => {
		await w.toPassword(page);
		await w.typePassword(page, 'lena', password);
		await w.typeCode(page, w.codeOf('lena'));
		await page.getByRole('alert').waitFor();
		return page.getByRole('alert').innerText();
	};
	let said;
	for (let i = 0; i < 3; i++)
		said = await attempt('a guess');
	w.assert.match(await attempt(w.PASSWORD),
		/Too many sign-ins have failed; minutes to wait .*: \d+/);
	await w.look(page, 'lockout');
	w.assert.strictEqual(await attempt('a guess'), said);
	w.assert.strictEqual(w.sessionsOf('lena').length, 0);
	w.assert.match(w.ctl('lockout', 'list'), /lena/);
};

exports.expired = async (w) => {
	const page = await w.person();
	await w.toPassword(page);
	await w.typePassword(page, 'erin');
	await w.typeCode(page, w.codeOf('erin'));
	await page.locator('input[name=again]').waitFor();
	await w.look(page, 'expired');
	await page.fill('input[name=current]', w.PASSWORD);
	await page.fill('input[name=new]', 'password1');
	await page.fill('input[name=again]', 'password1');
	await page.click('main form button');
	await page.getByRole('alert').waitFor();
	await w.look(page, 'expired-weak');
	await page.fill('input[name=current]', w.PASSWORD);
	await page.fill('input[name=new]', 'seventeen purple otters');
	await page.fill('input[name=again]', 'seventeen purple otters');
	await page.click('main form button');
	await w.isAt(page, '/plain', 'erin');
};

exports.change = async (w) => {
	const page = await w.person();
	await w.byPassword(page, 'petra');
	const before = (await page.context().cookies(w.BASE)).find(
		(c) => c.name === '__Host-gate').value;
	await page.goto(`${w.BASE}/gate/password`);
	if (await page.locator('input[name=again]').count() === 0)
		await page.click('main form button');
	await page.locator('input[name=again]').waitFor();
	await w.look(page, 'change');
	await page.fill('input[name=current]', w.PASSWORD);
	await page.fill('input[name=new]', 'nineteen yellow badgers');
	await page.fill('input[name=again]', 'nineteen yellow badgers');
	await page.click('main form button');
	await page.waitForURL(/./);
	await page.locator('input[name=again]').waitFor({ state: 'detached' });
	await w.look(page, 'changed');
	const after = (await page.context().cookies(w.BASE)).find(
		(c) => c.name === '__Host-gate').value;
	w.assert.notStrictEqual(after, before, 'a new secret');
	await page.goto(`${w.BASE}/plain`);
	await w.isAt(page, '/plain', 'petra');
};

exports.unsolicited = async (w) => {
	const page = await w.person();
	await page.goto(`${w.IDP_URL}/start?person=alice`);
	await page.waitForURL(`${w.BASE}/**`);
	await page.goto(`${w.BASE}/plain`);
	await w.isAt(page, '/plain', 'alice');
};

exports.unsolicitedOff = async (w) => {
	const page = await w.person();
	await page.goto(`${w.IDP_URL}/start?person=alice`);
	await page.waitForURL(`${w.BASE}/**`);
	await w.look(page, 'error');
	await w.says(page, 'reference');
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), /\/gate\/login/);
};

exports.noScript = async (w) => {
	const page = await w.person({ javaScriptEnabled: false });
	await w.byPassword(page, 'nora');
	await w.signOut(page);
	await w.says(page, 'signed out');
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), /\/gate\/login/);
	await page.locator('ul.choices a').click();
	await page.getByRole('button', { name: 'alice', exact: true }).click();
	await page.getByRole('button', { name: 'Go on' }).click();
	await w.isAt(page, '/plain', 'alice');
	// "stay signed in", without a script
	await page.goto(`${w.BASE}/gate/activity?return=%2Fplain`);
	await page.locator('button[name=stay]').click();
	await w.isAt(page, '/plain', 'alice');
};

// Tab until something that fits has the focus, then press a key.
async function tabTo(page, selector, assert) {
	for (let i = 0; i < 20; i++) {
		await page.keyboard.press('Tab');
		if (await page.evaluate(
			(s) => document.activeElement.matches(s), selector)) {
			const shown = await page.evaluate(() => {
				const style = getComputedStyle(document.activeElement);
				return style.outlineStyle !== 'none' &&
					parseFloat(style.outlineWidth) >= 2;
			});
			assert.ok(shown, `the focus on ${selector} can be seen`);
			return;
		}
	}
	assert.fail(`no Tab leads to ${selector}`);
}

exports.keyboard = async (w) => {
	const page = await w.person();
	await w.toSignIn(page);
	await tabTo(page, 'a[href*="way=password"]', w.assert);
	await page.keyboard.press('Enter');
	await page.locator('input[name=user]').waitFor();
	await tabTo(page, 'input[name=user]', w.assert);
	await page.keyboard.type('kim');
	await page.keyboard.press('Tab');
	await page.keyboard.type(w.PASSWORD);
	await tabTo(page, 'button', w.assert);
	await page.keyboard.press('Space');
	await page.locator('input[name=code]').waitFor();
	await tabTo(page, 'input[name=code]', w.assert);
	await page.keyboard.type(w.codeOf('kim'));
	await page.keyboard.press('Enter');
	await w.isAt(page, '/plain', 'kim');
	await page.goto(`${w.BASE}/gate/logout`);
	await tabTo(page, 'main button', w.assert);
	await page.keyboard.press('Enter');
	await w.says(page, 'signed out');
};
