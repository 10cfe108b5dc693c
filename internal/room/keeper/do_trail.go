package keeper

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Names tells who did something; the room account fills it.
type Names interface {
	// Actor is the name shown for whom the trail names; "" for a card, the command line and
	// whoever has left.
	Actor(ctx context.Context, tx *db.Tx, key string) (string, error)
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}

// SetNames sets who knows the names of accounts. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetNames(n Names) { r.names = n }

// SetZones sets who knows the zones of programmes. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetZones(z Zones) { r.zones = z }

func (r *Room) zone(tx *db.Tx, programme string) (string, error) {
	if r.zones == nil {
		return "", nil
	}
	return r.zones.Zone(tx, programme)
}

// Trail lists who did what, newest first: of the programme to those who lead it, of their
// projects to those who lead these.
func (r *Room) Trail(ctx context.Context, in TrailIn) (out TrailOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		out = TrailOut{Entries: []TrailEntry{}}
		f, err := r.filter(ctx, tx, in)
		if err != nil {
			return err
		}
		list, next, err := trail.List(tx, who.From(ctx).Programme, f)
		if err != nil {
			return err
		}
		for _, e := range list {
			out.Entries = append(out.Entries, entryOf(e))
		}
		out.Next = next
		return r.nameAll(ctx, tx, out.Entries)
	})
	return out, err
}

// LinksIn asks for entries in the order of the chain, each with its proof.
type LinksIn struct {
	TrailIn
	Behind int64 `json:"behind"` // the Last of the part before; 0 = from the first
}

// LinksOut is a part of the chain.
type LinksOut struct {
	Entries []TrailEntry
	Last    int64 // 0 when this is the end
}

// links gives the entries that TrailIn chooses in the order of the chain, with what their
// links are made of. Limit is how many links are read.
func (r *Room) links(ctx context.Context, in LinksIn) (out LinksOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		out = LinksOut{}
		f, err := r.filter(ctx, tx, in.TrailIn)
		if err != nil {
			return err
		}
		list, last, err := trail.Links(tx, who.From(ctx).Programme, f, in.Behind, f.Most)
		if err != nil {
			return err
		}
		for _, l := range list {
			out.Entries = append(out.Entries, proven(l))
		}
		out.Last = last
		return r.nameAll(ctx, tx, out.Entries)
	})
	return out, err
}

// filter checks what is asked for and who asks, and says which entries they may see.
func (r *Room) filter(ctx context.Context, tx *db.Tx, in TrailIn) (f trail.Filter, err error) {
	programme := who.From(ctx).Programme
	if f.Projects, err = trailOf(ctx, tx, in.Project); err != nil {
		return f, err
	}
	if err := in.check(); err != nil {
		return f, err
	}
	zone, err := r.zone(tx, programme)
	if err != nil {
		return f, err
	}
	if f.From, f.To, err = in.days(zone); err != nil {
		return f, err
	}
	f.Actor, f.Ref, f.Reads, f.Changes, f.After = in.By, in.Record, in.What == Reads, in.What == Changes, in.After
	if f.Actor != "" {
		f.Without = quiet() // else this would tell what the entry does not
	}
	if f.Most = in.Limit; f.Most <= 0 || f.Most > mostTrail {
		f.Most = usualTrail
	}
	if in.Group == "" && !f.Reads {
		return f, nil
	}
	all, err := trail.Verbs(tx, programme)
	f.Verbs = []string{}
	for _, v := range all {
		if (in.Group == "" || roomOf(v) == in.Group) && (!f.Reads || trail.Reading(v)) {
			f.Verbs = append(f.Verbs, v)
		}
	}
	return f, err
}

// trailOf says whose trail the actor reads: of the project asked for, or with none of the
// whole programme (nil), or of the projects that they lead.
func trailOf(ctx context.Context, tx *db.Tx, project string) ([]string, error) {
	if project != "" {
		return []string{project}, who.Must(ctx, tx, "keeper.trail", ref.Of(ref.Project, project))
	}
	err := who.Must(ctx, tx, "keeper.trail", who.Here(ctx))
	if err == nil || !fault.Is(err, fault.Forbidden) {
		return nil, err
	}
	if err := who.Somewhere(ctx, tx, "keeper.trail"); err != nil {
		return nil, err
	}
	may, err := who.Where(ctx, tx, "r", "keeper.trail")
	if err != nil {
		return nil, err
	}
	list, err := trailProjects(tx, may)
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = p.ID
	}
	return out, err
}

// nameAll puts names to the actors of entries, each asked for once.
func (r *Room) nameAll(ctx context.Context, tx *db.Tx, list []TrailEntry) error {
	if r.names == nil {
		return nil
	}
	known := map[string]string{"": ""}
	for i, e := range list {
		name, ok := known[e.Actor]
		if !ok {
			var err error
			if name, err = r.names.Actor(ctx, tx, e.Actor); err != nil {
				return err
			}
			known[e.Actor] = name
		}
		list[i].Name = name
	}
	return nil
}

// ProofIn asks for the proof of one entry.
type ProofIn struct {
	Entry string `json:"entry" doc:"Id of the entry."`
}

// ProofOut is one entry with what proves its place.
type ProofOut struct {
	TrailEntry
	Entries int64  `json:"entries"` // the number of the chain's last entry
	Tail    string `json:"tail"`    // its link
	Hidden  bool   `json:"hidden"`  // it is not told who did it, so Text is ""
	Kept    bool   `json:"kept"`    // the version that it made is still there
}

// Proof gives one entry with what its link is made of.
func (r *Room) Proof(ctx context.Context, in ProofIn) (out ProofOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		programme := who.From(ctx).Programme
		within, err := trailOf(ctx, tx, "")
		if err != nil {
			return err
		}
		l, ok, err := trail.One(tx, programme, in.Entry)
		if err != nil {
			return err
		}
		if !ok || within != nil && !contains(within, l.Project) {
			return fault.New(fault.Missing, "house.missing")
		}
		out = ProofOut{TrailEntry: proven(l), Hidden: isQuiet(l.Verb)}
		if out.Entries, out.Tail, err = trail.Tail(tx, programme); err != nil {
			return err
		}
		if out.Kept, err = trail.Kept(tx, programme, in.Entry); err != nil {
			return err
		}
		one := []TrailEntry{out.TrailEntry}
		err = r.nameAll(ctx, tx, one)
		out.TrailEntry = one[0]
		return err
	})
	return out, err
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// TrailFetched writes down that the actor takes a copy of the trail out. The copy itself is
// read page by page with Trail, or with its proofs.
func (r *Room) TrailFetched(ctx context.Context, in TrailIn) (out TrailFetchedOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, err := r.filter(ctx, tx, in); err != nil {
			return err
		}
		at := who.Here(ctx)
		if in.Project != "" {
			at = ref.Of(ref.Project, in.Project)
		}
		out = TrailFetchedOut{entry}
		return trail.Put(ctx, tx, entry, now, "keeper.trail-fetched", at, 0, nil)
	})
	return out, err
}

// TrailFetchedOut names the entry that tells of the copy.
type TrailFetchedOut struct {
	Entry string `json:"entry"`
}
