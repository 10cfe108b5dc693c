package evidence

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/terms"
)

// importsView is the page on which a file is chosen, with the imports before it.
type importsView struct {
	Project string
	Key     string
	Earlier []importLine
}

// importLine is one import in the list.
type importLine struct {
	ImportLine
	Href  string
	Tells string
	Undo  bool
	Throw bool // nothing of it is saved yet
}

func (f *face) importForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.importsView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "evidence/imports", page.View{Title: f.T(r, "evidence.import_title"), Body: v, Notice: f.Done(r, "evidence.done_", "undone", "thrown"), Back: "/evidence/" + v.Project})
}

func (f *face) importsView(r *http.Request) (importsView, error) {
	v := importsView{Project: r.PathValue("project")}
	if r.MultipartForm != nil {
		v.Key = r.FormValue("key")
	}
	out, err := f.room.Imports(r.Context(), ImportsIn{v.Project})
	for _, line := range out.Imports {
		l := importLine{ImportLine: line, Href: "/evidence/" + v.Project + "/import/" + line.Batch, Tells: f.T(r, "evidence.import_state_"+line.State)}
		l.Undo = line.State != BatchUndone && line.State != BatchSame
		l.Throw = unsaved(line.State)
		l.Name = f.named(r, line.Name, line.Files)
		v.Earlier = append(v.Earlier, l)
	}
	return v, err
}

// unsaved says that nothing of an import in that state is in the thread or on its way.
func unsaved(state string) bool { return state == BatchStaged || state == BatchReading }

func (f *face) importFile(w http.ResponseWriter, r *http.Request) error {
	project := r.PathValue("project")
	in := StageIn{Project: project, Later: true}
	err := form.Parse(r)
	if err == nil {
		in.Key = r.FormValue("key")
		in.Files, err = uploaded(r, "files")
	}
	var out StageOut
	if err == nil {
		out, err = f.room.Stage(r.Context(), in)
	}
	if err != nil {
		v, e := f.importsView(r)
		if e != nil {
			return errors.Join(err, e)
		}
		return f.Again(w, r, "evidence/imports", page.View{Title: f.T(r, "evidence.import_title"), Body: v, Back: "/evidence/" + project}, err)
	}
	return web.Redirect(w, r, "/evidence/"+project+"/import/"+out.Batch)
}

// uploaded reads the files of a form, each within MaxFile.
func uploaded(r *http.Request, field string) ([]FileIn, error) {
	if r.MultipartForm == nil {
		return nil, nil
	}
	var out []FileIn
	for _, head := range r.MultipartForm.File[field] {
		if head.Size > MaxFile {
			return nil, fault.Fielded("files", "evidence.import_big_file", "File", fit(head.Filename, 200), "Most", MaxFile>>20)
		}
		file, err := head.Open()
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(io.LimitReader(file, MaxFile+1))
		if err = errors.Join(err, file.Close()); err != nil {
			return nil, err
		}
		out = append(out, FileIn{head.Filename, content})
	}
	return out, nil
}

// importView is the page of one import, whatever its state.
type importView struct {
	LookOut
	Here     string
	Key      string
	Good     int64
	Left     int64 // rows that cannot be stored
	Already  int64 // rows that are stored already
	Throw    bool  // nothing of it is saved yet
	Ask      bool  // asks once whether it may go
	Stalled  bool
	Files    []importFileView
	Ready    bool // something can be brought in
	Progress string
	Same     bool
	Things   bool // not rows alone: documents, pictures, sounds or films too
}

// Say is the message key of a count: of rows, or of contributions where not all are rows.
func (v importView) Say(what string) string { return countKey(v.Things, what) }

func countKey(things bool, what string) string {
	if things {
		return "evidence.import_things_" + what
	}
	return "evidence.import_" + what
}

// importField is one question "which column is it?".
type importField struct {
	Name, Label, Value string
	Items              []page.Option
}

// importRow is one of the first rows as it will look.
type importRow struct {
	Contribution
	Line  int
	Page  int
	OK    bool
	Whole bool // a whole document: its first words are shown
}

// shownTroubles is how many problems of a file its page lists; the number of all is told.
const shownTroubles = 500

func (f *face) importView(r *http.Request) (importView, error) {
	out, err := f.room.Look(r.Context(), LookIn{r.PathValue("batch")})
	v := importView{LookOut: out, Here: "/evidence/" + out.Project + "/import/" + out.Batch}
	if err == nil && out.Project != r.PathValue("project") {
		return v, fault.New(fault.Missing, "house.missing")
	}
	v.Stalled = out.State == BatchGoing && out.Idle > 30_000_000
	for _, file := range out.Files {
		x := f.importPartView(r, v, file)
		v.Good += file.Good - file.Here
		v.Already += file.Here
		if !file.Left {
			v.Left += file.Rows - file.Good
		}
		v.Things = v.Things || file.Shape != nil || file.Medium != nil
		v.Files = append(v.Files, x)
	}
	v.Progress = f.T(r, v.Say("progress"), "Done", out.Done, "Total", out.Total)
	if out.State == BatchReading {
		v.Progress = f.T(r, "evidence.import_read_progress", "Done", out.Done, "Total", out.Total)
	}
	v.Throw = unsaved(out.State)
	v.Ready = out.State == BatchStaged && v.Good > 0
	return v, err
}

