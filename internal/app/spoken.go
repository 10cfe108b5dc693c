package app

import (
	"context"
	"log/slog"
	"regexp"
	"sync"

	"plait/internal/kit/lang"
)

// spoken has a log say in words what a fault names by its message key: whoever reads the
// log has no catalogue at hand. A key whose words need a value stays as it is.
func spoken(log *slog.Logger) *slog.Logger {
	words := sync.OnceValue(func() *lang.Words {
		w, err := catalogue()
		if err != nil {
			return nil
		}
		return w
	})
	return slog.New(speaker{log.Handler(), words})
}

type speaker struct {
	slog.Handler
	words func() *lang.Words
}

// messageKey is a room or kit, a point, and a name.
var messageKey = regexp.MustCompile(`\b[a-z]+\.[a-z0-9_]+\b`)

// Handle puts words in the place of keys, in what may hold one: the say of a fault and the
// text of its cause.
func (s speaker) Handle(ctx context.Context, r slog.Record) error {
	out := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "say", "cause", "error", "err":
			if text := a.Value.Resolve().String(); messageKey.MatchString(text) {
				a.Value = slog.StringValue(messageKey.ReplaceAllStringFunc(text, s.say))
			}
		}
		out.AddAttrs(a)
		return true
	})
	return s.Handler.Handle(ctx, out)
}

func (s speaker) say(key string) string {
	w := s.words()
	if w == nil || !w.Has(lang.Fallback, key) {
		return key
	}
	return w.Unfilled(lang.Fallback, key) // a value could be anybody's
}

// WithAttrs keeps the wrapping.
func (s speaker) WithAttrs(as []slog.Attr) slog.Handler {
	return speaker{s.Handler.WithAttrs(as), s.words}
}

// WithGroup keeps the wrapping.
func (s speaker) WithGroup(name string) slog.Handler {
	return speaker{s.Handler.WithGroup(name), s.words}
}
