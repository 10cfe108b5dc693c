package review

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"plait/internal/engine/cite"
)

// Ways in which references are taken out.
const (
	AsRIS       = "ris"
	AsCSL       = "csl"
	AsBibTeX    = "bibtex"
	AsCSV       = "csv"
	AsXLSX      = "xlsx"
	AsHarvard   = "harvard"
	AsAPA       = "apa"
	AsVancouver = "vancouver"
)

// Which references are taken out.
const (
	All        = "all"        // one for each work
	InReview   = "included"   //
	LeftOut    = "excluded"   // at whatever stage
	Undecided  = "undecided"  //
	Everything = "everything" // all that came in, copies too
)

// Formats is every way in which references are taken out.
func Formats() []string {
	return []string{AsRIS, AsCSL, AsBibTeX, AsCSV, AsXLSX, AsHarvard, AsAPA, AsVancouver}
}

// Choices is which references may be taken out.
func Choices() []string { return []string{InReview, All, LeftOut, Undecided, Everything} }

// isTable says that a way writes rows and not texts.
func isTable(as string) bool { return as == AsCSV || as == AsXLSX }

// noteStart begins the note in which a reference carries what was decided of it, so that
// every program shows it. One of an earlier time is taken away.
const noteStart = "Plait: "

// said is one reviewer's decision, with the name that is shown.
type said struct {
	who, stage, verdict, reason string
}

// taken is a reference on its way out, with what was decided of it.
type taken struct {
	Record
	cited  cite.Record
	votes  []said
	source Source
	file   string
}

// settledAs is what was decided of a record in the end, in which stage and why; "" = not yet.
func (x Record) settledAs() (verdict, stage, reason string) {
	switch {
	case x.FullVerdict != "":
		return x.FullVerdict, FullStage, x.FullReason
	case x.TitleVerdict == Exclude:
		return Exclude, TitleStage, x.TitleReason
	}
	return "", "", ""
}

// reviewers is who decided, each once, in order.
func (t taken) reviewers() []string {
	var out []string
	for _, v := range t.votes {
		if v.who != "" && !slices.Contains(out, v.who) {
			out = append(out, v.who)
		}
	}
	return out
}

// note is what was decided, for programs that know no decisions; "" = nothing.
func (t taken) note() string {
	verdict, stage, reason := t.settledAs()
	if verdict == "" {
		return ""
	}
	words := noteStart + map[string]string{Include: "included", Exclude: "excluded"}[verdict]
	words += map[string]string{TitleStage: " by title and abstract", FullStage: " by the full text"}[stage]
	if reason != "" {
		words += "; reason: " + strings.Join(strings.Fields(reason), " ")
	}
	if who := t.reviewers(); len(who) > 0 {
		words += "; decided by: " + strings.Join(who, ", ")
	}
	return words
}

// stamped is the reference with what was decided of it, in its fields and in a note. What
// another tool had decided stays where this review has decided nothing.
func (t taken) stamped() cite.Record {
	r := t.cited
	r.Notes = slices.DeleteFunc(slices.Clone(r.Notes), func(n string) bool { return strings.HasPrefix(n, noteStart) })
	r.Tags = slices.DeleteFunc(slices.Clone(r.Tags), func(g cite.Tag) bool { return g.Name == "N1" && strings.HasPrefix(g.Value, noteStart) })
	verdict, stage, reason := t.settledAs()
	if verdict == "" {
		return r
	}
	r.Decision, r.Reason, r.Reviewer, r.Votes = verdict, reason, strings.Join(t.reviewers(), "; "), nil
	for _, v := range t.votes {
		if v.stage == stage {
			r.Votes = append(r.Votes, cite.Vote{Reviewer: v.who, Decision: strings.Replace(v.verdict, Unsure, cite.Maybe, 1), Reason: v.reason})
		}
	}
	note := t.note()
	r.Notes = append(r.Notes, note)
	if r.Format == cite.RIS && len(r.Tags) > 0 {
		r.Tags = withDecision(r.Tags, note, &r)
	}
	return r
}

