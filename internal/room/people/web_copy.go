package people

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// copySheet is how the copy looks: it is read on any screen and printed, so it needs
// nothing but itself. 18 point print is large print.
const copySheet = `body{font:1.25rem/1.6 Arial,Helvetica,sans-serif;color:#111;background:#fff;max-width:44rem;margin:2rem auto;padding:0 1rem}
body.large{font-size:1.6rem}h1{font-size:1.6em;line-height:1.25}h2{font-size:1.3em;line-height:1.3;margin-top:2em;border-top:2px solid #111;padding-top:.5em}
h3{font-size:1.1em;margin-bottom:.2em}dl{margin:0 0 1em}dt{font-weight:bold}dd{margin:0 0 .6em;white-space:pre-wrap;overflow-wrap:anywhere}
.why{border-left:4px solid #555;padding-left:.8em}img{max-width:100%;height:auto}@media print{body{margin:0;max-width:none}h2{break-after:avoid}h3{break-after:avoid}}
`

// placeOf is where a file lies in the copy.
func placeOf(n int, h plug.HeldFile) string {
	name := strings.Map(func(c rune) rune {
		if c == '.' || c == '-' || c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			return c
		}
		return '-'
	}, path.Base(h.Name))
	return fmt.Sprintf("files/%d-%s", n, strings.Trim(name[max(0, len(name)-60):], ".-"))
}

// copyView is the copy as it is read.
type copyView struct {
	Called, Day string
	Sections    []paperSection
	LeftOut     int64
}

// copyJSON is the copy as a program reads it, with the same words.
type copyJSON struct {
	MadeOn   string            `json:"made_on"`
	LeftOut  int64             `json:"left_out"` // things that hold what others said or who they are
	Sections []copyJSONSection `json:"sections"`
}

type copyJSONSection struct {
	Title  string          `json:"title"`
	Things []copyJSONThing `json:"things"`
}

type copyJSONThing struct {
	Title string         `json:"title"`
	On    string         `json:"on,omitempty"`
	Why   string         `json:"why,omitempty"`
	Facts []copyJSONFact `json:"facts"`
	Files []string       `json:"files,omitempty"`
}

type copyJSONFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// copy makes the copy and sends it as one file: to read, to be read by a program, and the
// person's own files.
func (f *face) copy(w http.ResponseWriter, r *http.Request) error {
	ctx, in := r.Context(), CopyIn{person(r)}
	if _, err := plug.Run(ctx, f.desk, "people.copy", r.FormValue("key"), f.room.Copy, in); err != nil {
		return f.heldAgain(w, r, err)
	}
	see, err := f.room.See(ctx, SeeIn(in))
	if err != nil {
		return err
	}
	out, err := f.room.Held(ctx, HeldIn(in))
	if err != nil {
		return err
	}
	if out.Unchosen > 0 {
		// Something came in between the two: nothing of others goes out unseen.
		return f.heldAgain(w, r, unlooked(out.Unchosen))
	}
	sections, _, left := copied(out.Sections)
	doc, data, files, err := f.paperCopy(ctx, see, sections, left, out.Day)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="held-`+out.Day+`.zip"`)
	h.Set("Cache-Control", "no-store")
	z := zip.NewWriter(w)
	if err := errors.Join(put(z, "held.html", bytes.NewReader(doc)), put(z, "held.json", bytes.NewReader(data))); err != nil {
		return err
	}
	for _, x := range files {
		if err := f.putFile(ctx, z, x); err != nil {
			return err
		}
	}
	return z.Close()
}

func put(z *zip.Writer, name string, from io.Reader) error {
	to, err := z.Create(name)
	if err == nil {
		_, err = io.Copy(to, from)
	}
	return err
}

func (f *face) putFile(ctx context.Context, z *zip.Writer, x paperFile) error {
	from, _, err := f.room.files.Open(ctx, who.From(ctx).Programme, x.ID)
	if err != nil {
		return err
	}
	return errors.Join(put(z, x.Place, from), from.Close())
}

// paperCopy writes the copy in the person's own language where there are words in it, and
// in large print where they asked for that.
func (f *face) paperCopy(ctx context.Context, see SeeOut, sections []Section, left int64, day string) (doc, data []byte, files []paperFile, err error) {
	tongue := f.Words.Choose(see.Language)
	papers := f.papers(tongue, sections)
	chrome := page.ChromeFrom(ctx)
	chrome.Lang = tongue
	body, err := f.Pages.Part(page.WithChrome(ctx, chrome), "people/copy", copyView{Called: see.Called(), Day: lang.Date(tongue, day), Sections: papers, LeftOut: left})
	if err != nil {
		return nil, nil, nil, err
	}
	class := ""
	if formats := wanted(see.Asked, see.Needs).Format; slices.Contains(formats, "large_print") || slices.Contains(formats, "easy_read") {
		class = ` class="large"`
	}
	dir := ""
	if lang.RightToLeft(tongue) {
		dir = ` dir="rtl"`
	}
	title := html.EscapeString(f.Words.T(tongue, "people.copy_title"))
	doc = []byte("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(tongue) + "\"" + dir + ">\n<head>\n<meta charset=\"utf-8\">\n<title>" + title +
		"</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<style>\n" + copySheet + "</style>\n</head>\n<body" + class + ">\n" + string(body) + "\n</body>\n</html>\n")
	machine := copyJSON{MadeOn: day, LeftOut: left, Sections: []copyJSONSection{}}
	for i, s := range papers {
		x := copyJSONSection{Title: s.Title}
		for k, t := range s.Things {
			y := copyJSONThing{Title: t.Title, On: sections[i].Things[k].On, Why: t.Why, Facts: []copyJSONFact{}}
			for _, v := range t.Rows {
				y.Facts = append(y.Facts, copyJSONFact(v))
			}
			for _, file := range t.Files {
				y.Files = append(y.Files, file.Place)
				files = append(files, file)
			}
			x.Things = append(x.Things, y)
		}
		machine.Sections = append(machine.Sections, x)
	}
	data, err = json.MarshalIndent(machine, "", "  ")
	return doc, data, files, err
}
