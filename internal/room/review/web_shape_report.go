package review

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/text"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// reportsView is the page of the finished reviews that were taken in.
type reportsView struct {
	Here   string
	Key    string
	MayRun bool
	Lines  []reportLine
	Wait   bool // one is being read
	Marks  bool // something is marked
}

type reportLine struct {
	Report
	Says string // why it could not be read
}

// reportAddress is the page of a review's reports.
func reportAddress(v Review) string { return v.Here() + "/report" }

func (f *face) reportsView(r *http.Request) (v reportsView, now Review, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if now, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		out, err := f.room.Reports(ctx, ReportsIn{Ref: at(r)})
		if err != nil {
			return err
		}
		for _, x := range out.Reports {
			l := reportLine{Report: x}
			if x.Problem != "" {
				l.Says = f.T(r, x.Problem)
			}
			v.Wait = v.Wait || x.State == ReportReading
			v.Lines = append(v.Lines, l)
		}
		v.MayRun = who.Can(ctx, tx, "review.run", now.Ref)
		n, err := countPassages(tx, who.From(ctx).Programme, now.Ref.ID, markedOnes())
		v.Marks = n > 0
		return err
	})
	v.Here = reportAddress(now)
	return v, now, err
}

func (f *face) reports(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.reportsView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/report", page.View{Title: f.T(r, "review.shape_report_title"), Notice: f.Done(r, "review.shape_done_", "taken", "dropped"), Body: v, Back: now.Here()})
}

func (f *face) takeReport(w http.ResponseWriter, r *http.Request) error {
	in := TakeReportIn{Ref: at(r)}
	err := form.Parse(r)
	if err == nil {
		in.Name, in.Content, err = oneFile(r, "file")
	}
	var out TakeReportOut
	if err == nil {
		in.Key = r.FormValue("key")
		out, err = f.room.TakeReport(r.Context(), in) // it runs its own transactions
	}
	if err != nil {
		v, now, missing := f.reportsView(r)
		if missing != nil {
			return missing
		}
		v.Key = r.FormValue("key")
		return f.Again(w, r, "review/report", page.View{Title: f.T(r, "review.shape_report_title"), Body: v, Back: now.Here()}, err)
	}
	to := r.URL.Path
	if out.State == ReportIn {
		return web.Redirect(w, r, to+"/read?report="+out.ID)
	}
	return web.Redirect(w, r, to+"?done=taken")
}

// oneFile reads the file of a form; none is an empty one.
func oneFile(r *http.Request, field string) (name string, content []byte, err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File[field]) == 0 {
		return "", nil, nil
	}
	head := r.MultipartForm.File[field][0]
	if head.Size > MaxReport {
		return "", nil, fault.Fielded(field, "review.shape_big_file", "Most", MaxReport>>20)
	}
	file, err := head.Open()
	if err != nil {
		return "", nil, err
	}
	content, err = io.ReadAll(io.LimitReader(file, MaxReport+1))
	return head.Filename, content, errors.Join(err, file.Close())
}

func (f *face) dropReport(w http.ResponseWriter, r *http.Request) error {
	in := DropReportIn{}
	err := form.Read(r, &in)
	in.Ref = at(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.drop-report", r.FormValue("key"), f.room.DropReport, in)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/drop")+"?done=dropped")
}

// reportFile gives the file of a report as it came.
func (f *face) reportFile(w http.ResponseWriter, r *http.Request) error {
	var x Report
	programme := who.From(r.Context()).Programme
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		v, _, err := f.room.open(tx.Context(), tx, "review.see", at(r))
		if err != nil {
			return err
		}
		x, err = reportOf(tx, programme, v.Ref.ID, r.URL.Query().Get("report"))
		return err
	})
	if err != nil {
		return err
	}
	content, info, err := f.room.files.Open(r.Context(), programme, x.File)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return web.ServeStored(w, r, web.Stored{ID: x.File, Name: x.Name, Media: info.Media, Content: content})
}

// readView is the page on which one part of a report is read and marked.
type readView struct {
	ReadPartOut
	Here     string
	Key      string
	MayRun   bool
	Lines    []readLine
	Marks    []markedLine
	Contents []page.Link
	Pages    page.Pages
	From, To int64  // pages that the part reaches over; 0 = the report has none
	Say      string // in one's own words, as typed
	Quote    string // words to mark, as typed
	Start    string // of the words that were selected
	End      string
	Kinds    []page.Option
}

