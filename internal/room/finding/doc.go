// Package finding braids what was said into findings, and signs what became of it.
//
// For coaches and facilitators who put three kinds of evidence side by side, and for
// everyone who reads what was agreed. A finding is a statement and the same said
// plainly, how sure each strand makes us and why, and the contributions or excerpts it
// stands on, each supporting, challenging or qualifying it. It is a draft until it is
// shared; one that rests on a single strand is shared with a reason, shown wherever it is.
//
// Invariants: one contribution never fills two strands of that gate; disagreement is kept;
// a fate other than used is a sentence that someone signed; a quote leaves this room only
// with the words it was taken from.
// Tables: finding_finding, finding_pick, finding_fate, finding_gone. Kind: finding.
package finding
