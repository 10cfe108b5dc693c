package keeper

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
)

const (
	// readBatch is how many records of a text are held at once.
	readBatch = 50
	// maxReadTitle is the most bytes of another record's title in a text.
	maxReadTitle = 160
	ruler        = "------------------------------------------------------------------------"
)

// firstColumns are shown first, in this order: they hold what a record says.
var firstColumns = []string{"statement", "words", "body", "what", "plainly", "quote"}

// unread are columns that say nothing to a reader: ids have their own place, and marks
// and orders are for machines.
var unread = regexp.MustCompile(`^(programme|id|project|site|person|version|batch|language|reference|page_starts|.*_(fold|key|mark|order|by)|hash|digest|key|owner|actor)$`)

var idOnly = regexp.MustCompile(`^([a-z]+:)?[0-9a-f]{8}-[0-9a-f-]{27}$`)

// writeRead writes the texts for people: an index, and one file for each project. What
// was taken back or has ended is named without its words. Kinds that are not found by
// their words (persons, letters) are left to the tables.
func (r *Room) writeRead(tx *db.Tx, w *archive.Writer, programme ref.Record, tables []carried) error {
	kinds := []string{}
	for _, p := range r.install.Plugs() {
		for _, f := range p.Finds {
			kinds = append(kinds, f.Kind)
		}
	}
	x := &reading{tx: tx, programme: programme.ID, now: r.clock.Now(), tables: ownRows(tables), of: map[string][]carried{}}
	ids, err := readIDs(tx, programme.ID, "", ref.Project)
	if err != nil {
		return err
	}
	var projects []ref.Record
	for part := range slices.Chunk(ids, readBatch) {
		some, err := readByID(tx, programme.ID, part)
		if err != nil {
			return err
		}
		projects = append(projects, some...)
	}
	slices.SortStableFunc(projects, func(a, b ref.Record) int { return strings.Compare(a.Title, b.Title) })
	parts := []part{{title: "The programme itself", name: "programme.txt", projects: projects}}
	for i, p := range projects {
		parts = append(parts, part{project: p.ID, title: p.Title, name: fmt.Sprintf("project-%03d-%s.txt", i+1, strings.ToLower(p.Title))})
	}
	index := []string{programme.Title, "", "What was said, what was found, what was done and what came of it.", "Each project has a file of its own:", ""}
	for _, p := range parts {
		counts := map[string]int64{}
		if err := w.Read(p.name, func(to io.Writer) (err error) { counts, err = x.write(to, p, kinds); return err }); err != nil {
			return err
		}
		var said []string
		for _, k := range kinds {
			if counts[k] > 0 {
				said = append(said, fmt.Sprintf("%d %s", counts[k], plural(k, counts[k])))
			}
		}
		index = append(index, w.ReadName(p.name), "  "+p.title, "  "+strings.Join(said, ", "), "")
	}
	return w.Read("index.txt", func(to io.Writer) error { _, err := io.WriteString(to, strings.Join(index, "\n")); return err })
}

func plural(kind string, n int64) string {
	if kind = strings.ReplaceAll(kind, "_", " "); n != 1 {
		return kind + "s"
	}
	return kind
}

// part is one text: a project, or "" for what belongs to none.
type part struct {
	project, title, name string
	projects             []ref.Record // of the programme's own text: all of them
}

// reading is what the texts are written from.
type reading struct {
	tx        *db.Tx
	programme string
	now       int64
	tables    []carried
	of        map[string][]carried // tables that hold rows of a kind, once known
}

// ownRows is the tables that may hold a record's own row: those with its id for a key.
func ownRows(tables []carried) []carried {
	var out []carried
	for _, t := range tables {
		if slices.Equal(t.Key, []string{"programme", "id"}) && !spines.MatchString(t.Name) {
			out = append(out, t)
		}
	}
	return out
}

var spines = regexp.MustCompile(`^(ref|who|terms|trail|tie|keeper)(_|$)`)

func (x *reading) write(to io.Writer, p part, kinds []string) (map[string]int64, error) {
	b := bufio.NewWriter(to)
	fmt.Fprintf(b, "%s\n%s\n\n", p.title, strings.Repeat("=", len([]rune(p.title))))
	if p.project == "" {
		if err := x.overview(b, p.projects, kinds); err != nil {
			return nil, err
		}
	}
	counts := map[string]int64{}
	for _, k := range kinds {
		if k == ref.Project && p.project == "" {
			continue
		}
		ids, err := readIDs(x.tx, x.programme, p.project, k)
		if err != nil {
			return nil, err
		}
		if len(ids) > 0 {
			fmt.Fprintf(b, "%s\n\n", strings.ToUpper(plural(k, 2)))
		}
		for part := range slices.Chunk(ids, readBatch) {
			records, err := readByID(x.tx, x.programme, part)
			if err != nil {
				return nil, err
			}
			if err := x.records(b, k, records, counts[k]); err != nil {
				return nil, err
			}
			counts[k] += int64(len(records))
		}
	}
	return counts, b.Flush()
}

