package text

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// utf16Bytes writes s as UTF-16, little end first when le.
func utf16Bytes(s string, le, bom bool) []byte {
	units := utf16.Encode([]rune(s))
	if bom {
		units = append([]uint16{0xFEFF}, units...)
	}
	var b []byte
	for _, u := range units {
		if le {
			b = append(b, byte(u), byte(u>>8))
		} else {
			b = append(b, byte(u>>8), byte(u))
		}
	}
	return b
}

func TestDecode(t *testing.T) {
	const words = "TY  - JOUR\r\nAU  - Müller, Zoë 😀\r\n"
	cases := []struct {
		name     string
		in       []byte
		want     string
		encoding string
		damage   *Damage
	}{
		{"empty", nil, "", UTF8, nil},
		{"ascii", []byte("a\rb\r\nc"), "a\rb\r\nc", UTF8, nil},
		{"utf-8", []byte(words), words, UTF8, nil},
		{"utf-8 with mark", []byte("\ufeff" + words), words, UTF8, nil},
		{"utf-16 le with mark", utf16Bytes(words, true, true), words, UTF16LE, nil},
		{"utf-16 be with mark", utf16Bytes(words, false, true), words, UTF16BE, nil},
		{"utf-16 le without mark", utf16Bytes(words, true, false), words, UTF16LE, nil},
		{"utf-16 be without mark", utf16Bytes(words, false, false), words, UTF16BE, nil},
		{"utf-32 le with mark", []byte("\xff\xfe\x00\x00a\x00\x00\x00\xe9\x00\x00\x00"), "aé", UTF32LE, nil},
		{"utf-32 be with mark", []byte("\x00\x00\xfe\xff\x00\x00\x00a"), "a", UTF32BE, nil},
		{"windows-1252", []byte("It\x92s caf\xe9 \x80"), "It’s café €", Windows1252, nil},
		{"windows-1252, a free byte", []byte("a\x81b\xe9\n"), "a\u0081bé\n", Windows1252, nil},
		{"nul stays", []byte("a\x00bcdef"), "a\x00bcdef", UTF8, nil},
		{"utf-8 with one bad byte", []byte("Zoë\r\nMüller\r\nChloé caf\xe9"), "Zoë\r\nMüller\r\nChloé café", UTF8, &Damage{UTF8, 3, 1}},
		{"utf-16 with half a pair", append(utf16Bytes("ab\ncd", true, true), 0x00, 0xD8), "ab\ncd\ufffd", UTF16LE, &Damage{UTF16LE, 2, 1}},
		{"utf-16 with a byte left over", append(utf16Bytes("ab", true, true), 'c'), "ab\ufffd", UTF16LE, &Damage{UTF16LE, 1, 1}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, encoding, err := Decode(c.in)
			if got != c.want || encoding != c.encoding {
				t.Errorf("got %q as %s, want %q as %s", got, encoding, c.want, c.encoding)
			}
			var d *Damage
			if err != nil && !errors.As(err, &d) {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.damage, d); diff != "" {
				t.Error(diff)
			}
			if err != nil && !strings.Contains(err.Error(), "line") {
				t.Errorf("message names no line: %s", err)
			}
		})
	}
}

// Every byte of a file without any encoding's marks has a letter in what is
// read: nothing is dropped.
func TestDecodeKeepsEveryByte(t *testing.T) {
	var all []byte
	for i := 1; i < 256; i++ {
		all = append(all, byte(i))
	}
	s, encoding, err := Decode(all)
	if encoding != Windows1252 || err != nil {
		t.Fatalf("%s, %v", encoding, err)
	}
	if n := utf8.RuneCountInString(s); n != 255 || strings.ContainsRune(s, utf8.RuneError) {
		t.Errorf("%d letters of 255 bytes, lost %d", n, strings.Count(s, string(utf8.RuneError)))
	}
}

func TestHasNUL(t *testing.T) {
	if HasNUL("abc") || !HasNUL("a\x00c") {
		t.Error("NUL not told apart")
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"":                       "",
		"a\r\nb\rc\n":            "a\nb\nc",
		"e\u0301te\u0301  \n x ": "été\n x",
		"  kept\t\n\n\n":         "  kept",
		"one\n\n\ntwo":           "one\n\n\ntwo",
		" \u200b\u2060\u202e ":   "",
	} {
		if got, err := Clean(in); got != want || err != nil {
			t.Errorf("Clean(%q) = %q, %v; want %q", in, got, err, want)
		}
	}
	if _, err := Clean("a\xff"); !errors.Is(err, ErrNotUTF8) {
		t.Errorf("bad UTF-8: %v", err)
	}
	if _, err := Clean("a\x00b"); !errors.Is(err, ErrNUL) {
		t.Errorf("NUL: %v", err)
	}
}

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"":                            "",
		"plain":                       "plain",
		"  Two \t\n Words ":           "two words",
		"Łódź, Ålesund and Ærø":       "lodz, alesund and aero",
		"STRAẞE Straße":               "strasse strasse",
		"O’Neill – “So” it’s":         `o'neill - "so" it's`,
		"ﬁne Ⅳ ①":                     "fine iv 1",
		"co\u00adop\u200bera\u2060te": "cooperate",
		"ΟΔΟΣ οδός":                   "οδοσ οδοσ",
		"İstanbul ısı":                "istanbul isi",
		"हिन्दी":                      "हिन्दी",
		"が カ":                         "が カ",
		"한국어":                         "한국어",
		"a\x00b\x07c":                 "abc",
	} {
		if got := Fold(in); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if Fold("Nováková") != Fold("NOVA\u0301KOVA\u0301") {
		t.Error("composed and decomposed letters do not meet")
	}
}

