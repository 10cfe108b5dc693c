// Package review is the room of evidence reviews: from a search, or from a finished review,
// to statements that anyone can debate.
//
// For evidence reviewers, coaches and partners. A review (review.go) belongs to a project.
// Its records (record.go) come in by imports, with numbers in the order in which they came.
// The room has five parts, each with its plug_*.go, do_*.go, store_*.go, web_*.go:
// shape (the question, or a finished review), records (search log, imports, copies), screen,
// extract (forms, statements, gaps, organisations), whole (flow, gap map, taking it out).
//
// The commands read, convert, dedupe and simulate need no installation.
//
// Invariants: every record that came in is there, with everything its file said; merging
// and undoing lose nothing; numbers of the flow are derived from the log and so add up; a
// statement keeps the records that challenge it beside those that support it.
// Kinds: review, statement, gap.
package review
