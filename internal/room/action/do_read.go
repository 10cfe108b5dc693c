package action

import (
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// SeeIn asks for one recommendation or action.
type SeeIn struct {
	Ref ref.Ref `json:"ref"`
}

// SeeOut is one recommendation or action with what it is tied to.
type SeeOut struct {
	Ref            ref.Ref         `json:"ref"`
	Project        string          `json:"project"`
	Title          string          `json:"title"`
	State          string          `json:"state"`
	Version        int64           `json:"version"`
	Stale          int64           `json:"stale_since"` // 0 = not
	Recommendation *Recommendation `json:"recommendation,omitempty"`
	Texts          []Earlier       `json:"texts,omitempty"`     // every version of its words, newest first
	Decisions      []Decision      `json:"decisions,omitempty"` // every one, newest first
	Action         *Action         `json:"action,omitempty"`
	Owner          Owner           `json:"owner"` // of an action
	Photos         []Photo         `json:"photos,omitempty"`
	StandsOn       []Near          `json:"stands_on"` // that the actor may see
	Follows        []Near          `json:"follows"`
}

// Owner is who sees to an action.
type Owner struct {
	Name string `json:"name"` // "" = nobody, or not for the reader
	Left bool   `json:"left"` // no longer works in the project
}

// Near is a record that another is tied to.
type Near struct {
	Ref     ref.Ref `json:"ref"`
	Project string  `json:"project"`
	Title   string  `json:"title"`
	State   string  `json:"state"`
	Stance  string  `json:"stance"`
	Try     bool    `json:"try"`
}

// See gives one recommendation or action.
func (r *Room) See(ctx context.Context, in SeeIn) (out SeeOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "action.see", in.Ref)
		if err != nil {
			return err
		}
		if rec.Kind != KindRecommendation && rec.Kind != KindAction {
			return missing()
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "house.withdrawn").With("action.withdrawn_do")
		}
		out = SeeOut{Ref: rec.Ref(), Project: rec.Project, Title: rec.Title, State: rec.State, Version: rec.Version, Stale: rec.Stale}
		if rec.Kind == KindRecommendation {
			err = readRecommendation(ctx, tx, rec, &out)
		} else {
			err = r.readAction(ctx, tx, rec, &out)
		}
		if err != nil {
			return err
		}
		return readNear(ctx, tx, now, &out)
	})
	return out, err
}

// seesNames says whether the actor may read the names of people without an account: who
// sees to an action, with whom it is tried, and who saw a decision otherwise.
func seesNames(ctx context.Context, tx *db.Tx, project, site string) bool {
	return who.Can(ctx, tx, "action.owner", place(project, site))
}

// namesAt is seesNames for many records, asked once for each site.
func namesAt(ctx context.Context, tx *db.Tx, project string) func(site string) bool {
	known := map[string]bool{}
	return func(site string) bool {
		sees, ok := known[site]
		if !ok {
			sees = seesNames(ctx, tx, project, site)
			known[site] = sees
		}
		return sees
	}
}

func readRecommendation(ctx context.Context, tx *db.Tx, rec ref.Record, out *SeeOut) error {
	x, err := recommendation(tx, rec.Programme, rec.ID)
	if err != nil {
		return err
	}
	out.Recommendation, out.Title = &x, x.Title
	if out.Texts, err = texts(tx, rec.Programme, rec.ID); err != nil {
		return err
	}
	if out.Decisions, err = decisions(tx, rec.Programme, rec.ID); err == nil && len(out.Decisions) > 0 {
		x.Decision.At = out.Decisions[0].At
	}
	if !seesNames(ctx, tx, rec.Project, rec.Site) {
		x.Decision = x.Decision.unnamed()
		for i, d := range out.Decisions {
			out.Decisions[i] = d.unnamed()
		}
	}
	return err
}

