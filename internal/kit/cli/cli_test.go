package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
)

type testRef struct{ Kind, ID string }

func (r testRef) MarshalText() ([]byte, error) { return []byte(r.Kind + ":" + r.ID), nil }

func (r *testRef) UnmarshalText(b []byte) error {
	var ok bool
	if r.Kind, r.ID, ok = strings.Cut(string(b), ":"); !ok {
		return fault.New(fault.Invalid, "house.bad_ref")
	}
	return nil
}

type colour string

type place struct {
	Project testRef `json:"project" doc:"The project."`
}

type line struct {
	N    int64  `json:"n"`
	Text string `json:"text"`
}

type giveIn struct {
	place
	Text      string   `json:"text" doc:"The words."`
	AskedBy   string   `json:"asked_by"`
	Colour    colour   `json:"colour"`
	Ready     bool     `json:"ready"`
	N         int64    `json:"n"`
	Share     float64  `json:"share"`
	Limit     *int64   `json:"limit"`
	Tags      []string `json:"tags"`
	People    []testRef
	Lines     []line         `json:"lines"`
	More      map[string]any `json:"more"`
	Programme string         `json:"programme"`
	Hidden    string         `json:"-"`
}

type giveOut struct {
	Ref   testRef `json:"ref"`
	Note  string  `json:"asked_by"`
	Lines []line  `json:"lines"`
}

// house is what hand-written commands are given.
type house struct{ log []string }

type handCommands struct {
	List  listCommand  `cmd:"" help:"List by hand."`
	Check checkCommand `cmd:"" help:"Check a file."`
}

type listCommand struct {
	Project string `help:"The project."`
}

func (c *listCommand) Run(ctx context.Context, h *house, a *App) error {
	h.log = append(h.log, "list "+c.Project+" "+a.Global.Dir+" "+a.Global.Programme)
	return ctx.Err()
}

type checkCommand struct {
	File string `arg:"" help:"The file."`
	N    int    `help:"How many."`
}

func (c *checkCommand) Run() error {
	if c.File == "good" {
		return nil
	}
	return Problems("1 thing is wrong.")
}

type topCommands struct {
	Serve struct{} `cmd:"" hidden:""`
	Init  initCmd  `cmd:"" help:"Begin."`
}

type initCmd struct{}

func (initCmd) Run(a *App) error { _, err := a.Out.Write([]byte("begun\n")); return err }

type run struct {
	code     int
	out, err string
	in       any
	key      string
	house    *house
}

func do(t *testing.T, stdin string, args ...string) run {
	t.Helper()
	var out, errs bytes.Buffer
	r := run{house: &house{}}
	a := New("plait", "Hold what people said.", &out, &errs)
	a.In = strings.NewReader(stdin)
	a.Explain = func(err error) string {
		var f *fault.Fault
		if errors.As(err, &f) {
			return "said " + f.Say + "\nand more"
		}
		return "Sorry, something went wrong."
	}
	a.Bind(r.house)
	a.Describe("evidence", "What people said.")
	give := func(_ context.Context, in any, key string) (any, error) {
		r.in, r.key = in, key
		g := in.(giveIn)
		switch g.Text {
		case "fault":
			return nil, fault.New(fault.Conflict, "house.conflict")
		case "boom":
			return nil, errors.New("table secret_table is gone")
		}
		return giveOut{Ref: testRef{"card", "7"}, Note: g.AskedBy, Lines: g.Lines}, nil
	}
	never := func(context.Context, any, string) (any, error) {
		t.Error("the verb's own command ran")
		return nil, nil
	}
	a.Verbs(
		Verb{Name: "evidence.give", Help: "Keep what someone said.", In: reflect.TypeFor[giveIn](), Run: give},
		Verb{Name: "evidence.list", Help: "List evidence.", In: reflect.TypeFor[line](), Run: never},
		Verb{Name: "card.read", Help: "Read a card.", In: reflect.TypeFor[struct{}](), Run: func(context.Context, any, string) (any, error) { return nil, nil }},
	)
	a.Add("evidence", &handCommands{})
	a.Add("", &topCommands{})
	a.Add("card", nil)
	r.code = a.Run(t.Context(), args)
	r.out, r.err = out.String(), errs.String()
	return r
}

