package test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plait/internal/app"
	"plait/internal/kit/config"
	"plait/test/house"
)

func readAll(t *testing.T, path ...string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(append([]string{".."}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var (
	metricName = regexp.MustCompile(`\bplait_[a-z0-9_]+\b`)
	seriesEnd  = regexp.MustCompile(`_(bucket|sum|count)$`)
	ruleStart  = regexp.MustCompile(`(?m)^      - alert: (\w+)$`)
	heading    = regexp.MustCompile(`(?m)^## (\w+)$`)
)

// family is the family that a series in a rule or text belongs to.
func family(name string, all []string) string {
	if !slices.Contains(all, name) {
		return seriesEnd.ReplaceAllString(name, "")
	}
	return name
}

// TestNumbersAlarmsAndRunbooksMatch holds the numbers that the program tells, the page that
// explains them, the alarms and their runbooks to one another, by name.
func TestNumbersAlarmsAndRunbooksMatch(t *testing.T) {
	told := app.MetricNames()
	if len(told) < 40 {
		t.Errorf("only %d numbers are told", len(told))
	}
	page := readAll(t, "docs", "metrics.md")
	for _, name := range told {
		if !strings.Contains(page, "| `"+name+"` |") {
			t.Errorf("docs/metrics.md has no line for %s", name)
		}
	}
	alarms, books := readAll(t, "deploy", "alerts.yml"), readAll(t, "docs", "runbooks.md")
	for file, text := range map[string]string{"docs/metrics.md": page, "deploy/alerts.yml": alarms, "docs/runbooks.md": books, "docs/operations.md": readAll(t, "docs", "operations.md")} {
		for _, name := range metricName.FindAllString(text, -1) {
			if f := family(name, told); !slices.Contains(told, f) && f != "plait_" {
				t.Errorf("%s names %s, which nobody tells", file, name)
			}
		}
	}
	var raised, answered []string
	for _, m := range ruleStart.FindAllStringSubmatch(alarms, -1) {
		raised = append(raised, m[1])
	}
	for _, m := range heading.FindAllStringSubmatch(books, -1) {
		answered = append(answered, m[1])
	}
	if len(raised) < 15 || !slices.Equal(raised, answered) {
		t.Errorf("the alarms are\n%v\nand the runbooks\n%v", raised, answered)
	}
	for i, rule := range ruleStart.Split(alarms, -1)[1:] {
		for _, part := range []string{"\n        expr: ", "\n        labels: {severity: ", "\n          summary: ", "\n          runbook: docs/runbooks.md#" + strings.ToLower(raised[i]) + "\n"} {
			if strings.Count(rule, part) != 1 {
				t.Errorf("the alarm %s lacks %q", raised[i], strings.TrimSpace(part))
			}
		}
	}
	for i, book := range heading.Split(books, -1)[1:] {
		for _, part := range []string{"**For people**", "**Look at**", "**do**", "**over when**"} {
			if !strings.Contains(strings.ToLower(book), strings.ToLower(part)) {
				t.Errorf("the runbook %s lacks %s", answered[i], part)
			}
		}
	}
}

// TestSettingsAreDocumentedInFull holds the page of settings to the table: name, flag and default.
func TestSettingsAreDocumentedInFull(t *testing.T) {
	page := readAll(t, "docs", "settings.md")
	known := map[string]bool{}
	for _, s := range config.Table() {
		known[s.Name] = true
		flag := " "
		if slices.Contains([]string{"dir", "db"}, s.Flag) {
			flag = " `--" + s.Flag + "` "
		}
		if s.Flag == "listen" {
			flag = " `--listen` (serve) "
		}
		start := "| `" + s.Name + "` |" + flag + "| "
		if s.Default != "" {
			start += "`" + s.Default + "` |"
		}
		if !strings.Contains(page, "\n"+start) {
			t.Errorf("docs/settings.md has no line that begins %q", start)
		}
	}
	for _, file := range []string{"plait.env", "plait.service"} {
		for _, name := range regexp.MustCompile(`\bPLAIT_[A-Z_]+\b`).FindAllString(readAll(t, "deploy", file), -1) {
			if !known[name] {
				t.Errorf("deploy/%s sets %s, which is no setting", file, name)
			}
		}
	}
}

// TestJobsAreDocumented holds the table of background work to the jobs there are.
func TestJobsAreDocumented(t *testing.T) {
	var kit house.Kit
	page := readAll(t, "docs", "operations.md")
	jobs := kit.SQLite(t).Jobs()
	var names []string
	for _, j := range jobs {
		names = append(names, j.Name)
		if !strings.Contains(page, "| `"+j.Name+"` |") {
			t.Errorf("docs/operations.md has no line for the job %s", j.Name)
		}
	}
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z]+\\.[a-z]+)` \\|").FindAllStringSubmatch(page, -1) {
		if !slices.Contains(names, m[1]) {
			t.Errorf("docs/operations.md has a job %s that is not there", m[1])
		}
	}
}
