package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"plait/internal/kit/child"
	"plait/internal/kit/fault"
)

// Limits of a process that reads one file.
const (
	parseMemory = 512 << 20 // bytes
	parseOutput = 256 << 20 // bytes it may give back; JSON is longer than what it says
	parseAtOnce = 2         // processes that read at the same time
)

// ReadFile is the hidden command of the program by which it reads an upload in a process
// of its own: "read-file", with nothing else. The program asks child.Called for it
// before anything else.
func ReadFile() child.Task {
	return child.Task{Name: "read-file", Time: ParseTime, Memory: parseMemory, Output: parseOutput, Do: readFileTask}
}

// Apart is a Parser in a process of its own, with limits of time and memory.
type Apart struct{ run *child.Runner }

// NewApart makes an Apart. program is this program (child.Self), which must answer to
// ReadFile: never a test's.
func NewApart(program string) *Apart {
	return &Apart{child.NewRunner(program, ReadFile(), parseAtOnce)}
}

// asked is the first line that goes to the process; the file's bytes follow it.
type asked struct {
	Columns string `json:"columns"`
}

// Parse reads b in a new process. The error is child.ErrSlow or child.ErrFailed where the
// file made it fail.
func (a *Apart) Parse(ctx context.Context, b []byte, columns string) (out Parsed, err error) {
	head, err := json.Marshal(asked{columns})
	if err != nil {
		return out, err
	}
	in := io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(b))
	err = a.run.Run(ctx, in, func(back io.Reader) (err error) { out, err = readParsed(back); return err })
	if err != nil {
		return Parsed{}, err
	}
	return out, nil
}

// readFileTask is what the process does.
func readFileTask(in io.Reader, out io.Writer) error {
	r := bufio.NewReader(in)
	line, err := r.ReadBytes('\n')
	if err != nil {
		return err
	}
	var a asked
	if err := json.Unmarshal(line, &a); err != nil {
		return err
	}
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return err
	}
	if len(b) > MaxFile {
		return errors.New("the file is too large")
	}
	return writeParsed(out, parse(b, a.Columns))
}

// writeParsed writes what was read as JSON: its head with the number of rows, then row by row.
func writeParsed(w io.Writer, p Parsed) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	out := json.NewEncoder(buf)
	rows := p.Rows
	p.Rows = nil
	if err := out.Encode(parsedHead{p, len(rows)}); err != nil {
		return err
	}
	for _, row := range rows {
		if err := out.Encode(row); err != nil {
			return err
		}
	}
	return buf.Flush()
}

type parsedHead struct {
	Parsed
	Count int `json:"count"` // rows that follow
}

// readParsed reads what writeParsed wrote. It trusts nothing of it.
func readParsed(r io.Reader) (Parsed, error) {
	in := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var head parsedHead
	if err := in.Decode(&head); err != nil {
		return Parsed{}, err
	}
	out := head.Parsed
	out.Rows = nil
	for range head.Count {
		var row Row
		if err := in.Decode(&row); err != nil {
			return Parsed{}, err
		}
		out.Rows = append(out.Rows, row)
	}
	// What stands behind the last row must be nothing.
	rest, err := io.ReadAll(io.LimitReader(in.Buffered(), 2))
	if err != nil || strings.TrimSpace(string(rest)) != "" {
		return Parsed{}, errors.Join(errors.New("more than the rows came back"), err)
	}
	if !out.Columns.within(len(out.Header)) {
		return Parsed{}, fmt.Errorf("columns of %d that are not there", len(out.Header))
	}
	return out, nil
}

// unread names the file that made its parser fail.
func unread(err error, name string) error {
	name = fit(base(name), 200)
	switch {
	case errors.Is(err, child.ErrSlow):
		return fault.New(fault.Invalid, "evidence.import_slow", "File", name).With("evidence.import_slow_do").Because(err)
	case errors.Is(err, child.ErrFailed):
		return fault.New(fault.Invalid, "evidence.import_unsafe", "File", name).With("evidence.import_slow_do").Because(err)
	}
	return err
}
