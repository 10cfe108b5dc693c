package review

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/who"
)

// recordsView is the list of records.
type recordsView struct {
	Here        string
	Words, List string
	Batch, File string // of one file alone: its id and name
	Lists       []page.Option
	Lines       []Record
	Pages       page.Pages
	MayRun      bool
}

func (f *face) recordList(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	in := RecordsIn{Ref: at(r), Words: q.Get("words"), Batch: q.Get("batch"), List: q.Get("list")}
	in.After, _ = strconv.ParseInt(q.Get("after"), 10, 64) // anything else is the beginning
	v := recordsView{Words: in.Words, List: in.List, Batch: in.Batch}
	var out RecordsOut
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, programme, err := f.room.open(tx.Context(), tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		v.Here = now.Here()
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		if in.Batch != "" {
			b, err := batchOf(tx, programme, in.Batch)
			if err != nil {
				return err
			}
			v.File = b.Name
		}
		out, err = f.room.Records(tx.Context(), in)
		return err
	})
	if err != nil {
		return err
	}
	v.Lines = out.Records
	for _, x := range Lists() {
		v.Lists = append(v.Lists, page.Option{Value: x, Text: f.T(r, "review.rec_list_"+x), Checked: x == in.List})
	}
	here := v.Here + "/records?" + url.Values{"words": {in.Words}, "list": {in.List}, "batch": {in.Batch}}.Encode()
	if out.Next > 0 {
		v.Pages.Next = here + "&after=" + strconv.FormatInt(out.Next, 10)
	}
	if in.After > 0 {
		v.Pages.Prev = here // by number there is no page before but the first
	}
	return f.Show(w, r, "review/records", page.View{Title: f.T(r, "review.rec_records_title"), Body: v, Back: v.Here})
}

// Stands names the list in which a record stands by what was decided of it; "" where nothing
// was.
func (x Record) Stands() string {
	switch {
	case x.FullVerdict == Include:
		return ListIncluded
	case x.TitleVerdict == Exclude:
		return ListExcluded
	case x.FullVerdict == Exclude:
		return ListFullOut
	case x.TitleVerdict == Include:
		return ListKept
	}
	return ""
}

// recordView is the page of one record.
type recordView struct {
	RecordOut
	Here, FileHref string
	Rows           []page.Row
	Tags           [][]any
	MayRun         bool
}

func (f *face) recordSee(w http.ResponseWriter, r *http.Request) error {
	var v recordView
	var now Review
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		if now, _, err = f.room.open(tx.Context(), tx, "review.see", at(r)); err != nil {
			return err
		}
		v.MayRun = who.Can(tx.Context(), tx, "review.run", now.Ref)
		v.RecordOut, err = f.room.Record(tx.Context(), RecordIn{at(r), number(r, "n")})
		return err
	})
	if err != nil {
		return err
	}
	v.Here = now.Here()
	if v.FullFile != "" {
		v.FileHref = v.Here + "/records/" + strconv.FormatInt(v.N, 10) + "/file"
	}
	f.recordRows(r, &v)
	for _, t := range v.Said.Tags {
		v.Tags = append(v.Tags, []any{t.Name, t.Value})
	}
	title := v.Title
	if title == "" {
		title = f.T(r, "review.rec_untitled", "Number", v.N)
	}
	return f.Show(w, r, "review/record", page.View{Title: title, Body: v, Back: v.Here + "/records"})
}

// recordRows is every field of a record that says something.
func (f *face) recordRows(r *http.Request, v *recordView) {
	row := func(key string, values ...string) {
		said := slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
		if value := strings.Join(said, "; "); value != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value})
		}
	}
	x := v.Said
	const manyNames = 100
	names := make([]string, 0, min(len(x.Authors), manyNames+1))
	for i, a := range x.Authors {
		if i == manyNames {
			names = append(names, f.T(r, "review.rec_more_authors", "Count", len(x.Authors)-manyNames))
			break
		}
		names = append(names, a.String())
	}
	row("review.rec_authors", names...)
	if x.Year > 0 {
		row("review.rec_year", strconv.Itoa(x.Year))
	}
	row("review.rec_kind", f.typeName(r, x.Type))
	row("review.rec_journal", v.Journal)
	row("review.rec_volume", x.Volume)
	row("review.rec_issue", x.Issue)
	row("review.rec_pages", x.Pages)
	row("review.rec_publisher", x.Publisher)
	row("review.rec_doi", x.DOI)
	row("review.rec_pmid", x.PMID)
	row("review.rec_links", x.URLs...)
	row("review.rec_keywords", x.Keywords...)
	row("review.rec_notes", x.Notes...)
	row("review.rec_database", x.Database)
	row("review.rec_file", f.T(r, "review.rec_file_of", "Name", v.From.Name, "Format", f.formatName(r, v.From.Format)))
	if v.Search != nil {
		row("review.rec_search", f.T(r, "review.rec_search_of", "Place", v.Search.Place, "Day", v.Search.Day))
	}
	if v.TitleVerdict != "" {
		verdict := v.TitleVerdict
		if verdict == Include {
			verdict = "kept" // whether it is in, the whole text says
		}
		row("review.rec_by_title", f.T(r, "review.rec_verdict_"+verdict), v.TitleReason)
	}
	if v.FullVerdict != "" {
		row("review.rec_by_text", f.T(r, "review.rec_verdict_"+v.FullVerdict), v.FullReason)
	}
}

