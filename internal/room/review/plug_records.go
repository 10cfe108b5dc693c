package review

// recordsPart is the search log, the imports, and the copies among their records.
func (r *Room) recordsPart() part {
	return part{}
}
