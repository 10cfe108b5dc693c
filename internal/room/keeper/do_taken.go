package keeper

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// What can be taken besides an erasure. An older backup would give it all back.
const (
	TakenUses  = "uses"  // what a record may be used for: its uses with a space between; "" = it was taken back
	TakenState = "state" // what has become of a person: the state of their record
	TakenFile  = "file"  // a file was taken out of a contribution for good
	TakenRoles = "roles" // roles of an account: those it has left, each as role@scope, with a space between
	TakenCard  = "card"  // a card was stopped
)

// Taken is how one thing stands since someone took it back, stopped it or took it away:
// ids, and words of this program's own.
type Taken struct {
	Programme string
	What      string // TakenUses and so on
	Record    string
	Kind      string
	Value     string // see What
	At        int64  // when, in microseconds; the start of the day once it is kept apart
}

// takenListens is the news after which something must not come back with a backup.
func (r *Room) takenListens() []news.Listener {
	uses := func(tx *db.Tx, p string, x ref.Ref) (string, error) { return usesNow(tx, p, x.ID) }
	state := func(tx *db.Tx, p string, x ref.Ref) (string, error) {
		rec, _, err := ref.Get(tx, p, x.ID)
		return rec.State, err
	}
	roles := func(tx *db.Tx, p string, x ref.Ref) (string, error) {
		_, now, err := rolesNow(tx, p, x.ID)
		return strings.Join(now, " "), err
	}
	gone := func(*db.Tx, string, ref.Ref) (string, error) { return "", nil }
	return []news.Listener{
		{Name: "consent.withdrawn", Hear: r.taken(TakenUses, uses)}, {Name: "consent.restored", Hear: r.taken(TakenUses, uses)},
		{Name: "consent.changed", Hear: r.taken(TakenUses, uses)},
		{Name: "people.stopped", Hear: r.taken(TakenState, state)}, {Name: "people.resumed", Hear: r.taken(TakenState, state)},
		{Name: "account.given", Hear: r.taken(TakenRoles, roles)}, {Name: "account.taken", Hear: r.taken(TakenRoles, roles)},
		{Name: "card.stopped", Hear: r.taken(TakenCard, gone)}, {Name: "evidence.dropped", Hear: r.taken(TakenFile, gone)},
	}
}

// taken notes how something stands now, in the transaction that changed it, and adds it
// to the list that is kept apart once that is committed; as with erasures, the job adds
// what could not be added then.
func (r *Room) taken(what string, now func(tx *db.Tx, programme string, x ref.Ref) (string, error)) func(*db.Tx, news.Item) error {
	return func(tx *db.Tx, it news.Item) error {
		list := make([]Taken, 0, len(it.Refs))
		for _, x := range it.Refs {
			value, err := now(tx, it.Programme, x)
			if err != nil {
				return err
			}
			list = append(list, Taken{it.Programme, what, x.ID, x.Kind, value, it.At})
		}
		if err := putTaken(tx, list); err != nil || !r.hasFolder() {
			return err
		}
		return r.soon(tx, list)
	}
}

type soonKey struct{}

// soon adds to the list, in one go, all that one transaction took.
func (r *Room) soon(tx *db.Tx, list []Taken) error {
	v, err := tx.Memo(soonKey{}, func() (any, error) {
		all := &[]Taken{}
		tx.After(func() { _ = r.appendTaken(*all) })
		return all, nil
	})
	if all, ok := v.(*[]Taken); ok {
		*all = append(*all, list...)
	}
	return err
}

func usesNow(tx *db.Tx, programme, id string) (string, error) {
	rec, ok, err := ref.Get(tx, programme, id)
	if err != nil || !ok || rec.Until == 0 {
		return "", err
	}
	all, err := terms.Of(tx, rec)
	uses := make([]string, len(all))
	for i, g := range all {
		uses[i] = string(g.Use)
	}
	return strings.Join(uses, " "), err
}

func rolesNow(tx *db.Tx, programme, account string) (all []who.Grant, names []string, err error) {
	all, err = who.GrantsOf(tx, programme, account)
	for _, g := range all {
		names = append(names, string(g.Role)+"@"+g.Scope.ID)
	}
	return all, names, err
}

// appendTaken adds to the list beside the backups how things stand.
func (r *Room) appendTaken(list []Taken) error {
	lines := make([]apartLine, len(list))
	for i, x := range list {
		lines[i] = apartLine{x.Programme, x.Record, x.Kind, dayOf(x.At), x.What, x.Value}
	}
	return r.appendLines(lines)
}

// keepTaken adds what the list may not hold yet.
func (r *Room) keepTaken(ctx context.Context) error {
	for {
		var list []turned
		if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = takenNotApart(tx, apartOnce); return err }); err != nil || len(list) == 0 {
			return err
		}
		plain := make([]Taken, len(list))
		for i, x := range list {
			plain[i] = x.Taken
		}
		if err := r.appendTaken(plain); err != nil {
			return err
		}
		if err := r.db.Write(ctx, func(tx *db.Tx) error { return setTakenApart(tx, list) }); err != nil {
			return err
		}
	}
}

