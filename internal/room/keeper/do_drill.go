package keeper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/folder"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// drillFolder begins the name of the folder in which a backup is tried out.
const drillFolder = "drill-"

// drillLock is held in the folder of backups while a drill runs.
const drillLock = ".drill" + lockFile

// Proof is what a drill found for one programme, as keeper_backup holds it.
type Proof struct {
	Whole         bool   `json:"whole"`
	Projects      int64  `json:"projects"`
	Contributions int64  `json:"contributions"`
	Erased        int64  `json:"erased"` // erasures of the whole house that were done again
	Seconds       int64  `json:"seconds"`
	Broken        int    `json:"broken"` // how much of what was checked does not hold
	Why           string `json:"why"`    // message key of what stopped it
}

// drill brings the last backup back in a folder of its own, checks everything in it, and
// takes the folder away. What it found is kept with the backup.
func (r *Room) drill(ctx context.Context, tell told) (out RestoreOut, err error) {
	if !r.hasFolder() {
		return out, fault.New(fault.Absent, "keeper.backup_off").With("keeper.backup_off_do")
	}
	free, ok, err := folder.Lock(filepath.Join(r.install.Backups, drillLock))
	if err != nil {
		return out, unwritable(r.install.Backups, err)
	}
	if !ok {
		return out, fault.New(fault.Busy, "keeper.drill_busy").With("keeper.backup_busy_do")
	}
	defer func() { err = errors.Join(err, free()) }()
	began := clock.Start()
	m, err := r.choose(RestoreIn{Folder: r.install.Backups}, 1<<62)
	if err != nil {
		return out, err
	}
	proofs := map[string]Proof{}
	out, err = r.tryOut(ctx, m, proofs, tell)
	out.Seconds = int64(began.Took().Seconds())
	after := context.WithoutCancel(ctx)
	e := r.db.Write(after, func(tx *db.Tx) error {
		all, e := ref.Programmes(tx)
		if e != nil {
			return e
		}
		now := r.clock.Now()
		for _, p := range all {
			found, here := proofs[p.ID]
			if err != nil {
				found = Proof{Why: fault.Of(err).Say}
			} else if !here {
				continue // founded after the backup
			}
			found.Seconds = out.Seconds
			text, e := json.Marshal(found)
			if e != nil {
				return e
			}
			if e := setProved(tx, p.ID, m.ID, string(text), now); e != nil {
				return e
			}
		}
		return nil
	})
	return out, errors.Join(err, e)
}

// tryOut restores into a new SQLite folder and checks every programme there.
func (r *Room) tryOut(ctx context.Context, m Manifest, proofs map[string]Proof, tell told) (out RestoreOut, err error) {
	in := r.drillsIn()
	r.sweepDrills()
	dir, err := os.MkdirTemp(in, r.drillName()+"*") // mode 0700: its database is in plain text
	if err != nil {
		return out, unwritable(in, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	d, err := r.install.OpenDB(ctx, dir)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	rooms, err := r.install.Other(d)
	if err != nil {
		return out, err
	}
	there, ok := rooms["keeper"].(*Room)
	if !ok {
		return out, fmt.Errorf("keeper: the other house has a %T", rooms["keeper"])
	}
	if out, err = there.restore(ctx, RestoreIn{Folder: r.install.Backups, ID: m.ID}, tell); err != nil {
		return out, err
	}
	var all []ref.Record
	if err := d.Read(ctx, func(tx *db.Tx) (err error) { all, err = ref.Programmes(tx); return err }); err != nil {
		return out, err
	}
	for i, p := range all {
		as := who.As(ctx, who.Actor{Kind: who.Operator, Programme: p.ID, Verb: "keeper.drill"})
		found, err := there.Check(as, CheckIn{})
		if err != nil {
			return out, err
		}
		out.Broken = append(out.Broken, found.Broken...)
		proof := Proof{Whole: len(found.Broken) == 0, Broken: len(found.Broken), Erased: out.Erased}
		if err := d.Read(ctx, func(tx *db.Tx) (err error) {
			if proof.Projects, err = howMany(tx, p.ID, ref.Project); err != nil {
				return err
			}
			proof.Contributions, err = howMany(tx, p.ID, "contribution")
			return err
		}); err != nil {
			return out, err
		}
		proofs[p.ID] = proof
		tell("keeper.stage_prove", int64(i+1), int64(len(all)))
	}
	return out, nil
}

// drillsIn is the folder in which drills make theirs.
func (r *Room) drillsIn() string {
	if r.install.Dir != "" {
		return r.install.Dir
	}
	return os.TempDir()
}

// drillName begins the name of such a folder: another installation's may be beside it.
func (r *Room) drillName() string { return drillFolder + keyMark(r.key)[:8] + "-" }

// SweepDrills takes away what a drill left that was killed: a whole database in plain text.
// It is done when a house begins to be served, and daily; not while a drill runs.
func (r *Room) SweepDrills() {
	if !r.hasFolder() {
		return
	}
	free, ok, err := folder.Lock(filepath.Join(r.install.Backups, drillLock))
	if err != nil || !ok {
		return
	}
	r.sweepDrills()
	_ = free()
}

// sweepDrills does its best; only who holds the lock of drills may call it.
func (r *Room) sweepDrills() {
	in := r.drillsIn()
	names, err := os.ReadDir(in)
	if err != nil {
		return
	}
	begins := r.drillName()
	if r.install.Dir != "" {
		begins = drillFolder // nobody else's, whichever release made it
	}
	for _, x := range names {
		if x.IsDir() && strings.HasPrefix(x.Name(), begins) {
			_ = os.RemoveAll(filepath.Join(in, x.Name()))
		}
	}
}

// drillJob tries the last backup out when someone asked. What went wrong is kept with the
// backup for people to read, and is not tried again by itself.
func (r *Room) drillJob(ctx context.Context, _ job.Job) error {
	if !r.hasFolder() {
		return nil
	}
	_, err := r.drill(who.As(ctx, who.Actor{Kind: who.Operator, Verb: "keeper.drill"}), quietly)
	if ctx.Err() != nil {
		return err // the program stops: it is tried again when it is back
	}
	if fault.Is(err, fault.Busy) {
		return err
	}
	return nil
}
