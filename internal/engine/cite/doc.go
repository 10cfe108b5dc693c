// Package cite reads the references that libraries and reference managers
// export, and names the kind of file by its content, never by its suffix.
//
// Read: RIS (tags of two characters, from TY to ER, in the flavours of
// EndNote, Zotero, Mendeley, RefWorks, Citavi, Ovid, Embase, Scopus, Web of
// Science, Cochrane, ProQuest and others), PubMed's NBIB (MEDLINE fields of up
// to four characters), Web of Science tagged, EndNote tagged and EndNote XML,
// BibTeX, BibLaTeX and Bib.TXT, CSL-JSON, and sheets (see package table, and
// ReadRows). Write: RIS, CSL-JSON, BibTeX, CSV; Reference writes a line of a
// list in Harvard, APA or Vancouver.
//
// Method: one pass over the lines of the decoded file; a value is a slice of
// the file's own words, so records keep the file's text alive. Every tag is
// kept as it stood, known or not. Nothing is guessed that cannot be undone:
// what the fields leave out is in Tags. What is lost, doubtful or broken is a
// Problem with its line; a record whose only fault is its year is kept.
//
// Sources: RIS Format Specifications (Research Information Systems, 2001 and
// 2011 tag lists); MEDLINE/PubMed Data Element Descriptions (US National
// Library of Medicine); Web of Science Core Collection Field Tags (Clarivate);
// the EndNote manual's list of tags; Patashnik, BibTeXing (1988); the biblatex
// manual 3; names and types from the Citation Style Language 1.0.2.
//
// Complexity: time and memory linear in the size of the file. Lines are
// counted from 1. Years are those of the Gregorian calendar, 1000 to 2100.
package cite
