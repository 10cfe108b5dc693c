package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
)

// simulate runs the command line and gives its code, answer and error lines.
func simulate(t *testing.T, args ...string) (code int, out, told string) {
	t.Helper()
	var o, e bytes.Buffer
	app := cli.New("plait", "A test.", &o, &e)
	app.Bind(&plug.Host{Out: &o, Err: &e})
	app.Add("review", &struct {
		Simulate simulateCommand `cmd:"" help:"As in the room."`
	}{})
	code = app.Run(context.Background(), append([]string{"review", "simulate"}, args...))
	return code, o.String(), e.String()
}

func writeKnown(t *testing.T, name, s string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(s), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// knownSheet is 60 records, every sixth of them relevant, with one row that has no answer.
func knownSheet(comma string) string {
	var b strings.Builder
	b.WriteString("\ufeffTitle" + comma + "Abstract" + comma + "included\n")
	for i := range 60 {
		topic, answer := "bridges of steel and rust", "no"
		if i%6 == 0 {
			topic, answer = "rest for carers at home", "yes"
		}
		if i == 7 {
			answer = ""
		}
		fmt.Fprintf(&b, "\"Study %d%s %s\"%s\"A report on %s.\"%s%s\n", i, comma, topic, comma, topic, comma, answer)
	}
	return b.String()
}

func TestSimulate(t *testing.T) {
	priors := writeKnown(t, "p.json", `{"priors": [[0, 1], [6, 2]]}`)
	for _, comma := range []string{",", ";"} {
		file := writeKnown(t, "a.csv", knownSheet(comma))
		code, out, told := simulate(t, file, "--label", "included", "--priors", priors, "--seeds", "0,1", "--json")
		if code != cli.Done {
			t.Fatalf("code %d: %s", code, told)
		}
		if strings.Count(out, "\n") != 1 {
			t.Errorf("not one line: %q", out)
		}
		var got simulated
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		if got.Records != 59 || got.Relevant != 10 || len(got.Seeds) != 2 || got.Mean.Stop.Reached != 2 {
			t.Errorf("%d records, %d relevant, %d seeds, %d reached", got.Records, got.Relevant, len(got.Seeds), got.Mean.Stop.Reached)
		}
		order := got.Seeds[1].Order
		// Rows as read: 7 has no answer, 6 and 2 are where this seed starts.
		if len(order) != 57 || slices.Contains(order, 7) || slices.Contains(order, 6) || !slices.Contains(order, 59) || order[0]%6 != 0 {
			t.Errorf("order %v", order)
		}
		for _, key := range []string{`"recall_at_10":`, `"wss_95":`, `"loss":`, `"ndcg":`, `"atd":`, `"records_to_95":`, `"records_to_100":`, `"stop":{"at":`, `"cpu_seconds":`} {
			if strings.Count(out, key) != 3 {
				t.Errorf("%s stands %d times", key, strings.Count(out, key))
			}
		}
		if code, out, _ := simulate(t, file, "--label", "included", "--model", "u4"); code != cli.Done || !strings.Contains(out, "59 records, 10 relevant") {
			t.Errorf("in plain lines: %d %q", code, out)
		}
	}
}

func TestSimulateBadInput(t *testing.T) {
	good := writeKnown(t, "good.csv", knownSheet(","))
	for _, c := range []struct {
		says string
		args []string
	}{
		{"it is not there", []string{"nowhere.csv"}},
		{"has no column", []string{good}},
		{"has no column title", []string{writeKnown(t, "b.csv", "x,label_included\na,1\n")}},
		{"has no first line", []string{writeKnown(t, "c.csv", "")}},
		{"line 3: the answer is \"maybe\"", []string{writeKnown(t, "d.csv", "title,label_included\na,1\nb,maybe\n")}},
		{"seed 0", []string{writeKnown(t, "e.csv", "title,label_included\na,1\nb,0\n")}},
		{"seed 0", []string{writeKnown(t, "f.csv", "title,label_included\n")}},
		{"it is not there", []string{good, "--label", "included", "--priors", "nowhere.json"}},
		{"is not a file of priors", []string{good, "--label", "included", "--priors", writeKnown(t, "p.json", "[1]")}},
		{"has no seed 3", []string{good, "--label", "included", "--priors", writeKnown(t, "q.json", `{"priors":[[0,1]]}`), "--seeds", "3"}},
		{"names row 99", []string{good, "--label", "included", "--priors", writeKnown(t, "r.json", `{"priors":[[0,99]]}`)}},
	} {
		code, out, told := simulate(t, c.args...)
		if code != cli.Reported || out != "" || !strings.Contains(told, c.says) || !strings.Contains(told, ".csv") && !strings.Contains(told, ".json") {
			t.Errorf("%v: code %d, %q, %q", c.args[1:], code, out, told)
		}
	}
}
