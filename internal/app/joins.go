package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/room/card"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/room/people"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// cardWords joins the room card to what its person said, in the room evidence.
type cardWords struct {
	desk     *plug.Desk
	evidence *evidence.Room
}

// Own lists what the card's person said.
func (c cardWords) Own(ctx context.Context, tx *db.Tx) ([]card.Word, error) {
	out, err := c.evidence.Mine(tx.Within(ctx), evidence.MineIn{Person: who.From(ctx).Person})
	if err != nil {
		return nil, err
	}
	words := make([]card.Word, len(out.Contributions))
	for i, x := range out.Contributions {
		// Oldest first: people read their own story from its beginning.
		words[len(words)-1-i] = card.Word{Ref: x.Ref, Words: x.Words, On: x.On, Role: x.Role, Language: x.Language, Version: x.Version, Strand: x.Strand,
			Files: cardFiles(x.Media)}
	}
	return words, nil
}

func cardFiles(media []evidence.Medium) []card.File {
	out := make([]card.File, len(media))
	for i, m := range media {
		out[i] = card.File{ID: m.ID, Kind: m.Kind, Alt: m.Alt, Width: m.Width, Height: m.Height, Captions: m.Captions != ""}
	}
	return out
}

// Open gives one file of what the person said.
func (c cardWords) Open(ctx context.Context, file string) (card.Opened, error) {
	out, err := c.evidence.Open(ctx, file)
	return card.Opened{ID: out.ID, Name: out.Name, Media: out.Media, Captions: out.Captions, Content: out.Content}, err
}

// Correct changes words and role label.
func (c cardWords) Correct(ctx context.Context, key string, at ref.Ref, version int64, words, role string) error {
	_, err := plug.Run(ctx, c.desk, "evidence.edit", key, c.evidence.Edit, evidence.EditIn{Ref: at, Version: version, Words: words, Role: role})
	return err
}

// Add stores more words of the same person.
func (c cardWords) Add(ctx context.Context, key string, to ref.Ref, words string) error {
	_, err := plug.Run(ctx, c.desk, "evidence.add-own", key, c.evidence.Add, evidence.AddIn{About: to, Words: words, Language: page.ChromeFrom(ctx).Lang})
	return err
}

// cardConsents joins the room card to what was agreed, in the room consent.
type cardConsents struct {
	desk    *plug.Desk
	consent *consent.Room
}

// Agreed gives what holds for each of refs.
func (c cardConsents) Agreed(ctx context.Context, tx *db.Tx, refs []ref.Ref) ([]card.Agreed, error) {
	out := make([]card.Agreed, len(refs))
	for i, x := range refs {
		seen, err := c.consent.See(tx.Within(ctx), consent.SeeIn{Ref: x})
		if err != nil {
			return nil, err
		}
		out[i] = card.Agreed{Ref: x, Ends: seen.Given.Ends, Version: seen.Version}
		for _, g := range seen.Grants {
			if g.Use != terms.Project {
				out[i].Uses = append(out[i].Uses, g.Use)
			}
		}
	}
	return out, nil
}

// Taken lists what the person took back and can still undo.
func (c cardConsents) Taken(ctx context.Context, tx *db.Tx, person ref.Ref) ([]card.Taken, error) {
	seen, err := c.consent.Taken(tx.Within(ctx), consent.TakenIn{Person: person})
	if err != nil {
		return nil, err
	}
	out := make([]card.Taken, len(seen.Taken))
	for i, t := range seen.Taken {
		out[i] = card.Taken{Act: t.ID, Ref: t.Ref, Use: t.Use, At: t.At, UndoUntil: t.UndoUntil}
	}
	return out, nil
}

// Question is the key of the words that ask for a use.
func (c cardConsents) Question(u terms.Use) string { return consent.Question(u) }

// Change stores what the person chose.
func (c cardConsents) Change(ctx context.Context, key string, x card.Choice) error {
	in := consent.ChangeIn{Ref: x.Ref, Version: x.Version, Wording: consent.Wording, Language: x.Language, Format: x.Format,
		Agreement: terms.Agreement{Uses: x.Uses, Ends: x.Ends, Mode: "own", Asked: "clicked"}}
	_, err := plug.Run(ctx, c.desk, "consent.change", key, c.consent.Change, in)
	return err
}

// Withdraw takes one use or everything of one record back.
func (c cardConsents) Withdraw(ctx context.Context, key string, at ref.Ref, use terms.Use, erase bool) (card.Undo, error) {
	out, err := plug.Run(ctx, c.desk, "consent.withdraw", key, c.consent.Withdraw, consent.WithdrawIn{Ref: at, Use: use, EraseNow: erase})
	return undoOf(out.Act, out.UndoUntil), err
}

// WithdrawAll takes everything of the person back.
func (c cardConsents) WithdrawAll(ctx context.Context, key string, person ref.Ref, erase bool) (card.Undo, error) {
	out, err := plug.Run(ctx, c.desk, "consent.withdraw-all", key, c.consent.WithdrawAll, consent.WithdrawAllIn{Person: person, EraseNow: erase})
	return undoOf(out.Act, out.UndoUntil), err
}

func undoOf(act string, until int64) card.Undo {
	if until == 0 {
		return card.Undo{}
	}
	return card.Undo{Act: act, Until: until}
}

// Restore undoes a take-back.
func (c cardConsents) Restore(ctx context.Context, key string, at ref.Ref, act string) error {
	_, err := plug.Run(ctx, c.desk, "consent.restore", key, c.consent.Restore, consent.RestoreIn{Ref: at, Act: act})
	return err
}

// speakers joins the room evidence to the people whose words it keeps.
type speakers struct{ people *people.Room }

// Choose lists people by the names the actor may see; none when it may see no names.
func (s speakers) Choose(ctx context.Context, tx *db.Tx, project string) ([]evidence.Speaker, error) {
	out, err := s.people.List(tx.Within(ctx), people.ListIn{Project: project, State: "active", Limit: 200})
	if fault.Is(err, fault.Forbidden) || fault.Is(err, fault.Missing) {
		return nil, nil
	}
	var all []evidence.Speaker
	for _, p := range out.People {
		if name := p.Called(); name != "" {
			all = append(all, evidence.Speaker{Ref: p.Ref, Name: name})
		}
	}
	return all, err
}

// May says whether the actor may see a person's name.
func (s speakers) May(ctx context.Context, tx *db.Tx, person ref.Ref) error {
	return who.Must(ctx, tx, "people.see", person)
}

// Anonymous makes a person of whom nothing is known.
func (s speakers) Anonymous(ctx context.Context, tx *db.Tx, project string) (ref.Ref, error) {
	return s.people.Anonymous(ctx, tx, project)
}
