package review

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/engine/dedupe"
	"plait/internal/kit/cli"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
)

type dedupeCommand struct {
	Files []string `arg:"" name:"file" help:"Files of references. What is in a file says its format, not its name."`
	Truth string   `help:"A CSV file with the true groups, one a line, ids joined by semicolons. It is opened when the groups are final." placeholder:"FILE"`
	JSON  bool     `name:"json" help:"Print the answer as one line of JSON."`
}

// dedupeOut is the answer of dedupe. Records are named by their own ids where no two
// share one, else by file and number.
type dedupeOut struct {
	Records  int          `json:"records"`
	Groups   [][]string   `json:"groups"`
	Ask      []dedupeAsk  `json:"ask"`
	Left     int          `json:"not_asked"`
	Problems []string     `json:"problems"`
	Score    *dedupeScore `json:"score,omitempty"`
	CPU      float64      `json:"cpu_seconds"`
	shown    map[string]string
}

type dedupeAsk struct {
	A      string `json:"a"`
	B      string `json:"b"`
	Reason string `json:"reason"`
}

// dedupeScore counts records: the first kept of a true group is a true negative.
type dedupeScore struct {
	TP          int     `json:"tp"`
	FP          int     `json:"fp"`
	FN          int     `json:"fn"`
	TN          int     `json:"tn"`
	Sensitivity float64 `json:"sensitivity"`
	Precision   float64 `json:"precision"`
	Asked       int     `json:"asked"`
	WithAsks    float64 `json:"sensitivity_with_asks"`
}

// Run is called by the command line.
func (c *dedupeCommand) Run(ctx context.Context, h *plug.Host) error {
	from := processorSeconds()
	ids, records, problems, err := c.read(ctx)
	if err != nil {
		return err
	}
	set := dedupe.New(dedupe.Options{})
	found := set.Add(records)
	groups := set.Groups()
	out := dedupeOut{Records: len(records), Groups: [][]string{}, Ask: []dedupeAsk{}, Left: found.Left, Problems: problems, shown: map[string]string{}}
	for _, g := range groups {
		names := make([]string, len(g))
		for i, n := range g {
			names[i] = ids[n]
		}
		out.Groups = append(out.Groups, names)
	}
	t, err := english()
	if err != nil {
		return err
	}
	for _, p := range found.Asks {
		out.Ask = append(out.Ask, dedupeAsk{ids[p.A], ids[p.B], reasonWords(t, string(p.Reason))})
		out.shown[ids[p.A]], out.shown[ids[p.B]] = records[p.A].Title, records[p.B].Title
	}
	out.CPU = math.Round((processorSeconds()-from)*1000) / 1000
	if c.Truth != "" {
		truth, err := readTruth(c.Truth, ids)
		if err != nil {
			return cli.Problems(err.Error())
		}
		out.Score = score(set, truth, found.Asks)
	}
	if c.JSON {
		err = cli.Print(h.Out, out, true)
	} else {
		err = out.print(h.Out)
	}
	if err == nil && len(problems) > 0 {
		err = cli.Problems("")
	}
	return err
}

// read reads the files and names their records. A file that cannot be read ends it: without
// it the groups would be others.
func (c *dedupeCommand) read(ctx context.Context) (ids []string, records []dedupe.Record, problems []string, err error) {
	problems = []string{}
	names, times := []string{}, map[string]int{}
	for _, name := range c.Files {
		if err := ctx.Err(); err != nil {
			return nil, nil, nil, err
		}
		f, err := references(name)
		if err != nil {
			return nil, nil, nil, cli.Problems(err.Error())
		}
		if len(f.Records) == 0 {
			reason := "it holds no references"
			if len(f.Problems) > 0 {
				reason = f.Problems[0].Reason
			}
			return nil, nil, nil, cli.Problems(fmt.Sprintf("%s was not read: %s", name, reason))
		}
		for _, p := range f.Problems {
			problems = append(problems, fmt.Sprintf("%s line %d: %s", name, p.Line, p.Reason))
		}
		label := filepath.Base(name)
		if times[label]++; times[label] > 1 {
			label += "(" + strconv.Itoa(times[label]) + ")"
		}
		for i := range f.Records {
			records = append(records, compared(&f.Records[i], label))
			names = append(names, label+"#"+strconv.Itoa(i+1))
		}
	}
	used := map[string]int{}
	for _, r := range records {
		used[r.ID]++
	}
	for i, r := range records {
		if r.ID != "" && used[r.ID] == 1 {
			names[i] = r.ID
		}
	}
	return names, records, problems, nil
}

