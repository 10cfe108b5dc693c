// Package cite reads the references that libraries and reference managers
// export, and names the kind of file by its content, never by its suffix.
//
// Read now: RIS (tags of two characters, from TY to ER, in the flavours of
// EndNote, Zotero, Mendeley, RefWorks, Citavi, Ovid, Embase, Scopus, Web of
// Science, Cochrane, ProQuest and others) and PubMed's NBIB (MEDLINE fields of
// up to four characters). Named, and told as a problem because they are not
// read yet: Web of Science tagged, EndNote tagged, EndNote XML, BibTeX,
// CSL-JSON, and sheets (see package table).
//
// Method: one pass over the lines of the decoded file; a value is a slice of
// the file's own words, so records keep the file's text alive. Every tag is
// kept as it stood, known or not. Nothing is guessed that cannot be undone:
// what the fields leave out is in Tags. What is lost, doubtful or broken is a
// Problem with its line; a record whose only fault is its year is kept.
//
// Sources: RIS Format Specifications (Research Information Systems, 2001 and
// 2011 tag lists); MEDLINE/PubMed Data Element Descriptions (US National
// Library of Medicine); type names from the Citation Style Language 1.0.2.
//
// Complexity: time and memory linear in the size of the file. Lines are
// counted from 1. Years are those of the Gregorian calendar, 1000 to 2100.
package cite
