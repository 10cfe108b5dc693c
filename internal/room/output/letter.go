package output

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Kind is the kind of record this room keeps.
const Kind = "letter"

// States of a letter.
const (
	Waiting  = "waiting"  // it cannot be given yet: something is still owed or unsaid
	Ready    = "ready"    // made; a person has to read it and release it
	ByHand   = "by hand"  // ready, and to be given by hand
	Held     = "held"     // stopped by a person, or because the person cannot be written to
	Released = "released" // read and released by a named person
	Handed   = "handed"   // given
)

// States is every state, those who cannot be written to first.
func States() []string { return []string{Held, ByHand, Waiting, Ready, Released, Handed} }

// Formats of a letter.
const (
	Standard = "standard"
	Large    = "large" // 18 point or more
	Easy     = "easy"  // only what was said plainly, one idea a line
	Audio    = "audio" // a script to be read aloud
)

// Formats is every format.
func Formats() []string { return []string{Standard, Large, Easy, Audio} }

// formatOf chooses the letter's format from the wishes that the room people keeps (the
// codes of its list "format"). other says that they asked for one that we cannot make.
func formatOf(wishes []string) (format string, other bool) {
	format = Standard
	for _, x := range []struct{ wish, format string }{{"easy_read", Easy}, {"large_print", Large}, {"audio", Audio}} {
		if slices.Contains(wishes, x.wish) {
			format = x.format
			break
		}
	}
	for _, x := range []string{"braille_1", "braille_2", "bsl_video"} {
		other = other || slices.Contains(wishes, x)
	}
	return format, other
}

// Line is what one record says to a contributor: the team's words, never another's.
type Line struct {
	Ref     ref.Ref `json:"ref"`
	Says    string  `json:"says"`
	Plainly string  `json:"plainly"` // "" until someone has written it
	State   string  `json:"state"`   // message key of where it stands; may be ""
	On      string  `json:"on"`      // day that goes with State; may be ""
	Why     string  `json:"why"`     // reason that goes with State; may be ""
}

// Account is what became of one contribution.
type Account struct {
	Ref     ref.Ref `json:"ref"`
	Fate    string  `json:"fate"`    // owing, used, not taken up, passed on, too late
	Reason  string  `json:"reason"`  // what someone signed; "" when it was used
	By      string  `json:"by"`      // who signed it, by name
	At      int64   `json:"at"`      // when, microseconds
	Bulk    bool    `json:"bulk"`    // the same sentence for many contributions
	Plainly string  `json:"plainly"` // Reason said plainly; "" until someone has written it
	Learned []Line  `json:"learned"`
	Doing   []Line  `json:"doing"`
	Changed []Line  `json:"changed"`
}

// Said is one contribution in a letter: its ref and its fate, never its words.
type Said struct {
	Ref    ref.Ref `json:"ref"`
	Fate   string  `json:"fate"`
	Reason string  `json:"reason"`
	By     string  `json:"by"`
	At     int64   `json:"at"`
	Bulk   bool    `json:"bulk"`
	// Plainly is Reason said plainly, for easy read.
	Plainly string `json:"plainly,omitempty"`
	// Erased says that Reason was erased, with the words or with the person.
	Erased bool `json:"erased,omitempty"`
}

// plain is what an easy-read letter says for the reason: the plain sentence, or the reason
// itself where nobody has written one.
func (s Said) plain() string {
	if s.Plainly != "" {
		return s.Plainly
	}
	return s.Reason
}

// Body is what a letter keeps.
type Body struct {
	Said    []Said `json:"said"`
	Learned []Line `json:"learned"`
	Doing   []Line `json:"doing"`
	Changed []Line `json:"changed"`
	// Own is what changed for the person alone, as it was when the letter was made: which
	// and in which version, never its words.
	Own []OwnRef `json:"own"`
}

// OwnRef is one version of something that changed for one person.
type OwnRef struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
}

// forget takes out what was said of erased records: the reasons that were signed of
// contributions, and every line of another record.
func (b *Body) forget(gone func(ref.Ref) bool) {
	for i, s := range b.Said {
		if gone(s.Ref) {
			b.Said[i] = Said{Ref: s.Ref, Fate: s.Fate, By: s.By, At: s.At, Bulk: s.Bulk, Erased: true}
		}
	}
	line := func(l Line) bool { return gone(l.Ref) }
	b.Learned, b.Doing, b.Changed = slices.DeleteFunc(b.Learned, line), slices.DeleteFunc(b.Doing, line), slices.DeleteFunc(b.Changed, line)
	b.Own = slices.DeleteFunc(b.Own, func(o OwnRef) bool { return gone(o.Ref) })
}

