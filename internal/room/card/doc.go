// Package card lets a contributor in by a code on a card, without an account or password.
//
// For people who gave their words, and for the team members who hand out cards. A card
// shows a person their own words and what they agreed to, in the format they choose;
// they can correct, add, agree anew use by use, and take back one use, one contribution
// or everything. A picture or a word of their own can lock it.
//
// Invariants: a code is shown once, on the page that made it, and only its mark (HMAC)
// is stored; no page of a card names a project; wrong codes wait longer and longer
// together and never keep a right one out; a card that was stopped is shut at once.
// Tables: card_card, card_door.
package card
