package main

import (
	_ "embed"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"plait/internal/engine/screen"
)

// screenSet is one labelled set, with the seeds of its file of priors.
type screenSet struct {
	name, label string
	records     []screen.Record
	relevant    []bool
	priors      [][]int
}

// screenPart reads every set through with both models, says what the rules to stop would
// have done, and times one round of learning on 2,000 and 20,000 records.
func screenPart(w io.Writer, wish wishes) error {
	const quality, stops = 3, 20 // seeds
	var all []screenSet
	for _, s := range []screenSet{
		{name: "nagtegaal_2019_nudging_ferdinands_subset", label: "included"},
		{name: "kitchenham_2010_software", label: "label_included"},
		{name: "bannach_brown_2019_depression", label: "label_included"},
	} {
		if err := s.load(filepath.Join(wish.data, "screening")); err != nil {
			return err
		}
		all = append(all, s)
	}
	t := rulesTally{quality: quality, stops: stops, reached: map[string]int{}, saved: map[string]float64{}}
	for i := range all {
		for _, model := range screen.Models() {
			if err := t.readThrough(w, &all[i], model); err != nil {
				return err
			}
		}
	}
	for _, r := range stopRules() {
		fmt.Fprintf(w, "stop %-6s all: 95 %% reached %d of %.0f, mean saving %.3f\n", r.name, t.reached[r.name], t.runs, t.saved[r.name]/t.runs)
	}
	if err := screenPeer(w, all, wish); err != nil {
		return err
	}
	for _, n := range []int{2000, 20000} {
		if err := rounds(w, all, n); err != nil {
			return err
		}
	}
	return nil
}

// namedRule is a rule to stop as it is written in the figures.
type namedRule struct {
	name string
	rule screen.Rule
}

func stopRules() []namedRule {
	return []namedRule{{"likely", screen.Likely()}, {"sure", screen.Sure()}}
}

// rulesTally is what the rules to stop did over all sets and seeds.
type rulesTally struct {
	quality, stops int // seeds of the measures, seeds of the rules
	reached        map[string]int
	saved          map[string]float64
	runs           float64
}

// readThrough reads one set with one model, with each seed, and writes its figures.
func (t *rulesTally) readThrough(w io.Writer, s *screenSet, model screen.Model) error {
	seeds := t.quality
	if model == screen.Plait {
		seeds = t.stops
	}
	var first, whole screen.Measures
	here, spared := map[string]int{}, map[string]float64{}
	before := used()
	lib := screen.NewLibrary(s.records, model)
	made := used() - before
	before = used()
	for seed := range seeds {
		run, err := screen.Simulate(lib, s.relevant, s.priors[seed], screen.Likely())
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if seed < t.quality {
			first = add(first, run.Measures, float64(t.quality))
		}
		whole = add(whole, run.Measures, float64(seeds))
		if model != screen.Plait {
			continue
		}
		t.runs++
		seen := make([]bool, len(run.Order))
		for k, i := range run.Order {
			seen[k] = s.relevant[i]
		}
		for _, r := range stopRules() {
			stop := r.rule.Play(seen)
			if stop.Recall >= r.rule.Target {
				here[r.name]++
				t.reached[r.name]++
			}
			spared[r.name] += stop.Saving / float64(seeds)
			t.saved[r.name] += stop.Saving
		}
	}
	each := (used() - before) / float64(seeds)
	fmt.Fprintf(w, "%-42s %-5s seeds 0-%d: loss %.4f recall@10 %.4f WSS@95 %.4f NDCG %.4f ATD %.4f; CPU made %.2f s, a run %.2f s\n",
		s.name, model, t.quality-1, first.Loss, first.RecallAt10, first.WSS95, first.NDCG, first.ATD, made, each)
	if model != screen.Plait {
		return nil
	}
	fmt.Fprintf(w, "%-42s       seeds 0-%d: loss %.4f recall@10 %.4f WSS@95 %.4f\n", "", seeds-1, whole.Loss, whole.RecallAt10, whole.WSS95)
	for _, r := range stopRules() {
		fmt.Fprintf(w, "%-42s       stop %-6s (bias %g): 95 %% reached %d of %d, mean saving %.3f\n", "", r.name, r.rule.Bias, here[r.name], seeds, spared[r.name])
	}
	return nil
}