// readLine is one paragraph with what is marked in it.
type readLine struct {
	Paragraph
	Pieces  []readPiece
	Said    string // what it is marked as, in words
	Checked bool
	Turn    bool // a page begins with it
}

type readPiece struct {
	Text   string
	Marked bool
	Many   bool
	Now    bool
	IDs    []string // of the passages that begin here
}

// markedLine is a passage in a list.
type markedLine struct {
	Passage
	Text string
	Kind string // in words
	Href string
	Page int64
	To   string // the page of what was made of it
	Gone bool   // that is not there any more
}

func (f *face) readView(r *http.Request) (v readView, now Review, err error) {
	part, _ := strconv.ParseInt(r.FormValue("part"), 10, 64) // anything else is the first
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if now, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", now.Ref)
		v.ReadPartOut, err = f.room.ReadPart(ctx, ReadPartIn{Ref: at(r), Report: r.FormValue("report"), Part: part})
		return err
	})
	if err != nil {
		return v, now, err
	}
	v.Here = reportAddress(now)
	if r.Method == http.MethodPost {
		v.Key, v.Say, v.Quote, v.Start, v.End = r.FormValue("key"), r.FormValue("words"), r.FormValue("quote"), r.FormValue("start"), r.FormValue("end")
	}
	to := func(n int64) string {
		return v.Here + "/read?report=" + v.ID + "&part=" + strconv.FormatInt(n, 10)
	}
	if v.Part > 1 {
		v.Pages.Prev = to(v.Part - 1)
	}
	if v.Part < v.Parts {
		v.Pages.Next = to(v.Part + 1)
	}
	for _, h := range v.Headings {
		v.Contents = append(v.Contents, page.Link{Href: to(h.Part) + "#p" + strconv.FormatInt(h.N, 10), Text: text.Excerpt(headingWordsOf(h.Words), headingMost), Current: h.Part == v.Part})
	}
	for _, k := range MarkKinds() {
		v.Kinds = append(v.Kinds, page.Option{Value: k, Text: f.T(r, "review.shape_mark_"+k)})
	}
	f.layPart(r, &v, now)
	return v, now, nil
}

// layPart cuts the paragraphs of a part at the borders of what is marked in them.
func (f *face) layPart(r *http.Request, v *readView, now Review) {
	chosen := r.Form["paragraphs"]
	last := int64(0)
	for i, p := range v.Words {
		l := readLine{Paragraph: p, Pieces: pieces(p, v.Passages, r.FormValue("m")), Checked: slices.Contains(chosen, strconv.FormatInt(p.N, 10)), Turn: p.Page != last}
		last = p.Page
		var said []string
		for _, m := range v.Passages {
			if m.Start < p.End && m.End > p.Start {
				said = append(said, f.T(r, "review.shape_kind_"+m.Kind))
			}
		}
		if len(said) > 0 {
			l.Said = f.T(r, "review.shape_marked_as", "Kinds", strings.Join(said, ", "))
		}
		if i == 0 {
			v.From = p.Page
		}
		v.To = p.Page
		v.Lines = append(v.Lines, l)
	}
	for _, m := range v.Passages {
		v.Marks = append(v.Marks, f.markedLine(r, m, now))
	}
}

// markedLine is a passage as a list shows it.
func (f *face) markedLine(r *http.Request, m Passage, v Review) markedLine {
	l := markedLine{Passage: m, Text: text.Excerpt(m.Says(), 200), Kind: f.T(r, "review.shape_kind_"+m.Kind), Href: m.Here(v), Gone: m.Words == ""}
	switch m.Kind {
	case MarkStatement:
		l.To = v.Here() + "/statement/" + m.Made
	case MarkGap:
		l.To = v.Here() + "/gap/" + m.Made
	}
	return l
}

