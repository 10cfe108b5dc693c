package worry

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// aboutKind is the kind of record that a worry is passed on from.
const aboutKind = "contribution"

// PassIn passes a worry on.
type PassIn struct {
	About   ref.Ref `json:"about"`   // the contribution it is about; none = not about one
	Project string  `json:"project"` // where it belongs when it is about none; "" = the whole programme
	Words   string  `json:"words"`   // may be empty
}

// PassOut says that it was passed on, and to whom.
type PassOut struct {
	ID string `json:"id"`
	To string `json:"to"` // safeguarding_lead, programme_lead, or "" when nobody is named yet
}

// Pass passes a worry on to whoever looks after people's safety there, and tells them by
// a letter that holds nothing of it.
func (r *Room) Pass(ctx context.Context, in PassIn) (out PassOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		at, err := who.Record(ctx, tx, "worry.pass", in.place(ctx))
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		n := Note{ID: id, Project: at.Project, Site: at.Site, About: in.About, At: now, State: Fresh, Version: 1}
		role, accounts, err := r.to(tx, at)
		if err != nil {
			return err
		}
		if err := insert(tx, at.Programme, n, in.Words, who.From(ctx).Key(), at.Person); err != nil {
			return err
		}
		for _, account := range accounts {
			letter := r.ids.New()
			if err := insertLetter(tx, at.Programme, letter, id, account); err != nil {
				return err
			}
			if err := r.jobs.Add(tx, letterJob, map[string]string{"programme": at.Programme, "letter": letter}); err != nil {
				return err
			}
		}
		out = PassOut{id, string(role)}
		// The trail says that there is one: what it says, and about whom, is nowhere but here.
		return trail.Put(ctx, tx, entry, now, "worry.pass", ref.Of("worry", id), 1, out)
	})
	return out, err
}

// place is what the worry is passed on from: the contribution, the project, the person
// whose card it is, or else the whole programme.
func (in PassIn) place(ctx context.Context) ref.Ref {
	a := who.From(ctx)
	switch {
	case !in.About.None():
		return in.About
	case a.Kind == who.Card:
		return ref.Of(ref.Person, a.Person)
	case in.Project != "":
		return ref.Of(ref.Project, in.Project)
	}
	return who.Here(ctx)
}

// to is who a worry at a place goes to.
func (r *Room) to(tx *db.Tx, at ref.Record) (who.Role, []string, error) {
	return readers(at.Programme, at.Project, at.Site, func(scope ref.Ref) ([]who.Grant, error) { return who.Members(tx, at.Programme, scope) })
}

// WhomIn asks whom a worry would go to.
type WhomIn struct {
	About   ref.Ref `json:"about"`
	Project string  `json:"project"`
}

// WhomOut is whom it would go to.
type WhomOut struct {
	Role    string   `json:"role"`    // safeguarding_lead, programme_lead, or "" when nobody is named yet
	Names   []string `json:"names"`   // of those who may see the names of the team; else none
	Project string   `json:"project"` // where it would belong; "" = the whole programme
}

// Whom says whom a worry would go to, before it is passed on.
func (r *Room) Whom(ctx context.Context, in WhomIn) (out WhomOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		place := PassIn{About: in.About, Project: in.Project}.place(ctx)
		at, err := who.Record(ctx, tx, "worry.pass", place)
		if err != nil {
			return err
		}
		if err := (PassIn{About: in.About}).check(); err != nil {
			return err
		}
		role, accounts, err := r.to(tx, at)
		out = WhomOut{Role: string(role), Names: []string{}, Project: at.Project}
		if err != nil || !who.Can(ctx, tx, "account.members", place) {
			return err
		}
		for _, account := range accounts {
			name, err := r.names.Actor(ctx, tx, string(who.Account)+":"+account)
			if err != nil {
				return err
			}
			if name != "" {
				out.Names = append(out.Names, name)
			}
		}
		return nil
	})
	return out, err
}

// MineIn asks for the worries that the actor passed on.
type MineIn struct{}

// Passed is one of them: that it was passed on and whether it was read, and no more.
type Passed struct {
	ID   string `json:"id"`
	At   int64  `json:"at"`
	Seen bool   `json:"seen"`
}

// MineOut is the newest 50, newest first.
type MineOut struct {
	Passed []Passed `json:"passed"`
}

// Mine lists what the actor passed on.
func (r *Room) Mine(ctx context.Context, _ MineIn) (out MineOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, "worry.pass"); err != nil {
			return err
		}
		a := who.From(ctx)
		out.Passed, err = mine(tx, a.Programme, a.Key(), 50)
		return err
	})
	return out, err
}
