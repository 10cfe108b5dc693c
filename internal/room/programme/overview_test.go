package programme

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

func TestSortedByPlace(t *testing.T) {
	var got []string
	for _, c := range sorted([]OverviewColumn{{Key: "c", Place: Changed}, {Key: "t", Place: Tried}, {Key: "h1", Place: Heard}, {Key: "o", Place: Owed}, {Key: "h2", Place: Heard}}) {
		got = append(got, c.Key)
	}
	if diff := cmp.Diff([]string{"h1", "h2", "o", "t", "c"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCell(t *testing.T) {
	for in, want := range map[string]string{"": "", "Falls": "Falls", "=1+1": "'=1+1", "@x": "'@x", "-1": "'-1", "a=b": "a=b"} {
		if got := cell(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestNoStrandIsAlwaysFirst(t *testing.T) {
	first := map[string]bool{}
	for _, last := range "0123456789abcdef" {
		first[Strands("01890000-0000-7000-8000-00000000000" + string(last))[0]] = true
	}
	if len(first) != 3 {
		t.Errorf("only %v come first", first)
	}
}

// others is the counts of two other rooms.
type others struct{ n map[string]int64 }

func (others) Load(context.Context, *db.Tx, string, string, ref.Ref) []page.Panel { return nil }

func (o others) Columns(context.Context, *db.Tx) ([]plug.Column, error) {
	return []plug.Column{{Count: plug.Count{Name: "programme.overview_project", Place: Tried, Href: "/action/{project}"}, N: o.n},
		{Count: plug.Count{Name: "programme.overview_unsorted", Place: Owed, Href: "/finding/{project}/owing"}, N: o.n}}, nil
}

// put keeps a project, and contributions of it by strand.
func (b *bench) put(programme, title string, strands ...string) string {
	b.t.Helper()
	id := b.ids.New()
	recs := []ref.Record{{Programme: programme, ID: id, Kind: ref.Project, Project: id, Title: title, State: "delivery", Until: ref.NoEnd, Version: 1, ChangedAt: 1}}
	for _, s := range strands {
		recs = append(recs, ref.Record{Programme: programme, ID: b.ids.New(), Kind: "contribution", Project: id, Strand: s, Until: ref.NoEnd, Version: 1, ChangedAt: 1})
	}
	recs = append(recs, ref.Record{Programme: programme, ID: b.ids.New(), Kind: "contribution", Project: id, Strand: "lived", Version: 1, ChangedAt: 1}) // withdrawn
	if err := b.db.Write(b.t.Context(), func(tx *db.Tx) error { return ref.Put(tx, recs...) }); err != nil {
		b.t.Fatal(err)
	}
	return id
}

func TestOverview(t *testing.T) {
	each(t, func(t *testing.T, b *bench) {
		p, other := b.begin(Facts{Name: "Better days"}), b.begin(Facts{Name: "Other"})
		zebra := b.put(p, "Zebra", "lived", "lived+practice", "research", "")
		elan := b.put(p, "Élan")
		b.put(other, "Elsewhere", "lived")
		b.panels = others{map[string]int64{zebra: 7}}
		got, err := b.Overview(b.as(p, who.ProgrammeLead, ref.Of(Kind, p)), OverviewIn{})
		if err != nil {
			t.Fatal(err)
		}
		var places []string
		for _, c := range got.Columns {
			places = append(places, c.Place)
		}
		if diff := cmp.Diff([]string{Heard, Heard, Heard, Heard, Owed, Tried}, places); diff != "" {
			t.Error(diff)
		}
		zero := map[string]int64{"heard_lived": 0, "heard_practice": 0, "heard_research": 0, unsorted: 0, "programme.overview_unsorted": 0, "programme.overview_project": 0}
		want := []OverviewLine{{elan, "Élan", "delivery", zero},
			{zebra, "Zebra", "delivery", map[string]int64{"heard_lived": 2, "heard_practice": 1, "heard_research": 1, unsorted: 1, "programme.overview_unsorted": 7, "programme.overview_project": 7}}}
		if diff := cmp.Diff(want, got.Projects); diff != "" || got.Silent != 1 {
			t.Errorf("%d silent %s", got.Silent, diff)
		}
		// A delivery lead of one project sees that one.
		got, err = b.Overview(b.as(p, who.DeliveryLead, ref.Of(ref.Project, elan)), OverviewIn{})
		if err != nil || len(got.Projects) != 1 || got.Projects[0].Project != elan {
			t.Errorf("%+v %v", got.Projects, err)
		}
		for _, role := range []who.Role{who.HostLead, who.Member, who.Partner} {
			if _, err := b.Overview(b.as(p, role, ref.Of(Kind, p)), OverviewIn{}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}

func TestTheOverviewPages(t *testing.T) {
	b := onSQLite(t)
	p := b.begin(Facts{Name: "Better days"})
	zebra := b.put(p, "=Zebra", "lived", "lived", "practice", "research")
	b.panels = others{map[string]int64{zebra: 7}}
	for i := range 50 {
		b.put(p, fmt.Sprintf("Project %d", i), "lived", "practice", "research")
	}
	a := who.From(b.as(p, who.ProgrammeLead, ref.Of(Kind, p)))
	h, err := web.New(web.Options{Face: b.face.Face, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), IDs: b.ids,
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return who.With(r.Context(), b.policy, a), nil
		}}, b.Plug().Routes)
	if err != nil {
		t.Fatal(err)
	}
	visit := func(path string) string {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		if w.Code != 200 {
			t.Fatalf("%s: %d\n%s", path, w.Code, w.Body)
		}
		return w.Body.String()
	}
	if body := visit("/programme"); !strings.Contains(body, "/programme/overview") {
		t.Error("the programme's page does not lead to the overview")
	}
	body := visit("/programme/overview")
	for _, has := range []string{"51 projects. All three strands are heard in every project.", "/finding/" + zebra + "/owing", "/action/" + zebra, "/evidence/" + zebra + "?strand=lived", `colspan="4" class="govuk-table__header govuk-!-padding-right-1">Heard<`, `<span aria-hidden="true">Practice</span>`, "govuk-!-font-size-16"} {
		if !strings.Contains(body, has) {
			t.Errorf("the overview does not have %q", has)
		}
	}
	for _, trouble := range page.Troubles(body) {
		t.Error(trouble)
	}
	rows, err := csv.NewReader(strings.NewReader(visit("/programme/overview/export"))).ReadAll()
	if err != nil || len(rows) != 52 || len(rows[0]) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[1][0] == "=Zebra" || rows[51][0] != "'=Zebra" && rows[1][0] != "'=Zebra" {
		t.Errorf("a title that begins like a formula: %q, %q", rows[1][0], rows[51][0])
	}
}
