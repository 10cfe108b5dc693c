package app_test

import (
	"testing"

	"plait/internal/kit/db"
	"plait/test/house"
)

// TestTablesCopyWhole reads every table of a house, stores it elsewhere, and reads the
// same again: what archive, backup and move stand on.
func TestTablesCopyWhole(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		rows := map[string][][]any{}
		var tables []db.Table
		sums := map[string]db.Sum{}
		if err := h.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			if tables, err = db.Tables(tx); err != nil {
				return err
			}
			for _, x := range tables {
				var s db.Sum
				if err := x.Rows(tx, db.Part{}, func(row []any) error {
					rows[x.Name] = append(rows[x.Name], row)
					s.Add(x, row)
					return nil
				}); err != nil {
					return err
				}
				sums[x.Name] = s
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for _, x := range tables {
			for _, r := range x.Refers {
				if !seen[r] {
					t.Errorf("%s comes before %s, which it refers to", x.Name, r)
				}
			}
			seen[x.Name] = true
		}
		if !seen["ref_record"] || !seen["blob_chunk"] || seen["goose_db_version"] || len(tables) < 60 {
			t.Errorf("%d tables: %v", len(tables), seen)
		}
		if len(rows["ref_record"]) < 2 || len(rows["trail_entry"]) == 0 {
			t.Fatal("the house is empty: this proves nothing")
		}
		for i := len(tables) - 1; i >= 0; i-- {
			if err := h.DB.Write(t.Context(), func(tx *db.Tx) error { _, err := tables[i].Drop(tx, db.Part{}); return err }); err != nil {
				t.Fatal(tables[i].Name, err)
			}
		}
		for again := range 2 {
			for _, x := range tables {
				if again == 1 && len(x.Key) == 0 {
					continue
				}
				if err := h.DB.Write(t.Context(), func(tx *db.Tx) error { return x.Put(tx, rows[x.Name], again == 0) }); err != nil {
					t.Fatal(x.Name, err)
				}
			}
		}
		if err := h.DB.Read(t.Context(), func(tx *db.Tx) error {
			for _, x := range tables {
				var s db.Sum
				if err := x.Rows(tx, db.Part{}, func(row []any) error { s.Add(x, row); return nil }); err != nil {
					return err
				}
				if s != sums[x.Name] {
					t.Errorf("%s: %s, want %s", x.Name, s, sums[x.Name])
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	})
}
