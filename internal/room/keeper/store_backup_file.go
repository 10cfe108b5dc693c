package keeper

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

const (
	// BackupDays is for how many days a backup is kept.
	BackupDays = 30
	// backupFormat is the version of the format. A program reads its own and older ones.
	backupFormat = 2
	// backupPurpose is what the installation key seals and marks here.
	backupPurpose = "backup"
	// rowsAtOnce and bytesAtOnce bound what is held and stored in one transaction.
	rowsAtOnce  = 4000
	bytesAtOnce = 8 << 20
	// maxField is more than any value of a row has, in bytes.
	maxField = 1 << 30
)

// States of a backup in keeper_backup.
const (
	backupRuns   = "running"
	backupKept   = "kept"
	backupFailed = "failed"
	backupGone   = "gone"
)

// Endings of the files of one backup, and the two things beside them that all share.
const (
	manifestEnd  = ".json"   // what it is, in clear
	sealedEnd    = ".backup" // every row, sealed
	fileListEnd  = ".files"  // the hashes of the files that it needs, one a line
	filesFolder  = "files"   // the sealed bytes of files, each once, by hash
	erasuresFile = "erasures"
	lockFile     = ".lock"
)

// Manifest says in clear what a backup is, before anything of it is opened. It holds
// counts, sums and times; nobody's name and no words.
type Manifest struct {
	Plait     string       `json:"plait"`  // "backup"
	Format    int          `json:"format"` // of the files beside it
	ID        string       `json:"id"`
	Number    int64        `json:"number,omitempty"` // in the order of making, whatever the clock said; 0 before format 2
	At        time.Time    `json:"at"`               // when it began
	Seconds   int64        `json:"seconds"`
	Program   string       `json:"program"`   // version of the program that made it
	Migration int64        `json:"migration"` // the last one of the database
	Engine    string       `json:"engine"`
	Key       string       `json:"key"`  // mark of the installation key
	Size      int64        `json:"size"` // bytes of the sealed file
	Hash      string       `json:"hash"` // SHA-256 of the sealed file
	Rows      int64        `json:"rows"`
	Tables    []TableCount `json:"tables"`
	Files     int64        `json:"files"`      // how many files are named
	FileBytes int64        `json:"file_bytes"` // that this backup added to the folder
	FileList  string       `json:"file_list"`  // SHA-256 of the list of files
	// Apart is how many lines the list of erasures had: one with fewer was cut. Older
	// manifests have none.
	Apart int64  `json:"apart,omitempty"`
	Mark  string `json:"mark"` // HMAC of all of this under the installation key
}

// TableCount is a table with its number of rows and the sum of what is in them (db.Sum).
type TableCount struct {
	Name string `json:"name"`
	Rows int64  `json:"rows"`
	Sum  string `json:"sum"`
}

// keyMark is by which the wrong key is noticed before anything is opened.
func keyMark(k *seal.Key) string { return k.HMAC(backupPurpose, "the key of this installation") }

// markOf binds every line of the manifest to the key.
func (m Manifest) markOf(k *seal.Key) (string, error) {
	m.Mark = ""
	text, err := json.Marshal(m)
	if err != nil {
		return "", err
	}
	return k.HMAC(backupPurpose+" manifest", string(text)), nil
}

// check says in its own name what is wrong with a manifest.
func (m Manifest) check(k *seal.Key, newest int64) error {
	switch {
	case m.Plait != "backup" || m.ID == "" || m.Format < 1:
		return fault.New(fault.Invalid, "keeper.backup_not_one").With("keeper.backup_not_one_do")
	case m.Format > backupFormat || m.Migration > newest:
		return fault.New(fault.Conflict, "keeper.backup_newer", "Program", m.Program).With("keeper.backup_newer_do")
	case m.Key != keyMark(k):
		return fault.New(fault.Conflict, "keeper.backup_other_key").With("keeper.backup_other_key_do")
	}
	mark, err := m.markOf(k)
	if err != nil {
		return err
	}
	if mark != m.Mark {
		return damagedBackup(errors.New("the manifest was changed"))
	}
	return nil
}

func damagedBackup(why error) error {
	return fault.New(fault.Broken, "keeper.backup_damaged").With("keeper.backup_damaged_do").Because(why)
}

// until is the end of the day until which a backup is kept.
func (m Manifest) until() int64 { return m.At.UnixMicro() + BackupDays*clock.Day }

