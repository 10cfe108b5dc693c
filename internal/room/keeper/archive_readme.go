package keeper

import (
	_ "embed"
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/archive"
)

//go:embed words/archive_readme.txt
var readmeText string

//go:embed words/archive_meanings.txt
var meaningsText string

//go:embed words/archive_tables.txt
var tablesText string

//go:embed words/archive_states.txt
var statesText string

// meaning says what tables and columns hold, in plain words.
type meaning struct{ tables, columns map[string]string }

func (m meaning) table(name string) string  { return m.tables[name] }
func (m meaning) column(name string) string { return m.columns[name] }

var aboutTable = regexp.MustCompile(`((?:^|\n)(?:-- [^\n]*\n)+)create table ([a-z0-9_]+)`)

// meanings gathers what is known: of tables the list here, else the words that stand above
// them where they are made; of columns the list here: a name means the same in every table.
func (r *Room) meanings() meaning {
	m := meaning{map[string]string{}, pairsOf(meaningsText)}
	for _, p := range r.install.Plugs() {
		if p.Migrations == nil {
			continue
		}
		names, err := fs.Glob(p.Migrations, "sql/*.sql")
		if err != nil {
			continue
		}
		for _, n := range names {
			text, err := fs.ReadFile(p.Migrations, n)
			if err != nil {
				continue
			}
			for _, at := range aboutTable.FindAllStringSubmatch(string(text), -1) {
				m.tables[at[2]] = strings.Join(strings.Fields(strings.ReplaceAll(at[1], "-- ", "")), " ")
			}
		}
	}
	maps.Copy(m.tables, pairsOf(tablesText))
	return m
}

// pairsOf reads a list of names and what they mean, with a tab between.
func pairsOf(text string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(text) {
		if name, means, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			out[name] = means
		}
	}
	return out
}

// readme is README.txt of an archive.
func readme(head archive.Manifest, tables []carried, about meaning) string {
	var b strings.Builder
	fmt.Fprintf(&b, readmeText, head.Title, time.UnixMicro(head.MadeAt).UTC().Format("2 January 2006, 15:04 UTC"), head.Version)
	seen := map[string]bool{}
	for _, t := range tables {
		fmt.Fprintf(&b, "%s\n", t.Name)
		if text := about.table(t.Name); text != "" {
			fmt.Fprintf(&b, "  %s\n", text)
		}
		names := make([]string, len(t.Columns))
		for i, c := range t.Columns {
			names[i] = c.Name
			seen[c.Name] = true
		}
		fmt.Fprintf(&b, "  Columns: %s\n\n", strings.Join(names, ", "))
	}
	b.WriteString("\nTHE COLUMNS\n\nA name means the same in each table, as far as it can.\n\n")
	var all []string
	for name := range seen {
		all = append(all, name)
	}
	slices.Sort(all)
	for _, name := range all {
		fmt.Fprintf(&b, "%s: %s\n", name, about.column(name))
	}
	b.WriteString("\n\nTHE WORDS OF STATES\n\n")
	for line := range strings.Lines(statesText) {
		if name, means, ok := strings.Cut(line, "\t"); ok {
			line = "  " + name + ": " + means
		}
		b.WriteString(line)
	}
	return b.String()
}
