// Package project keeps each project: what it is trying to change, where, with whom,
// and how far it is.
//
// For everyone who works in a project or leads several. A project has a model
// (demonstrator, facilitator, network), a phase from call to years of after-care, sites
// in one or more nations (a Network's sites are its groups), themes, aims, a host, a
// question whose every version is kept with its reason, and asks to the central teams
// with owner and date. It holds what people agree on and disagree on (agreeing on the
// issues), and checks its health on seven facets by signs that all rooms offer. Its home
// shows what other rooms hold of it by panels.
//
// Invariants: a title or question never changes without a reason, and no earlier one is
// lost; a stale change never wins; projects are listed by title and never ranked.
// Tables: project_detail, project_theme, project_title, project_phase, project_site,
// project_question, project_ask, project_ask_step, project_issues,
// project_point, project_dismissed. Kinds: project, site, question, ask.
package project
