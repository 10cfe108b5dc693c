package programme

import (
	"encoding/csv"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/page"
)

// overviewView is the table of all projects.
type overviewView struct {
	Said    string // the sentence above the table
	Groups  []groupView
	Columns []columnView
	Lines   []lineView
}

// groupView is the head over the columns of one place, and how many they are.
type groupView struct {
	Text    string
	Columns int
}

// columnView is the head of a column: a strand, or words. Short is what stands under the
// head of its group, so that all columns fit a laptop's window; Text says it whole.
type columnView struct {
	Strand, Text, Short string
}

type lineView struct {
	OverviewLine
	Cells []cellView
}

// cellView is one number that opens to its records.
type cellView struct {
	Strand, Text, Href string
	N                  int64
}

// head is what a column is called.
func (f *face) head(r *http.Request, c OverviewColumn) columnView {
	var v columnView
	switch s, ok := strings.CutPrefix(c.Key, "heard_"); {
	case c.Key == unsorted:
		v.Text = f.T(r, "programme.overview_unsorted")
	case ok:
		v.Strand, v.Text = s, f.T(r, "page.strand."+s)
	default:
		v.Text = f.T(r, c.Key)
	}
	v.Short = v.Text
	if short := "programme.short_" + strings.ReplaceAll(c.Key, ".", "_"); f.Words.Has("en", short) {
		v.Short = f.T(r, short)
	}
	return v
}

func (f *face) overview(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Overview(r.Context(), OverviewIn{})
	if err != nil {
		return err
	}
	return f.Show(w, r, "programme/overview", page.View{Title: f.T(r, "programme.overview_title"), Body: f.overviewView(r, out), Back: "/programme"})
}

func (f *face) overviewView(r *http.Request, out OverviewOut) overviewView {
	var v overviewView
	for _, c := range out.Columns {
		v.Columns = append(v.Columns, f.head(r, c))
		if text := f.T(r, "programme.place_"+c.Place); len(v.Groups) == 0 || v.Groups[len(v.Groups)-1].Text != text {
			v.Groups = append(v.Groups, groupView{Text: text})
		}
		v.Groups[len(v.Groups)-1].Columns++
	}
	for _, l := range out.Projects {
		x := lineView{OverviewLine: l}
		for i, c := range out.Columns {
			x.Cells = append(x.Cells, cellView{v.Columns[i].Strand, v.Columns[i].Text, c.at(l.Project), l.N[c.Key]})
		}
		v.Lines = append(v.Lines, x)
	}
	strands := f.T(r, "programme.overview_all_heard")
	if out.Silent > 0 {
		strands = f.T(r, "programme.overview_silent", "Count", out.Silent)
	}
	if len(out.Projects) > 0 {
		v.Said = f.T(r, "programme.overview_said", "Count", len(out.Projects), "Heard", strands)
	}
	return v
}

// export is the same table as a file, for a spreadsheet.
func (f *face) export(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Overview(r.Context(), OverviewIn{})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="projects.csv"`)
	w.Header().Set("Cache-Control", "no-store")
	table := csv.NewWriter(w)
	head := []string{f.T(r, "programme.overview_project")}
	for _, c := range out.Columns {
		head = append(head, cell(f.head(r, c).Text))
	}
	rows := [][]string{head}
	for _, l := range out.Projects {
		row := []string{cell(l.Title)}
		for _, c := range out.Columns {
			row = append(row, strconv.FormatInt(l.N[c.Key], 10))
		}
		rows = append(rows, row)
	}
	return table.WriteAll(rows)
}
