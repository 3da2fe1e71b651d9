// SPDX-License-Identifier: GPL-3.0-or-later
//
// The pages in the languages, in the light and in the dark, on a phone.
'use strict';

const LANGUAGES = {
	en: [/^(Problem: )?(Sign in|Enter)/, 'en-US'],
	de: [/^(Fehler: )?(Anmelde|Mit |Code )/, 'de-AT'],
	ko: [/^[가-힣]{2}/, 'ko-KR']
};

async function through(w, options, name, check) {
	const page = await w.person(options);
	await w.toSignIn(page);
	await check(page);
	await w.look(page, `${name}-choose`);
	await page.click('a[href*="way=password"]');
	await page.locator('input[name=password]').waitFor();
	await check(page);
	await w.look(page, `${name}-password`);
	await w.typePassword(page, 'nobody', 'nothing');
	await page.locator('input[name=code]').waitFor();
	await check(page);
	await w.look(page, `${name}-code`);
	await w.typeCode(page, '123456');
	await page.getByRole('alert').waitFor();
	await check(page);
	await w.look(page, `${name}-refused`);
	await page.context().close();
}

exports.languages = async (w) => {
	for (const [language, [word, locale]] of Object.entries(LANGUAGES))
		await through(w, { locale }, language, async (page) => {
			w.assert.strictEqual(
				await page.locator('html').getAttribute('lang'), language);
			w.assert.match(await page.title(), word);
			const text = await page.locator('main').innerText();
			if (language !== 'en')
				w.assert.doesNotMatch(text, /sign|password|continue|user/i);
		});
};

exports.dark = async (w) => {
	const bright = async (page) => {
		const colour = await page.evaluate(
			() => getComputedStyle(document.body).backgroundColor);
		return colour.match(/\d+/g).slice(0, 3).map(Number)
			.reduce((a, b) => a + b) > 384;
	};
	await through(w, { colorScheme: 'dark' }, 'dark', async (page) =>
		w.assert.ok(!await bright(page)));
	await through(w, { colorScheme: 'light' }, 'light', async (page) =>
		w.assert.ok(await bright(page)));
};

// 320 CSS pixels: what WCAG 2.2, 1.4.10 asks for.
exports.phone = async (w) => {
	await through(w, { viewport: { width: 320, height: 600 } }, 'phone',
		async (page) => w.assert.ok(await page.evaluate(
			() => document.documentElement.scrollWidth <= innerWidth),
		'nothing is wider than the screen'));
};