func TestFlagsFillIn(t *testing.T) {
	r := do(t, "", "evidence", "give", "--project", "project:1", "--text=Hello, you", "--asked-by", "Ada", "--colour", "red",
		"--ready", "--n", "9007199254740993", "--share", "0.5", "--limit", "3", "--tags", "a,b", "--tags", "c", "--people", "person:1", "--people", "person:2", "--key", "k1")
	if r.code != Done {
		t.Fatalf("code %d: %s", r.code, r.err)
	}
	three := int64(3)
	want := giveIn{
		place: place{testRef{"project", "1"}}, Text: "Hello, you", AskedBy: "Ada", Colour: "red", Ready: true, N: 9007199254740993, Share: 0.5,
		Limit: &three, Tags: []string{"a,b", "c"}, People: []testRef{{"person", "1"}, {"person", "2"}},
	}
	if diff := cmp.Diff(want, r.in, cmp.AllowUnexported(giveIn{})); diff != "" {
		t.Error(diff)
	}
	if r.key != "k1" {
		t.Errorf("key %q", r.key)
	}
	// A number may be below nothing.
	if r := do(t, "", "evidence", "give", "--n=-5", "--text=-x"); r.code != Done || r.in.(giveIn).N != -5 || r.in.(giveIn).Text != "-x" {
		t.Errorf("below nothing: %d %s", r.code, r.err)
	}
	if want := "ref: card:7\nasked by: Ada\n"; r.out != want {
		t.Errorf("printed %q, want %q", r.out, want)
	}
}

