package review

// extractPart is what is taken from the texts: forms, statements, gaps, organisations.
func (r *Room) extractPart() part {
	return part{}
}
