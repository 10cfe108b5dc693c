package cite

import "strings"

// sheetKeywords takes the keywords of a cell apart: by semicolons or lines, else
// by bars, else by commas; or a list as Python writes it.
func sheetKeywords(v string) []string {
	if list, ok := listLiteral(v); ok {
		return list
	}
	switch {
	case strings.ContainsAny(v, ";\n"):
	case strings.Contains(v, "|"):
		v = strings.ReplaceAll(v, "|", ";")
	default:
		v = strings.ReplaceAll(v, ",", ";")
	}
	return appendKeywords(nil, v)
}

// listLiteral reads "['One', "Two"]", the way Python writes a list.
func listLiteral(v string) ([]string, bool) {
	if len(v) < 2 || v[0] != '[' || v[len(v)-1] != ']' {
		return nil, false
	}
	var out []string
	for v = v[1 : len(v)-1]; ; {
		i := strings.IndexAny(v, `'"`)
		if i < 0 {
			return out, len(out) > 0
		}
		q := v[i]
		v = v[i+1:]
		end := 0
		for end < len(v) && !(v[end] == q && (end == 0 || v[end-1] != '\\') && (end+1 == len(v) || strings.IndexByte(", ]", v[end+1]) >= 0)) {
			end++
		}
		if end == len(v) {
			return nil, false
		}
		if s := strings.TrimSpace(v[:end]); s != "" {
			out = append(out, s)
		}
		v = v[end+1:]
	}
}

// sheetNames takes the names of a cell apart: by semicolons, bars, "and",
// lines, a list as Python writes it, or by commas where each part, or each
// pair of parts, is a family name with initials.
func sheetNames(v string) []Name {
	if list, ok := listLiteral(v); ok {
		return sheetList(list)
	}
	switch {
	case strings.Contains(v, ";"):
		return sheetList(strings.Split(v, ";"))
	case strings.Contains(v, "|"):
		return sheetList(strings.Split(v, "|"))
	}
	v = strings.Join(strings.Fields(v), " ")
	if strings.IndexByte(v, '.') == len(v)-1 {
		v = strings.TrimSuffix(v, ".") // PubMed ends its list with a full stop
	}
	low := strings.ToLower(v)
	if strings.Contains(low, " and ") {
		var parts []string
		for {
			i := strings.Index(strings.ToLower(v), " and ")
			if i < 0 {
				break
			}
			parts, v = append(parts, v[:i]), v[i+5:]
		}
		parts = append(parts, v)
		if !organisation(parts[0]) {
			return sheetList(parts)
		}
		return []Name{{Literal: strings.Join(parts, " and ")}}
	}
	parts := strings.Split(v, ",")
	initials, families := 0, 0
	for i, p := range parts {
		p = strings.TrimSpace(p)
		parts[i] = p
		if n := initialsLast(p); n.Family != "" {
			families++
		}
		if i%2 == 1 && isInitials(strings.ReplaceAll(p, " ", "")) {
			initials++
		}
	}
	switch {
	case len(parts) > 1 && families == len(parts):
		return sheetList(parts)
	case len(parts) > 2 && len(parts)%2 == 0 && initials == len(parts)/2:
		var out []Name
		for i := 0; i < len(parts); i += 2 {
			out = append(out, Name{Family: parts[i], Given: parts[i+1]})
		}
		return out
	case len(parts) > 2:
		for _, p := range parts {
			if !strings.Contains(p, " ") {
				return sheetList([]string{v})
			}
		}
		return sheetList(parts)
	}
	return sheetList([]string{v})
}

func sheetList(parts []string) []Name {
	var out []Name
	for _, p := range parts {
		p = strings.TrimSpace(plainText(p))
		if i := strings.LastIndex(p, " ("); i > 0 && strings.HasSuffix(p, ")") && leadingDigits(p[i+2:len(p)-1]) == p[i+2:len(p)-1] {
			p = p[:i] // Scopus writes its number for the person
		}
		p = strings.TrimSpace(strings.TrimSuffix(p, ",null"))
		n := parseName(p)
		if n.Literal != "" && strings.Contains(n.Literal, " ") && !strings.HasSuffix(p, ",") && !organisation(n.Literal) {
			n = bibName(n.Literal)
		}
		if n != (Name{}) {
			out = append(out, n)
		}
	}
	return out
}

// organisation reports whether a name has a word that people's names have not.
func organisation(s string) bool {
	for _, w := range strings.Fields(strings.ToLower(s)) {
		switch strings.Trim(w, ".,()") {
		case "of", "for", "the", "and", "&", "university", "group", "organization", "organisation", "committee", "collaboration", "commission", "department",
			"ministry", "institute", "association", "society", "council", "team", "network", "consortium", "office", "centre", "center", "trust", "foundation", "investigators", "study":
			return true
		}
	}
	return len(strings.Fields(s)) > 5
}