func TestJSONIn(t *testing.T) {
	body := `{"text":"from file","n":5,"lines":[{"n":1,"text":"one"},{"n":2,"text":"<two>"}],"ready":true,"project":"project:1"}`
	file := filepath.Join(t.TempDir(), "in.json")
	if err := os.WriteFile(file, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	want := giveIn{place: place{testRef{"project", "1"}}, Text: "from flag", N: 5, Lines: []line{{1, "one"}, {2, "<two>"}}}
	for _, from := range []string{file, "-"} {
		r := do(t, body, "evidence", "give", "--in", from, "--text", "from flag", "--ready=false", "--json")
		if r.code != Done {
			t.Fatalf("%s: code %d: %s", from, r.code, r.err)
		}
		if diff := cmp.Diff(want, r.in, cmp.AllowUnexported(giveIn{})); diff != "" {
			t.Error(diff)
		}
		if want := `{"ref":"card:7","asked_by":"","lines":[{"n":1,"text":"one"},{"n":2,"text":"<two>"}]}` + "\n"; r.out != want {
			t.Errorf("printed %s", r.out)
		}
	}
	for name, bad := range map[string]string{
		`{"txt":"x"}`:          `plait: standard input, near line 1: unknown field "txt".`,
		"{\n\"text\": 7}":      "plait: standard input, near line 2: cannot unmarshal number into Go struct field",
		`{} {}`:                "plait: standard input, near line 1: there is more than one value.",
		`{"project":"nobody"}`: "plait: said house.bad_ref and more",
	} {
		r := do(t, name, "evidence", "give", "--in", "-")
		if r.code != CouldNot || !strings.HasPrefix(r.err, bad) || strings.Count(r.err, "\n") != 1 {
			t.Errorf("%s: code %d, %q", name, r.code, r.err)
		}
	}
}

// Every failure is code 2 (or 1 for a listing) and one plain line.
func TestCodesAndLines(t *testing.T) {
	tests := []struct {
		args string
		code int
		err  string
	}{
		{"evidence check good", Done, ""},
		{"evidence check bad", Reported, "plait: 1 thing is wrong.\n"},
		{"evidence give --text fault", CouldNot, "plait: said house.conflict and more\n"},
		{"evidence give --text boom", CouldNot, "plait: Sorry, something went wrong.\n"},
		{"evidence give --project nobody", CouldNot, "plait: --project: said house.bad_ref and more\n"},
		{"evidence give --n seven", CouldNot, "plait: --n needs a whole number, not \"seven\". See plait evidence give --help.\n"},
		{"evidence give --n -5", CouldNot, "plait: --n needs a value. If it begins with a dash, write --n=\"-5\".\n"},
		{"evidence give --text", CouldNot, "plait: --text needs a value. See plait evidence give --help.\n"},
		{"evidence give --texy x", CouldNot, "plait: There is no flag --texy. Did you mean one of \"--text\", \"--key\"?\n"},
		{"evidence give --lines x", CouldNot, "plait: There is no flag --lines. See plait evidence give --help.\n"},
		{"evidence give --wholly-other", CouldNot, "plait: There is no flag --wholly-other. See plait evidence give --help.\n"},
		{"evidence give more", CouldNot, "plait: \"more\" is one word too many. See plait evidence give --help.\n"},
		{"evidence giv", CouldNot, "plait: There is no command \"evidence giv\". Did you mean \"give\"?\n"},
		{"evidnce give", CouldNot, "plait: There is no command \"evidnce\". Did you mean \"evidence\"?\n"},
		{"xyz", CouldNot, "plait: There is no command \"xyz\". See plait --help.\n"},
		{"evidence", CouldNot, "plait: Say what to do after \"plait evidence\": list, check, give. See plait evidence --help.\n"},
		{"evidence check", CouldNot, "plait: Something is missing: <file>. See plait evidence check --help.\n"},
		{"evidence give --in /no/such/file", CouldNot, "plait: We cannot open /no/such/file.\n"},
	}
	for _, tt := range tests {
		t.Run(strings.ReplaceAll(tt.args, "/", "|"), func(t *testing.T) {
			r := do(t, "", strings.Fields(tt.args)...)
			if r.code != tt.code || r.err != tt.err {
				t.Errorf("code %d, want %d\n got %q\nwant %q", r.code, tt.code, r.err, tt.err)
			}
		})
	}
}

func TestHandWritten(t *testing.T) {
	for _, args := range []string{
		"--dir D --programme P evidence list --project 7",
		"evidence list --dir D --project 7 --programme P",
		"evidence --dir=D list --project 7 --programme=P",
	} {
		r := do(t, "", strings.Fields(args)...)
		if diff := cmp.Diff([]string{"list 7 D P"}, r.house.log); r.code != Done || diff != "" {
			t.Errorf("%s: code %d: %s %s", args, r.code, r.err, diff)
		}
	}
	if r := do(t, "", "init"); r.code != Done || r.out != "begun\n" {
		t.Errorf("init: code %d, %q %q", r.code, r.out, r.err)
	}
	if r := do(t, "", "card", "read"); r.code != Done || r.out != "" {
		t.Errorf("an answer of nothing prints nothing: %d %q %q", r.code, r.out, r.err)
	}
}

func TestHelp(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	r := do(t, "")
	if r.code != Done || !strings.Contains(r.out, "Hold what people said.") || !strings.Contains(r.out, "What people said.") || strings.Contains(r.out, "serve") {
		t.Errorf("top: code %d\n%s", r.code, r.out)
	}
	r = do(t, "", "evidence", "--help")
	for _, want := range []string{"list", "List by hand.", "check", "give", "Keep what someone said."} {
		if !strings.Contains(r.out, want) {
			t.Errorf("room: %q is not in\n%s", want, r.out)
		}
	}
	if strings.Contains(r.out, "List evidence.") {
		t.Error("room: the verb's own list is still there")
	}
	r = do(t, "", "evidence", "give", "--help")
	want := `Usage: plait evidence give [flags]

Keep what someone said.

Flags:
  -h, --help               Show this help.
      --dir=FOLDER         The folder that holds the data.
      --db=ADDRESS         The address of the database.
      --programme=NAME     The programme to work in.

      --project=TEXT       The project.
      --text=TEXT          The words.
      --asked-by=TEXT
      --colour=TEXT
      --ready
      --n=NUMBER
      --share=NUMBER
      --limit=NUMBER
      --tags=TEXT ...
      --people=TEXT ...
      --in=FILE            Read it as JSON from a file, or - for input.
      --key=TEXT           The same key and values give the first answer again.
      --json               Print the answer as one line of JSON.
`
	if diff := cmp.Diff(want, r.out); diff != "" || r.code != Done {
		t.Errorf("code %d\n%s", r.code, diff)
	}
}

// A room that is named first is built without the others. What it prints is the same as
// when a flag stands first and every room is built.
func TestOneRoomAlone(t *testing.T) {
	t.Setenv("COLUMNS", "80")
	for _, args := range []string{
		"evidence", "evidence --help", "evidence give --help", "evidence list --help", "evidence giv", "evidence card", "evidence give --texy x",
		"evidence give more", "evidence check", "evidence --colour", "evidence list --project 7", "evidence give --text x", "card", "card --help",
		"card read", "card read --tex", "init", "init --help", "evidnce give", "car", "--help",
	} {
		alone := do(t, "", strings.Fields(args)...)
		whole := do(t, "", strings.Fields("--programme= "+args)...)
		if alone.code != whole.code || alone.out != whole.out || alone.err != whole.err {
			t.Errorf("%s: alone %d %q %q\nwith the rest %d %q %q", args, alone.code, alone.out, alone.err, whole.code, whole.out, whole.err)
		}
	}
	var errs bytes.Buffer
	a := New("plait", "", &bytes.Buffer{}, &errs)
	in, ok := reflect.TypeFor[line](), func(context.Context, any, string) (any, error) { return nil, nil }
	a.Verbs(Verb{Name: "a.b", In: in, Run: ok}, Verb{Name: "c.d", In: in, Run: ok})
	k, err := a.parser(t.Context(), "c")
	if err != nil || len(k.Model.Children) != 1 || k.Model.Children[0].Name != "c" {
		t.Errorf("c alone: %v, %v", k.Model.Children, err)
	}
	if k, err = a.parser(t.Context(), "x"); err != nil || len(k.Model.Children) != 2 {
		t.Errorf("no room named: %v, %v", k.Model.Children, err)
	}
	// A mistake of the program is told whichever room is asked for.
	a.Verbs(Verb{Name: "a.b", In: in, Run: ok})
	if code := a.Run(t.Context(), []string{"c", "d"}); code != CouldNot || !strings.Contains(errs.String(), "a.b is given twice") {
		t.Errorf("code %d, %q", code, errs.String())
	}
}

func TestMistakesOfTheProgram(t *testing.T) {
	in := reflect.TypeFor[line]()
	ok := func(context.Context, any, string) (any, error) { return nil, nil }
	for name, build := range map[string]func(*App){
		"not a verb's name":  func(a *App) { a.Verbs(Verb{Name: "give", In: in, Run: ok}) },
		"input not a struct": func(a *App) { a.Verbs(Verb{Name: "a.b", In: reflect.TypeFor[string](), Run: ok}) },
		"verb twice":         func(a *App) { a.Verbs(Verb{Name: "a.b", In: in, Run: ok}, Verb{Name: "a.b", In: in, Run: ok}) },
		"room and command":   func(a *App) { a.Add("", &topCommands{}); a.Verbs(Verb{Name: "init.b", In: in, Run: ok}) },
		"not a struct":       func(a *App) { a.Add("a", 7) },
		"global flag hidden": func(a *App) {
			a.Add("a", &struct {
				X struct{ Dir string } `cmd:""`
			}{})
		},
		"command given twice": func(a *App) { a.Add("", &topCommands{}); a.Add("", &topCommands{}) },
	} {
		var errs bytes.Buffer
		a := New("plait", "", &bytes.Buffer{}, &errs)
		build(a)
		if code := a.Run(t.Context(), []string{"--help"}); code != CouldNot || !strings.Contains(errs.String(), "do not fit") {
			t.Errorf("%s: code %d, %q", name, code, errs.String())
		}
	}
}

func TestStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var errs bytes.Buffer
	a := New("plait", "", &bytes.Buffer{}, &errs)
	a.Bind(&house{})
	a.Add("evidence", &handCommands{})
	if code := a.Run(ctx, []string{"evidence", "list"}); code != CouldNot || errs.String() != "plait: Stopped.\n" {
		t.Errorf("code %d, %q", code, errs.String())
	}
}

