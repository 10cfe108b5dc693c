package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"plait/internal/kit/child"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/pdf"
	"plait/internal/spine/ref"
)

// Limits of making the picture of a page.
const (
	pageTime   = 20 * time.Second
	pageMemory = 512 << 20
	pageOutput = 8 << 20
	pageAtOnce = 2
	pageDPI    = 110      // an A4 page is 909 by 1,286 pixels
	pageMost   = 64 << 20 // bytes of a document of which pages are shown
)

// Pager makes pictures of a document's pages.
type Pager interface {
	// Picture gives one page, from 1, as a JPEG. A fault of kind absent says that the program
	// for it is not installed, another that the page cannot be shown.
	Picture(ctx context.Context, b []byte, page int) ([]byte, error)
}

// Pages sets what makes the pictures of pages, in place of one in this process.
func (r *Room) Pages(p Pager) { r.pager = p }

// PagesHere is a Pager in this process, for where the program cannot start itself again.
type PagesHere struct{}

// Picture makes the picture here, with the limit of time alone.
func (PagesHere) Picture(ctx context.Context, b []byte, page int) ([]byte, error) {
	timed, stop := context.WithTimeout(ctx, pageTime)
	defer stop()
	out, err := pdf.Picture(timed, b, page, pageDPI)
	if err != nil && !fault.Is(err, fault.Absent) && ctx.Err() == nil {
		err = unshown(err)
	}
	return out, err
}

func unshown(err error) error {
	return fault.New(fault.Missing, "evidence.excerpt_no_picture").With("evidence.excerpt_no_picture_do").Because(err)
}

// DrawPage is the hidden command of the program by which it makes the picture of a page in
// a process of its own: "draw-page", with nothing else. The program asks child.Called for
// it before anything else.
func DrawPage() child.Task {
	return child.Task{Name: "draw-page", Time: pageTime, Memory: pageMemory, Output: pageOutput, Do: drawPageTask}
}

// PagesApart is a Pager in a process of its own, with limits of time and memory.
type PagesApart struct{ run *child.Runner }

// NewPagesApart makes a PagesApart. program is this program (child.Self), which must answer
// to DrawPage: never a test's.
func NewPagesApart(program string) *PagesApart {
	return &PagesApart{child.NewRunner(program, DrawPage(), pageAtOnce)}
}

// pageAsked is the first line that goes to the process; the document's bytes follow it.
type pageAsked struct {
	Page int `json:"page"`
}

// pageDrawn is the first line that comes back; the JPEG follows it.
type pageDrawn struct {
	Absent bool `json:"absent,omitempty"`
	Failed bool `json:"failed,omitempty"`
}

// Picture makes the picture in a new process.
func (p *PagesApart) Picture(ctx context.Context, b []byte, page int) (out []byte, err error) {
	head, err := json.Marshal(pageAsked{page})
	if err != nil {
		return nil, err
	}
	var drawn pageDrawn
	in := io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(b))
	err = p.run.Run(ctx, in, func(back io.Reader) error {
		r := bufio.NewReader(io.LimitReader(back, pageOutput))
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		if err := json.Unmarshal(line, &drawn); err != nil {
			return err
		}
		if out, err = io.ReadAll(r); err != nil {
			return err
		}
		if !drawn.Absent && !drawn.Failed && !bytes.HasPrefix(out, []byte("\xff\xd8\xff")) {
			return errors.New("what came back is no JPEG")
		}
		return nil
	})
	switch {
	case err != nil && ctx.Err() == nil:
		return nil, unshown(err)
	case err != nil:
		return nil, err
	case drawn.Absent:
		return nil, pdf.ErrAbsent
	case drawn.Failed:
		return nil, unshown(errors.New("the page could not be drawn"))
	}
	return out, nil
}

// drawPageTask is what the process does.
func drawPageTask(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return err
	}
	var a pageAsked
	if err := json.Unmarshal(line, &a); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r, pageMost+1))
	if err != nil {
		return err
	}
	if len(b) > pageMost {
		return errors.New("the document is too large")
	}
	// It ends a little before it is killed, so that no program it started is left behind.
	ctx, stop := context.WithTimeout(context.Background(), pageTime*9/10)
	defer stop()
	var head pageDrawn
	jpeg, err := pdf.Picture(ctx, b, a.Page, pageDPI)
	if err != nil {
		head.Absent, head.Failed, jpeg = fault.Is(err, fault.Absent), !fault.Is(err, fault.Absent), nil
	}
	if err := json.NewEncoder(out).Encode(head); err != nil {
		return err
	}
	_, err = out.Write(jpeg)
	return err
}

// pagePicture is one page of a document that the actor may read, as a JPEG.
func (r *Room) pagePicture(ctx context.Context, at ref.Ref, project, file string, page int64) ([]byte, error) {
	var rec ref.Record
	var m Medium
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		rec, err = r.markSeen(ctx, tx, at, r.clock.Now())
		if err == nil && rec.Project != project {
			err = fault.New(fault.Missing, "house.missing")
		}
		if err != nil {
			return err
		}
		if file != "" {
			m, err = mediumOf(tx, rec.Programme, rec.ID, file)
			return err
		}
		all, err := mediaOf(tx, rec.Programme, []string{rec.ID})
		m, _ = docOf(all[rec.ID])
		return err
	})
	if err != nil {
		return nil, err
	}
	if m.Kind != Document || page < 1 || m.Pages > 0 && page > m.Pages {
		return nil, fault.New(fault.Missing, "house.missing")
	}
	content, err := r.view(ctx, rec, m.ID, fmt.Sprintf("page-%d.jpg", page), func() ([]byte, error) { return r.drawPage(ctx, rec, m, int(page)) })
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // it was only read
	return io.ReadAll(content)
}

// drawPage makes the picture of one page of a document.
func (r *Room) drawPage(ctx context.Context, rec ref.Record, m Medium, page int) ([]byte, error) {
	content, info, err := r.files.Open(ctx, rec.Programme, m.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = content.Close() }() // it was only read
	if info.Record != rec.ID || info.Size > pageMost {
		return nil, fault.New(fault.Missing, "house.missing")
	}
	b, err := io.ReadAll(content)
	if err != nil {
		return nil, err
	}
	return r.pager.Picture(ctx, b, page)
}