// pieces is a paragraph cut where passages begin and end.
func pieces(p Paragraph, all []Passage, now string) []readPiece {
	words := []rune(p.Words)
	cuts := []int64{p.Start, p.End}
	for _, m := range all {
		if m.Start < p.End && m.End > p.Start {
			cuts = append(cuts, max(m.Start, p.Start), min(m.End, p.End))
		}
	}
	slices.Sort(cuts)
	cuts = slices.Compact(cuts)
	var out []readPiece
	for i := range len(cuts) - 1 {
		a, b := cuts[i]-p.Start, min(cuts[i+1]-p.Start, int64(len(words)))
		x := readPiece{Text: string(words[min(a, b):b])}
		for _, m := range all {
			if m.Start > cuts[i] || m.End < cuts[i+1] {
				continue
			}
			x.Many, x.Marked, x.Now = x.Marked, true, x.Now || m.ID == now
			if m.Start == cuts[i] {
				x.IDs = append(x.IDs, m.ID)
			}
		}
		out = append(out, x)
	}
	return out
}

func (f *face) readReport(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	v, now, err := f.readView(r)
	if err != nil {
		return err
	}
	if v.State != ReportIn {
		return web.Redirect(w, r, reportAddress(now))
	}
	return f.Show(w, r, "review/report_read", f.readShown(r, v, now))
}

func (f *face) readShown(r *http.Request, v readView, now Review) page.View {
	return page.View{Title: v.Called(), Notice: f.Done(r, "review.shape_done_", MarkStatement, MarkGap, MarkOrganisation, "unmarked"), Body: v, Back: reportAddress(now), Scripts: []string{"review-report.js"}}
}

func (f *face) markReport(w http.ResponseWriter, r *http.Request) error {
	var in MarkReportIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	if len(in.Paragraphs) == 0 && in.End == 0 && in.Quote == "" && err == nil {
		err = fault.Fielded("words", "review.shape_nothing_marked")
	}
	var out MarkReportOut
	if err == nil {
		out, err = plug.Run(r.Context(), f.desk, "review.mark-report", r.FormValue("key"), f.room.MarkReport, in)
	}
	if err == nil {
		return web.Redirect(w, r, r.URL.Path+"?report="+in.Report+"&part="+strconv.FormatInt(out.Part, 10)+"&done="+in.Kind+"&m="+out.ID+"#m-"+out.ID)
	}
	v, now, missing := f.readView(r)
	if missing != nil {
		return missing
	}
	return f.Again(w, r, "review/report_read", f.readShown(r, v, now), err)
}

func (f *face) unmarkReport(w http.ResponseWriter, r *http.Request) error {
	in := UnmarkReportIn{Ref: at(r), Mark: r.FormValue("mark")}
	if _, err := plug.Run(r.Context(), f.desk, "review.unmark-report", r.FormValue("key"), f.room.UnmarkReport, in); err != nil {
		return err
	}
	if r.FormValue("list") != "" {
		return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/unmark")+"/marks?done=unmarked")
	}
	part, _ := strconv.ParseInt(r.FormValue("part"), 10, 64) // anything else is the first
	return web.Redirect(w, r, strings.TrimSuffix(r.URL.Path, "/unmark")+"/read?report="+text.Excerpt(r.FormValue("report"), 60)+"&part="+strconv.FormatInt(part, 10)+"&done=unmarked")
}

// marksView is the list of what was marked.
type marksView struct {
	Here   string
	MayRun bool
	Groups []markGroup
	Empty  []page.Link
}

// markGroup is what was marked as one kind.
type markGroup struct {
	Kind, Name string
	Lines      []markedLine
}

func (f *face) passages(w http.ResponseWriter, r *http.Request) error {
	var v marksView
	var now Review
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if now, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", now.Ref)
		out, err := f.room.Passages(ctx, PassagesIn{Ref: at(r)})
		for _, k := range MarkKinds() {
			g := markGroup{Kind: k, Name: f.T(r, "review.shape_kinds_"+k)}
			for _, m := range out.Passages {
				if m.Kind == k {
					g.Lines = append(g.Lines, f.markedLine(r, m, now))
				}
			}
			if len(g.Lines) > 0 {
				v.Groups = append(v.Groups, g)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	v.Here = reportAddress(now)
	if v.MayRun {
		v.Empty = []page.Link{{Href: v.Here, Text: f.T(r, "review.shape_report_title")}}
	}
	return f.Show(w, r, "review/report_marks", page.View{Title: f.T(r, "review.shape_marks_title"), Notice: f.Done(r, "review.shape_done_", "unmarked"), Body: v, Back: now.Here()})
}

// reportStyle serves how reports and their papers look.
func (f *face) reportStyle(w http.ResponseWriter, _ *http.Request) error {
	b, err := reportSheet.ReadFile("pages/report.css")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, err = w.Write(b)
	return err
}
