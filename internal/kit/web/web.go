// Package web turns routes into a server: who is asking, what they may send, one
// translation of faults into pages, the headers that keep a page safe.
//
// Every route names its permission; a handler returns an error and never writes
// one. Paths are not logged, for some hold codes: the pattern is. Owner of huma,
// scs and autocert.
package web

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
)

// Public is the permission of a route that anybody may open.
const Public = "public"

// Handler answers a request or returns what went wrong.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is one address of the house.
type Route struct {
	Pattern    string // "GET /evidence/{project}", as net/http reads it
	Permission string // the permission its verb asks for, or Public
	Handle     Handler
	MaxBytes   int64 // most the request may hold; 0 means form.MaxBytes
	Bare       bool  // for machines: nobody is identified, so that it answers when no session can be read
}

// Meter counts what is asked and answered. route is a pattern of the house or one of
// OtherRoutes, never a path.
type Meter interface {
	Began()
	Ended(route, method string, status int, took time.Duration)
	Fault(kind string)
}

// What is asked beside the routes, as a Meter is told of it.
const (
	StaticRoute  = "/static/" // styles, scripts, fonts
	RefusedRoute = "refused"  // sent from a page of someone else
)

// Options are what a server is made of.
type Options struct {
	Face     *Face
	Log      *slog.Logger
	IDs      *id.Maker
	Identify func(w http.ResponseWriter, r *http.Request) (context.Context, error) // session, card or token to actor
	Allow    func(r *http.Request, permission string) error                        // may the actor open this page at all; asked before GET handlers of routes that are not public
	Secure   bool                                                                  // https: cookies are __Host-, HSTS is sent
	Origins  []string                                                              // trusted origins besides our own
	Trusts   func(peer string) bool                                                // whose X-Forwarded-For counts; nil: nobody's
	Meter    Meter                                                                 // nil: nothing is counted
}

// New builds the handler of the whole house.
func New(o Options, routes []Route) (http.Handler, error) {
	mux := http.NewServeMux()
	seen := map[string]bool{}
	s := &server{o}
	for _, r := range routes {
		if r.Permission == "" {
			return nil, fmt.Errorf("route %s has no permission", r.Pattern)
		}
		if seen[r.Pattern] {
			return nil, fmt.Errorf("route %s is given twice", r.Pattern)
		}
		seen[r.Pattern] = true
		mux.Handle(r.Pattern, s.wrap(r))
	}
	mux.Handle("GET /static/", o.Face.Pages.Assets())
	mux.Handle("/", s.wrap(Route{Pattern: "/", Permission: Public, Handle: func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.Missing, "house.no_page").With("house.no_page_do")
	}}))
	guard := http.NewCrossOriginProtection()
	for _, origin := range o.Origins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			return nil, err
		}
	}
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note(r.Context(), RefusedRoute)
		http.Error(w, "This was sent from another site, so we did not take it. Reference "+RequestID(r.Context()), http.StatusForbidden)
	}))
	return s.headers(guard.Handler(mux)), nil
}

type server struct{ o Options }

func (s *server) wrap(rt Route) http.Handler {
	most := rt.MaxBytes
	if most == 0 {
		most = form.MaxBytes
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rec := &recorder{ResponseWriter: w}
		note(r.Context(), rt.Pattern)
		r.Body = http.MaxBytesReader(rec, r.Body, most)
		defer func() {
			if p := recover(); p != nil {
				if p == http.ErrAbortHandler {
					panic(p)
				}
				s.fault(rec, r, rt, panicked(p))
			}
		}()
		var err error
		if !rt.Bare {
			var ctx context.Context
			if ctx, err = s.o.Identify(rec, r); ctx != nil {
				r = r.WithContext(ctx)
			}
		}
		if err == nil && rt.Permission != Public && r.Method == http.MethodGet && s.o.Allow != nil {
			err = s.o.Allow(r, rt.Permission)
		}
		if err == nil {
			err = rt.Handle(rec, r)
		}
		if err != nil {
			s.fault(rec, r, rt, err)
		}
	})
}

// CutOff says that an answer ended in its midst: half a file must not look like a whole one.
// Whoever asked sees that it broke off.
func CutOff(err error) error { return cutOff{err} }

type cutOff struct{ error }

// Unwrap gives what ended it.
func (c cutOff) Unwrap() error { return c.error }

// fault shows what went wrong, in the reader's language, and logs the cause of what is ours.
func (s *server) fault(w *recorder, r *http.Request, rt Route, err error) {
	f := fault.Of(err)
	if s.o.Meter != nil {
		s.o.Meter.Fault(string(f.Kind))
	}
	if f.Kind == fault.Broken || f.Kind == fault.Busy {
		s.o.Log.LogAttrs(r.Context(), slog.LevelError, "fault", slog.String("route", rt.Pattern), slog.String("kind", string(f.Kind)),
			slog.String("ref", RequestID(r.Context())), slog.String("cause", fmt.Sprint(f.Err)))
	}
	if w.wrote {
		if _, half := errors.AsType[cutOff](err); half {
			panic(http.ErrAbortHandler)
		}
		return
	}
	retryAfter(w, f)
	if strings.HasPrefix(r.URL.Path, "/api/") {
		s.o.Face.faultJSON(w, r, f)
		return
	}
	if e := s.o.Face.Fault(w, r, f); e != nil {
		s.o.Log.LogAttrs(r.Context(), slog.LevelError, "fault page", slog.String("cause", e.Error()))
		http.Error(w, "Sorry, something went wrong. Reference "+RequestID(r.Context()), f.Kind.Status())
	}
}

