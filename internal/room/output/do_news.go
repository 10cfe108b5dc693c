package output

import (
	"slices"

	"plait/internal/kit/db"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
)

// withdrawn notes when something was taken back, so that a letter can say so.
func (r *Room) withdrawn(tx *db.Tx, it news.Item) error { return r.noted(tx, it, it.At) }

// restored forgets that it was.
func (r *Room) restored(tx *db.Tx, it news.Item) error { return r.noted(tx, it, 0) }

func (r *Room) noted(tx *db.Tx, it news.Item, at int64) error {
	for _, x := range slices.DeleteFunc(slices.Clone(it.Refs), func(x ref.Ref) bool { return x.Kind != contribution }) {
		if err := took(tx, it.Programme, x.ID, at); err != nil {
			return err
		}
	}
	return nil
}

// erased takes out of letters what they keep of words that were erased: the reasons that
// were signed of them and, as those may tell of them too, why a letter is held.
func (r *Room) erased(tx *db.Tx, it news.Item) error {
	ids := make([]string, len(it.Refs))
	for i, x := range it.Refs {
		ids[i] = x.ID
	}
	letters, err := lettersTelling(tx, it.Programme, ids)
	if err != nil {
		return err
	}
	for i := range letters {
		l := &letters[i]
		if slices.ContainsFunc(l.body.Said, func(s Said) bool { return slices.Contains(it.Refs, s.Ref) }) {
			l.HeldWhy = ""
		}
		l.body.forget(func(x ref.Ref) bool { return slices.Contains(it.Refs, x) })
	}
	return wiped(tx, it.Programme, letters)
}

// wiped stores letters out of which words were erased.
func wiped(tx *db.Tx, programme string, letters []Letter) error {
	if len(letters) == 0 {
		return nil
	}
	tx.Scrub() // SQLite's log is folded in at once: no old page holds the words
	if err := putLetters(tx, programme, letters); err != nil {
		return err
	}
	return putTold(tx, programme, letters)
}

// personStopped takes letters off the pile when nothing may go to their person any more.
// What is released stays so; whoever reads, prints or gives letters is told each time.
func (r *Room) personStopped(tx *db.Tx, it news.Item) error { return r.off(tx, it, false) }

// personErased does the same, and takes out what letters keep of the person.
func (r *Room) personErased(tx *db.Tx, it news.Item) error { return r.off(tx, it, true) }

func (r *Room) off(tx *db.Tx, it news.Item, wipe bool) error {
	var persons []string
	for _, x := range it.Refs {
		if x.Kind == ref.Person {
			persons = append(persons, x.ID)
		}
	}
	letters, err := lettersTo(tx, it.Programme, persons)
	if err != nil || len(letters) == 0 {
		return err
	}
	if wipe {
		for i := range letters {
			letters[i].HeldWhy = ""
			letters[i].body.forget(func(x ref.Ref) bool { return x.Kind == contribution })
		}
		if err := wiped(tx, it.Programme, letters); err != nil {
			return err
		}
	}
	readers, err := r.readers.Readers(tx.Context(), tx, persons)
	if err != nil {
		return err
	}
	var held []Letter
	for _, l := range letters {
		p, known := readers[l.Person]
		why := stopped(p, known)
		if !l.Open() || l.HeldBy != "" || why == "" {
			continue
		}
		l.State, l.Why, l.Version = Held, why, l.Version+1
		held = append(held, l)
	}
	return r.store(tx.Context(), tx, "output.hold", held, r.batch(len(held)))
}
