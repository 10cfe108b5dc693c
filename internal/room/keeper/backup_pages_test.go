package keeper

import "plait/internal/kit/page"

// withBackup adds the pages of backups to the samples.
func withBackup(s map[string]page.Samples) map[string]page.Samples {
	kept := Kept{ID: "20260302-010000-7f3a9c", At: 1772413200000000, Until: 1775005200000000, State: backupKept, Size: 119_791_582, Seconds: 60, ProvedAt: 1772416800000000,
		Proof: Proof{Whole: true, Projects: 5, Contributions: 214, Erased: 2, Seconds: 41}}
	failed := Kept{ID: "20260303-010000-000001", At: 1772499600000000, State: backupFailed, Why: "keeper.backup_why_killed"}
	state := BackupState{On: true, Folder: "/srv/plait-backup", Next: 1772582400000000, Every: 24, Late: true, Failed: true, Asked: true, Drill: true, List: []Kept{failed, kept}}
	s["keeper/backup"] = page.Samples{
		Full: page.View{Title: "Backups", Body: backupView{BackupState: state, Zone: "Europe/London", Due: "4 March 2026 at midnight", Last: &kept, Took: "1 minute", Size: "119.8 MB", Until: "2026-04-01", Proven: &kept,
			Whole: "It came back whole: 5 projects, 214 contributions, in 41 seconds.",
			Rows:  []backupLine{{ID: failed.ID, At: failed.At, State: "keeper.backup_state_failed"}, {ID: kept.ID, At: kept.At, Until: "2026-04-01", State: "keeper.backup_state_kept", Proved: "keeper.backup_proved_yes"}}}},
		Empty: page.View{Title: "Backups", Body: backupView{}},
	}
	s["keeper/backup-late"] = page.Samples{Full: page.View{Body: state}, Empty: page.View{Body: BackupState{}}}
	return s
}
