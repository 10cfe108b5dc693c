// Package lang holds the words of the interface in every language, and writes
// numbers, days and times as each language writes them.
//
// A words file is called <language>.json, for example en.json or cy.json, where
// the language is a BCP 47 tag. It holds one JSON object. Each key is
// "<room>.<word>"; its value is a text, or an object of plural forms:
//
//	"evidence.title": "What was said",
//	"evidence.count": {"one": "{{.Count}} contribution", "other": "{{.Count}} contributions"}
//
// Keys may also be nested: {"evidence": {"title": "What was said"}} says the same.
// The plural forms are those of Unicode CLDR (zero, one, two, few, many, other):
// English uses two of them and Welsh all six. A file may carry "_reviewed_by", the
// name of the person who has read its words; other keys that begin with "_" are notes.
//
// English is the reference: every key must be in English, and a word that another
// language lacks is shown in English and counted (Missing, Gaps).
//
// The package owns the libraries go-i18n (messages and plural rules) and
// golang.org/x/text/language (tags and matching).
package lang
