package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/room/action"
	"plait/internal/room/evidence"
	"plait/internal/room/finding"
	"plait/internal/room/outcome"
	"plait/internal/room/output"
	"plait/internal/room/people"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// threads joins every room that shows records to the room thread, which draws them.
type threads struct{ r *rooms }

// Strips draws the strip of each of refs.
func (t threads) Strips(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]page.Strip, error) {
	return t.r.thread.Strips(ctx, tx, refs)
}

// tellers asks each kind of record what it says to those whose words it stands on.
type tellers struct{ kinds map[string]plug.Kind }

// Tell asks the kinds, each once.
func (t *tellers) Tell(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]plug.Told, error) {
	by := map[string][]string{}
	for _, x := range refs {
		by[x.Kind] = append(by[x.Kind], x.ID)
	}
	out := map[ref.Ref]plug.Told{}
	for kind, ids := range by {
		k, ok := t.kinds[kind]
		if !ok || k.Tell == nil {
			continue
		}
		told, err := k.Tell(ctx, tx, programme, ids)
		if err != nil {
			return nil, err
		}
		for id, x := range told {
			out[ref.Of(kind, id)] = x
		}
	}
	return out, nil
}

// findingWords joins the room finding to what was said.
type findingWords struct{ evidence *evidence.Room }

func voiceOf(c evidence.Contribution) finding.Voice {
	words := c.Words
	if words == "" {
		words = c.Title // what was shown without words
	}
	return finding.Voice{Ref: c.Ref, Words: words, Strand: c.Strand, Role: c.Role, On: c.On, Source: c.Source, Language: c.Language, Version: c.Version,
		Behalf: c.Voice == "behalf"}
}

// Listed gives a page of a project's contributions.
func (w findingWords) Listed(ctx context.Context, tx *db.Tx, q finding.Query) ([]finding.Voice, string, error) {
	list, err := w.evidence.List(tx.Within(ctx), evidence.ListIn{Project: q.Project, Strand: q.Strand, Find: q.Find, After: q.After, Limit: q.Limit})
	if err != nil {
		return nil, "", err
	}
	out := make([]finding.Voice, len(list.Contributions))
	for i, c := range list.Contributions {
		out[i] = voiceOf(c)
	}
	return out, list.Next, nil
}

// Some gives those of refs that the actor may read.
func (w findingWords) Some(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]finding.Voice, error) {
	out := map[ref.Ref]finding.Voice{}
	return out, some(tx.Within(ctx), w.evidence, refs, func(c evidence.Contribution) { out[c.Ref] = voiceOf(c) })
}

// findingMarks joins the room finding to what was marked.
type findingMarks struct{ evidence *evidence.Room }

func markOf(project, contribution string, x evidence.Excerpt) finding.Mark {
	m := finding.Mark{ID: x.ID, Of: ref.Of(evidence.Kind, contribution), Words: x.Kind == evidence.InText, Text: x.Called(), Label: x.Label, Start: x.Start, End: x.End,
		Place: "/evidence/" + project + "/said/" + contribution + "/mark/" + x.ID}
	if x.Lost() {
		m.Text = ""
	}
	if !m.Words && m.Text == m.Label {
		m.Label = ""
	}
	return m
}

// Of gives the marks of one contribution.
func (w findingMarks) Of(ctx context.Context, tx *db.Tx, at ref.Ref) ([]finding.Mark, error) {
	marks, err := w.evidence.Marks(tx.Within(ctx), evidence.MarksIn{Ref: at})
	if err != nil {
		return nil, err
	}
	out := make([]finding.Mark, len(marks.Marks))
	for i, x := range marks.Marks {
		out[i] = markOf(marks.Project, at.ID, x)
	}
	return out, nil
}

// Some gives marks by their ids.
func (w findingMarks) Some(ctx context.Context, tx *db.Tx, ids []string) (map[string]finding.Mark, error) {
	marks, err := w.evidence.Excerpts(tx.Within(ctx), tx, ids)
	out := map[string]finding.Mark{}
	for id, x := range marks {
		out[id] = markOf(x.Project, x.Contribution, x.Excerpt)
	}
	return out, err
}

// some reads contributions by their refs, as many at a time as the room gives.
func some(ctx context.Context, from *evidence.Room, refs []ref.Ref, each func(evidence.Contribution)) error {
	for len(refs) > 0 {
		part := refs[:min(evidence.MaxRefs, len(refs))]
		refs = refs[len(part):]
		got, err := from.Words(ctx, evidence.WordsIn{Refs: part})
		if err != nil {
			return err
		}
		for _, c := range got.Contributions {
			each(c)
		}
	}
	return nil
}

