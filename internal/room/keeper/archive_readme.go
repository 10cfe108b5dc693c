package keeper

import (
	_ "embed"
	"fmt"
	"io/fs"
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

// meaning says what tables and columns hold, in plain words.
type meaning struct{ tables, columns map[string]string }

func (m meaning) table(name string) string  { return m.tables[name] }
func (m meaning) column(name string) string { return m.columns[name] }

var aboutTable = regexp.MustCompile(`((?:^|\n)(?:-- [^\n]*\n)+)create table ([a-z0-9_]+)`)

// meanings gathers what is known: of tables the words that stand above them where they
// are made, of columns the list here; a name means the same in every table.
func (r *Room) meanings() meaning {
	m := meaning{map[string]string{
		"who_member": "Who has which role where.", "ref_record": "Every record: its place, title, strand and state.",
		"ref_count": "How many records there are of each sort, as differences to be added up.", "terms_use": "What each record may be used for besides its project.",
		"tie": "Which record came from which, and how one bears on the other.", "trail_entry": "Every change: who, what, when. Append only.",
		"trail_body": "The version that a change made, and the salt of its commitment. Empty once erased.",
		"trail_link": "The chain that proves that no entry was changed or lost.", "trail_wait": "Entries that are not in the chain yet.",
	}, map[string]string{}}
	for line := range strings.Lines(meaningsText) {
		if name, text, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			m.columns[name] = text
		}
	}
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
	return m
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
	return b.String()
}
