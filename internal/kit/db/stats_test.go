package db

import (
	"errors"
	"testing"

	"plait/internal/kit/fault"
)

func TestStats(t *testing.T) {
	both(t, func(t *testing.T, d *DB) {
		migrate(t, d)
		before := d.Stats()
		for range 3 {
			if err := d.Read(t.Context(), func(tx *Tx) error {
				return d.Read(tx.Context(), func(*Tx) error { return nil }) // joins, and does not count again
			}); err != nil {
				t.Fatal(err)
			}
		}
		if err := d.Write(t.Context(), func(*Tx) error { return fault.New(fault.Busy, "house.busy") }); !fault.Is(err, fault.Busy) {
			t.Fatal(err)
		}
		if err := d.Write(t.Context(), func(*Tx) error { return errors.New("no") }); err == nil {
			t.Fatal("no error")
		}
		s := d.Stats()
		if s.Reads-before.Reads != 3 || s.Writes-before.Writes != 2 || s.Busy-before.Busy != 1 {
			t.Errorf("%+v after %+v", s, before)
		}
		for _, p := range s.Pools {
			if p.Name == "" || p.Most == 0 || p.Open < 1 || p.InUse != 0 {
				t.Errorf("%+v", p)
			}
		}
		file, _, ok := d.Sizes()
		if ok != (d.Engine() == SQLite) || ok && file == 0 {
			t.Errorf("%d bytes, %v", file, ok)
		}
	})
}

func TestFits(t *testing.T) {
	both(t, func(t *testing.T, d *DB) {
		migrate(t, d)
		first := Migration{Version: 202601010001}
		for _, c := range []struct {
			all           []Migration
			missing, more int
		}{{[]Migration{first}, 0, 0}, {[]Migration{first, {Version: 202601010002}}, 1, 0}, {nil, 0, 1}} {
			if err := d.Read(t.Context(), func(tx *Tx) error {
				missing, more, err := Fits(tx, c.all)
				if missing != c.missing || more != c.more {
					t.Errorf("%v: %d missing, %d more", c.all, missing, more)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
		}
	})
}
