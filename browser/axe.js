(async () => {
	const result = await axe.run(document, {
		resultTypes: ["violations"],
		runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]},
	});
	const rules = result.passes.length + result.violations.length;
	return JSON.stringify({rules, found: result.violations.flatMap(v => v.nodes.map(n => ({
		rule: v.id, help: v.help, target: n.target.join(" "), html: n.html, why: n.failureSummary,
	})))});
})()
