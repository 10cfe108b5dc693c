package keeper

import (
	"strings"
	"testing"

	"plait/internal/kit/db"
)

// Unsaid lists the tables of the house that go along in an archive and of which nobody is
// told what they hold.
func (r *Room) Unsaid(tx *db.Tx) (out []string, err error) {
	all, err := r.carries(tx)
	about := r.meanings()
	for _, t := range all {
		if strings.TrimSpace(about.table(t.Name)) == "" {
			out = append(out, t.Name)
		}
	}
	return out, err
}

func TestTheListsOfAnArchiveAreWhole(t *testing.T) {
	for name, text := range map[string]string{"tables": tablesText, "columns": meaningsText, "states": statesText} {
		lines, last := 0, ""
		for line := range strings.Lines(text) {
			word, means, ok := strings.Cut(strings.TrimRight(line, "\n"), "\t")
			if !ok {
				continue
			}
			lines++
			if word == "" || strings.TrimSpace(means) == "" || strings.Contains(means, "\t") {
				t.Errorf("%s: %q says nothing", name, line)
			}
			if name != "states" && word <= last {
				t.Errorf("%s: %s does not stand in the order of names", name, word)
			}
			last = word
		}
		if lines < 10 {
			t.Errorf("%s: %d lines", name, lines)
		}
	}
}
