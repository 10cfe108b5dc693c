// Package news tells rooms what has happened in another, inside the same transaction.
//
// Listeners run in the order of the list of rooms, write only their own tables and
// tell no further news. Slow work is a job.
package news

import (
	"errors"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Item is one thing that has happened.
type Item struct {
	Programme string
	Name      string    // "consent.withdrawn": room and past participle
	Refs      []ref.Ref // what it happened to
	At        int64
}

// Listener hears of one kind of news.
type Listener struct {
	Name string // the item's name
	Hear func(tx *db.Tx, it Item) error
}

// Desk passes news on. It is wired once, before anything runs.
type Desk struct {
	by map[string][]Listener
}

// NewDesk makes a desk with no listeners.
func NewDesk() *Desk { return &Desk{by: map[string][]Listener{}} }

// Add puts listeners at the end of the order. Only the wiring calls it.
func (d *Desk) Add(ls ...Listener) {
	for _, l := range ls {
		d.by[l.Name] = append(d.by[l.Name], l)
	}
}

type tellingKey struct{}

// Tell runs the listeners of an item.
func (d *Desk) Tell(tx *db.Tx, it Item) error {
	if _, err := tx.Memo(tellingKey{}, func() (any, error) { return nil, errors.New("free") }); err == nil {
		return errors.New("news: a listener may tell no further news: " + it.Name)
	}
	if len(d.by[it.Name]) == 0 {
		return nil
	}
	if _, err := tx.Memo(tellingKey{}, func() (any, error) { return true, nil }); err != nil {
		return err
	}
	defer tx.Forget(tellingKey{})
	for _, l := range d.by[it.Name] {
		if err := l.Hear(tx, it); err != nil {
			return err
		}
	}
	return nil
}
