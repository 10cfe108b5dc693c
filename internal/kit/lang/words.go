package lang

import (
	"fmt"
	"io/fs"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

// Fallback is the language in which every word exists.
const Fallback = "en"

// Source is the words of one owner, usually one room.
type Source struct {
	Name string // who owns the words, shown in errors
	FS   fs.FS  // holds en.json, cy.json, ... at its top
}

// Words is the catalogue: the words of every source, in every language. It is safe
// for use by many goroutines at once.
type Words struct {
	languages  []string // sorted, Fallback first
	messages   map[string]map[string]message
	owners     map[string]string // key -> source name
	reviewed   map[string]bool
	localizers map[string]*i18n.Localizer
	matcher    language.Matcher

	mu      sync.Mutex
	unknown map[string]int // keys that were asked for and are nowhere
}

// New reads every words file of the sources. It refuses a file that is not JSON of the
// shape above, a key that two sources define, a placeholder that does not parse, a plural
// without the form "other", a form that the language does not use, and a key that is
// absent from English.
func New(sources ...Source) (*Words, error) {
	w := &Words{
		messages:   map[string]map[string]message{Fallback: {}},
		owners:     map[string]string{},
		reviewed:   map[string]bool{},
		localizers: map[string]*i18n.Localizer{},
		unknown:    map[string]int{},
	}
	read := map[string]int{}     // language -> files
	reviewed := map[string]int{} // language -> files with a reviewer's name
	for _, s := range sources {
		if s.FS == nil {
			continue // a room of commands alone has none
		}
		names, err := fs.Glob(s.FS, "*.json")
		if err != nil {
			return nil, fmt.Errorf("words of %s: %w", s.Name, err)
		}
		for _, name := range names {
			lang := strings.TrimSuffix(name, ".json")
			file, err := readFile(s.FS, name, lang)
			if err != nil {
				return nil, fmt.Errorf("words of %s, %s: %w", s.Name, name, err)
			}
			read[lang]++
			if file.reviewer != "" {
				reviewed[lang]++
			}
			if err := w.add(s.Name, lang, file.messages); err != nil {
				return nil, fmt.Errorf("words of %s, %s: %w", s.Name, name, err)
			}
		}
	}
	for lang, n := range read {
		w.reviewed[lang] = reviewed[lang] == n
	}
	// English is written by the people who write the code and is read with it.
	w.reviewed[Fallback] = true
	return w, w.index()
}

func (w *Words) add(source, lang string, messages map[string]message) error {
	if w.messages[lang] == nil {
		w.messages[lang] = map[string]message{}
	}
	for key, m := range messages {
		if owner, taken := w.owners[key]; taken && owner != source {
			return fmt.Errorf("key %q is already defined by %s", key, owner)
		}
		w.owners[key] = source
		if _, taken := w.messages[lang][key]; taken {
			return fmt.Errorf("key %q is defined twice", key)
		}
		w.messages[lang][key] = m
	}
	return nil
}

// index checks the languages against English and builds the localizers.
func (w *Words) index() error {
	bundle := i18n.NewBundle(language.English)
	tags := []language.Tag{language.English}
	w.languages = []string{Fallback}
	for _, lang := range slices.Sorted(maps.Keys(w.messages)) {
		tag, err := language.Parse(lang)
		if err != nil {
			return fmt.Errorf("words: %q is not a language tag: %w", lang, err)
		}
		if lang != Fallback {
			w.languages = append(w.languages, lang)
			tags = append(tags, tag)
		}
		for _, key := range slices.Sorted(maps.Keys(w.messages[lang])) {
			if _, ok := w.messages[Fallback][key]; !ok {
				return fmt.Errorf("words of %s, %s.json: key %q is not in en.json", w.owners[key], lang, key)
			}
			m := w.messages[lang][key]
			if m.text != "" {
				continue // served straight from the map
			}
			if err := bundle.AddMessages(tag, m.i18n(key)); err != nil {
				return fmt.Errorf("words: %s: %w", lang, err)
			}
		}
	}
	for _, lang := range w.languages {
		w.localizers[lang] = i18n.NewLocalizer(bundle, lang)
	}
	w.matcher = language.NewMatcher(tags)
	return nil
}

// T gives the words for key in lang. args are pairs of a placeholder's name and its
// value: T("en", "evidence.count", "Count", 3). The value called Count must be a whole
// number; it chooses the plural form and is written as the language writes numbers.
//
// A word that lang lacks is given in English. A word that English lacks, or a call that
// does not fit its words, gives "⟦key⟧", which no page test lets through, and is counted.
func (w *Words) T(lang, key string, args ...any) string {
	lang = w.known(lang)
	m, ok := w.messages[lang][key]
	if !ok && lang != Fallback {
		lang = Fallback
		m, ok = w.messages[lang][key]
	}
	if !ok {
		return w.miss(key)
	}
	if m.text != "" {
		return m.text
	}
	config := &i18n.LocalizeConfig{MessageID: key}
	if len(args) > 0 {
		data, count, ok := pairs(lang, args)
		if !ok {
			return w.miss(key)
		}
		config.TemplateData = data
		config.PluralCount = count
	}
	if config.PluralCount == nil && m.plural() {
		return w.miss(key) // a plural without a count would silently say "other"
	}
	text, err := w.localizers[lang].Localize(config)
	if text == "" || strings.Contains(text, "<no value>") {
		return w.miss(key)
	}
	_ = err // an error with a text is a missing form, for which "other" was used: Gaps reports it
	return text
}

// Choose gives the language of the catalogue that best fits the wishes, each a BCP 47 tag
// or a whole Accept-Language header, the first wish first; English when none fits.
func (w *Words) Choose(wishes ...string) string {
	for _, wish := range wishes {
		tags, _, err := language.ParseAcceptLanguage(wish)
		if err != nil || len(tags) == 0 {
			continue
		}
		if _, i, sure := w.matcher.Match(tags...); sure != language.No {
			return w.languages[i]
		}
	}
	return Fallback
}

// Has reports whether lang itself holds key.
func (w *Words) Has(lang, key string) bool {
	_, ok := w.messages[lang][key]
	return ok
}

// place is where a value goes.
var place = regexp.MustCompile(`\{\{[^}]*\}\}`)

// Unfilled is a message with "…" in the places of its values, for where these may not be told.
func (w *Words) Unfilled(lang, key string) string {
	m, ok := w.messages[w.known(lang)][key]
	switch {
	case !ok:
		return w.miss(key)
	case m.text != "":
		return m.text
	}
	return place.ReplaceAllString(m.forms["other"], "…")
}

// Keys lists the keys that lang holds, sorted.
func (w *Words) Keys(lang string) []string {
	return slices.Sorted(maps.Keys(w.messages[lang]))
}

// Languages lists the languages, English first and the others by tag.
func (w *Words) Languages() []string { return slices.Clone(w.languages) }

// Missing lists the English keys that lang lacks, sorted.
func (w *Words) Missing(lang string) []string {
	var out []string
	for key := range w.messages[Fallback] {
		if !w.Has(lang, key) {
			out = append(out, key)
		}
	}
	slices.Sort(out)
	return out
}

// Gaps lists, as "key: form", the plural forms that lang uses and its words lack, sorted.
// Until they are filled, the form "other" is shown.
func (w *Words) Gaps(lang string) []string {
	var out []string
	for key, m := range w.messages[lang] {
		if !m.plural() {
			continue
		}
		for _, form := range Forms(lang) {
			if m.forms[form] == "" {
				out = append(out, key+": "+form)
			}
		}
	}
	slices.Sort(out)
	return out
}

// Unknown gives the keys that T was asked for and could not say, with how often. Tests
// assert that it is empty; a running server can log it.
func (w *Words) Unknown() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return maps.Clone(w.unknown)
}