// compared is what is compared of a reference.
func compared(r *cite.Record, source string) dedupe.Record {
	out := dedupe.Record{ID: r.ID, Source: source, Title: r.Title, Year: r.Year, Journal: r.Journal, Volume: r.Volume, Issue: r.Issue,
		Pages: r.Pages, DOI: r.DOI, PMID: r.PMID, Abstract: r.Abstract}
	if out.Journal == "" {
		out.Journal = r.JournalAbbr
	}
	for _, a := range r.Authors {
		out.Authors = append(out.Authors, a.String())
	}
	if len(r.Authors) == 1 {
		// One name may be a whole list that nothing divides.
		out.Authors = dedupe.SplitAuthors(r.Authors[0].String())
	}
	return out
}

// readTruth gives the true group of each record, 0 for none. A line that names no record
// that was read is no group.
func readTruth(name string, ids []string) ([]int, error) {
	lines, err := truthLines(name)
	if err != nil {
		return nil, err
	}
	at := make(map[string]int, len(ids))
	for i, id := range ids {
		at[id] = i
	}
	out, known := make([]int, len(ids)), 0
	for i, line := range lines {
		for _, id := range strings.Split(line, ";") {
			if n, ok := at[strings.TrimSpace(id)]; ok {
				out[n] = i + 1
				known++
			}
		}
	}
	if known == 0 {
		return nil, fmt.Errorf("%s names no record of these files", name)
	}
	return out, nil
}

// score counts as the sets of labelled duplicates are counted: of a true group the first
// record that is kept is a true negative, each further one a false negative, each removed
// one a true positive; where none is kept, or where a record that is alone is removed, there
// is a false positive. Then the pairs that were asked about are answered by the truth.
func score(set *dedupe.Set, truth []int, asks []dedupe.Pair) *dedupeScore {
	var s dedupeScore
	s.TP, s.FP, s.FN, s.TN = count(set.Groups(), truth)
	s.Sensitivity, s.Precision = share(s.TP, s.FN), share(s.TP, s.FP)
	s.Asked = len(asks)
	for _, p := range asks {
		if truth[p.A] != 0 && truth[p.A] == truth[p.B] {
			set.Join(p.A, p.B)
		}
	}
	tp, _, fn, _ := count(set.Groups(), truth)
	s.WithAsks = share(tp, fn)
	return &s
}

func count(groups [][]int, truth []int) (tp, fp, fn, tn int) {
	removed := make([]bool, len(truth))
	for _, g := range groups {
		for _, n := range g[1:] {
			removed[n] = true
		}
	}
	kept := make([]int, slices.Max(append([]int{0}, truth...))+1)
	size := make([]int, len(kept))
	for n, g := range truth {
		switch {
		case g == 0 && removed[n]:
			fp++
		case g == 0:
			tn++
		default:
			size[g]++
			if removed[n] {
				tp++
			} else {
				kept[g]++
			}
		}
	}
	for g := range kept {
		switch {
		case size[g] == 0:
		case kept[g] == 0:
			fp++
		default:
			tn++
			fn += kept[g] - 1
		}
	}
	return tp, fp, fn, tn
}

// share is a/(a+b), and 1 where there was nothing to find.
func share(a, b int) float64 {
	if a+b == 0 {
		return 1
	}
	return math.Round(float64(a)/float64(a+b)*1e5) / 1e5
}

func (o dedupeOut) print(w io.Writer) error {
	extra := 0
	for _, g := range o.Groups {
		extra += len(g) - 1
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s in all. %d are copies of another, in %d groups. Pairs to look at: %d.\n", counted(o.Records), extra, len(o.Groups), len(o.Ask))
	for _, p := range o.Problems {
		fmt.Fprintf(&b, "  %s\n", p)
	}
	for _, g := range o.Groups {
		fmt.Fprintf(&b, "same: %s\n", strings.Join(g, ", "))
	}
	for _, a := range o.Ask {
		fmt.Fprintf(&b, "look: %s, %s. %s\n  %s\n  %s\n", a.A, a.B, a.Reason, o.shown[a.A], o.shown[a.B])
	}
	if s := o.Score; s != nil {
		fmt.Fprintf(&b, "Against the truth: %d copies found, %d missed, %d wrongly merged. Sensitivity %.4f, precision %.4f, with the answers %.4f.\n",
			s.TP, s.FN, s.FP, s.Sensitivity, s.Precision, s.WithAsks)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// truthLines gives the groups of a truth file: the column named merged_ids, else the first.
func truthLines(name string) ([]string, error) {
	b, err := os.ReadFile(filepath.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("there is no file %s", name)
	case err != nil:
		return nil, fmt.Errorf("the file %s cannot be read", name)
	}
	s, _, err := text.Decode(b)
	if err != nil && s == "" {
		return nil, fmt.Errorf("the letters of %s cannot be read", name)
	}
	r := csv.NewReader(strings.NewReader(s))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s is no CSV file", name)
	}
	column := 0
	if len(rows) > 0 {
		column = max(0, slices.Index(rows[0], "merged_ids"))
	}
	var out []string
	for _, row := range rows {
		if column < len(row) {
			out = append(out, row[column])
		}
	}
	return out, nil
}
