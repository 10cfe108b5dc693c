package app

import (
	"context"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/evidence"
	"plait/internal/room/paper"
	"plait/internal/spine/ref"
)

// paperCards joins the room paper to the contributions that its cards become.
type paperCards struct {
	evidence *evidence.Room
}

// Open begins the batch that the cards of some photos belong to.
func (p paperCards) Open(ctx context.Context, tx *db.Tx, id, project, name string, n int) error {
	return p.evidence.OpenBatch(tx.Within(ctx), id, project, name, n)
}

// Hold takes a card's picture in.
func (p paperCards) Hold(ctx context.Context, project, name string, jpeg []byte, key string) (string, error) {
	return p.evidence.TakePicture(ctx, project, name, jpeg, key)
}

// Give makes a card a contribution: its words may be typed later, or never.
func (p paperCards) Give(ctx context.Context, tx *db.Tx, c paper.Card, upload, batch string) (ref.Ref, error) {
	in := evidence.GiveIn{Project: c.Project, Words: c.Words, Files: []string{upload}}
	in.Question, in.Strands, in.Site, in.On, in.Source, in.Expressed = c.Asked, c.Strands, c.Site, c.On, c.Source, "written"
	out, err := p.evidence.GiveTo(tx.Within(ctx), batch, in)
	return out.Ref, err
}

// Undo takes a batch back as a whole.
func (p paperCards) Undo(ctx context.Context, batch string) error {
	_, err := p.evidence.Undo(ctx, evidence.UndoIn{Batch: batch})
	return err
}

// See reads what a card says now.
func (p paperCards) See(ctx context.Context, tx *db.Tx, at ref.Ref) (paper.Typed, error) {
	out, err := p.evidence.See(tx.Within(ctx), evidence.SeeIn{Ref: at})
	if fault.Is(err, fault.Withdrawn) || fault.Is(err, fault.Missing) {
		return paper.Typed{Gone: true}, nil
	}
	t := paper.Typed{Words: out.Words, Strands: out.StrandList(), Version: out.Version}
	for _, m := range out.Media {
		if m.Kind == evidence.Picture && t.File == "" {
			t.File = m.ID
		}
	}
	return t, err
}

// Type stores the words of a card; what else is known of it stays.
func (p paperCards) Type(ctx context.Context, at ref.Ref, version int64, words string, strands []string) error {
	now, err := p.evidence.See(ctx, evidence.SeeIn{Ref: at})
	if err != nil {
		return err
	}
	if strings.TrimSpace(words) == "" {
		return fault.Fielded("words", "evidence.need_words")
	}
	_, err = p.evidence.Edit(ctx, evidence.EditIn{Ref: at, Version: version, Words: words, Strands: strands, Role: now.Role, On: now.On, Source: now.Source})
	return err
}