func TestSortKey(t *testing.T) {
	in := []string{"Zoë Adams", "adams zoe", "O'Neill", "Oneill", "O’Neill", "Ørsted", "Évans", "Evans", "Evans B", "Ewart", "Łuk", "Lund"}
	want := []string{"adams zoe", "Evans", "Évans", "Evans B", "Ewart", "Łuk", "Lund", "O'Neill", "O’Neill", "Oneill", "Ørsted", "Zoë Adams"}
	for i := range in {
		for j := i; j > 0 && bytes.Compare(SortKey(in[j]), SortKey(in[j-1])) < 0; j-- {
			in[j], in[j-1] = in[j-1], in[j]
		}
	}
	if diff := cmp.Diff(want, in); diff != "" {
		t.Error(diff)
	}
}

func TestWords(t *testing.T) {
	got := Words("It's the carer's day: 9.30am, e-mail us! — “So” café 日本 …")
	want := []string{"It's", "the", "carer's", "day", "9.30am", "e", "mail", "us", "So", "café", "日", "本"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got := Words(" ,.! "); got != nil {
		t.Errorf("no words, but %q", got)
	}
}

func TestGraphemes(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "e\u0301": 1, "👩‍👩‍👧🏴󠁧󠁢󠁷󠁬󠁳󠁿": 2, "a\r\nb": 3} {
		if got := Graphemes(s); got != want {
			t.Errorf("Graphemes(%q) = %d, want %d", s, got, want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	for _, c := range []struct {
		in   string
		n    int
		want string
	}{
		{"", 5, ""},
		{"short", 0, ""},
		{"short", 5, "short"},
		{"  two\n words ", 20, "two words"},
		{"The bus never comes on Sundays", 13, "The bus…"},
		{"The bus, never comes", 9, "The bus…"},
		{"Llanfairpwllgwyngyll", 8, "Llanfai…"},
		{"xy e\u0301e\u0301e\u0301", 6, "xy e\u0301…"},
		{strings.Repeat("word ", 100000), 12, "word word…"},
	} {
		got := Excerpt(c.in, c.n)
		if got != c.want {
			t.Errorf("Excerpt(%.20q, %d) = %q, want %q", c.in, c.n, got, c.want)
		}
	}
}

// What holds for any words.
func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		if f := Fold(s); Fold(f) != f {
			t.Fatalf("Fold twice: %q, %q", f, Fold(f))
		}
		if c, err := Clean(s); err == nil {
			again, err := Clean(c)
			if again != c || err != nil {
				t.Fatalf("Clean twice: %q, %q, %v", c, again, err)
			}
		}
		n := rapid.IntRange(1, 30).Draw(t, "n")
		if e := Excerpt(s, n); utf8.RuneCountInString(e) > n {
			t.Fatalf("Excerpt of %d is %q", n, e)
		}
		back, _, err := Decode([]byte(s))
		if nulPattern([]byte(s)) == "" && !strings.HasPrefix(s, "\ufeff") && (back != s || err != nil) {
			t.Fatalf("Decode changed %q to %q, %v", s, back, err)
		}
		other := rapid.String().Draw(t, "other")
		a, errA := Clean(s)
		b, errB := Clean(other)
		if errA == nil && errB == nil && a != b && bytes.Equal(SortKey(a), SortKey(b)) {
			t.Fatalf("one key for %q and %q", a, b)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("a\x00b\x00"))
	f.Add([]byte("\xff\xfe\x00\xd8"))
	f.Add([]byte("\xef\xbb\xbfTY  - JOUR\xe9"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, encoding, err := Decode(b)
		if !utf8.ValidString(s) {
			t.Fatalf("%s gave bytes that are not UTF-8", encoding)
		}
		var d *Damage
		if err != nil && (!errors.As(err, &d) || d.Line < 1 || d.Bytes < 1) {
			t.Fatalf("%v", err)
		}
		if len(b) > 4 && s == "" {
			t.Fatalf("%d bytes became nothing as %s", len(b), encoding)
		}
		Fold(s)
		Words(s)
		Excerpt(s, 9)
	})
}
