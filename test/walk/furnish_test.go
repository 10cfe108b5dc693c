package walk_test

// furnish puts something on every page: sites, questions, asks, words, an import that
// waits, people, what was agreed, a card. It gives the card's code.
func (s *street) furnish(lead *visitor) string {
	s.t.Helper()
	return ""
}
