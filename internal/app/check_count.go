package app

import (
	"context"
	"regexp"

	"plait/internal/kit/db"
	"plait/internal/room/action"
	"plait/internal/room/evidence"
	"plait/internal/room/finding"
	"plait/internal/room/output"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// counts says what the example holds.
func (k *checker) counts(ctx context.Context) error {
	projects, err := k.projects(ctx)
	if err != nil {
		return err
	}
	k.answer.Projects = int64(len(projects))
	for _, p := range projects {
		sent, err := k.house.rooms.output.Owing(ctx, output.OwingIn{Project: p})
		if err != nil {
			return err
		}
		k.answer.Letters += sent.Waiting + sent.Ready + sent.ByHand + sent.Held + sent.Released + sent.Handed
		if err := k.tally(ctx, p, sent.Released+sent.Handed > 0); err != nil {
			return err
		}
		if err := k.bulk(ctx, p); err != nil {
			return err
		}
	}
	return k.house.DB.Read(ctx, func(tx *db.Tx) error {
		for _, c := range k.house.columns() {
			if c.Name != "action.count_tried" {
				continue
			}
			n, err := c.Load(tx.Context(), tx)
			if err != nil {
				return err
			}
			for _, x := range n {
				k.answer.Tries += x
			}
		}
		return nil
	})
}

// tally counts the records of one project; told says that letters of it were released.
func (k *checker) tally(ctx context.Context, project string, told bool) error {
	return k.house.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := ref.Tallies(tx, who.From(ctx).Programme, project, k.house.Clock.Now())
		for _, t := range all {
			switch t.Kind {
			case finding.Kind:
				k.answer.Findings += t.N
			case action.KindAction:
				k.answer.Actions += t.N
			case evidence.Kind:
				k.answer.Contributions += t.N
				switch {
				case t.Fate == "not taken up":
					k.answer.NotTakenUp += t.N
				case t.Fate == "owing" && told:
					k.answer.Owing += t.N
				case t.Fate == "owing":
					k.answer.OwingOpen += t.N
				}
			}
		}
		return err
	})
}

// bulk counts the contributions of a project that were answered together with others.
func (k *checker) bulk(ctx context.Context, project string) error {
	in := evidence.ListIn{Project: project, Limit: 500}
	for {
		list, err := k.house.rooms.evidence.List(ctx, in)
		if err != nil {
			return err
		}
		refs := make([]ref.Ref, len(list.Contributions))
		for i, c := range list.Contributions {
			refs[i] = c.Ref
		}
		err = k.house.DB.Read(ctx, func(tx *db.Tx) error {
			signed, err := k.house.rooms.finding.Signed(tx.Context(), tx, who.From(ctx).Programme, refs)
			for _, s := range signed {
				if s.Bulk {
					k.answer.BulkFates++
				}
			}
			return err
		})
		if in.After = list.Next; err != nil || in.After == "" {
			return err
		}
	}
}

var ownWords = regexp.MustCompile(`/card/words/(contribution(?::|%3A)[0-9a-f-]{36})/correct`)
