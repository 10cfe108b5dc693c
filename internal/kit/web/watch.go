package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"
)

// IDHeader is the header of every answer that holds the reference of its request.
const IDHeader = "X-Request-Id"

// seen is what is known of a request from its first byte: its reference, and which route
// took it.
type seen struct{ id, route string }

type requestKey struct{}

// RequestID is the reference of a request: two groups of four letters and figures that
// are read and heard unlike one another, such as K7MP-2QXR. It is on fault pages, in
// JSON faults, in the header X-Request-Id and in the log. It says nothing about anyone.
func RequestID(ctx context.Context) string {
	if s, ok := ctx.Value(requestKey{}).(*seen); ok {
		return s.id
	}
	return ""
}

// Reference makes a new one.
func Reference(code func(n int) string) string { return code(4) + "-" + code(4) }

// note says which route took the request.
func note(ctx context.Context, route string) {
	if s, ok := ctx.Value(requestKey{}).(*seen); ok {
		s.route = route
	}
}

// watch gives each request its reference, and tells log and meter how it ended. It is
// around everything, so that files, refusals and wrong addresses have one too.
func (s *server) watch(next http.Handler, w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	x := &seen{id: Reference(s.o.IDs.Code), route: StaticRoute}
	w.Header().Set(IDHeader, x.id)
	rec := &recorder{ResponseWriter: w}
	if s.o.Meter != nil {
		s.o.Meter.Began()
	}
	status := http.StatusInternalServerError // when a panic goes through
	defer func() {
		took := time.Since(start)
		if s.o.Meter != nil {
			s.o.Meter.Ended(x.route, method(r.Method), status, took)
		}
		if x.route == StaticRoute {
			return // a page asks for many; its own line says enough
		}
		s.o.Log.LogAttrs(r.Context(), slog.LevelInfo, "request", slog.String("route", x.route), slog.Int("status", status),
			slog.Int64("ms", took.Milliseconds()), slog.String("ref", x.id))
	}()
	next.ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), requestKey{}, x)))
	status = rec.status()
}

// method is one of the few that are usual, or "other": anybody may send any word as one.
func method(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// panicked is a panic as the log may tell it: where it was and, when the runtime raised
// it, what it was. The value of any other could hold what a person wrote.
func panicked(p any) error {
	what := fmt.Sprintf("a value of type %T", p)
	if e, ok := p.(runtime.Error); ok {
		what = e.Error()
	}
	return fmt.Errorf("stopped by %s\n%s", what, debug.Stack())
}
