package document

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/textproto"
	"path"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html/charset"

	"plait/internal/kit/text"
)

// smallPicture is the size in bytes up to which a picture that stands within the words is
// taken for a logo or a mark of reading, and left out.
const smallPicture = 8 << 10

var fieldLine = regexp.MustCompile(`^([!-9;-~]+):`)

// isMail says whether a text begins with the head of an e-mail (RFC 5322): a sender and
// other fields, one of them of a kind that only mail programs write, then a blank line.
func isMail(s string) bool {
	names, whole := map[string]bool{}, false
	for n := 0; s != "" && n < 2000; n++ {
		var line string
		line, s, _ = strings.Cut(s, "\n")
		line = strings.TrimSuffix(line, "\r")
		if line == "" {
			whole = n > 0
			break
		}
		if line[0] == ' ' || line[0] == '\t' || n == 0 && strings.HasPrefix(line, "From ") {
			continue
		}
		m := fieldLine.FindStringSubmatch(line)
		if m == nil {
			return false
		}
		name := strings.ToLower(m[1])
		if name == "date" {
			if _, err := mail.ParseDate(strings.TrimSpace(line[5:])); err != nil {
				name = "day"
			}
		}
		names[name] = true
	}
	known, technical := 0, 0
	for name := range names {
		switch name {
		case "from", "to", "subject", "cc", "reply-to", "sender", "bcc":
			known++
		case "date", "message-id", "mime-version", "received", "return-path", "content-type", "dkim-signature", "delivered-to", "x-mailer", "thread-topic":
			technical++
		}
	}
	return whole && known >= 1 && technical >= 1 && known+technical >= 3 || known+technical >= 5
}

// letter is one e-mail that is being read.
type letter struct {
	*builder
	parts, addresses int
	logos            int
	size             int
	cut              bool // it ends before its end
}

func readMail(b []byte) (Doc, error) {
	l := &letter{builder: &builder{}}
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	if bytes.HasPrefix(b, []byte("From ")) { // as it is kept in a mailbox
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			b = b[i+1:]
		}
	}
	head, body := splitMail(b)
	l.doc.Title = decodeWords(head.Get("Subject"))
	if at, err := mail.ParseDate(strings.TrimSpace(head.Get("Date"))); err == nil {
		l.doc.Date = at.Format("2006-01-02")
	}
	l.doc.Language, _, _ = strings.Cut(head.Get("Content-Language"), ",")
	if err := l.part(head, bytes.NewReader(body), 0, false); err != nil {
		return Doc{}, AsRefusal(err)
	}
	if l.cut {
		l.tell("This e-mail ends in the middle. What is there was read.")
	}
	if l.addresses > 0 {
		l.tell("%s left out of the headings of earlier messages.", few(l.addresses, "1 e-mail address was", "%d e-mail addresses were"))
	}
	if l.logos > 0 {
		l.tell("%s left out.", few(l.logos, "1 small picture within the message was", "%d small pictures within the message were"))
	}
	return l.done()
}

// splitMail parts the fields of a message from its body. A line that is no field is
// passed over: not every program that saves mail keeps to the rules.
func splitMail(b []byte) (textproto.MIMEHeader, []byte) {
	head := textproto.MIMEHeader{}
	name := ""
	for len(b) > 0 {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		b = rest
		line = bytes.TrimRight(line, "\r")
		switch m := fieldLine.FindSubmatch(line); {
		case len(line) == 0:
			return head, b
		case (line[0] == ' ' || line[0] == '\t') && name != "":
			values := head[name]
			if len(values[len(values)-1]) < 1<<16 {
				values[len(values)-1] += " " + strings.TrimSpace(string(line))
			}
		case m != nil && len(head) < 1000:
			name = textproto.CanonicalMIMEHeaderKey(string(m[1]))
			head[name] = append(head[name], strings.TrimSpace(string(line[len(m[0]):])))
		}
	}
	return head, nil
}

// decodeWords reads a field with letters beyond ASCII (RFC 2047).
func decodeWords(s string) string {
	d := mime.WordDecoder{CharsetReader: charset.NewReaderLabel}
	if out, err := d.DecodeHeader(s); err == nil && out != "" {
		s = out
	}
	s, _, _ = text.Decode([]byte(s)) // letters that were not encoded at all
	return s
}

