package app

import (
	"context"
	"slices"
	"unicode/utf8"

	"plait/internal/kit/db"
	"plait/internal/room/evidence"
	"plait/internal/room/people"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
)

// reviewWords joins the room review to the contributions that its statements become.
type reviewWords struct{ evidence *evidence.Room }

// Give stores what a review says as a contribution of the strand research.
func (x reviewWords) Give(ctx context.Context, tx *db.Tx, g review.Given) (ref.Ref, error) {
	in := evidence.GiveIn{Project: g.Project, Words: g.Words}
	in.Strands, in.Source, in.On, in.Expressed = []string{"research"}, g.Source, g.On, "published"
	out, err := x.evidence.Give(tx.Within(ctx), in)
	return out.Ref, err
}

// Reword gives such a contribution other words; what else people said of it stays.
func (x reviewWords) Reword(ctx context.Context, tx *db.Tx, at ref.Ref, g review.Given) error {
	now, err := x.evidence.See(tx.Within(ctx), evidence.SeeIn{Ref: at})
	if err != nil {
		return err
	}
	_, err = x.evidence.Edit(tx.Within(ctx), evidence.EditIn{Ref: at, Version: now.Version, Words: g.Words, Strands: now.StrandList(), Role: now.Role, On: g.On, Source: g.Source})
	return err
}

// reviewGroups joins the room review to the organisations among the people to meet.
type reviewGroups struct{ people *people.Room }

// Meet adds an organisation to those of a project.
func (x reviewGroups) Meet(ctx context.Context, tx *db.Tx, project, name, does string) (ref.Ref, error) {
	const most = 200 // bytes, as the room people takes
	for len(does) > most || !utf8.ValidString(does) {
		does = does[:min(most, len(does)-1)]
	}
	out, err := x.people.Organisation(tx.Within(ctx), people.OrganisationIn{Project: project, Name: name, What: does})
	return out.Ref, err
}

// reviewTexts joins the room review to the reading of files.
type reviewTexts struct{ parser evidence.Parser }

// Words gives a file's words.
func (x reviewTexts) Words(ctx context.Context, b []byte, name string) (words string, starts []int, why string, err error) {
	parts, err := x.parser.Parse(ctx, b, name, "")
	if err != nil {
		return "", nil, "", err
	}
	for _, p := range parts {
		if p.Doc != nil && p.Doc.Words != "" {
			return p.Doc.Words, slices.Clone(p.Doc.PageStarts), "", nil
		}
		for _, t := range p.Problems {
			if why == "" && len(t.Args) == 0 {
				why = t.Say
			}
		}
	}
	return "", nil, why, nil
}
