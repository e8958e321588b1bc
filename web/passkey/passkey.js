// Passkeys: shows the buttons with data-passkey and does what they say (package web/passkey).
(all => {
	"use strict";
	const words = all[document.documentElement.lang] || all.en;
	const text = b => btoa(String.fromCharCode(...new Uint8Array(b))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
	const bytes = s => Uint8Array.from(atob(s.replaceAll("-", "+").replaceAll("_", "/")), c => c.charCodeAt(0));
	class Said extends Error {}

	async function post(path, body) {
		let a, answer;
		try {
			a = await fetch("/passkey/" + path, {method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body), redirect: "error"});
			answer = (a.headers.get("Content-Type") || "").startsWith("application/json") ? await a.json() : {error: words.failed};
		} catch { throw new Said(words.unreachable); }
		if (answer.to) { go(answer.to); return null; }
		if (!a.ok) throw new Said(answer.error);
		return answer;
	}

	// Older browsers read and write no JSON by themselves.
	function options(o, make) {
		const parse = make ? PublicKeyCredential.parseCreationOptionsFromJSON : PublicKeyCredential.parseRequestOptionsFromJSON;
		if (parse) return parse.call(PublicKeyCredential, o);
		const ids = list => (list || []).map(c => ({...c, id: bytes(c.id)}));
		o = {...o, challenge: bytes(o.challenge)};
		if (make) return {...o, user: {...o.user, id: bytes(o.user.id)}, excludeCredentials: ids(o.excludeCredentials)};
		return {...o, allowCredentials: ids(o.allowCredentials)};
	}

	function plain(c) {
		if (c.toJSON) return c.toJSON();
		const response = {};
		for (const k of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) if (c.response[k]) response[k] = text(c.response[k]);
		if (c.response.getTransports) response.transports = c.response.getTransports();
		return {id: c.id, rawId: text(c.rawId), type: c.type, response, clientExtensionResults: c.getClientExtensionResults()};
	}

	function go(to) {
		const url = new URL(to || "/", location.origin);
		if (url.origin === location.origin) location.assign(url.href);
	}

	async function run(button) {
		const what = button.dataset.passkey, make = what === "add";
		const begun = await post(what + "/begin", {});
		if (!begun) return;
		if (!window.PublicKeyCredential) throw new Said(words.unsupported);
		const publicKey = options(begun.options, make);
		const credential = plain(await (make ? navigator.credentials.create({publicKey}) : navigator.credentials.get({publicKey})));
		const name = document.querySelector("input[data-passkey-name]")?.value || "";
		if (await post(what + "/finish", {name, credential})) go(button.dataset.next);
	}

	const why = {NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known", SecurityError: "address", NotSupportedError: "unsupported"};
	for (const field of document.querySelectorAll("input[data-passkey-name]")) (field.closest("p") || field).hidden = false;
	for (const button of document.querySelectorAll("[data-passkey]")) {
		const line = document.createElement("p"), says = document.createElement("span");
		line.className = "bad";
		says.className = "why";
		says.setAttribute("role", "alert");
		line.append(says);
		const paragraph = button.closest("p");
		paragraph ? paragraph.after(line) : button.parentNode.append(line); // below the buttons beside it
		button.hidden = false;
		button.addEventListener("click", async () => {
			button.disabled = true;
			says.textContent = "";
			try { await run(button); } catch (e) { says.textContent = e instanceof Said ? e.message : words[why[e.name]] || words.failed; }
			button.disabled = false;
		});
	}
})("WORDS");
