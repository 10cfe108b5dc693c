package keeper

import (
	"net/http"

	"plait/internal/kit/clock"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// backupView is the page of backups.
type backupView struct {
	BackupState
	Last   *Kept // the last good one; nil when there is none
	Size   string
	Until  string // day until which the last one is kept
	Proven *Kept  // the last one that was tried out
	Whole  string // what the drill found, in one sentence
	Rows   []backupLine
}

// backupLine is one backup in the table.
type backupLine struct {
	At     int64
	Until  string // day; "" for one that failed
	State  string // message key
	Proved string // message key
}

func (f *face) backup(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Backups(r.Context(), BackupsIn{})
	if err != nil {
		return err
	}
	v := backupView{BackupState: out}
	for i, b := range out.List {
		line := backupLine{At: b.At, State: "keeper.backup_state_" + b.State, Proved: "keeper.backup_proved_no"}
		if b.State == backupKept {
			line.Until = clock.DayOf(b.Until, "")
			if v.Last == nil {
				v.Last, v.Size, v.Until = &out.List[i], megabytes(b.Size), line.Until
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
				"Contributions", f.T(r, "keeper.drill_contributions", "Count", p.Contributions), "Seconds", f.T(r, "keeper.drill_seconds", "Count", p.Seconds))
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
