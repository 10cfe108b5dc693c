package evidence_test

import (
	"testing"
	"time"

	"plait/internal/room/evidence"
	"plait/internal/spine/who"
)

func TestZZ(t *testing.T) {
	h := kit.Postgres(t)
	ctx := h.As(who.ProjectLead)
	staged := stage(h, ctx, "", file("many.csv", many(25000)))
	for i := 0; i < 51; i++ {
		at := time.Now()
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1})
		t.Log(i, time.Since(at))
	}
	time.Sleep(1500 * time.Millisecond)
	rows, err := h.DB.Pool().QueryContext(ctx, `select relname, seq_scan, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_user_tables where seq_tup_read > 1000 or idx_tup_fetch > 20000 order by seq_tup_read desc`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var n string
		var a, b, c, d *int64
		rows.Scan(&n, &a, &b, &c, &d)
		t.Log(n, *a, *b, *c, *d)
	}
}
