package account

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// Mate is someone who works in a project: an account with a role there or above it.
type Mate struct {
	Account string
	Name    string
}

// Mates lists who works in a project, by name: the accounts with a role in the project,
// in one of its sites or in the whole programme.
func (r *Room) Mates(ctx context.Context, tx *db.Tx, project string) ([]Mate, error) {
	programme := who.From(ctx).Programme
	var ids []string
	for _, scope := range []ref.Ref{ref.Of(ref.Project, project), who.Here(ctx)} {
		grants, err := who.Members(tx, programme, scope)
		if err != nil {
			return nil, err
		}
		for _, g := range grants {
			if !slices.Contains(ids, g.Account) {
				ids = append(ids, g.Account)
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	named, err := byIDs(tx, ids)
	if err != nil {
		return nil, err
	}
	var out []Mate
	for _, a := range named {
		out = append(out, Mate{a.ID, a.Name})
	}
	slices.SortFunc(out, func(a, b Mate) int {
		if c := strings.Compare(string(text.SortKey(a.Name)), string(text.SortKey(b.Name))); c != 0 {
			return c
		}
		return strings.Compare(a.Account, b.Account)
	})
	return out, nil
}

// Mate gives an account's name, and whether it still has a role in a project, in one of
// its sites or in the programme.
func (r *Room) Mate(ctx context.Context, tx *db.Tx, project, account string) (name string, here bool, err error) {
	a, ok, err := byID(tx, account)
	if err != nil || !ok {
		return "", false, err
	}
	grants, err := who.GrantsOf(tx, who.From(ctx).Programme, account)
	here = slices.ContainsFunc(grants, func(g who.Grant) bool {
		return g.Scope.Kind == ref.Programme || g.Scope.ID == project || g.Project == project
	})
	return a.Name, here, err
}