// Reviewed reports whether a named person has read every words file of lang. Words in a
// language that no one has read are marked as such on the page.
func (w *Words) Reviewed(lang string) bool { return w.reviewed[lang] }

func (w *Words) known(lang string) string {
	if _, ok := w.messages[lang]; ok {
		return lang
	}
	return w.Choose(lang)
}

func (w *Words) miss(key string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	// Keys come from templates, not from people, so the map cannot grow without end;
	// the limit guards against a template that builds keys from data.
	if len(w.unknown) < 1000 {
		w.unknown[key]++
	}
	return "⟦" + key + "⟧"
}

// pairs turns alternating names and values into template data, with the count apart.
func pairs(lang string, args []any) (data map[string]any, count any, ok bool) {
	if len(args)%2 != 0 {
		return nil, nil, false
	}
	data = make(map[string]any, len(args)/2)
	for i := 0; i < len(args); i += 2 {
		name, isText := args[i].(string)
		if !isText {
			return nil, nil, false
		}
		data[name] = args[i+1]
		if name == "Count" {
			n, whole := whole(args[i+1])
			if !whole {
				return nil, nil, false
			}
			count, data[name] = n, Number(lang, n)
		}
	}
	return data, count, true
}

func whole(v any) (int64, bool) {
	switch n := v.(type) {
	case int:
		return int64(n), true
	case int64:
		return n, true
	case int32:
		return int64(n), true
	case uint32:
		return int64(n), true
	}
	return 0, false
}