//go:embed screen.py
var screenScript string

// screenPeer runs ASReview's model on the first seeds of every set.
func screenPeer(w io.Writer, all []screenSet, wish wishes) error {
	if wish.python == "" {
		fmt.Fprintln(w, "ASReview was not run: no -python was given.")
		return nil
	}
	for _, s := range all {
		file := filepath.Join(wish.data, "screening", s.name)
		cmd := exec.Command(wish.python, "-", file+".csv", s.label, file+".priors.json", "0,1,2")
		cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
		cmd.Stdin, cmd.Stderr = strings.NewReader(screenScript), os.Stderr
		out, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("ASReview on %s: %w", s.name, err)
		}
		fmt.Fprintf(w, "ASReview u4 on %s:\n%s", s.name, out)
	}
	return nil
}

// rounds times one round of learning and ranking on n records: the sets put together and,
// where they do not reach, each text cut up and mixed with another by place.
func rounds(w io.Writer, all []screenSet, n int) error {
	var records []screen.Record
	var relevant []bool
	for k := 0; len(records) < n; k++ {
		for _, s := range all {
			for i, r := range s.records {
				if len(records) == n {
					break
				}
				if k > 0 {
					// Another record's text with its own words in between: new pairs of
					// words, as a larger library has them.
					o := strings.Fields(s.records[(i+k*97)%len(s.records)].Abstract)
					f := strings.Fields(r.Abstract)
					r.Abstract = strings.Join(append(f[:len(f)/2:len(f)/2], o[len(o)/2:]...), " ")
				}
				records, relevant = append(records, r), append(relevant, s.relevant[i] && k == 0)
			}
		}
	}
	before := used()
	lib := screen.NewLibrary(records, screen.Plait)
	made := used() - before
	l := lib.Learn()
	start := screen.Start(relevant, 0)
	for _, i := range start {
		l.Tell(i, relevant[i])
	}
	l.Train()
	var times []float64
	for range 500 {
		before = used()
		i, ok := l.Best()
		if !ok {
			break
		}
		l.Tell(i, relevant[i])
		l.Train()
		times = append(times, used()-before)
	}
	slices.Sort(times)
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d records: made in %.2f s CPU; next record after a decision: median %.1f ms, p95 %.1f ms CPU; held %.0f MB, most resident %.0f MB\n",
		n, made, 1e3*times[len(times)/2], 1e3*times[len(times)*95/100], float64(m.HeapAlloc)/1e6, float64(u.Maxrss)/1e3)
	runtime.KeepAlive(lib)
	return nil
}

func add(to, m screen.Measures, n float64) screen.Measures {
	to.Loss += m.Loss / n
	to.RecallAt10 += m.RecallAt10 / n
	to.WSS95 += m.WSS95 / n
	to.NDCG += m.NDCG / n
	to.ATD += m.ATD / n
	return to
}

// load reads a set and its priors.
func (s *screenSet) load(folder string) error {
	f, err := os.Open(filepath.Join(folder, s.name+".csv"))
	if err != nil {
		return fmt.Errorf("the data is not there: %w", err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return err
	}
	at := func(name string) int { return slices.Index(rows[0], name) }
	title, abstract, label := at("title"), at("abstract"), at(s.label)
	for _, r := range rows[1:] {
		s.records = append(s.records, screen.Record{Title: r[title], Abstract: r[abstract]})
		s.relevant = append(s.relevant, r[label] == "1")
	}
	raw, err := os.ReadFile(filepath.Join(folder, s.name+".priors.json"))
	if err != nil {
		return err
	}
	var p struct{ Priors [][]int }
	if err := json.Unmarshal(raw, &p); err != nil {
		return err
	}
	s.priors = p.Priors
	return nil
}

// used is the processor time of this process in seconds.
func used() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
