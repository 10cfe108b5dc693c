package evidence

import (
	"context"
	"fmt"
	"os"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
)

// commands is what the verb list cannot say: files are read from the disk.
func (r *Room) commands() any { return &commands{} }

type commands struct {
	Caption captionCommand `cmd:"" help:"Check captions (WebVTT, SRT), and give them to a recording."`
	Add     addCommand     `cmd:"" help:"Bring files in: documents (DOCX, ODT, PDF, HTML, e-mail, text), sheets (XLSX, CSV, TSV), references (RIS, PubMed), pictures, sound, film, and zips of them."`
}

// addCommand is plait evidence add.
type addCommand struct {
	Project string   `required:"" help:"The project's id." placeholder:"ID"`
	Strand  []string `help:"What kind of knowledge the rows of sheets are: research, lived, practice. One or two. References are research." placeholder:"STRAND"`
	Map     string   `help:"Which column of the sheets holds what: words, title, abstract, date, strand, role, site, language, source. A column's name, or its number from 1." placeholder:"words=COL,date=COL"`
	Split   bool     `help:"Each paragraph of a document is a contribution of its own. Without it the whole document is one."`
	JSON    bool     `name:"json" help:"Print the answer as one line of JSON."`
	Files   []string `arg:"" name:"file" help:"Files to bring in. What a file is, its content decides."`
}

// addOut is the answer of plait evidence add.
type addOut struct {
	Files []addFile `json:"files"`
	Batch string    `json:"batch,omitempty"` // to undo all of it; "" when nothing was stored
}

type addFile struct {
	File     string       `json:"file"`
	Format   string       `json:"format"`
	Stored   int64        `json:"stored"`
	SameAs   string       `json:"same_as"` // the earlier file that is the same; "" = none
	Problems []addProblem `json:"problems"`
	Part     string       `json:"part,omitempty"` // of a file that holds several: the sheet, the file in the zip
}

type addProblem struct {
	Line   int    `json:"line"`            // 0 = the whole file
	Place  string `json:"place,omitempty"` // where a line says nothing: "page 3"
	Reason string `json:"reason"`
}

// rowsAtOnce is how many rows are stored between two looks at the progress.
const rowsAtOnce = 2000

// Run reads the files, brings in every row that can be read, and lists the others.
func (c *addCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, err := h.Begin(ctx, c.Project)
	if err != nil {
		return err
	}
	files := make([][]addFile, len(c.Files)) // of each file that is named, its parts
	in := StageIn{Project: c.Project, Columns: c.Map, Split: c.Split}
	for _, s := range c.Strand {
		in.Strands = append(in.Strands, strings.Split(s, "+")...)
	}
	var at []int // for each file that is sent on, its place among those named
	for i, name := range c.Files {
		content, why := readFile(name)
		if why != "" {
			files[i] = []addFile{{File: name, Format: "unknown", Problems: []addProblem{{Reason: why}}}}
			continue
		}
		in.Files, at = append(in.Files, FileIn{name, content}), append(at, i)
	}
	out := addOut{Files: []addFile{}}
	if len(in.Files) > 0 {
		sent, batch, err := c.bring(ctx, h, in)
		if err != nil {
			return err
		}
		out.Batch = batch
		for i, parts := range sent {
			files[at[i]] = parts
		}
	}
	for _, parts := range files {
		out.Files = append(out.Files, parts...)
	}
	if err := cli.Print(h.Out, out, c.JSON); err != nil {
		return err
	}
	for _, f := range out.Files {
		if len(f.Problems) > 0 {
			return cli.Problems("")
		}
	}
	return nil
}

func readFile(name string) (content []byte, why string) {
	info, err := os.Stat(name)
	switch {
	case err != nil:
		return nil, "We cannot open this file. Check its name and place."
	case info.IsDir():
		return nil, "This is a folder. Name the files in it."
	case info.Size() > MaxFile:
		return nil, fmt.Sprintf("This file is larger than %d MB. Split it into smaller files. A long recording or film can be sent in the browser.", MaxFile>>20)
	}
	content, err = os.ReadFile(name)
	if err != nil {
		return nil, "We cannot read this file. Check that you may open it."
	}
	return content, ""
}

// bring stages the files as one import and stores it, so that one undo takes all back. It
// gives the parts of each file, and the batch.
func (c *addCommand) bring(ctx context.Context, h *plug.Host, in StageIn) (out [][]addFile, batch string, err error) {
	out = make([][]addFile, len(in.Files))
	staged, err := do[StageOut](ctx, h, "evidence.stage", in)
	if err != nil {
		return nil, "", err
	}
	look, err := do[LookOut](ctx, h, "evidence.look", LookIn{staged.Batch})
	if err != nil {
		return nil, "", err
	}
	parts := make([]addFile, len(look.Files))
	defer func() {
		for i, f := range look.Files {
			if f.Sent >= 0 && f.Sent < int64(len(out)) {
				out[f.Sent] = append(out[f.Sent], parts[i])
			}
		}
	}()
	for i, f := range look.Files {
		parts[i] = addFile{File: in.Files[f.Sent].Name, Format: f.Format, Part: f.Part, Problems: []addProblem{}}
		for _, t := range f.all() {
			parts[i].Problems = append(parts[i].Problems, addProblem{t.Line, t.Place, t.Reason})
		}
	}
	if staged.Good == 0 {
		// Nothing can be stored: nothing is kept either.
		_, err := do[UndoOut](ctx, h, "evidence.undo", UndoIn{staged.Batch})
		return out, "", err
	}
	brought, err := store(ctx, h, staged.Batch, staged.Good)
	if err != nil {
		return nil, "", err
	}
	if brought.State == BatchIn {
		batch = staged.Batch
	}
	taken := map[string]BringOut{} // imports that were cut off half-way before, now whole
	for i, f := range brought.Files {
		part := &parts[i]
		part.Stored, part.SameAs = f.Stored, f.SameAs
		if f.Going == "" {
			continue
		}
		if _, ok := taken[f.Going]; !ok {
			if taken[f.Going], err = store(ctx, h, f.Going, 0); err != nil {
				return nil, "", err
			}
		}
		// It is that import's file which is stored now, and that import which an undo takes back.
		if went := taken[f.Going]; went.State == BatchIn && f.GoingN < int64(len(went.Files)) {
			part.Stored, part.SameAs = went.Files[f.GoingN].Stored, ""
			if brought.State != BatchIn {
				batch = f.Going
			}
		}
	}
	return out, batch, nil
}

// store brings a staged import in and shows how far it is.
func store(ctx context.Context, h *plug.Host, batch string, total int64) (out BringOut, err error) {
	var p *cli.Progress
	for done := int64(0); ; done = out.Stored {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		if out, err = do[BringOut](ctx, h, "evidence.bring", BringIn{Batch: batch, Rows: rowsAtOnce}); err != nil {
			return out, err
		}
		if p == nil && out.State == BatchGoing {
			p = cli.NewProgress(h.Err, "Bringing in", max(total, out.Total))
			defer p.End()
		}
		if p != nil {
			p.Add(out.Stored - done)
		}
		if out.State != BatchGoing {
			return out, nil
		}
	}
}

func do[Out any](ctx context.Context, h *plug.Host, verb string, in any) (out Out, err error) {
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
