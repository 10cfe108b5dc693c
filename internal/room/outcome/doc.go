// Package outcome keeps what changed, and what shows it.
//
// For project teams, evaluators and the people whose lives it is about. An outcome is
// practical, or of practice, policy, strategy, resource, skill or relation, or it is one
// person's own. A person's own outcome belongs to that person: it is on their card and
// they can take it back.
//
// Tables: outcome_outcome. Kind: outcome.
package outcome
