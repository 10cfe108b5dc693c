package output

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk *plug.Desk
	room *Room
}

// stalledAfter is when a making that does not move is offered to be taken up again.
const stalledAfter = clock.Day / 24 / 60 // a minute

// pageLetters is how many letters of one state a page lists.
const pageLetters = 50

// lettersView is the letters of a project, those who cannot be written to first.
type lettersView struct {
	Project  string
	Here     string
	Counts   map[string]int64
	Owing    int64
	Nameless int64 // things said of which nobody knows who spoke
	People   int64
	Run      Run
	Progress string
	Going    bool
	Stalled  bool
	Groups   []group
	Read     []letterRow // ready to be released, with boxes to tick
	ReadNext string      // the next page of them
	Ticked   []string
	MayMake  bool
	MayGo    bool
	Key      string
}

// group is the letters of one state, or of one reason for which nothing may be sent.
type group struct {
	State, Title, Text string
	N                  int64
	Rows               []letterRow
	More               string // address of the rest
}

type letterRow struct {
	Ref ref.Ref
	// Version is the one that was there to be read when the page was shown.
	Version string
	Href    string
	Name    string
	Format  string
	How     string
	Why     string
	Stale   bool
	Since   string // what changed since it was made
	Hand    bool
	Day     string
}

func (f *face) lettersView(r *http.Request, project, only, after string) (v lettersView, err error) {
	ctx := r.Context()
	v = lettersView{Project: project, Here: "/output/" + project + "/letters", Key: r.FormValue("key"), Ticked: r.Form["refs"]}
	err = f.room.db.Read(ctx, func(tx *db.Tx) error { return f.fill(tx.Context(), tx, r, &v, only, after) })
	v.Going = v.Run.State == Making
	v.Stalled = v.Going && f.room.clock.Now()-v.Run.Changed > stalledAfter
	v.Progress = f.T(r, "output.progress", "Done", lang.Number(page.ChromeFrom(ctx).Lang, v.Run.Done), "Total", lang.Number(page.ChromeFrom(ctx).Lang, v.Run.Total))
	return v, err
}

// fill reads all that the page of letters shows in one transaction, so that its numbers and
// its lists agree.
func (f *face) fill(ctx context.Context, tx *db.Tx, r *http.Request, v *lettersView, only, after string) error {
	at, programme, now := ref.Of(ref.Project, v.Project), who.From(ctx).Programme, f.room.clock.Now()
	if err := who.Must(ctx, tx, "output.see", at); err != nil {
		return err
	}
	may, err := who.Where(ctx, tx, "r", "output.see")
	if err != nil {
		return err
	}
	zone, err := f.room.zone(tx, programme)
	if err != nil {
		return err
	}
	if v.Counts, err = byState(tx, programme, v.Project); err != nil {
		return err
	}
	if v.Run, _, err = lastRun(tx, programme, v.Project); err != nil {
		return err
	}
	v.MayMake, v.MayGo = who.Can(ctx, tx, "output.make", at), who.Can(ctx, tx, "output.release", at)
	owed, err := f.room.owed(tx, programme, v.Project, v.Counts, now)
	if err != nil {
		return err
	}
	v.Owing, v.Nameless, v.People = owed.Owing, owed.Nameless, owed.People
	states := States()
	if slices.Contains(states, only) {
		states = []string{only}
	}
	for _, state := range states {
		in := LettersIn{Project: v.Project, State: state, Limit: pageLetters}
		if len(states) == 1 {
			in.After = after
		}
		if v.Counts[state] == 0 {
			continue
		}
		list, next, err := f.room.list(ctx, tx, in, may, now)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			continue
		}
		more := ""
		if next != "" {
			more = v.Here + "?" + url.Values{"state": {state}, "after": {next}}.Encode()
		}
		rows := make([]letterRow, len(list))
		for i, l := range list {
			rows[i] = f.row(r, l, zone)
		}
		slices.SortStableFunc(rows, func(a, b letterRow) int { // those to be given by hand first
			switch {
			case a.Hand == b.Hand:
				return 0
			case a.Hand:
				return -1
			}
			return 1
		})
		if state == Ready {
			v.Read, v.ReadNext = rows, more
			continue
		}
		v.Groups = append(v.Groups, group{State: state, Title: f.T(r, "output.group_"+slug(state)), Text: f.T(r, "output.group_"+slug(state)+"_text"), N: v.Counts[state], Rows: rows, More: more})
	}
	return nil
}

// slug is a state as a part of a message key.
func slug(state string) string {
	if state == ByHand {
		return "by_hand"
	}
	return state
}