// takeAgain does again, through the rooms that own it, what was taken back, stopped or
// taken away after the backup was made, and counts it. Files go first: what was taken back
// cannot be edited.
func (r *Room) takeAgain(ctx context.Context, list []Taken, tell told) (done int64, err error) {
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b Taken) int { return strings.Compare(a.What, b.What) }) // card, file, roles, state, uses
	for i, x := range list {
		as := who.As(ctx, who.Actor{Kind: who.Operator, Programme: x.Programme, Verb: "keeper.restore"})
		did := false
		switch x.What {
		case TakenUses:
			did, err = r.usesAgain(as, x)
		case TakenRoles:
			did, err = r.rolesAgain(as, x)
		default:
			did, err = r.restAgain(as, x)
		}
		if err != nil {
			return done, err
		}
		if did {
			done++
		}
		tell("keeper.stage_take", int64(i+1), int64(len(list)))
	}
	// The restored house knows of them from now on.
	for part := range slices.Chunk(list, apartOnce) {
		if err := r.db.Write(ctx, func(tx *db.Tx) error { return putTaken(tx, part) }); err != nil {
			return done, err
		}
	}
	return done, nil
}

// usesAgain ends the uses that were ended, or gives back what was given back: never more
// than the backup held.
func (r *Room) usesAgain(ctx context.Context, x Taken) (did bool, err error) {
	var rec ref.Record
	var there bool
	now := ""
	if err := r.db.Read(ctx, func(tx *db.Tx) error {
		if rec, there, err = ref.Get(tx, x.Programme, x.Record); err != nil {
			return err
		}
		now, err = usesNow(tx, x.Programme, x.Record)
		return err
	}); err != nil || !there || rec.State == "erased" {
		return false, err
	}
	want := strings.Fields(x.Value)
	switch {
	case len(want) == 0 && now != "":
		return true, r.eraser.Withdraw(ctx, rec.Ref(), "")
	case len(want) > 0 && now == "":
		if err := r.eraser.GiveBack(ctx, rec.Ref()); err != nil {
			return false, err
		}
		did = true
		if err := r.db.Read(ctx, func(tx *db.Tx) error { now, err = usesNow(tx, x.Programme, x.Record); return err }); err != nil {
			return did, err
		}
	}
	for _, use := range strings.Fields(now) {
		if !slices.Contains(want, use) && use != string(terms.Project) {
			if err := r.eraser.Withdraw(ctx, rec.Ref(), terms.Use(use)); err != nil {
				return did, err
			}
			did = true
		}
	}
	return did, nil
}

// rolesAgain takes the roles that were taken, the last lead's too: the operator can let
// another in, and someone who was sent away must not be.
func (r *Room) rolesAgain(ctx context.Context, x Taken) (did bool, err error) {
	want, now := strings.Fields(x.Value), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		did = false
		all, names, err := rolesNow(tx, x.Programme, x.Record)
		if err != nil {
			return err
		}
		for i, g := range all {
			if slices.Contains(want, names[i]) {
				continue
			}
			if err := who.Take(tx, g); err != nil {
				return err
			}
			did = true
		}
		if !did {
			return nil
		}
		return trail.Put(ctx, tx, r.ids.New(), now, "keeper.restore", ref.Of("account", x.Record), 1, nil)
	})
	return did, err
}

// restAgain does what its room must do by itself.
func (r *Room) restAgain(ctx context.Context, x Taken) (bool, error) {
	at := ref.Of(x.Kind, x.Record)
	var err error
	did := true
	switch x.What {
	case TakenState:
		if err := r.db.Read(ctx, func(tx *db.Tx) error {
			rec, ok, err := ref.Get(tx, x.Programme, x.Record)
			did = ok && rec.State != "erased" && rec.State != x.Value && x.Value != ""
			return err
		}); err != nil || !did {
			return false, err
		}
		err = r.eraser.Stop(ctx, at, x.Value)
	case TakenFile:
		did, err = r.eraser.DropFile(ctx, x.Record)
	case TakenCard:
		did, err = r.eraser.StopCard(ctx, x.Record)
	default:
		return false, nil // of a newer program: it knows what it does not let through
	}
	if fault.Is(err, fault.Missing) {
		return false, nil // made after the backup
	}
	return did, err
}

// signOut takes away what lets someone in by itself: sessions, and links to sign in. Some
// were ended since the backup, and nobody can say which.
func (r *Room) signOut(ctx context.Context) error {
	var tables []db.Table
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { tables, err = db.Tables(tx); return err }); err != nil {
		return err
	}
	for _, t := range slices.Backward(tables) {
		for _, p := range r.install.Plugs() {
			for _, c := range p.Carries {
				if c.Table != t.Name || !c.LetsIn {
					continue
				}
				if err := r.db.Write(ctx, func(tx *db.Tx) error { _, err := t.Drop(tx, db.Part{}); return err }); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