// withDecision puts a decision among a record's own RIS tags, so that the rest of it is
// written as it stood: a note, and the tag X0 in which cite keeps what RIS has no place for.
func withDecision(tags []cite.Tag, note string, r *cite.Record) []cite.Tag {
	const beyond = "X0"
	fields := map[string]any{}
	for _, g := range tags {
		var had map[string]json.RawMessage
		if g.Name == beyond && json.Unmarshal([]byte(g.Value), &had) == nil {
			for k, v := range had {
				fields[k] = v
			}
		}
	}
	fields["decision"], fields["reason"], fields["reviewer"], fields["votes"] = r.Decision, r.Reason, r.Reviewer, r.Votes
	if _, ok := fields["notes"]; ok {
		fields["notes"] = r.Notes
	}
	tags = slices.DeleteFunc(tags, func(g cite.Tag) bool { return g.Name == beyond })
	b, err := json.Marshal(fields)
	if err != nil {
		return tags // what was read from JSON is written as JSON; the fields say all there is
	}
	at := len(tags)
	if at > 0 && tags[at-1].Name == "ER" {
		at--
	}
	return slices.Insert(tags, at, cite.Tag{Name: "N1", Value: note}, cite.Tag{Name: beyond, Value: string(b)})
}

// text is one reference in a format that is not a table. bare leaves decisions out.
func (t taken) text(as string, bare bool) (string, error) {
	if t.cited.Date == "" && t.cited.Year != 0 { // typed by hand: formats write the day, and with it the year
		t.cited.Date = fmt.Sprintf("%04d", t.cited.Year)
	}
	r := t.cited
	if !bare {
		r = t.stamped()
	}
	switch as {
	case AsHarvard, AsAPA, AsVancouver:
		return strings.Join(strings.Fields(cite.Reference(cite.Style(as), t.cited)), " "), nil
	case AsCSL:
		s, err := cite.Write(cite.CSLJSON, []cite.Record{r})
		return strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]\n")), err
	case AsBibTeX:
		return cite.Write(cite.BibTeX, []cite.Record{r})
	}
	return cite.Write(cite.RIS, []cite.Record{r})
}

// tableHead is the first row of references as a table. Programs that read references know
// the names; of this review's own are those from number to plain.
var tableHead = [...]string{"title", "authors", "year", "journal", "volume", "issue", "pages", "doi", "pmid", "url", "abstract", "keywords", "language", "type",
	"decision", "reason", "reviewer", "number", "copy_of", "found_in", "file", "decided_by", "title_decision", "title_reason", "text_decision", "text_reason", "whole_text", "votes", "plain"}

// row is one reference of a table. bare leaves decisions empty.
func (t taken) row(bare bool) []string {
	c := t.cited
	year := ""
	if c.Year != 0 {
		year = strconv.Itoa(c.Year)
	}
	link := ""
	if len(c.URLs) > 0 {
		link = c.URLs[0]
	}
	copyOf := ""
	if t.Lead != t.N {
		copyOf = strconv.FormatInt(t.Lead, 10)
	}
	verdict, stage, reason := t.settledAs()
	votes := make([]string, len(t.votes))
	for i, v := range t.votes {
		votes[i] = fmt.Sprintf("%s: %s, %s", v.stage, v.who, v.verdict)
		if v.reason != "" {
			votes[i] += " (" + v.reason + ")"
		}
	}
	out := []string{c.Title, t.Authors, year, t.Journal, c.Volume, c.Issue, c.Pages, c.DOI, c.PMID, link, c.Abstract, strings.Join(c.Keywords, "; "), c.Language, c.Type,
		verdict, reason, strings.Join(t.reviewers(), "; "), strconv.FormatInt(t.N, 10), copyOf, t.source.Name, t.file, stage, t.TitleVerdict, t.TitleReason,
		t.FullVerdict, t.FullReason, t.FullState, strings.Join(votes, "; "), t.Plain}
	if bare {
		for i, name := range tableHead {
			switch name {
			case "decision", "reason", "reviewer", "decided_by", "title_decision", "title_reason", "text_decision", "text_reason", "votes":
				out[i] = ""
			}
		}
	}
	return out
}
