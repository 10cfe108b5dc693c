package keeper

import (
	"context"
	"fmt"
	"io"
	"time"

	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// commands is what the verb list cannot say: a check that finds something ends with 1.
type commands struct {
	Check   checkCommand   `cmd:"" help:"Prove that everything is there: trail, counts, references, files, search. Ends with 1 when something does not hold."`
	Trail   trailCommand   `cmd:"" help:"Who did what, newest first. --proof gives the chain, to be checked without Plait."`
	Backup  backupCommand  `cmd:"" help:"Make a backup of the whole installation."`
	Backups backupsCommand `cmd:"" help:"List the backups."`
	Restore restoreCommand `cmd:"" help:"Bring a backup back into an installation without a programme."`
	Drill   drillCommand   `cmd:"" help:"Try the last backup out in a folder of its own, and say what came of it."`
	Move    moveCommand    `cmd:"" help:"Move the whole installation to another database."`
	Archive archiveCommand `cmd:"" help:"Write everything that a programme holds to one file."`
	Import  importCommand  `cmd:"" help:"Bring an archive into an installation that holds no programme."`
	Reindex reindexCommand `cmd:"" help:"Make the search of every programme anew from the records' words."`
}

type checkCommand struct {
	JSON  bool `name:"json" help:"Print one line of JSON for each programme."`
	Quick bool `help:"Count the parts of files without reading them."`
}

// Run is called by the command line. Without a programme it checks all that are there.
func (c *checkCommand) Run(ctx context.Context, h *plug.Host) error {
	here, err := h.Begin(ctx)
	if err != nil && (!fault.Is(err, fault.Invalid) || here == nil) {
		return err
	}
	one := err == nil
	all, v, err := h.Self(ctx, "keeper", plug.MakesNothing)
	if err != nil {
		return err
	}
	r, ok := v.(*Room)
	if !ok {
		return fmt.Errorf("keeper is a %T", v)
	}
	list := []ref.Record{{}}
	if one {
		if list[0].ID = who.From(here).Programme; list[0].ID == "" {
			return noProgramme()
		}
	} else if list, err = r.programmes(ctx); err != nil {
		return err
	}
	broken := 0
	for _, p := range list {
		a := who.From(all)
		a.Programme = p.ID
		out, err := r.check(who.As(all, a), c.Quick, teller(h.Err))
		if err != nil {
			return err
		}
		if !one && !c.JSON {
			if _, err := fmt.Fprintf(h.Out, "%s\n", p.Title); err != nil {
				return err
			}
		}
		if err := cli.Print(h.Out, out, c.JSON); err != nil {
			return err
		}
		broken += len(out.Broken)
	}
	if broken > 0 {
		return cli.Problems(fmt.Sprintf("%d of what was checked does not hold.", broken))
	}
	return nil
}

// noProgramme says to the operator of an installation that there is nothing in it.
func noProgramme() error {
	return fault.New(fault.Missing, "keeper.no_programme").With("keeper.no_programme_do")
}

// teller writes how far a check is, a line for each part and each tenth of the whole that
// takes longer than a moment.
func teller(w io.Writer) func(doing string, done, total int64) {
	began, last := clock.Start(), int64(-1)
	return func(_ string, done, total int64) {
		if tenth := 10 * done / max(1, total); tenth != last && began.Took() > 2*time.Second {
			last = tenth
			_, _ = fmt.Fprintf(w, "%d%% checked\n", 10*tenth) // the check does not depend on who listens
		}
	}
}
