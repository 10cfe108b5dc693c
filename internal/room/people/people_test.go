package people

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"plait/internal/kit/fault"
	"plait/internal/spine/who"
)

func TestReachable(t *testing.T) {
	mail := Contact{How: Email, Address: "a@example.org", Safe: true}
	home := Contact{How: Phone, Address: "0115 496 0000"}
	hand, none := Contact{How: Hand}, Contact{How: None}
	for name, c := range map[string]struct {
		state string
		all   []Contact
		how   string
		why   string
	}{
		"the first safe one":     {Active, []Contact{home, mail, hand}, Email, ""},
		"by hand is always safe": {Active, []Contact{home, hand}, Hand, ""},
		"only an unsafe one":     {Active, []Contact{home}, "", "people.why_not_safe"},
		"none known":             {Active, nil, "", "people.why_no_contact"},
		"none wanted":            {Active, []Contact{mail, none}, "", "people.why_none"},
		"moved":                  {Moved, []Contact{mail}, "", "people.why_moved"},
		"died":                   {Died, []Contact{mail}, "", "people.why_died"},
		"no more contact":        {NoMore, []Contact{mail, hand}, "", "people.why_no_more"},
	} {
		how, ok, why := reachable(c.state, c.all)
		if how != c.how || why != c.why || ok != (c.how != "") {
			t.Errorf("%s: %q %v %q", name, how, ok, why)
		}
	}
}

// fields is the names of the fields that a fault is about.
func fields(err error) []string {
	var f *fault.Fault
	if !errors.As(err, &f) {
		return nil
	}
	var out []string
	for _, x := range f.Fields {
		out = append(out, x.Name)
	}
	return out
}

func TestWantedIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		in   Wanted
		want []string
	}{
		"something":           {Wanted{Asked: Yes, Format: []string{"easy_read"}}, nil},
		"own words":           {Wanted{Asked: Yes, SupportWords: "a quiet room"}, nil},
		"nothing":             {Wanted{Asked: No}, nil},
		"rather not say":      {Wanted{Asked: RatherNot}, nil},
		"not asked":           {Wanted{}, []string{"asked"}},
		"yes, but what":       {Wanted{Asked: Yes}, []string{"asked"}},
		"no, but something":   {Wanted{Asked: No, Contact: []string{"text"}}, []string{"asked"}},
		"a code of no list":   {Wanted{Asked: Yes, Format: []string{"text"}}, []string{"format"}},
		"a code from outside": {Wanted{Asked: Yes, Support: []string{Other}}, []string{"support"}},
	} {
		if diff := cmp.Diff(c.want, fields(c.in.check())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// What is stored of a person's needs gives back what was sent.
func TestNeedsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := Wanted{Asked: Yes, FormatWords: rapid.String().Draw(t, "own"), SupportWords: rapid.String().Draw(t, "quiet")}
		some := func(list string) []string {
			var out []string
			for _, c := range Codes(list) {
				if rapid.Bool().Draw(t, c) {
					out = append(out, c)
				}
			}
			return out
		}
		in.Format, in.Contact, in.Professional, in.Support = some(Format), some(ContactNeed), some(Professional), some(Support)
		if diff := cmp.Diff(in, wanted(Yes, in.needs())); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A need that is ticked is an answer; a plain contradiction stays one.
func TestANeedIsAYes(t *testing.T) {
	for name, c := range map[string]struct {
		in   Wanted
		want string
	}{
		"ticked":         {Wanted{Format: []string{"audio"}}, Yes},
		"own words":      {Wanted{SupportWords: "a quiet room"}, Yes},
		"nothing":        {Wanted{}, ""},
		"no, but ticked": {Wanted{Asked: No, Format: []string{"audio"}}, No},
	} {
		if got := c.in.settled().Asked; got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestContactIsChecked(t *testing.T) {
	for name, c := range map[string]struct {
		in   Contact
		want []string
	}{
		"mail":            {Contact{How: Email, Address: "a@example.org"}, nil},
		"by hand":         {Contact{How: Hand}, nil},
		"not at all":      {Contact{How: None}, nil},
		"mail without @":  {Contact{How: Email, Address: "a"}, []string{"address"}},
		"phone, no more":  {Contact{How: Phone}, []string{"address"}},
		"an unknown way":  {Contact{How: "pigeon", Address: "loft"}, []string{"how"}},
		"nothing at all":  {Contact{}, []string{"how", "address"}},
		"a letter's road": {Contact{How: Post, Address: "1 High Street"}, nil},
	} {
		if diff := cmp.Diff(c.want, fields(c.in.check())); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRows(t *testing.T) {
	got := Rows("Alys Jones, carer, a@example.org\r\n\nBo\tsocial worker\nCy,c@example.org\n,nobody")
	want := []Row{{"Alys Jones", "carer", "a@example.org"}, {"Bo", "social worker", ""}, {"Cy", "", "c@example.org"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestYearAfter(t *testing.T) {
	for in, want := range map[string]string{"2026-03-02": "2027-03-02", "2028-02-29": "2029-03-01", "": "", "soon": ""} {
		if got := yearAfter(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}

// Rule 14 and the room's own: these roles never see names and contacts.
func TestWhoNeverSeesNames(t *testing.T) {
	never := map[who.Role]bool{who.HostLead: true, who.HostStaff: true, who.Member: true, who.Evaluator: true, who.Reviewer: true, who.Communicator: true}
	for _, list := range [][]who.Role{seers(), changers()} {
		for _, role := range list {
			if never[role] {
				t.Errorf("%s may see names", role)
			}
		}
	}
}
