package account

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"plait/internal/kit/fault"
	"plait/internal/kit/mail"
)

// How long things last.
const (
	LinkLasts     = 15 * time.Minute   // a link that was asked for
	CodeLasts     = 10 * time.Minute   // a six-digit code
	InviteLasts   = 7 * 24 * time.Hour // the link of an invitation
	OperatorLasts = 24 * time.Hour     // a link made on the command line
)

// CodeTries is how many wrong tries a code stands before a new one is needed.
const CodeTries = 5

// MaxName is the longest name shown, in characters.
const MaxName = 100

// How a link came to be.
const (
	Asked    = "asked"    // its owner asked on the sign-in page
	Invited  = "invited"  // someone else invited them
	Operator = "operator" // made on the command line
)

// Profile is what a page shows of whoever is signed in.
type Profile struct {
	Name     string `json:"name"`
	Language string `json:"language"` // BCP 47
}

// Account is someone who may sign in.
type Account struct {
	ID    string
	Fold  string // the address as it is compared
	Email string // the address as it was typed
	Profile
	Created int64
}

// Link is one way in: a link, and for those who asked a six-digit code.
type Link struct {
	ID        string
	Address   string // keyed hash of the folded address
	Account   string // "" when the address is not known
	Programme string // to go in to; "" to choose
	Made      string // Asked, Invited or Operator
	Token     string // keyed hash; "" until the letter is written
	Code      string // keyed hash; "" for none
	Next      string // page to go to afterwards
	Language  string
	Created   int64
	LinkEnds  int64
	CodeEnds  int64
	Tries     int64 // wrong tries at the code
	UsedAt    int64 // 0 = not yet
}

// open says whether the link may still be used.
func (l Link) open(now int64) bool {
	return l.Account != "" && l.Token != "" && l.UsedAt == 0 && now < l.LinkEnds
}

// codeOpen says whether the code may still be tried. It is the same for an address that
// is not known, so that trying tells nothing.
func (l Link) codeOpen(now int64) bool {
	return l.Made == Asked && l.UsedAt == 0 && now < l.CodeEnds && l.Tries < CodeTries
}

// Invite is one invitation, kept to show who has not come yet.
type Invite struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	Role    string `json:"role"`
	At      int64  `json:"at"`
	Ends    int64  `json:"ends"`
	TakenAt int64  `json:"taken_at"` // 0 = not yet
}

// invitation is what a letter says of an invitation: who invites, to what and as what.
type invitation struct {
	By    string   // the inviter's name; "" when it is not known
	Role  string   // "" for a letter that was asked for before roles were named
	Where []string // titles, the narrowest first: of the project or site, then of the programme
}

// fold is an address as it is compared: letters of either case are the same. Accents
// stay, for an address with one is another address.
func fold(email string) string { return strings.ToLower(strings.TrimSpace(email)) }

// goodEmail says whether a letter could go to an address.
func goodEmail(email string) bool {
	return mail.Letter{To: email, Subject: "x", Text: "x"}.Check() == nil
}

// checkEmail says what is wrong with an address that was typed.
func checkEmail(email string) error {
	var c fault.Check
	c.Need(goodEmail(email), "email", "account.bad_email")
	return c.Err()
}

// checkName says what is wrong with a name that is to be shown.
func checkName(name string) error {
	var c fault.Check
	c.Need(strings.TrimSpace(name) != "", "name", "account.need_name")
	c.Need(utf8.RuneCountInString(name) <= MaxName && !strings.ContainsAny(name, "\n\r\t"), "name", "house.too_long")
	return c.Err()
}

// figures is the digits of a code as it was typed: spaces and dashes are let go.
func figures(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, code)
}

// ownPath gives next when it is a page of this house, else "". Another site's address
// written so that it looks like a path ("//there", "/\there") is refused.
func ownPath(next string) string {
	bad := func(r rune) bool { return r < ' ' || r == 0x7f || r == '\\' }
	if next == "" || len(next) > 1000 || next[0] != '/' || strings.HasPrefix(next, "//") || strings.ContainsFunc(next, bad) {
		return ""
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") || strings.ContainsFunc(u.Path, bad) {
		return ""
	}
	// Going on to a door one has just come through would lead in a circle.
	for _, door := range []string{"/account/sign-in", "/account/sign-out", "/account/enter", "/account/code"} {
		if u.Path == door || strings.HasPrefix(u.Path, door+"/") {
			return ""
		}
	}
	return next
}

// goodLanguage says whether the house has words in a language.
func goodLanguage(language string, known []string) bool { return slices.Contains(known, language) }
