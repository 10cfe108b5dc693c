// Package account is who may come in: signing in, invitations, roles and sessions.
//
// For everyone who works with the house. There are no passwords: a letter brings a link
// and a six-digit code. The link opens a page whose button signs in, so that programs
// which open links in letters use nothing up. An account is an e-mail address with a
// name and a language; what it may do is in who_member.
//
// Invariants: a page never tells whether an address is known; links, codes and session
// tokens are kept as keyed hashes alone; no e-mail address is in an address of a page, a
// log, the trail or a job; nobody gives a role above their own; a programme keeps a lead.
// Tables: account_email, account_session, account_link, account_limit, account_invite.
package account
