package output

import (
	"bytes"
	"context"
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/docx"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// MaxFiles is the most letters that are written as files at once.
const MaxFiles = 100

// FilesIn asks for letters as files.
type FilesIn struct {
	Project string    `json:"project"`
	Refs    []ref.Ref `json:"refs" doc:"At most 100."`
	As      []string  `json:"as" doc:"html, docx, text; html and docx when not said."`
}

// File is a letter as a file. Its name says nothing of whom it is for.
type File struct {
	Ref     ref.Ref `json:"ref"`
	Name    string  `json:"name"`
	Content []byte  `json:"content"`
}

// FilesOut is the files, in the order of refs and As. What waits or is held has none, nor
// has a letter to someone to whom nothing may go.
type FilesOut struct {
	Files []File `json:"files"`
}

// Files writes letters as print-ready HTML, as Word documents, or as text to read aloud.
func (r *Room) Files(ctx context.Context, in FilesIn) (out FilesOut, err error) {
	now := r.clock.Now()
	out.Files = []File{}
	if len(in.As) == 0 {
		in.As = []string{"html", "docx"}
	}
	var shown []Shown
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "output.see", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		var c fault.Check
		c.Need(len(in.Refs) <= MaxFiles, "refs", "output.too_many_refs", "Most", MaxFiles)
		for _, as := range in.As {
			c.Need(slices.Contains([]string{"html", "docx", "text"}, as), "as", "house.bad_choice")
		}
		if err := c.Err(); err != nil {
			return err
		}
		may, err := who.Where(ctx, tx, "r", "output.see")
		if err != nil {
			return err
		}
		ids := make([]string, len(in.Refs))
		for i, x := range in.Refs {
			ids[i] = x.ID
		}
		letters, err := lettersByID(tx, who.From(ctx).Programme, ids, inProject(may, in.Project))
		if err != nil {
			return err
		}
		slices.SortFunc(letters, func(a, b Letter) int { return slices.Index(ids, a.Ref.ID) - slices.Index(ids, b.Ref.ID) })
		if shown, err = r.show(tx.Context(), tx, letters, now); err != nil {
			return err
		}
		shown = slices.DeleteFunc(shown, func(s Shown) bool { return !s.goes() })
		return nil
	})
	if err != nil {
		return out, err
	}
	for _, s := range shown {
		for _, as := range in.As {
			f, err := r.file(ctx, s, s.Format, as)
			if err != nil {
				return out, err
			}
			out.Files = append(out.Files, f)
		}
	}
	return out, nil
}

// file writes one letter. Days of making are the letter's own, so that the same letter
// gives the same file.
func (r *Room) file(ctx context.Context, s Shown, format, as string) (File, error) {
	f := File{Ref: s.Ref, Name: "letter-" + s.Ref.ID}
	var err error
	switch as {
	case "text":
		f.Name, f.Content = f.Name+".txt", []byte(r.script(s, format))
	case "docx":
		f.Name += ".docx"
		f.Content, err = r.document(s, format)
	default:
		f.Name += ".html"
		f.Content, err = r.sheet(ctx, []Shown{s}, format, "")
	}
	return f, err
}

// looks is how each format is printed: the size of its letters in points, the height of
// a line, and the side of a picture in millimetres (0 = none). Large print is 18 point
// or more; easy read 14 or more, with pictures of 30 mm or more.
type looks struct{ points, spacing, picture float64 }

func looksOf(format string) looks {
	switch format {
	case Large:
		return looks{20, 1.5, 30}
	case Easy:
		return looks{18, 1.6, 36}
	case Audio:
		return looks{14, 1.5, 0}
	}
	return looks{12, 1.3, 16}
}

// document writes a letter as a Word document.
func (r *Room) document(s Shown, format string) ([]byte, error) {
	p := r.PaperOf(s, format)
	l := looksOf(p.Format)
	d := docx.New(docx.Options{Title: p.Title, Language: p.Language, Points: l.points, Spacing: l.spacing, Margin: 22, Made: clock.Time(s.MadeAt)})
	if p.Format == Audio {
		for _, line := range bytes.Split([]byte(r.script(s, format)), []byte("\n")) {
			if len(line) > 0 {
				d.Para(docx.Text(string(line)))
			}
		}
	} else if err := r.draw(d, p, l); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err := d.Write(&b)
	return b.Bytes(), err
}

func (r *Room) draw(d *docx.Doc, p Paper, l looks) error {
	pictures, err := r.pictures()
	if err != nil {
		return err
	}
	d.Title(p.Title)
	d.Para(docx.Text(p.Hello))
	for _, x := range p.Intro {
		d.Para(docx.Text(x))
	}
	for _, part := range p.Parts {
		pic := &docx.Picture{PNG: pictures[part.Name], Alt: part.Alt, Width: l.picture, Height: l.picture}
		d.Heading(1, docx.Run{Picture: pic}, docx.Text(" "+part.Heading))
		for _, x := range part.Lines {
			run := docx.Run{Text: x.Text, Language: x.Language}
			if x.Sort == "own" {
				d.Quote(run)
				continue
			}
			d.Para(run)
		}
	}
	for _, x := range p.End {
		d.Para(docx.Text(x))
	}
	if p.Note != "" {
		d.Para(docx.Text(p.Note))
	}
	return nil
}

// pictureSide is the side of a picture in documents, in pixels: 36 mm at 140 an inch.
const pictureSide = 200

// drawPictures draws the four pictures, once in the life of a room.
func drawPictures() (map[string][]byte, error) {
	out := map[string][]byte{}
	for _, name := range partNames {
		b, err := raster(name, pictureSide)
		if err != nil {
			return nil, err
		}
		out[name] = b
	}
	return out, nil
}
