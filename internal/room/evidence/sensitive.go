package evidence

import (
	"context"

	"plait/internal/spine/who"
)

// sensitiveTitle is what lists, threads and search show of a contribution that is
// sensitive, in place of its first words. Pages of this room translate it.
const sensitiveTitle = "Something sensitive"

// Looked is the verb of the trail's entries that tell who opened something sensitive.
const Looked = "evidence.looked"

// veil takes out of lists what is sensitive: its words are behind one press. People see
// their own words on their card as they are.
func veil(ctx context.Context, cs []Contribution) {
	if who.From(ctx).Kind == who.Card {
		return
	}
	for i := range cs {
		if c := &cs[i]; c.Sensitive {
			c.Title, c.Words, c.Media, c.PageStarts, c.Shown = sensitiveTitle, "", nil, nil, Shown{}
		}
	}
}

// opened writes down that the actor opened those of cs that are sensitive. Nobody is
// written down for opening their own words on their card.
func (r *Room) opened(ctx context.Context, cs ...Contribution) {
	if who.From(ctx).Kind == who.Card {
		return
	}
	for _, c := range cs {
		if c.Sensitive {
			r.looks.Note(ctx, Looked, c.Ref)
		}
	}
}

// marked sets what an edit says of being sensitive. On their card a person changes their
// words and not how the team keeps them.
func (c *Contribution) marked(ctx context.Context, says string) {
	if who.From(ctx).Kind == who.Card || says != "yes" && says != "no" {
		return
	}
	c.Sensitive = says == "yes"
}
