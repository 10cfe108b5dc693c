package cite

import (
	"fmt"
	"strings"
)

// writeBib writes BibTeX in UTF-8. Keys are the records' own where BibTeX can
// hold them, else made of the first author and the year, and never twice.
func writeBib(sb *strings.Builder, records []Record) {
	taken := map[string]bool{}
	for i := range records {
		r := &records[i]
		key := bibKey(r)
		for n := 2; taken[strings.ToLower(key)]; n++ {
			key = fmt.Sprintf("%s-%d", bibKey(r), n)
		}
		taken[strings.ToLower(key)] = true
		fmt.Fprintf(sb, "@%s{%s", bibEntry(r), key)
		put := func(name, v string) {
			if v != "" {
				sb.WriteString(",\n  " + name + " = {" + v + "}")
			}
		}
		word := func(name, v string) { put(name, tex(v)) }
		word("title", r.Title)
		put("author", bibPeople(r.Authors))
		put("editor", bibPeople(r.Editors))
		switch r.Type {
		case "article-journal", "article-magazine", "article-newspaper", "article":
			word("journal", r.Journal)
		default:
			word("booktitle", r.Journal)
		}
		word("shortjournal", r.JournalAbbr)
		word("series", r.Series)
		put("year", yearOf(r))
		if len(r.Date) > 4 {
			put("date", r.Date)
		}
		word("volume", r.Volume)
		word("number", pick(r.Issue, r.Extra("number"), r.Extra("collection-number")))
		put("pages", strings.Replace(tex(r.Pages), "-", "--", 1))
		word("edition", r.Edition)
		word("publisher", r.Publisher)
		word("address", r.Place)
		word("type", r.Extra("genre"))
		put("translator", bibPeople(appendNames(nil, r.Extra("translator"))))
		put("doi", r.DOI)
		put("pmid", r.PMID)
		put("pmcid", r.PMCID)
		put("issn", strings.Join(r.ISSN, ", "))
		put("isbn", strings.Join(r.ISBN, ", "))
		if len(r.URLs) > 0 {
			put("url", strings.NewReplacer("{", "%7B", "}", "%7D").Replace(r.URLs[0]))
		}
		put("urldate", r.Accessed)
		put("language", r.Language)
		word("abstract", r.Abstract)
		word("keywords", strings.Join(r.Keywords, "; "))
		word("note", strings.Join(r.Notes, "; "))
		word("decision", r.Decision)
		word("reason", r.Reason)
		word("reviewer", r.Reviewer)
		if r.Format == BibTeX {
			for _, t := range r.Tags {
				if t.Name != "" && !bibHolds(r, t.Name) && !oneOf(t.Name, "decision reason reviewer date number") && braceEnd("{"+t.Value+"}") == len(t.Value)+1 {
					put(t.Name, t.Value)
				}
			}
		}
		sb.WriteString("\n}\n\n")
	}
}

func bibKey(r *Record) string {
	ok := func(c rune) bool {
		return c > ' ' && c < 0x7f && !strings.ContainsRune(`{}(),="#%\~'`, c)
	}
	key := strings.Map(func(c rune) rune {
		if ok(c) {
			return c
		}
		return -1
	}, r.ID)
	if key != "" && key == r.ID {
		return key
	}
	who := "anon"
	if len(r.Authors) > 0 {
		if k := lettersDigits(pick(r.Authors[0].Family, r.Authors[0].Literal)); k != "" {
			who = k
		}
	}
	return who + yearOf(r)
}

func bibPeople(in []Name) string {
	var out []string
	for _, n := range in {
		switch {
		case n.Literal != "":
			out = append(out, "{"+tex(n.Literal)+"}")
		case n.Suffix != "":
			out = append(out, tex(n.Family)+", "+tex(n.Suffix)+", "+tex(n.Given))
		case n.Given != "":
			out = append(out, tex(n.Family)+", "+tex(n.Given))
		case strings.Contains(n.Family, " "):
			out = append(out, tex(n.Family)+",")
		default:
			out = append(out, tex(n.Family))
		}
	}
	return strings.Join(out, " and ")
}

// tex escapes the signs that TeX would act on; letters stay as they are.
func tex(v string) string {
	return strings.NewReplacer(`\`, `\textbackslash{}`, "{", `\{`, "}", `\}`, "&", `\&`, "%", `\%`, "$", `\$`, "#", `\#`, "_", `\_`,
		"~", `\textasciitilde{}`, "^", `\textasciicircum{}`, "--", "-{}-", "``", "`{}`", "''", "'{}'", "\n\n", " ", "\n", " ").Replace(v)
}

func bibEntry(r *Record) string {
	switch r.Type {
	case "article-journal", "article-magazine", "article-newspaper", "article":
		return "article"
	case "book":
		return "book"
	case "chapter", "entry", "entry-dictionary", "entry-encyclopedia":
		return "incollection"
	case "paper-conference":
		return "inproceedings"
	case "thesis":
		if strings.Contains(strings.ToLower(r.Extra("genre")), "master") || r.TypeTag == "mastersthesis" {
			return "mastersthesis"
		}
		return "phdthesis"
	case "report":
		return "techreport"
	case "manuscript":
		return "unpublished"
	case "webpage", "post-weblog", "post":
		return "online"
	case "patent", "dataset", "software":
		return r.Type
	}
	return "misc"
}
