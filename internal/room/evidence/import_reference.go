package evidence

import (
	"encoding/json"
	"strconv"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/text"
)

// Reference is a publication as its file told it: every field, and every tag as it
// stood. It is kept as JSON beside the words. Types are those of CSL 1.0.2; Date is
// YYYY, YYYY-MM or YYYY-MM-DD; Year 0 is unknown.
type Reference struct {
	Type          string   `json:"type"`
	TypeTag       string   `json:"type_tag,omitempty"`
	ID            string   `json:"id,omitempty"` // the file's own key
	Title         string   `json:"title,omitempty"`
	ShortTitle    string   `json:"short_title,omitempty"`
	OriginalTitle string   `json:"original_title,omitempty"`
	Authors       []Name   `json:"authors,omitempty"`
	Editors       []Name   `json:"editors,omitempty"`
	Contributors  []Name   `json:"contributors,omitempty"`
	Year          int      `json:"year,omitempty"`
	Date          string   `json:"date,omitempty"`
	Accessed      string   `json:"accessed,omitempty"`
	Journal       string   `json:"journal,omitempty"`
	JournalAbbr   string   `json:"journal_abbr,omitempty"`
	Series        string   `json:"series,omitempty"`
	Volume        string   `json:"volume,omitempty"`
	Issue         string   `json:"issue,omitempty"`
	Pages         string   `json:"pages,omitempty"`
	Edition       string   `json:"edition,omitempty"`
	Publisher     string   `json:"publisher,omitempty"`
	Place         string   `json:"place,omitempty"`
	Abstract      string   `json:"abstract,omitempty"`
	Keywords      []string `json:"keywords,omitempty"`
	Language      string   `json:"language,omitempty"`
	DOI           string   `json:"doi,omitempty"`
	PMID          string   `json:"pmid,omitempty"`
	PMCID         string   `json:"pmcid,omitempty"`
	ISSN          []string `json:"issn,omitempty"`
	ISBN          []string `json:"isbn,omitempty"`
	URLs          []string `json:"urls,omitempty"`
	Notes         []string `json:"notes,omitempty"`
	Affiliations  []string `json:"affiliations,omitempty"`
	Database      string   `json:"database,omitempty"`
	Accession     string   `json:"accession,omitempty"`
	Tags          []Tag    `json:"tags,omitempty"` // every tag in the order of the file
}

// Name is a person's name in parts, or a literal one.
type Name struct {
	Family  string `json:"family,omitempty"`
	Given   string `json:"given,omitempty"`
	Suffix  string `json:"suffix,omitempty"`
	Literal string `json:"literal,omitempty"`
	ORCID   string `json:"orcid,omitempty"`
}

// Tag is one field as it stood in the file.
type Tag struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func referenceOf(r *cite.Record) *Reference {
	names := func(in []cite.Name) []Name {
		out := make([]Name, len(in))
		for i, n := range in {
			out[i] = Name(n)
		}
		return out
	}
	tags := make([]Tag, len(r.Tags))
	for i, t := range r.Tags {
		tags[i] = Tag{t.Name, t.Value}
	}
	return &Reference{Type: r.Type, TypeTag: r.TypeTag, ID: r.ID, Title: r.Title, ShortTitle: r.ShortTitle, OriginalTitle: r.OriginalTitle,
		Authors: names(r.Authors), Editors: names(r.Editors), Contributors: names(r.Contributors), Year: r.Year, Date: r.Date, Accessed: r.Accessed,
		Journal: r.Journal, JournalAbbr: r.JournalAbbr, Series: r.Series, Volume: r.Volume, Issue: r.Issue, Pages: r.Pages, Edition: r.Edition,
		Publisher: r.Publisher, Place: r.Place, Abstract: r.Abstract, Keywords: r.Keywords, Language: r.Language, DOI: r.DOI, PMID: r.PMID,
		PMCID: r.PMCID, ISSN: r.ISSN, ISBN: r.ISBN, URLs: r.URLs, Notes: r.Notes, Affiliations: r.Affiliations, Database: r.Database,
		Accession: r.Accession, Tags: tags}
}

// words is what the reference says: its abstract, else its title, else the next best
// thing that tells a reader what it is. "" when it says nothing at all.
func (r *Reference) words() string {
	for _, s := range []string{r.Abstract, r.Title, r.OriginalTitle, r.ShortTitle, strings.Join(r.Notes, "\n"), r.cited(), r.DOI, r.PMID, strings.Join(r.URLs, "\n"),
		strings.Join(r.ISBN, " ")} {
		if strings.TrimSpace(s) != "" {
			return s
		}
	}
	return ""
}

// bare says that only an identifier tells what the reference is.
func (r *Reference) bare() bool {
	return r.Abstract == "" && r.Title == "" && r.OriginalTitle == "" && r.ShortTitle == "" && len(r.Notes) == 0 && len(r.Authors) == 0
}

// cited is who wrote it, when and where it appeared, in one line.
func (r *Reference) cited() string {
	var parts []string
	var who []string
	for i, a := range r.Authors {
		if i == 3 {
			who = append(who, "et al.")
			break
		}
		who = append(who, a.short())
	}
	if len(who) > 0 {
		parts = append(parts, strings.Join(who, ", "))
	}
	if r.Year > 0 {
		parts = append(parts, strconv.Itoa(r.Year))
	}
	for _, s := range []string{r.Journal, r.Publisher} {
		if s != "" {
			parts = append(parts, s)
			break
		}
	}
	if len(parts) == 0 || (len(who) == 0 && r.Journal == "" && r.Publisher == "") {
		return ""
	}
	for i, s := range parts[:len(parts)-1] {
		parts[i] = strings.TrimSuffix(s, ".") // "et al." and initials bring one of their own
	}
	return text.Excerpt(strings.Join(parts, ". "), 300)
}

// paper is the reference a contribution is, when it is one.
func (c Contribution) paper() (r Reference, ok bool) {
	if c.Reference == "" || json.Unmarshal([]byte(c.Reference), &r) != nil {
		return Reference{}, false
	}
	return r, true
}

// link is where its DOI leads; "" when it has none. DOIs begin with "10." (ISO 26324).
func (r *Reference) link() string {
	doi := strings.TrimSpace(r.DOI)
	if i := strings.Index(doi, "10."); i >= 0 {
		return "https://doi.org/" + doi[i:]
	}
	return ""
}

func (n Name) short() string {
	if n.Literal != "" {
		return n.Literal
	}
	if n.Given == "" {
		return n.Family
	}
	first, _, _ := strings.Cut(n.Given, " ")
	return n.Family + " " + first
}
