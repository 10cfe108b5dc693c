package account

import (
	"bytes"
	"context"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Kind is how the trail names an account.
const Kind = "account"

// OwnIn asks for one's own account.
type OwnIn struct{}

// OwnOut is one's own account.
type OwnOut struct {
	Profile
	Email    string `json:"email"`
	Sessions []Held `json:"sessions"` // newest use first
}

// Own shows who is signed in and where.
func (r *Room) Own(ctx context.Context, _ OwnIn) (out OwnOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		a, err := r.self(ctx, tx)
		if err != nil {
			return err
		}
		out = OwnOut{Profile: a.Profile, Email: a.Email}
		out.Sessions, err = sessionsOf(tx, a.ID, now)
		return err
	})
	return out, err
}

// self is the account that acts.
func (r *Room) self(ctx context.Context, tx *db.Tx) (Account, error) {
	if err := who.Must(ctx, tx, "account.own", who.House()); err != nil {
		return Account{}, err
	}
	a := who.From(ctx)
	if a.Kind != who.Account {
		return Account{}, fault.New(fault.Missing, "account.no_account").With("account.no_account_do")
	}
	out, ok, err := byID(tx, a.ID)
	if err == nil && !ok {
		err = fault.New(fault.Missing, "account.no_account").With("account.no_account_do")
	}
	return out, err
}

// ChangeIn changes how one is shown and spoken to.
type ChangeIn struct {
	Name     string `json:"name"`
	Language string `json:"language"`
}

// ChangeOut names the account.
type ChangeOut struct {
	Account string `json:"account"`
}

// Change sets one's own name and language.
func (r *Room) Change(ctx context.Context, in ChangeIn) (out ChangeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a, err := r.self(ctx, tx)
		if err != nil {
			return err
		}
		if err := checkName(in.Name); err != nil {
			return err
		}
		if !goodLanguage(in.Language, r.languages()) {
			return fault.Fielded("language", "house.bad_choice")
		}
		if err := setProfile(tx, a.ID, Profile(in)); err != nil {
			return err
		}
		out = ChangeOut{a.ID}
		return r.note(ctx, tx, entry, now, "account.change", a.ID)
	})
	return out, err
}

// note writes in the trail of the programme that something about the account itself was
// done. The words stay in account_email alone.
func (r *Room) note(ctx context.Context, tx *db.Tx, entry string, now int64, verb, account string) error {
	if who.From(ctx).Programme == "" {
		return nil
	}
	return trail.Put(ctx, tx, entry, now, verb, ref.Of(Kind, account), 1, nil)
}

// EndIn ends one session, or every one but the one that asks.
type EndIn struct {
	Session string `json:"session"` // id of one's own session
	Others  bool   `json:"others"`
	Keep    string `json:"-"` // mark of the session that asks; "" keeps none
}

// EndOut counts what was ended.
type EndOut struct {
	Ended int64 `json:"ended"`
}

// End signs one's own account out on other devices.
func (r *Room) End(ctx context.Context, in EndIn) (out EndOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		a, err := r.self(ctx, tx)
		if err != nil {
			return err
		}
		if in.Others {
			out.Ended, err = endOthers(tx, a.ID, in.Keep)
		} else {
			out.Ended, err = endSession(tx, a.ID, in.Session)
		}
		if err != nil {
			return err
		}
		return r.note(ctx, tx, entry, now, "account.end", a.ID)
	})
	return out, err
}

// Choice is one programme that the actor may work in.
type Choice struct{ ID, Title string }

// choices lists the programmes in which the acting account holds a role, by title.
func (r *Room) choices(ctx context.Context) (out []Choice, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		a, err := r.self(ctx, tx)
		if err != nil {
			return err
		}
		ids, err := who.Programmes(tx, a.ID)
		if err != nil {
			return err
		}
		titles, err := named(tx, ids)
		for _, id := range ids {
			if titles[id] != "" {
				out = append(out, Choice{id, titles[id]})
			}
		}
		slices.SortFunc(out, func(a, b Choice) int { return bytes.Compare(text.SortKey(a.Title), text.SortKey(b.Title)) })
		return err
	})
	return out, err
}
