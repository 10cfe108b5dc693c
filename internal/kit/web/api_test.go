package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

// testRef is a type that is text in JSON, as ref.Ref is.
type testRef struct{ Kind, ID string }

func (r testRef) MarshalText() ([]byte, error) { return []byte(r.Kind + ":" + r.ID), nil }

func (r *testRef) UnmarshalText(b []byte) error {
	var ok bool
	if r.Kind, r.ID, ok = strings.Cut(string(b), ":"); !ok {
		return fault.New(fault.Invalid, "house.bad_ref")
	}
	return nil
}

type giveIn struct {
	Person testRef  `json:"person"`
	Text   string   `json:"text"`
	Tags   []string `json:"tags"`
	N      int64    `json:"n"`
	Must   bool     `json:"must" required:"true"`
}

type giveOut struct {
	Ref testRef `json:"ref"`
	Key string  `json:"key"`
	N   int64   `json:"n"`
}

type brokenOut struct {
	F float64 `json:"f"`
}

const testWords = `{
	"house.bad_ref": "That is not a record.",
	"house.bad_json": "We cannot read this JSON.", "house.bad_json_do": "Send one JSON object.",
	"house.unknown_field": "We do not know this field.",
	"house.bad_value": "This value cannot be taken.",
	"house.check_answers": "Check your answers.",
	"house.too_big": "This is too big.", "house.too_big_do": "Send less.",
	"house.no_page": "There is no such page.", "house.no_page_do": "Check the address.",
	"house.broken": "Sorry, something went wrong.",
	"house.conflict": "Someone was first."
}`

// operation adds a verb by its function.
func operation[In, Out any](a *API, name string, writes bool, do func(context.Context, string, In) (Out, error)) {
	a.Operation(name, writes, reflect.TypeFor[In](), reflect.TypeFor[Out](), func(ctx context.Context, key string, in any) (any, error) { return do(ctx, key, in.(In)) })
}

func newTestAPI(t *testing.T) *API {
	t.Helper()
	words, err := lang.New(lang.Source{Name: "test", FS: fstest.MapFS{"en.json": {Data: []byte(testWords)}}})
	if err != nil {
		t.Fatal(err)
	}
	a := NewAPI(&Face{Words: words}, "1.2.3")
	operation(a, "evidence.give", true, func(_ context.Context, key string, in giveIn) (giveOut, error) {
		switch in.Text {
		case "clash":
			return giveOut{}, fault.New(fault.Conflict, "house.conflict")
		case "boom":
			return giveOut{}, errors.New("table secret_table is gone")
		}
		return giveOut{Ref: in.Person, Key: key, N: in.N}, nil
	})
	// lang.Source and page.Source: one name, two packages.
	operation(a, "card.read", false, func(_ context.Context, key string, in lang.Source) (giveOut, error) {
		return giveOut{Key: "read:" + key}, nil
	})
	operation(a, "card.list", false, func(_ context.Context, key string, in page.Source) (struct{}, error) {
		return struct{}{}, nil
	})
	operation(a, "card.burst", false, func(context.Context, string, struct{}) (brokenOut, error) {
		return brokenOut{math.NaN()}, nil
	})
	return a
}

