package cli

import (
	"encoding"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"unicode"
)

// Print writes an answer: one line of JSON when asJSON is set; else "name: value" lines for
// a struct and one row for each item of a list. Empty texts, lists and pointers are left
// out of a struct. Characters that would steer a terminal are shown as U+FFFD.
func Print(w io.Writer, v any, asJSON bool) error {
	if asJSON {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		return e.Encode(v)
	}
	var b strings.Builder
	if v != nil {
		value(&b, reflect.ValueOf(v), "")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func value(b *strings.Builder, v reflect.Value, indent string) {
	v = deref(v)
	if !v.IsValid() {
		return
	}
	if s, ok := scalar(v); ok {
		if s != "" {
			fmt.Fprintf(b, "%s%s\n", indent, strings.ReplaceAll(s, "\n", "\n"+indent))
		}
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		object(b, v, indent)
	case reflect.Slice, reflect.Array:
		list(b, v, indent)
	case reflect.Map:
		for _, k := range sortedKeys(v) {
			entry(b, fmt.Sprint(k.Interface()), v.MapIndex(k), indent)
		}
	}
}

func object(b *strings.Builder, v reflect.Value, indent string) {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" && deref(v.Field(i)).Kind() == reflect.Struct {
			if _, ok := scalar(deref(v.Field(i))); !ok {
				object(b, deref(v.Field(i)), indent)
				continue
			}
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		entry(b, strings.ReplaceAll(name, "_", " "), v.Field(i), indent)
	}
}

// entry is "name: value", the value below when it has lines of its own.
func entry(b *strings.Builder, name string, v reflect.Value, indent string) {
	v = deref(v)
	if !v.IsValid() {
		return
	}
	name = clean(name)
	if s, ok := scalar(v); ok {
		if strings.Contains(s, "\n") {
			fmt.Fprintf(b, "%s%s:\n%s  %s\n", indent, name, indent, strings.ReplaceAll(s, "\n", "\n"+indent+"  "))
		} else if s != "" {
			fmt.Fprintf(b, "%s%s: %s\n", indent, name, s)
		}
		return
	}
	var inner strings.Builder
	value(&inner, v, indent+"  ")
	if inner.Len() > 0 {
		fmt.Fprintf(b, "%s%s:\n%s", indent, name, inner.String())
	}
}

// list is a table when its items are structs of one type, else an item a line.
func list(b *strings.Builder, v reflect.Value, indent string) {
	t := v.Type().Elem()
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || writesText(t) {
		for i := range v.Len() {
			value(b, v.Index(i), indent)
		}
		return
	}
	if v.Len() == 0 {
		return
	}
	var names []string
	var rows [][]string
	for i := range v.Len() {
		var row []string
		names = names[:0]
		columns(deref(v.Index(i)), t, &names, &row)
		rows = append(rows, row)
	}
	tw := tabwriter.NewWriter(b, 0, 4, 2, ' ', 0)
	for _, row := range append([][]string{names}, rows...) {
		fmt.Fprintf(tw, "%s%s\n", indent, strings.Join(row, "\t"))
	}
	_ = tw.Flush() // a strings.Builder takes everything
}

func columns(v reflect.Value, t reflect.Type, names, row *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		var x reflect.Value
		if v.IsValid() {
			x = deref(v.Field(i))
		}
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct && !writesText(f.Type) {
			columns(x, f.Type, names, row)
			continue
		}
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		*names = append(*names, strings.ReplaceAll(name, "_", " "))
		*row = append(*row, cell(x))
	}
}

// cell is a value on one line; what has parts of its own is JSON.
func cell(v reflect.Value) string {
	if !v.IsValid() {
		return ""
	}
	s, ok := scalar(v)
	if !ok {
		if (v.Kind() == reflect.Slice || v.Kind() == reflect.Map) && v.Len() == 0 {
			return ""
		}
		raw, err := json.Marshal(v.Interface())
		if err != nil {
			return "?"
		}
		s = clean(string(raw))
	}
	return strings.Join(strings.Fields(s), " ")
}

func writesText(t reflect.Type) bool {
	return t.Implements(reflect.TypeFor[encoding.TextMarshaler]()) || t.Implements(reflect.TypeFor[fmt.Stringer]())
}

// scalar gives the text of a value without parts.
func scalar(v reflect.Value) (string, bool) {
	if v.CanInterface() {
		switch x := v.Interface().(type) {
		case encoding.TextMarshaler:
			raw, err := x.MarshalText()
			if err != nil {
				return "?", true
			}
			return clean(string(raw)), true
		case fmt.Stringer:
			return clean(x.String()), true
		}
	}
	switch v.Kind() {
	case reflect.String:
		return clean(strings.TrimRight(v.String(), "\n")), true
	case reflect.Bool:
		if v.Bool() {
			return "yes", true
		}
		return "no", true
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64:
		return fmt.Sprint(v.Interface()), true
	}
	return "", false
}

func deref(v reflect.Value) reflect.Value {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	return v
}

func sortedKeys(v reflect.Value) []reflect.Value {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		return strings.Compare(fmt.Sprint(a.Interface()), fmt.Sprint(b.Interface()))
	})
	return keys
}

// clean takes the power over a terminal from a text: people's words are printed here.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.IsControl(r), r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
