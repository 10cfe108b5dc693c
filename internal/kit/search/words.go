package search

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// maxLetters is how many code points of one word count.
const maxLetters = 64

// clitics are the pieces after an apostrophe that are not part of the word
// looked for: English (carer's, we'll) and Welsh (teulu'r, mae'n, i'w).
const clitics = " s d m ll re ve r n i u w th ch "

// scan gives each word of s in order: its place in bytes and its token, which is
// folded and made of a-z and 0-9 alone. A piece of s may give several tokens (½ is 1, 2).
func scan(s string, yield func(start, end int, token string)) {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if !starts(r) {
			i += n
			continue
		}
		end := runEnd(s, i)
		last := end
		piece := s[i:end]
		for {
			tail, tailEnd := afterApostrophe(s, last)
			if tail == "t" { // don't is dont
				piece = s[i:end] + tail
			} else if tail == "" || !strings.Contains(clitics, " "+tail+" ") {
				break
			}
			last = tailEnd
		}
		for _, tok := range tokens(piece) {
			yield(i, last, tok)
		}
		i = last
	}
}

// afterApostrophe gives the folded piece that follows an apostrophe at s[i], and its end.
func afterApostrophe(s string, i int) (string, int) {
	r, n := utf8.DecodeRuneInString(s[i:])
	if !strings.ContainsRune("'’‘ʼ`´′", r) || i+n >= len(s) {
		return "", i
	}
	if r, _ := utf8.DecodeRuneInString(s[i+n:]); !unicode.IsLetter(r) {
		return "", i
	}
	end := runEnd(s, i+n)
	if end-i > 16 { // longer than any clitic
		return "", i
	}
	return text.Fold(s[i+n : end]), end
}

// runEnd is the end of the word that starts at s[i]. In scripts written without
// spaces each character is a word.
func runEnd(s string, i int) int {
	first, n := utf8.DecodeRuneInString(s[i:])
	for i += n; i < len(s); i += n {
		var r rune
		r, n = utf8.DecodeRuneInString(s[i:])
		if unicode.IsMark(r) || unicode.Is(unicode.Cf, r) {
			continue
		}
		if !starts(r) || alone(first) || alone(r) || r == 'ʼ' {
			break
		}
	}
	return i
}

func starts(r rune) bool { return r != 'ʼ' && (unicode.IsLetter(r) || unicode.IsNumber(r)) }

// alone says that the script of r has no spaces between words.
func alone(r rune) bool {
	return r >= 0x0E00 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar)
}

// tokens folds one piece and writes it in ASCII: letters that Fold leaves outside
// a-z stand as q, their number, q. A beginning of a word stays a beginning.
func tokens(piece string) []string {
	folded := text.Fold(piece)
	var out []string
	var b strings.Builder
	letters := 0
	flush := func() {
		if b.Len() > 0 {
			out = append(out, b.String())
		}
		b.Reset()
		letters = 0
	}
	for _, r := range folded {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r):
			flush()
			continue
		case letters == maxLetters:
			continue
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		default:
			b.WriteByte('q')
			b.WriteString(strconv.Itoa(int(r)))
			b.WriteByte('q')
		}
		letters++
	}
	flush()
	return out
}

// isEnglish says whether a text of this BCP 47 tag is stemmed as English.
func isEnglish(tag string) bool {
	tag = strings.ToLower(tag)
	return tag == "en" || strings.HasPrefix(tag, "en-")
}

// stopWords are the little words of English and Welsh that say nothing by
// themselves. They are in the index; a search leaves them out when it has others.
const stopWords = " a an and are as at be been but by did do does for from had has have he her his i if in is it its" +
	" me my of on or our she so that the their them there they this to us was we were what when which who will with you your" +
	" y yr ac ar o yn am mae oedd ei eu fy gan gyda hyn hwn hon sydd sy wedi ond neu bod nid ddim un fel ni chi nhw ein eich "

func isStop(token string) bool { return strings.Contains(stopWords, " "+token+" ") }
