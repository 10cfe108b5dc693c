package programme

import (
	"strings"
	"testing"

	"plait/internal/kit/fault"
)

func TestFacts(t *testing.T) {
	for _, c := range []struct {
		name string
		in   Facts
		bad  string // the one field found wanting
	}{
		{"a name is enough", Facts{Name: "Better days"}, ""},
		{"all of it", Facts{Name: "Gwell", Zone: "Europe/Dublin", Language: "cy"}, ""},
		{"no name", Facts{Name: "  "}, "name"},
		{"a long name", Facts{Name: strings.Repeat("a", MaxName+1)}, "name"},
		{"two lines", Facts{Name: "a\nb"}, "name"},
		{"a zone nobody knows", Facts{Name: "a", Zone: "Europe/Atlantis"}, "zone"},
		{"the machine's own zone", Facts{Name: "a", Zone: "Local"}, "zone"},
		{"a way out of the zone files", Facts{Name: "a", Zone: "../../etc/passwd"}, "zone"},
		{"no language tag", Facts{Name: "a", Language: "English (UK)"}, "language"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := c.in.Settled().Check()
			if c.bad == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f := fault.Of(err)
			if f == nil || f.Kind != fault.Invalid || len(f.Fields) != 1 || f.Fields[0].Name != c.bad {
				t.Fatalf("got %v, want %s found wanting", err, c.bad)
			}
		})
	}
}

func TestSettledFillsIn(t *testing.T) {
	got := Facts{Name: " Better days "}.Settled()
	if got != (Facts{Name: "Better days", Zone: DefaultZone, Language: DefaultLanguage}) {
		t.Errorf("got %+v", got)
	}
}

func TestLanguageTag(t *testing.T) {
	for tag, want := range map[string]bool{"en": true, "sco": true, "en-GB": true, "zh-Hant-TW": true, "ga-IE": true,
		"": false, "e": false, "english": false, "en-": false, "-en": false, "en_GB": false, "12": false, "en-GB-abcdefghi": false} {
		if LanguageTag(tag) != want {
			t.Errorf("LanguageTag(%q) is %v", tag, !want)
		}
	}
}
