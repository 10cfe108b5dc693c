package keeper

import (
	"net/http"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// backupView is the page of backups.
type backupView struct {
	BackupState
	Zone   string         // of the times
	In     *time.Location // the same
	Due    string         // about when the next one is made
	Last   *Kept          // the last good one; nil when there is none
	Took   string
	Size   string
	Until  string // day until which the last one is kept
	Proven *Kept  // the last one that was tried out
	Whole  string // what the drill found, in one sentence
	Rows   []backupLine
}

// backupLine is one backup in the table.
type backupLine struct {
	ID     string
	At     int64
	Until  string // day; "" for one that failed
	State  string // message key
	Proved string // message key
}

// took says how long something took.
func (f *face) took(r *http.Request, seconds int64) string {
	if seconds < 1 {
		return f.T(r, "keeper.backup_moment")
	}
	return f.T(r, "keeper.drill_seconds", "Count", seconds)
}

func (f *face) backup(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Backups(r.Context(), BackupsIn{})
	if err != nil {
		return err
	}
	v := backupView{BackupState: out}
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		v.Zone, err = f.room.zone(tx, who.From(r.Context()).Programme)
		return err
	}); err != nil {
		return err
	}
	v.In = clock.Zone(v.Zone)
	v.Zone = v.In.String()
	if out.Next > 0 {
		v.Due = lang.DateTime(page.ChromeFrom(r.Context()).Lang, out.Next, v.In)
	}
	for i, b := range out.List {
		line := backupLine{ID: b.ID, At: b.At, State: "keeper.backup_state_" + b.State, Proved: "keeper.backup_proved_no"}
		if b.State == backupKept {
			line.Until = clock.DayOf(b.Until, "")
			if v.Last == nil {
				v.Last, v.Size, v.Until, v.Took = &out.List[i], megabytes(b.Size), line.Until, f.took(r, b.Seconds)
			}
		}
		if b.State != backupKept {
			line.Proved = ""
		}
		if b.ProvedAt > 0 {
			line.Proved = "keeper.backup_proved_bad"
			if b.Proof.Whole {
				line.Proved = "keeper.backup_proved_yes"
			}
			if v.Proven == nil || b.ProvedAt > v.Proven.ProvedAt {
				v.Proven = &out.List[i]
			}
		}
		v.Rows = append(v.Rows, line)
	}
	if v.Proven != nil {
		p := v.Proven.Proof
		switch {
		case p.Whole:
			v.Whole = f.T(r, "keeper.drill_whole", "Projects", f.T(r, "keeper.drill_projects", "Count", p.Projects),
				"Contributions", f.T(r, "keeper.drill_contributions", "Count", p.Contributions), "Seconds", f.took(r, p.Seconds))
		case p.Why != "":
			v.Whole = f.T(r, "keeper.drill_stopped", "Why", f.T(r, p.Why, "Folder", "PLAIT_BACKUP", "Count", p.Broken, "Program", ""))
		default:
			v.Whole = f.T(r, "keeper.drill_broken", "Count", p.Broken)
		}
	}
	view := page.View{Title: f.T(r, "keeper.backup_title"), Body: v, Back: "/keeper"}
	switch r.URL.Query().Get("done") {
	case "asked":
		view.Notice = f.T(r, "keeper.backup_asked")
	case "drill":
		view.Notice = f.T(r, "keeper.drill_asked")
	}
	return f.Show(w, r, "keeper/backup", view)
}

func (f *face) backupNow(w http.ResponseWriter, r *http.Request) error {
	if _, err := plug.Run(r.Context(), f.room.desk, "keeper.backup", r.FormValue("key"), f.room.AskBackup, AskIn{}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/keeper/backup?done=asked")
}

func (f *face) drillNow(w http.ResponseWriter, r *http.Request) error {
	if _, err := plug.Run(r.Context(), f.room.desk, "keeper.drill", r.FormValue("key"), f.room.AskDrill, AskIn{}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/keeper/backup?done=drill")
}
