package action

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// sight is what one sign finds on a board: what is seen, on the page of the first record,
// and the page that mends it.
type sight func(b Board) (seen plug.Seen, mend string)

// signs is what can be said of a project's health from what it decides, does and tries.
func (r *Room) signs() []plug.Sign {
	return []plug.Sign{
		r.gap("undecided", plug.Acting, 30, "action.decide", posedSight(Board.LongWaiting, "/decide")),
		r.gap("idle", plug.Acting, 25, "action.do", idleSight),
		r.gap("baseless", plug.Acting, 45, "action.recommend", posedSight(Board.Baseless, "/revise")),
		r.gap("unowned", plug.Acting, 20, "action.do", doingSight(Board.Unowned, "/change")),
		r.gap("undated", plug.Acting, 35, "action.do", doingSight(Board.Undated, "/change")),
		r.gap("late", plug.Acting, 15, "action.do", doingSight(Board.Late, "")),
		r.gap("deserted", plug.Acting, 18, "action.do", doingSight(Board.Deserted, "/change")),
		r.gap("unlooked", plug.Trying, 16, "action.do", doingSight(Board.Unlooked, "/look-back")),
		r.gap("dead_end", plug.Trying, 40, "action.do", doingSight(Board.DeadEnd, "")),
		r.sign("decided", plug.Acting, posedSight(Board.Decided, "")),
		r.sign("ready", plug.Acting, doingSight(Board.Ready, "")),
		r.sign("achieved", plug.Acting, doingSight(Board.Achieved, "")),
		r.sign("trying", plug.Trying, doingSight(Board.Trying, "")),
		r.sign("looked_at", plug.Trying, doingSight(Board.LookedAt, "")),
		r.sign("again", plug.Trying, doingSight(Board.Again, "")),
	}
}

// gap is a sign of something that is missing. Whoever holds the permission is led to the
// page that mends it, everybody else to the record.
func (r *Room) gap(name string, facet plug.Facet, weight int, permission string, look sight) plug.Sign {
	return plug.Sign{Name: "action.sign_" + name, Facet: facet, Gap: true, Weight: weight, Permission: "action.see",
		Load: func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
			b, err := r.board(ctx, tx, project.ID)
			seen, mend := look(b)
			if seen.N > 0 && who.Can(ctx, tx, permission, project) {
				seen.Href = mend
			}
			return seen, err
		}}
}

// sign is a sign of something that is there.
func (r *Room) sign(name string, facet plug.Facet, look sight) plug.Sign {
	return plug.Sign{Name: "action.sign_" + name, Facet: facet, Permission: "action.see",
		Load: func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
			b, err := r.board(ctx, tx, project.ID)
			seen, _ := look(b)
			return seen, err
		}}
}

// posedSight is what a rule finds among recommendations; to is the page of the first
// that mends it, after its own address.
func posedSight(rule func(Board) []Posed, to string) sight {
	return func(b Board) (plug.Seen, string) {
		found := rule(b)
		if len(found) == 0 {
			return plug.Seen{}, ""
		}
		at := recommendationPage(found[0].Project, found[0].Ref.ID)
		return plug.Seen{N: int64(len(found)), Title: found[0].Title, Href: at}, at + to
	}
}

// idleSight leads to an action's form for what was agreed and is not followed by any.
func idleSight(b Board) (plug.Seen, string) {
	seen, mend := posedSight(Board.Idle, "")(b)
	if seen.N > 0 {
		first := b.Idle()[0]
		mend = "/action/" + first.Project + "/plan?recommendation=" + first.Ref.String()
	}
	return seen, mend
}

// doingSight is posedSight for actions.
func doingSight(rule func(Board) []Doing, to string) sight {
	return func(b Board) (plug.Seen, string) {
		found := rule(b)
		if len(found) == 0 {
			return plug.Seen{}, ""
		}
		at := actionPage(found[0].Project, found[0].Ref.ID)
		return plug.Seen{N: int64(len(found)), Title: found[0].Title, Href: at}, at + to
	}
}

