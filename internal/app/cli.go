package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"regexp"

	"plait/internal/kit/child"
	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/lang"
	"plait/internal/kit/logs"
	"plait/internal/kit/photo"
	"plait/internal/kit/seal"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/room/paper"
	"plait/internal/room/review"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// command is one run of the command line.
type command struct {
	app    *cli.App
	getenv func(string) string
	out    io.Writer
	err    io.Writer
	house  *House // opened when the first command needs it
	made   string // file of a database that this run made; it goes where nothing came into it
	self   string // what starts this program again; "" in tests

	account string // whose commands these are, in a script; "" = the operator's
}

// Main is the whole program: it runs the command line with the process's own arguments,
// environment and streams.
func Main() int {
	if code, called := child.Called(os.Args[1:], os.Stdin, os.Stdout, evidence.ReadFile(), evidence.DrawPage(), photo.Task(), paper.CutPhoto(), review.ReadReferences()); called {
		return code
	}
	c := newCommand(config.Environment, os.Stdout, os.Stderr)
	defer c.close()
	c.self, _ = child.Self()
	return c.app.Run(context.Background(), os.Args[1:])
}

// apart has uploads read in a process of their own. Only the real program can start
// itself again: a test's cannot.
func (c *command) apart(h *House) {
	if c.self != "" {
		reader := evidence.NewApart(c.self)
		h.rooms.evidence.Reads(reader)
		h.rooms.review.SetReports(reviewReports{reader})
		h.rooms.review.SetFullTexts(reviewTexts{reader})
		h.rooms.evidence.Pages(evidence.NewPagesApart(c.self))
		line := photo.NewLine(photo.NewApart(c.self)) // one picture at a time, whoever sends it
		h.rooms.action.Shrinks(line)
		h.rooms.evidence.Shrinks(line)
		h.rooms.paper.Cuts(paper.NewApart(c.self))
		h.rooms.review.Reads(review.NewReaderApart(c.self))
	}
}

// Run does what args say and gives the code to end with.
func Run(ctx context.Context, args []string, getenv func(string) string, out, errw io.Writer) int {
	c := newCommand(getenv, out, errw)
	defer c.close()
	return c.app.Run(ctx, args)
}

func newCommand(getenv func(string) string, out, errw io.Writer) *command {
	c := &command{app: cli.New("plait", "From what was said to what changed: evidence-informed change in adult social care.", out, errw), getenv: getenv, out: out, err: errw}
	host := &plug.Host{Begin: c.begin, Do: c.do, Self: c.roomItself, Out: out, Err: errw}
	c.app.Bind(host, c)
	c.app.Add("", &commands{})
	blank := plug.Needs{DB: nil, Face: faceOf(), Desk: &plug.Desk{}, News: news.NewDesk()}
	for _, p := range list(newRooms(blank)) {
		if p.Name == "search" {
			// The contract is "plait search WORDS": its command stands at the top.
			c.app.Add("", p.Commands)
			continue
		}
		c.app.Add(p.Name, p.Commands)
		for _, v := range p.Verbs {
			c.app.Verbs(cli.Verb{Name: v.Name, Help: "Run the verb " + v.Name + ".", In: v.In, Run: c.verb(v)})
		}
	}
	c.app.Explain = c.explain
	return c
}

func (c *command) close() {
	if c.house == nil {
		return
	}
	if c.made != "" {
		if bare, err := c.house.rooms.keeper.Bare(context.Background()); err != nil || !bare {
			c.made = ""
		}
	}
	c.house.looks.Wait()
	if err := c.house.Close(); err != nil {
		fmt.Fprintln(c.err, "plait: the database did not close:", err)
		return
	}
	if c.made != "" {
		if err := forget(c.made); err != nil {
			fmt.Fprintln(c.err, "plait: an empty database is left:", err)
		}
	}
}

// settings are the environment's, with the flags over them.
func (c *command) settings(listen string) (config.Config, error) {
	return config.Load(config.Over(c.getenv, map[string]string{"dir": c.app.Global.Dir, "db": c.app.Global.DB, "listen": listen}))
}