func (r *Room) readAction(ctx context.Context, tx *db.Tx, rec ref.Record, out *SeeOut) error {
	a, err := action(tx, rec.Programme, rec.ID)
	if err != nil {
		return err
	}
	if !seesNames(ctx, tx, rec.Project, rec.Site) {
		a = a.unnamed()
	}
	out.Action, out.Title = &a, a.Title
	if out.Owner.Name, out.Owner.Left, err = r.ownerOf(ctx, tx, a); err != nil {
		return err
	}
	out.Photos, err = photos(tx, rec.Programme, rec.ID)
	return err
}

// ownerOf is the name of an action's owner, and whether they have left.
func (r *Room) ownerOf(ctx context.Context, tx *db.Tx, a Action) (name string, left bool, err error) {
	if a.Owner == "" {
		return a.OwnerName, false, nil
	}
	type mate struct {
		name string
		here bool
	}
	type key struct{ project, account string }
	v, err := tx.Memo(key{a.Project, a.Owner}, func() (any, error) {
		name, here, err := r.team.Mate(ctx, tx, a.Project, a.Owner)
		return mate{name, here}, err
	})
	if err != nil {
		return "", false, err
	}
	return v.(mate).name, !v.(mate).here, nil
}

// readNear fills in what the record stands on and what follows from it, as far as the
// actor may see it: shared findings, this room's own records, and outcomes of nobody's own.
func readNear(ctx context.Context, tx *db.Tx, now int64, out *SeeOut) error {
	var any []db.Part
	for _, k := range []struct{ kind, permission string }{{KindRecommendation, "action.see"}, {KindAction, "action.see"}, {"outcome", "outcome.see"}} {
		may, err := who.Where(ctx, tx, "r", k.permission)
		if err != nil {
			return err
		}
		any = append(any, db.And(may, ofNobody(k.kind)))
	}
	shared, err := who.Where(ctx, tx, "r", "finding.see")
	if err != nil {
		return err
	}
	any = append(any, db.And(shared, sharedFinding()))
	may := db.And(db.Or(any...), terms.Where("r", terms.Project, now))
	if out.StandsOn, err = near(tx, who.From(ctx).Programme, out.Ref, true, may); err != nil {
		return err
	}
	out.Follows, err = near(tx, who.From(ctx).Programme, out.Ref, false, may)
	return err
}

// ListIn asks for a page of what a project recommends, does and tries.
type ListIn struct {
	Project string `json:"project"`
	Kind    string `json:"kind"`  // recommendation, action; "" = both
	State   string `json:"state"` // "" = all
	Try     bool   `json:"try"`   // tries only
	Show    string `json:"show"`  // waiting, decided, open, late, tried, done; "" = all
	After   string `json:"after"` // the Next of the page before
	Limit   int64  `json:"limit"` // 1 to 500; 0 = 50
}

// ListOut is one page, the newest first.
type ListOut struct {
	Items []Item `json:"items"`
	Next  string `json:"next"` // "" when this is the last page
}

// Item is one line of a list.
type Item struct {
	Ref       ref.Ref `json:"ref"`
	Site      string  `json:"site"`
	Title     string  `json:"title"`
	State     string  `json:"state"`
	Owner     string  `json:"owner"`      // account id
	OwnerName string  `json:"owner_name"` // the owner's name, with an account or without; "" = none, or not for the reader
	// OwnerHidden says that there is an owner whose name the reader may not see.
	OwnerHidden bool   `json:"owner_hidden,omitempty"`
	Left        bool   `json:"left"` // the owner no longer works in the project
	Due         string `json:"due"`
	Try         bool   `json:"try"`
	LookBack    string `json:"look_back"`
	Version     int64  `json:"version"`
	ChangedAt   int64  `json:"changed_at"`
	Stale       int64  `json:"stale_since"`
}