func line(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// reason is a problem in the reader's language where it has one of its own.
func (f *face) reason(r *http.Request, t Trouble) string {
	if t.Say == "" {
		return t.Reason
	}
	out := f.T(r, t.Say, t.args()...)
	if t.Do != "" {
		out += " " + f.T(r, t.Do, t.args()...)
	}
	return out
}

func (f *face) format(r *http.Request, format string) string {
	if slices.Contains([]string{"ris", "nbib", "csv", "tsv", "unknown", "xlsx", "docx", "odt", "txt", "markdown", "html", "pdf", "eml", "picture", "sound", "video", "zip"}, format) {
		return f.T(r, "evidence.import_is_"+format)
	}
	return f.T(r, "evidence.import_is_other")
}

// importFields is the questions of the columns' form, each with every column to choose.
func (f *face) importFields(r *http.Request, file ImportFile) []importField {
	var items []page.Option
	items = append(items, page.Option{Value: "-1", Text: f.T(r, "evidence.import_no_column")})
	for i, h := range file.Header {
		if h == "" {
			h = f.T(r, "evidence.import_column", "Number", i+1)
		}
		items = append(items, page.Option{Value: strconv.Itoa(i), Text: h})
	}
	var out []importField
	c := file.Columns
	for _, x := range c.each() {
		out = append(out, importField{Name: x.name, Label: f.T(r, "evidence.import_which_"+x.name), Value: strconv.Itoa(*x.at), Items: items})
	}
	return out
}

func (f *face) importLook(w http.ResponseWriter, r *http.Request) error {
	v, err := f.importView(r)
	if err != nil {
		return err
	}
	v.Ask = r.URL.Query().Get("undo") == "ask" && v.State != BatchUndone && v.State != BatchSame
	return f.Show(w, r, "evidence/import", page.View{Title: f.T(r, "evidence.import_title_"+v.State), Body: v, Back: "/evidence/" + v.Project + "/import"})
}

func (f *face) importColumns(w http.ResponseWriter, r *http.Request) error {
	err := form.Parse(r)
	in := ColumnsIn{Batch: r.PathValue("batch"), Chosen: &Columns{}}
	if err == nil {
		*in.Chosen = noColumns()
		for _, x := range in.Chosen.each() {
			if n, e := strconv.Atoi(r.FormValue(x.name)); e == nil {
				*x.at = n
			}
		}
		if in.File, err = strconv.ParseInt(r.FormValue("file"), 10, 64); err != nil {
			err = fault.Fielded("file", "house.bad_choice")
		}
	}
	if err == nil {
		_, err = f.room.Columns(r.Context(), in) // it runs its own transactions, and twice is once
	}
	if err != nil {
		v, e := f.importView(r)
		if e != nil {
			return errors.Join(err, e)
		}
		return f.Again(w, r, "evidence/import", page.View{Title: f.T(r, "evidence.import_title_"+v.State), Body: v, Back: "/evidence/" + v.Project + "/import"}, err)
	}
	return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/import/"+in.Batch)
}

// importSharedView is the page of what all rows share: asked once.
type importSharedView struct {
	giveView
	Batch string
}

func (f *face) importSharedView(r *http.Request, project string, said Said) importSharedView {
	v := importSharedView{giveView: f.view(r, GiveIn{Project: project, Said: said}), Batch: r.PathValue("batch")}
	return v
}

func (f *face) importSharedForm(w http.ResponseWriter, r *http.Request) error {
	look, err := f.importView(r)
	if err != nil {
		return err
	}
	v := f.importSharedView(r, look.Project, look.Said)
	return f.Show(w, r, "evidence/import_shared", page.View{Title: f.T(r, "evidence.import_shared_title"), Body: v, Back: look.Here})
}

func (f *face) importShared(w http.ResponseWriter, r *http.Request) error {
	var in SharedIn
	err := form.Read(r, &in)
	in.Batch = r.PathValue("batch")
	here := "/evidence/" + r.PathValue("project") + "/import/" + in.Batch
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "evidence.shared", r.FormValue("key"), f.room.Shared, in)
	}
	if err != nil {
		return f.Again(w, r, "evidence/import_shared", page.View{Title: f.T(r, "evidence.import_shared_title"),
			Body: f.importSharedView(r, r.PathValue("project"), in.Said), Back: here}, err)
	}
	return web.Redirect(w, r, here+"/check")
}

