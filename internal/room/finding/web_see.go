package finding

import (
	"context"
	"net/http"
	"net/url"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// column is one strand of a finding: how sure it makes us, and what was said.
type column struct {
	Strand, Sure, Why string
	N                 int64
	Few               string // in place of N, for those who see rough counts
	Sources           []sourceView
	All               string // where all of them are, when there are more
}

// sourceView is one source as its column shows it.
type sourceView struct {
	Source
	Short string // the excerpt, or the beginning of the words
	Long  bool   // there is more of it than is shown
	Two   bool   // it stands in two columns
	Tag   string
}

// shownWords is the most of one contribution's words in a column, in letters.
const shownWords = 280

func viewed(s Source) sourceView {
	v := sourceView{Source: s, Short: text.Excerpt(s.Words, shownWords), Two: len(split(s.Strand)) > 1, Tag: "blue"}
	v.Long = v.Short != s.Words && s.Words != ""
	if s.Quote != "" {
		v.Short, v.Long = s.Quote, true
	}
	switch s.Stance {
	case "challenges":
		v.Tag = "red"
	case "qualifies":
		v.Tag = "yellow"
	}
	return v
}

// seeView is the page of one finding.
type seeView struct {
	SeeOut
	Sentence, Gone, Reason, Tag                        string
	Columns                                            []column
	Unknown                                            column
	One                                                string // one strand alone is shown
	More                                               page.Pages
	Strip                                              *page.Strip
	Home                                               string
	Reworded                                           bool // it said something else before
	Dropping                                           bool // each source has a button to take it out
	DropSome, DropEnd                                  string
	MayMake, MayShare, MayConfirm, MayAdvise, MayDraft bool
}

func (f *face) see(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := SeeIn{Strand: q.Get("strand"), After: q.Get("after")}
	if in.Strand != "" {
		in.Limit = 50
	}
	var v seeView
	zone := ""
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.SeeOut, err = f.seen(r.WithContext(ctx), in); err != nil {
			return err
		}
		strips, err := f.room.threads.Strips(ctx, tx, []ref.Ref{v.Ref})
		if s, ok := strips[v.Ref]; ok {
			v.Strip = &s
		}
		if err != nil {
			return err
		}
		f.may(ctx, tx, &v)
		zone, err = f.room.zone(tx, who.From(ctx).Programme)
		return err
	})
	if err != nil {
		return err
	}
	v.Home, v.One, v.Tag = v.home(), in.Strand, tag(v.State)
	v.Sentence, v.Gone, v.Reason = f.sentence(r, v.Says), f.goneText(r, v.Standing, v.Counts, zone), reason(v.Finding, v.Standing, v.Counts)
	v.Reworded = len(v.Before) > 0
	v.Dropping = v.MayMake && q.Get("change") == "yes"
	v.DropSome, v.DropEnd = f.turn(r, "change", "yes"), f.turn(r, "change", "")
	v.columns(in)
	return f.Show(w, r, "finding/see", page.View{Title: text.Excerpt(v.Statement, 90), Body: v,
		Notice: f.notice(r, "changed", "shared", "unshared", "set_aside", "dropped", "quoted"), Back: "/finding/" + v.Project})
}

// may says which links the reader can follow, the other rooms' by their permissions.
func (f *face) may(ctx context.Context, tx *db.Tx, v *seeView) {
	can := func(permission string) bool { return who.Can(ctx, tx, permission, v.Ref) }
	v.MayMake, v.MayShare, v.MayDraft = can("finding.make"), can("finding.share"), can("finding.draft")
	v.MayConfirm = v.Stale > 0 && can("thread.confirm")
	v.MayAdvise = v.State == Shared && can("action.recommend")
}

// columns puts the sources side by side by strand; one of two strands stands in both.
func (v *seeView) columns(in SeeIn) {
	known := int64(0)
	for _, s := range turned(v.Project) {
		c := column{Strand: s, N: v.Standing.Strands[s]}
		c.Sure, c.Why = v.Sure(s)
		if v.Counts != nil {
			c.Few = v.Counts.Strands[s]
		}
		for _, x := range v.Sources {
			for _, own := range split(x.Strand) {
				if own == s {
					c.Sources = append(c.Sources, viewed(x))
				}
			}
		}
		c.cut(v.Home, in)
		if in.Strand == "" || in.Strand == s {
			v.Columns = append(v.Columns, c)
		}
	}
	u := column{Strand: unknown}
	for _, x := range v.Sources {
		if x.Strand == "" {
			u.Sources = append(u.Sources, viewed(x))
		}
	}
	known = int64(len(u.Sources))
	u.N = known
	if in.Strand == "" && known >= seeRows {
		u.All = v.Home + "?strand=" + unknown
	}
	v.Unknown = u
	if v.Next != "" {
		v.More.Next = v.Home + "?" + url.Values{"strand": {in.Strand}, "after": {v.Next}}.Encode()
	}
}

