package people

import (
	"slices"

	"plait/internal/kit/fault"
)

// The four lists of the Accessible Information Standard (DAPB1605). The codes in them are
// our own words: SNOMED CT is licensed and is not shipped.
const (
	Format       = "format"       // how to give them information
	ContactNeed  = "contact"      // how to get in touch
	Professional = "professional" // who is needed beside them
	Support      = "support"      // what helps them in a meeting
)

// Other is the code of a need in the person's own words.
const Other = "other"

// Lists is the four lists, in the standard's order.
func Lists() []string { return []string{Format, ContactNeed, Professional, Support} }

// Codes is the needs of one list that can be ticked.
func Codes(list string) []string {
	switch list {
	case Format:
		return []string{"easy_read", "large_print", "braille_1", "braille_2", "audio", "bsl_video", "plain_email", "other_language", "colour_paper"}
	case ContactNeed:
		return []string{"text", "email", "phone", "relay", "letter", "supporter"}
	case Professional:
		return []string{"bsl_interpreter", "lipspeaker", "deafblind_manual", "speech_to_text", "notetaker", "advocate", "language_interpreter"}
	case Support:
		return []string{"hearing_loop", "lip_reading", "passport", "more_time", "symbols", "makaton"}
	}
	return nil
}

// Answers to "do you need anything so that you can take part?"
const (
	Yes       = "yes"
	No        = "no"
	RatherNot = "rather not say"
)

// Answers is every answer to that question.
func Answers() []string { return []string{Yes, No, RatherNot} }

// languages is the choices of a person's language, as BCP 47 has them; the last is any other.
func languages() []string {
	return []string{"en", "cy", "ga", "gd", "bfi", "pl", "ur", "pa", "ar", "und"}
}

// Need is one thing a person needs, worded as the need and not as a diagnosis.
type Need struct {
	List  string `json:"list"`
	Code  string `json:"code"`
	Words string `json:"words"` // with Other: their own words
}

// Wanted is what is sent about a person's needs.
type Wanted struct {
	Asked             string   `json:"asked" doc:"Were they asked: yes (they need something), no (nothing), rather not say. When not said, naming a need says yes."`
	Format            []string `json:"format"`
	FormatWords       string   `json:"format_words"`
	Contact           []string `json:"contact"`
	ContactWords      string   `json:"contact_words"`
	Professional      []string `json:"professional"`
	ProfessionalWords string   `json:"professional_words"`
	Support           []string `json:"support"`
	SupportWords      string   `json:"support_words"`
}

// of gives one list of what is wanted: its codes and the person's own words.
func (w Wanted) of(list string) ([]string, string) {
	switch list {
	case Format:
		return w.Format, w.FormatWords
	case ContactNeed:
		return w.Contact, w.ContactWords
	case Professional:
		return w.Professional, w.ProfessionalWords
	case Support:
		return w.Support, w.SupportWords
	}
	return nil, ""
}

// wanted is the stored needs in the form in which they are sent.
func wanted(asked string, needs []Need) Wanted {
	w := Wanted{Asked: asked}
	codes := map[string]*[]string{Format: &w.Format, ContactNeed: &w.Contact, Professional: &w.Professional, Support: &w.Support}
	own := map[string]*string{Format: &w.FormatWords, ContactNeed: &w.ContactWords, Professional: &w.ProfessionalWords, Support: &w.SupportWords}
	for _, n := range needs {
		if n.Code == Other && own[n.List] != nil {
			*own[n.List] = n.Words
		} else if codes[n.List] != nil {
			*codes[n.List] = append(*codes[n.List], n.Code)
		}
	}
	return w
}

// settled is what is sent with its answer: whoever names a need has answered yes.
func (w Wanted) settled() Wanted {
	if w.Asked != "" {
		return w
	}
	for _, list := range Lists() {
		if codes, own := w.of(list); len(codes) > 0 || own != "" {
			w.Asked = Yes
		}
	}
	return w
}

// check says what is wrong with what was sent, by field.
func (w Wanted) check() error {
	var c fault.Check
	c.Need(slices.Contains(Answers(), w.Asked), "asked", "people.need_asked")
	n := 0
	for _, list := range Lists() {
		codes, own := w.of(list)
		for _, code := range codes {
			c.Need(slices.Contains(Codes(list), code), list, "house.bad_choice")
		}
		c.Need(len(own) <= 500, list+"_words", "house.too_long")
		n += len(codes) + len(own)
	}
	c.Need(w.Asked != Yes || n > 0, "asked", "people.need_which")
	c.Need(w.Asked == Yes || n == 0, "asked", "people.need_yes")
	return c.Err()
}

// needs is what is stored: each code once, in the order of the lists.
func (w Wanted) needs() []Need {
	out := []Need{}
	for _, list := range Lists() {
		codes, own := w.of(list)
		for _, code := range Codes(list) {
			if slices.Contains(codes, code) {
				out = append(out, Need{List: list, Code: code})
			}
		}
		if own != "" {
			out = append(out, Need{List: list, Code: Other, Words: own})
		}
	}
	return out
}

// Share is one party that is told of a person's needs, with the person's agreement.
type Share struct {
	ID     string `json:"id"`
	With   string `json:"with"`
	Since  string `json:"since"`
	Until  string `json:"until"`  // day it ended; "" = still shared
	Agreed string `json:"agreed"` // how the person agreed, in a few words
}

// Met is one time at which needs were met, or not.
type Met struct {
	ID       string `json:"id"`
	On       string `json:"on"`
	Occasion string `json:"occasion"`
	Met      string `json:"met"` // yes, partly, no
	Arranged string `json:"arranged"`
}

// Degrees is how far needs were met.
func Degrees() []string { return []string{"yes", "partly", "no"} }

// Review is one time at which a person was asked again.
type Review struct {
	ID   string `json:"id"`
	On   string `json:"on"`
	By   string `json:"by"`
	Note string `json:"note"`
	Next string `json:"next"`
}
