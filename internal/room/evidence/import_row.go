package evidence

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"plait/internal/engine/table"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// sites finds a site by its folded name or its id.
type sites map[string]string

// place is what rows become contributions with.
type place struct {
	project string
	file    string // the file's name: the source when nothing better is known
	said    Said
	sites   sites
	now     int64
}

// contribution is what one row says, and what is wrong with it. ok is false when there
// is nothing to store. The id is the caller's.
func (f ImportFile) contribution(row Row, p place) (c Contribution, problems []Trouble, ok bool) {
	switch {
	case f.Left:
		return Contribution{}, nil, false
	case row.Reference != nil:
		return fromReference(row, p)
	case row.Doc != nil || row.Paragraph != "" || row.Medium != nil:
		return f.fromFile(row, p)
	}
	return f.fromCells(row, p)
}

func fromReference(row Row, p place) (Contribution, []Trouble, bool) {
	r := row.Reference
	words, why := cleaned(r.words())
	if why != "" {
		return Contribution{}, []Trouble{trouble(row.Line, why)}, false
	}
	if words == "" {
		return Contribution{}, []Trouble{trouble(row.Line, "evidence.import_empty_reference")}, false
	}
	var told []Trouble
	if r.bare() {
		told = append(told, trouble(row.Line, "evidence.import_bare_reference", "Words", text.Excerpt(words, maxCellInText)))
	}
	s := p.said
	s.Strands, s.Expressed, s.Role, s.Voice, s.Interpreter, s.On = []string{"research"}, "published", "", "", "", ""
	if _, err := time.Parse(time.DateOnly, r.Date); err == nil {
		s.On = r.Date
	}
	if tag := languageTag(r.Language); tag != "" {
		s.Language = tag
	}
	s.Source = fit(r.cited(), 1000)
	if s.Source == "" {
		s.Source = p.source()
	}
	c := made("", p.project, words, s, p.now)
	if t := text.Excerpt(r.Title, 200); t != "" {
		c.Title = t
	}
	kept, err := json.Marshal(r)
	if err != nil {
		return c, []Trouble{trouble(row.Line, "evidence.import_bad_text")}, false
	}
	c.Reference = strings.ToValidUTF8(string(kept), "\uFFFD")
	return c, told, true
}

func (f ImportFile) fromCells(row Row, p place) (Contribution, []Trouble, bool) {
	cell := func(column int) string {
		if column < 0 || column >= len(row.Cells) {
			return ""
		}
		return strings.TrimSpace(row.Cells[column])
	}
	raw := cell(f.Columns.Words)
	if f.Columns.Words < 0 {
		if raw = cell(f.Columns.Abstract); raw == "" {
			raw = cell(f.Columns.Title)
		}
	}
	words, why := cleaned(raw)
	if why == "" && words == "" {
		why = "evidence.import_no_words"
	}
	if why != "" {
		return Contribution{}, []Trouble{trouble(row.Line, why)}, false
	}
	s, told := p.said, []Trouble(nil)
	tell := func(say, what string) {
		told = append(told, trouble(row.Line, say, "Found", text.Excerpt(what, maxCellInText)))
	}
	if x := cell(f.Columns.Date); x != "" {
		day, ok := table.Date(x)
		if !ok {
			tell("evidence.import_bad_date", x)
		}
		s.On = day
	}
	if x := cell(f.Columns.Strand); x != "" {
		strands, ok := readStrands(x)
		if !ok {
			tell("evidence.import_bad_strand", x)
		}
		s.Strands = strands
	}
	if x := cell(f.Columns.Role); x != "" {
		if len(x) > 200 {
			tell("evidence.import_long_role", x)
			x = fit(x, 200)
		}
		s.Role = x
	}
	if x := cell(f.Columns.Site); x != "" {
		site, ok := p.sites[text.Fold(x)]
		if !ok {
			tell("evidence.import_bad_site", x)
		}
		s.Site = site
	}
	if x := cell(f.Columns.Language); x != "" {
		tag := languageTag(x)
		if tag == "" {
			tell("evidence.import_bad_language", x)
			tag = p.said.Language
		}
		s.Language = tag
	}
	if x := cell(f.Columns.Source); x != "" {
		s.Source = fit(x, 1000)
	}
	if s.Source == "" {
		s.Source = p.source()
	}
	c := made("", p.project, words, s, p.now)
	if t := cell(f.Columns.Title); t != "" {
		c.Title = text.Excerpt(t, 200)
	}
	return c, told, true
}

func (p place) source() string {
	if p.said.Source != "" {
		return p.said.Source
	}
	return fit(base(p.file), 1000)
}

