// Package cli is the house as a command: plait ROOM VERB [flags].
//
// Every verb becomes a command by itself, its flags made from the JSON names of its
// input. What a verb cannot say is a hand-written command: a field of a struct with kong's
// tags and a method Run. Both stand under one noun. Owner of kong.
//
// A run ends with 0 when it is done, 1 when the command found something to report
// (Problems) and 2 when it could not run, with one plain line on the error stream.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"
)

// The codes a run ends with.
const (
	Done     = 0
	Reported = 1
	CouldNot = 2
)

// Problems is returned by a command that ran and found something: the run ends with 1.
// Its text, if any, is the last line on the error stream; the list itself has been
// printed by the command.
type Problems string

// Error is the text.
func (p Problems) Error() string { return string(p) }

// Global holds the flags that every command takes, before or after its name.
type Global struct {
	Dir       string `help:"The folder that holds the data." placeholder:"FOLDER"`
	DB        string `name:"db" help:"The address of the database." placeholder:"ADDRESS"`
	Programme string `help:"The programme to work in." placeholder:"NAME"`
}

// App is the command line of the house. It is put together once; runs may follow one
// another but not overlap.
type App struct {
	Out     io.Writer
	Err     io.Writer
	In      io.Reader              // read by --in -; nil means standard input
	Global  Global                 // filled by Run before any command runs
	Explain func(err error) string // an error in plain words; nil means its own text

	name, help string
	top        kong.Plugins
	topNames   []string
	rooms      []*room
	binds      []any
	err        error // the first mistake in putting it together, told by Run
}

// room is one noun and what can be done with it.
type room struct {
	name, help string
	hand       kong.Plugins // pointers to structs of hand-written commands
	handNames  []string
	verbs      []Verb
}

// New makes a command line without commands. help says in one sentence what it is for.
func New(name, help string, out, err io.Writer) *App {
	return &App{name: name, help: help, Out: out, Err: err}
}

// Bind makes values known to hand-written commands: a parameter of their method Run of
// the same type receives it. A context.Context and the *App are always known.
func (a *App) Bind(values ...any) { a.binds = append(a.binds, values...) }

// Describe sets the line of help for a room.
func (a *App) Describe(room, help string) { a.room(room).help = help }

// Add adds hand-written commands: cmd is a pointer to a struct, each field a command by
// kong's tags (`cmd:"" help:"..."`). room "" puts them at the top. A nil cmd adds nothing.
func (a *App) Add(room string, cmd any) {
	if cmd == nil {
		return
	}
	names, err := commandNames(cmd)
	if err != nil {
		a.fail(fmt.Errorf("commands of %q: %w", room, err))
		return
	}
	if room == "" {
		a.top, a.topNames = append(a.top, cmd), append(a.topNames, names...)
		return
	}
	r := a.room(room)
	r.hand, r.handNames = append(r.hand, cmd), append(r.handNames, names...)
}

// Verbs adds a command for each verb, except where a hand-written one has its name.
func (a *App) Verbs(vs ...Verb) {
	for _, v := range vs {
		noun, verb, ok := strings.Cut(v.Name, ".")
		if !ok || noun == "" || verb == "" || v.In == nil || v.In.Kind() != reflect.Struct || v.Run == nil {
			a.fail(fmt.Errorf("verb %q: needs a name like room.verb, an input that is a struct, and Run", v.Name))
			continue
		}
		r := a.room(noun)
		r.verbs = append(r.verbs, v)
	}
}

func (a *App) fail(err error) {
	if a.err == nil {
		a.err = err
	}
}

func (a *App) room(name string) *room {
	for _, r := range a.rooms {
		if r.name == name {
			return r
		}
	}
	r := &room{name: name}
	a.rooms = append(a.rooms, r)
	return r
}

