package dedupe

// weight adds up what the fields say. The steps are log-odds in bits, rounded: how much
// more often that step is seen between records of one work than between others that share
// a key. They were set by hand on labelled libraries and never on a single record.
func (l *look) weight() float64 {
	s := 0.0
	switch l.title {
	case titleEqual:
		s = 6
	case titleNear:
		s = 5.5
	case titleExtended:
		s = 4
	case titleSimilar:
		s = 2.5
	case titleWeak:
		s = -2
	case titleDiffers:
		s = -5
	}
	if l.title != titleMissing && s > 0 {
		switch {
		case l.generic:
			s = 0.5
		case l.content <= 2:
			s *= .5
		case l.content == 3:
			s *= .75
		}
	}
	if l.swapped && l.title != titleWeak && l.title != titleDiffers {
		s -= 1.5
	}
	if l.numbers {
		s -= 2
	}
	switch l.authors {
	case equal:
		s += 3.5
		if l.shorter == 1 {
			s--
		}
	case alike:
		s += 1
	case differs:
		s -= 5
	}
	s += step(l.year, 1.5, .2, -1.5)
	if l.apart > 3 {
		s -= 1.5
	}
	s += step(l.journal, 1.5, .7, -1.2)
	s += step(l.volume, 2, 1, -2.2)
	s += step(l.issue, .6, .2, -.3)
	s += step(l.pages, 3.5, 2, -3)
	s += step(l.doi, 7, 0, -5)
	s += step(l.pmid, 8, 0, -5)
	s += step(l.abstract, 4, 2, -3)
	if l.kinds {
		s -= 2
	}
	if l.marks {
		s -= 3
	}
	return s
}

func step(l level, whenEqual, whenAlike, whenDiffers float64) float64 {
	switch l {
	case equal:
		return whenEqual
	case alike:
		return whenAlike
	case differs:
		return whenDiffers
	}
	return 0
}
