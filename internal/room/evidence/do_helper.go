package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// hideHelpers takes the names of whoever put it into words, saw it or tells of it out of contributions that the
// actor may read without seeing names: a role that may tie words to people sees it, and
// someone with a card sees it of their own words. Whether someone helped is still told,
// by Voice.
func hideHelpers(ctx context.Context, tx *db.Tx, cs []Contribution) {
	a := who.From(ctx)
	may := map[ref.Ref]bool{}
	for i := range cs {
		c := &cs[i]
		if c.Helper == "" && c.InterestBy == "" && c.AccountBy == "" || a.Kind == who.Card && a.Person != "" && c.Person == a.Person {
			continue
		}
		at := Said{Site: c.Site}.place(c.Project)
		ok, asked := may[at]
		if !asked {
			ok = who.Can(ctx, tx, "evidence.speaker", at)
			may[at] = ok
		}
		if !ok {
			c.Helper, c.InterestBy, c.AccountBy = "", "", ""
		}
	}
}
