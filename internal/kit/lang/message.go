package lang

import (
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"text/template"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// message is one text. Exactly one of text (no placeholders, no plural) and forms is set.
type message struct {
	text  string
	forms map[string]string // CLDR form -> template; a single text with placeholders has "other" alone and single set

	single bool
}

func (m message) plural() bool { return m.forms != nil && !m.single }

func (m message) i18n(key string) *i18n.Message {
	return &i18n.Message{
		ID: key, Zero: m.forms["zero"], One: m.forms["one"], Two: m.forms["two"],
		Few: m.forms["few"], Many: m.forms["many"], Other: m.forms["other"],
	}
}

// Forms lists the CLDR plural forms of whole numbers in lang (Unicode CLDR 48, cardinal
// rules), in their usual order. An unlisted language is taken to use one and other.
func Forms(lang string) []string {
	base, _, _ := strings.Cut(lang, "-")
	switch base {
	case "cy", "ar":
		return []string{"zero", "one", "two", "few", "many", "other"}
	case "ga":
		return []string{"one", "two", "few", "many", "other"}
	case "gd", "gv":
		return []string{"one", "two", "few", "other"}
	case "pl", "uk", "ru":
		return []string{"one", "few", "many", "other"}
	case "ro", "lt":
		return []string{"one", "few", "other"}
	case "zh", "ja", "vi", "th":
		return []string{"other"}
	}
	return []string{"one", "other"}
}

type file struct {
	reviewer string
	messages map[string]message
}

// readFile reads one words file. It walks the JSON by token, not into a map, so that a
// key written twice is seen.
func readFile(from fs.FS, name, lang string) (file, error) {
	raw, err := fs.ReadFile(from, name)
	if err != nil {
		return file{}, err
	}
	f := file{messages: map[string]message{}}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return f, fmt.Errorf("a words file is one JSON object")
	}
	if err := f.object(d, "", lang); err != nil {
		return f, err
	}
	if _, err := d.Token(); err != io.EOF {
		return f, fmt.Errorf("text after the end of the object")
	}
	return f, nil
}

// object reads the entries of an object whose opening brace has been read.
func (f *file) object(d *json.Decoder, prefix, lang string) error {
	var forms map[string]string
	nested := false
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string) // the decoder gives a string for every name
		key := name
		if prefix != "" {
			key = prefix + "." + name
		}
		t, err = d.Token()
		if err != nil {
			return err
		}
		switch v := t.(type) {
		case string:
			switch {
			case name == "_reviewed_by" && prefix == "":
				f.reviewer = strings.TrimSpace(v)
			case strings.HasPrefix(name, "_"):
			case prefix != "" && isForm(name):
				if forms == nil {
					forms = map[string]string{}
				}
				if _, twice := forms[name]; twice {
					return fmt.Errorf("key %q is written twice", key)
				}
				forms[name] = v
			default:
				nested = true
				if err := f.put(key, v); err != nil {
					return err
				}
			}
		case json.Delim:
			if v != '{' {
				return fmt.Errorf("key %q: want a text or an object of plural forms", key)
			}
			nested = true
			if err := f.object(d, key, lang); err != nil {
				return err
			}
		default:
			return fmt.Errorf("key %q: want a text or an object of plural forms", key)
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return err
	}
	if forms == nil {
		return nil
	}
	if nested {
		return fmt.Errorf("key %q mixes plural forms with other words", prefix)
	}
	return f.putForms(prefix, lang, forms)
}

func (f *file) put(key, text string) error {
	if _, twice := f.messages[key]; twice {
		return fmt.Errorf("key %q is written twice", key)
	}
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("key %q has no words", key)
	}
	if !strings.Contains(text, "{{") {
		f.messages[key] = message{text: text}
		return nil
	}
	if err := parses(text); err != nil {
		return fmt.Errorf("key %q: %w", key, err)
	}
	f.messages[key] = message{forms: map[string]string{"other": text}, single: true}
	return nil
}

func (f *file) putForms(key, lang string, forms map[string]string) error {
	if _, twice := f.messages[key]; twice {
		return fmt.Errorf("key %q is written twice", key)
	}
	if strings.TrimSpace(forms["other"]) == "" {
		return fmt.Errorf("key %q lacks the plural form %q", key, "other")
	}
	for form, text := range forms {
		if !slices.Contains(Forms(lang), form) {
			return fmt.Errorf("key %q: %s has no plural form %q", key, lang, form)
		}
		if err := parses(text); err != nil {
			return fmt.Errorf("key %q, form %q: %w", key, form, err)
		}
	}
	f.messages[key] = message{forms: forms}
	return nil
}

func parses(text string) error {
	_, err := template.New("").Parse(text)
	return err
}

func isForm(name string) bool {
	switch name {
	case "zero", "one", "two", "few", "many", "other":
		return true
	}
	return false
}
