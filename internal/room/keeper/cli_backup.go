package keeper

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// stages is what progress says on the error stream.
func stages(stage string) string {
	switch stage {
	case "keeper.stage_rows":
		return "rows sealed"
	case "keeper.stage_files":
		return "files"
	case "keeper.stage_check":
		return "rows proven in the backup"
	case "keeper.stage_load":
		return "rows stored"
	case "keeper.stage_compare":
		return "compared"
	case "keeper.stage_take":
		return "taken back again"
	case "keeper.stage_erase":
		return "erased again"
	case "keeper.stage_find":
		return "records in the search"
	case "keeper.stage_prove":
		return "programmes checked"
	case "keeper.stage_move":
		return "rows moved"
	}
	return stage
}

// telling writes a line when another stage begins and every two seconds within one.
func telling(w io.Writer) told {
	last, at := "", clock.Stopwatch{}
	return func(stage string, done, total int64) {
		if stage == last && at.Took() < 2*time.Second {
			return
		}
		last, at = stage, clock.Start()
		if total > 0 {
			fmt.Fprintf(w, "%s: %d of %d\n", stages(stage), done, total)
		} else {
			fmt.Fprintf(w, "%s: %d\n", stages(stage), done)
		}
	}
}

type backupCommand struct {
	JSON bool `name:"json" help:"Print the answer as one line of JSON."`
}

// Run makes a backup of the whole installation.
func (c *backupCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, r, err := self(ctx, h, plug.MakesNothing)
	if err != nil {
		return err
	}
	out, err := r.backUp(ctx, telling(h.Err))
	if err != nil {
		return err
	}
	return cli.Print(h.Out, out, c.JSON)
}

type backupsCommand struct {
	From string `help:"Another folder of backups. No installation and no key is needed to list it." placeholder:"FOLDER"`
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// Run lists the backups of the folder.
func (c *backupsCommand) Run(ctx context.Context, h *plug.Host) error {
	out, err := c.list(ctx, h)
	if err != nil {
		return err
	}
	if len(out.Backups) == 0 && !c.JSON {
		_, err := fmt.Fprintf(h.Out, "There are no backups in %s.\n", out.Folder)
		return err
	}
	return cli.Print(h.Out, out, c.JSON)
}

// list reads the folder that is named, which may be all that is left, else the installation's.
func (c *backupsCommand) list(ctx context.Context, h *plug.Host) (BackupsOut, error) {
	if c.From == "" {
		ctx, r, err := self(ctx, h, plug.MakesNothing)
		if err != nil {
			return BackupsOut{}, err
		}
		return r.backups(ctx)
	}
	if info, err := os.Stat(c.From); err != nil || !info.IsDir() {
		return BackupsOut{}, fault.New(fault.Missing, "keeper.backups_no_folder", "Folder", fullName(c.From)).With("keeper.backups_no_folder_do").Because(err)
	}
	return folderList(c.From)
}

// fullName is the name of a folder from the top, so that a reader knows which one is meant.
func fullName(dir string) string {
	if at, err := filepath.Abs(dir); err == nil {
		return at
	}
	return dir
}

type restoreCommand struct {
	Backup  string `arg:"" optional:"" help:"The backup's id, or one of its files. Without it, the last one."`
	From    string `help:"The folder of backups; without it, PLAIT_BACKUP." placeholder:"FOLDER"`
	At      string `help:"The last backup made at this time or before, such as 2026-03-02 01:00 or 2026-03-02 01:00:30. It is read as UTC." placeholder:"TIME"`
	Without bool   `name:"without-erasures" help:"Go on where the list of erasures is lost. Words that were erased come back."`
	JSON    bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// in makes what is asked from the command's words.
func (c *restoreCommand) in(backups string) (RestoreIn, error) {
	in := RestoreIn{Folder: c.From, ID: c.Backup, Point: c.At, Without: c.Without}
	if c.Backup != "" && c.At != "" {
		return in, fault.New(fault.Invalid, "keeper.restore_both").With("keeper.restore_both_do")
	}
	name := filepath.Base(c.Backup)
	for _, end := range []string{manifestEnd, sealedEnd, fileListEnd} {
		if id, ok := strings.CutSuffix(name, end); ok {
			in.ID = id
			if in.Folder == "" {
				in.Folder = filepath.Dir(c.Backup)
			}
		}
	}
	if in.Folder == "" {
		in.Folder = backups
	}
	if in.Folder == "" {
		return in, fault.New(fault.Invalid, "keeper.restore_no_folder").With("keeper.restore_no_folder_do")
	}
	return in, nil
}

// Run brings a backup back into an installation without a programme.
func (c *restoreCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, r, err := self(ctx, h, plug.MakesDatabase)
	if err != nil {
		return err
	}
	in, err := c.in(r.install.Backups)
	if err != nil {
		return err
	}
	end, err := r.begins(ctx)
	if err != nil {
		return err
	}
	out, err := r.restore(ctx, in, telling(h.Err))
	if err = errors.Join(err, end(err)); err != nil {
		return err
	}
	return report(h, out, c.JSON)
}

// report prints what came back; something that does not hold ends the run with 1.
func report(h *plug.Host, out RestoreOut, asJSON bool) error {
	if err := cli.Print(h.Out, out, asJSON); err != nil {
		return err
	}
	switch {
	case len(out.Broken) > 0:
		return cli.Problems(fmt.Sprintf("%d of what was checked does not hold.", len(out.Broken)))
	case out.Unread > 0:
		return cli.Problems(fmt.Sprintf("%s of the list of erasures cannot be read. If the list is damaged, words that were erased are back. Bring a whole list, and restore again.", many(int64(out.Unread), "line")))
	case len(out.Left) > 0:
		return cli.Problems("Words that were erased stand still in the tables under \"left\". Someone may have written them into their own text. Look for them.")
	}
	return nil
}

type drillCommand struct {
	JSON bool `name:"json" help:"Print the answer as one line of JSON."`
}

// Run tries the last backup out and says what came of it.
func (c *drillCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, r, err := self(ctx, h, plug.MakesNothing)
	if err != nil {
		return err
	}
	out, err := r.drill(who.As(ctx, who.Actor{Kind: who.Operator, Verb: "keeper.drill"}), telling(h.Err))
	if err != nil {
		return err
	}
	if !c.JSON && len(out.Broken) == 0 {
		took := "less than a second"
		if out.Seconds > 0 {
			took = many(out.Seconds, "second")
		}
		fmt.Fprintf(h.Out, "It came back whole: %s, %s, in %s. The backup is of %s.\n", many(out.Projects, "project"), many(out.Contributions, "contribution"), took, out.At)
	}
	return report(h, out, c.JSON)
}

// many is a number with its word.
func many(n int64, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
