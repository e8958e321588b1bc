(() => {
	const found = [];
	const name = e => e.tagName.toLowerCase() + (e.id ? "#" + e.id : "") + [...e.classList].map(c => "." + c).join("");
	// A strip of navigation is reached by its own links.
	const mayScroll = e => e.getAttribute("role") === "region" && e.tabIndex >= 0 || e.tagName === "NAV" && e.hasAttribute("aria-label") || ["INPUT", "TEXTAREA", "SELECT"].includes(e.tagName);
	const within = e => { for (let a = e; a; a = a.parentElement) if (mayScroll(a)) return true; return false; };
	const root = document.documentElement, width = root.clientWidth;
	if (root.scrollWidth > width) {
		found.push("the page is " + root.scrollWidth + " px wide in a window of " + width);
		for (const e of document.body.querySelectorAll("*")) {
			const box = e.getBoundingClientRect();
			if (box.right > width + 1 && box.width > 0 && !within(e) && ![...e.children].some(c => c.getBoundingClientRect().right > width + 1))
				found.push(name(e) + " ends at " + Math.round(box.right) + " px");
		}
	}
	for (const e of document.body.querySelectorAll("*")) {
		const style = getComputedStyle(e);
		if (e.scrollWidth <= e.clientWidth + 1 || e.clientWidth <= 2 || mayScroll(e)) continue;
		if (["auto", "scroll"].includes(style.overflowX)) found.push(name(e) + " scrolls sideways: give it role=region, a name and tabindex=0");
		else if (["hidden", "clip"].includes(style.overflowX) && style.textOverflow !== "ellipsis") found.push(name(e) + " cuts off what is wider than itself");
	}
	return found.slice(0, 20);
})()