// base is a file's name without its folders, as any system writes them.
func base(name string) string { return name[strings.LastIndexAny(name, `/\`)+1:] }

// cleaned makes words fit to be stored, or says by a message key why they are not.
func cleaned(raw string) (words, why string) {
	words, err := text.Clean(raw)
	switch {
	case err != nil:
		return "", "evidence.import_bad_text"
	case len(words) > MaxWords:
		return "", "evidence.import_long_words"
	}
	return strings.TrimSpace(words), ""
}

// fit cuts s to at most n bytes, between letters, and makes it fit to be stored.
func fit(s string, n int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
	if len(s) > n {
		s = strings.ToValidUTF8(s[:n], "")
	}
	return strings.TrimSpace(s)
}

// readStrands reads "lived", "Lived experience", "practice and lived", "research/practice".
func readStrands(s string) (out []string, ok bool) {
	for _, word := range text.Words(text.Fold(s)) {
		strand, known := map[string]string{
			"lived": "lived", "life": "lived", "living": "lived", "experience": "", "knowledge": "", "evidence": "", "and": "", "or": "", "wisdom": "",
			"practice": "practice", "practitioner": "practice", "practitioners": "practice", "professional": "practice",
			"research": "research", "published": "research", "study": "research",
			"unknown": "", "not": "", "known": "",
		}[word]
		if !known {
			return nil, false
		}
		if strand != "" && !slices.Contains(out, strand) {
			out = append(out, strand)
		}
	}
	if len(out) > 2 {
		return nil, false
	}
	return out, true
}

// languageTag reads a BCP 47 tag ("en", "cy-GB") or the English or Welsh name of a
// language often met here; "" for anything else.
func languageTag(s string) string {
	s = strings.TrimSpace(s)
	names := map[string]string{"english": "en", "saesneg": "en", "welsh": "cy", "cymraeg": "cy", "gaelic": "gd", "scottish gaelic": "gd", "irish": "ga",
		"polish": "pl", "urdu": "ur", "punjabi": "pa", "panjabi": "pa", "bengali": "bn", "gujarati": "gu", "arabic": "ar", "somali": "so", "romanian": "ro",
		"french": "fr", "spanish": "es", "portuguese": "pt", "german": "de", "italian": "it", "chinese": "zh", "ukrainian": "uk",
		"british sign language": "bfi", "bsl": "bfi", "eng": "en", "cym": "cy", "wel": "cy"}
	if tag, ok := names[text.Fold(s)]; ok {
		return tag
	}
	parts := strings.Split(strings.ReplaceAll(s, "_", "-"), "-")
	letters := func(x string, from, to int, digits bool) bool {
		if len(x) < from || len(x) > to {
			return false
		}
		return !strings.ContainsFunc(x, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (!digits || r < '0' || r > '9')
		})
	}
	if !letters(parts[0], 2, 3, false) || len(s) > 35 {
		return ""
	}
	parts[0] = strings.ToLower(parts[0])
	for _, x := range parts[1:] {
		if !letters(x, 2, 8, true) {
			return ""
		}
	}
	return strings.Join(parts, "-")
}

// survey reads rows through a file's columns and counts: how many can be stored, and
// everything that is wrong with any of them.
type survey struct {
	file ImportFile
	at   place
}

// begin forgets what an earlier reading of the rows said.
func (s *survey) begin() {
	s.file.Good, s.file.Problems = 0, []Trouble{}
	if s.file.Left {
		return
	}
	if s.file.Rows > 0 && s.file.sheet() && !s.file.Columns.usable() {
		s.file.Problems = append(s.file.Problems, trouble(0, "evidence.import_need_columns", "Found", named(s.file.Header)))
	}
}

// row takes one more row.
func (s *survey) row(row Row) {
	if s.file.Left || s.file.sheet() && !s.file.Columns.usable() {
		return // left out, or said once for the whole file
	}
	_, problems, ok := s.file.contribution(row, s.at)
	if ok {
		s.file.Good++
	}
	for _, p := range problems {
		if len(s.file.Problems) < maxTold {
			s.file.Problems = append(s.file.Problems, p)
		}
	}
}

// all is the problems of the file and of its rows, by line.
func (f ImportFile) all() []Trouble {
	out := append(slices.Clone(f.Told), f.Problems...)
	slices.SortStableFunc(out, func(a, b Trouble) int { return a.Line - b.Line })
	return out
}

// siteIndex makes sites findable by name and by id.
func siteIndex(recs []ref.Record) sites {
	out := sites{}
	for _, r := range recs {
		out[text.Fold(r.Title)], out[text.Fold(r.ID)] = r.ID, r.ID
	}
	return out
}
