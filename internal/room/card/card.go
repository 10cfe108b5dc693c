package card

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// CodeLength is how many characters a code has. There are 29 to choose from, so one code
// in 4 x 10^14 is right.
const CodeLength = 10

// MaxCards is the most cards that are made at once.
const MaxCards = 60

// SessionFor is how long a card stays open on a device after it was last used.
const SessionFor = 2 * time.Hour

// States of a card.
const (
	Live  = "live"
	Lost  = "lost"  // its code opens nothing any more; another was made
	Ended = "ended" // its code opens nothing any more
)

// States of a person, as the room people writes them into ref_record, in which their cards
// are shut and no new one is made.
const (
	died   = "died"
	noMore = "no more contact"
	erased = "erased"
)

// shut says that a person in a state has no card.
func shut(state string) bool { return state == died || state == noMore || state == erased }

// lookOf is the look of a card for someone who asked for formats, by the codes of the room
// people; "" when none of them is a look.
func lookOf(asked []string) string {
	for _, x := range []struct{ code, look string }{{"easy_read", "easy"}, {"large_print", "large"}, {"audio", "listen"}} {
		if slices.Contains(asked, x.code) {
			return x.look
		}
	}
	return ""
}

// Kinds of lock.
const (
	NoLock      = ""
	PictureLock = "picture"
	WordLock    = "word"
)

// Card is one card. Its code is not known to anyone but its holder.
type Card struct {
	ID       string `json:"id"`
	Person   string `json:"person"`
	Made     int64  `json:"made"` // microseconds
	Language string `json:"language"`
	Format   string `json:"format"` // standard, large, easy or listen; "" = not chosen yet
	Lock     string `json:"lock"`   // picture, word or ""
	State    string `json:"state"`  // live, lost or ended
	mark     string // of the lock
	tries    int64  // wrong answers to the lock since the last right one
	triedAt  int64
}

// Groups writes a code as it is read aloud: three, three, four.
func Groups(code string) string {
	if len(code) != CodeLength {
		return code
	}
	return code[:3] + " " + code[3:6] + " " + code[6:]
}

// Pictures is the pictures a person may choose from, in the order of the page.
func Pictures() []string {
	return []string{"sun", "house", "tree", "boat", "cup", "star", "flower", "fish", "key", "apple", "umbrella", "heart"}
}

// lockText is what is marked of a picture or word: a word counts the same in capitals,
// with accents or with spaces around it.
func lockText(kind, value string) string { return kind + "\x00" + text.Fold(value) }

// checkLock says what is wrong with a lock that someone wants to set.
func checkLock(kind, value string) error {
	var c fault.Check
	switch kind {
	case NoLock:
	case PictureLock:
		c.Need(slices.Contains(Pictures(), value), "value", "card.need_picture")
	case WordLock:
		n := utf8.RuneCountInString(text.Fold(value))
		c.Need(n >= 3 && n <= 40, "value", "card.need_word")
	default:
		c.Need(false, "kind", "house.bad_choice")
	}
	return c.Err()
}

// freeTries is how many wrong answers to a lock cost no waiting.
const freeTries = 4

// lockWait is how long a lock takes no answer after so many wrong ones: a minute, then
// twice as long each time, 15 minutes at most.
func lockWait(tries int64) time.Duration {
	if tries <= freeTries {
		return 0
	}
	return min(time.Minute<<min(tries-freeTries-1, 10), 15*time.Minute)
}

// session is what the cookie of an open card holds, sealed.
type session struct {
	Programme string `json:"p"`
	Person    string `json:"w"`
	Card      string `json:"c"`
	Until     int64  `json:"u"`           // microseconds
	Lock      string `json:"l,omitempty"` // mark of the lock that was answered; "" = none was
}

func (s session) text() ([]byte, error) { return json.Marshal(s) }

func readSession(b []byte) (s session, err error) { return s, json.Unmarshal(b, &s) }

// opens says whether a session may see the words of a card as it is now.
func (s session) opens(c Card, now int64) bool {
	return s.Until > now && c.State == Live && s.Lock == c.mark
}

// Contributors says whether an address is one that a contributor opens with a card; the
// others of this room are the team's.
func (r *Room) Contributors(path string) bool {
	if path == "/card" {
		return true
	}
	rest, ok := strings.CutPrefix(path, "/card/")
	first, _, _ := strings.Cut(rest, "/")
	return ok && first != "make" && first != "of"
}

// Word is one thing the card's person said.
type Word struct {
	Ref      ref.Ref
	Words    string
	On       string // YYYY-MM-DD or ""
	Role     string
	Language string // BCP 47
	Version  int64
	Strand   string
	Files    []File // what they showed, drew or recorded
}

// File is a picture, a recording or a film of the card's person.
type File struct {
	ID            string
	Kind          string // picture, sound, video or document
	Alt           string // what it shows or sounds like; "" = nobody has said
	Width, Height int64  // in pixels; 0 = not known
	Captions      bool
}

// begins is what tells a saying from the others: its first words, or what its first file shows.
func (x Word) begins() string {
	if x.Words != "" || len(x.Files) == 0 {
		return text.Excerpt(x.Words, begins)
	}
	return text.Excerpt(x.Files[0].Alt, begins)
}

// limited is the fault of someone who must wait before answering a lock again.
func limited(wait time.Duration, since, now int64) error {
	f := fault.New(fault.Limited, "card.lock_wait").With("card.lock_wait_do")
	f.Wait = wait - time.Duration(now-since)*time.Microsecond
	return f
}
