package cite

import "strings"

// appendNames adds the names of one value: one, or several divided by
// semicolons or lines.
func appendNames(to []Name, v string) []Name {
	if strings.IndexByte(v, ';') < 0 && strings.IndexByte(v, '\n') < 0 {
		if n := parseName(plainText(v)); n != (Name{}) {
			to = append(to, n)
		}
		return to
	}
	for _, one := range strings.FieldsFunc(plainText(v), func(r rune) bool { return r == ';' || r == '\n' }) {
		if n := parseName(one); n != (Name{}) {
			to = append(to, n)
		}
	}
	return to
}

// appendNew adds the names that are not there yet: some programs write the
// same people under AU and A1.
func appendNew(to []Name, v string) []Name {
	was := len(to)
	all := appendNames(to, v)
	to = all[:was]
next:
	for _, n := range all[was:] {
		for _, old := range to[:was] {
			if old == n {
				continue next
			}
		}
		to = append(to, n)
	}
	return to
}

// parseName takes a name apart. "Family, Given, Suffix" is read by its
// commas; "Liu R." and "Griffin DK" by the initials at the end; a comma at
// the end marks an organisation (an EndNote custom); anything else is kept
// whole, for "Joint Commission" and "Mary Seacole" look alike. "et al." and
// the words for nothing give no name.
func parseName(v string) Name {
	v = trimName(v)
	if v == "" || unsaid(v) || v == "et al" || v == "et al." || v == "others" {
		return Name{}
	}
	i := strings.IndexByte(v, ',')
	if i < 0 {
		return initialsLast(v)
	}
	family, rest := trimName(v[:i]), trimName(v[i+1:])
	if rest == "" {
		return Name{Literal: family}
	}
	if family == "" {
		return Name{Literal: rest}
	}
	n := Name{Family: family, Given: rest}
	if j := strings.IndexByte(rest, ','); j >= 0 {
		given, last := trimName(rest[:j]), trimName(rest[j+1:])
		switch {
		case isSuffix(last):
			n.Given, n.Suffix = given, last
		case isSuffix(given): // "Smith, Jr., John"
			n.Given, n.Suffix = last, given
		}
		return n
	}
	if j := strings.LastIndexByte(rest, ' '); j > 0 && isSuffix(rest[j+1:]) {
		n.Given, n.Suffix = trimName(rest[:j]), rest[j+1:]
	}
	return n
}

func trimName(v string) string { return strings.Trim(v, " \t\n") }

func isSuffix(s string) bool {
	switch strings.TrimSuffix(strings.ToLower(s), ".") {
	case "jr", "sr", "ii", "iii", "iv", "2nd", "3rd", "4th":
		return true
	}
	return false
}

// initialsLast reads "van Dam J.W." as family name and initials.
func initialsLast(v string) Name {
	at := len(v)
	for {
		i := strings.LastIndexByte(v[:at], ' ')
		if i <= 0 || !isInitials(v[i+1:at]) {
			break
		}
		at = i
	}
	if at == len(v) {
		return Name{Literal: v}
	}
	return Name{Family: trimName(v[:at]), Given: v[at+1:]}
}

// isInitials reports whether s is one to four capitals, with or without full
// stops and hyphens: "R.", "DK", "J.-P."; "Yu." is one Cyrillic initial.
func isInitials(s string) bool {
	if isSuffix(s) {
		return false
	}
	letters := 0
	for _, r := range s {
		switch {
		case r == '.' || r == '-':
		case 'A' <= r && r <= 'Z', 'À' <= r && r <= 'Þ', 'Α' <= r && r <= 'Ω', 'А' <= r && r <= 'Я':
			letters++
		case 'a' <= r && r <= 'z' && len(s) <= 3 && s[len(s)-1] == '.':
		default:
			return false
		}
	}
	return letters > 0 && letters <= 4
}
