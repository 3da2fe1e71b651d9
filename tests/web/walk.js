// SPDX-License-Identifier: GPL-3.0-or-later
//
// walk.js FILE NAME: one walk of a person through the front door, in Debian's
// Chromium, by playwright-core; the walks are in walks/FILE.js. Ends with 1
// where something is not as it must be.
//
// From the environment: BASE, IDP_URL, GATE (the folder), BUILD, SCREENS (where
// pictures go), NODE_PATH (playwright-core, axe-core).
'use strict';
const assert = require('assert');
const childProcess = require('child_process');
const fs = require('fs');
const os = require('os');
const { chromium } = require('playwright-core');

const { BASE, IDP_URL, GATE, BUILD, SCREENS } = process.env;
const PASSWORD = 'correct horse battery staple';
// of a machine that does much else
const PATIENCE = Number(process.env.PATIENCE || 45000);
const AXE = fs.readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

function run(program, args, input) {
	return childProcess.execFileSync(program, args,
		{ input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
}

// What an administrator does.
function ctl(...args) {
	return run(`${BUILD}/gatehousectl`,
		['--socket', `${GATE}/gate.sock`, ...args]);
}

function sessionsOf(user) {
	return JSON.parse(ctl('session', 'list', '--all', '--user', user,
		'--json'));
}

// The code that an app shows which has scanned this.
function code(uri) {
	const secret = new URL(uri).searchParams.get('secret');
	return run('oathtool', ['--totp', '-b', secret]).trim();
}

// The code of somebody whose app the administrator has set up.
function codeOf(user) {
	return code(fs.readFileSync(`${GATE}/${user}.otp`, 'utf8').trim());
}

function wrong(right) {
	return String((Number(right) + 500000) % 1000000).padStart(6, '0');
}

// The allowlist is without this machine's address for a while.
async function elsewhere(act) {
	const file = `${GATE}/allowlist`, kept = fs.readFileSync(file);
	fs.writeFileSync(file, 'allow 192.0.2.0/24\n');
	ctl('reload');
	try {
		await act();
	} finally {
		fs.writeFileSync(file, kept);
		ctl('reload');
	}
}

class Walk {
	constructor(browser) {
		Object.assign(this, { browser, BASE, IDP_URL, PASSWORD, assert, ctl,
			sessionsOf, code, codeOf, wrong, elsewhere,
			holder: os.userInfo().username });
	}

	// A browser of somebody's own, and a page in it. Whatever a page of ours
	// complains about is a fault.
	async person(options = {}) {
		const context = await this.browser.newContext({
			ignoreHTTPSErrors: true, locale: 'en-US',
			viewport: { width: 900, height: 700 }, ...options
		});
		context.setDefaultTimeout(PATIENCE);
		const page = await context.newPage();
		page.complaints = [];
		page.on('console', (message) => {
			if (message.type() === 'error')
				page.complaints.push(message.text());
		});
		return page;
	}

	// A picture of the page, and what axe has against it.
	async look(page, name) {
		await page.screenshot(
			{ path: `${SCREENS}/${name}.png`, fullPage: true });
		await page.evaluate(AXE);
		const { violations } = await page.evaluate(() => axe.run());
		const found = violations.map((v) => `${v.id}: ${v.help}: ` +
			v.nodes.map((n) => n.html).join(', '));
		assert.deepStrictEqual(found, [], `${name}: ${page.url()}`);
		const bad = page.complaints.filter(
			(text) => /Content Security Policy|Refused to/.test(text));
		assert.deepStrictEqual(bad, [], name);
	}

	async says(page, text) {
		await page.getByText(text).first().waitFor();
	}

	// ---- steps that many walks have ----

	async toSignIn(page, path = '/plain') {
		await page.goto(BASE + path);
		assert.match(page.url(), /\/gate\/login\?return=/);
	}

	// The portal's page is there, for this user.
	async isAt(page, path, user) {
		await page.waitForURL(BASE + path);
		assert.strictEqual(await page.locator('#user').textContent(), user);
	}

	async byIdp(page, user, path = '/plain') {
		await this.toSignIn(page, path);
		await page.locator('ul.choices a').click();
		await page.getByRole('button', { name: user, exact: true }).click();
		await this.isAt(page, path, user);
	}

	async typePassword(page, user, password = PASSWORD) {
		await page.fill('input[name=user]', user);
		await page.fill('input[name=password]', password);
		await page.click('main form button');
	}

	async toPassword(page, path = '/plain') {
		await this.toSignIn(page, path);
		await page.click('a[href*="way=password"]');
		await page.locator('input[name=password]').waitFor();
	}

	async typeCode(page, digits) {
		await page.fill('input[name=code]', digits);
		await page.click('main form button');
	}

	async byPassword(page, user, path = '/plain') {
		await this.toPassword(page, path);
		await this.typePassword(page, user);
		await this.typeCode(page, codeOf(user));
		await this.isAt(page, path, user);
	}

	async signOut(page) {
		await page.goto(`${BASE}/gate/logout`);
		await page.click('main form button');
	}

	// What the QR code of the page says, as a phone's camera sees it.
	async scan(page, name) {
		const file = `${SCREENS}/${name}.png`;
		await page.screenshot({ path: file, fullPage: true });
		return run('zbarimg', ['-q', '--raw', '--nodbus', file]).trim();
	}
}

async function main(file, name) {
	const args = ['--disable-gpu', '--disable-dev-shm-usage'];
	if (process.getuid() === 0)
		args.push('--no-sandbox');
	const browser = await chromium.launch(
		{ executablePath: '/usr/bin/chromium', args });
	const walk = new Walk(browser);
	try {
		await require(`./walks/${file}.js`)[name](walk);
	} catch (error) {
		for (const context of browser.contexts())
			for (const page of context.pages()) {
				console.log(`at ${page.url()}:`);
				console.log(await page.locator('body').innerText()
					.catch((e) => e.message));
			}
		throw error;
	} finally {
		await browser.close();
	}
}

main(...process.argv.slice(2)).catch((error) => {
	console.log(error);
	process.exitCode = 1;
});
