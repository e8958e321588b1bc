// The list goes on by itself: rows are added as the log takes them, and stand
// still while somebody reads, points or asks for it.
(() => {
	"use strict";
	const list = document.getElementById("ticker");
	if (!list || !list.dataset.follow) return;
	const $ = id => document.getElementById(id);
	const hold = $("hold"), more = $("more"), said = $("said"), forms = $("forms").content;
	const {show, single, many} = list.dataset, own = new Set(list.dataset.own.split(" "));
	const most = 200, sayEvery = 30e3, hiddenFor = 5 * 60e3;
	const hover = matchMedia("(hover: hover)");
	let since = list.dataset.since, source, inbox = [], waiting = [], held = 0, unsaid = 0, saidAt = Date.now(), hiddenAt = 0, frame = 0, timer;

	const still = () => hold.getAttribute("aria-pressed") === "true" || list.contains(document.activeElement) || hover.matches && list.matches(":hover");
	const form = (kind, name) => [...forms.querySelectorAll(`[data-${kind}]`)].find(e => e.dataset[kind] === name)?.firstElementChild?.cloneNode(true);
	const count = n => (n === 1 ? single : many).replace("{n}", n.toLocaleString("en"));
	const state = name => document.querySelectorAll("[data-state]").forEach(e => e.hidden = e.dataset.state !== name);
	const counted = r => !r.gone && r.id.startsWith("indicator--") && (r.link || "").startsWith("/i/"); // by the figures
	const kinds = {
		"": () => true, back: r => r.gone === "taken-back", "back-today": r => r.gone === "taken-back", mine: r => own.has(r.by),
		"in-force": counted, today: counted, "mine-today": r => counted(r) && own.has(r.by),
	};
	const wanted = r => Object.hasOwn(kinds, show) ? kinds[show](r) : show === "in:" + r.in;

	function make(r) {
		const li = forms.querySelector("[data-row]").cloneNode(true), t = li.querySelector("time"), a = li.querySelector("a"), gone = li.querySelector(".gone");
		li.dataset.id = r.id; li.dataset.at = r.at;
		t.dateTime = r.time; t.textContent = r.time.slice(11, 23);
		const [to, other] = r.value ? [a, gone] : [gone, a];
		if (r.value) to.textContent = r.value;
		if (r.link.startsWith("/") && !r.link.startsWith("//")) to.href = r.link;
		other.remove();
		li.querySelector("small").textContent = [r.what, own.has(r.by) ? list.dataset.you : r.who].filter(Boolean).join(", ");
		if (r.of && /^\/report\/\d+$/.test(r.oflink)) {
			const whole = document.createElement("a");
			whole.href = r.oflink; whole.textContent = r.of;
			li.querySelector("small").append(", " + list.dataset.of + " ", whole);
		}
		const mark = form("in", r.in);
		if (mark) li.append(mark);
		if (r.gone) tag(li, r.gone);
		return li;
	}
	function tag(li, name) {
		const line = li.querySelector(".row"), t = form("gone", name);
		if (t && !line.querySelector(".tag")) line.append(t);
	}

	// What is taken back stays where it is, with its tag.
	function gone(g) {
		let found = false;
		for (const li of list.children) if (li.dataset.id === g.id) { tag(li, g.gone); found = true; }
		for (const r of waiting) if (r.id === g.id) { r.gone = g.gone; found = true; }
		return found;
	}

	function add(rows) {
		const all = document.createDocumentFragment();
		for (const r of rows.slice(-most)) { const li = make(r); li.className = "new"; all.prepend(li); }
		list.prepend(all);
		while (list.children.length > most) list.lastElementChild.remove();
		$("empty")?.remove();
		list.hidden = false;
	}
	function counts() {
		if (held) more.textContent = count(held);
		more.parentElement.hidden = !held;
	}
	function say() {
		clearTimeout(timer);
		const left = saidAt + sayEvery - Date.now();
		if (!unsaid) return;
		if (left > 0) { timer = setTimeout(say, left); return; }
		said.textContent = count(unsaid).split(",")[0];
		saidAt = Date.now(); unsaid = 0;
	}

	// The numbers at the head go with the rows: they are asked for at most once a second.
	let counting = 0, askedAt = 0;
	function figures() {
		if (!counting) counting = setTimeout(ask, Math.max(0, askedAt + 1000 - Date.now()));
	}
	async function ask() {
		askedAt = Date.now();
		try {
			const answer = await fetch("/live/figures", {headers: {Accept: "application/json"}, redirect: "error"});
			if (answer.ok) {
				const now = await answer.json();
				for (const e of document.querySelectorAll("[data-figure]")) if (e.dataset.figure in now) e.textContent = now[e.dataset.figure].toLocaleString("en");
				const head = document.querySelector(".pulse a");
				if (head) head.textContent = head.textContent.replace(/\d[\d,.]*/, now.head);
			}
		} catch { /* the stream says when the exchange doesn't answer */ }
		counting = 0;
	}

	// Whatever came since the last picture is shown in one go.
	function draw() {
		frame = 0;
		figures();
		const rows = [];
		for (const e of inbox.splice(0)) {
			if (e.event === "gone") { gone(e.data); continue; }
			if (e.data.gone && gone(e.data) || !wanted(e.data) || list.querySelector(`[data-at="${CSS.escape(e.data.at)}"]`)) continue;
			rows.push(e.data);
		}
		if (!rows.length) return;
		unsaid += rows.length; say();
		if (still()) { held += rows.length; waiting = waiting.concat(rows).slice(-most); counts(); } else { add(waiting.concat(rows)); waiting = []; held = 0; counts(); }
	}
	function release() { add(waiting); waiting = []; held = 0; counts(); }
	const take = event => m => {
		since = m.lastEventId || since;
		inbox.push({event, data: JSON.parse(m.data)});
		if (!frame) frame = requestAnimationFrame(draw);
	};
	const stop = name => { source?.close(); source = undefined; state(name); };

	function follow() {
		if (source || document.hidden) return;
		source = new EventSource("/live/events" + (since ? "?since=" + encodeURIComponent(since) : ""));
		source.addEventListener("open", () => state("on"));
		source.addEventListener("row", take("row"));
		source.addEventListener("gone", take("gone"));
		source.addEventListener("anew", () => { stop("on"); location.reload(); });
		source.addEventListener("moved", () => stop("moved"));
		source.addEventListener("full", () => stop("full"));
		source.addEventListener("error", () => source?.readyState === EventSource.CLOSED ? stop("end") : state("again"));
	}

	hold.parentElement.hidden = false;
	hold.addEventListener("click", () => {
		const on = hold.getAttribute("aria-pressed") !== "true";
		hold.setAttribute("aria-pressed", on);
		hold.firstElementChild.hidden = !on;
		if (!on && held) release();
	});
	more.addEventListener("click", e => { release(); if (e.detail) more.blur(); else list.querySelector("a")?.focus(); });
	document.addEventListener("keydown", e => {
		if (e.key !== " " || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("a, button, input, select, textarea, summary, [tabindex='0']")) return;
		if (document.documentElement.dataset.keys === "off") return;
		e.preventDefault(); hold.click();
	});
	// A tab that nobody sees holds no connection; after a while it is read anew.
	document.addEventListener("visibilitychange", () => {
		if (document.hidden) { hiddenAt = Date.now(); source?.close(); source = undefined; return; }
		if (Date.now() - hiddenAt > hiddenFor && !still()) location.reload(); else follow();
	});
	addEventListener("pagehide", () => { source?.close(); source = undefined; });
	addEventListener("pageshow", e => { if (e.persisted) follow(); });
	follow();
})();
