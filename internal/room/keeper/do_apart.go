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
}

// appendErasures adds erasures to the list beside the backups, each line sealed. The same
// one may be added twice: whoever reads it does each once.
func (r *Room) appendErasures(list []Erasure) error {
	dir := r.install.Backups
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unwritable(dir, err)
	}
	var b strings.Builder
	for _, e := range list {
		text, err := json.Marshal(apartLine{e.Programme, e.Record, e.Kind, clock.DayOf(e.At, "UTC")})
		if err != nil {
			return err
		}
		sealed, err := r.key.Seal(erasuresFile, text)
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

// keepApart adds every erasure that the list may not hold yet, and makes the list where
// there is none: a folder of backups without one cannot be told from one that lost it.
func (r *Room) keepApart(ctx context.Context) error {
	if _, err := os.Stat(filepath.Join(r.install.Backups, erasuresFile)); errors.Is(err, fs.ErrNotExist) {
		if err := r.appendErasures(nil); err != nil {
			return err
		}
	}
	for {
		var list []Erasure
		if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { list, err = notApart(tx, apartOnce); return err }); err != nil || len(list) == 0 {
			return err
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

// apartJob keeps the list beside the backups up to date.
func (r *Room) apartJob(ctx context.Context, _ job.Job) error {
	if !r.hasFolder() {
		return nil
	}
	return r.keepApart(ctx)
}

// readErasures reads the list beside backups. unread counts lines that do not open: one
// that was cut off when a program was killed was added again after it; more than that
// means that the list is damaged. ok is false when there is no list.
func readErasures(dir string, key *seal.Key) (list []Erasure, unread int, ok bool, err error) {
	f, err := os.Open(filepath.Join(dir, erasuresFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, 0, false, nil
	}
	if err != nil {
		return nil, 0, false, err
	}
	defer f.Close() //nolint:errcheck // only read
	seen := map[Erasure]bool{}
	in := bufio.NewScanner(f)
	in.Buffer(nil, 1<<16)
	for in.Scan() {
		if in.Text() == "" {
			continue
		}
		var line apartLine
		sealed, err := base64.StdEncoding.DecodeString(in.Text())
		if err == nil {
			sealed, err = key.Open(erasuresFile, sealed)
		}
		if err == nil {
			err = json.Unmarshal(sealed, &line)
		}
		if err != nil {
			unread++
			continue
		}
		at, _ := clock.EndOf(line.Day, "UTC")
		e := Erasure{Programme: line.Programme, Record: line.Record, Kind: line.Kind, At: at - clock.Day}
		if !seen[e] {
			seen[e] = true
			list = append(list, e)
		}
	}
	return list, unread, true, in.Err()
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
