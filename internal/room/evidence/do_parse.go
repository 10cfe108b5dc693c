package evidence

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"plait/internal/kit/child"
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
	Name    string `json:"name"`
	Columns string `json:"columns"`
}

// Parse reads b in a new process, and what is within it in one of its own each. The error
// is child.ErrSlow or child.ErrFailed where the file made it fail.
func (a *Apart) Parse(ctx context.Context, b []byte, name, columns string) ([]Parsed, error) {
	return opened(ctx, a.one, b, name, columns)
}

// one reads one file, without those within it.
func (a *Apart) one(ctx context.Context, b []byte, name, columns string) (out []Parsed, err error) {
	head, err := json.Marshal(asked{fit(base(name), 200), columns})
	if err != nil {
		return out, err
	}
	in := io.MultiReader(bytes.NewReader(append(head, '\n')), bytes.NewReader(b))
	err = a.run.Run(ctx, in, func(back io.Reader) (err error) { out, err = readParsed(back); return err })
	if err != nil {
		return nil, err
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
	// It ends a little before it is killed, so that no program it started is left behind.
	ctx, stop := context.WithTimeout(context.Background(), ParseTime*9/10)
	defer stop()
	return writeParsed(out, parse(ctx, b, a.Name, a.Columns))
}

// byteChunk is how many bytes of a file within a file are written at once.
const byteChunk = 1 << 20

// writeParsed writes what was read as JSON: how many parts, then each: its head with the
// number of rows and of chunks, row by row, and its bytes chunk by chunk.
func writeParsed(w io.Writer, parts []Parsed) error {
	buf := bufio.NewWriterSize(w, 1<<16)
	out := json.NewEncoder(buf)
	if err := out.Encode(len(parts)); err != nil {
		return err
	}
	for _, p := range parts {
		rows := p.Rows
		p.Rows = nil
		if err := out.Encode(parsedHead{p, len(rows), (len(p.Bytes) + byteChunk - 1) / byteChunk}); err != nil {
			return err
		}
		for _, row := range rows {
			if err := out.Encode(row); err != nil {
				return err
			}
		}
		for chunk := range slices.Chunk(p.Bytes, byteChunk) {
			if err := out.Encode(chunk); err != nil {
				return err
			}
		}
	}
	return buf.Flush()
}

type parsedHead struct {
	Parsed
	Count  int `json:"count"`  // rows that follow
	Chunks int `json:"chunks"` // chunks of bytes that follow them
}

// readParsed reads what writeParsed wrote. It trusts nothing of it.
func readParsed(r io.Reader) ([]Parsed, error) {
	in := json.NewDecoder(bufio.NewReaderSize(r, 1<<16))
	var parts int
	if err := in.Decode(&parts); err != nil {
		return nil, err
	}
	var out []Parsed
	for range parts {
		p, err := readPart(in)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	// What stands behind the last part must be nothing.
	rest, err := io.ReadAll(io.LimitReader(in.Buffered(), 2))
	if err != nil || strings.TrimSpace(string(rest)) != "" {
		return nil, errors.Join(errors.New("more than the parts came back"), err)
	}
	if len(out) == 0 {
		return nil, errors.New("nothing came back")
	}
	return out, nil
}

func readPart(in *json.Decoder) (Parsed, error) {
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
	for range head.Chunks {
		var chunk []byte
		if err := in.Decode(&chunk); err != nil {
			return Parsed{}, err
		}
		out.Bytes = append(out.Bytes, chunk...)
	}
	if !out.Columns.within(len(out.Header)) {
		return Parsed{}, fmt.Errorf("columns of %d that are not there", len(out.Header))
	}
	if d := out.Doc; d != nil && (!rising(d.Paragraphs) || !rising(d.PageStarts)) {
		return Parsed{}, errors.New("places in a document that are in no order")
	}
	return out, nil
}

// rising says whether places are in order and begin at 0 or behind it.
func rising(at []int) bool {
	last := 0
	for _, n := range at {
		if n < last {
			return false
		}
		last = n
	}
	return true
}