// gather makes a letter's body from what became of each contribution; a record that
// several lead to is told once.
func gather(accounts []Account) Body {
	var b Body
	add := func(to *[]Line, from []Line) {
		for _, l := range from {
			if !slices.ContainsFunc(*to, func(x Line) bool { return x.Ref == l.Ref }) {
				*to = append(*to, l)
			}
		}
	}
	for _, a := range accounts {
		b.Said = append(b.Said, Said{Ref: a.Ref, Fate: a.Fate, Reason: a.Reason, By: a.By, At: a.At, Bulk: a.Bulk, Plainly: a.Plainly})
		add(&b.Learned, a.Learned)
		add(&b.Doing, a.Doing)
		add(&b.Changed, a.Changed)
	}
	return b
}

// lines is every line of a body, in the letter's order.
func (b Body) lines() []Line { return slices.Concat(b.Learned, b.Doing, b.Changed) }

// moved says that a letter no longer tells what is so. live is which of its contributions
// may still be used; what a person took back themselves moves nothing.
func moved(letter, now Body, live map[ref.Ref]bool) bool {
	whole := true
	for _, s := range letter.Said {
		if !live[s.Ref] {
			whole = false
			continue
		}
		i := slices.IndexFunc(now.Said, func(x Said) bool { return x.Ref == s.Ref })
		if i < 0 {
			whole = false
			continue
		}
		if s.Erased { // it cannot be compared any more
			continue
		}
		if x := now.Said[i]; x.Fate != s.Fate || x.Reason != s.Reason || x.Plainly != s.Plainly || x.Bulk != s.Bulk {
			return true
		}
	}
	had, has := letter.lines(), now.lines()
	for _, l := range has {
		if !slices.Contains(had, l) {
			return true
		}
	}
	for _, o := range now.Own {
		if !slices.Contains(letter.Own, o) {
			return true
		}
	}
	return whole && len(had) != len(has)
}

// more says that a person has said things of which a letter does not tell.
func more(letter, now Body) bool {
	return slices.ContainsFunc(now.Said, func(s Said) bool {
		return !slices.ContainsFunc(letter.Said, func(x Said) bool { return x.Ref == s.Ref })
	})
}

// MaxEasy is the most words of one sentence in an easy-read letter.
const MaxEasy = 20

// Sentences splits a text at the ends of its sentences; abbreviations inside stay whole
// when a small letter or a figure follows.
func Sentences(s string) []string {
	var out []string
	runes := []rune(strings.Join(strings.Fields(s), " "))
	start := 0
	for i, r := range runes {
		if (r == '.' || r == '?' || r == '!') && i+2 < len(runes) && runes[i+1] == ' ' && !unicode.IsLower(runes[i+2]) && !unicode.IsDigit(runes[i+2]) {
			out = append(out, string(runes[start:i+1]))
			start = i + 2
		}
	}
	if start < len(runes) {
		out = append(out, string(runes[start:]))
	}
	return out
}

// tooLong says that a sentence of s is too long for easy read.
func tooLong(s string) bool {
	return slices.ContainsFunc(Sentences(s), func(x string) bool { return len(text.Words(x)) > MaxEasy })
}

// verdict is how a letter stands when it is made, and why.
type verdict struct {
	State   string
	Why     string  // message key; "" when nothing need be said
	Owing   int64   // things they said whose fate is owing
	Plain   int64   // records that nobody has said plainly, of an easy-read letter
	Long    int64   // signed sentences too long for easy read
	Missing ref.Ref // the first of them
	Format  string
	How     string
}

