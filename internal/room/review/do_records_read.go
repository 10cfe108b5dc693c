package review

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"plait/internal/engine/cite"
	"plait/internal/kit/child"
)

// Limits of a process that reads one file of references.
const (
	readTime   = 15 * time.Minute // the records are stored as they come back, and that takes time too
	readMemory = 1 << 30          // bytes: about four times the largest file
	readOutput = 2 << 30          // bytes it may give back; JSON is longer than what it says
)

// Reader reads files of references. An upload is never trusted: a reader has limits of
// time and memory where it is a process of its own. What it gives back is told in order:
// what the file is and its problems, then each record. size is its bytes, as far as is known. each may be nil: then no
// record is asked for. The error is child.ErrSlow or child.ErrFailed where the file
// made the reader fail, each's own, or another where the reader could not run.
type Reader interface {
	Read(ctx context.Context, in io.Reader, name string, size int64, head func(fileHead) error, each func(cite.Record) error) error
}

// fileHead is what a file is.
type fileHead struct {
	Format   string    `json:"format"`
	Encoding string    `json:"encoding"`
	Records  int64     `json:"records"`
	Problems []Trouble `json:"problems"`
	Count    int64     `json:"count"` // of problems; Problems holds at most maxTold
}

// headOf is the head of a file that was read.
func headOf(f cite.File) fileHead {
	h := fileHead{Format: string(f.Format), Encoding: f.Encoding, Records: int64(len(f.Records))}
	h.Problems, h.Count = troubles(f)
	h.whatItHolds()
	return h
}

// referencesIn reads the bytes of a file of references, a workbook among them.
func referencesIn(name string, b []byte) cite.File {
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) {
		if f, ok := workbook(name, b); ok {
			return f
		}
	}
	return cite.Read(name, b)
}

// InProcess is a Reader within this process, for tests and for programs that cannot start
// themselves again. Its memory is limited by the size of the file alone.
type InProcess struct{}

// Read reads a file of at most MaxImport bytes.
func (InProcess) Read(ctx context.Context, in io.Reader, name string, size int64, head func(fileHead) error, each func(cite.Record) error) error {
	var buf bytes.Buffer
	buf.Grow(int(min(max(size, 0), MaxImport)) + bytes.MinRead) // once: a large file must not be copied as it grows
	if _, err := buf.ReadFrom(io.LimitReader(in, MaxImport+1)); err != nil {
		return err
	}
	if buf.Len() > MaxImport {
		return head(notRead(lostLarge))
	}
	f := referencesIn(name, buf.Bytes())
	if err := head(headOf(f)); err != nil || each == nil {
		return err
	}
	for i := range f.Records {
		if err := errors.Join(ctx.Err(), each(f.Records[i])); err != nil {
			return err
		}
	}
	return nil
}

// Reads has files of references read by reader. It is called before the house serves.
func (r *Room) Reads(reader Reader) { r.reads = reader }

// ReadReferences is the hidden command of the program by which it reads a file of
// references in a process of its own. The program asks child.Called for it before
// anything else.
func ReadReferences() child.Task {
	return child.Task{Name: "read-references", Time: readTime, Memory: readMemory, Output: readOutput, Do: readReferencesTask}
}

// ReaderApart is a Reader in a process of its own.
type ReaderApart struct{ run *child.Runner }

// NewReaderApart makes a ReaderApart. program is this program (child.Self), which must answer to
// ReadReferences: never a test's.
func NewReaderApart(program string) *ReaderApart {
	return &ReaderApart{child.NewRunner(program, ReadReferences(), 1)}
}

// askedFile is the first line that goes to the process; the file's bytes follow it.
type askedFile struct {
	Name    string `json:"name"`
	Size    int64  `json:"size"`
	Records bool   `json:"records"` // give them back
}

// Read reads a file in a new process. Records are handed on as they come back.
func (a *ReaderApart) Read(ctx context.Context, in io.Reader, name string, size int64, head func(fileHead) error, each func(cite.Record) error) error {
	line, err := json.Marshal(askedFile{name, size, each != nil})
	if err != nil {
		return err
	}
	// An error of head or each ends the reading, and is no fault of the file.
	var own error
	err = a.run.Run(ctx, io.MultiReader(bytes.NewReader(append(line, '\n')), in), func(back io.Reader) (err error) {
		own, err = takeBack(back, head, each)
		return errors.Join(own, err)
	})
	if own != nil {
		return own
	}
	return err
}

// takeBack takes what readReferencesTask gave back, and trusts nothing of it. own is an
// error of head or each.
func takeBack(back io.Reader, head func(fileHead) error, each func(cite.Record) error) (own, err error) {
	buf := bufio.NewReaderSize(back, 1<<16)
	d := json.NewDecoder(buf)
	var h fileHead
	if err := d.Decode(&h); err != nil {
		return nil, err
	}
	if err := head(h); err != nil {
		return err, nil
	}
	for n := h.Records; n > 0 && each != nil; n-- {
		var w whole
		if err := d.Decode(&w); err != nil {
			return nil, fmt.Errorf("a record that cannot be read: %w", err)
		}
		w.Record.Format, w.Record.Tags = w.Format, w.Tags
		if err := each(w.Record); err != nil {
			return err, nil
		}
	}
	rest, err := io.ReadAll(io.LimitReader(io.MultiReader(d.Buffered(), buf), 3))
	if err == nil && strings.TrimSpace(string(rest)) != "" {
		err = errors.New("more than the records came back")
	}
	return nil, err
}

// readReferencesTask is what the process does.
func readReferencesTask(in io.Reader, out io.Writer) error {
	r := bufio.NewReaderSize(in, 1<<16)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return err
	}
	var a askedFile
	if err := json.Unmarshal(line, &a); err != nil {
		return err
	}
	buf := bufio.NewWriterSize(out, 1<<16)
	e := json.NewEncoder(buf)
	var each func(cite.Record) error
	if a.Records {
		each = func(r cite.Record) error { return e.Encode(whole{r, r.Format, r.Tags}) }
	}
	if err := (InProcess{}).Read(context.Background(), r, a.Name, a.Size, func(h fileHead) error { return e.Encode(h) }, each); err != nil {
		return err
	}
	return buf.Flush()
}
