package app

import (
	"context"

	"plait/internal/room/evidence"
	"plait/internal/room/paper"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// paperCards joins the room paper to the contributions that its cards become.
type paperCards struct {
	desk     *plug.Desk
	evidence *evidence.Room
}

// File stores a card's picture as a contribution: its words may be typed later, or never.
func (p paperCards) File(ctx context.Context, c paper.Card) (ref.Ref, error) {
	up, err := p.evidence.TakePicture(ctx, c.Project, c.Name, c.JPEG, c.Key)
	if err != nil {
		return ref.Ref{}, err
	}
	in := evidence.GiveIn{Project: c.Project, Files: []string{up}}
	in.Asked, in.Strands, in.Site, in.On, in.Source, in.Expressed = c.Asked, c.Strands, c.Site, c.On, c.Source, "written"
	out, err := plug.Run(ctx, p.desk, "evidence.give", c.Key, p.evidence.Give, in)
	return out.Ref, err
}