// judge decides how a letter stands. known says that the person could be read at all:
// someone of whom nothing can be known is sent nothing (rule 13 of product.md).
// own is what changed for them alone.
func judge(p Reader, known bool, b Body, own []Own) verdict {
	format, other := formatOf(p.Formats)
	v := verdict{State: Ready, Format: format, How: p.How}
	for _, s := range b.Said {
		if s.Fate == "owing" || s.Fate == "" {
			v.Owing++
		}
	}
	if format == Easy {
		for _, l := range b.lines() {
			if strings.TrimSpace(l.Plainly) == "" {
				if v.Plain++; v.Missing.None() {
					v.Missing = l.Ref
				}
			}
		}
		for _, x := range own {
			if strings.TrimSpace(x.Plainly) == "" {
				if v.Plain++; v.Missing.None() {
					v.Missing = x.Ref
				}
			}
		}
		for _, s := range b.Said {
			if tooLong(s.plain()) {
				if v.Long++; v.Missing.None() {
					v.Missing = s.Ref
				}
			}
		}
	}
	switch {
	case stopped(p, known) != "":
		v.State, v.Why = Held, stopped(p, known)
	case len(b.Said) == 0:
		v.State, v.Why = Held, "output.why_nothing_left"
	case v.Owing > 0:
		v.State, v.Why = Waiting, "output.why_owing"
	case v.Plain > 0:
		v.State, v.Why = Waiting, "output.why_plain"
	case v.Long > 0:
		v.State, v.Why = Waiting, "output.why_long"
	case p.Why != "": // no safe way is known: whoever meets them gives it
		v.State, v.Why, v.How = ByHand, byHand(p.Why), "hand"
	case other:
		v.State, v.Why = ByHand, "output.why_other_format"
	case p.How == "hand":
		v.State, v.Why = ByHand, "output.why_hand"
	}
	return v
}

// byHand is why a letter goes by hand. The room people says of those who cannot be
// reached that nothing is sent: a letter that somebody gives them is not sent.
func byHand(why string) string {
	for _, x := range []struct{ end, key string }{{".why_not_safe", "output.why_not_safe"}, {".why_no_contact", "output.why_no_contact"}} {
		if strings.HasSuffix(why, x.end) {
			return x.key
		}
	}
	return why
}

// stops says that nothing may go to a person: died, moved, no more contact, or none wanted.
// The last is known by the reason that the room people gives.
func stops(p Reader) bool {
	return p.State != "" && p.State != "active" || p.How == "none" || strings.HasSuffix(p.Why, ".why_none")
}

// stopped is why nothing may go to a person now, a message key; "" when something may. To
// someone of whom nothing can be known nothing goes.
func stopped(p Reader, known bool) string {
	if known && !stops(p) {
		return ""
	}
	return cmp.Or(p.Why, "output.why_not_known")
}

// Letter is one letter as lists show it.
type Letter struct {
	Ref        ref.Ref `json:"ref"`
	Project    string  `json:"project"`
	Person     string  `json:"person"`
	Number     int64   `json:"number"` // from 1: which letter to that person of that project
	Format     string  `json:"format"`
	Language   string  `json:"language"` // BCP 47
	How        string  `json:"how"`      // how the person is reached; "" = not known
	State      string  `json:"state"`
	Why        string  `json:"why"` // message key of why it waits, is held or goes by hand
	Owing      int64   `json:"owing"`
	Plain      int64   `json:"plain"`
	Long       int64   `json:"long"`
	Missing    string  `json:"missing"`  // "kind:uuid" of the first record that keeps it waiting
	HeldWhy    string  `json:"held_why"` // in the words of whoever holds it
	HeldBy     string  `json:"held_by"`
	MadeAt     int64   `json:"made_at"`
	ReleasedBy string  `json:"released_by"` // as the trail names them
	ReleasedAt int64   `json:"released_at"`
	HandedBy   string  `json:"handed_by"`
	HandedOn   string  `json:"handed_on"` // YYYY-MM-DD
	Version    int64   `json:"version"`
	run        string
	body       Body
}

// Open says that the letter has not been released: it may still be made anew.
func (l Letter) Open() bool { return l.State != Released && l.State != Handed }

// due says that the letter is on a pile: to be read, to be given, or given.
func (l Letter) due() bool { return l.State != Waiting && l.State != Held }

// take puts a verdict and a fresh body into an open letter; what a person holds stays held.
func (l *Letter) take(v verdict, b Body) {
	l.Format, l.How, l.Why = v.Format, v.How, v.Why
	l.Owing, l.Plain, l.Long, l.Missing = v.Owing, v.Plain, v.Long, v.Missing.String()
	l.State, l.body = v.State, b
	if l.HeldBy != "" {
		l.State, l.Why = Held, "output.why_person"
	}
}

// record is the letter's row in ref_record. It names no person: a letter is reached by
// its person's card through this room alone, and is not among what they can take back.
func (l Letter) record(programme, title string, now int64) ref.Record {
	return ref.Record{Programme: programme, ID: l.Ref.ID, Kind: Kind, Project: l.Project, Title: title, State: l.State, Until: ref.NoEnd,
		Version: l.Version, ChangedAt: now}
}
