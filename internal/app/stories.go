package app

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/room/card"
	"plait/internal/room/consent"
	"plait/internal/room/outcome"
	"plait/internal/room/output"
	"plait/internal/room/project"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// cardStories joins the room card to what became of its person's words.
type cardStories struct {
	desk *plug.Desk
	r    *rooms
}

func toldOf(lines []output.Line) []plug.Told {
	out := make([]plug.Told, len(lines))
	for i, l := range lines {
		out[i] = plug.Told{Says: l.Says, Plainly: l.Plainly, State: l.State, On: l.On, Why: l.Why}
	}
	return out
}

// Became says what became of contributions.
func (c cardStories) Became(ctx context.Context, tx *db.Tx, refs []ref.Ref) (map[ref.Ref]card.Became, error) {
	all, err := c.r.output.Became(ctx, tx, who.From(ctx).Programme, refs)
	out := make(map[ref.Ref]card.Became, len(all))
	for at, a := range all {
		out[at] = card.Became{Fate: a.Fate, Reason: a.Reason, By: a.By, Bulk: a.Bulk, Learned: toldOf(a.Learned), Doing: toldOf(a.Doing), Changed: toldOf(a.Changed)}
	}
	return out, err
}

// Letters lists the letters that were released to the card's person.
func (c cardStories) Letters(ctx context.Context, tx *db.Tx) ([]card.Letter, error) {
	all, err := c.r.output.MineLetters(ctx, tx, ref.Of(ref.Person, who.From(ctx).Person))
	out := make([]card.Letter, len(all))
	for i, l := range all {
		out[i] = card.Letter{ID: l.Ref.ID, At: l.ReleasedAt}
	}
	return out, err
}

// Letter is one letter to the card's person, in the format of the page.
func (c cardStories) Letter(ctx context.Context, id, format string) (string, error) {
	shown, err := c.r.output.OwnLetter(ctx, ref.Of(output.Kind, id))
	if err != nil {
		return "", err
	}
	if format == page.Standard {
		format = ""
	}
	return c.r.output.Drawn(ctx, shown, letterFormat(format))
}

// letterFormat is a format of pages as letters call it; "" is the letter's own.
func letterFormat(format string) string {
	if format == page.Listen {
		return output.Audio
	}
	return format
}

// Sheet is the address of the letters' style sheet.
func (c cardStories) Sheet() string { return "/output/letters.css" }

// Outcomes lists what changed for the card's person.
func (c cardStories) Outcomes(ctx context.Context, tx *db.Tx) ([]card.Outcome, error) {
	all, err := c.r.outcome.Mine(ctx, tx, who.From(ctx).Person)
	out := make([]card.Outcome, len(all))
	for i, o := range all {
		says := o.Title
		if o.Text != "" {
			if !strings.HasSuffix(says, ".") {
				says += "."
			}
			says += " " + o.Text
		}
		out[i] = card.Outcome{Ref: o.Ref, Says: says, Plainly: o.Plainly, On: o.On}
	}
	return out, err
}

// TakeBack takes back something that changed for the card's person.
func (c cardStories) TakeBack(ctx context.Context, key string, at ref.Ref) error {
	_, err := plug.Run(ctx, c.desk, "outcome.take-back", key, c.r.outcome.TakeBack, outcome.TakeBackIn{Ref: at})
	return err
}

// Scopes gives what can and cannot change in the projects that contributions are part of.
func (c cardStories) Scopes(ctx context.Context, tx *db.Tx, refs []ref.Ref) (out card.Scope, err error) {
	var seen []string
	for _, at := range refs {
		rec, ok, err := ref.Get(tx, who.From(ctx).Programme, at.ID)
		if err != nil {
			return out, err
		}
		if !ok || rec.Project == "" || slices.Contains(seen, rec.Project) {
			continue
		}
		seen = append(seen, rec.Project)
		all, err := c.r.project.Scope(ctx, tx, rec.Project)
		if err != nil {
			return out, err
		}
		for _, x := range all {
			switch x.Sort {
			case project.CanChange:
				out.Can = append(out.Can, x.What)
			case project.CannotChange:
				out.Cannot = append(out.Cannot, x.What)
			default:
				out.NotOurs = append(out.NotOurs, x.What)
			}
		}
	}
	return out, nil
}

// outcomeConsents joins personal outcomes to taking back.
type outcomeConsents struct{ consent *consent.Room }

// Withdraw takes a record back, with the undo that goes with it.
func (o outcomeConsents) Withdraw(ctx context.Context, at ref.Ref, eraseNow bool) (act string, undoUntil int64, err error) {
	out, err := o.consent.Withdraw(ctx, consent.WithdrawIn{Ref: at, EraseNow: eraseNow})
	return out.Act, out.UndoUntil, err
}
