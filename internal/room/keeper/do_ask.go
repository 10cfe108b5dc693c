package keeper

import (
	"context"
	"encoding/json"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// AskIn asks for a backup, or for a drill of the last one.
type AskIn struct{}

// AskOut says that it will be done at once, in the background.
type AskOut struct {
	Asked bool `json:"asked"`
}

// AskBackup has a backup of the whole installation made now.
func (r *Room) AskBackup(ctx context.Context, _ AskIn) (AskOut, error) {
	return r.ask(ctx, "keeper.backup", false)
}

// AskDrill has the last backup tried out now.
func (r *Room) AskDrill(ctx context.Context, _ AskIn) (AskOut, error) {
	return r.ask(ctx, "keeper.drill", true)
}

// ask adds the job of that name; one that waits already is enough.
func (r *Room) ask(ctx context.Context, name string, needs bool) (out AskOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		here := who.Here(ctx)
		if err := who.Must(ctx, tx, "keeper.backup", here); err != nil {
			return err
		}
		if !r.hasFolder() {
			return fault.New(fault.Absent, "keeper.backup_off").With("keeper.backup_off_do")
		}
		if needs {
			kept, err := keptBackups(tx, here.ID, backupKept)
			if err != nil {
				return err
			}
			if len(kept) == 0 {
				return fault.New(fault.Conflict, "keeper.drill_none").With("keeper.drill_none_do")
			}
		}
		if err := r.jobs.Add(tx, name, nil, job.Unique()); err != nil {
			return err
		}
		if err := setMark(tx, "asked "+name, "asked", now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, name, here, 0, nil)
	})
	return AskOut{Asked: err == nil}, err
}

// Kept is one backup as the people of a programme see it.
type Kept struct {
	ID       string `json:"id"`
	At       int64  `json:"at"`
	Until    int64  `json:"until"`
	State    string `json:"state"` // running, kept or failed
	Size     int64  `json:"size"`  // bytes
	Seconds  int64  `json:"seconds"`
	Why      string `json:"why,omitempty"` // message key, when it failed
	ProvedAt int64  `json:"proved_at"`     // 0 = never
	Proof    Proof  `json:"proof"`
}

// BackupState is what a programme's leads are told of backups.
type BackupState struct {
	On     bool   `json:"on"`     // this installation makes backups
	Folder string `json:"folder"` // where they are kept, on the machine that runs Plait
	Every  int64  `json:"every"`  // hours between two
	Next   int64  `json:"next"`   // about when the next one is made by itself, microseconds; 0 = never
	Late   bool   `json:"late"`
	Failed bool   `json:"failed"` // the last one did
	Asked  bool   `json:"asked"`  // one was asked for and has not begun
	Drill  bool   `json:"drill"`  // a drill was asked for and has not ended
	List   []Kept `json:"list"`   // the last first, at most 40
}

// Backups says how the backups of the programme stand.
func (r *Room) Backups(ctx context.Context, _ BackupsIn) (out BackupState, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "keeper.backup", who.Here(ctx)); err != nil {
			return err
		}
		out, err = r.state(tx, who.From(ctx).Programme)
		return err
	})
	return out, err
}

// mostKept is how many backups a page lists: a month of them and some by hand.
const mostKept = 40

func (r *Room) state(tx *db.Tx, programme string) (out BackupState, err error) {
	out = BackupState{On: r.hasFolder(), Every: int64(r.every().Hours()), List: []Kept{}}
	rows, err := backupsOf(tx, programme, mostKept)
	if err != nil {
		return out, err
	}
	now, good := r.clock.Now(), int64(0)
	if out.On {
		// As kit/job does it: at the ends of whole periods.
		out.Folder, out.Next = fullName(r.install.Backups), clock.Time(now).Truncate(r.every()).Add(r.every()).UnixMicro()
	}
	for _, b := range rows {
		k := Kept{ID: b.ID, At: b.At, Until: b.Until, State: b.State, Size: b.Size, Seconds: b.Seconds, Why: b.Why, ProvedAt: b.ProvedAt}
		if b.Proved != "" {
			if err := json.Unmarshal([]byte(b.Proved), &k.Proof); err != nil {
				return out, err
			}
		}
		if b.State == backupKept {
			good = max(good, b.At)
		}
		out.List = append(out.List, k)
	}
	if good == 0 { // none yet: the programme's own age says whether one should be there
		p, ok, err := ref.Get(tx, programme, programme)
		if err != nil || !ok {
			return out, err
		}
		good = p.ChangedAt
	}
	out.Late = out.On && late(good, now, r.every())
	out.Failed = len(rows) > 0 && rows[0].State == backupFailed
	asked, err := askedAt(tx, "asked keeper.backup")
	if err != nil {
		return out, err
	}
	out.Asked = asked > 0 && (len(rows) == 0 || rows[0].At < asked)
	drilled, err := askedAt(tx, "asked keeper.drill")
	if err != nil {
		return out, err
	}
	last := int64(0)
	for _, b := range rows {
		last = max(last, b.ProvedAt)
	}
	out.Drill = drilled > 0 && last < drilled
	return out, nil
}

// lateness is the panel on a programme's page when backups are late or fail; none when all
// is well.
func (r *Room) lateness(_ context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	if !r.hasFolder() {
		return nil, nil
	}
	s, err := r.state(tx, at.ID)
	if err != nil || !s.Late && !s.Failed {
		return nil, err
	}
	return s, nil
}
