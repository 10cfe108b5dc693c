package review

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

type exportCommand struct {
	Ref   string `required:"" help:"The review." placeholder:"review:ID"`
	As    string `help:"ris, csl, bibtex, csv, xlsx, harvard, apa or vancouver. The end of the file's name says it when it is not given." placeholder:"FORMAT"`
	Which string `help:"included, all (one for each work), excluded, undecided or everything (copies too)." default:"included" enum:"included,all,excluded,undecided,everything"`
	Bare  bool   `help:"Leave out what was decided, and by whom."`
	Out   string `short:"o" required:"" help:"The file to write; - for the screen." placeholder:"OUT"`
	JSON  bool   `name:"json" help:"Print what was written as one line of JSON."`
}

// exported is the answer of export.
type exported struct {
	Out     string `json:"out"`
	As      string `json:"as"`
	Which   string `json:"which"`
	Records int64  `json:"records"`
}

// way is the format that was asked for, or that the file's name says.
func (c *exportCommand) way() (string, error) {
	as := strings.ToLower(c.As)
	if as == "" {
		as = map[string]string{".json": AsCSL, ".bib": AsBibTeX, ".csv": AsCSV, ".xlsx": AsXLSX, ".txt": AsHarvard}[strings.ToLower(filepath.Ext(c.Out))]
	}
	if as == "" {
		as = AsRIS
	}
	for _, x := range Formats() {
		if x == as {
			return as, nil
		}
	}
	return "", cli.Problems(fmt.Sprintf("%s is none of the formats: %s", c.As, strings.Join(Formats(), ", ")))
}

// Run is called by the command line. The file is written beside its place and moved there
// when it is whole.
func (c *exportCommand) Run(ctx context.Context, h *plug.Host) (err error) {
	in := ReferencesIn{Which: c.Which, Bare: c.Bare}
	if in.As, err = c.way(); err != nil {
		return err
	}
	if in.Ref, err = ref.Parse(c.Ref); err != nil {
		return err
	}
	if ctx, err = h.Begin(ctx, c.Ref); err != nil {
		return err
	}
	out := exported{Out: c.Out, As: in.As, Which: in.Which}
	if c.Out == "-" {
		b := bufio.NewWriter(h.Out)
		if out.Records, err = writeTaken(ctx, h, b, in); err != nil {
			return err
		}
		return b.Flush()
	}
	f, err := os.CreateTemp(filepath.Dir(filepath.Clean(c.Out)), ".export-*")
	if err != nil {
		return cli.Problems(fmt.Sprintf("the file %s cannot be written", c.Out))
	}
	b := bufio.NewWriterSize(f, 1<<16)
	if out.Records, err = writeTaken(ctx, h, b, in); err == nil {
		err = b.Flush()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Clean(c.Out))
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if c.JSON {
		return cli.Print(h.Out, out, true)
	}
	_, err = fmt.Fprintf(h.Out, "%s written to %s\n", counted(int(out.Records)), c.Out)
	return err
}

// writeTaken writes the references of a review and counts them.
func writeTaken(ctx context.Context, h *plug.Host, w io.Writer, in ReferencesIn) (n int64, err error) {
	s := newSink(w, in.As, "References")
	for {
		got, err := h.Do(ctx, "review.references", in)
		if err != nil {
			return n, err
		}
		out, ok := got.(ReferencesOut)
		if !ok {
			return n, fmt.Errorf("review.references gave a %T", got)
		}
		if err := s.page(out); err != nil {
			return n, err
		}
		n += out.N
		if in.After = out.Next; in.After == 0 {
			return n, s.end()
		}
	}
}
