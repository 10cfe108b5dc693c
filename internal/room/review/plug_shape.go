package review

// shapePart is shaping the question with partners, and beginning from a finished review.
func (r *Room) shapePart() part {
	return part{}
}