func (c *command) open(ctx context.Context) (*House, error) {
	if c.house != nil {
		return c.house, nil
	}
	s, err := c.settings("")
	if err != nil {
		return nil, err
	}
	h, err := openWhole(ctx, s, s.Base(s.Listen), slog.New(slog.DiscardHandler), false)
	if err != nil {
		return nil, err
	}
	c.house = h
	c.apart(c.house)
	return c.house, nil
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// begin opens the house and finds the programme that the operator acts in.
func (c *command) begin(ctx context.Context, ids ...string) (context.Context, error) {
	return c.within(ctx, false, ids...)
}

// within is begin; anyhow says that the verb is the operator's own and needs no programme.
func (c *command) within(ctx context.Context, anyhow bool, ids ...string) (context.Context, error) {
	h, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	programme, named := "", false
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		all, err := ref.Programmes(tx)
		if err != nil {
			return err
		}
		for _, p := range all {
			if name := c.app.Global.Programme; name != "" && (p.ID == name || p.Title == name) {
				programme = p.ID
				return nil
			}
		}
		if c.app.Global.Programme != "" {
			return fault.New(fault.Missing, "house.no_programme")
		}
		for _, text := range ids {
			for _, id := range uuid.FindAllString(text, -1) {
				named = true
				p, ok, err := ref.ProgrammeOf(tx, id)
				if err == nil && !ok {
					p, ok, err = h.rooms.evidence.ProgrammeOf(tx, id)
				}
				if err != nil || ok {
					programme = p
					return err
				}
			}
		}
		if len(all) == 1 {
			programme = all[0].ID
		}
		if len(all) <= 1 || anyhow { // none yet: a verb that needs one says so
			return nil
		}
		if named {
			return fault.New(fault.Missing, "house.missing")
		}
		return fault.New(fault.Invalid, "house.which_programme")
	})
	if c.account != "" {
		return who.With(ctx, h.Policy, who.Actor{Kind: who.Account, ID: c.account, Programme: programme}), err
	}
	return h.Operator(ctx, programme), err
}

// roomItself gives a room of the house to a command of its own.
func (c *command) roomItself(ctx context.Context, room string, makes plug.Makes) (context.Context, any, error) {
	if c.house == nil && makes == plug.Anyhow {
		s, err := c.settings("")
		if err != nil {
			return nil, nil, err
		}
		if c.house, err = open(ctx, s, s.Base(s.Listen), slog.New(slog.DiscardHandler), false); err != nil {
			return nil, nil, err
		}
	}
	if c.house == nil && makes != plug.MakesNothing {
		s, err := c.settings("")
		if err != nil {
			return nil, nil, err
		}
		if err := os.MkdirAll(s.Dir, 0o700); err != nil {
			return nil, nil, fault.New(fault.Invalid, "house.bad_dir", "Dir", s.Dir).Because(err)
		}
		if makes == plug.MakesKey {
			if _, err := seal.LoadOrMakeFile(s.KeyFile, s.Key.Reveal()); err != nil {
				return nil, nil, err
			}
		}
		if err := c.openNew(ctx, s, makes); err != nil {
			return nil, nil, err
		}
		c.apart(c.house)
		if makes == plug.MakesKey {
			if err := c.house.rooms.keeper.MayImport(ctx); err != nil {
				return nil, nil, err
			}
		}
	}
	h, err := c.open(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range h.Plugs {
		if p.Name == room {
			return h.Operator(ctx, ""), p.Self, nil
		}
	}
	return nil, nil, fmt.Errorf("there is no room %s", room)
}

// openNew opens an installation that may have no database yet.
func (c *command) openNew(ctx context.Context, s config.Config, makes plug.Makes) (err error) {
	log, made := slog.New(slog.DiscardHandler), false
	if makes != plug.MakesDatabase {
		c.house, err = open(ctx, s, s.Base(s.Listen), log, true)
		return err
	}
	if c.house, made, err = openEmpty(ctx, s, s.Base(s.Listen), log); made && err == nil {
		c.made = databaseFile(s)
	}
	return err
}

func (c *command) do(ctx context.Context, verb string, in any) (any, error) {
	v, ok := c.house.Verbs[verb]
	if !ok {
		return nil, fmt.Errorf("there is no verb %s", verb)
	}
	return c.house.Desk.RunVerb(ctx, v, "", in)
}

// verb runs a verb of the list.
func (c *command) verb(v plug.Verb) func(ctx context.Context, in any, key string) (any, error) {
	return func(ctx context.Context, in any, key string) (any, error) {
		text, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		ctx, err = c.within(ctx, v.Permission == "programme.found", string(text))
		if err != nil {
			return nil, err
		}
		return c.house.Desk.RunVerb(ctx, c.house.Verbs[v.Name], key, in)
	}
}

// explain puts an error into plain words, also before a house is open.
func (c *command) explain(err error) string {
	h := c.house
	if h == nil {
		words, e := catalogue()
		if e != nil {
			return err.Error()
		}
		h = &House{Face: faceOf(), Words: words}
		h.Face.Words = words
	}
	text := h.explain("en", err)
	if f := fault.Of(err); f.Kind == fault.Broken && f.Err != nil {
		// What a person sends on to ask for help holds nothing of anyone, and a reference to talk about it.
		text += " (" + logs.Clean(f.Err.Error()) + ") Reference " + web.Reference(id.New(clock.System{}.Now, nil).Code) + "."
	}
	return text
}

func catalogue() (*lang.Words, error) {
	sources := shared()
	for _, p := range list(newRooms(plug.Needs{Face: faceOf(), Desk: &plug.Desk{}, News: news.NewDesk()})) {
		sources = append(sources, lang.Source{Name: p.Name, FS: sub(p.Words, "words")})
	}
	return lang.New(sources...)
}
