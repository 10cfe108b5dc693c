package keeper

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"plait/internal/kit/archive"
	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// self gives this room of the open house to a command.
func self(ctx context.Context, h *plug.Host, makes plug.Makes) (context.Context, *Room, error) {
	ctx, v, err := h.Self(ctx, "keeper", makes)
	if err != nil {
		return nil, nil, err
	}
	r, ok := v.(*Room)
	if !ok {
		return nil, nil, fmt.Errorf("keeper is %T", v)
	}
	return ctx, r, nil
}

type reindexCommand struct {
	JSON bool `name:"json" help:"Print the answer as one line of JSON."`
}

// reindexed is what was put into the search.
type reindexed struct {
	Programmes int64 `json:"programmes"`
	Records    int64 `json:"records"`
}

// Run makes the search of every programme anew.
func (c *reindexCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, r, err := self(ctx, h, plug.MakesNothing)
	if err != nil {
		return err
	}
	var all []ref.Record
	if err := r.db.Read(ctx, func(tx *db.Tx) (err error) { all, err = ref.Programmes(tx); return err }); err != nil {
		return err
	}
	out := reindexed{Programmes: int64(len(all))}
	for _, p := range all {
		n := int64(0)
		if err := r.Reindex(ctx, p.ID, func(done int64) {
			if n = done; done%10_000 < searchBatch {
				fmt.Fprintf(h.Err, "%d records\n", out.Records+done)
			}
		}); err != nil {
			return err
		}
		out.Records += n
	}
	return cli.Print(h.Out, out, c.JSON)
}

type archiveCommand struct {
	Out  string `short:"o" required:"" help:"The file to write; it must not be there yet." placeholder:"FILE"`
	Why  string `help:"For whom it is and why; it stays in the list of archives." default:"Made from the command line."`
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// archived is what the command answers.
type archived struct {
	File  string `json:"file"`
	Size  int64  `json:"size"` // bytes
	Hash  string `json:"hash"` // SHA-256
	Rows  int64  `json:"rows"`
	Files int64  `json:"files"`
}

// Run writes an archive of the programme to a file.
func (c *archiveCommand) Run(ctx context.Context, h *plug.Host) error {
	within, err := h.Begin(ctx) // says which programme
	if err != nil {
		return err
	}
	if who.From(within).Programme == "" {
		return noProgramme()
	}
	if _, err := os.Lstat(c.Out); err == nil {
		return fault.New(fault.Conflict, "keeper.archive_there", "File", c.Out).With("keeper.archive_there_do")
	}
	ctx, r, err := self(ctx, h, plug.MakesNothing)
	if err != nil {
		return err
	}
	a := who.From(ctx)
	a.Programme = who.From(within).Programme
	tell := progress(h.Err)
	made, m, err := r.ArchiveTo(who.As(ctx, a), c.Out, c.Why, func(done, total int64) { tell("Rows and files", done, total) })
	if err != nil {
		return err
	}
	return cli.Print(h.Out, archived{c.Out, made.Size, made.Hash, m.Rows(), int64(len(m.Files))}, c.JSON)
}

type importCommand struct {
	File string `arg:"" help:"The archive." placeholder:"FILE"`
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// Run brings an archive into an installation without a programme.
func (c *importCommand) Run(ctx context.Context, h *plug.Host) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.New(fault.Missing, "keeper.import_no_file", "File", c.File).Because(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fault.New(fault.Missing, "keeper.import_no_file", "File", c.File)
	}
	if err != nil {
		return err
	}
	// Looked at before an installation is made for it.
	if _, err := archive.Open(f, info.Size(), archive.Usual()); err != nil {
		return err
	}
	ctx, r, err := self(ctx, h, plug.MakesKey)
	if err != nil {
		return err
	}
	out, err := r.Import(ctx, f, info.Size(), progress(h.Err))
	if err != nil {
		return err
	}
	if err := cli.Print(h.Out, out, c.JSON); err != nil {
		return err
	}
	if !out.Checked {
		return cli.Problems(fmt.Sprintf("%d of what was checked does not hold.", len(out.Broken)))
	}
	return nil
}

// progress says, once in a while, how far something is.
func progress(to io.Writer) func(step string, done, total int64) {
	last, at := "", clock.Stopwatch{}
	return func(step string, done, total int64) {
		if step == last && at.Took() < 2*time.Second {
			return
		}
		if last, at = step, clock.Start(); total > 0 {
			fmt.Fprintf(to, "%s: %d of %d\n", step, done, total)
		} else {
			fmt.Fprintf(to, "%s: %d\n", step, done)
		}
	}
}
