package finding

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Mark is a part of what was said that someone marked: words, a box on a picture or a page,
// or a stretch of a recording.
type Mark struct {
	ID    string
	Of    ref.Ref // its contribution
	Words bool    // its text is the contribution's own words
	Text  string  // the words, or what the mark is called; "" = its words are not there any more
	Label string
	Start int // of its words, in code points
	End   int
	Place string // address that opens it where it stands
}

// Marks reads what was marked; the room evidence fills it.
type Marks interface {
	// Of gives the marks of one contribution that the actor may read, in their order.
	Of(ctx context.Context, tx *db.Tx, contribution ref.Ref) ([]Mark, error)
	// Some gives marks by their ids, those that the actor may read.
	Some(ctx context.Context, tx *db.Tx, ids []string) (map[string]Mark, error)
}

// SetMarks tells the room who knows what was marked. Only the wiring calls it, once, before
// anything runs.
func (r *Room) SetMarks(m Marks) { r.marks = m }

// marksOf is the marks of a contribution that can be used; none while nobody knows of any.
func (r *Room) marksOf(ctx context.Context, tx *db.Tx, at ref.Ref) ([]Mark, error) {
	if r.marks == nil {
		return nil, nil
	}
	return r.marks.Of(ctx, tx, at)
}

// pickOf is the excerpt that a pick keeps of one contribution: a marked part, or words that
// were typed. None is a zero pick.
func (r *Room) pickOf(ctx context.Context, tx *db.Tx, in PickIn, v Voice) (pick, error) {
	if in.Excerpt != "" {
		var marks map[string]Mark
		if r.marks != nil {
			var err error
			if marks, err = r.marks.Some(ctx, tx, []string{in.Excerpt}); err != nil {
				return pick{}, err
			}
		}
		m, ok := marks[in.Excerpt]
		if !ok || m.Of != v.Ref || m.Text == "" {
			return pick{}, fault.Fielded("excerpt", "finding.mark_gone")
		}
		return pick{m.Text, m.Start, m.End, v.Version, m.ID}, nil
	}
	if strings.TrimSpace(in.Quote) == "" {
		return pick{}, nil
	}
	start, end, as, ok := FindQuote(v.Words, in.Quote)
	if !ok {
		return pick{}, fault.Fielded("quote", "finding.not_their_words")
	}
	return pick{as, start, end, v.Version, ""}, nil
}

// quoted says what is left of the excerpts of sources, and where each can be opened.
func (r *Room) quoted(ctx context.Context, tx *db.Tx, from []source, voices map[ref.Ref]Voice, out []Source) error {
	var ids []string
	for _, s := range from {
		if s.Excerpt != "" {
			ids = append(ids, s.Excerpt)
		}
	}
	marks := map[string]Mark{}
	if len(ids) > 0 && r.marks != nil {
		var err error
		if marks, err = r.marks.Some(ctx, tx, ids); err != nil {
			return err
		}
	}
	for i, s := range from {
		v, ok := voices[s.Ref]
		if !ok || s.Quote == "" {
			continue
		}
		if m, ok := marks[s.Excerpt]; ok && m.Text != "" {
			out[i].Quote, out[i].Place = m.Text, m.Place
			continue
		}
		// Words that were typed, or whose mark was taken away since.
		if _, _, as, ok := FindQuote(v.Words, s.Quote); ok {
			out[i].Quote = as
		} else {
			out[i].Moved = true
		}
	}
	return nil
}