func (f *face) row(r *http.Request, l Listed, zone string) letterRow {
	tongue := page.ChromeFrom(r.Context()).Lang
	// A page that is shown again keeps the versions of the first time.
	version := cmp.Or(r.FormValue(versionOf(l.Ref)), digits(l.Version))
	row := letterRow{Ref: l.Ref, Version: version, Href: "/output/" + l.Project + "/letter/" + l.Ref.ID, Name: l.Name, Format: f.T(r, "output.format_"+l.Format), Stale: l.Stale, Since: f.since(r, l.Since),
		Hand: l.State == ByHand || l.How == "hand", Why: f.why(r, l.Letter)}
	if row.Name == "" {
		row.Name = f.T(r, "output.no_name", "Number", l.Ref.ID[len(l.Ref.ID)-4:])
	}
	if l.How != "" && l.State != Held {
		row.How = f.T(r, "output.how_"+l.How)
	}
	switch l.State {
	case Released:
		row.Day = f.T(r, "output.released_on", "Day", lang.Date(tongue, clock.DayOf(l.ReleasedAt, zone)))
	case Handed:
		row.Day = f.T(r, "output.handed_on", "Day", lang.Date(tongue, l.HandedOn))
	}
	return row
}

// versionOf is the name of the field that holds the version of a letter on a page.
func versionOf(at ref.Ref) string { return "version-" + at.String() }

// since says in one line what changed since a letter was made.
func (f *face) since(r *http.Request, keys []string) string {
	said := make([]string, len(keys))
	for i, key := range keys {
		said[i] = f.T(r, key)
	}
	return strings.Join(said, " ")
}

// why says why a letter waits, is held or goes by hand.
func (f *face) why(r *http.Request, l Letter) string {
	tongue := page.ChromeFrom(r.Context()).Lang
	switch l.Why {
	case "":
		return ""
	case "output.why_owing":
		return f.Words.T(tongue, "output.why_owing", "Count", l.Owing)
	case "output.why_plain":
		return f.Words.T(tongue, "output.why_plain", "Count", l.Plain)
	case "output.why_long":
		return f.Words.T(tongue, "output.why_long", "Count", l.Long, "Most", MaxEasy)
	case "output.why_person":
		if l.HeldWhy == "" {
			return f.T(r, "output.why_person_erased")
		}
		return f.T(r, "output.why_person", "Why", l.HeldWhy)
	}
	return f.T(r, l.Why) // the room people's reason, or one without numbers
}

func (f *face) letters(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	project := r.PathValue("project")
	v, err := f.lettersView(r, project, r.FormValue("state"), r.FormValue("after"))
	if err != nil {
		return err
	}
	if page.ChromeFrom(r.Context()).Path == "" && v.Going {
		w.Header().Set("Cache-Control", "no-store")
	}
	notice := ""
	tongue := page.ChromeFrom(r.Context()).Lang
	switch done := r.FormValue("done"); done {
	case "made", "held", "lifted", "handed":
		notice = f.T(r, "output.done_"+done)
	case "released":
		notice = f.Words.T(tongue, "output.done_released", "Count", whole(r.FormValue("n")))
		if not := whole(r.FormValue("not")); not > 0 {
			notice += " " + f.Words.T(tongue, "output.done_not", "Count", not)
		}
	}
	return f.Show(w, r, "output/letters", page.View{Title: f.T(r, "output.title"), Body: v, Notice: notice, Back: "/project/" + project})
}

// ready begins to make the letters, or takes up a making that stopped.
func (f *face) ready(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	out, err := plug.Run(r.Context(), f.desk, "output.ready", r.FormValue("key"), f.room.Ready, ReadyIn{Project: r.PathValue("project")})
	if err != nil {
		return err
	}
	to := "/output/" + r.PathValue("project") + "/letters"
	if out.State == Done {
		to += "?done=made"
	}
	return web.Redirect(w, r, to)
}

func (f *face) release(w http.ResponseWriter, r *http.Request) error {
	var in ReleaseIn
	err := form.Read(r, &in)
	in.Project, in.Versions = r.PathValue("project"), nil
	for _, x := range in.Refs {
		in.Versions = append(in.Versions, whole(r.FormValue(versionOf(x))))
	}
	var out ReleaseOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "output.release", r.FormValue("key"), f.room.Release, in)
	}
	here := "/output/" + in.Project + "/letters"
	if err != nil {
		v, e := f.lettersView(r, in.Project, "", "")
		if e != nil {
			return errors.Join(err, e)
		}
		return f.Again(w, r, "output/letters", page.View{Title: f.T(r, "output.title"), Body: v, Back: "/project/" + in.Project}, err)
	}
	return web.Redirect(w, r, here+"?"+url.Values{"done": {"released"}, "n": {digits(out.Released + out.Already)}, "not": {digits(int64(len(out.Not)))}}.Encode())
}
