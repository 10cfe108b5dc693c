package cli

import (
	"context"
	"encoding"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"plait/internal/kit/fault"
)

// Verb is one thing that can be done. The command made from it has a flag for each
// field of In that is text, yes or no, a number, a type that reads itself from text, or a
// list of those; fields of other shapes are given with --in. A field's json name
// "asked_by" is the flag --asked-by, its tag `doc` the flag's help.
type Verb struct {
	Name string       // "evidence.give"
	Help string       // one short line
	In   reflect.Type // a struct
	// Run does it. in is an In by value; key is the idempotency key, "" for none.
	Run func(ctx context.Context, in any, key string) (any, error)
}

// maxIn is the most that --in reads, in bytes.
const maxIn = 64 << 20

// verbCommand is what kong fills. Flags points to a struct made from In.
type verbCommand struct {
	Flags any    `embed:""`
	From  string `name:"in" help:"Read it as JSON from a file, or - for input." placeholder:"FILE"`
	Key   string `help:"The same key and values give the first answer again." placeholder:"TEXT"`
	JSON  bool   `name:"json" help:"Print the answer as one line of JSON."`

	verb   Verb
	fields []verbField
}

// verbField ties a field of the made struct to one of In.
type verbField struct {
	flag  string
	index []int
}

// command makes a pointer to a struct with the one field that kong reads as the command.
func (v Verb) command(name string) any {
	c := verbCommand{verb: v}
	var flags []reflect.StructField
	taken := append(globalNames(), "in", "key", "json")
	addFlags(v.In, nil, taken, &flags, &c.fields)
	c.Flags = reflect.New(reflect.StructOf(flags)).Interface()
	holder := reflect.New(reflect.StructOf([]reflect.StructField{{
		Name: "Cmd", Type: reflect.TypeFor[verbCommand](),
		Tag: reflect.StructTag(fmt.Sprintf(`cmd:"" name:%q help:%q`, name, v.Help)),
	}}))
	holder.Elem().Field(0).Set(reflect.ValueOf(c))
	return holder.Interface()
}

func addFlags(t reflect.Type, at []int, taken []string, flags *[]reflect.StructField, fields *[]verbField) {
	for i := range t.NumField() {
		f := t.Field(i)
		index := append(slices.Clone(at), i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && f.Type.Kind() == reflect.Struct && name == "" && !readsText(f.Type) {
			addFlags(f.Type, index, taken, flags, fields)
			continue
		}
		if name == "" {
			name = strings.ToLower(f.Name)
		}
		flag := strings.ReplaceAll(name, "_", "-")
		if !f.IsExported() || name == "-" || !flaggable(f.Type) || slices.Contains(taken, flag) ||
			slices.ContainsFunc(*fields, func(x verbField) bool { return x.flag == flag }) {
			continue
		}
		// sep: a comma in someone's words must not cut them in two.
		tag := fmt.Sprintf(`name:%q help:%q sep:"none"`, flag, f.Tag.Get("doc"))
		if p := placeholder(f.Type); p != "" {
			tag += fmt.Sprintf(` placeholder:%q`, p)
		}
		*flags = append(*flags, reflect.StructField{Name: fmt.Sprintf("F%d", len(*flags)), Type: f.Type, Tag: reflect.StructTag(tag)})
		*fields = append(*fields, verbField{flag, index})
	}
}

func readsText(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[encoding.TextUnmarshaler]())
}

func flaggable(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		return t.Elem().Kind() != reflect.Pointer && t.Elem().Kind() != reflect.Slice && flaggable(t.Elem())
	case reflect.Slice:
		if readsText(t) {
			return true
		}
		return t.Elem().Kind() != reflect.Uint8 && t.Elem().Kind() != reflect.Slice && t.Elem().Kind() != reflect.Bool && flaggable(t.Elem())
	case reflect.String, reflect.Bool, reflect.Float32, reflect.Float64,
		reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return true
	}
	return readsText(t)
}

func placeholder(t reflect.Type) string {
	more := ""
	if t.Kind() == reflect.Slice && !readsText(t) {
		t, more = t.Elem(), " ..." // the flag may be given again
	}
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case readsText(t), t.Kind() == reflect.String:
		return "TEXT" + more
	case t.Kind() == reflect.Bool:
		return ""
	}
	return "NUMBER" + more
}

// Run is called by kong. Flags that were given win over the JSON of --in.
func (c *verbCommand) Run(ctx context.Context, k *kong.Context, a *App) error {
	in := reflect.New(c.verb.In)
	if c.From != "" {
		if err := readJSON(a, c.From, in.Interface()); err != nil {
			return err
		}
	}
	given := map[string]bool{}
	for _, p := range k.Path {
		if p.Flag != nil {
			given[p.Flag.Name] = true
		}
	}
	flags := reflect.ValueOf(c.Flags).Elem()
	for i, f := range c.fields {
		if given[f.flag] {
			in.Elem().FieldByIndex(f.index).Set(flags.Field(i))
		}
	}
	out, err := c.verb.Run(ctx, in.Elem().Interface(), c.Key)
	if err != nil {
		return err
	}
	return Print(a.Out, out, c.JSON)
}

// unread is a file that cannot be taken, already in plain words.
type unread struct {
	text string
	err  error
}

func (u *unread) Error() string { return u.text }
func (u *unread) Unwrap() error { return u.err }

func readJSON(a *App, from string, in any) error {
	src := a.stdin()
	if from != "-" {
		f, err := os.Open(from)
		if err != nil {
			return &unread{fmt.Sprintf("We cannot open %s.", from), err}
		}
		defer f.Close()
		src = f
	} else {
		from = "standard input"
	}
	raw, err := io.ReadAll(io.LimitReader(src, maxIn+1))
	if err != nil {
		return &unread{fmt.Sprintf("We cannot read %s.", from), err}
	}
	if len(raw) > maxIn {
		return &unread{fmt.Sprintf("%s is larger than %d MB.", from, maxIn>>20), nil}
	}
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.DisallowUnknownFields()
	err = d.Decode(in)
	if err == nil {
		if _, more := d.Token(); more != io.EOF {
			err = errors.New("there is more than one value")
		}
	}
	var f *fault.Fault
	if errors.As(err, &f) { // a value that its own type refused
		return f
	}
	if err != nil {
		return &unread{fmt.Sprintf("%s, near line %d: %s.", from, 1+strings.Count(string(raw[:min(int(d.InputOffset()), len(raw))]), "\n"),
			strings.TrimPrefix(err.Error(), "json: ")), err}
	}
	return nil
}
