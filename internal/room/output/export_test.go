package output

// SetMost sets how many letters of people of whom nothing is left one transaction holds.
func SetMost(r *Room, n int64) { r.most = n }
