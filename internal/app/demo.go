package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sort"

	"plait/example"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

type demoCommand struct {
	Listen  string `help:"Address and port; port 0 takes any that is free." default:"127.0.0.1:8080"`
	NoServe bool   `help:"Play the example and print the links, but do not serve."`
	Size    string `help:"What to fill it with: the example, or a made-up year of 50 projects and 200,000 contributions." enum:"example,year" default:"example"`
	Seed    uint64 `help:"Of a made-up year: the same seed makes the same words." default:"1"`
	Check   bool   `help:"Play the example, take one thing back, and prove that nobody can see it any more."`
}

// Run plays the example into a new folder, prints the links and serves.
func (d *demoCommand) Run(ctx context.Context, c *command) (err error) {
	if d.Check {
		return c.runCheck(ctx)
	}
	if c.app.Global.Dir == "" {
		c.app.Global.Dir = "demo-data"
	}
	if d.Listen, err = settled(d.Listen); err != nil {
		return err
	}
	s, err := c.settings(d.Listen)
	if err != nil {
		return err
	}
	links := filepath.Join(s.Dir, "links.txt")
	if _, err := os.Stat(links); err != nil {
		text, err := d.fill(ctx, c, s)
		if err != nil {
			return err
		}
		if err := os.WriteFile(links, []byte(text), 0o600); err != nil {
			return err
		}
	}
	text, err := os.ReadFile(links)
	if err != nil {
		return err
	}
	if _, err := c.out.Write(text); err != nil || d.NoServe {
		return err
	}
	return (&serveCommand{Listen: d.Listen}).Run(ctx, c)
}

// settled gives an address whose port is known, so that the links printed before serving
// lead there: port 0 takes one that is free now.
func settled(address string) (string, error) {
	if _, port, err := net.SplitHostPort(address); err != nil || port != "0" {
		return address, nil // what is no address is refused where it is used
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return "", fault.New(fault.Invalid, "house.cannot_listen", "Listen", address).Because(err)
	}
	return l.Addr().String(), l.Close()
}

// fill makes the installation, fills it and gives the ways in.
func (d *demoCommand) fill(ctx context.Context, c *command, s config.Config) (string, error) {
	h, hand, closing, err := making(ctx, s, s.Base(s.Listen))
	if err != nil {
		return "", err
	}
	defer closing()
	now := hand.Now()
	if d.Size == "year" {
		vars, err := h.makeYear(ctx, hand, WholeYear(d.Seed), func(text string) { fmt.Fprintln(c.err, text) })
		if err != nil {
			return "", err
		}
		hand.Set(clock.Time(now))
		return h.links(ctx, vars)
	}
	p, err := h.playExample(ctx, hand)
	if err != nil {
		return "", err
	}
	return h.links(ctx, p.vars)
}

// making opens a new installation whose clock is set by hand, until closing is called.
func making(ctx context.Context, s config.Config, base string) (h *House, hand *clock.Hand, closing func(), err error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return nil, nil, nil, err
	}
	key, err := seal.LoadOrMakeFile(s.KeyFile, s.Key.Reveal())
	if err != nil {
		return nil, nil, nil, err
	}
	post, err := postOf(s)
	if err != nil {
		return nil, nil, nil, err
	}
	d, err := openDB(ctx, s)
	if err != nil {
		return nil, nil, nil, err
	}
	closing = func() { _ = d.Close() } // everything acknowledged is on disk already
	hand = clock.At(clock.Time(clock.System{}.Now()))
	if h, err = Build(d, Options{Clock: hand, Key: key, Post: post, Log: slog.New(slog.DiscardHandler), BaseURL: base}); err != nil {
		closing()
		return nil, nil, nil, err
	}
	return h, hand, closing, nil
}

// playExample plays every script of the example, in order, and comes back to today.
func (h *House) playExample(ctx context.Context, hand *clock.Hand) (*player, error) {
	now := clock.Time(hand.Now())
	p := &player{house: h, hand: hand, vars: map[string]string{}}
	names, err := fs.Glob(example.Scripts, "*.txtar")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	for _, n := range names {
		text, err := fs.ReadFile(example.Scripts, n)
		if err != nil {
			return nil, err
		}
		if err := p.play(ctx, n, string(text)); err != nil {
			return nil, err
		}
	}
	hand.Set(now)
	return p, nil
}

// links writes the ways in: two people who work with Plait and one contributor.
func (h *House) links(ctx context.Context, vars map[string]string) (string, error) {
	text := "The example is in. Three ways in (the first two work once; ask for new ones on the sign-in page):\n\n"
	for _, who := range []struct{ label, account string }{{"Programme lead", vars["lead"]}, {"Facilitator   ", vars["facilitator"]}} {
		err := h.DB.Write(h.Operator(ctx, vars["programme"]), func(tx *db.Tx) error {
			link, err := h.rooms.account.SignInLink(tx.Context(), who.account, vars["programme"])
			text += fmt.Sprintf("  %s  %s\n", who.label, link)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	if vars["code"] == "" {
		return text + "\n", nil
	}
	return text + fmt.Sprintf("  Contributor     %s/card/q/%s\n\n", h.base, vars["code"]), nil
}
