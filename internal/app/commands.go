package app

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/logs"
	"plait/internal/kit/seal"
	"plait/internal/kit/web"
	"plait/internal/room/account"
	"plait/internal/room/programme"
	"plait/internal/room/project"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands are the ones that belong to no room.
type commands struct {
	Init     initCommand     `cmd:"" help:"Make an installation and print a link to sign in."`
	Serve    serveCommand    `cmd:"" help:"Serve the pages and the API."`
	Demo     demoCommand     `cmd:"" help:"Make an installation with an invented programme, and serve it."`
	Settings settingsCommand `cmd:"" help:"Print every setting in force, and where it came from."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

type initCommand struct {
	Title string `name:"project" help:"A first project." placeholder:"TITLE"`
	Email string `help:"E-mail address of the programme lead." default:"lead@example.org"`
	Name  string `help:"Name of the programme lead." default:"Programme lead"`
	JSON  bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// Run makes the folder, the key, the database, a programme, its lead and, if named, a project.
func (i *initCommand) Run(ctx context.Context, c *command) error {
	s, err := c.settings("")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return fault.New(fault.Invalid, "house.bad_dir", "Dir", s.Dir).Because(err)
	}
	if _, err := seal.LoadOrMakeFile(s.KeyFile, s.Key.Reveal()); err != nil {
		return err
	}
	h, err := openWhole(ctx, s, s.Base(s.Listen), slog.New(slog.DiscardHandler), true)
	if err != nil {
		return err
	}
	c.house = h
	name := c.app.Global.Programme
	if name == "" {
		name = "Our programme"
	}
	var out struct {
		Programme string `json:"programme"`
		Project   string `json:"project"`
		SignIn    string `json:"sign_in"`
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		ctx := h.Operator(tx.Context(), "")
		all, err := ref.Programmes(tx)
		if err != nil {
			return err
		}
		for _, p := range all {
			if p.Title == name {
				return fault.New(fault.Conflict, "house.programme_there", "Name", name)
			}
		}
		founded, err := plug.Run(ctx, h.Desk, "programme.found", "", h.rooms.programme.Found, programme.FoundIn{Facts: programme.Facts{Name: name, Zone: s.Zone}})
		if err != nil {
			return err
		}
		out.Programme = founded.Programme.ID
		ctx = h.Operator(tx.Context(), out.Programme)
		if i.Title != "" {
			started, err := plug.Run(ctx, h.Desk, "project.start", "", h.rooms.project.Start, project.StartIn{Facts: project.Facts{Title: i.Title}})
			if err != nil {
				return err
			}
			out.Project = started.Ref.ID
		}
		made, err := plug.Run(ctx, h.Desk, "account.make", "", h.rooms.account.Make, account.MakeIn{Email: i.Email, Name: i.Name})
		if err != nil {
			return err
		}
		out.SignIn, err = h.rooms.account.SignInLink(ctx, made.Account, out.Programme)
		return err
	})
	if err != nil {
		return err
	}
	return cli.Print(c.out, out, i.JSON)
}

type serveCommand struct {
	Listen string `help:"Address and port; port 0 takes any that is free." placeholder:"ADDRESS:PORT"`
	JSON   bool   `name:"json" help:"Print the address as one line of JSON."`
}

// Run serves until it is told to stop; requests under way are finished.
func (sc *serveCommand) Run(ctx context.Context, c *command) error {
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	s, err := c.settings(sc.Listen)
	if err != nil {
		return err
	}
	log := spoken(logs.New(c.err, s.LogLevel, nil))
	l, err := net.Listen("tcp", s.Listen)
	if err != nil {
		return fault.New(fault.Invalid, "house.cannot_listen", "Listen", s.Listen).Because(err)
	}
	base := s.Base(l.Addr().String())
	h, err := openWhole(ctx, s, base, log, false)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	c.house = h
	c.apart(h)
	if err := h.Face.Pages.Ready(); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := h.DB.Optimize(ctx); err != nil {
		return errors.Join(err, l.Close())
	}
	numbers, numbersAt, err := h.measuring(s, log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer func() { _ = numbers.Stop(context.WithoutCancel(ctx)) }()
	run, err := job.Start(ctx, h.DB, h.Jobs(), log)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	// Again, now that others can see that this one serves: a mark may have come in between.
	if err := h.rooms.keeper.MayServe(ctx); err != nil {
		return errors.Join(err, l.Close(), run.Stop(ctx))
	}
	h.warn(s, log)
	if err := sc.say(c.out, base, numbersAt, s); err != nil {
		return errors.Join(err, l.Close())
	}
	private, err := web.TLS(s.TLS.Mode, s.Dir, s.TLS.Cert, s.TLS.Key, hostsOf(base), clock.Time(clock.System{}.Now()))
	if err != nil {
		return errors.Join(fault.New(fault.Invalid, "house.no_tls").Because(err), l.Close(), run.Stop(ctx))
	}
	if private != nil {
		h.certificate(s.TLS.Mode, private)
		l = tls.NewListener(l, private)
	}
	limits := web.UsualLimits()
	limits.Shared = s.Trusts
	var rest resting
	go rest.run(ctx)
	srv := web.Server(rest.wrap(h.leaving.wrap(h.Handler)), limits)
	srv.ErrorLog = slog.NewLogLogger(log.Handler(), slog.LevelWarn)
	done := h.begin(ctx, srv, l)
	tell := notifier(c.getenv, log)
	tell("READY=1")
	select {
	case err = <-done:
		err = errors.Join(err, srv.Close())
	case <-ctx.Done():
		// Jobs are handed over while the last requests are answered; Stop below waits for both.
		early, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
		defer cancel()
		go func() { _ = run.Stop(early) }()
		err = h.ending(ctx, srv, tell)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 20*time.Second)
	defer cancel()
	return errors.Join(err, run.Stop(last))
}

// say tells where Plait is.
func (sc *serveCommand) say(w io.Writer, base, numbersAt string, s config.Config) error {
	if !sc.JSON {
		_, err := fmt.Fprintf(w, "Plait is at %s\n%s", base, lettersAt(s))
		return err
	}
	said := map[string]string{"url": base}
	if numbersAt != "" {
		said["metrics"] = numbersAt
	}
	return json.NewEncoder(w).Encode(said)
}

// hostsOf is the name that people use, and this machine's own.
func hostsOf(base string) []string {
	u, err := url.Parse(base)
	if err != nil || u.Hostname() == "" {
		return []string{"127.0.0.1", "localhost"}
	}
	return []string{u.Hostname(), "127.0.0.1", "localhost"}
}

func lettersAt(s config.Config) string {
	if s.Mail.Folder == "" {
		return ""
	}
	at, err := filepath.Abs(s.Mail.Folder)
	if err != nil {
		at = s.Mail.Folder
	}
	return "Letters are not sent: they are written to " + at + "\n"
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(c *command) error { _, err := fmt.Fprintln(c.out, Version); return err }
