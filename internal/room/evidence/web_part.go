package evidence

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
)

// importFileView is one part of an import on its page.
type importFileView struct {
	LookFile
	What    string // its format
	Facts   string // how large it is: pages and words, or how long it plays
	More    int64  // rows that are not among the first
	Fields  []importField
	Key     string
	First   []importRow
	Lists   [][]any // line and reason
	Count   int     // of its problems
	Reads   bool    // its columns can be chosen
	Caption string
	Choices []importChoice
	Picture string // address of the picture that waits
	Wide    int64  // its width on the page, in pixels
	High    int64
	Fold    bool // shown as one line, to be opened
	// UnusedText names the columns that hold words and are not used.
	UnusedText string
	Open       bool // opened already: a person is asked something
}

// importChoice is one question about how a part comes in, with its answer so far.
type importChoice struct {
	Name, ID, Label, Value string
	Items                  []page.Option
}

// importPartView is one part of an import on its page.
func (f *face) importPartView(r *http.Request, v importView, file LookFile) importFileView {
	staged := v.State == BatchStaged
	x := importFileView{LookFile: file, Reads: staged && file.sheet() && !file.Left, What: f.format(r, file.Format), Fold: len(v.LookOut.Files) > fewParts}
	for _, row := range file.First {
		x.First = append(x.First, importRow{row.Says, row.Line, row.Page, row.OK, file.Shape != nil && !file.Split})
	}
	if x.More = file.ImportFile.Rows - int64(len(file.First)); file.Left || file.Medium != nil && file.Shape == nil {
		x.More = 0
	}
	all := file.all()
	x.Count = len(all)
	for i, t := range all {
		if i == shownTroubles {
			x.Lists = append(x.Lists, []any{"", f.T(r, "evidence.import_more_problems", "Count", x.Count-i)})
			break
		}
		at := line(t.Line)
		if t.Place != "" {
			at = t.Place
		}
		x.Lists = append(x.Lists, []any{at, f.reason(r, t)})
	}
	x.UnusedText = strings.Join(file.Unused, ", ")
	x.Facts = f.importFacts(r, file.ImportFile)
	if x.Reads {
		x.Fields = f.importFields(r, file.ImportFile)
	}
	if staged {
		x.Choices = f.importChoices(r, file.ImportFile)
	}
	if m := file.Medium; staged && m != nil && m.Kind == Picture {
		x.Picture = v.Here + "/picture/" + strconv.FormatInt(file.N, 10)
		x.Wide, x.High = shownAs(m.Width, m.Height)
	}
	// What is asked and what would be lost is opened; what is only worth knowing is folded.
	x.Open = staged && (x.Reads && !file.Columns.usable() || len(file.Unused) > 0 || !file.Left && file.Shape == nil && file.Good < file.ImportFile.Rows)
	return x
}

// shownAs is how large a picture of so many pixels is shown: at most 240 wide.
func shownAs(wide, high int64) (int64, int64) {
	const most = 240
	if wide <= most || high <= 0 {
		return min(wide, most), high
	}
	return most, max(1, high*most/wide)
}

// importFacts is how large a part is, in words.
func (f *face) importFacts(r *http.Request, file ImportFile) string {
	var out []string
	if d := file.Shape; d != nil {
		if d.Pages > 0 {
			out = append(out, f.T(r, "evidence.import_pages", "Count", d.Pages))
		}
		if !d.Scanned {
			out = append(out, f.T(r, "evidence.import_words", "Count", d.Words))
		}
		if d.Pictures > 0 {
			out = append(out, f.T(r, "evidence.import_pictures", "Count", d.Pictures))
		}
		return strings.Join(out, ", ")
	}
	if m := file.Medium; m != nil {
		if m.MS > 0 {
			out = append(out, f.T(r, "evidence.import_length", "Minutes", m.MS/60_000, "Seconds", m.MS/1000%60))
		}
		return strings.Join(out, ", ")
	}
	if file.Rows > 0 {
		out = append(out, f.T(r, "evidence.import_rows_count", "Count", int(file.Rows)))
	}
	return strings.Join(out, ", ")
}

// importChoices is what a person may say of a part: a document whole or by its paragraphs,
// a hidden sheet in or out.
func (f *face) importChoices(r *http.Request, file ImportFile) []importChoice {
	at := strconv.FormatInt(file.N, 10)
	option := func(value, key string) page.Option { return page.Option{Value: value, Text: f.T(r, key)} }
	var out []importChoice
	if file.splits() && !file.Left {
		c := importChoice{"as", "as-" + at, f.T(r, "evidence.import_as"), "whole", []page.Option{option("whole", "evidence.import_as_whole"), option("paragraphs", "evidence.import_as_paragraphs")}}
		if file.Split {
			c.Value = "paragraphs"
		}
		out = append(out, c)
	}
	if file.Hidden {
		c := importChoice{"take", "take-" + at, f.T(r, "evidence.import_hidden"), "in", []page.Option{option("out", "evidence.import_hidden_out"), option("in", "evidence.import_hidden_in")}}
		if file.Left {
			c.Value = "out"
		}
		out = append(out, c)
	}
	return out
}

// importPart changes how a part comes in.
func (f *face) importPart(w http.ResponseWriter, r *http.Request) error {
	err := form.Parse(r)
	in := PartIn{Batch: r.PathValue("batch"), As: r.FormValue("as"), Take: r.FormValue("take")}
	if err == nil {
		if in.File, err = strconv.ParseInt(r.FormValue("file"), 10, 64); err != nil {
			err = fault.Fielded("file", "house.bad_choice")
		}
	}
	if err == nil {
		_, err = f.room.Part(r.Context(), in) // it runs its own transactions, and twice is once
	}
	if err != nil {
		v, e := f.importView(r)
		if e != nil {
			return errors.Join(err, e)
		}
		return f.Again(w, r, "evidence/import", page.View{Title: f.T(r, "evidence.import_title_"+v.State), Body: v, Back: "/evidence/" + v.Project + "/import"}, err)
	}
	return web.Redirect(w, r, "/evidence/"+r.PathValue("project")+"/import/"+in.Batch+"#part-"+strconv.FormatInt(in.File, 10))
}

// importPicture gives out a picture that waits with an import.
func (f *face) importPicture(w http.ResponseWriter, r *http.Request) error {
	n, err := strconv.ParseInt(r.PathValue("n"), 10, 64)
	if err != nil {
		return fault.New(fault.Missing, "house.missing")
	}
	file, info, err := f.room.openStaged(r.Context(), r.PathValue("project"), r.PathValue("batch"), n)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return web.ServeStored(w, r, web.Stored{ID: info.ID, Name: info.Name, Media: info.Media, Content: file})
}
