package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
)

// API offers verbs to programs: each is POST /api/room/verb, JSON in and JSON out, and
// GET /api/openapi.json describes them all (OpenAPI 3.1). Every fault is a FaultJSON.
//
// Verbs are added one after the other while the house is put together; after that an
// API is safe for use by many goroutines at once. Their schemas, half of what a house holds
// in memory, are made when somebody first asks: most installations only have pages.
type API struct {
	face   *Face
	routes []string
	built  func() *built
	adds   []func(*built)
}

// built is an API that can be asked.
type built struct {
	mux  *http.ServeMux
	huma huma.API
	spec func() ([]byte, error)
}

// NewAPI makes an API without verbs. version is the version of the house, as the
// description tells it.
func NewAPI(face *Face, version string) *API {
	a := &API{face: face}
	a.built = sync.OnceValue(func() *built { return a.build(version) })
	return a
}

func (a *API) build(version string) *built {
	b := &built{mux: http.NewServeMux()}
	schemas := huma.NewMapRegistry("#/components/schemas/", namer())
	schemas.RegisterTypeAlias(reflect.TypeFor[huma.ErrorModel](), reflect.TypeFor[FaultJSON]())
	config := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI:    "3.1.0",
			Info:       &huma.Info{Title: "Plait", Version: version},
			Components: &huma.Components{Schemas: schemas},
		},
		// The second is what huma calls its own faults before refuse has turned them into ours.
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "application/problem+json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
		Transformers:  []huma.Transformer{refuse},
	}
	config.FieldsOptionalByDefault = true // the rules of each verb say what it needs, in words
	b.huma = humago.New(b.mux, config)
	b.spec = sync.OnceValues(func() ([]byte, error) { return json.Marshal(b.huma.OpenAPI()) })
	for _, add := range a.adds {
		add(b)
	}
	return b
}

// Operation adds the verb name ("evidence.give"). What it asks for is the JSON body, fields
// that the type in lacks are refused, and an empty body is one without values; a field is
// optional unless tagged required:"true". do gets an in, by value, and gives an out. key is
// the header Idempotency-Key of a verb that writes, or "". It panics when the name is not
// "room.verb" or is given twice: that is a mistake of the program, seen at start.
//
// The types are values, not parameters: huma's code, made anew for each of some hundred
// verbs, was a fifth of the program.
func (a *API) Operation(name string, writes bool, in, out reflect.Type, do func(ctx context.Context, key string, in any) (any, error)) {
	if !verbName.MatchString(name) {
		panic(fmt.Sprintf("web: %q is not a verb's name", name))
	}
	room, verb, _ := strings.Cut(name, ".")
	route := http.MethodPost + " /api/" + room + "/" + verb
	if slices.Contains(a.routes, route) {
		panic(fmt.Sprintf("web: there are two verbs %s", name))
	}
	a.routes = append(a.routes, route)
	a.adds = append(a.adds, func(b *built) { b.add(name, writes, in, out, do) })
}

func (b *built) add(name string, writes bool, in, out reflect.Type, do func(ctx context.Context, key string, in any) (any, error)) {
	room, verb, _ := strings.Cut(name, ".")
	of := func(t reflect.Type) map[string]*huma.MediaType {
		return map[string]*huma.MediaType{"application/json": {Schema: b.huma.OpenAPI().Components.Schemas.Schema(t, true, "")}}
	}
	op := huma.Operation{
		OperationID: name, Method: http.MethodPost, Path: "/api/" + room + "/" + verb, Tags: []string{room}, Summary: name,
		MaxBodyBytes: form.MaxBytes,
		RequestBody:  &huma.RequestBody{Content: of(in)},
		Responses: map[string]*huma.Response{
			"200":     {Content: of(out)},
			"default": {Description: "What went wrong", Content: of(reflect.TypeFor[FaultJSON]())},
		},
	}
	run := func(ctx context.Context, key string, sent *body) (*reply, error) {
		asked := reflect.New(in)
		if sent != nil {
			if err := sent.into(asked.Interface()); err != nil {
				return nil, &refusal{unreadable(err)}
			}
		}
		answer, err := do(ctx, key, asked.Elem().Interface())
		if err != nil {
			return nil, &refusal{err}
		}
		raw, err := json.Marshal(answer)
		if err != nil {
			return nil, &refusal{fmt.Errorf("%s: answer: %w", name, err)}
		}
		return &reply{Body: raw}, nil
	}
	if writes {
		huma.Register(b.huma, op, func(ctx context.Context, in *keyed) (*reply, error) { return run(ctx, in.Key, in.Body) })
	} else {
		huma.Register(b.huma, op, func(ctx context.Context, in *plain) (*reply, error) { return run(ctx, "", in.Body) })
	}
}

var verbName = regexp.MustCompile(`^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$`)

// Routes lists what is answered, sorted: "POST /api/evidence/give".
func (a *API) Routes() []string {
	return slices.Sorted(slices.Values(append([]string{specRoute}, a.routes...)))
}

const specRoute = "GET /api/openapi.json"

// Mount gives the routes for New, one for each verb so that the log names it, and one for
// every other address below /api/. They are public: each verb asks for its own
// permission. Call it when all verbs have been added.
func (a *API) Mount() []Route {
	var out []Route
	for _, pattern := range append(a.Routes(), "/api/") {
		out = append(out, Route{Pattern: pattern, Permission: Public, Handle: a.serve})
	}
	return out
}