// letterWords joins the letters to what their readers said.
type letterWords struct{ evidence *evidence.Room }

// Some gives those of refs that the actor may read.
func (w letterWords) Some(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]output.Voice, error) {
	out := map[ref.Ref]output.Voice{}
	return out, some(tx.Within(ctx), w.evidence, refs, func(c evidence.Contribution) {
		out[c.Ref] = output.Voice{Ref: c.Ref, Words: c.Words, On: c.On, Source: c.Source, Language: c.Language, Behalf: c.Voice == "behalf"}
	})
}

// letterReaders joins the letters to the people they are for.
type letterReaders struct{ people *people.Room }

// Readers reads people with how to write to them.
func (l letterReaders) Readers(ctx context.Context, tx *db.Tx, persons []string) (map[string]output.Reader, error) {
	all, err := l.people.Readers(ctx, tx, persons)
	out := make(map[string]output.Reader, len(all))
	for id, p := range all {
		out[id] = output.Reader{Person: ref.Of(ref.Person, id), Name: p.Name, Formats: p.Formats, Language: p.Language, State: p.State,
			How: p.How, Address: p.Address, Why: p.Why}
	}
	return out, err
}

// letterFates joins the letters to what was signed of contributions.
type letterFates struct {
	finding *finding.Room
	names   names
}

// Signed reads what was signed, with the name of who signed.
func (l letterFates) Signed(ctx context.Context, tx *db.Tx, programme string, refs []ref.Ref) (map[ref.Ref]output.Fate, error) {
	all, err := l.finding.Signed(ctx, tx, programme, refs)
	if err != nil {
		return nil, err
	}
	out := make(map[ref.Ref]output.Fate, len(all))
	for at, f := range all {
		by, err := l.names.Actor(ctx, tx, f.By)
		if err != nil {
			return nil, err
		}
		out[at] = output.Fate{Fate: f.Fate, Reason: f.Reason, Plainly: f.Plainly, By: by, At: f.At, Bulk: f.Bulk}
	}
	return out, nil
}

// letterOwns joins the letters to what changed for their readers themselves.
type letterOwns struct{ outcome *outcome.Room }

// Own lists what changed for one person.
func (l letterOwns) Own(ctx context.Context, tx *db.Tx, person string) ([]output.Own, error) {
	all, err := l.outcome.Mine(ctx, tx, person)
	out := make([]output.Own, len(all))
	for i, o := range all {
		out[i] = output.Own{Ref: o.Ref, Says: o.Title, Plainly: o.Plainly, Shows: o.Shows, On: o.On, Language: o.Language}
	}
	return out, err
}

// actionTeam joins actions to those who may own them.
type actionTeam struct{ r *rooms }

// Mates lists who works in a project.
func (t actionTeam) Mates(ctx context.Context, tx *db.Tx, project string) ([]action.Mate, error) {
	all, err := t.r.account.Mates(ctx, tx, project)
	out := make([]action.Mate, len(all))
	for i, m := range all {
		out[i] = action.Mate{Account: m.Account, Name: m.Name}
	}
	return out, err
}

// Mate gives an account's name and whether it still works in a project.
func (t actionTeam) Mate(ctx context.Context, tx *db.Tx, project, account string) (string, bool, error) {
	return t.r.account.Mate(ctx, tx, project, account)
}

// outcomePeople joins personal outcomes to the people they belong to.
type outcomePeople struct {
	speakers
	people *people.Room
}

// Label is what the actor may call a person.
func (o outcomePeople) Label(ctx context.Context, tx *db.Tx, person string) (string, error) {
	named, err := o.people.Readers(ctx, tx, []string{person})
	if err != nil {
		return "", err
	}
	if p, ok := named[person]; ok && p.Name != "" {
		return p.Name, nil
	}
	rec, ok, err := ref.Get(tx, who.From(ctx).Programme, person)
	if err != nil || !ok {
		return "", err
	}
	return rec.Title, nil
}

// Choose lists the people of a project by the names the actor may see.
func (o outcomePeople) Choose(ctx context.Context, tx *db.Tx, project string) ([]outcome.Person, error) {
	all, err := o.speakers.Choose(ctx, tx, project)
	out := make([]outcome.Person, len(all))
	for i, p := range all {
		out[i] = outcome.Person{Ref: p.Ref, Name: p.Name}
	}
	return out, err
}
