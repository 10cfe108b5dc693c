package review

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// extractPart is what is taken from the texts: forms, statements, gaps, organisations.
func (r *Room) extractPart() part {
	return part{
		verbs:  r.extractVerbs(),
		routes: r.face.extractRoutes(),
		jobs:   r.extractJobs(),
		kinds: []plug.Kind{
			{Name: Statement, Permission: "review.see", Page: "/review/{project}/statement/{id}"},
			{Name: Gap, Permission: "review.see", Page: "/review/{project}/gap/{id}"},
		},
		refers: extractRefers(),
		finds:  extractFinds(),
		steps:  r.extractSteps,
	}
}

func (r *Room) extractVerbs() []plug.Verb {
	return []plug.Verb{
		plug.Of("review.field", "review.run", r.Field),
		plug.Of("review.extract", "review.screen", r.Extract),
		plug.Of("review.read-text", "review.screen", r.ReadText),
		plug.Of("review.theme", "review.run", r.Theme),
		plug.Of("review.merge-themes", "review.run", r.Merge),
		plug.Of("review.state", "review.run", r.State),
		plug.Of("review.restate", "review.run", r.Restate),
		plug.Of("review.support", "review.run", r.Support),
		plug.Of("review.set-aside", "review.run", r.Aside),
		plug.Of("review.give", "review.run", r.Give),
		plug.Of("review.gap", "review.run", r.AddGap),
		plug.Of("review.edit-gap", "review.run", r.EditGap),
		plug.Of("review.close-gap", "review.run", r.CloseGap),
		plug.Of("review.organisation", "review.run", r.AddOrganisation),
		plug.Of("review.edit-organisation", "review.run", r.EditOrganisation),
		plug.Of("review.meet", "review.run", r.Meet),
		plug.Read("review.fields", "review.see", r.Fields),
		plug.Read("review.extracts", "review.see", r.Extracts),
		plug.Read("review.statements", "review.see", r.Statements),
		plug.Read("review.statement", "review.see", r.Statement),
		plug.Read("review.gaps", "review.see", r.Gaps),
		plug.Read("review.one-gap", "review.see", r.OneGap),
		plug.Read("review.organisations", "review.see", r.Organisations),
	}
}

// extractRoutes is the pages of this part.
func (f *face) extractRoutes() []web.Route {
	const (
		of        = "/review/{project}/of/{id}"
		statement = "/review/{project}/statement/{id}"
		gap       = "/review/{project}/gap/{id}"
	)
	see := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: "GET " + pattern, Permission: "review.see", Handle: h}
	}
	run := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: pattern, Permission: "review.run", Handle: h}
	}
	screen := func(pattern string, h web.Handler) web.Route {
		return web.Route{Pattern: "POST " + pattern, Permission: "review.screen", Handle: h}
	}
	return []web.Route{
		see(of+"/extract", f.extracts), see(of+"/extract/{n}", f.extract), screen(of+"/extract/{n}", f.saveExtract),
		screen(of+"/extract/{n}/agree", f.agreeOn), screen(of+"/extract/{n}/text", f.askText),
		run("POST "+of+"/extract/{n}/support", f.bearFrom),
		see(of+"/field", f.fields), run("GET "+of+"/field/{field}", f.fieldForm), run("POST "+of+"/field/{field}", f.saveField),
		see(of+"/statement", f.statements), run("GET "+of+"/statement/new", f.stateForm), run("POST "+of+"/statement/new", f.state),
		run("GET "+of+"/theme/{theme}", f.themeForm), run("POST "+of+"/theme/{theme}", f.saveTheme), run("POST "+of+"/theme/{theme}/merge", f.mergeTheme),
		see(statement, f.statement), run("GET "+statement+"/edit", f.restateForm), run("POST "+statement+"/edit", f.restate),
		run("GET "+statement+"/records", f.bearForm), run("POST "+statement+"/records", f.bear),
		run("POST "+statement+"/give", f.give), run("POST "+statement+"/aside", f.aside),
		see(of+"/gap", f.gaps), see(of+"/gap/list.csv", f.gapTable), see(of+"/gap/print", f.gapPrint),
		run("GET "+of+"/gap/new", f.gapForm), run("POST "+of+"/gap/new", f.addGap),
		see(gap, f.gap), run("GET "+gap+"/edit", f.gapEditForm), run("POST "+gap+"/edit", f.editGap), run("POST "+gap+"/close", f.closeGap),
		see(of+"/organisation", f.organisations), run("GET "+of+"/organisation/{org}", f.organisationForm),
		run("POST "+of+"/organisation/{org}", f.saveOrganisation), run("POST "+of+"/organisation/{org}/meet", f.meet),
	}
}

// extractSteps is this part's lines on a review's page.
func (r *Room) extractSteps(ctx context.Context, tx *db.Tx, v Review) ([]Step, error) {
	_, programme, err := r.open(ctx, tx, "review.see", v.Ref)
	if err != nil {
		return nil, err
	}
	var out []Step
	if v.Way != Finished {
		taken, all, err := countTaken(tx, programme, v.Ref.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, Step{Href: "/extract", Name: "review.ex_step_extract", Key: "review.ex_step_extract_n", N: taken, Of: all, Done: all > 0 && taken == all})
	}
	said, err := countStatements(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	given, err := countGiven(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	gaps, closed, err := countGaps(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	groups, err := countOrganisations(tx, programme, v.Ref.ID)
	return append(out,
		Step{Href: "/statement", Name: "review.ex_step_statement", Key: "review.ex_step_statement_n", N: said, Of: given, Done: said > 0 && given == said},
		Step{Href: "/gap", Name: "review.ex_step_gap", Key: "review.ex_step_gap_n", N: gaps - closed, Of: gaps},
		Step{Href: "/organisation", Name: "review.ex_step_organisation", Key: "review.ex_step_organisation_n", N: groups}), err
}
