package cite

import "strings"

// language gives the BCP 47 tag of a language's English name, of an ISO 639-2
// code as PubMed writes it, or of a tag; "" if it is none that we know. Of
// several, the first counts.
func language(v string) string {
	if i := strings.IndexAny(v, ";,|/\n("); i > 0 {
		v = v[:i]
	}
	v = strings.TrimSpace(v)
	if v == "English" || v == "eng" { // by far the most frequent
		return "en"
	}
	low := strings.ToLower(v)
	if len(low) == 5 && (low[2] == '-' || low[2] == '_') {
		if t := language(low[:2]); t != "" && low[3] >= 'a' && low[3] <= 'z' && low[4] >= 'a' && low[4] <= 'z' {
			return t + "-" + strings.ToUpper(low[3:])
		}
		return ""
	}
	if low == "" {
		return ""
	}
	at := strings.Index(languages, "|"+low+"|")
	if at < 0 {
		return ""
	}
	row := languages[strings.LastIndexByte(languages[:at+1], '\n')+2:]
	return row[:strings.IndexByte(row, '|')]
}

// languages has a row for each: its BCP 47 tag, its ISO 639-2 codes, its
// English names.
const languages = `
|en|eng|english|
|cy|wel|cym|welsh|
|gd|gla|scottish gaelic|gaelic|
|ga|gle|irish|
|sco|scots|
|es|spa|spanish|
|fr|fre|fra|french|
|de|ger|deu|german|
|it|ita|italian|
|pt|por|portuguese|
|nl|dut|nld|dutch|
|da|dan|danish|
|sv|swe|swedish|
|no|nor|norwegian|
|nb|nob|
|fi|fin|finnish|
|is|ice|isl|icelandic|
|pl|pol|polish|
|cs|cze|ces|czech|
|sk|slo|slk|slovak|
|sl|slv|slovenian|slovene|
|hu|hun|hungarian|
|ro|rum|ron|romanian|
|bg|bul|bulgarian|
|hr|hrv|croatian|
|sr|srp|serbian|
|el|gre|ell|greek|
|tr|tur|turkish|
|ru|rus|russian|
|uk|ukr|ukrainian|
|lt|lit|lithuanian|
|lv|lav|latvian|
|et|est|estonian|
|he|heb|hebrew|
|ar|ara|arabic|
|fa|per|fas|persian|
|ur|urd|urdu|
|hi|hin|hindi|
|bn|ben|bengali|
|pa|pan|punjabi|
|zh|chi|zho|chinese|
|ja|jpn|japanese|
|ko|kor|korean|
|vi|vie|vietnamese|
|th|tha|thai|
`