// backupName is the id of a backup: its time in UTC and six figures that tell two of one
// second apart. It can be typed. Clocks go wrong: Manifest.Number says which came later.
func backupName(at int64, tail []byte) string {
	return clock.Time(at).UTC().Format("20060102-150405") + fmt.Sprintf("-%06x", tail)
}

// namedAt is the time in the name of a backup, to the second.
func namedAt(id string) time.Time {
	t, err := time.Parse("20060102-150405", id[:min(len(id), 15)])
	if err != nil {
		return time.Time{}
	}
	return t
}

var goodBackup = regexp.MustCompile(`^[0-9]{8}-[0-9]{6}-[0-9a-f]{6}$`)

var goodHash = regexp.MustCompile(`^[0-9a-f]{64}$`)

// The kinds of piece that the sealed stream is made of, each one byte.
const (
	pieceTable = 'T' // length, JSON of rowHead
	pieceRow   = 'R' // the values in the order of the columns
	pieceEnd   = 'E' // end of a table: its number of rows
	pieceAll   = 'Z' // end of everything
)

// rowHead begins a table: its columns by name and type, for the order may differ elsewhere.
type rowHead struct {
	Name    string      `json:"name"`
	Columns []db.Column `json:"columns"`
}

const streamHead = "plait backup 1\n"

// rowWriter writes tables in a form that no engine owns. Text and bytes are a length and
// bytes, whole numbers zig-zag varints, truths one byte.
type rowWriter struct {
	w   *bufio.Writer
	tmp []byte
}

func newRowWriter(w io.Writer) (*rowWriter, error) {
	out := &rowWriter{w: bufio.NewWriterSize(w, 1<<16)}
	_, err := out.w.WriteString(streamHead)
	return out, err
}

func (w *rowWriter) text(kind byte, b []byte) error {
	w.tmp = binary.AppendUvarint(append(w.tmp[:0], kind), uint64(len(b)))
	if _, err := w.w.Write(w.tmp); err != nil {
		return err
	}
	_, err := w.w.Write(b)
	return err
}

func (w *rowWriter) table(t db.Table) error {
	head, err := json.Marshal(rowHead{t.Name, t.Columns})
	if err != nil {
		return err
	}
	return w.text(pieceTable, head)
}

func (w *rowWriter) row(row []any) error {
	b := append(w.tmp[:0], pieceRow)
	for _, v := range row {
		switch x := v.(type) {
		case string:
			b = append(binary.AppendUvarint(b, uint64(len(x))), x...)
		case []byte:
			b = append(binary.AppendUvarint(b, uint64(len(x))), x...)
		case int64:
			b = binary.AppendVarint(b, x)
		case bool:
			n := byte(0)
			if x {
				n = 1
			}
			b = append(b, n)
		default:
			return fmt.Errorf("keeper: a row holds a %T", v)
		}
	}
	w.tmp = b
	_, err := w.w.Write(b)
	return err
}

func (w *rowWriter) end(rows int64) error {
	_, err := w.w.Write(binary.AppendVarint([]byte{pieceEnd}, rows))
	return err
}

func (w *rowWriter) close() error {
	if err := w.w.WriteByte(pieceAll); err != nil {
		return err
	}
	return w.w.Flush()
}

// tableReader is what a reader of the stream is given: head before a table's rows, then
// each row, then end. Any may be nil.
type tableReader struct {
	head func(t db.Table) error
	row  func(t db.Table, row []any) error
	end  func(t db.Table, rows int64) error
}