// commandNames gives the names kong reads from a struct of commands, and refuses flags
// that would hide the ones every command takes.
func commandNames(cmd any) ([]string, error) {
	k, err := kong.New(cmd, kong.NoDefaultHelp())
	if err != nil {
		return nil, err
	}
	var names []string
	for _, n := range k.Model.Children {
		names = append(names, n.Name)
	}
	return names, kong.Visit(k.Model.Node, func(v kong.Visitable, next kong.Next) error {
		if f, ok := v.(*kong.Flag); ok && slices.Contains(globalNames(), f.Name) {
			return fmt.Errorf("the flag --%s is taken: every command has it", f.Name)
		}
		return next(nil)
	})
}

func globalNames() []string { return []string{"dir", "db", "programme", "help"} }

// leaving is thrown by kong's help, which ends a program in its middle.
type leaving int

// Run does what args say (without the program's name) and gives the code to end with.
func (a *App) Run(ctx context.Context, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			l, ok := p.(leaving)
			if !ok {
				panic(p)
			}
			code = int(l)
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	k, err := a.parser(ctx, args[0])
	if err != nil {
		return a.say(fmt.Sprintf("the commands do not fit together: %v", err))
	}
	kctx, err := k.Parse(args)
	if err != nil {
		return a.say(a.misread(err))
	}
	err = kctx.Run()
	var problems Problems
	switch {
	case err == nil:
		return Done
	case errors.As(err, &problems):
		if problems != "" {
			a.say(string(problems))
		}
		return Reported
	case errors.Is(err, context.Canceled) && ctx.Err() != nil:
		return a.say("Stopped.")
	}
	return a.say(a.explain(err))
}

// parser makes what reads the command line. Where its first word names a room, the
// commands of the others are left out: kong makes every flag anew on each run, which is
// most of the time of a short command, and nothing that follows the name of a room, its
// help and its suggestions among it, speaks of another.
func (a *App) parser(ctx context.Context, first string) (*kong.Kong, error) {
	if a.err != nil {
		return nil, a.err
	}
	root := &struct{ kong.Plugins }{append(kong.Plugins{&a.Global}, a.top...)}
	options := []kong.Option{
		kong.Name(a.name), kong.Description(a.help), kong.Writers(a.Out, a.Err),
		kong.Exit(func(code int) { panic(leaving(code)) }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, NoExpandSubcommands: true, WrapUpperBound: 100}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(a), kong.Bind(a.binds...),
		kong.PostBuild(func(k *kong.Kong) error { k.Model.HelpFlag.Help = "Show this help."; return nil }),
	}
	alone := slices.ContainsFunc(a.rooms, func(r *room) bool { return r.name == first && len(r.hand)+len(r.verbs) > 0 })
	for _, r := range a.rooms {
		if slices.Contains(a.topNames, r.name) {
			return nil, fmt.Errorf("%q is a room and a command", r.name)
		}
		left := alone && r.name != first
		commands := slices.Clone(r.hand)
		seen := slices.Clone(r.handNames)
		for _, v := range r.verbs {
			_, name, _ := strings.Cut(v.Name, ".")
			if slices.Contains(r.handNames, name) {
				continue
			}
			if slices.Contains(seen, name) {
				return nil, fmt.Errorf("%s is given twice", v.Name)
			}
			seen = append(seen, name)
			if !left {
				commands = append(commands, v.command(name))
			}
		}
		if len(commands) > 0 && !left {
			options = append(options, kong.DynamicCommand(r.name, r.help, "", &struct{ kong.Plugins }{commands}))
		}
	}
	return kong.New(root, options...)
}

// say writes the one line of a run that could not be.
func (a *App) say(text string) int {
	fmt.Fprintf(a.Err, "%s: %s\n", a.name, strings.Join(strings.Fields(clean(text)), " "))
	return CouldNot
}

func (a *App) explain(err error) string {
	var u *unread
	if a.Explain == nil || errors.As(err, &u) {
		return err.Error()
	}
	return a.Explain(err)
}

func (a *App) stdin() io.Reader {
	if a.In == nil {
		return os.Stdin
	}
	return a.In
}
