// Package outcome keeps what changed, and what shows it.
//
// For project teams, evaluators and the people whose lives it is about. An outcome is
// practical, or of practice, policy, strategy, resource, skill or relation, or it is one
// person's own. A person's own outcome is a kind of its own with a permission of its own:
// it belongs to that person, is on their card and in their own letter, and goes when they
// take their words back or are taken out. It is in no search, panel or letter to others,
// and no sign or count of outcomes holds it.
//
// It tells no news and hears consent.erased, consent.restored and people.erased.
// Tables: outcome_outcome. Kinds: outcome, personal.
package outcome
