package review

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// reportCommand is plait review report.
type reportCommand struct {
	Ref  ref.Ref `required:"" help:"The review." placeholder:"review:ID"`
	JSON bool    `name:"json" help:"Print the answer as one line of JSON."`
	File string  `arg:"" name:"file" help:"The report: DOCX, PDF, ODT, HTML or text. What is in it says its format."`
}

// Run brings a finished review in.
func (c *reportCommand) Run(ctx context.Context, h *plug.Host) error {
	f, err := os.Open(c.File)
	if err != nil {
		return cli.Problems(err.Error())
	}
	content, err := io.ReadAll(io.LimitReader(f, MaxReport+1))
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		return cli.Problems(err.Error())
	}
	if ctx, err = h.Begin(ctx, c.Ref.ID); err != nil {
		return err
	}
	answer, err := h.Do(ctx, "review.take-report", TakeReportIn{Ref: c.Ref, Name: filepath.Base(c.File), Content: content})
	if err != nil {
		return err
	}
	out, ok := answer.(TakeReportOut)
	if !ok {
		return fmt.Errorf("take-report answered %T", answer)
	}
	if c.JSON {
		return cli.Print(h.Out, out, true)
	}
	_, err = fmt.Fprintf(h.Out, "%s  %s  %d parts\n", out.ID, out.State, out.Parts)
	return err
}
