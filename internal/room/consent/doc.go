// Package consent keeps what was agreed, use by use, and lets it be changed or taken back.
//
// For contributors on their card, and for any team member whom a contributor tells.
// What was agreed is never overwritten: each change is one more row with its wording,
// language, format, mode and day. Taking back hides the words everywhere in the same
// transaction, can be undone for 30 days unless "erase now" was chosen, asks for no
// reason and takes no more presses than giving did.
//
// Invariants: what spine/terms holds is what was agreed last; a withdrawn record has no
// use left; what is erased leaves an id and a date. It tells consent.changed,
// consent.withdrawn, consent.restored, consent.erased.
// Tables: consent_given, consent_about, consent_withdrawal, consent_watch.
package consent
