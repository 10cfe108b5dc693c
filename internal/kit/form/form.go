// Package form reads what a browser sent into the In of a verb.
//
// Fields are matched by their json tag, so a form, the API and the command line
// fill the same struct. Text is checked and tidied once, here: valid UTF-8, no NUL,
// composed letters, line feeds.
package form

import (
	"encoding"
	"errors"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
)

// MaxBytes is the most a plain form may hold; uploads have their own limit.
const MaxBytes = 4 << 20

// Read parses the request's form and fills in: strings, string slices, booleans,
// whole numbers and types that read themselves from text. A field tagged form:"day" takes a
// day as people type it. Unknown fields are left.
func Read(r *http.Request, in any) error {
	if err := Parse(r); err != nil {
		return err
	}
	return Fill(r.Form, in)
}

// Parse parses the form, URL-encoded or multipart, within MaxBytes.
func Parse(r *http.Request) error {
	var err error
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = r.ParseMultipartForm(MaxBytes)
	} else {
		err = r.ParseForm()
	}
	if err == nil {
		return nil
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do").Because(err)
	}
	return fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
}

// Fill fills the fields of *in from values.
func Fill(values map[string][]string, in any) error {
	v := reflect.ValueOf(in).Elem()
	var c fault.Check
	fill(values, v, &c)
	return c.Err()
}

func fill(values map[string][]string, v reflect.Value, c *fault.Check) {
	t := v.Type()
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous && f.Type.Kind() == reflect.Struct {
			fill(values, v.Field(i), c)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		vals, ok := values[name]
		if name == "" || name == "-" || !ok || !f.IsExported() {
			continue
		}
		if f.Tag.Get("form") == "day" {
			vals = []string{clock.ReadDay(last(vals))}
		}
		if err := set(v.Field(i), vals); err != nil {
			var ft *fault.Fault
			if errors.As(err, &ft) {
				c.Need(false, name, ft.Say)
			} else {
				c.Need(false, name, "house.bad_value")
			}
		}
	}
}

func set(v reflect.Value, vals []string) error {
	if v.CanAddr() {
		if u, ok := v.Addr().Interface().(encoding.TextUnmarshaler); ok {
			return u.UnmarshalText([]byte(strings.TrimSpace(last(vals))))
		}
	}
	switch v.Kind() {
	case reflect.String:
		s, err := tidy(last(vals))
		v.SetString(s)
		return err
	case reflect.Bool:
		s := last(vals)
		v.SetBool(s != "" && s != "false" && s != "no" && s != "0")
	case reflect.Int, reflect.Int64:
		s := strings.TrimSpace(last(vals))
		if s == "" {
			return nil
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fault.New(fault.Invalid, "house.bad_number")
		}
		v.SetInt(n)
	case reflect.Slice:
		out := reflect.MakeSlice(v.Type(), 0, len(vals))
		for _, s := range vals {
			if s == "" {
				continue
			}
			e := reflect.New(v.Type().Elem()).Elem()
			if err := set(e, []string{s}); err != nil {
				return err
			}
			out = reflect.Append(out, e)
		}
		v.Set(out)
	}
	return nil
}

func last(vals []string) string {
	if len(vals) == 0 {
		return ""
	}
	return vals[len(vals)-1]
}

// tidy cleans one text and takes the space around it away.
func tidy(s string) (string, error) {
	clean, err := text.Clean(s)
	if err != nil {
		return "", fault.New(fault.Invalid, "house.bad_text")
	}
	return strings.TrimSpace(clean), nil
}