// readRows reads a whole stream of tables; what is cut, changed or has something behind
// it is an error. The bytes have been proven by the seal before they come here.
func readRows(r io.Reader, to tableReader) error {
	in := bufio.NewReaderSize(r, 1<<16)
	head := make([]byte, len(streamHead))
	if _, err := io.ReadFull(in, head); err != nil || string(head) != streamHead {
		return errors.Join(errors.New("keeper: not the stream of a backup"), err)
	}
	var t db.Table
	open, rows := false, int64(0)
	for {
		kind, err := in.ReadByte()
		if err != nil {
			return cut(err)
		}
		switch {
		case kind == pieceTable && !open:
			text, err := readField(in)
			if err != nil {
				return err
			}
			var h rowHead
			if err := json.Unmarshal(text, &h); err != nil {
				return err
			}
			t, open, rows = db.Table{Name: h.Name, Columns: h.Columns}, true, 0
			if err := call(to.head, t); err != nil {
				return err
			}
		case kind == pieceRow && open:
			row, err := readRow(in, t.Columns)
			if err != nil {
				return err
			}
			rows++
			if to.row != nil {
				if err := to.row(t, row); err != nil {
					return err
				}
			}
		case kind == pieceEnd && open:
			n, err := binary.ReadVarint(in)
			if err != nil {
				return cut(err)
			}
			if n != rows {
				return fmt.Errorf("keeper: table %s has %d rows, not %d", t.Name, rows, n)
			}
			open = false
			if to.end != nil {
				if err := to.end(t, rows); err != nil {
					return err
				}
			}
		case kind == pieceAll && !open:
			// The end of the stream beneath must follow: only then is it proven whole.
			if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
				return errors.Join(errors.New("keeper: something stands behind the end"), err)
			}
			return nil
		default:
			return fmt.Errorf("keeper: a piece of kind %q where none may stand", kind)
		}
	}
}

func call(f func(db.Table) error, t db.Table) error {
	if f == nil {
		return nil
	}
	return f(t)
}

// cut makes an early end an error that is not io.EOF.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func readField(in *bufio.Reader) ([]byte, error) {
	n, err := binary.ReadUvarint(in)
	if err != nil {
		return nil, cut(err)
	}
	if n > maxField {
		return nil, fmt.Errorf("keeper: a value of %d bytes", n)
	}
	// A length that lies must not take memory that the stream has no bytes for.
	out := make([]byte, 0, min(n, 1<<20))
	for uint64(len(out)) < n {
		at := len(out)
		more := int(min(n-uint64(at), 1<<20))
		out = slices.Grow(out, more)[:at+more]
		if _, err := io.ReadFull(in, out[at:]); err != nil {
			return nil, cut(err)
		}
	}
	return out, nil
}

func readRow(in *bufio.Reader, columns []db.Column) ([]any, error) {
	row := make([]any, len(columns))
	for i, c := range columns {
		switch c.Type {
		case db.Text, db.Bytes:
			b, err := readField(in)
			if err != nil {
				return nil, err
			}
			row[i] = any(b)
			if c.Type == db.Text {
				row[i] = string(b)
			}
		case db.Whole:
			n, err := binary.ReadVarint(in)
			if err != nil {
				return nil, cut(err)
			}
			row[i] = n
		case db.Truth:
			b, err := in.ReadByte()
			if err != nil {
				return nil, cut(err)
			}
			row[i] = b == 1
		default:
			return nil, fmt.Errorf("keeper: a column of type %q", c.Type)
		}
	}
	return row, nil
}

// weight is about how many bytes a row has.
func weight(row []any) int {
	n := 0
	for _, v := range row {
		switch x := v.(type) {
		case string:
			n += len(x)
		case []byte:
			n += len(x)
		}
		n += 8
	}
	return n
}

// batch gathers rows until there are enough for one transaction.
type batch struct {
	rows  [][]any
	bytes int
}

func (b *batch) add(row []any) (full bool) {
	b.rows, b.bytes = append(b.rows, row), b.bytes+weight(row)
	return len(b.rows) >= rowsAtOnce || b.bytes >= bytesAtOnce
}

func (b *batch) take() [][]any {
	out := b.rows
	b.rows, b.bytes = nil, 0
	return out
}

// late says whether the last good backup is too old: more than two intervals.
func late(last, now int64, every time.Duration) bool {
	return every > 0 && now-last > 2*every.Microseconds()
}

// pointOf reads the instant of --at: RFC 3339, or a day and time in UTC, with seconds or without.
func pointOf(s string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02"} {
		if t, err := time.Parse(form, s); err == nil {
			if form == "2006-01-02" {
				t = t.Add(24*time.Hour - time.Second) // the whole day
			}
			return t, nil
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "keeper.restore_bad_time", "Time", s).With("keeper.restore_bad_time_do")
}

// megabytes is a size as a person reads it.
func megabytes(n int64) string {
	switch {
	case n < 1e6:
		return strconv.FormatInt(int64(math.Ceil(float64(n)/1e3)), 10) + " kB"
	case n < 1e9:
		return strconv.FormatFloat(float64(n)/1e6, 'f', 1, 64) + " MB"
	}
	return strconv.FormatFloat(float64(n)/1e9, 'f', 1, 64) + " GB"
}
