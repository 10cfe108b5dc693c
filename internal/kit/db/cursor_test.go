package db_test

import (
	"testing"

	"plait/internal/kit/db"
)

func TestCursor(t *testing.T) {
	const id = "0190a8f6-7c1e-7f3a-9b1d-2f6c5f0c1a2b"
	at, last, ok := db.ReadCursor(db.Cursor(1_764_000_000_000_000, id))
	if !ok || at != 1_764_000_000_000_000 || last != id {
		t.Fatalf("read back %d %q %v", at, last, ok)
	}
	for _, bad := range []string{"", "!", "MTIz", db.Cursor(1, "x"), db.Cursor(1, id+" or 1=1")} {
		if _, _, ok := db.ReadCursor(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
