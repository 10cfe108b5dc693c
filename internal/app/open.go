package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/spine/ref"
)

// openDB opens the database that the settings name, and migrates it.
func openDB(ctx context.Context, c config.Config) (*db.DB, error) {
	var d *db.DB
	var err error
	if c.SQLite() {
		d, err = db.OpenFile(ctx, c.Dir)
	} else {
		d, err = db.OpenURL(ctx, c.DB.Reveal())
	}
	if err != nil {
		return nil, err
	}
	if err := Migrate(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// open opens an installation that init has made; fresh lets init make its database.
func open(ctx context.Context, c config.Config, base string, log *slog.Logger, fresh bool) (*House, error) {
	h, err := openAnyKey(ctx, c, base, log, fresh)
	if err != nil {
		return nil, err
	}
	if err := h.rooms.account.SameKey(ctx); err != nil {
		return nil, errors.Join(err, h.DB.Close())
	}
	return h, nil
}

// openAnyKey is open that leaves no mark of the key: whether it is the right one is known
// only when a backup has opened with it.
func openAnyKey(ctx context.Context, c config.Config, base string, log *slog.Logger, fresh bool) (*House, error) {
	if _, err := os.Stat(c.Dir); err != nil {
		return nil, fault.New(fault.Missing, "house.no_installation", "Dir", c.Dir).With("house.no_installation_do").Because(err)
	}
	if c.SQLite() && !fresh {
		if f, err := os.Stat(databaseFile(c)); err != nil || f.Size() == 0 {
			return nil, fault.New(fault.Missing, "house.no_database", "Dir", c.Dir).With("house.no_database_do").Because(err)
		}
	}
	key, err := seal.LoadFile(c.KeyFile, c.Key.Reveal())
	if err != nil {
		return nil, err
	}
	d, err := openDB(ctx, c)
	if err != nil {
		return nil, err
	}
	post, err := postOf(c)
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	h, err := Build(d, Options{Key: key, Post: post, Log: log, BaseURL: base, Secure: c.TLS.Mode != "off" || isHTTPS(base), LeaveURL: c.LeaveURL, Trusts: c.Trusts, Dir: c.Dir, Backups: c.Backups, Every: c.BackupEvery})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return h, nil
}

// openEmpty is open for a restore. It leaves no mark of the key, and takes another key's
// mark for none where there is no programme. made says that there was no database before.
func openEmpty(ctx context.Context, c config.Config, base string, log *slog.Logger) (h *House, made bool, err error) {
	if c.SQLite() {
		_, err := os.Stat(databaseFile(c))
		made = errors.Is(err, fs.ErrNotExist)
	}
	h, err = openAnyKey(ctx, c, base, log, true)
	if err != nil {
		return nil, false, err
	}
	err = h.DB.Read(ctx, func(tx *db.Tx) error {
		fits, err := h.rooms.account.KeyFits(tx)
		if err != nil || fits {
			return err
		}
		all, err := ref.Programmes(tx)
		if err == nil && len(all) > 0 {
			err = fault.New(fault.Invalid, "house.wrong_key").With("house.wrong_key_do")
		}
		return err
	})
	if err != nil {
		return nil, false, errors.Join(err, h.DB.Close())
	}
	return h, made, nil
}

func databaseFile(c config.Config) string { return filepath.Join(c.Dir, "plait.db") }

// forget takes away a database file that this run made and that holds nothing: a refused
// restore leaves nothing that was not there. The house must be closed.
func forget(file string) error {
	var err error
	for _, end := range []string{"", "-wal", "-shm"} {
		if e := os.Remove(file + end); e != nil && !errors.Is(e, fs.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// openWhole is open for everything but restores, moves and imports: an installation that is
// half restored, or is being moved or was moved away, is refused with what to do. It shares
// the lock on the installation until the house is closed.
func openWhole(ctx context.Context, c config.Config, base string, log *slog.Logger, fresh bool) (*House, error) {
	h, err := open(ctx, c, base, log, fresh)
	if err != nil {
		return nil, err
	}
	if err := h.share(ctx); err != nil {
		return nil, errors.Join(err, h.Close())
	}
	return h, nil
}

// share takes a part of the lock on the installation, and looks at its marks afterwards:
// whoever marks it has all of the lock.
func (h *House) share(ctx context.Context) error {
	hold, ok, err := h.DB.Share(ctx)
	if err != nil {
		return err
	}
	if ok {
		h.hold = hold
	}
	if err := h.rooms.keeper.MayServe(ctx); err != nil || ok {
		return err
	}
	return fault.New(fault.Conflict, "house.held").With("house.held_do")
}

// Close lets the installation go and closes its database.
func (h *House) Close() error {
	var err error
	if h.hold != nil {
		err = h.hold.Free()
	}
	return errors.Join(err, h.DB.Close())
}

// holdEvery is how often a serving node looks whether it still shares the lock.
const holdEvery = 2 * time.Second

// keepHold looks, while a house is served, whether it still shares the lock on the
// installation, which goes with a connection on PostgreSQL. Where someone else has taken it
// meanwhile, or has marked the installation, it gives the reason: it must not be served on.
func (h *House) keepHold(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(holdEvery):
		}
		ok, again, err := h.hold.Keep(ctx)
		if err != nil || ctx.Err() != nil || ok && !again {
			continue // a database that is away is waited for
		}
		marked := h.rooms.keeper.MayServe(ctx)
		switch {
		case fault.Is(marked, fault.Conflict):
			return marked
		case !ok:
			return fault.New(fault.Conflict, "house.held").With("house.held_do")
		}
	}
}

// openOther opens and migrates another database than the house's own: a PostgreSQL
// address, or a folder, which is made if need be.
func openOther(ctx context.Context, address string) (*db.DB, error) {
	var d *db.DB
	var err error
	if strings.Contains(address, "://") {
		d, err = db.OpenURL(ctx, address)
	} else if err = os.MkdirAll(address, 0o700); err == nil {
		d, err = db.OpenFile(ctx, address)
	}
	if err != nil {
		return nil, err
	}
	if err := Migrate(ctx, d); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return d, nil
}

// another makes a second house with the same key on another database, for trying a backup
// out. It serves nobody, sends nothing and has no backups of its own.
func another(o Options) func(d *db.DB) (map[string]any, error) {
	return func(d *db.DB) (map[string]any, error) {
		h, err := Build(d, Options{Clock: o.Clock, Random: o.Random, Key: o.Key, BaseURL: o.BaseURL})
		if err != nil {
			return nil, err
		}
		out := map[string]any{}
		for _, p := range h.Plugs {
			out[p.Name] = p.Self
		}
		return out, nil
	}
}

func isHTTPS(base string) bool { return len(base) > 8 && base[:8] == "https://" }

func postOf(c config.Config) (mail.Post, error) {
	ids := id.New(clock.System{}.Now, nil)
	if c.Mail.Folder != "" {
		return mail.Folder(c.Mail.Folder, clock.System{}, ids), nil
	}
	return mail.SMTP(c.Mail.Server, clock.System{}, ids)
}
