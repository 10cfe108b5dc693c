package app

import (
	"context"
	"log/slog"

	"plait/internal/kit/db"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// panels shows on one room's page what other rooms offer for it. It is filled when all
// rooms are made.
type panels struct {
	plugs []plug.Plug
	face  *web.Face
	log   *slog.Logger
}

// Load makes the panels of a place, in the order of the rooms. One that fails says so
// and the page stands; one that the actor may not see is left out.
func (p *panels) Load(ctx context.Context, tx *db.Tx, kind, place string, at ref.Ref) []page.Panel {
	var out []page.Panel
	for _, room := range p.plugs {
		for _, x := range room.Panels {
			if x.For != kind || x.Place != place || !who.Can(ctx, tx, x.Permission, at) {
				continue
			}
			title := p.face.Words.T(page.ChromeFrom(ctx).Lang, x.Title)
			body, err := x.Load(ctx, tx, at)
			if err == nil && body == nil {
				continue
			}
			panel := page.Panel{Title: title}
			if err == nil {
				panel.Body, err = p.face.Pages.Part(ctx, x.Template, body)
			}
			if err != nil {
				p.log.LogAttrs(ctx, slog.LevelError, "panel", slog.String("template", x.Template), slog.String("cause", err.Error()))
				panel = page.Panel{Title: title, Failed: true}
			}
			out = append(out, panel)
		}
	}
	return out
}

// Look gives the signs that are there in a project now, for those who hold each sign's
// permission. One that fails is told in the log, and the others stand.
func (p *panels) Look(ctx context.Context, tx *db.Tx, project ref.Ref) []plug.Found {
	var out []plug.Found
	for _, room := range p.plugs {
		for _, s := range room.Signs {
			if f, ok := p.look(ctx, tx, s, project); ok {
				out = append(out, f)
			}
		}
	}
	return out
}

// LookAt gives the one sign of a name, and asks no other.
func (p *panels) LookAt(ctx context.Context, tx *db.Tx, name string, project ref.Ref) (plug.Found, bool) {
	for _, room := range p.plugs {
		for _, s := range room.Signs {
			if s.Name == name {
				return p.look(ctx, tx, s, project)
			}
		}
	}
	return plug.Found{}, false
}

// look asks one sign; ok is false when it is not there, or not for the actor.
func (p *panels) look(ctx context.Context, tx *db.Tx, s plug.Sign, project ref.Ref) (f plug.Found, ok bool) {
	if !who.Can(ctx, tx, s.Permission, project) {
		return f, false
	}
	seen, err := s.Load(ctx, tx, project)
	if err != nil {
		p.log.LogAttrs(ctx, slog.LevelError, "sign", slog.String("sign", s.Name), slog.String("cause", err.Error()))
		return f, false
	}
	return plug.Found{Sign: s, Seen: seen}, seen.N > 0
}

// Columns gives the counts of every project, in the order of the rooms, for those who
// hold each count's permission somewhere.
func (p *panels) Columns(ctx context.Context, tx *db.Tx) ([]plug.Column, error) {
	var out []plug.Column
	for _, room := range p.plugs {
		for _, c := range room.Counts {
			if who.Somewhere(ctx, tx, c.Permission) != nil {
				continue
			}
			n, err := c.Load(ctx, tx)
			if err != nil {
				return nil, err
			}
			out = append(out, plug.Column{Count: c, N: n})
		}
	}
	return out, nil
}
