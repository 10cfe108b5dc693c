package keeper

import (
	"time"

	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// archivePart is what the door says of archives and their import.
func (r *Room) archivePart() plug.Plug {
	return plug.Plug{
		Verbs: []plug.Verb{
			plug.Of("keeper.archive", "keeper.archive", r.Archive),
			plug.Read("keeper.archives", "keeper.archive", r.Archives),
		},
		Routes: []web.Route{
			{Pattern: "GET /keeper/archive", Permission: "keeper.archive", Handle: r.face.archives},
			{Pattern: "GET /keeper/archive/new", Permission: "keeper.archive", Handle: r.face.archiveForm},
			{Pattern: "POST /keeper/archive/new", Permission: "keeper.archive", Handle: r.face.archive},
			{Pattern: "GET /keeper/archive/{archive}/file", Permission: "keeper.archive", Handle: r.face.archiveFile},
		},
		Jobs: []job.Def{
			{Name: archiveJob, Timeout: 6 * time.Hour, Do: r.makeArchive},
			{Name: "keeper.age", Every: 10 * time.Minute, Do: r.keepDay},
		},
		Permissions: []who.Permission{
			// An archive holds every name and word: for those who answer for the programme.
			{Name: "keeper.archive", Roles: []who.Role{who.ProgrammeLead}},
			// For the operator alone: there is nobody else yet.
			{Name: "keeper.import"},
		},
		Listens: []news.Listener{
			{Name: "consent.erased", Hear: r.archiveErased}, {Name: "people.erased", Hear: r.archiveErased}, {Name: "evidence.undone", Hear: r.archiveErased},
			{Name: "evidence.dropped", Hear: r.archiveErased},
		},
		Carries: spineCarries(),
	}
}
