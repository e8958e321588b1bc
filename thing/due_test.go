package thing

import (
	"fmt"
	"strings"
	"testing"

	"tocsin/store"
	"tocsin/store/storetest"
)

// TestDueIsFoundByItsEnd: every node asks each second which indicators ended; on a
// large store that must not walk all of them.
func TestDueIsFoundByItsEnd(t *testing.T) {
	storetest.Engines(t, func(t *testing.T, open storetest.Opener) {
		db := open(t)
		if err := Migrate(t.Context(), db); err != nil {
			t.Fatal(err)
		}
		if db.Engine() != store.SQLite {
			return // PostgreSQL plans by statistics, which a new table has none of
		}
		rows, err := db.Reader().QueryContext(t.Context(), fmt.Sprintf("EXPLAIN QUERY PLAN "+dueQuery, 10), 1, 5)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var plan []string
		for rows.Next() {
			var a, b, c int
			var step string
			if err := rows.Scan(&a, &b, &c, &step); err != nil {
				t.Fatal(err)
			}
			plan = append(plan, step)
		}
		if got := strings.Join(plan, "; "); !strings.Contains(got, "support_until") {
			t.Errorf("the plan is %s", got)
		}
	})
}
