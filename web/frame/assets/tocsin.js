// What pages can do without, made quicker: keys, local times, copying, forms.
(() => {
	"use strict";
	const places = {l: "/live", s: "/search", r: "/review", n: "/ring", o: "/reports", m: "/members", a: "/account"};
	const rows = () => [...document.querySelectorAll("[data-row]")];
	const typing = e => e.target.closest("input, textarea, select, [contenteditable]");
	let after = "", timer;

	function move(step) {
		const all = rows(), at = all.findIndex(r => r.contains(document.activeElement));
		const next = all[Math.min(all.length - 1, Math.max(0, at + step))];
		if (next) (next.matches("a, button") ? next : next.querySelector("a, button, input"))?.focus();
	}

	document.addEventListener("keydown", e => {
		if ((e.ctrlKey || e.metaKey) && e.key === "Enter") {
			const own = e.target.closest("form"); // one that only changes what is shown isn't what one means to send
			const form = own?.method === "post" ? own : document.querySelector("form[data-main]") || own;
			if (form) { e.preventDefault(); form.requestSubmit(); }
			return;
		}
		if (e.ctrlKey || e.metaKey || e.altKey || typing(e) || document.documentElement.dataset.keys === "off") return;
		if (after === "g" && places[e.key]) { after = ""; e.preventDefault(); location.href = places[e.key]; return; }
		after = "";
		const button = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
		if (button) { e.preventDefault(); button.matches("input, select, textarea") ? button.focus() : button.click(); return; }
		switch (e.key) {
		case "/": e.preventDefault(); document.getElementById("q")?.focus(); break;
		case "n": location.href = "/ring"; break;
		case "g": after = "g"; clearTimeout(timer); timer = setTimeout(() => after = "", 1500); break;
		case "j": move(1); break;
		case "k": move(-1); break;
		case "?": location.href = "/keys"; break;
		case "[": document.querySelector("a[rel=next]")?.click(); break;
		case "]": document.querySelector("a[rel=prev]")?.click(); break;
		}
	});

	// A time tells the reader's own on hover and focus.
	function local(t) {
		const d = new Date(t.dateTime);
		if (!isNaN(d)) t.title = d.toLocaleString([], {dateStyle: "medium", timeStyle: "medium"}) + " " + (Intl.DateTimeFormat().resolvedOptions().timeZone || "");
	}
	document.addEventListener("mouseover", e => { const t = e.target.closest("time[datetime]"); if (t && !t.title) local(t); });
	document.addEventListener("focusin", e => e.target.matches("time[datetime]") && !e.target.dataset.told && (local(e.target), e.target.dataset.told = "1", e.target.append(" (" + e.target.title + ")")));
	document.querySelectorAll("main time[datetime]").forEach(t => { local(t); if (!t.closest("a, button, .tick, table")) t.tabIndex = 0; });

	// data-copy copies its value, and says so where a screen reader hears it.
	document.addEventListener("click", async e => {
		const b = e.target.closest("[data-copy]");
		if (!b) return;
		try { await navigator.clipboard.writeText(b.dataset.copy); b.textContent = b.dataset.done || "Copied"; } catch { /* not allowed: the value stands beside it */ }
	});

	// A choice that only changes what is shown is shown at once: it needs no button.
	document.querySelectorAll("[data-noscript]").forEach(e => e.hidden = true);
	document.addEventListener("change", e => { if (e.target.closest("form[data-auto]")) e.target.form.requestSubmit(); });

	// A form is sent once.
	document.addEventListener("submit", e => {
		if (e.target.dataset.sent) { e.preventDefault(); return; }
		if (e.target.method === "post") {
			try { sessionStorage.setItem("acted", "1"); } catch { /* no storage: the focus stays where browsers put it */ } e.target.dataset.sent = "1"; setTimeout(() => delete e.target.dataset.sent, 5000); }
	});
	addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(f => delete f.dataset.sent));

	// A file that is dropped on a form goes to its file field.
	document.addEventListener("dragover", e => { if (document.querySelector("input[type=file]")) e.preventDefault(); });
	document.addEventListener("drop", e => {
		const field = document.querySelector("input[type=file]");
		if (field && e.dataTransfer.files.length) { e.preventDefault(); field.files = e.dataTransfer.files; field.dispatchEvent(new Event("change", {bubbles: true})); }
	});

	// On a phone the navigation is a strip: where one is, is in sight.
	document.querySelector(".side nav [aria-current]")?.scrollIntoView({block: "nearest", inline: "center"});

	// After an act one hears its outcome first: what is wrong, what was done, or the heading.
	let acted = false;
	try { acted = sessionStorage.getItem("acted") === "1"; sessionStorage.removeItem("acted"); } catch { /* as above */ }
	const first = document.querySelector(".errors") || document.querySelector("[data-focus]") || acted && document.querySelector("main [role=status], main h1");
	if (first) {
		if (!first.matches("a, button, input, select, textarea, [tabindex]")) first.tabIndex = -1;
		first.focus();
	}
})();
