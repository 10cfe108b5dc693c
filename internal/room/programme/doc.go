// Package programme keeps what a programme is called, and which clock and language it
// keeps.
//
// For programme leads, and for every other room: a programme is the unit of tenancy, so
// all else stands inside one. It is founded by the operator beside the database, never
// over the web. Its time zone says when a day ends; its language is the one that words
// are taken to be in when nobody says.
//
// Its overview shows every project beside the others: heard, owed, decided, tried,
// changed, from counts that other rooms offer. Projects stand by title, never ranked.
//
// Invariants: a programme's record is its own scope; its zone is one that the clock
// knows; a stale change never wins.
// Table: programme_detail. Kind: programme.
package programme