// recommendationPage and actionPage are the addresses of records.
func recommendationPage(project, id string) string {
	return "/action/" + project + "/recommendation/" + id
}

func actionPage(project, id string) string { return "/action/" + project + "/of/" + id }

// counts is the room's columns of the programme lead's page.
func (r *Room) counts() []plug.Count {
	count := func(name, place, show string) plug.Count {
		return plug.Count{Name: "action.count_" + name, Place: place, Permission: "action.see", Href: "/action/{project}?show=" + show,
			Load: func(ctx context.Context, tx *db.Tx) (map[string]int64, error) {
				now := r.clock.Now()
				may, err := mine(ctx, tx, now)
				if err != nil {
					return nil, err
				}
				day, err := r.today(tx, who.From(ctx).Programme, now)
				if err != nil {
					return nil, err
				}
				return counted(tx, show, day, may)
			}}
	}
	return []plug.Count{count("decided", "decided", showDecided), count("tried", "tried", showTried), count("done", "changed", showDone)}
}

// most is how many lines a panel shows: the project's home fits a laptop's window.
const most = 2

// briefWords is the most of a title there, in letters: about two lines of a column.
const briefWords = 70

// doingView is the panel of what is being decided, done and tried.
type doingView struct {
	Project               string
	Lines                 []panelLine
	More                  int // how many more there are
	Empty                 bool
	MayRecommend, MayPlan bool
}

// panelLine is one line: a recommendation that waits, an action or a try.
type panelLine struct {
	Sort, Href, Title, By string
	Hidden                bool // somebody sees to it, and the reader may not know who
}

// loadDoing gives the panel; it is shown empty too, to those who can begin.
func (r *Room) loadDoing(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	b, err := r.board(ctx, tx, at.ID)
	if err != nil {
		return nil, err
	}
	v := doingView{Project: at.ID, Empty: len(b.Recommendations)+len(b.Actions) == 0}
	var all []panelLine
	for _, p := range b.Waiting() {
		all = append(all, panelLine{"waiting", recommendationPage(p.Project, p.Ref.ID), text.Excerpt(p.Title, briefWords), "", false})
	}
	for _, d := range b.Going() {
		all = append(all, panelLine{"action", actionPage(d.Project, d.Ref.ID), d.Brief(), d.By, d.OwnerHidden})
	}
	for _, d := range b.Trying() {
		all = append(all, panelLine{"try", actionPage(d.Project, d.Ref.ID), d.Brief(), d.By, d.OwnerHidden})
	}
	v.Lines, v.More = top(all)
	v.MayRecommend, v.MayPlan = who.Can(ctx, tx, "action.recommend", at), who.Can(ctx, tx, "action.do", at)
	if v.Empty && !v.MayRecommend && !v.MayPlan {
		return nil, nil
	}
	return v, nil
}

// Brief is the title, or the beginning of a long one, for the project's home.
func (d Doing) Brief() string { return text.Excerpt(d.Title, briefWords) }

// top is the first few of a list, and how many more there are.
func top[T any](all []T) ([]T, int) {
	n := min(len(all), most)
	return all[:n], len(all) - n
}

// dueView is the panel of what is late and what comes next.
type dueView struct {
	Project string
	Lines   []dueLine
	More    int
}

type dueLine struct {
	Doing
	IsLate bool
}

// loadDue gives the late actions and look-backs, then those of the next 30 days; nil
// when there are none.
func (r *Room) loadDue(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	b, err := r.board(ctx, tx, at.ID)
	if err != nil {
		return nil, err
	}
	all := b.due()
	if len(all) == 0 {
		return nil, nil
	}
	v := dueView{Project: at.ID}
	v.Lines, v.More = top(all)
	return v, nil
}

// due is the late actions and look-backs and those that come, by day.
func (b Board) due() []dueLine {
	var out []dueLine
	for _, d := range b.some(func(d Doing) bool { return d.Late(b.Today) }) {
		out = append(out, dueLine{d, true})
	}
	for _, d := range b.Coming() {
		out = append(out, dueLine{d, false})
	}
	return out
}
