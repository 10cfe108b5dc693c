// Package logs makes the one log of a house: lines of JSON that hold no personal data and
// are not a flood.
//
// Two things happen to a line on its way out. Whatever came from outside the program is
// hidden in the texts of errors (see Clean). And an error that repeats is written a few
// times a minute, after which one line says how often it came (see Few).
package logs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Few is how often the same warning or error is written in one Window.
const Few = 5

// Window is how long the same warning or error is counted together.
const Window = time.Minute

// New makes the log of a house that writes to w. now nil is the system's clock.
func New(w io.Writer, level slog.Leveler, now func() time.Time) *slog.Logger {
	if now == nil {
		now = time.Now
	}
	out := slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level})
	return slog.New(&handler{out: out, flood: &flood{now: now, seen: map[string]*same{}, plain: out}})
}

type handler struct {
	out   slog.Handler
	flood *flood
	mark  string // what With has added, for telling lines apart
}

// Enabled is the inner handler's.
func (h *handler) Enabled(ctx context.Context, l slog.Level) bool { return h.out.Enabled(ctx, l) }

// WithAttrs cleans and adds.
func (h *handler) WithAttrs(as []slog.Attr) slog.Handler {
	clean := make([]slog.Attr, len(as))
	mark := h.mark
	for i, a := range as {
		clean[i] = tidy(a)
		mark += "\x00" + clean[i].String()
	}
	return &handler{h.out.WithAttrs(clean), h.flood, mark}
}

// WithGroup adds a group.
func (h *handler) WithGroup(name string) slog.Handler {
	return &handler{h.out.WithGroup(name), h.flood, h.mark + "\x00" + name}
}

// Handle writes a line, cleaned, unless it repeats too often.
func (h *handler) Handle(ctx context.Context, r slog.Record) error {
	clean := slog.NewRecord(r.Time, r.Level, Clean(r.Message), r.PC)
	key := h.mark + "\x00" + clean.Message
	r.Attrs(func(a slog.Attr) bool {
		a = tidy(a)
		clean.AddAttrs(a)
		if tellsApart(a.Key) {
			key += "\x00" + a.String()
		}
		return true
	})
	// What was held back is told when the next line comes, whichever that is.
	if err := h.flood.flush(ctx); err != nil {
		return err
	}
	if r.Level >= slog.LevelWarn && !h.flood.let(key, clean) {
		return nil
	}
	return h.out.Handle(ctx, clean)
}

// tellsApart says whether an attribute makes two lines different ones. References, numbers
// and times differ each time and do not.
func tellsApart(key string) bool {
	switch key {
	case "route", "job", "kind", "cause", "error", "err", "say", "part", "template", "sign", "setting":
		return true
	}
	return false
}

// tidy cleans what an attribute says. Only what is a text or an error can hold words;
// a value of any other kind is written as a text first.
func tidy(a slog.Attr) slog.Attr {
	v := a.Value.Resolve()
	switch v.Kind() {
	case slog.KindString:
		a.Value = slog.StringValue(Clean(v.String()))
	case slog.KindAny:
		a.Value = slog.StringValue(Clean(fmt.Sprint(v.Any())))
	case slog.KindGroup:
		var in []slog.Attr
		for _, x := range v.Group() {
			in = append(in, tidy(x))
		}
		a.Value = slog.GroupValue(in...)
	default:
		a.Value = v
	}
	return a
}

// what may come from outside, and what stands for it.
var (
	quoted  = regexp.MustCompile("\"(?:\\\\.|[^\"\\\\])*\"|`[^`]*`|“[^”]*”|'[^'\\s]{1,60}@[^'\\s]{1,60}'")
	plain   = regexp.MustCompile("^[\"`“][a-z][a-z0-9]*(?:[_.][a-z0-9_]+)+[\"`”]$")
	mailbox = regexp.MustCompile(`[^\s<>"'(),:;=\[\]]+@[^\s<>"'(),:;=\[\]]+`)
	address = regexp.MustCompile(`\b([a-z][a-z0-9+]{1,9})://[^\s"'<>]+`)
	visitor = regexp.MustCompile(`(->|\b(?:from|serving) )(?:\[[0-9a-fA-F:.%]+\]|[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?::[0-9]+)?`)
	secret  = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}=*`)
	panicky = regexp.MustCompile(`(?s)(panic serving \S+ |panic: ).*?(\ngoroutine |$)`)
)

// Clean takes out of the text of an error what may have come from a person: what stands
// in quotes (Go's and PostgreSQL's errors quote what they could not read), e-mail
// addresses, web addresses behind their host, the address of a visitor, and long runs of
// letters and figures such as keys. Names of tables and of their constraints stay.
func Clean(s string) string {
	if len(s) > 8<<10 {
		s = s[:8<<10] + "…"
	}
	s = panicky.ReplaceAllString(s, "${1}…${2}")
	s = quoted.ReplaceAllStringFunc(s, func(q string) string {
		if plain.MatchString(q) {
			return q
		}
		return "“…”"
	})
	s = address.ReplaceAllString(s, "$1://…")
	s = mailbox.ReplaceAllString(s, "…@…")
	s = visitor.ReplaceAllString(s, "${1}…")
	return secret.ReplaceAllStringFunc(s, func(x string) string {
		if uuid.MatchString(x) || !strings.ContainsAny(x, "0123456789") || strings.Contains(x, "/") && !strings.HasSuffix(x, "=") || harmless.MatchString(x) {
			return x
		}
		return "…"
	})
}

// What is long and no secret: a record's id, a time, and names joined by _ or -.
var (
	uuid     = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`)
	harmless = regexp.MustCompile(`^(?:[a-z]+[0-9]{0,4}[_-])+[a-z]*[0-9]{0,4}$|^[0-9TZ:.+-]+$`)
)

// flood counts what repeats.
type flood struct {
	now   func() time.Time
	plain slog.Handler

	mu   sync.Mutex
	seen map[string]*same
}

type same struct {
	since time.Time
	n     int
	last  slog.Record
}

// let says whether a line is among the first few of its kind.
func (f *flood) let(key string, r slog.Record) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.seen[key]
	if x == nil {
		x = &same{since: f.now()}
		f.seen[key] = x
	}
	x.n++
	x.last = r
	return x.n <= Few
}

// flush tells what was held back in windows that are over, and forgets them.
func (f *flood) flush(ctx context.Context) error {
	f.mu.Lock()
	now := f.now()
	var over []*same
	for key, x := range f.seen {
		if now.Sub(x.since) >= Window {
			delete(f.seen, key)
			if x.n > Few {
				over = append(over, x)
			}
		}
	}
	f.mu.Unlock()
	for _, x := range over {
		r := slog.NewRecord(now, x.last.Level, "repeated", x.last.PC)
		r.AddAttrs(slog.String("what", x.last.Message))
		x.last.Attrs(func(a slog.Attr) bool {
			if tellsApart(a.Key) {
				r.AddAttrs(a)
			}
			return true
		})
		r.AddAttrs(slog.Int("left_out", x.n-Few))
		if err := f.plain.Handle(ctx, r); err != nil {
			return err
		}
	}
	return nil
}