// Handler answers by itself, without New: no actor, no log. It is for tests and tools.
func (a *API) Handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := a.serve(w, r); err != nil {
			a.face.faultJSON(w, r, fault.Of(err))
		}
	})
}

func (a *API) serve(w http.ResponseWriter, r *http.Request) error {
	if r.Method == http.MethodGet && r.URL.Path == "/api/openapi.json" {
		spec, err := a.built().spec()
		if err != nil {
			return err
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_, _ = w.Write(spec) // the connection is gone if this fails: nobody is left to tell
		return nil
	}
	h, pattern := a.built().mux.Handler(r)
	if pattern == "" {
		return fault.New(fault.Missing, "house.no_page").With("house.no_page_do")
	}
	s := &sink{ResponseWriter: w}
	h.ServeHTTP(s, r)
	return s.err
}

// sink lets an answer through and holds a refusal back, so that whoever called serve
// writes every fault in the one shape of the house.
type sink struct {
	http.ResponseWriter
	err error
}

func (s *sink) WriteHeader(code int) {
	if s.err == nil {
		s.ResponseWriter.WriteHeader(code)
	}
}

func (s *sink) Write(b []byte) (int, error) {
	if s.err != nil {
		return len(b), nil
	}
	return s.ResponseWriter.Write(b)
}

// SetReadDeadline does nothing: huma would set five seconds and leave them set, which
// ends a verb that works longer than that. The server's own limits hold.
func (s *sink) SetReadDeadline(time.Time) error { return nil }

// refuse is called by huma with every answer before its first byte leaves.
func refuse(ctx huma.Context, _ string, v any) (any, error) {
	var err error
	switch x := v.(type) {
	case *refusal:
		err = x.err
	case *huma.ErrorModel:
		err = asFault(x)
	default:
		return v, nil
	}
	_, w := humago.Unwrap(ctx)
	s, ok := w.(*sink)
	if !ok {
		return nil, errors.New("api answered outside of its own handler")
	}
	s.err = err
	return nil, nil
}

// refusal carries a verb's error through huma unread.
type refusal struct{ err error }

func (r *refusal) Error() string  { return r.err.Error() }
func (r *refusal) GetStatus() int { return fault.Of(r.err).Kind.Status() }

// asFault turns what huma found wrong with a request into a fault. huma repeats the
// values that were sent; they are not taken over, for they may be someone's words.
func asFault(m *huma.ErrorModel) error {
	if m.Status == http.StatusRequestEntityTooLarge {
		return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do")
	}
	bad := fault.New(fault.Invalid, "house.bad_json").With("house.bad_json_do")
	var c fault.Check
	for _, d := range m.Errors {
		if d == nil || d.Location == "" {
			if d != nil && d.Message == (&http.MaxBytesError{}).Error() {
				return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do")
			}
			return bad
		}
		if d.Location == "body" && m.Status != http.StatusUnprocessableEntity {
			return bad
		}
		_, field, found := strings.Cut(d.Location, ".")
		if !found {
			field = d.Location
		}
		if d.Message == "unexpected property" {
			c.Need(false, field, "house.unknown_field")
		} else {
			c.Need(false, field, "house.bad_value")
		}
	}
	if err := c.Err(); err != nil {
		return err
	}
	return bad
}

// unreadable is for JSON that fits the schema and still cannot be taken, such as a ref
// that names nothing: its own fault when it has one.
func unreadable(err error) error {
	var f *fault.Fault
	if errors.As(err, &f) {
		return f
	}
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) && t.Field != "" {
		return fault.Fielded(t.Field, "house.bad_value")
	}
	return fault.New(fault.Invalid, "house.bad_json").With("house.bad_json_do")
}

// keyed and plain are requests as huma reads them.
type keyed struct {
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"The same key and body give the first answer again."`
	Body *body  // a pointer: an empty body is allowed
}

type plain struct{ Body *body }

// reply is an answer already written, so that one that cannot be written is a fault and not
// half an answer.
type reply struct{ Body json.RawMessage }

// body is what was sent, checked against the verb's schema and not read yet: huma would
// turn the error of reading it into a text.
type body struct{ raw []byte }

func (b *body) UnmarshalJSON(raw []byte) error {
	b.raw = slices.Clone(raw)
	return nil
}

// into reads the body into what the verb asks for.
func (b *body) into(in any) error {
	d := json.NewDecoder(bytes.NewReader(b.raw))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more than one value")
	}
	return nil
}

// namer names the schemas: package and type ("evidence.GiveIn"), the place in its parent
// for a type without a name, and a number behind it should two types still meet.
func namer() func(reflect.Type, string) string {
	names, taken := map[reflect.Type]string{}, map[string]bool{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		if t.Kind() != reflect.Struct {
			return huma.DefaultSchemaNamer(t, hint) // never shown: only structs are listed by name
		}
		if name, ok := names[t]; ok {
			return name
		}
		base := huma.DefaultSchemaNamer(t, hint)
		if t.PkgPath() != "" {
			base = path.Base(t.PkgPath()) + "." + base
		}
		if base == "" {
			base = "Nothing"
		}
		base = badInName.ReplaceAllString(base, "_")
		name := base
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s%d", base, n)
		}
		names[t], taken[name] = name, true
		return name
	}
}

var badInName = regexp.MustCompile(`[^A-Za-z0-9._-]`)
