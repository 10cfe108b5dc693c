package review

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"plait/internal/kit/cli"
	"plait/internal/kit/lang"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// importCommand is plait review import.
type importCommand struct {
	Ref    string   `required:"" help:"The review: review:ID." placeholder:"review:ID"`
	Search string   `help:"The search that the files are from." placeholder:"ID"`
	Again  bool     `help:"Bring in a file also where the same file is in the review already."`
	JSON   bool     `name:"json" help:"Print the answer as one line of JSON."`
	Files  []string `arg:"" name:"file" help:"Files of references. What is in a file says its format, not its name."`
}

// imported is the answer of plait review import.
type imported struct {
	Files []importedFile `json:"files"`
	// Copies counts records of the whole review that are copies of another, and Ask the pairs
	// that a person should look at. A serving Plait looks for copies by itself soon after.
	Copies int64 `json:"copies"`
	Ask    int64 `json:"ask"`
}

type importedFile struct {
	File     string    `json:"file"`
	Batch    string    `json:"batch,omitempty"` // to undo it; "" when nothing was stored
	Format   string    `json:"format"`
	Encoding string    `json:"encoding"`
	Records  int64     `json:"records"` // in the file
	Stored   int64     `json:"stored"`
	SameAs   string    `json:"same_as,omitempty"` // the batch that holds the same file
	Problems []Trouble `json:"problems"`
	Count    int64     `json:"problem_count"`
}

// Run brings in every file that can be read, and lists what was lost.
func (c *importCommand) Run(ctx context.Context, h *plug.Host) error {
	at, err := ref.Parse(c.Ref)
	if err != nil {
		return err
	}
	if ctx, err = h.Begin(ctx, at.ID); err != nil {
		return err
	}
	out := imported{Files: []importedFile{}}
	t, err := english()
	if err != nil {
		return err
	}
	bad := false
	progress := cli.NewProgress(h.Err, "Bringing in", int64(len(c.Files)))
	for _, name := range c.Files {
		f, err := c.one(ctx, h, at, name)
		if err != nil {
			progress.End()
			return err
		}
		for i := range f.Problems {
			f.Problems[i].Reason = lost(t, f.Problems[i].Reason)
		}
		bad = bad || f.Count > 0
		out.Files = append(out.Files, f)
		progress.Add(1)
	}
	progress.End()
	if _, err := did[CopiesOut](ctx, h, "review.copies", CopiesIn{Ref: at}); err != nil {
		return err
	}
	asks, err := did[AsksOut](ctx, h, "review.asks", AsksIn{at})
	if err != nil {
		return err
	}
	out.Copies, out.Ask = asks.Merged, asks.Left
	if c.JSON {
		err = cli.Print(h.Out, out, true)
	} else {
		err = out.print(h.Out)
	}
	if err == nil && bad {
		err = cli.Problems("")
	}
	return err
}

// one brings one file in.
func (c *importCommand) one(ctx context.Context, h *plug.Host, at ref.Ref, name string) (importedFile, error) {
	out := importedFile{File: name, Format: "unknown", Problems: []Trouble{}}
	content, why := fileToSend(name)
	if why != "" {
		out.Problems, out.Count = []Trouble{{0, why}}, 1
		return out, nil
	}
	sent, err := did[SendOut](ctx, h, "review.send-file", SendIn{Ref: at, Search: c.Search, Files: []SentFile{{filepath.Base(name), content}}})
	if err != nil {
		return out, err
	}
	batch := sent.Files[0].Batch
	b, err := did[Batch](ctx, h, "review.batch", BatchIn{batch})
	if err != nil {
		return out, err
	}
	out.Format, out.Encoding, out.Records, out.Count, out.SameAs = b.Format, b.Encoding, b.Records, b.Count, b.SameAs
	out.Problems = append(out.Problems, b.Problems...)
	if b.Records == 0 || b.SameAs != "" && !c.Again {
		_, err := did[BringOut](ctx, h, "review.undo-import", UndoImportIn{Batch: batch})
		return out, err // nothing is stored: nothing is kept either
	}
	in, err := did[BringOut](ctx, h, "review.bring-in", BringIn{Batch: batch})
	out.Batch, out.Stored = batch, in.Stored
	return out, err
}

// fileToSend reads a file, or says why it cannot be sent.
func fileToSend(name string) (content []byte, why string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, "We cannot open this file. Check its name and place."
	case info.IsDir():
		return nil, "This is a folder. Name the files in it."
	case info.Size() > MaxImport:
		return nil, lostLarge
	}
	if content, err = os.ReadFile(filepath.Clean(name)); err != nil {
		return nil, "We cannot read this file. Check that you may open it."
	}
	return content, ""
}

// english is the words of this room, for commands: they speak English alone.
func english() (func(key string, args ...any) string, error) {
	files, err := fs.Sub(wordFiles, "words")
	if err != nil {
		return nil, err
	}
	all, err := lang.New(lang.Source{Name: "review", FS: files})
	return func(key string, args ...any) string { return all.T(lang.Fallback, key, args...) }, err
}

func (o imported) print(w io.Writer) error {
	var all error
	say := func(format string, args ...any) {
		_, err := fmt.Fprintf(w, format, args...)
		all = errors.Join(all, err)
	}
	for _, f := range o.Files {
		say("%s: %s, %s, %d stored\n", f.File, f.Format, counted(int(f.Records)), f.Stored)
		if f.SameAs != "" {
			say("  The same file is in this review already: batch %s.\n", f.SameAs)
		}
		for _, p := range f.Problems {
			say("  line %d: %s\n", p.Line, p.Reason)
		}
	}
	say("Copies in the review: %d. Pairs to look at: %d.\n", o.Copies, o.Ask)
	return all
}

// did runs a verb and gives its answer.
func did[Out any](ctx context.Context, h *plug.Host, verb string, in any) (out Out, err error) {
	v, err := h.Do(ctx, verb, in)
	if err != nil {
		return out, err
	}
	out, ok := v.(Out)
	if !ok {
		return out, fmt.Errorf("%s answered with a %T", verb, v)
	}
	return out, nil
}
