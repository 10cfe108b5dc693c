package cite

import (
	"strings"
	"unicode/utf8"

	"plait/internal/kit/text"
)

// untex turns TeX into words. Italic, bold, raised and lowered words become
// <i>, <b>, <sup>, <sub>, which plainText takes off again; braces that only
// protect capitals go. A command that nobody knows stays as it stands.
func untex(v string) string {
	if !strings.ContainsAny(v, "\\{}$~`'-") {
		return oneSpace(v)
	}
	t := texReader{s: v}
	t.run(0)
	out, err := text.Clean(t.out.String())
	if err != nil {
		out = t.out.String()
	}
	return oneSpace(out)
}

func oneSpace(v string) string { return strings.Join(strings.Fields(v), " ") }

type texReader struct {
	s    string
	i    int
	math bool
	out  strings.Builder
}

// deepTeX is how many braces deep words are read; deeper ones are an attack.
const deepTeX = 60

// run reads to the end of the group that it stands in.
func (t *texReader) run(deep int) {
	closing := ""
	defer func() { t.out.WriteString(closing) }()
	for t.i < len(t.s) {
		c := t.s[t.i]
		switch {
		case c == '}':
			t.i++
			if deep > 0 {
				return
			}
		case c == '{':
			t.i++
			if deep < deepTeX {
				t.run(deep + 1)
			}
		case c == '\\':
			if tag := t.command(deep); tag != "" {
				t.out.WriteString("<" + tag + ">")
				closing = "</" + tag + ">" + closing
			}
		case c == '$':
			t.math = !t.math
			t.i++
		case t.math && (c == '^' || c == '_'):
			t.i++
			t.wrap(map[byte]string{'^': "sup", '_': "sub"}[c], deep)
		case c == '~':
			t.out.WriteByte(' ')
			t.i++
		case c == '-' && !t.math:
			n := 1
			for t.i+n < len(t.s) && t.s[t.i+n] == '-' && n < 3 {
				n++
			}
			t.out.WriteString([]string{"-", "–", "—"}[n-1])
			t.i += n
		case strings.HasPrefix(t.s[t.i:], "``"):
			t.out.WriteString("“")
			t.i += 2
		case strings.HasPrefix(t.s[t.i:], "''"):
			t.out.WriteString("”")
			t.i += 2
		default:
			_, n := utf8.DecodeRuneInString(t.s[t.i:])
			t.out.WriteString(t.s[t.i : t.i+n])
			t.i += n
		}
	}
}

// wrap puts the next group or letter between tags.
func (t *texReader) wrap(tag string, deep int) {
	if tag != "" {
		t.out.WriteString("<" + tag + ">")
	}
	t.argument(deep)
	if tag != "" {
		t.out.WriteString("</" + tag + ">")
	}
}

// argument reads the next group, command or letter.
func (t *texReader) argument(deep int) {
	for t.i < len(t.s) && (t.s[t.i] == ' ' || t.s[t.i] == '\n') {
		t.i++
	}
	switch {
	case t.i >= len(t.s) || t.s[t.i] == '}':
	case t.s[t.i] == '{':
		t.i++
		if deep < deepTeX {
			t.run(deep + 1)
		}
	case t.s[t.i] == '\\':
		t.command(deep)
	default:
		_, n := utf8.DecodeRuneInString(t.s[t.i:])
		t.out.WriteString(t.s[t.i : t.i+n])
		t.i += n
	}
}

// raw gives the next group as it stands.
func (t *texReader) raw() string {
	if t.i >= len(t.s) || t.s[t.i] != '{' {
		return ""
	}
	depth, from := 0, t.i+1
	for ; t.i < len(t.s); t.i++ {
		switch t.s[t.i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				t.i++
				return t.s[from : t.i-1]
			}
		}
	}
	return t.s[from:]
}