// importCheckView is the check-your-answers page before anything is stored.
type importCheckView struct {
	Here    string
	Key     string
	Good    int64
	Left    int64
	Already int64
	Things  bool
	Rows    []page.Row
}

// Say is as importView's.
func (v importCheckView) Say(what string) string { return countKey(v.Things, what) }

func (f *face) importCheck(w http.ResponseWriter, r *http.Request) error {
	look, err := f.importView(r)
	if err != nil {
		return err
	}
	if look.State != BatchStaged {
		return web.Redirect(w, r, look.Here)
	}
	return f.Show(w, r, "evidence/import_check", page.View{Title: f.T(r, "evidence.check_title"), Body: f.checkView(r, look), Back: look.Here + "/shared"})
}

func (f *face) checkView(r *http.Request, look importView) importCheckView {
	v := importCheckView{Here: look.Here, Good: look.Good, Left: look.Left, Already: look.Already, Things: look.Things}
	shared := []page.Link{{Href: look.Here + "/shared", Text: f.T(r, "evidence.import_change")}}
	row := func(key, value string, links []page.Link) {
		v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value, Links: links})
	}
	var names, strands, uses []string
	parts := map[string]int{}
	for _, file := range look.Files {
		name, _, _ := strings.Cut(file.Name, partSign)
		if file.Good > 0 {
			if parts[name]++; parts[name] == 1 {
				names = append(names, name)
			}
		}
	}
	for i, name := range names {
		if n := parts[name]; n > 1 {
			names[i] = f.T(r, "evidence.import_of_parts", "Name", name, "Count", n)
		}
	}
	if most := 10; len(names) > most {
		names = append(names[:most:most], f.T(r, "evidence.import_more_files", "Count", len(names)-most))
	}
	for _, s := range look.Said.Strands {
		strands = append(strands, f.T(r, "page.strand."+s))
	}
	if len(strands) == 0 {
		strands = []string{f.T(r, "evidence.import_strand_unknown")}
	}
	uses = []string{f.T(r, "house.use_"+string(terms.Project))}
	for _, u := range look.Said.Uses {
		if u != terms.Project {
			uses = append(uses, f.T(r, "house.use_"+string(u)))
		}
	}
	row("evidence.import_files", strings.Join(names, ", "), []page.Link{{Href: look.Here, Text: f.T(r, "evidence.import_change")}})
	row("evidence.strands_all", f.each(r, look, func(c Columns) int { return c.Strand }, true, strings.Join(strands, ", ")), shared)
	row("evidence.role", f.each(r, look, func(c Columns) int { return c.Role }, false, look.Said.Role), shared)
	row("evidence.on", f.each(r, look, func(c Columns) int { return c.Date }, true, lang.Date(page.ChromeFrom(r.Context()).Lang, look.Said.On)), shared)
	row("evidence.source", f.each(r, look, func(c Columns) int { return c.Source }, true, look.Said.Source), shared)
	if tongue := f.each(r, look, func(c Columns) int { return c.Language }, true, ""); tongue != "" {
		row("evidence.import_which_language", tongue, nil)
	}
	row("evidence.import_uses", strings.Join(uses, ", "), shared)
	if look.Said.Ends != "" {
		row("evidence.ends", lang.Date(page.ChromeFrom(r.Context()).Lang, look.Said.Ends), shared)
	}
	return v
}

// each is the answer all rows share, or that each row says its own: where a column of a
// sheet holds it, and where references always say it.
func (f *face) each(r *http.Request, look importView, column func(Columns) int, papers bool, shared string) string {
	for _, file := range look.Files {
		papered := papers && !file.sheet() && file.Shape == nil && file.Medium == nil
		if file.ImportFile.Good > 0 && (file.sheet() && column(file.Columns) >= 0 || papered) {
			if shared != "" && !onlyPapers(look) {
				return f.T(r, "evidence.import_unless_row", "Shared", shared)
			}
			return f.T(r, "evidence.import_as_rows")
		}
	}
	return shared
}

// onlyPapers says that an import holds nothing but references, which say all of it themselves.
func onlyPapers(look importView) bool {
	return !slices.ContainsFunc(look.Files, func(file importFileView) bool {
		return file.ImportFile.Good > 0 && (file.sheet() || file.Shape != nil || file.Medium != nil)
	})
}

func (f *face) importBring(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	out, err := f.room.Bring(r.Context(), BringIn{Batch: r.PathValue("batch")})
	if err != nil {
		return err
	}
	here := "/evidence/" + r.PathValue("project")
	if out.State == BatchIn && !slices.ContainsFunc(out.Files, func(x BringFile) bool { return x.SameAs != "" }) {
		return web.Redirect(w, r, here+"?done=imported&batch="+out.Batch)
	}
	return web.Redirect(w, r, here+"/import/"+out.Batch)
}
