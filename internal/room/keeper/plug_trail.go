package keeper

import (
	"context"
	"time"

	"plait/internal/kit/job"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// trailPart is what the door says of the proof that runs by itself and of the trail's page.
func (r *Room) trailPart() plug.Plug {
	f := r.face
	return plug.Plug{
		Verbs: []plug.Verb{
			plug.Read("keeper.trail", "keeper.trail", r.Trail),
			plug.Read("keeper.proof", "keeper.trail", r.Proof),
			plug.Of("keeper.prove", "keeper.check", r.Prove),
			plug.Of("keeper.trail-fetched", "keeper.trail", r.TrailFetched),
		},
		Routes: []web.Route{
			{Pattern: "POST /keeper/check", Permission: "keeper.check", Handle: f.prove},
			{Pattern: "GET /keeper/trail", Permission: "keeper.trail", Handle: f.trail},
			{Pattern: "POST /keeper/trail/fetch", Permission: "keeper.trail", Handle: f.trailFetch},
			{Pattern: "GET /keeper/trail/how", Permission: "keeper.trail", Handle: f.trailHow},
			{Pattern: "GET /keeper/trail/entry/{entry}", Permission: "keeper.trail", Handle: f.trailEntry},
		},
		// A check of many gigabytes reads each byte of every file.
		Jobs: []job.Def{{Name: proofJob, Timeout: 6 * time.Hour, Do: func(ctx context.Context, j job.Job) error {
			return r.proveNow(ctx, j.Args["programme"], j.Args["check"])
		}}},
		Permissions: []who.Permission{
			// Names of the team and of nobody else are shown; leads of a project see its trail alone.
			{Name: "keeper.trail", Roles: []who.Role{who.ProgrammeLead, who.ProjectLead}},
		},
	}
}
