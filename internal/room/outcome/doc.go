// Package outcome keeps what changed, and what shows it.
//
// For project teams, evaluators and the people whose lives it is about. An outcome is
// practical, or of practice, policy, strategy, resource, skill or relation, or it is one
// person's own. A person's own outcome is a kind of its own with a permission of its own:
// it belongs to that person, is on their card, is in no search, letter or count, and goes
// when they take their words back.
//
// It tells no news and hears consent.erased and consent.restored.
// Tables: outcome_outcome. Kinds: outcome, personal.
package outcome