func post(h http.Handler, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestVerbAnswers(t *testing.T) {
	h := newTestAPI(t).Handler()
	w := post(h, "/api/evidence/give", `{"must":true,"person":"person:7","n":9007199254740993}`, "Idempotency-Key", "k-1")
	if w.Code != 200 {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	want := `{"ref":"person:7","key":"k-1","n":9007199254740993}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if ct := w.Header().Get("Content-Type"); ct != "application/json" {
		t.Errorf("content type %q", ct)
	}
	// A verb that only reads gets no key, and an empty body is an empty In.
	w = post(h, "/api/card/read", "", "Idempotency-Key", "k-1")
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"key":"read:"`) {
		t.Errorf("read: %d %s", w.Code, w.Body)
	}
}

func TestFaultsAreOneShape(t *testing.T) {
	h := newTestAPI(t).Handler()
	tests := []struct {
		name, path, body string
		header           []string
		status           int
		want             FaultJSON
	}{
		{"unknown field", "/api/evidence/give", `{"must":true,"colour":"red"}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "Check your answers.", Fields: map[string]string{"colour": "We do not know this field."}}},
		{"field in another case", "/api/evidence/give", `{"must":true,"TEXTS":"red"}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "Check your answers.", Fields: map[string]string{"TEXTS": "We do not know this field."}}},
		{"wrong sort", "/api/evidence/give", `{"must":true,"n":"seven"}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "Check your answers.", Fields: map[string]string{"n": "This value cannot be taken."}}},
		{"number too large", "/api/evidence/give", `{"must":true,"n":99999999999999999999}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "Check your answers.", Fields: map[string]string{"n": "This value cannot be taken."}}},
		{"not JSON", "/api/evidence/give", `{"must":`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "We cannot read this JSON.", Do: "Send one JSON object."}},
		{"two values", "/api/evidence/give", `{"must":true} {}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "We cannot read this JSON.", Do: "Send one JSON object."}},
		{"a form", "/api/evidence/give", `must=true`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 422,
			FaultJSON{Kind: "invalid", Say: "We cannot read this JSON.", Do: "Send one JSON object."}},
		{"bad ref keeps its own fault", "/api/evidence/give", `{"must":true,"person":"nobody"}`, nil, 422,
			FaultJSON{Kind: "invalid", Say: "That is not a record."}},
		{"long key", "/api/evidence/give", `{"must":true}`, []string{"Idempotency-Key", strings.Repeat("x", 201)}, 422,
			FaultJSON{Kind: "invalid", Say: "Check your answers.", Fields: map[string]string{"Idempotency-Key": "This value cannot be taken."}}},
		{"too big", "/api/evidence/give", `{"must":true,"text":"` + strings.Repeat("x", form.MaxBytes) + `"}`, nil, 413,
			FaultJSON{Kind: "toobig", Say: "This is too big.", Do: "Send less."}},
		{"verb's fault", "/api/evidence/give", `{"must":true,"text":"clash"}`, nil, 409,
			FaultJSON{Kind: "conflict", Say: "Someone was first."}},
		{"unknown error hides its cause", "/api/evidence/give", `{"must":true,"text":"boom"}`, nil, 500,
			FaultJSON{Kind: "broken", Say: "Sorry, something went wrong."}},
		{"answer that cannot be written", "/api/card/burst", `{}`, nil, 500,
			FaultJSON{Kind: "broken", Say: "Sorry, something went wrong."}},
		{"no such verb", "/api/card/none", `{}`, nil, 404,
			FaultJSON{Kind: "missing", Say: "There is no such page.", Do: "Check the address."}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := post(h, tt.path, tt.body, tt.header...)
			if w.Code != tt.status {
				t.Errorf("status %d, want %d", w.Code, tt.status)
			}
			var got FaultJSON
			d := json.NewDecoder(w.Body)
			d.DisallowUnknownFields()
			if err := d.Decode(&got); err != nil || d.More() {
				t.Fatalf("not one fault: %v", err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	// A required field that is not there is named.
	if w := post(h, "/api/evidence/give", `{}`); w.Code != 422 {
		t.Errorf("required field: status %d", w.Code)
	}
}

func TestOpenAPI(t *testing.T) {
	a := newTestAPI(t)
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/api/openapi.json", nil))
	var doc struct {
		OpenAPI string
		Info    struct{ Version string }
		Paths   map[string]map[string]struct {
			OperationID string
			RequestBody struct {
				Required bool
				Content  map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct {
				Required   []string
				Properties map[string]struct{ Type any }
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	if doc.OpenAPI != "3.1.0" || doc.Info.Version != "1.2.3" {
		t.Errorf("openapi %q, version %q", doc.OpenAPI, doc.Info.Version)
	}
	refs := map[string]string{}
	for p, methods := range doc.Paths {
		op := methods["post"]
		refs[p+" "+op.OperationID] = op.RequestBody.Content["application/json"].Schema.Ref
		if op.RequestBody.Required {
			t.Errorf("%s: an empty body is allowed", p)
		}
	}
	want := map[string]string{
		"/api/evidence/give evidence.give": "#/components/schemas/web.GiveIn",
		"/api/card/read card.read":         "#/components/schemas/lang.Source",
		"/api/card/list card.list":         "#/components/schemas/page.Source",
		"/api/card/burst card.burst":       "#/components/schemas/Nothing",
	}
	if diff := cmp.Diff(want, refs); diff != "" {
		t.Error(diff)
	}
	s := doc.Components.Schemas["web.GiveIn"]
	if s.Properties["person"].Type != "string" {
		t.Errorf("a ref is %v in the schema, want string", s.Properties["person"].Type)
	}
	if diff := cmp.Diff([]string{"must"}, s.Required); diff != "" {
		t.Error(diff)
	}
	if _, ok := doc.Components.Schemas["web.FaultJSON"]; !ok {
		t.Error("the shape of a fault is not described")
	}
	for name := range doc.Components.Schemas {
		if strings.HasPrefix(name, "huma.") {
			t.Errorf("schema %s is huma's own", name)
		}
	}
	if bytes.Contains(w.Body.Bytes(), []byte("octet-stream")) {
		t.Error("only JSON is taken")
	}
	wantRoutes := []string{"GET /api/openapi.json", "POST /api/card/burst", "POST /api/card/list", "POST /api/card/read", "POST /api/evidence/give"}
	if diff := cmp.Diff(wantRoutes, a.Routes()); diff != "" {
		t.Error(diff)
	}
}

func TestTypesOfOneNameDiffer(t *testing.T) {
	name := namer()
	one := func() string {
		type in struct{ A string }
		return name(reflect.TypeFor[in](), "")
	}()
	two := func() string {
		type in struct{ B string }
		return name(reflect.TypeFor[*in](), "")
	}()
	if one != "web.In" || two != "web.In2" {
		t.Errorf("names %q and %q", one, two)
	}
}

func TestVerbNames(t *testing.T) {
	for _, bad := range []string{"", "give", "evidence.", "evidence.give.more", "Evidence.give", "evidence/../x.y"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was taken", bad)
				}
			}()
			operation(newTestAPI(t), bad, false, func(context.Context, string, giveIn) (giveOut, error) { return giveOut{}, nil })
		}()
	}
}

// Under the server's own wrapper the actor reaches the verb, the fault carries the
// request's reference, and only the log has the cause.
func TestUnderServer(t *testing.T) {
	a := newTestAPI(t)
	type actorKey struct{}
	operation(a, "card.who", false, func(ctx context.Context, _ string, _ giveIn) (struct {
		Who string `json:"who"`
	}, error) {
		who, _ := ctx.Value(actorKey{}).(string)
		return struct {
			Who string `json:"who"`
		}{who}, nil
	})
	words := a.face.Words
	pages, err := page.New(words, nil, page.Options{Dist: fstest.MapFS{}})
	if err != nil {
		t.Fatal(err)
	}
	a.face.Pages = pages
	var log bytes.Buffer
	h, err := New(Options{
		Face: a.face, Log: slog.New(slog.NewTextHandler(&log, nil)), IDs: id.New(func() int64 { return 1 }, nil),
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
			return context.WithValue(r.Context(), actorKey{}, "ada"), nil
		},
	}, a.Mount())
	if err != nil {
		t.Fatal(err)
	}
	if w := post(h, "/api/card/who", `{"must":true}`); strings.TrimSpace(w.Body.String()) != `{"who":"ada"}` {
		t.Errorf("actor: %d %s", w.Code, w.Body)
	}
	w := post(h, "/api/evidence/give", `{"must":true,"text":"boom"}`)
	var f FaultJSON
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if w.Code != 500 || f.Kind != "broken" || f.Ref == "" || strings.Contains(w.Body.String(), "secret_table") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	if !strings.Contains(log.String(), "secret_table") || !strings.Contains(log.String(), f.Ref) {
		t.Errorf("the log lacks cause or reference: %s", &log)
	}
	if !strings.Contains(log.String(), "/api/evidence/give") {
		t.Errorf("the log does not name the verb: %s", &log)
	}
	if w := post(h, "/api/nothing/here", `{}`); w.Code != 404 || !strings.Contains(w.Body.String(), `"missing"`) {
		t.Errorf("no such verb: %d %s", w.Code, w.Body)
	}
	// The server's own limit is smaller than huma's here: the fault is the same.
	routes := a.Mount()
	i := slices.IndexFunc(routes, func(r Route) bool { return r.Pattern == "POST /api/evidence/give" })
	routes[i].MaxBytes = 10
	if h, err = New(Options{Face: a.face, Log: slog.New(slog.DiscardHandler), IDs: id.New(func() int64 { return 1 }, nil),
		Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) { return r.Context(), nil }}, routes); err != nil {
		t.Fatal(err)
	}
	if w := post(h, "/api/evidence/give", `{"must":true,"text":"long"}`); w.Code != 413 {
		t.Errorf("too big for the route: %d %s", w.Code, w.Body)
	}
}
