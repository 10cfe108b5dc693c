package evidence

import (
	"slices"
	"strings"

	"plait/internal/engine/caption"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
)

// Kinds of a medium.
const (
	Picture  = "picture"
	Sound    = "sound"
	Video    = "video"
	Document = "document" // the file that words were read from
)

// MaxMedia is the most files one contribution may have.
const MaxMedia = 20

// Medium is a file that belongs to a contribution: a photo, a drawing, a recording, a
// film, or the document that its words were read from.
type Medium struct {
	ID         string `json:"id"`   // of the file
	Kind       string `json:"kind"` // Picture, Sound, Video or Document
	Media      string `json:"media"`
	Name       string `json:"name"`
	Width      int64  `json:"width,omitempty"`  // of a picture or film, in pixels; 0 = unknown
	Height     int64  `json:"height,omitempty"` //
	MS         int64  `json:"ms,omitempty"`     // how long it plays, in milliseconds; 0 = unknown
	Pages      int64  `json:"pages,omitempty"`  // of a document that has pages
	Alt        string `json:"alt"`              // what it shows, for those who do not see or hear it; may come later or never
	Captions   string `json:"captions,omitempty"`
	CaptionsBy string `json:"captions_by,omitempty"` // who checked the captions
	CaptionsOn string `json:"captions_on,omitempty"` // day, YYYY-MM-DD
	Version    int64  `json:"version"`
}

// Shown is how someone who does not write, or not alone, put it across. Their own answer
// and another's account of it are kept apart.
type Shown struct {
	Question   string `json:"question"`    // the question or statement that was put to them
	Answer     string `json:"answer"`      // one of Answers, or the name of the picture card they chose
	Interest   string `json:"interest"`    // interest seen in face, voice or body, in plain words
	InterestBy string `json:"interest_by"` // who saw it
	Account    string `json:"account"`     // what a supporter says of it: never the person's own words
	AccountBy  string `json:"account_by"`  // the supporter, or their role
}

// Answers is what can be shown with a card.
func Answers() []string { return []string{"yes", "unsure", "no"} }

// says is whether anything was shown.
func (s Shown) says() bool {
	return s.Answer != "" || strings.TrimSpace(s.Interest) != "" || strings.TrimSpace(s.Account) != ""
}

// Check says what is wrong with what was shown, by field.
func (s Shown) Check() error {
	var c fault.Check
	c.Need(len(s.Question) <= 1000, "question", "house.too_long")
	c.Need(len(s.Answer) <= 200, "answer", "house.too_long")
	c.Need(s.Answer == "" || strings.TrimSpace(s.Answer) != "", "answer", "house.bad_choice") // it is left out, or it is not blank
	c.Need(len(s.Interest) <= 4000, "interest", "house.too_long")
	c.Need(len(s.InterestBy) <= 200, "interest_by", "house.too_long")
	c.Need(strings.TrimSpace(s.Interest) == "" || strings.TrimSpace(s.InterestBy) != "", "interest_by", "evidence.need_interest_by")
	c.Need(len(s.Account) <= 20_000, "account", "house.too_long")
	c.Need(len(s.AccountBy) <= 200, "account_by", "house.too_long")
	c.Need(strings.TrimSpace(s.Account) == "" || strings.TrimSpace(s.AccountBy) != "", "account_by", "evidence.need_account_by")
	return c.Err()
}

// called is the plain name of a kind of medium, which records keep; pages translate it.
func called(kind string) string {
	return map[string]string{Picture: "A picture", Sound: "A recording", Video: "A film", Document: "A document"}[kind]
}

// medium finds one of a contribution's files.
func (c Contribution) medium(file string) (Medium, bool) {
	i := slices.IndexFunc(c.Media, func(m Medium) bool { return m.ID == file })
	if i < 0 {
		return Medium{}, false
	}
	return c.Media[i], true
}

// standsAlone is whether a contribution says something without words.
func (c Contribution) standsAlone() bool { return len(c.Media) > 0 || c.Shown.says() }

// described is what the first of its files that anybody described shows; "" when nobody has.
func (c Contribution) described() string {
	for _, m := range c.Media {
		if alt := strings.TrimSpace(m.Alt); alt != "" {
			return alt
		}
	}
	return ""
}

// says is the words of a contribution; of one without words, what was said of its files,
// else its title.
func (c Contribution) says() string {
	for _, x := range []string{c.Words, c.described()} {
		if strings.TrimSpace(x) != "" {
			return x
		}
	}
	return c.Title
}

// titled is the title of a contribution whose words or files have changed.
func (c Contribution) titled() string {
	if c.Sensitive {
		return sensitiveTitle
	}
	if title := text.Excerpt(c.Words, 90); title != "" {
		return title
	}
	if alt := c.described(); alt != "" && !(c.Question != "" && c.Answer != "") {
		return text.Excerpt(alt, 90)
	}
	files := make([]upload, len(c.Media))
	for i, m := range c.Media {
		files[i].Kind = m.Kind
	}
	return wordless(c, files)
}

// findable is what search finds a contribution by: its words, what is said of its files,
// and the words of captions where nobody typed any.
func (c Contribution) findable() []string {
	out := []string{c.Words, c.Source, c.Role, c.Question, c.Answer, c.Interest, c.Account}
	for _, m := range c.Media {
		out = append(out, m.Alt)
		if m.Captions != "" && strings.TrimSpace(c.Words) == "" {
			out = append(out, caption.Transcript(caption.Read(m.Captions).Cues))
		}
	}
	return out
}