func TestPrint(t *testing.T) {
	type inner struct {
		Name string `json:"name"`
	}
	v := struct {
		line
		Ref   testRef        `json:"ref"`
		Ready bool           `json:"is_ready"`
		Empty string         `json:"empty"`
		None  *inner         `json:"none"`
		One   inner          `json:"one"`
		Rows  []line         `json:"rows"`
		Tags  []string       `json:"tags"`
		More  map[string]int `json:"more"`
		Skip  string         `json:"-"`
	}{
		line: line{4, "first\nsecond"}, Ref: testRef{"card", "1"}, One: inner{"x"},
		Rows: []line{{1, "a\tb\nc"}, {100, "bad \x1b[2J\u202e"}}, Tags: []string{"p", "q"}, More: map[string]int{"b": 2, "a": 1}, Skip: "no",
	}
	want := `n: 4
text:
  first
  second
ref: card:1
is ready: no
one:
  name: x
rows:
  n    text
  1    a b c
  100  bad ` + "\ufffd[2J\ufffd" + `
tags:
  p
  q
more:
  a: 1
  b: 2
`
	var b bytes.Buffer
	if err := Print(&b, v, false); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
	b.Reset()
	if err := Print(&b, []*line{{1, "<&>"}, nil}, true); err != nil || b.String() != `[{"n":1,"text":"<&>"},null]`+"\n" {
		t.Errorf("%v %s", err, &b)
	}
	b.Reset()
	if err := Print(&b, []*line{{1, "x"}, nil}, false); err != nil || b.String() != "n  text\n1  x\n   \n" {
		t.Errorf("%v %q", err, b.String())
	}
}