// command reads a backslash and what belongs to it. It gives a tag when the
// rest of the group is to stand in it: "{\it words}".
func (t *texReader) command(deep int) (tag string) {
	from := t.i
	t.i++
	if t.i >= len(t.s) {
		t.out.WriteByte('\\')
		return ""
	}
	j := t.i
	for j < len(t.s) && (t.s[j]|0x20 >= 'a' && t.s[j]|0x20 <= 'z') {
		j++
	}
	if j == t.i { // a sign, not a word
		_, n := utf8.DecodeRuneInString(t.s[t.i:])
		sign := t.s[t.i : t.i+n]
		t.i += n
		switch {
		case accent(sign) != 0:
			t.accented(accent(sign), deep)
		case strings.Contains("&%$#_{}", sign):
			t.out.WriteString(sign)
		case strings.Contains(`\ ,;:/!`+"\n", sign):
			t.out.WriteByte(' ')
		case sign == "-" || sign == "(" || sign == ")" || sign == "[" || sign == "]":
		default:
			t.out.WriteString(`\` + sign)
		}
		return ""
	}
	name := t.s[t.i:j]
	t.i = j
	if len(name) == 1 && accent(name) != 0 && (j >= len(t.s) || strings.IndexByte("{ \\", t.s[j]) >= 0) {
		t.accented(accent(name), deep)
		return ""
	}
	if letter := texLetter(name); letter != "" {
		t.gap()
		t.out.WriteString(letter)
		return ""
	}
	switch name {
	case "textit", "emph", "textsl", "mathit":
		t.wrap("i", deep)
	case "textbf", "mathbf", "textbold":
		t.wrap("b", deep)
	case "textsuperscript", "sp":
		t.wrap("sup", deep)
	case "textsubscript", "sb":
		t.wrap("sub", deep)
	case "textsc", "textrm", "texttt", "textsf", "textmd", "textup", "textnormal", "text", "mathrm", "mathsf", "mathcal", "mathbb", "ensuremath", "mbox", "hbox", "enquote", "mkbibquote", "mkbibemph", "uppercase", "MakeUppercase", "MakeLowercase":
		t.wrap("", deep)
	case "it", "em", "sl", "itshape", "bf", "bfseries":
		t.gap()
		if name[0] == 'b' {
			return "b"
		}
		return "i"
	case "rm", "tt", "sf", "sc", "protect", "relax", "noopsort", "scshape", "upshape", "normalfont", "break", "newline", "selectlanguage":
		t.gap()
		if name == "noopsort" || name == "selectlanguage" {
			t.raw()
		}
	case "begin", "end":
		t.raw()
	case "url", "path", "nolinkurl":
		t.out.WriteString(t.raw())
	case "href":
		t.raw()
		t.wrap("", deep)
	case "char", "symbol":
		t.wrap("", deep)
	case "ElsevierGlyph":
		if n := texHex(t.raw()); n > 0 {
			t.out.WriteRune(n)
		}
	default:
		t.out.WriteString(t.s[from:t.i])
	}
	return ""
}

// gap passes the white space, or the empty group, that ends a command.
func (t *texReader) gap() {
	if strings.HasPrefix(t.s[t.i:], "{}") {
		t.i += 2
		return
	}
	for t.i < len(t.s) && (t.s[t.i] == ' ' || t.s[t.i] == '\n') {
		t.i++
	}
}

// accented writes the next letter with an accent over or under it.
func (t *texReader) accented(mark rune, deep int) {
	inner := texReader{s: t.s, i: t.i}
	inner.argument(deep)
	t.i = inner.i
	s := strings.TrimSpace(inner.out.String())
	if s == "" {
		return
	}
	r, n := utf8.DecodeRuneInString(s)
	switch r { // an accent takes the place of the dot
	case 'ı':
		r = 'i'
	case 'ȷ':
		r = 'j'
	}
	t.out.WriteRune(r)
	t.out.WriteRune(mark)
	t.out.WriteString(s[n:])
}

func accent(sign string) rune {
	switch sign {
	case "`":
		return 0x300
	case "'":
		return 0x301
	case "^":
		return 0x302
	case "~":
		return 0x303
	case "=":
		return 0x304
	case "u":
		return 0x306
	case ".":
		return 0x307
	case `"`:
		return 0x308
	case "r":
		return 0x30A
	case "H":
		return 0x30B
	case "v":
		return 0x30C
	case "d":
		return 0x323
	case "c":
		return 0x327
	case "k":
		return 0x328
	case "b":
		return 0x331
	}
	return 0
}

func texHex(s string) rune {
	n := rune(0)
	for i := 0; i < len(s) && i < 5; i++ {
		d := strings.IndexByte("0123456789abcdef", s[i]|0x20)
		if d < 0 {
			return 0
		}
		n = n<<4 | rune(d)
	}
	if n < ' ' || !utf8.ValidRune(n) {
		return 0
	}
	return n
}

// texLetter gives the letter or sign of a command, or "".
func texLetter(name string) string {
	at := strings.Index(texLetters, " "+name+"=")
	if at < 0 {
		return ""
	}
	v := texLetters[at+len(name)+2:]
	if i := strings.IndexByte(v, ' '); i >= 0 {
		v = v[:i]
	}
	if v == "space" {
		return " "
	}
	return v
}

const texLetters = ` ss=ß o=ø O=Ø l=ł L=Ł ae=æ AE=Æ oe=œ OE=Œ aa=å AA=Å i=ı j=ȷ dh=ð DH=Ð th=þ TH=Þ dj=đ DJ=Đ ng=ŋ NG=Ŋ` +
	` textasciitilde=~ textasciicircum=^ textbackslash=\ textbar=| textless=< textgreater=> textunderscore=_ textquotedbl=" textquotesingle=' textbraceleft={ textbraceright=}` +
	` textendash=– textemdash=— textellipsis=… ldots=… dots=… textquoteleft=‘ textquoteright=’ textquotedblleft=“ textquotedblright=” guillemotleft=« guillemotright=»` +
	` pounds=£ textsterling=£ texteuro=€ euro=€ textdegree=° degree=° copyright=© textcopyright=© textregistered=® texttrademark=™ S=§ P=¶ dag=† ddag=‡ textbullet=• textperiodcentered=·` +
	` alpha=α beta=β gamma=γ delta=δ epsilon=ε varepsilon=ε zeta=ζ eta=η theta=θ iota=ι kappa=κ lambda=λ mu=μ nu=ν xi=ξ pi=π rho=ρ sigma=σ tau=τ upsilon=υ phi=φ varphi=φ chi=χ psi=ψ omega=ω textmu=µ` +
	` Gamma=Γ Delta=Δ Theta=Θ Lambda=Λ Xi=Ξ Pi=Π Sigma=Σ Upsilon=Υ Phi=Φ Psi=Ψ Omega=Ω` +
	` times=× pm=± div=÷ cdot=· leq=≤ le=≤ geq=≥ ge=≥ neq=≠ approx=≈ sim=∼ infty=∞ rightarrow=→ to=→ leftarrow=← circ=° prime=′ backslash=\ lbrace={ rbrace=} quad=space qquad=space ` + ` `
