package test

import (
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"sort"
	"strings"
	"testing"

	"plait/internal/kit/fault"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// TestEveryVerbRefusesAStranger calls each verb as nobody, as a member of another
// project and as the other programme's operator's account: none may get through, but
// for what anybody may do.
func TestEveryVerbRefusesAStranger(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	give := reflect.New(h.Verbs["evidence.give"].In).Elem()
	give.FieldByName("Project").SetString(h.Project)
	give.FieldByName("Words").SetString("Nobody rang back")
	said := reflect.ValueOf(h.Do(h.AsOperator(), "evidence.give", give.Interface())).FieldByName("Ref").Interface().(ref.Ref)
	lead, opened := h.As(who.ProgrammeLead), 0
	elsewhere := h.AsAt(who.ProjectLead, ref.Of(ref.Project, h.Other))
	for _, v := range h.VerbList() {
		p, ok := h.Policy.Get(v.Permission)
		if !ok {
			t.Errorf("%s asks for %s, which no room gives", v.Name, v.Permission)
			continue
		}
		in := aimed(h, v, said)
		if _, err := v.Do(h.Stranger(), in); err == nil && !p.Any {
			t.Errorf("%s lets a stranger in", v.Name)
		} else if err != nil && !p.Any && !fault.Is(err, fault.Signin) {
			t.Errorf("%s tells a stranger %v, not signin", v.Name, err)
		}
		if p.Any || p.Self {
			continue
		}
		// The programme's lead is not refused the same: what refuses the other is authority.
		if _, err := v.Do(lead, aimed(h, v, said)); !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
			opened++
		}
		if _, err := v.Do(elsewhere, in); err == nil && len(ids(v.In)) > 0 {
			t.Errorf("%s lets the lead of another project in", v.Name)
		} else if err != nil && !fault.Is(err, fault.Missing) && !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s tells the lead of another project %v", v.Name, err)
		}
	}
	if opened < 25 {
		t.Errorf("only %d verbs open to a lead with the same input: the others' refusals prove nothing", opened)
	}
	t.Logf("%d of %d verbs open to the programme's lead with the same input", opened, len(h.VerbList()))
	if len(h.VerbList()) < 20 {
		t.Errorf("only %d verbs were knocked at", len(h.VerbList()))
	}
}

// aimed makes an In whose ids all name the first project or a record in it.
func aimed(h *house.House, verb plug.Verb, said ref.Ref) any {
	in := verb.In
	room, _, _ := strings.Cut(verb.Name, ".")
	v := reflect.New(in).Elem()
	person := h.Person()
	for _, f := range ids(in) {
		field := v.FieldByIndex(f.Index)
		switch field.Interface().(type) {
		case ref.Ref:
			field.Set(reflect.ValueOf(ref.Of(ref.Project, h.Project)))
			if room == "evidence" || room == "consent" {
				field.Set(reflect.ValueOf(said)) // a record of that room, so that only authority can refuse
			}
			if f.Name == "Person" {
				field.Set(reflect.ValueOf(ref.Of(ref.Person, person)))
			}
		default:
			field.SetString(h.Project)
			if f.Name == "Person" {
				field.SetString(person)
			}
		}
	}
	return v.Interface()
}

// ids is the fields of an In that name a place or a record.
func ids(in reflect.Type) []reflect.StructField {
	var out []reflect.StructField
	for _, f := range reflect.VisibleFields(in) {
		if f.Anonymous || !f.IsExported() {
			continue
		}
		if f.Type == reflect.TypeFor[ref.Ref]() || (f.Type.Kind() == reflect.String && (f.Name == "Project" || f.Name == "Person")) {
			out = append(out, f)
		}
	}
	return out
}

// TestPermissionsGolden writes down who may do what: role x permission x scope.
func TestPermissionsGolden(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	var b strings.Builder
	for _, p := range h.Policy.All() {
		var who []string
		for _, r := range p.Roles {
			who = append(who, string(r))
		}
		for name, on := range map[string]bool{"card (own)": p.Card, "anybody": p.Any, "oneself": p.Self} {
			if on {
				who = append(who, name)
			}
		}
		sort.Strings(who)
		wide := ""
		if p.Wide {
			wide = " (a site's holders also open the project)"
		}
		fmt.Fprintf(&b, "%s: %s%s\n", p.Name, strings.Join(slices.Compact(who), ", "), wide)
	}
	golden(t, filepath.Join("permissions.golden"), b.String())
}

// TestHostsSeeNoWords: no permission that shows raw words or names is held by a host.
func TestHostsSeeNoWords(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	for _, p := range h.Policy.All() {
		room, _, _ := strings.Cut(p.Name, ".")
		if !slices.Contains([]string{"evidence", "people", "consent", "card", "keeper"}, room) {
			continue
		}
		if slices.Contains(p.Roles, who.HostLead) || slices.Contains(p.Roles, who.HostStaff) {
			t.Errorf("%s is held by the host", p.Name)
		}
	}
}

// TestRoutesGolden holds every address: one that goes is an edit that somebody read.
func TestRoutesGolden(t *testing.T) {
	var kit house.Kit
	h := kit.SQLite(t)
	var lines []string
	for _, r := range h.Routes {
		if r.Permission != web.Public {
			if _, ok := h.Policy.Get(r.Permission); !ok {
				t.Errorf("%s asks for %s, which no room gives", r.Pattern, r.Permission)
			}
		}
		lines = append(lines, r.Pattern+" "+r.Permission)
	}
	sort.Strings(lines)
	golden(t, "routes.golden", strings.Join(lines, "\n")+"\n")
}
