package programme

import (
	"strings"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// Kind is the kind of record this room keeps.
const Kind = ref.Programme

// What a programme has when nobody says otherwise.
const (
	DefaultZone     = "Europe/London"
	DefaultLanguage = "en"
)

// MaxName is the longest name a programme may have, in bytes.
const MaxName = 200

// Facts is what may be said of a programme.
type Facts struct {
	Name     string `json:"name"`
	Zone     string `json:"zone"`     // IANA time zone; "" = Europe/London
	Language string `json:"language"` // BCP 47; "" = en
}

// Programme is one programme.
type Programme struct {
	Ref ref.Ref `json:"ref"`
	Facts
	Version   int64 `json:"version"`
	FoundedAt int64 `json:"founded_at"` // microseconds since 1970 UTC
}

// Settled fills in what was left empty.
func (f Facts) Settled() Facts {
	f.Name = strings.TrimSpace(f.Name)
	if f.Zone == "" {
		f.Zone = DefaultZone
	}
	if f.Language == "" {
		f.Language = DefaultLanguage
	}
	return f
}

// Check says what is wrong with the facts, by field.
func (f Facts) Check() error {
	var c fault.Check
	c.Need(f.Name != "", "name", "programme.need_name")
	c.Need(len(f.Name) <= MaxName, "name", "house.too_long")
	c.Need(!strings.ContainsAny(f.Name, "\r\n"), "name", "programme.one_line")
	c.Need(knownZone(f.Zone), "zone", "programme.bad_zone")
	c.Need(LanguageTag(f.Language), "language", "programme.bad_language")
	return c.Err()
}

// knownZone says whether the clock knows a zone by an IANA name. "Local" is the
// machine's own and would differ from node to node.
func knownZone(name string) bool {
	if name == "" || name == "Local" {
		return false
	}
	_, err := time.LoadLocation(name)
	return err == nil
}

// LanguageTag says whether s has the shape of a BCP 47 tag (RFC 5646, section 2.1): a
// language of two or three letters, then parts of one to eight letters and figures.
func LanguageTag(s string) bool {
	for i, part := range strings.Split(s, "-") {
		letters := true
		for _, r := range part {
			figure := r >= '0' && r <= '9'
			letter := (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
			if !figure && !letter {
				return false
			}
			letters = letters && letter
		}
		if i == 0 && (!letters || len(part) < 2 || len(part) > 3) || len(part) < 1 || len(part) > 8 {
			return false
		}
	}
	return true
}

// record is the programme's row in ref_record: it is a scope of its own.
func (p Programme) record(now int64) ref.Record {
	return ref.Record{Programme: p.Ref.ID, ID: p.Ref.ID, Kind: Kind, Title: p.Name, Until: ref.NoEnd, Version: p.Version, ChangedAt: now}
}
