// A number chooses the reason; the verdict's own key then sends both.
document.addEventListener("keydown", e => {
	if (e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, textarea, select") || document.documentElement.dataset.keys === "off") return;
	const why = document.getElementById("why"), option = why && why.querySelector(`option[data-n="${CSS.escape(e.key)}"]`);
	if (option) { e.preventDefault(); why.value = option.value; }
});
