package news_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/test/house"
)

// kit makes the houses of these tests from one template an engine.
var kit house.Kit

func TestListenersHearInOrder(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		var heard []string
		listener := func(name, of string) news.Listener {
			return news.Listener{Name: of, Hear: func(_ *db.Tx, it news.Item) error {
				heard = append(heard, name+" "+it.Name)
				return nil
			}}
		}
		d := news.NewDesk()
		d.Add(listener("first", "a.done"), listener("other", "b.done"))
		d.Add(listener("second", "a.done"))
		h.Write(func(tx *db.Tx) error {
			for _, name := range []string{"a.done", "nobody.listens", "b.done", "a.done"} {
				if err := d.Tell(tx, news.Item{Programme: h.Programme, Name: name}); err != nil {
					return err
				}
			}
			return nil
		})
		if diff := cmp.Diff([]string{"first a.done", "second a.done", "other b.done", "first a.done", "second a.done"}, heard); diff != "" {
			t.Error(diff)
		}
	})
}

func TestAListenerTellsNoFurtherNews(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		for _, further := range []string{"a.done", "b.done", "nobody.listens"} {
			d := news.NewDesk()
			last := false
			d.Add(news.Listener{Name: "a.done", Hear: func(tx *db.Tx, it news.Item) error {
				return d.Tell(tx, news.Item{Programme: it.Programme, Name: further})
			}}, news.Listener{Name: "a.done", Hear: func(*db.Tx, news.Item) error { last = true; return nil }},
				news.Listener{Name: "b.done", Hear: func(*db.Tx, news.Item) error { t.Error("heard"); return nil }})
			r := ref.Record{Programme: h.Programme, ID: h.IDs.New(), Kind: "thing", Until: ref.NoEnd, Version: 1}
			err := h.DB.Write(t.Context(), func(tx *db.Tx) error {
				if err := ref.Put(tx, r); err != nil {
					return err
				}
				return d.Tell(tx, news.Item{Programme: h.Programme, Name: "a.done"})
			})
			if err == nil || !strings.Contains(err.Error(), further) {
				t.Errorf("telling %s: %v", further, err)
			}
			if last {
				t.Error("those after it still heard")
			}
			h.Read(func(tx *db.Tx) error {
				if _, ok, _ := ref.Get(tx, h.Programme, r.ID); ok {
					t.Error("what the verb had stored was kept")
				}
				return nil
			})
		}
	})
}

// TestAfterAListenerFails holds that the desk is free again within the same transaction.
func TestAfterAListenerFails(t *testing.T) {
	h := kit.SQLite(t)
	d := news.NewDesk()
	sorry := errors.New("no room")
	d.Add(news.Listener{Name: "a.done", Hear: func(*db.Tx, news.Item) error { return sorry }})
	heard := 0
	d.Add(news.Listener{Name: "b.done", Hear: func(*db.Tx, news.Item) error { heard++; return nil }})
	h.Write(func(tx *db.Tx) error {
		if err := d.Tell(tx, news.Item{Name: "a.done"}); !errors.Is(err, sorry) {
			t.Errorf("the listener's own error: %v", err)
		}
		return d.Tell(tx, news.Item{Name: "b.done"})
	})
	if heard != 1 {
		t.Errorf("heard %d times", heard)
	}
}
