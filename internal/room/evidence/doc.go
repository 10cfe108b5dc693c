// Package evidence keeps what was said: every contribution of the three strands.
//
// For coaches, facilitators and everyone who brings words in, and for the people who
// gave them. A contribution is words or another medium, its strand or strands
// (research, lived, practice; unknown says unknown and waits to be sorted), how it was
// expressed and who interpreted it, a role label, site, day, source, language and
// what it may be used for. What a batch shares is asked once.
//
// Invariants: nothing that was sent is lost or stored twice; a person's words are
// never changed but by that person or in their name; no strand comes before another.
// Tables: evidence_contribution, evidence_excerpt, evidence_batch, evidence_import, evidence_import_file,
// evidence_import_row. Kind: contribution.
package evidence