// part reads one part of a message: its words, its parts, or a file. related says that it
// stands with the words that show it.
func (l *letter) part(head textproto.MIMEHeader, body io.Reader, depth int, related bool) error {
	l.parts++
	if depth > MaxNested || l.parts > MaxParts {
		return Refuse("document.deep")
	}
	kind, params, err := mime.ParseMediaType(head.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) || kind == "" {
		kind, params = "text/plain", map[string]string{}
		if strings.Contains(strings.ToLower(head.Get("Content-Type")), "text/html") {
			kind = "text/html"
		}
	}
	disposition, where, _ := mime.ParseMediaType(head.Get("Content-Disposition"))
	name := decodeWords(where["filename"])
	if name == "" {
		name = decodeWords(params["name"])
	}
	switch {
	case kind == "multipart/encrypted", kind == "application/pkcs7-mime" && params["smime-type"] != "signed-data", kind == "application/x-pkcs7-mime":
		return Refuse("document.locked")
	case strings.HasPrefix(kind, "multipart/"):
		return l.multi(kind, params["boundary"], body, depth)
	}
	content, err := io.ReadAll(io.LimitReader(transfer(head.Get("Content-Transfer-Encoding"), body), MaxUnpack+1))
	if err != nil {
		l.cut = true
	}
	if l.size += len(content); l.size > MaxUnpack {
		return Refuse("document.too_much", "MB", MaxUnpack>>20)
	}
	switch {
	case disposition != "attachment" && name == "" && (kind == "text/plain" || kind == "text/html" || kind == "text/enriched"):
		return l.words(kind, params, content)
	case slices.Contains([]string{"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "message/delivery-status", "text/rfc822-headers"}, kind):
		return nil // who signed it, or how it travelled: no words of anybody
	case strings.HasPrefix(kind, "image/") && related && len(content) <= smallPicture:
		l.logos++
		return nil
	}
	l.attach(name, kind, content)
	return nil
}

// attach keeps a file that came with the message.
func (l *letter) attach(name, kind string, content []byte) {
	if len(content) == 0 {
		l.tellAt(name, 0, "This attached file is empty. It was left out.")
		return
	}
	if name == "" && kind == "message/rfc822" {
		head, _ := splitMail(content)
		name = decodeWords(head.Get("Subject"))
		name = strings.Map(func(r rune) rune {
			if strings.ContainsRune(`/\:`, r) {
				return ' '
			}
			return r
		}, name) + ".eml"
	}
	if name == "" {
		name = "attached"
		if ext, err := mime.ExtensionsByType(kind); err == nil && len(ext) > 0 {
			name += ext[0]
		}
	}
	l.doc.Attached = append(l.doc.Attached, File{Name: safeName(path.Base(strings.ReplaceAll(name, `\`, "/"))), Bytes: content})
}

// mailPart is one part of a message, as it travelled.
type mailPart struct {
	head textproto.MIMEHeader
	body []byte
}

// multi reads a message of several parts.
func (l *letter) multi(kind, boundary string, body io.Reader, depth int) error {
	if boundary == "" {
		l.tell("The parts of this e-mail could not be told apart.")
		rest, _ := io.ReadAll(io.LimitReader(body, MaxWords))
		return l.words("text/plain", nil, rest)
	}
	var parts []mailPart
	r := multipart.NewReader(bufio.NewReader(body), boundary)
	for {
		p, err := r.NextRawPart()
		if err != nil {
			if err != io.EOF {
				l.cut = true
			}
			break
		}
		b, err := io.ReadAll(io.LimitReader(p, MaxUnpack))
		if err != nil {
			l.cut = true
		}
		if len(parts) == MaxParts {
			return Refuse("document.deep")
		}
		parts = append(parts, mailPart{p.Header, b})
	}
	if kind == "multipart/alternative" {
		return l.alternative(parts, depth)
	}
	for _, p := range parts {
		if kind == "multipart/digest" && p.head.Get("Content-Type") == "" {
			p.head.Set("Content-Type", "message/rfc822")
		}
		if err := l.part(p.head, bytes.NewReader(p.body), depth+1, kind == "multipart/related"); err != nil {
			return err
		}
	}
	return nil
}

// alternative reads one of several ways to say the same: plain words, or else the page.
func (l *letter) alternative(parts []mailPart, depth int) error {
	best := -1
	for i, p := range parts {
		mediatype, _, _ := mime.ParseMediaType(p.head.Get("Content-Type"))
		isWords := mediatype == "text/plain" || mediatype == ""
		if isWords {
			s, _ := io.ReadAll(transfer(p.head.Get("Content-Transfer-Encoding"), bytes.NewReader(p.body)))
			isWords = len(bytes.TrimSpace(s)) > 0
		}
		if isWords {
			best = i
			break
		}
		if mediatype == "text/html" || strings.HasPrefix(mediatype, "multipart/") {
			best = i
		}
	}
	for i, p := range parts {
		mediatype, _, _ := mime.ParseMediaType(p.head.Get("Content-Type"))
		words := strings.HasPrefix(mediatype, "text/") && mediatype != "text/calendar" || mediatype == ""
		switch {
		case i == best, !words && !strings.HasPrefix(mediatype, "multipart/"):
			if err := l.part(p.head, bytes.NewReader(p.body), depth+1, false); err != nil {
				return err
			}
		case strings.HasPrefix(mediatype, "multipart/"):
			// The page is not read, but the pictures and files beside it are.
			kept := l.builder
			l.builder = &builder{doc: Doc{Attached: kept.doc.Attached}}
			err := l.part(p.head, bytes.NewReader(p.body), depth+1, false)
			kept.doc.Attached = l.doc.Attached
			l.builder = kept
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// transfer undoes how a part was made fit to travel (RFC 2045, 6).
func transfer(how string, body io.Reader) io.Reader {
	switch strings.ToLower(strings.TrimSpace(how)) {
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, &onlyBase64{r: body})
	case "quoted-printable":
		return quotedprintable.NewReader(body)
	}
	return body
}

// onlyBase64 passes over what is no letter of base64, as RFC 2045, 6.8 asks.
type onlyBase64 struct{ r io.Reader }

func (o *onlyBase64) Read(p []byte) (int, error) {
	for {
		n, err := o.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/' || c == '=' {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil {
			return kept, err
		}
	}
}

// words adds the words of a part.
func (l *letter) words(kind string, params map[string]string, content []byte) error {
	if kind == "text/html" {
		var s string
		var err error
		if label := params["charset"]; label != "" {
			s, err = decodeAs(label, content)
		} else {
			s, err = decodeHTML(content)
		}
		l.damage(s, err)
		before := l.doc.Title
		l.doc.Title = "-" // the page's own does not count
		err = l.html(s)
		l.doc.Title = before
		return err
	}
	s, err := decodeAs(params["charset"], content)
	l.damage(s, err)
	s = text.Lines(s)
	if strings.EqualFold(params["format"], "flowed") {
		s = unflow(s, strings.EqualFold(params["delsp"], "yes"))
	}
	l.add(l.unaddressed(s))
	return nil
}

// decodeAs reads letters as those the message names; where it names none, or they are not
// those, as those of any text.
func decodeAs(label string, b []byte) (string, error) {
	e, name := charset.Lookup(label)
	if s, enc, err := text.Decode(b); e == nil || name == "utf-8" || name == "replacement" || label == "us-ascii" || enc == text.UTF8 && err == nil && !ascii(b) && name != "utf-8" && !eightBit(name) {
		return s, err
	}
	out, err := e.NewDecoder().Bytes(b)
	if err != nil {
		s, _, err := text.Decode(b)
		return s, err
	}
	return string(out), nil
}

// eightBit says whether every byte is a letter of a character set, so that UTF-8 too
// would seem to fit it.
func eightBit(name string) bool {
	return strings.HasPrefix(name, "windows-") || strings.HasPrefix(name, "iso-8859-") || strings.HasPrefix(name, "koi8") || name == "macintosh"
}

func ascii(b []byte) bool { return !bytes.ContainsFunc(b, func(r rune) bool { return r >= 0x80 }) }

// unflow joins the lines that a mail program broke (RFC 3676, 4.2 to 4.4).
func unflow(s string, delete bool) string {
	var out strings.Builder
	open, quoted, first := false, 0, true // the line before goes on; how deep it was quoted
	for line := range strings.SplitSeq(s, "\n") {
		depth := 0
		for depth < len(line) && line[depth] == '>' {
			depth++
		}
		body := strings.TrimPrefix(line[depth:], " ")
		if !open || depth != quoted || body == "-- " {
			if !first {
				out.WriteByte('\n')
			}
			out.WriteString(line[:depth])
			if depth > 0 && body != "" {
				out.WriteByte(' ')
			}
		}
		quoted, first = depth, false
		open = strings.HasSuffix(body, " ") && body != "-- "
		if open && delete {
			body = body[:len(body)-1]
		}
		out.WriteString(body)
	}
	return out.String()
}

var (
	quotedHead = regexp.MustCompile(`(?i)^[\s>|*]*(from|to|cc|bcc|reply-to|sent by|oddi wrth|at)\s*\*?\s*:|\b(wrote|ysgrifennodd)\b.*:\s*$|^[\s>]*(on|ar) .*<[^<>\s]+@[^<>\s]+>`)
	bracketed  = regexp.MustCompile(`\s*[<\[(](mailto:)?[^<>()\[\]\s@]+@[^<>()\[\]\s@]+[>\])]`)
	address    = regexp.MustCompile(`(mailto:)?[\pL\pN._%+'-]+@[\pL\pN-]+(\.[\pL\pN-]+)+`)
)

// unaddressed takes e-mail addresses out of the lines that say who wrote an earlier
// message to whom. What people wrote themselves stays as it is.
func (l *letter) unaddressed(s string) string {
	if !strings.Contains(s, "@") {
		return s
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		if !strings.Contains(line, "@") || len(line) > 10_000 || !quotedHead.MatchString(line) && !(i+1 < len(lines) && strings.HasPrefix(strings.TrimLeft(line, "> "), "On ") && quotedHead.MatchString(lines[i+1])) {
			continue
		}
		l.addresses += len(address.FindAllString(line, -1))
		lines[i] = address.ReplaceAllString(bracketed.ReplaceAllString(line, ""), "…")
	}
	return strings.Join(lines, "\n")
}
