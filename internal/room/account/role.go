package account

import (
	"slices"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// fits says where a role may be held. A lead of a programme leads all of it; a host
// belongs to a project or a site.
func fits(role who.Role, scope string) bool {
	switch role {
	case who.ProgrammeLead:
		return scope == ref.Programme
	case who.DeliveryLead, who.CoreNetwork:
		return scope == ref.Programme || scope == ref.Project
	case who.ProjectLead, who.Partner, who.HostLead, who.HostStaff:
		return scope == ref.Project || scope == ref.Site
	}
	return slices.Contains(who.Roles(), role) && (scope == ref.Programme || scope == ref.Project || scope == ref.Site)
}

// givers is which role may give and take which. A role gives itself and those below it:
// a coach brings in a second coach, but makes nobody a programme lead.
func givers() map[who.Role][]who.Role {
	team := []who.Role{who.ProjectLead, who.Partner, who.Reviewer, who.Evaluator, who.Communicator, who.Administrator,
		who.HostLead, who.HostStaff, who.Member, who.Safeguarding}
	return map[who.Role][]who.Role{
		who.ProgrammeLead: who.Roles(),
		who.DeliveryLead:  append([]who.Role{who.DeliveryLead, who.CoreNetwork}, team...),
		who.ProjectLead:   team,
	}
}

// covers says whether a grant reaches a scope.
func covers(g who.Grant, scope ref.Record) bool {
	switch g.Scope.Kind {
	case ref.Programme:
		return true
	case ref.Project:
		return scope.Project == g.Scope.ID
	case ref.Site:
		return scope.Kind == ref.Site && scope.ID == g.Scope.ID
	}
	return false
}

// mayGive says whether someone with these grants may give (or take) a role in a scope.
// The record of a scope is as who.Record gives it: a project's Project is itself.
func mayGive(mine []who.Grant, role who.Role, scope ref.Record) bool {
	if !fits(role, scope.Kind) {
		return false
	}
	table := givers()
	return slices.ContainsFunc(mine, func(g who.Grant) bool {
		return covers(g, scope) && slices.Contains(table[g.Role], role)
	})
}

// givable lists the roles someone may give in a scope, in the order pages show them.
func givable(mine []who.Grant, operator bool, scope ref.Record) []who.Role {
	var out []who.Role
	for _, role := range who.Roles() {
		if operator && fits(role, scope.Kind) || mayGive(mine, role, scope) {
			out = append(out, role)
		}
	}
	return out
}

// forbidden is the fault of someone whose role does not let them give this one.
func forbidden() error { return fault.New(fault.Forbidden, "house.forbidden") }
