package keeper

import (
	"time"

	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// retainPart is what the door says of how long records are kept.
func (r *Room) retainPart() plug.Plug {
	f := r.face
	const retain = "keeper.retain"
	return plug.Plug{
		Verbs: []plug.Verb{
			plug.Read("keeper.schedules", retain, r.Schedules),
			plug.Of("keeper.schedule", retain, r.Schedule),
			plug.Read("keeper.due", retain, r.Due),
			plug.Of("keeper.keep", retain, r.Keep),
			plug.Of("keeper.dispose", retain, r.Dispose),
			plug.Read("keeper.disposals", retain, r.Disposals),
		},
		Routes: []web.Route{
			{Pattern: "GET /keeper/retain", Permission: retain, Handle: f.retain},
			{Pattern: "GET /keeper/retain/log", Permission: retain, Handle: f.retainLog},
			{Pattern: "GET /keeper/retain/log.csv", Permission: retain, Handle: f.retainCSV},
			{Pattern: "GET /keeper/retain/of/{group}", Permission: retain, Handle: f.retainDue},
			{Pattern: "POST /keeper/retain/of/{group}", Permission: retain, Handle: f.retainDo},
			{Pattern: "GET /keeper/retain/of/{group}/rule", Permission: retain, Handle: f.ruleForm},
			{Pattern: "POST /keeper/retain/of/{group}/rule", Permission: retain, Handle: f.rule},
		},
		// It counts what is due, and erases nothing: that is for a person.
		Jobs: []job.Def{{Name: "keeper.retain", Every: 24 * time.Hour, Do: r.countDue}},
		// Whoever answers for the programme says how long it keeps what people said.
		Permissions: []who.Permission{{Name: retain, Roles: []who.Role{who.ProgrammeLead}}},
		Panels:      []plug.Panel{{For: ref.Programme, Place: "more", Permission: retain, Title: "keeper.retain_title", Template: "keeper/retain-sign", Load: r.retainPanel}},
	}
}