func TestProgress(t *testing.T) {
	var b bytes.Buffer
	p := NewProgress(&b, "Reading", 30)
	for range 29 {
		p.Add(1)
	}
	if n := strings.Count(b.String(), "\n"); n != 10 {
		t.Errorf("%d lines for nine tenths and the first step:\n%s", n, &b)
	}
	p.Add(1)
	p.End()
	p.End()
	if !strings.HasSuffix(b.String(), "Reading: 30 of 30\n") || strings.Count(b.String(), "30 of 30") != 1 {
		t.Errorf("end:\n%s", &b)
	}
	b.Reset()
	p = NewProgress(&b, "Counting", 0)
	p.Add(2500)
	p.End()
	if b.String() != "Counting: 2500\n" {
		t.Errorf("total not known: %q", b.String())
	}
	b.Reset()
	p = &Progress{w: &b, label: "Bar", total: 2, terminal: true, shown: -1}
	p.Add(1)
	p.Add(1)
	p.End()
	half, full := strings.Repeat("#", 15)+strings.Repeat(".", 15), strings.Repeat("#", 30)
	if want := "\rBar [" + half + "] 1 of 2\rBar [" + full + "] 2 of 2\rBar [" + full + "] 2 of 2\n"; b.String() != want {
		t.Errorf("bar: %q", b.String())
	}
}
