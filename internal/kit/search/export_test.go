package search

import "plait/internal/kit/db"

// Stem is stem, for the test against a reference.
func Stem(w string) string { return stem(w) }

// DropText is dropText, for the test of its plan.
func DropText(where db.Part) db.Part { return dropText(where) }
