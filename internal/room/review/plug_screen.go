package review

// screenPart is reading records against the criteria, at title and at full text.
func (r *Room) screenPart() part {
	return part{}
}