// headers are the same for every answer. Pages of people are never stored.
func (s *server) headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), microphone=(self), geolocation=()")
		h.Set("Cache-Control", "no-store")
		if s.o.Trusts != nil && s.o.Trusts(r.RemoteAddr) {
			// The last one is what our own proxy saw; what stands before it anybody may have written.
			if via := r.Header.Values("X-Forwarded-For"); len(via) > 0 {
				all := strings.Split(via[len(via)-1], ",")
				r.RemoteAddr = strings.TrimSpace(all[len(all)-1])
			}
		}
		if s.o.Secure {
			h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
		}
		s.watch(next, w, r)
	})
}

type recorder struct {
	http.ResponseWriter
	code  int
	wrote bool
}

func (r *recorder) WriteHeader(code int) {
	if !r.wrote {
		r.code, r.wrote = code, true
	}
	r.ResponseWriter.WriteHeader(code)
}

func (r *recorder) Write(b []byte) (int, error) { r.wrote = true; return r.ResponseWriter.Write(b) }

func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

func (r *recorder) status() int {
	if r.code == 0 {
		return 200
	}
	return r.code
}

// Redirect sends the browser on after a form was taken, so that a reload repeats nothing.
func Redirect(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// Face is what the pages of every room share.
type Face struct {
	Pages  *page.Set
	Words  *lang.Words
	Secure bool
}

// T translates into the reader's language.
func (f *Face) T(r *http.Request, key string, args ...any) string {
	return f.Words.T(page.ChromeFrom(r.Context()).Lang, key, args...)
}

// Done is the notice that an address asks for with ?done=, when it is one of some: the
// message whose key is prefix with it. Any other word gives none.
func (f *Face) Done(r *http.Request, prefix string, some ...string) string {
	if d := r.URL.Query().Get("done"); slices.Contains(some, d) {
		return f.T(r, prefix+d)
	}
	return ""
}

// Show renders a page.
func (f *Face) Show(w http.ResponseWriter, r *http.Request, name string, v page.View) error {
	return f.Pages.Render(w, r, name, v)
}

// Again shows a form once more when err is about its fields or about someone having
// been first, with what was typed still in v.Body; any other error is given back.
func (f *Face) Again(w http.ResponseWriter, r *http.Request, name string, v page.View, err error) error {
	var ft *fault.Fault
	if !errors.As(err, &ft) || (ft.Kind != fault.Invalid && ft.Kind != fault.Conflict && ft.Kind != fault.Limited && ft.Kind != fault.TooBig) {
		return err
	}
	v.Status = ft.Kind.Status()
	for _, x := range ft.Fields {
		v.Errors = append(v.Errors, page.Problem{Field: x.Name, Text: f.T(r, x.Say, x.Args...)})
	}
	if len(ft.Fields) == 0 {
		text := f.T(r, ft.Say, ft.Args...)
		if ft.Do != "" {
			text += " " + f.T(r, ft.Do, ft.Args...)
		}
		v.Errors = append(v.Errors, page.Problem{Text: text})
	}
	return f.Show(w, r, name, v)
}

// FaultBody is what the fault page shows.
type FaultBody struct {
	Kind, Say, Do, Link, Ref string
	Wait                     int // seconds
	Path                     string
	Sent                     []Sent // what was typed, when a session ended before it arrived
	Problems                 []string
}

// Sent is one field of a form that could not be taken yet.
type Sent struct {
	Name, Value string
	Hidden      bool // the form's own workings: key and the like
}

// Fault shows the page of a fault. When nobody is signed in and a form was sent, the
// page keeps every field and can send them again after signing in; so it can when the
// house was busy or its database away.
func (f *Face) Fault(w http.ResponseWriter, r *http.Request, ft *fault.Fault) error {
	b := FaultBody{Kind: string(ft.Kind), Say: f.T(r, ft.Say, ft.Args...), Ref: RequestID(r.Context()), Link: ft.Link, Wait: int(ft.Wait.Seconds())}
	if ft.Do != "" {
		b.Do = f.T(r, ft.Do, ft.Args...)
	}
	for _, x := range ft.Fields {
		b.Problems = append(b.Problems, f.T(r, x.Say, x.Args...))
	}
	if ft.Kind == fault.Signin {
		b.Path = r.URL.RequestURI()
	}
	// Whatever went wrong, what was typed is on the page: nobody's hour of work is lost.
	if r.Method == http.MethodPost {
		sent := typed(r)
		if ft.Kind == fault.Busy && sent.Get("key") != "" && !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			b.Path = r.URL.RequestURI() // it can be sent again as it is: the key sees that it is kept once
		}
		for _, name := range slices.Sorted(maps.Keys(sent)) {
			for _, v := range sent[name] {
				// Words are shown, so that a person sees that they are kept; choices go along unseen.
				b.Sent = append(b.Sent, Sent{name, v, name == "key" || !strings.ContainsAny(v, " \n")})
			}
		}
	}
	title := f.T(r, "house.title_"+string(ft.Kind))
	return f.Show(w, r, "house/fault", page.View{Title: title, Layout: page.Plain, Status: ft.Kind.Status(), Body: b})
}

// typed is what was typed into the form that was sent. Files that came with it are not
// kept: they are chosen again.
func typed(r *http.Request) url.Values {
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if form.Parse(r) != nil {
			return nil
		}
		return r.PostForm
	}
	if r.PostForm != nil {
		return r.PostForm
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil // its handler read it already
	}
	out, left := url.Values{}, int64(form.MaxBytes)
	for range 1000 {
		part, err := parts.NextPart()
		if err != nil {
			break
		}
		if part.FileName() != "" {
			continue
		}
		b, err := io.ReadAll(io.LimitReader(part, left))
		if err != nil {
			break
		}
		left -= int64(len(b))
		out.Add(part.FormName(), string(b))
	}
	return out
}
