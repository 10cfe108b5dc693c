package keeper

import (
	"time"

	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// long is how long a backup or a drill may take before it is given up.
const long = 6 * time.Hour

// backupPart is what the door says of backups, restores, the drill and moves.
func (r *Room) backupPart() plug.Plug {
	f := r.face
	return plug.Plug{
		Verbs: []plug.Verb{
			plug.Of("keeper.backup", "keeper.backup", r.AskBackup),
			plug.Of("keeper.drill", "keeper.backup", r.AskDrill),
			plug.Read("keeper.backups", "keeper.backup", r.Backups),
		},
		Routes: []web.Route{
			{Pattern: "GET /keeper/backup", Permission: "keeper.backup", Handle: f.backup},
			{Pattern: "POST /keeper/backup", Permission: "keeper.backup", Handle: f.backupNow},
			{Pattern: "POST /keeper/backup/drill", Permission: "keeper.backup", Handle: f.drillNow},
		},
		Jobs: []job.Def{
			{Name: "keeper.backup", Every: r.every(), Timeout: long, Do: r.backupJob},
			{Name: "keeper.drill", Timeout: long, Do: r.drillJob},
			{Name: "keeper.apart", Every: time.Minute, Do: r.apartJob},
		},
		Permissions: []who.Permission{{Name: "keeper.backup", Roles: []who.Role{who.ProgrammeLead}}},
		Listens: append([]news.Listener{
			{Name: "consent.erased", Hear: r.erased},
			{Name: "people.erased", Hear: r.erased},
			{Name: "evidence.undone", Hear: r.erased},
		}, r.takenListens()...),
		Panels: []plug.Panel{{For: ref.Programme, Place: "more", Permission: "keeper.backup", Title: "keeper.backup_late_title", Template: "keeper/backup-late", Load: r.lateness}},
	}
}