// seeRows is how many sources a column shows at first.
const seeRows = 10

// cut leaves the first of a column, with the way to all of them.
func (c *column) cut(home string, in SeeIn) {
	if in.Strand == "" && len(c.Sources) > seeRows {
		c.Sources = c.Sources[:seeRows]
	}
	if in.Strand == "" && int64(len(c.Sources)) < c.N {
		c.All = home + "?strand=" + c.Strand
	}
}

func (f *face) drop(w http.ResponseWriter, r *http.Request) error {
	var in DropIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Finding = ref.Of(Kind, r.PathValue("id"))
	if _, err := plug.Run(r.Context(), f.desk, "finding.drop", r.FormValue("key"), f.room.Drop, in); err != nil {
		return err
	}
	return web.Redirect(w, r, "/finding/"+r.PathValue("project")+"/of/"+in.Finding.ID+"?done=dropped&change=yes")
}

// shareView asks whether a finding is to be shared.
type shareView struct {
	Finding
	Standing     Standing
	Sentence     string
	Filled       []string
	WhyOneStrand string
	Home, Key    string
	Action       string
}

func (f *face) shareView(r *http.Request, why string) (shareView, error) {
	out, err := f.seen(r, SeeIn{Limit: 1})
	v := shareView{Finding: out.Finding, Standing: out.Standing, Sentence: f.sentence(r, out.Says), WhyOneStrand: why, Home: out.home(), Action: r.URL.Path, Key: r.FormValue("key")}
	for _, s := range turned(out.Project) {
		for _, x := range out.Standing.Filled {
			if x == s {
				v.Filled = append(v.Filled, s)
			}
		}
	}
	return v, err
}

func (f *face) shareForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.shareView(r, "")
	if err != nil {
		return err
	}
	v.WhyOneStrand = v.Finding.WhyOneStrand
	return f.Show(w, r, "finding/share", page.View{Title: f.T(r, "finding.share_title"), Body: v, Back: v.Home})
}

func (f *face) share(w http.ResponseWriter, r *http.Request) error {
	var in ShareIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "finding.share", r.FormValue("key"), f.room.Share, in)
	}
	if err != nil {
		v, e := f.shareView(r, in.WhyOneStrand)
		if e != nil {
			return e
		}
		if v.Version != in.Version {
			v.Key = ""
		}
		return f.Again(w, r, "finding/share", page.View{Title: f.T(r, "finding.share_title"), Body: v, Back: v.Home}, err)
	}
	return web.Redirect(w, r, "/finding/"+r.PathValue("project")+"/of/"+in.Ref.ID+"?done=shared")
}

// stopView asks why a finding is taken back or set aside.
type stopView struct {
	Finding
	Why, Action, Key string
	Aside            bool
}

func (f *face) stopView(r *http.Request, why string) (stopView, page.View, error) {
	out, err := f.seen(r, SeeIn{Limit: 1})
	v := stopView{Finding: out.Finding, Why: why, Action: r.URL.Path, Key: r.FormValue("key"), Aside: r.URL.Path == out.home()+"/set-aside"}
	title := "finding.unshare_title"
	switch {
	case v.Aside:
		title = "finding.set_aside_title"
	case v.State == SetAside:
		title = "finding.take_up_title"
	}
	return v, page.View{Title: f.T(r, title), Body: v, Back: out.home()}, err
}

func (f *face) stopForm(w http.ResponseWriter, r *http.Request) error {
	_, view, err := f.stopView(r, "")
	if err != nil {
		return err
	}
	return f.Show(w, r, "finding/stop", view)
}

func (f *face) unshare(w http.ResponseWriter, r *http.Request) error {
	return f.stop(w, r, "finding.unshare", "unshared", f.room.Unshare)
}

func (f *face) setAside(w http.ResponseWriter, r *http.Request) error {
	return f.stop(w, r, "finding.set-aside", "set_aside", f.room.SetAside)
}

func (f *face) stop(w http.ResponseWriter, r *http.Request, verb, done string, do func(context.Context, StopIn) (VersionOut, error)) error {
	var in StopIn
	err := form.Read(r, &in)
	in.Ref = ref.Of(Kind, r.PathValue("id"))
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, verb, r.FormValue("key"), do, in)
	}
	if err != nil {
		_, view, e := f.stopView(r, in.Why)
		if e != nil {
			return e
		}
		return f.Again(w, r, "finding/stop", view, err)
	}
	return web.Redirect(w, r, "/finding/"+r.PathValue("project")+"/of/"+in.Ref.ID+"?done="+done)
}

// SureKey is the end of the word key of how sure a strand makes us.
func (c column) SureKey() string { return key(c.Sure) }
