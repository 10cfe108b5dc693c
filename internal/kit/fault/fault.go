// Package fault is the one shape of every error that a person may see.
//
// A verb returns a *Fault; the three faces (page, API, command line) translate
// it once each. Say and Do are message keys, never texts of a driver; the cause
// stays in Err and reaches the log alone.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of trouble it is. Each has one HTTP status.
type Kind string

// The kinds and their HTTP status.
const (
	Invalid   Kind = "invalid"   // 422 what was sent cannot be taken
	Missing   Kind = "missing"   // 404 not there, or the actor may not know that it is
	Forbidden Kind = "forbidden" // 403 known, but not allowed
	Signin    Kind = "signin"    // 401 nobody is signed in; what was typed is kept
	Conflict  Kind = "conflict"  // 409 someone else was first; both texts are shown
	Withdrawn Kind = "withdrawn" // 410 taken back by the person who gave it
	Limited   Kind = "limited"   // 429 too many tries; Wait says how long
	TooBig    Kind = "toobig"    // 413 more than the limit
	Absent    Kind = "absent"    // 501 an optional program is not installed
	Busy      Kind = "busy"      // 503 try again
	Broken    Kind = "broken"    // 500 our mistake; a reference number is shown
)

// Status is the HTTP status of a kind; an unknown kind is 500.
func (k Kind) Status() int {
	switch k {
	case Invalid:
		return 422
	case Missing:
		return 404
	case Forbidden:
		return 403
	case Signin:
		return 401
	case Conflict:
		return 409
	case Withdrawn:
		return 410
	case Limited:
		return 429
	case TooBig:
		return 413
	case Absent:
		return 501
	case Busy:
		return 503
	}
	return 500
}

// Field is one field of a form that cannot be taken as it is.
type Field struct {
	Name string // the form's or JSON's field name
	Say  string // message key
	Args []any  // alternating name, value
}

// Fault is an error with a kind and words for a person.
type Fault struct {
	Kind   Kind
	Say    string        // message key: what happened
	Args   []any         // alternating name, value for Say and Do
	Do     string        // message key: what to do about it; may be empty
	Fields []Field       // for Invalid: which fields
	Wait   time.Duration // for Limited
	Link   string        // a page that helps, such as the record that was first
	Err    error         // cause, for the log only
}

// Error is for logs and tests: kind, key and cause. It holds no person's words.
func (f *Fault) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", f.Kind, f.Say)
	for _, x := range f.Fields {
		fmt.Fprintf(&b, " [%s: %s]", x.Name, x.Say)
	}
	if f.Err != nil {
		fmt.Fprintf(&b, ": %v", f.Err)
	}
	return b.String()
}

// Unwrap gives the cause.
func (f *Fault) Unwrap() error { return f.Err }

// New makes a fault of a kind with a message key.
func New(k Kind, say string, args ...any) *Fault { return &Fault{Kind: k, Say: say, Args: args} }

// With adds the message key that says what to do.
func (f *Fault) With(do string) *Fault { f.Do = do; return f }

// Because adds the cause.
func (f *Fault) Because(err error) *Fault { f.Err = err; return f }

// Fielded makes an invalid fault about one field.
func Fielded(name, say string, args ...any) *Fault {
	return &Fault{Kind: Invalid, Say: "house.check_answers", Fields: []Field{{name, say, args}}}
}

// Of gives err as a fault: itself when it is one, Broken when it is not. Of(nil) is nil.
func Of(err error) *Fault {
	if err == nil {
		return nil
	}
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Kind: Broken, Say: "house.broken", Err: err}
}

// Is says whether err is a fault of kind k.
func Is(err error, k Kind) bool {
	var f *Fault
	return errors.As(err, &f) && f.Kind == k
}

// Check gathers field faults; Err gives nil when there are none.
type Check struct{ fields []Field }

// Need adds a field fault when ok is false.
func (c *Check) Need(ok bool, name, say string, args ...any) {
	if !ok {
		c.fields = append(c.fields, Field{name, say, args})
	}
}

// Err is one invalid fault with every field found wanting, or nil.
func (c *Check) Err() error {
	if len(c.fields) == 0 {
		return nil
	}
	return &Fault{Kind: Invalid, Say: "house.check_answers", Fields: c.fields}
}
