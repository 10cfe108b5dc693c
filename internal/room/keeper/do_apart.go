package keeper

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
	"plait/internal/kit/job"
	"plait/internal/kit/seal"
)

// apartOnce is how many erasures are added to the list in one go.
const apartOnce = 500

// apartLine is a line of the list that is kept beside the backups, before it is sealed.
type apartLine struct {
	Programme string `json:"p"`
	Record    string `json:"r"`
	Kind      string `json:"k"`
	Day       string `json:"d"`
	What      string `json:"w,omitempty"` // "" for an erasure; see Taken
	Value     string `json:"v,omitempty"`
}

// purpose seals what is no erasure for another purpose: a program that knows erasures
// alone must not take it for one.
func (l apartLine) purpose() string {
	if l.What == "" {
		return erasuresFile
	}
	return takenPurpose
}

const takenPurpose = erasuresFile + " taken"

// dayOf is the day of an instant, as the list keeps it.
func dayOf(at int64) string { return clock.DayOf(at, "UTC") }

// apart is what the list beside the backups holds.
type apart struct {
	erased []Erasure
	taken  []Taken // as each stands last
	lines  int64   // that can be read; one may be there twice
	unread int     // that cannot
	there  bool    // there is a list
}

// appendErasures adds erasures to the list beside the backups. The same one may be added
// twice: whoever reads it does each once.
func (r *Room) appendErasures(list []Erasure) error {
	lines := make([]apartLine, len(list))
	for i, e := range list {
		lines[i] = apartLine{Programme: e.Programme, Record: e.Record, Kind: e.Kind, Day: dayOf(e.At)}
	}
	return r.appendLines(lines)
}

// appendLines adds lines to the list, each sealed.
func (r *Room) appendLines(lines []apartLine) error {
	dir := r.install.Backups
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	var b strings.Builder
	for _, x := range lines {
		text, err := json.Marshal(x)
		if err != nil {
			return err
		}
		sealed, err := r.key.Seal(x.purpose(), text)
		if err != nil {
			return err
		}
		b.WriteString(base64.StdEncoding.EncodeToString(sealed) + "\n")
	}
	if err := folder.Append(filepath.Join(dir, erasuresFile), []byte(b.String())); err != nil {
		return unwritable(dir, err)
	}
	return nil
}

// keepApart adds every erasure, and all that was taken, that the list may not hold yet, and makes the list where
// there is none: a folder of backups without one cannot be told from one that lost it.
func (r *Room) keepApart(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(r.install.Backups, erasuresFile)); errors.Is(err, fs.ErrNotExist) {
		if err := r.appendErasures(nil); err != nil {
			return err
		}
	}
	for {
		var list []Erasure
		if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = notApart(tx, apartOnce); return err }); err != nil {
			return err
		}
		if len(list) == 0 {
			return r.keepTaken(ctx)
		}
		if err := r.appendErasures(list); err != nil {
			return err
		}
		of := map[string][]string{}
		for _, e := range list {
			of[e.Programme] = append(of[e.Programme], e.Record)
		}
		if err := r.db.Write(ctx, func(tx *db.Tx) error {
			for p, records := range of {
				if err := setApart(tx, p, records); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
}

// allApart brings the list up to date and says how many lines it has.
func (r *Room) allApart(ctx context.Context) (int64, error) {
	if err := r.keepApart(ctx); err != nil {
		return 0, err
	}
	list, err := readApart(r.install.Backups, r.key)
	if err != nil {
		err = unwritable(r.install.Backups, err)
	}
	return list.lines, err
}

// apartJob keeps the list beside the backups up to date.
func (r *Room) apartJob(ctx context.Context, _ job.Job) error {
	if !r.hasFolder() {
		return nil
	}
	return r.keepApart(ctx)
}

// readApart reads the list beside backups. A line that does not open was cut off when a
// program was killed, and added again after it; more than that means that the list is
// damaged.
func readApart(dir string, key *seal.Key) (out apart, err error) {
	f, err := os.Open(filepath.Join(dir, erasuresFile))
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	defer f.Close() //nolint:errcheck // only read
	out.there = true
	seen := map[Erasure]bool{}
	last := map[[3]string]int{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<16)
	for in.Scan() {
		if in.Text() == "" {
			continue
		}
		line, err := readLine(in.Text(), key)
		if err != nil {
			out.unread++
			continue
		}
		out.lines++
		at, _ := clock.EndOf(line.Day, "UTC")
		if at -= clock.Day; line.What != "" {
			x := Taken{line.Programme, line.What, line.Record, line.Kind, line.Value, at}
			k := [3]string{x.Programme, x.What, x.Record}
			if i, ok := last[k]; ok {
				out.taken[i] = x
				continue
			}
			last[k] = len(out.taken)
			out.taken = append(out.taken, x)
			continue
		}
		e := Erasure{Programme: line.Programme, Record: line.Record, Kind: line.Kind, At: at}
		if !seen[e] {
			seen[e] = true
			out.erased = append(out.erased, e)
		}
	}
	return out, in.Err()
}

// listFor reads the list for a restore. One that is not there, or was cut, is refused
// unless that was accepted.
func (r *Room) listFor(in RestoreIn) (apart, error) {
	list, err := readApart(in.Folder, r.key)
	if err != nil || in.Without {
		return list, err
	}
	if !list.there {
		return list, fault.New(fault.Missing, "keeper.restore_no_erasures", "Folder", in.Folder).With("keeper.restore_no_erasures_do")
	}
	short, err := fewer(in.Folder, r.key, list)
	if short && err == nil {
		err = fault.New(fault.Broken, "keeper.restore_few_erasures", "Folder", in.Folder).With("keeper.restore_few_erasures_do")
	}
	return list, err
}

// readLine opens one line of the list.
func readLine(text string, key *seal.Key) (line apartLine, err error) {
	sealed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return line, err
	}
	plain, err := key.Open(erasuresFile, sealed)
	if err != nil {
		if plain, err = key.Open(takenPurpose, sealed); err != nil {
			return line, err
		}
	}
	err = json.Unmarshal(plain, &line)
	return line, err
}

// fewer says whether the list holds fewer lines than a backup of the folder says it held:
// it was cut, or an older one was put in its place.
func fewer(dir string, key *seal.Key, a apart) (bool, error) {
	all, err := inFolder(dir)
	for _, b := range all {
		if b.manifest.Apart > a.lines && b.manifest.check(key, b.manifest.Migration) == nil {
			return true, err
		}
	}
	return false, err
}

// together joins two lists of erasures, each one once, persons last.
func together(a, b []Erasure, person string) []Erasure {
	seen := map[[2]string]bool{}
	var out []Erasure
	for _, e := range append(slices.Clone(a), b...) {
		if k := [2]string{e.Programme, e.Record}; !seen[k] {
			seen[k] = true
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(x, y Erasure) int {
		switch {
		case x.Kind == y.Kind || x.Kind != person && y.Kind != person:
			return 0
		case x.Kind == person:
			return 1
		}
		return -1
	})
	return out
}
