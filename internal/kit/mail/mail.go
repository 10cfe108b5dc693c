// Package mail sends letters: to a mail server by SMTP (RFC 5321), or as files into a
// folder for the demo and the tests. Owner of github.com/wneessen/go-mail.
//
// A letter is plain text in UTF-8 to one address. No address, and nothing that a
// server answered, is in any error or log: an error says at which step it failed and
// with which code.
package mail

import (
	"context"
	"embed"
	"io/fs"
	netmail "net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	gomail "github.com/wneessen/go-mail"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
)

//go:embed words/*.json
var words embed.FS

// Words gives the words of this package's faults, to be put in the catalogue.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "mail", FS: sub}
}

// Limits of a letter.
const (
	MaxAddress = 254     // bytes (RFC 5321, 4.5.3.1.3, less its brackets)
	MaxSubject = 200     // characters
	MaxText    = 1 << 20 // bytes
	maxLine    = 998     // bytes in a line of a letter (RFC 5322, 2.1.1)
)

// Letter is one message to one person.
type Letter struct {
	To      string // one bare address, such as name@example.org
	Subject string // one line, 1 to MaxSubject characters
	Text    string // plain text, lines parted by \n; at most MaxText bytes
	Lang    string // BCP 47 tag of Text, such as "cy"; may be empty
	ID      string // letters, figures and dashes: the same at every try, so that a second copy is known; empty makes a new one
}

// Post takes letters away. Send returns when the letter is in other hands. Its faults:
// invalid (the letter cannot be sent as it is) and busy "house.mail_away" (it was not
// taken; Final says whether another try can help). A Post is safe for use by many
// goroutines at once.
type Post interface {
	Send(ctx context.Context, l Letter) error
}

// sender is what both kinds of Post need to write a letter.
type sender struct {
	from   *netmail.Address
	domain string // of the from address, for message ids
	tick   clock.Clock
	ids    *id.Maker
}

// newSender reads the address that letters come from, "name@host" or "Name <name@host>".
func newSender(from string, tick clock.Clock, ids *id.Maker) (sender, error) {
	bad := fault.New(fault.Invalid, "mail.from").With("mail.from_do")
	if !oneLine(from) || len(from) > 2*MaxAddress {
		return sender{}, bad
	}
	a, err := netmail.ParseAddress(from)
	if err != nil || !sendable(a.Address) {
		return sender{}, bad
	}
	return sender{a, a.Address[strings.LastIndexByte(a.Address, '@')+1:], tick, ids}, nil
}

// Check says what stops a letter from being sent: an invalid fault that names the
// fields to, subject, text, lang or id, or nil.
func (l Letter) Check() error {
	var c fault.Check
	c.Need(bare(l.To), "to", "mail.to")
	c.Need(oneLine(l.Subject) && strings.TrimSpace(l.Subject) != "" && utf8.RuneCountInString(l.Subject) <= MaxSubject, "subject", "mail.subject", "Max", MaxSubject)
	c.Need(utf8.ValidString(l.Text) && !strings.ContainsRune(l.Text, 0) && len(l.Text) <= MaxText, "text", "mail.text")
	c.Need(plainWord(l.Lang, 35), "lang", "mail.lang")
	c.Need(plainWord(l.ID, 64), "id", "mail.id")
	return c.Err()
}

// message writes the letter in the library's form.
func (s sender) message(l Letter, readable bool) (*gomail.Msg, string, error) {
	if err := l.Check(); err != nil {
		return nil, "", err
	}
	name := l.ID
	if name == "" {
		name = s.ids.New()
	}
	text := lines(l.Text)
	// A file in the demo's folder is opened and read by a person, who must be able to
	// copy a link from it: 8 bit, when no line is too long for it.
	encoding := gomail.EncodingQP
	if readable && longest(text) <= maxLine {
		encoding = gomail.NoEncoding
	}
	m := gomail.NewMsg(gomail.WithCharset(gomail.CharsetUTF8), gomail.WithEncoding(encoding), gomail.WithNoDefaultUserAgent())
	m.FromMailAddress(s.from)
	m.ToMailAddress(&netmail.Address{Address: l.To})
	// "=?" begins an encoded word (RFC 2047): typed by a person it is not one.
	m.Subject(strings.ReplaceAll(strings.Join(strings.Fields(l.Subject), " "), "=?", "= ?"))
	m.SetDateWithValue(clock.Time(s.tick.Now()))
	m.SetMessageIDWithValue(name + "@" + s.domain)
	// Written by a machine, so that no "out of office" comes back (RFC 3834, 5).
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if l.Lang != "" {
		m.SetGenHeader(gomail.HeaderContentLang, l.Lang)
	}
	m.SetBodyString(gomail.TypeTextPlain, text)
	return m, name, nil
}

// bare says whether s is one address and nothing else.
func bare(s string) bool {
	if !oneLine(s) || !sendable(s) {
		return false
	}
	a, err := netmail.ParseAddress(s)
	return err == nil && a.Name == "" && a.Address == s
}

// sendable holds an address to what every mail server takes: no spaces, quotes,
// brackets or lists in it.
func sendable(s string) bool {
	return s != "" && len(s) <= MaxAddress && strings.Count(s, "@") == 1 && !strings.ContainsAny(s, " \t\"<>()[],;:\\")
}

// oneLine refuses whatever could end a header or hide in it: control characters, line
// and paragraph signs, and bytes that are not UTF-8.
func oneLine(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}) < 0
}

// plainWord is at most n letters, figures and dashes; it may be empty.
func plainWord(s string, n int) bool {
	return len(s) <= n && strings.IndexFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) < 0
}

// lines ends every line with \r\n, as a letter's must, and the last one too.
func lines(text string) string {
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return strings.ReplaceAll(text, "\n", "\r\n")
}

func longest(text string) int {
	n := 0
	for line := range strings.SplitSeq(text, "\r\n") {
		n = max(n, len(line))
	}
	return n
}