// records writes some records of one kind.
func (x *reading) records(b *bufio.Writer, kind string, records []ref.Record, before int64) error {
	if len(records) == 0 {
		return nil
	}
	ids := make([]string, len(records))
	for i, r := range records {
		ids[i] = r.ID
	}
	rows, err := x.rows(kind, ids)
	if err != nil {
		return err
	}
	from, to, err := readTies(x.tx, x.programme, ids)
	if err != nil {
		return err
	}
	titles, err := x.titles(from, to)
	if err != nil {
		return err
	}
	for i, r := range records {
		fmt.Fprintf(b, "%s\n%s %d: %s\n", ruler, strings.ToUpper(kind[:1])+strings.ReplaceAll(kind[1:], "_", " "), before+int64(i)+1, oneLine(r.Title))
		fmt.Fprintf(b, "Id: %s\n", r.ID)
		for _, l := range [][2]string{{"Strand", strings.ReplaceAll(r.Strand, "+", " and ")}, {"State", r.State}, {"What became of it", r.Fate}} {
			if l[1] != "" {
				fmt.Fprintf(b, "%s: %s\n", l[0], l[1])
			}
		}
		fmt.Fprintf(b, "Last changed: %s\n", time.UnixMicro(r.ChangedAt).UTC().Format("2006-01-02"))
		if r.Live(x.now) {
			for _, l := range rows[r.ID] {
				if l[1] == r.Title && len(l[1]) < maxReadTitle {
					continue
				}
				if strings.Contains(l[1], "\n") || len(l[1]) > 80 {
					fmt.Fprintf(b, "%s:\n    %s\n", l[0], strings.ReplaceAll(l[1], "\n", "\n    "))
				} else {
					fmt.Fprintf(b, "%s: %s\n", l[0], l[1])
				}
			}
		} else {
			b.WriteString("It was taken back, or its time has ended. Its words are not shown here.\n")
		}
		for _, t := range to[r.ID] {
			fmt.Fprintf(b, "It came from: %s (%s)%s\n", titles[t.From.ID], t.Stance, reasonOf(t))
		}
		for _, t := range from[r.ID] {
			fmt.Fprintf(b, "It led to: %s (%s)%s\n", titles[t.To.ID], t.Stance, reasonOf(t))
		}
		b.WriteString("\n")
	}
	return nil
}

func reasonOf(t tie.Tie) string {
	if t.Reason == "" {
		return ""
	}
	return " because: " + oneLine(t.Reason)
}

// oneLine is a text on one line, cut at a length.
func oneLine(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if len(s) > maxReadTitle {
		s = strings.ToValidUTF8(s[:maxReadTitle], "") + " ..."
	}
	return s
}

// titles names the other ends of ties: what was taken back without its words.
func (x *reading) titles(ties ...map[string][]tie.Tie) (map[string]string, error) {
	var ids []string
	for _, m := range ties {
		for _, list := range m {
			for _, t := range list {
				ids = append(ids, t.From.ID, t.To.ID)
			}
		}
	}
	slices.Sort(ids)
	out := map[string]string{}
	for part := range slices.Chunk(slices.Compact(ids), 500) {
		all, err := readByID(x.tx, x.programme, part)
		if err != nil {
			return nil, err
		}
		for _, r := range all {
			title := oneLine(r.Title)
			if !r.Live(x.now) {
				title = "taken back"
			}
			out[r.ID] = fmt.Sprintf("%s \"%s\" [%s]", strings.ReplaceAll(r.Kind, "_", " "), title, r.ID)
		}
	}
	return out, nil
}

// rows gives what the own rows of records say: name and value, the words first.
func (x *reading) rows(kind string, ids []string) (map[string][][2]string, error) {
	tables, known := x.of[kind]
	if !known {
		tables = x.tables
	}
	out := map[string][][2]string{}
	var holding []carried
	for _, t := range tables {
		n := len(out)
		id := t.At("id")
		where := db.Join(t.where(x.programme), db.Q("and id in"), db.List(ids))
		if err := t.Rows(x.tx, where, func(row []any) error {
			x, ok := row[id].(string)
			if ok {
				out[x] = append(out[x], said(t.Table, row)...)
			}
			return nil
		}); err != nil {
			return nil, err
		}
		if len(out) > n {
			holding = append(holding, t)
		}
	}
	if !known && len(holding) > 0 {
		x.of[kind] = holding
	}
	return out, nil
}

// said is what a row says in words.
func said(t db.Table, row []any) [][2]string {
	var out [][2]string
	rank := func(name string) int {
		if i := slices.Index(firstColumns, name); i >= 0 {
			return i
		}
		return len(firstColumns)
	}
	at := make([]int, len(t.Columns))
	for i := range at {
		at[i] = i
	}
	slices.SortFunc(at, func(a, b int) int {
		if d := rank(t.Columns[a].Name) - rank(t.Columns[b].Name); d != 0 {
			return d
		}
		return strings.Compare(t.Columns[a].Name, t.Columns[b].Name)
	})
	for _, i := range at {
		name := t.Columns[i].Name
		v, ok := row[i].(string)
		if v = strings.TrimSpace(v); !ok || v == "" || v == "[]" || v == "{}" || unread.MatchString(name) || idOnly.MatchString(v) {
			continue
		}
		out = append(out, [2]string{strings.ToUpper(name[:1]) + strings.ReplaceAll(name[1:], "_", " "), v})
	}
	return out
}
