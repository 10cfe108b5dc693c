package review

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"plait/internal/engine/cite"
	"plait/internal/kit/cli"
	"plait/internal/kit/sheet"
	"plait/internal/spine/plug"
)

type readCommand struct {
	Files []string `arg:"" name:"file" help:"Files of references. What is in a file says its format, not its name."`
	JSON  bool     `name:"json" help:"Print the answer as one line of JSON."`
}

type readOut struct {
	Files []readFile `json:"files"`
}

// readFile is what one file holds.
type readFile struct {
	File     string        `json:"file"`
	Format   string        `json:"format"`
	Encoding string        `json:"encoding"`
	Records  int           `json:"records"`
	Problems []readProblem `json:"problems"`
}

type readProblem struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// Run is called by the command line.
func (c *readCommand) Run(ctx context.Context, h *plug.Host) error {
	out := readOut{Files: []readFile{}}
	problems, unread := 0, ""
	for _, name := range c.Files {
		if err := ctx.Err(); err != nil {
			return err
		}
		f, err := references(name)
		if err != nil {
			f = cite.File{Name: name, Format: cite.Unknown, Problems: []cite.Problem{{Reason: err.Error()}}}
			if unread == "" {
				unread = err.Error()
			}
		}
		got := told(f)
		problems += len(got.Problems)
		out.Files = append(out.Files, got)
	}
	if err := printRead(h, out, c.JSON); err != nil {
		return err
	}
	if unread != "" || problems > 0 {
		return cli.Problems(unread)
	}
	return nil
}

func printRead(h *plug.Host, out readOut, asJSON bool) error {
	if asJSON {
		return cli.Print(h.Out, out, true)
	}
	for _, f := range out.Files {
		if _, err := fmt.Fprintf(h.Out, "%s: %s, %s\n", f.File, formatTitle(f.Format), counted(f.Records)); err != nil {
			return err
		}
		for _, p := range f.Problems {
			if _, err := fmt.Fprintf(h.Out, "  line %d: %s\n", p.Line, p.Reason); err != nil {
				return err
			}
		}
	}
	return nil
}

// formatTitle names the format of a file in words. A workbook is no format of references,
// so their reader has no name for it.
func formatTitle(format string) string {
	if format == "xlsx" {
		return "Excel workbook"
	}
	return cite.Format(format).Title()
}

func counted(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}

func told(f cite.File) readFile {
	out := readFile{File: f.Name, Format: string(f.Format), Encoding: f.Encoding, Records: len(f.Records), Problems: []readProblem{}}
	for _, p := range f.Problems {
		out.Problems = append(out.Problems, readProblem{p.Line, p.Reason})
	}
	return out
}

// references reads one file, an Excel workbook among them. The error names the
// file in plain words.
func references(name string) (cite.File, error) {
	b, err := os.ReadFile(filepath.Clean(name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return cite.File{}, fmt.Errorf("there is no file %s", name)
	case err != nil:
		return cite.File{}, fmt.Errorf("the file %s cannot be read", name)
	}
	if len(b) > 4 && string(b[:4]) == "PK\x03\x04" {
		if f, ok := workbook(name, b); ok {
			return f, nil
		}
	}
	return cite.Read(name, b), nil
}

// workbook reads the sheets of a workbook that hold references.
func workbook(name string, b []byte) (cite.File, bool) {
	sheets, err := sheet.Read(b)
	if err != nil {
		return cite.File{}, false
	}
	out := cite.File{Name: name, Format: "xlsx", Encoding: "utf-8"}
	for _, s := range sheets {
		if len(s.Rows) == 0 {
			continue
		}
		rows := make([][]string, max(s.HeaderLine, 1), len(s.Rows)+8) // each at its own line
		rows[max(s.HeaderLine, 1)-1] = s.Header
		for i, row := range s.Rows {
			for len(rows) < s.Lines[i]-1 {
				rows = append(rows, nil)
			}
			rows = append(rows, row)
		}
		f := cite.ReadRows(name, rows)
		out.Records = append(out.Records, f.Records...)
		for _, p := range f.Problems {
			if len(sheets) > 1 {
				p.Reason = "Sheet “" + s.Name + "”: " + p.Reason
			}
			out.Problems = append(out.Problems, p)
		}
	}
	if len(out.Records) == 0 && len(out.Problems) == 0 {
		out.Problems = []cite.Problem{{Line: 1, Reason: "No references were found in this workbook."}}
	}
	return out, true
}

type convertCommand struct {
	In   string `arg:"" help:"A file of references." placeholder:"IN"`
	To   string `required:"" help:"What to write: ris, csl, bibtex or csv." enum:"ris,csl,bibtex,csv"`
	Out  string `short:"o" required:"" help:"The file to write; - for the screen." placeholder:"OUT"`
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// converted is the answer of convert: what was read, and what was written.
type converted struct {
	readFile
	To  string `json:"to"`
	Out string `json:"out"`
}

// Run is called by the command line.
func (c *convertCommand) Run(_ context.Context, h *plug.Host) error {
	f, err := references(c.In)
	if err != nil {
		return cli.Problems(err.Error())
	}
	to := cite.Format(c.To)
	if c.To == "csl" {
		to = cite.CSLJSON
	}
	if len(f.Records) == 0 {
		reason := "it holds no references"
		if len(f.Problems) > 0 {
			reason = f.Problems[0].Reason
		}
		return cli.Problems(fmt.Sprintf("%s was not converted: %s", c.In, reason))
	}
	words, err := cite.Write(to, f.Records)
	if err != nil {
		return fmt.Errorf("write as %s: %w", c.To, err)
	}
	if c.Out == "-" {
		_, err := fmt.Fprint(h.Out, words)
		return err
	}
	if err := os.WriteFile(filepath.Clean(c.Out), []byte(words), 0o600); err != nil {
		return cli.Problems(fmt.Sprintf("the file %s cannot be written", c.Out))
	}
	out := converted{told(f), c.To, c.Out}
	if c.JSON {
		if err := cli.Print(h.Out, out, true); err != nil {
			return err
		}
	} else {
		if err := printRead(h, readOut{[]readFile{out.readFile}}, false); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(h.Out, "%s written to %s\n", counted(len(f.Records)), c.Out); err != nil {
			return err
		}
	}
	if len(f.Problems) > 0 {
		return cli.Problems("")
	}
	return nil
}
