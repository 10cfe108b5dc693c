package review

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/screen"
	"plait/internal/kit/cli"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
)

type simulateCommand struct {
	File   string `arg:"" help:"A CSV file of records whose answer is known, with columns title and abstract." placeholder:"FILE"`
	Label  string `help:"The column with the answers: 1 or yes for a relevant record, 0 or no for another." placeholder:"COLUMN" default:"label_included"`
	Priors string `help:"A JSON file with the records to start from, for each seed a relevant and an irrelevant row, counted from 0. Chosen by the seed when not given." placeholder:"FILE"`
	Seeds  []int  `help:"The seeds, with commas between them." placeholder:"N,N" default:"0"`
	Model  string `help:"How to learn: plait, or u4, ASReview's." enum:"plait,u4" default:"plait"`
	JSON   bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// simulated is the answer of simulate.
type simulated struct {
	Records  int             `json:"records"`
	Relevant int             `json:"relevant"`
	Model    string          `json:"model"`
	Seeds    []simulatedSeed `json:"seeds"`
	Mean     simulatedMean   `json:"mean"`
}

type simulatedSeed struct {
	Seed  int   `json:"seed"`
	Order []int `json:"order"`
	screen.Measures
	Stop screen.Stop `json:"stop"`
	CPU  float64     `json:"cpu_seconds"`
}

// simulatedMean is over the seeds; the places become parts of records.
type simulatedMean struct {
	RecallAt10   float64      `json:"recall_at_10"`
	WSS95        float64      `json:"wss_95"`
	Loss         float64      `json:"loss"`
	NDCG         float64      `json:"ndcg"`
	ATD          float64      `json:"atd"`
	RecordsTo95  float64      `json:"records_to_95"`
	RecordsTo100 float64      `json:"records_to_100"`
	Stop         simulateStop `json:"stop"`
	CPU          float64      `json:"cpu_seconds"`
}

type simulateStop struct {
	At      float64 `json:"at"`
	Recall  float64 `json:"recall"`
	Saving  float64 `json:"saving"`
	Reached int     `json:"reached"` // seeds in which the rule's target was found
}

// Run is called by the command line.
func (c *simulateCommand) Run(_ context.Context, h *plug.Host) error {
	known, err := readKnown(c.File, c.Label)
	if err != nil {
		return err
	}
	starts, err := c.starts(known)
	if err != nil {
		return err
	}
	before := processorSeconds()
	lib := screen.NewLibrary(known.records, screen.Model(c.Model))
	made := processorSeconds() - before
	out := simulated{Records: len(known.records), Relevant: known.count(), Model: c.Model}
	rule := screen.Likely()
	for k, seed := range c.Seeds {
		before = processorSeconds()
		run, err := screen.Simulate(lib, known.relevant, starts[k], rule)
		if err != nil {
			return cli.Problems(fmt.Sprintf("%s: seed %d: %s.", c.File, seed, strings.TrimPrefix(err.Error(), "screen: ")))
		}
		for i, at := range run.Order {
			run.Order[i] = known.row[at]
		}
		out.Seeds = append(out.Seeds, simulatedSeed{seed, run.Order, run.Measures, run.Stop, made + processorSeconds() - before})
	}
	out.Mean = meanOf(out.Seeds, rule.Target)
	if c.JSON {
		return cli.Print(h.Out, out, true)
	}
	return out.tell(h.Out, rule)
}

func meanOf(seeds []simulatedSeed, target float64) simulatedMean {
	var m simulatedMean
	n := float64(len(seeds))
	for _, s := range seeds {
		m.RecallAt10 += s.RecallAt10 / n
		m.WSS95 += s.WSS95 / n
		m.Loss += s.Loss / n
		m.NDCG += s.NDCG / n
		m.ATD += s.ATD / n
		m.RecordsTo95 += float64(s.RecordsTo95) / n
		m.RecordsTo100 += float64(s.RecordsTo100) / n
		m.Stop.At += float64(s.Stop.At) / n
		m.Stop.Recall += s.Stop.Recall / n
		m.Stop.Saving += s.Stop.Saving / n
		m.CPU += s.CPU / n
		if s.Stop.Recall >= target {
			m.Stop.Reached++
		}
	}
	return m
}

// tell writes the answer in plain lines.
func (s simulated) tell(w io.Writer, rule screen.Rule) error {
	_, err := fmt.Fprintf(w, "%d records, %d relevant. Read through %d times, model %s.\n", s.Records, s.Relevant, len(s.Seeds), s.Model)
	for _, r := range s.Seeds {
		if err == nil {
			_, err = fmt.Fprintf(w, "Seed %d: after a tenth %.0f %% were found; 95 %% after %d records, all after %d. Advice to stop after %d, with %.0f %% found.\n",
				r.Seed, 100*r.RecallAt10, r.RecordsTo95, r.RecordsTo100, r.Stop.At, 100*r.Stop.Recall)
		}
	}
	if err == nil {
		m := s.Mean
		_, err = fmt.Fprintf(w, "On average: loss %.4f, recall at 10 %% %.3f, WSS@95 %.3f, NDCG %.3f.\nStopping as advised saved %.0f %% of the reading and found %.0f %% or more in %d of %d.\n",
			m.Loss, m.RecallAt10, m.WSS95, m.NDCG, 100*m.Stop.Saving, 100*rule.Target, m.Stop.Reached, len(s.Seeds))
	}
	return err
}

// starts gives the records to start from for each seed, as places among the known.
func (c *simulateCommand) starts(k known) ([][]int, error) {
	if len(c.Seeds) == 0 {
		return nil, cli.Problems("Give a seed, such as --seeds 0,1,2.")
	}
	var rows [][]int
	if c.Priors != "" {
		raw, err := os.ReadFile(c.Priors)
		if err != nil {
			return nil, cli.Problems(fmt.Sprintf("%s cannot be read: %s.", c.Priors, plainCause(err)))
		}
		var file struct {
			Priors [][]int `json:"priors"`
		}
		if err := json.Unmarshal(raw, &file); err != nil {
			return nil, cli.Problems(fmt.Sprintf("%s is not a file of priors: it needs {\"priors\": [[relevant row, irrelevant row], ...]}.", c.Priors))
		}
		rows = file.Priors
	}
	place := map[int]int{}
	for at, row := range k.row {
		place[row] = at
	}
	var out [][]int
	for _, seed := range c.Seeds {
		if c.Priors == "" {
			out = append(out, screen.Start(k.relevant, uint64(seed)))
			continue
		}
		if seed < 0 || seed >= len(rows) {
			return nil, cli.Problems(fmt.Sprintf("%s has no seed %d: it has 0 to %d.", c.Priors, seed, len(rows)-1))
		}
		var start []int
		for _, row := range rows[seed] {
			at, ok := place[row]
			if !ok {
				return nil, cli.Problems(fmt.Sprintf("%s: seed %d names row %d, and %s has no such row with an answer.", c.Priors, seed, row, c.File))
			}
			start = append(start, at)
		}
		out = append(out, start)
	}
	return out, nil
}

// known is records whose answer is known. A row without an answer is left out.
type known struct {
	records  []screen.Record
	relevant []bool
	row      []int // in the file, from 0
}

func (k known) count() int {
	n := 0
	for _, y := range k.relevant {
		if y {
			n++
		}
	}
	return n
}

// readKnown reads a CSV file.
func readKnown(name, label string) (known, error) {
	var k known
	raw, err := os.ReadFile(name)
	if err != nil {
		return k, cli.Problems(fmt.Sprintf("%s cannot be read: %s.", name, plainCause(err)))
	}
	s, _, err := text.Decode(raw)
	if err != nil && s == "" {
		return k, cli.Problems(fmt.Sprintf("%s cannot be read: %s.", name, strings.TrimSuffix(err.Error(), ".")))
	}
	r := csv.NewReader(strings.NewReader(s))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = knownDivider(s), true, -1
	head, err := r.Read()
	if err != nil {
		return k, cli.Problems(fmt.Sprintf("%s has no first line with the names of columns.", name))
	}
	column := func(names ...string) int {
		return slices.IndexFunc(head, func(h string) bool {
			return slices.Contains(names, strings.ToLower(strings.TrimSpace(h)))
		})
	}
	title, abstract, answer := column("title", "primary_title"), column("abstract", "notes_abstract"), column(strings.ToLower(label))
	switch {
	case answer < 0:
		return k, cli.Problems(fmt.Sprintf("%s has no column %q. It has: %s.", name, label, strings.Join(head, ", ")))
	case title < 0 && abstract < 0:
		return k, cli.Problems(fmt.Sprintf("%s has no column title or abstract. It has: %s.", name, strings.Join(head, ", ")))
	}
	for row := 0; ; row++ {
		f, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		line, _ := r.FieldPos(0)
		if err != nil {
			return k, cli.Problems(fmt.Sprintf("%s, line %d cannot be read.", name, line))
		}
		cell := func(i int) string {
			if i < 0 || i >= len(f) {
				return ""
			}
			return f[i]
		}
		yes, ok := knownAnswer(cell(answer))
		if !ok {
			if strings.TrimSpace(cell(answer)) == "" {
				continue
			}
			return k, cli.Problems(fmt.Sprintf("%s, line %d: the answer is %q. It must be 1 or 0, yes or no.", name, line, text.Excerpt(cell(answer), 40)))
		}
		k.records = append(k.records, screen.Record{Title: cell(title), Abstract: cell(abstract)})
		k.relevant, k.row = append(k.relevant, yes), append(k.row, row)
	}
	return k, nil
}

// knownAnswer reads the ways in which tools write a decision.
func knownAnswer(s string) (yes, ok bool) {
	switch s = strings.ToLower(strings.TrimSpace(s)); s {
	case "yes", "y", "true", "include", "included", "relevant":
		return true, true
	case "no", "n", "false", "exclude", "excluded", "irrelevant":
		return false, true
	}
	n, err := strconv.ParseFloat(s, 64)
	return n == 1, err == nil && (n == 0 || n == 1)
}

// knownDivider is the sign between cells: the one of comma, semicolon and tab that the first
// line has most of.
func knownDivider(s string) rune {
	line, _, _ := bytes.Cut([]byte(s[:min(len(s), 1<<16)]), []byte("\n"))
	best, most := ',', 0
	for _, c := range ",;\t" {
		if n := strings.Count(string(line), string(c)); n > most {
			best, most = c, n
		}
	}
	return best
}

// plainCause says why a file cannot be opened.
func plainCause(err error) string {
	switch {
	case errors.Is(err, os.ErrNotExist):
		return "it is not there"
	case errors.Is(err, os.ErrPermission):
		return "it may not be read"
	}
	return "the system refused it"
}
