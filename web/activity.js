// SPDX-License-Identifier: GPL-3.0-or-later
(() => {
"use strict";
const page = document, root = page.documentElement;
const base = page.currentScript.src.replace(/\/[^/]*$/, "");
const channel = new BroadcastChannel("gatehouse");
let input, asked, reported, state, busy, over, box;

// the clock that went further: one stops while a machine sleeps
const now = () => [Date.now(), performance.now()];
const age = (t) => t ? Math.max(Date.now() - t[0], performance.now() - t[1], 0) : Infinity;
const left = () => state ? state.left * 1e3 - age(state.at) : Infinity;
const warned = () => state && left() < state.warn * 1e3;
const hide = (hidden) => root.style.setProperty("display", hidden ? "none" : "", "important");
const add = (name, text) => {
	const element = page.createElement(name);
	box.append(element);
	element.textContent = text;
	return element;
};

function end() {
	over = 1;
	page.dispatchEvent(new Event("gatehouse-end"));
	channel.postMessage("end");
	hide(1);
	root.textContent = "";
	location.replace(base + "/login?return=" + encodeURIComponent(location.href.slice(location.origin.length)));
}

async function ask(report) {
	if (busy || over)
		return;
	busy = 1;
	const at = asked = now(), mine = input;
	if (report)
		reported = at;
	try {
		const answer = await fetch(base + (report ? "/activity" : "/status"), {
			method: report ? "POST" : "GET",
			body: report && new URLSearchParams({age: Math.round(age(mine))}),
			cache: "no-store", redirect: "error", keepalive: 1
		});
		if (answer.status == 401)
			return end();
		if (answer.ok) {
			state = {...await answer.json(), at};
			if (report) {
				if (input == mine)
					input = null;
				channel.postMessage("look");
			}
			draw();
		}
	} catch {}
	busy = 0;
}

function draw() {
	hide(left() <= 0);
	if (!warned()) {
		box?.remove();
		box = null;
		return;
	}
	if (!box) {
		box = page.createElement("div");
		box.style.cssText = "position:fixed;z-index:99999;inset:auto 0 0;padding:1em;font:1rem system-ui;background:#16181d;color:#fff";
		page.body.append(box);
		// said once: the count is for the eyes
		add("span", state.text).role = "alert";
		add("b", "").ariaHidden = "true";
		add("button", state.stay);
	}
	box.children[1].textContent = ` ${Math.ceil(left() / 1e3)} `;
}

function tick() {
	if (over)
		return;
	draw();
	if (input && age(reported) >= (warned() ? 1e3 : 15e3))
		ask(1);
	else if (age(asked) >= (left() <= 0 ? 3e3 : 30e3) && (!page.hidden || warned()))
		ask();
}

// a key that something lies on is nobody's
for (const type of ["pointerdown", "click", "keydown", "wheel", "touchmove"])
	addEventListener(type, (e) => {
		if (e.isTrusted && !e.repeat)
			input = now();
	}, {capture: 1, passive: 1});
page.addEventListener("visibilitychange", () => page.hidden && input ? ask(1) : tick());
addEventListener("pageshow", (e) => e.persisted && (hide(1), ask()));
channel.onmessage = (e) => {
	if (e.data == "end" || !page.hidden || warned())
		ask();
};
setInterval(tick, 1e3);
ask();
})();
