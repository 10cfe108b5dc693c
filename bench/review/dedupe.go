package main

import (
	_ "embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/engine/dedupe"
)

//go:embed dedupe.py
var bibDedupe string

// dedupePart finds the duplicates of the labelled sets and of a made library of 80,000
// records, on one core.
func dedupePart(w io.Writer, wish wishes) error {
	runtime.GOMAXPROCS(1)
	root := filepath.Join(wish.data, "dedupe")
	var all tally
	for _, name := range []string{"cytology_screening", "respiratory", "digital_work"} {
		records, err := labelled(filepath.Join(root, name, "records_pre_merged.csv"))
		if err != nil {
			return err
		}
		truth, err := trueGroups(filepath.Join(root, name, "merged_record_ids.csv"), records)
		if err != nil {
			return err
		}
		t, err := tried(w, name, records, truth)
		if err != nil {
			return err
		}
		all.add(t)
	}
	fmt.Fprintf(w, "pooled: %s\n", all)
	if err := captions(w, filepath.Join(root, "iebh_copper.endnote.xml")); err != nil {
		return err
	}
	for _, n := range []int{20_000, 80_000} {
		records, truth := library(n, 1)
		if _, err := tried(w, fmt.Sprintf("made library of %d, seed 1", n), records, truth); err != nil {
			return err
		}
	}
	if wish.python == "" {
		fmt.Fprintln(w, "bib-dedupe was not run: no -python was given.")
		return nil
	}
	cmd := exec.Command(wish.python, "-", root)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(bibDedupe), w, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(w, "bib-dedupe could not be run:", err)
	}
	return nil
}

// tally counts as the README of the labelled sets says.
type tally struct {
	records, tp, fp, fn, asked, tpAsked, fnAsked int
	cpu                                          float64
}

func (t *tally) add(o tally) {
	t.records += o.records
	t.tp, t.fp, t.fn = t.tp+o.tp, t.fp+o.fp, t.fn+o.fn
	t.asked, t.tpAsked, t.fnAsked = t.asked+o.asked, t.tpAsked+o.tpAsked, t.fnAsked+o.fnAsked
	t.cpu += o.cpu
}

func (t tally) String() string {
	return fmt.Sprintf("%d records, false merges %d, sensitivity %.4f, asked %d (%.2f %%), with the answers %.4f, %.2f CPU s",
		t.records, t.fp, float64(t.tp)/float64(max(1, t.tp+t.fn)), t.asked, 100*float64(t.asked)/float64(max(1, t.records)),
		float64(t.tpAsked)/float64(max(1, t.tpAsked+t.fnAsked)), t.cpu)
}

func tried(w io.Writer, name string, records []dedupe.Record, truth []int) (tally, error) {
	if len(records) != len(truth) {
		return tally{}, errors.New("records and truth are not as long")
	}
	t := tally{records: len(records)}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	from := used()
	set := dedupe.New(dedupe.Options{})
	found := set.Add(records)
	t.cpu = used() - from
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.tp, t.fp, t.fn = counted(set.Groups(), truth)
	t.asked = len(found.Asks)
	for _, p := range found.Asks {
		if truth[p.A] != 0 && truth[p.A] == truth[p.B] {
			set.Join(p.A, p.B)
		}
	}
	t.tpAsked, _, t.fnAsked = counted(set.Groups(), truth)
	_, err := fmt.Fprintf(w, "%s: %s; held %d MB\n", name, t, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>20)
	runtime.KeepAlive(set)
	return t, err
}

// counted gives copies that were removed, false merges and copies that were kept.
func counted(groups [][]int, truth []int) (tp, fp, fn int) {
	removed := make([]bool, len(truth))
	for _, g := range groups {
		for _, n := range g[1:] {
			removed[n] = true
		}
	}
	kept := map[int]int{}
	for n, g := range truth {
		switch {
		case g == 0 && removed[n]:
			fp++
		case g == 0:
		case removed[n]:
			tp++
			kept[g] += 0
		default:
			kept[g]++
		}
	}
	for _, k := range kept {
		if k == 0 {
			fp++
		} else {
			fn += k - 1
		}
	}
	return tp, fp, fn
}

func labelled(name string) ([]dedupe.Record, error) {
	b, err := os.ReadFile(filepath.Clean(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("the labelled sets are not there: %s", name)
	}
	if err != nil {
		return nil, err
	}
	f := cite.Read(name, b)
	out := make([]dedupe.Record, 0, len(f.Records))
	for i := range f.Records {
		out = append(out, asRecord(&f.Records[i]))
	}
	return out, nil
}

func asRecord(r *cite.Record) dedupe.Record {
	out := dedupe.Record{ID: r.ID, Title: r.Title, Year: r.Year, Journal: r.Journal, Volume: r.Volume, Issue: r.Issue,
		Pages: r.Pages, DOI: r.DOI, PMID: r.PMID, Abstract: r.Abstract}
	for _, a := range r.Authors {
		out.Authors = append(out.Authors, a.String())
	}
	return out
}

func trueGroups(name string, records []dedupe.Record) ([]int, error) {
	b, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return nil, err
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	at := map[string]int{}
	for i, r := range records {
		at[r.ID] = i
	}
	out := make([]int, len(records))
	for i, row := range rows {
		for _, id := range strings.Split(row[0], ";") {
			if n, ok := at[id]; ok {
				out[n] = i + 1
			}
		}
	}
	return out, nil
}

// captions tries the EndNote library in which every member of a group, the kept one too,
// has the caption "Duplicate": counted by records that are in a group.
func captions(w io.Writer, name string) error {
	b, err := os.ReadFile(filepath.Clean(name))
	if err != nil {
		return err
	}
	f := cite.Read(name, b)
	set := dedupe.New(dedupe.Options{})
	records := make([]dedupe.Record, 0, len(f.Records))
	marked := 0
	for i := range f.Records {
		records = append(records, asRecord(&f.Records[i]))
		if strings.HasPrefix(f.Records[i].Lookup("caption"), "Duplicate") {
			marked++
		}
	}
	from := used()
	found := set.Add(records)
	cpu := used() - from
	right, wrong := 0, 0
	for _, g := range set.Groups() {
		for _, n := range g {
			if strings.HasPrefix(f.Records[n].Lookup("caption"), "Duplicate") {
				right++
			} else {
				wrong++
			}
		}
	}
	_, err = fmt.Fprintf(w, "copper: %d records, %d marked; in groups %d of them and %d others; asked %d; %.2f CPU s\n", len(records), marked, right, wrong, len(found.Asks), cpu)
	return err
}