// typeName is a kind of text in words; those that nobody types by hand keep their name.
func (f *face) typeName(r *http.Request, kind string) string {
	for _, k := range handKinds() {
		if k == kind {
			return f.T(r, "review.rec_kind_"+strings.ReplaceAll(k, "-", "_"))
		}
	}
	return strings.ReplaceAll(kind, "-", " ")
}

// recordFile gives the whole text of a record.
func (f *face) recordFile(w http.ResponseWriter, r *http.Request) error {
	var x Record
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, programme, err := f.room.open(tx.Context(), tx, "review.see", at(r))
		if err != nil {
			return err
		}
		x, err = record(tx, programme, now.Ref.ID, number(r, "n"))
		return err
	})
	if err != nil {
		return err
	}
	if x.FullFile == "" {
		return fault.New(fault.Missing, "house.missing")
	}
	content, info, err := f.room.files.Open(r.Context(), who.From(r.Context()).Programme, x.FullFile)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	return web.ServeStored(w, r, web.Stored{ID: info.ID, Name: info.Name, Media: info.Media, Content: content})
}

// handView is the form of a record typed by hand.
type handView struct {
	AddRecordIn
	Year        string // as it was typed
	Here        string
	Kinds       []page.Option
	Searches    []page.Option
	Most        int
	Action, Key string
}

func (f *face) handView(r *http.Request, in AddRecordIn) (v handView, err error) {
	v = handView{AddRecordIn: in, Year: r.FormValue("year"), Key: in.Key, Action: r.URL.Path, Most: MaxWhole >> 20}
	var logged []Search
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, programme, err := f.room.open(tx.Context(), tx, "review.run", at(r))
		if err != nil {
			return err
		}
		v.Here = now.Here()
		logged, err = newestSearches(tx, programme, now.Ref.ID)
		return err
	})
	v.Searches = f.searchOptions(r, logged)
	for _, k := range handKinds() {
		v.Kinds = append(v.Kinds, page.Option{Value: k, Text: f.typeName(r, k)})
	}
	return v, err
}

func (f *face) handForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.handView(r, AddRecordIn{Kind: "report"})
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/record_add", page.View{Title: f.T(r, "review.rec_add_title"), Body: v, Back: v.Here + "/import"})
}

func (f *face) handSave(w http.ResponseWriter, r *http.Request) error {
	var in AddRecordIn
	err := form.Read(r, &in)
	in.Ref, in.Key = at(r), r.FormValue("key")
	if err == nil && r.MultipartForm != nil && len(r.MultipartForm.File["file"]) > 0 {
		head := r.MultipartForm.File["file"][0]
		in.File, err = wholeFile(head.Filename, func() (io.ReadCloser, error) { return head.Open() })
	}
	var out AddRecordOut
	if err == nil {
		out, err = f.room.AddRecord(r.Context(), in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+at(r).ID+"/records/"+strconv.FormatInt(out.N, 10))
	}
	v, e := f.handView(r, in)
	if e != nil {
		return e
	}
	return f.Again(w, r, "review/record_add", page.View{Title: f.T(r, "review.rec_add_title"), Body: v, Back: v.Here + "/import"}, err)
}

// wholeFile reads a file of a form, a little further than it may be large.
func wholeFile(name string, open func() (io.ReadCloser, error)) (*SentFile, error) {
	file, err := open()
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(file, MaxWhole+1))
	if err != nil || len(b) == 0 {
		return nil, err
	}
	return &SentFile{name, b}, nil
}
