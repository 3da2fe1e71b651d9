// SPDX-License-Identifier: GPL-3.0-or-later
//
// A session as its person sees it: how it goes on, ends, and is gone on with.
'use strict';

const LOGIN = /\/gate\/login\?return=/;
const poll = (page) => page.locator('#polls').textContent().then(Number);

// The last session of a user, once it has ended on record: it is refused before.
const ended = async (w, page, user) => {
	const end = Date.now() + 10000;
	let [last] = w.sessionsOf(user);
	while (!last.end_reason && Date.now() < end) {
		await page.waitForTimeout(100);
		[last] = w.sessionsOf(user);
	}
	return last;
};

// Idle for the limit of those who have a brief one; the page polls meanwhile.
exports.idle = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'ivan', '/');
	await page.locator('#draft').click();
	await page.keyboard.type('half a sentence');
	const polls = await poll(page);
	await w.says(page, 'about to end');
	await page.screenshot({ path: `${process.env.SCREENS}/warning.png` });
	w.assert.ok(await poll(page) > polls, 'the page has polled meanwhile');
	// a click is somebody
	await page.getByRole('button', { name: 'Stay signed in' }).click();
	await page.getByText('about to end').waitFor({ state: 'detached' });
	w.assert.strictEqual(w.sessionsOf('ivan')[0].state, 'open');
	// nobody is there
	await page.waitForURL(LOGIN);
	const last = await ended(w, page, 'ivan');
	w.assert.strictEqual(last.end_reason, 'idle');
	await w.look(page, 'choose-again');
	// and at the same place, with what was being written
	await page.locator('ul.choices a').click();
	await w.isAt(page, '/', 'ivan');
	w.assert.strictEqual(
		await page.locator('#draft').inputValue(), 'half a sentence');
	w.assert.notStrictEqual(
		await page.locator('#session').textContent(), last.id);
};

exports.hold = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'hanna', '/');
	const [{ id }] = w.sessionsOf('hanna');
	await page.getByRole('button', { name: 'Take a call' }).click();
	await page.getByRole('button', { name: 'Hang up' }).waitFor();
	// for as long as the limit is and more
	const end = Date.now() + 23000;
	while (Date.now() < end) {
		await page.waitForTimeout(500);
		w.assert.strictEqual(w.sessionsOf('hanna')[0].state, 'open');
	}
	w.assert.ok(!LOGIN.test(page.url()));
	w.ctl('session', 'release', '--holder', w.holder, '--label',
		'portal: call', id);
	await page.waitForURL(LOGIN);
	w.assert.strictEqual(
		(await ended(w, page, 'hanna')).end_reason, 'idle');
};

exports.tabs = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'alice', '/');
	const other = await page.context().newPage();
	other.complaints = [];
	await other.goto(`${w.BASE}/`);
	await w.isAt(other, '/', 'alice');
	// signing out in one ends the other: at a touch, or within half a minute
	await w.signOut(page);
	await w.says(page, 'signed out');
	await other.bringToFront();
	await other.locator('#draft').click();
	await other.waitForURL(LOGIN);
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), LOGIN);
};

// What is done in one tab keeps the other.
exports.twoTabs = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'tara', '/');
	const other = await page.context().newPage();
	await other.goto(`${w.BASE}/`);
	const end = Date.now() + 16000;
	while (Date.now() < end) {
		await other.locator('#draft').press('a');
		await other.waitForTimeout(700);
	}
	w.assert.strictEqual(page.url(), `${w.BASE}/`);
	w.assert.strictEqual(await page.locator('body').isVisible(), true);
	w.assert.strictEqual(w.sessionsOf('tara')[0].state, 'open');
};

exports.logout = async (w) => {
	const page = await w.person();
	await w.byPassword(page, 'oscar');
	await page.goto(`${w.BASE}/gate/logout`);
	await w.look(page, 'logout');
	await page.click('main form button');
	await w.says(page, 'signed out');
	await w.look(page, 'ended');
	w.assert.strictEqual(w.sessionsOf('oscar')[0].state, 'ended');
	const cookies = await page.context().cookies(w.BASE);
	w.assert.ok(!cookies.some((c) => c.name === '__Host-gate'));
	// back leads to nothing that was there
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), LOGIN);
};

// Out of here is out of the IdP.
exports.logoutByUs = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'sven');
	await w.signOut(page);
	await w.says(page, 'signed out');
	w.assert.strictEqual(w.sessionsOf('sven')[0].state, 'ended');
	await w.toSignIn(page);
	await page.locator('ul.choices a').click();
	await w.says(page, 'who are you?');
};

// Out of the IdP is out of here.
exports.slo = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'sara');
	await page.goto(`${w.IDP_URL}/logout?person=sara`);
	await w.says(page, 'signed out everywhere');
	w.assert.strictEqual(w.sessionsOf('sara')[0].end_reason, 'slo');
	await page.goto(`${w.BASE}/plain`);
	w.assert.match(page.url(), LOGIN);
};

exports.sessions = async (w) => {
	const first = await w.person(), second = await w.person();
	await w.byIdp(first, 'mia');
	await w.byIdp(second, 'mia');
	await second.goto(`${w.BASE}/gate/sessions`);
	await w.look(second, 'sessions');
	w.assert.strictEqual(await second.locator('tbody tr').count(), 2);
	await second.locator('button[name=others]').click();
	await second.waitForFunction(
		() => document.querySelectorAll('tbody tr').length === 1);
	await first.goto(`${w.BASE}/plain`);
	w.assert.match(first.url(), LOGIN);
	await second.goto(`${w.BASE}/plain`);
	await w.isAt(second, '/plain', 'mia');
};

exports.denied = async (w) => {
	const page = await w.person();
	await w.byIdp(page, 'alice');
	await w.elsewhere(async () => {
		await page.goto(`${w.BASE}/plain`);
		await w.says(page, '127.0.0.1');
		await w.look(page, 'denied');
	});
	await page.goto(`${w.BASE}/plain`);
	await w.isAt(page, '/plain', 'alice');
};
