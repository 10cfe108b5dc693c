package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sort"

	"plait/example"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/seal"
)

type demoCommand struct {
	Listen  string `help:"Address and port; port 0 takes any that is free." default:"127.0.0.1:8080"`
	NoServe bool   `help:"Play the example and print the links, but do not serve."`
}

// Run plays the example into a new folder, prints the links and serves.
func (d *demoCommand) Run(ctx context.Context, c *command) error {
	if c.app.Global.Dir == "" {
		c.app.Global.Dir = "demo-data"
	}
	s, err := c.settings(d.Listen)
	if err != nil {
		return err
	}
	links := filepath.Join(s.Dir, "links.txt")
	if _, err := os.Stat(links); err != nil {
		text, err := playInto(ctx, s)
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

// playInto makes the installation and plays every script of the example, in order.
func playInto(ctx context.Context, s config.Config) (string, error) {
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return "", err
	}
	key, err := seal.LoadOrMake(s.Dir, s.Key.Reveal())
	if err != nil {
		return "", err
	}
	d, err := openDB(ctx, s)
	if err != nil {
		return "", err
	}
	defer func() { _ = d.Close() }() // everything acknowledged is on disk already
	post, err := postOf(s)
	if err != nil {
		return "", err
	}
	now := clock.Time(clock.System{}.Now())
	hand := clock.At(now)
	h, err := Build(d, Options{Clock: hand, Key: key, Post: post, Log: slog.New(slog.DiscardHandler), BaseURL: s.Base(s.Listen)})
	if err != nil {
		return "", err
	}
	p := &player{house: h, hand: hand, vars: map[string]string{}}
	names, err := fs.Glob(example.Scripts, "*.txtar")
	if err != nil {
		return "", err
	}
	sort.Strings(names)
	for _, n := range names {
		text, err := fs.ReadFile(example.Scripts, n)
		if err != nil {
			return "", err
		}
		if err := p.play(ctx, n, string(text)); err != nil {
			return "", err
		}
	}
	hand.Set(now)
	return h.links(ctx, p)
}

// links writes the ways in: two people who work with Plait and one contributor.
func (h *House) links(ctx context.Context, p *player) (string, error) {
	text := "The example is in. Three ways in (the first two work once; ask for new ones on the sign-in page):\n\n"
	for _, who := range []struct{ label, account string }{{"Programme lead", p.vars["lead"]}, {"Facilitator   ", p.vars["facilitator"]}} {
		err := h.DB.Write(h.Operator(ctx, p.vars["programme"]), func(tx *db.Tx) error {
			link, err := h.rooms.account.SignInLink(tx.Context(), who.account, p.vars["programme"])
			text += fmt.Sprintf("  %s  %s\n", who.label, link)
			return err
		})
		if err != nil {
			return "", err
		}
	}
	return text + fmt.Sprintf("  Contributor     %s/card/q/%s\n\n", h.base, p.vars["code"]), nil
}