// List gives what a project recommends, does and tries, as far as the actor may see it.
func (r *Room) List(ctx context.Context, in ListIn) (out ListOut, err error) {
	now := r.clock.Now()
	if in.Limit <= 0 || in.Limit > 500 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "action.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(in.Show == "" || slices.Contains(shows(), in.Show), "show", "house.bad_choice")
		c.Need(in.Kind == "" || in.Kind == KindRecommendation || in.Kind == KindAction, "kind", "house.bad_choice")
		if err := c.Err(); err != nil {
			return err
		}
		may, err := mine(ctx, tx, now)
		if err != nil {
			return err
		}
		day, err := r.today(tx, who.From(ctx).Programme, now)
		if err != nil {
			return err
		}
		if out.Items, out.Next, err = list(tx, who.From(ctx).Programme, in, day, may); err != nil {
			return err
		}
		sees := namesAt(ctx, tx, in.Project)
		for i, x := range out.Items {
			if x.Owner == "" {
				if x.OwnerName != "" && !sees(x.Site) {
					out.Items[i].OwnerName, out.Items[i].OwnerHidden = "", true
				}
				continue
			}
			if out.Items[i].OwnerName, out.Items[i].Left, err = r.ownerOf(ctx, tx, Action{Project: in.Project, Owner: x.Owner}); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// mine is the condition for records that the actor may see and that may be used.
func mine(ctx context.Context, tx *db.Tx, now int64) (db.Part, error) {
	seen, err := who.Where(ctx, tx, "r", "action.see")
	return db.And(seen, terms.Where("r", terms.Project, now)), err
}

// board reads all of a project's recommendations and actions, once per transaction.
func (r *Room) board(ctx context.Context, tx *db.Tx, project string) (Board, error) {
	type key struct{ actor, project string }
	v, err := tx.Memo(key{who.From(ctx).Key(), project}, func() (any, error) { return r.readBoard(ctx, tx, project) })
	if err != nil {
		return Board{}, err
	}
	return v.(Board), nil
}

func (r *Room) readBoard(ctx context.Context, tx *db.Tx, project string) (Board, error) {
	now, programme := r.clock.Now(), who.From(ctx).Programme
	z, err := r.zone(tx, programme)
	b := Board{Now: now, Today: clock.DayOf(now, z), Until: clock.DayOf(now+soon, z)}
	if err != nil {
		return b, err
	}
	may, err := mine(ctx, tx, now)
	if err != nil {
		return b, err
	}
	if b.Recommendations, err = posed(tx, project, may); err != nil {
		return b, err
	}
	if b.Actions, err = doings(tx, project, may); err != nil {
		return b, err
	}
	if len(b.Recommendations)+len(b.Actions) == 0 {
		return b, nil
	}
	under, err := below(tx, programme, project, now)
	if err != nil {
		return b, err
	}
	over, err := above(tx, programme, project, now)
	if err != nil {
		return b, err
	}
	b.join(under, over)
	sees := namesAt(ctx, tx, project)
	for i, d := range b.Actions {
		if !sees(d.Site) {
			d.Action = d.unnamed()
			b.Actions[i].Action = d.Action
		}
		if b.Actions[i].By, b.Actions[i].Left, err = r.ownerOf(ctx, tx, d.Action); err != nil {
			return b, err
		}
	}
	return b, nil
}

// join puts the counts of ties on the board.
func (b *Board) join(under, over []joined) {
	type key struct{ id, kind string }
	below, above := map[key]int64{}, map[key]int64{}
	for _, j := range under {
		below[key{j.id, j.kind}] += j.n
	}
	for _, j := range over {
		above[key{j.id, j.kind}] += j.n
	}
	for i, p := range b.Recommendations {
		b.Recommendations[i].Findings, b.Recommendations[i].Actions = below[key{p.Ref.ID, kindFinding}], above[key{p.Ref.ID, KindAction}]
	}
	for i, d := range b.Actions {
		b.Actions[i].Next = above[key{d.Ref.ID, KindAction}] + above[key{d.Ref.ID, "outcome"}] + above[key{d.Ref.ID, "lesson"}]
	}
}
