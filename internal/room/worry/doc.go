// Package worry passes a worry about someone's safety to the person who looks after that.
//
// Whoever reads or hears something worrying presses twice, from any contribution or from
// a form that works without a signal. The safeguarding leads of the site, the project and
// the programme are told at once that there is one, and read it here; where there is none
// of them, the programme leads do. What it says stays out of the thread, search, letters,
// counts and every export but the archive and, once the lead has looked at it, the
// person's own. No machine looks for worries.
//
// Tables: worry_note, worry_step, worry_letter. It has no kind of record, so that nothing
// can list it.
package worry
