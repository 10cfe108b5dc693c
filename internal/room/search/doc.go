// Package search finds records of every kind by their words.
//
// For everyone. One box looks through all that the reader may see, and nothing else:
// the words come from kit/search, who may see what from each kind's own permission,
// and what is withdrawn or has ended is out in the same second.
//
// Invariants: every hit passes the permission of its kind and the terms of its record
// before the limit, so that neither list nor count says anything of the others; titles
// come from the live row alone. Tables: none of its own (kit/search keeps the words).
package search
