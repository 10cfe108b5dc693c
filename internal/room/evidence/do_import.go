package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// StageIn is files that may become contributions. They are read and shown; nothing is
// in the thread until Bring.
type StageIn struct {
	Project string   `json:"project"`
	Name    string   `json:"name"` // what to call the import; "" = the first file's name
	Files   []FileIn `json:"files"`
	Columns string   `json:"columns"` // "words=COL,date=COL" for the sheets; "" = propose them
	Key     string   `json:"key"`     // the same key gives the same import again
	Said
}

// StageOut counts what was read.
type StageOut struct {
	Batch    string `json:"batch"`
	State    string `json:"state"`
	Files    int    `json:"files"`
	Rows     int64  `json:"rows"`
	Good     int64  `json:"good"` // rows that can be stored
	Problems int    `json:"problems"`
}

// Stage reads files and keeps their rows apart until they are brought in or undone.
// It runs its own transactions: a killed reading leaves an import in the state "reading",
// of which nothing can be brought in.
func (r *Room) Stage(ctx context.Context, in StageIn) (out StageOut, err error) {
	batch, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	if in.Key == "" {
		in.Key = batch
	}
	actor := who.From(ctx)
	at := place{project: in.Project, said: in.Said, now: now}
	var before importHead
	var again bool
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		if at.sites, err = sitesOf(tx, actor.Programme, in.Project, now); err != nil {
			return err
		}
		before, again, err = importByKey(tx, actor.Programme, actor.Key(), in.Key)
		return err
	})
	if err != nil {
		return out, err
	}
	if again {
		if before.Project != in.Project || before.Name != in.name() {
			return out, fault.New(fault.Conflict, "house.key_conflict").With("house.key_conflict_do")
		}
		return StageOut{Batch: before.ID, State: before.State}, nil
	}
	head := importHead{Batch: Batch{ID: batch, Project: in.Project, Name: in.name(), Made: "import", State: BatchReading, At: now},
		Actor: actor.Key(), Said: in.Said, Last: beforeAll(), ChangedAt: now}
	files, rows, err := r.read(ctx, in, at)
	if err != nil {
		return out, err
	}
	out = StageOut{Batch: batch, State: BatchStaged, Files: len(files)}
	for _, f := range files {
		out.Rows, out.Good, out.Problems = out.Rows+f.Rows, out.Good+f.Good, out.Problems+len(f.Told)+len(f.Problems)
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := insertImport(tx, actor.Programme, in.Key, head); err != nil {
			return err
		}
		for _, f := range files {
			if err := insertFile(tx, actor.Programme, batch, f); err != nil {
				return err
			}
		}
		return nil
	})
	if db.IsUnique(err) {
		// The same form arrived twice at the same moment, and the other was first.
		return r.Stage(ctx, in)
	}
	if err != nil {
		return StageOut{}, err
	}
	if err := r.stageRows(ctx, actor.Programme, batch, rows); err != nil {
		return StageOut{}, err
	}
	head.State = BatchStaged
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if b, ok, err := importOf(tx, actor.Programme, batch); err != nil || !ok || b.State != BatchReading {
			if err != nil {
				return err
			}
			return errUndone() // someone threw it away while it was being read
		}
		if err := setImport(tx, actor.Programme, head); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "evidence.stage", ref.Of("batch", batch), 1, out)
	})
	return out, err
}

func (in StageIn) check() error {
	var c fault.Check
	c.Need(len(in.Files) > 0, "files", "evidence.import_need_file")
	c.Need(len(in.Files) <= MaxFiles, "files", "evidence.import_many_files", "Most", MaxFiles)
	size := 0
	for _, f := range in.Files {
		size += len(f.Content)
		c.Need(len(f.Content) <= MaxFile, "files", "evidence.import_big_file", "File", fit(f.Name, 200), "Most", MaxFile>>20)
	}
	c.Need(size <= MaxImport, "files", "evidence.import_big_files", "Most", MaxImport>>20)
	c.Need(len(in.Key) <= 100, "key", "house.bad_key")
	if err := c.Err(); err != nil {
		return err
	}
	return in.Said.Check()
}

// name is what the import is called in lists.
func (in StageIn) name() string {
	switch {
	case in.Name != "":
		return fit(in.Name, 200)
	case len(in.Files) > 0:
		return fit(base(in.Files[0].Name), 200)
	}
	return ""
}

// read reads every file and looks at every row; nothing is stored.
func (r *Room) read(ctx context.Context, in StageIn, at place) ([]ImportFile, [][]Row, error) {
	files, rows := make([]ImportFile, len(in.Files)), make([][]Row, len(in.Files))
	for i, f := range in.Files {
		parsed, err := r.parser.Parse(ctx, f.Content, in.Columns)
		if err != nil {
			return nil, nil, unread(err, f.Name)
		}
		file := ImportFile{N: int64(i), Name: fit(f.Name, 200), Format: parsed.Format, Encoding: parsed.Encoding, Hash: hashOf(f.Content),
			Header: parsed.Header, Columns: parsed.Columns, Rows: int64(len(parsed.Rows)), Told: parsed.Problems}
		for j, h := range file.Header {
			file.Header[j] = fit(h, 200)
		}
		if file.Digest, err = digestOf(file.Hash, in.Project, file.Columns); err != nil {
			return nil, nil, err
		}
		at.file = file.Name
		s := survey{file: file, at: at}
		s.begin()
		for _, row := range parsed.Rows {
			s.row(row)
		}
		r.english(s.file.Told)
		r.english(s.file.Problems)
		files[i], rows[i] = s.file, parsed.Rows
	}
	return files, rows, nil
}

// english gives the reasons that have a message key their plain English, for the API
// and the command line; pages translate the key.
func (r *Room) english(ts []Trouble) {
	for i, t := range ts {
		if t.Say != "" {
			ts[i].Reason = r.face.Words.T("en", t.Say, t.args()...)
		}
	}
}

func (r *Room) stageRows(ctx context.Context, programme, batch string, all [][]Row) error {
	const most = 2000
	for file, rows := range all {
		for from := 0; from < len(rows); from += most {
			part := rows[from:min(from+most, len(rows))]
			err := r.db.Write(ctx, func(tx *db.Tx) error {
				head, ok, err := importOf(tx, programme, batch)
				if err != nil {
					return err
				}
				if !ok || head.State != BatchReading {
					return errUndone()
				}
				return insertRows(tx, programme, batch, int64(file), int64(from), part)
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func errUndone() error {
	return fault.New(fault.Conflict, "evidence.import_undone").With("evidence.import_undone_do")
}

// mayImport reads an import that the actor may work on.
func mayImport(ctx context.Context, tx *db.Tx, batch string) (importHead, error) {
	h, ok, err := importOf(tx, who.From(ctx).Programme, batch)
	if err != nil {
		return h, err
	}
	if !ok {
		// Also for a stranger: who.Must says what is to be said of what is not there.
		if err := who.Must(ctx, tx, "evidence.give", ref.Of("batch", batch)); err != nil {
			return h, err
		}
		return h, fault.New(fault.Missing, "house.missing")
	}
	return h, who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, h.Project))
}

// ColumnsIn says which column of one file holds what: in words, or chosen by number.
type ColumnsIn struct {
	Batch   string   `json:"batch"`
	File    int64    `json:"file"`    // number of the file in the import, from 0
	Columns string   `json:"columns"` // "words=COL,date=COL": a column's name, or its number from 1
	Chosen  *Columns `json:"chosen,omitempty"`
}

// ColumnsOut counts what the file now holds.
type ColumnsOut struct {
	Rows     int64 `json:"rows"`
	Good     int64 `json:"good"`
	Problems int   `json:"problems"`
}

// Columns changes how a sheet that waits is read, and looks at every row again. It reads
// them in short transactions of its own, and writes what it found at the end: the same
// again gives the same, and of two at once the later stays.
func (r *Room) Columns(ctx context.Context, in ColumnsIn) (out ColumnsOut, err error) {
	now := r.clock.Now()
	var s survey
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		head, file, err := r.sheetOf(ctx, tx, in)
		if err != nil {
			return err
		}
		s = survey{file: file, at: place{project: head.Project, file: file.Name, said: head.Said, now: now}}
		s.at.sites, err = sitesOf(tx, who.From(ctx).Programme, head.Project, now)
		return err
	})
	if err != nil {
		return out, err
	}
	if s.file.Digest, err = digestOf(s.file.Hash, s.at.project, s.file.Columns); err != nil {
		return out, err
	}
	s.begin()
	for from := int64(0); from < s.file.Rows; from += surveyChunk {
		var rows []stagedRow
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = rowsOf(tx, who.From(ctx).Programme, in.Batch, in.File, from, surveyChunk)
			return err
		})
		if err != nil {
			return out, err
		}
		for _, row := range rows {
			s.row(row.Row)
		}
	}
	r.english(s.file.Problems)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, _, err := r.sheetOf(ctx, tx, in); err != nil {
			return err // brought in or thrown away while its rows were read
		}
		return setFile(tx, who.From(ctx).Programme, in.Batch, s.file)
	})
	if err != nil {
		return out, err
	}
	return ColumnsOut{Rows: s.file.Rows, Good: s.file.Good, Problems: len(s.file.Told) + len(s.file.Problems)}, nil
}

// sheetOf reads the sheet of a waiting import, with the columns that were chosen for it.
func (r *Room) sheetOf(ctx context.Context, tx *db.Tx, in ColumnsIn) (importHead, ImportFile, error) {
	head, err := mayImport(ctx, tx, in.Batch)
	if err != nil {
		return head, ImportFile{}, err
	}
	if head.State != BatchStaged {
		return head, ImportFile{}, fault.New(fault.Conflict, "evidence.import_not_staged").With("evidence.import_undone_do")
	}
	files, err := importFiles(tx, who.From(ctx).Programme, in.Batch)
	if err != nil {
		return head, ImportFile{}, err
	}
	if in.File < 0 || in.File >= int64(len(files)) || !files[in.File].sheet() {
		return head, ImportFile{}, fault.Fielded("file", "house.bad_choice")
	}
	file := files[in.File]
	if in.Chosen != nil {
		file.Columns = *in.Chosen
	} else if file.Columns, err = parseColumns(file.Header, in.Columns); err != nil {
		return head, ImportFile{}, fault.Fielded("columns", "evidence.import_bad_columns", "Found", named(file.Header), "Why", err.Error())
	}
	var c fault.Check
	c.Need(file.Columns.within(len(file.Header)), "words", "house.bad_choice")
	c.Need(file.Columns.usable(), "words", "evidence.import_need_words_column")
	return head, file, c.Err()
}

// SharedIn is what all rows of an import share, where a row does not say otherwise.
type SharedIn struct {
	Batch string `json:"batch"`
	Said
}

// SharedOut says which import it was.
type SharedOut struct {
	Batch string `json:"batch"`
}

// Shared keeps the answers that are asked once for a whole import.
func (r *Room) Shared(ctx context.Context, in SharedIn) (out SharedOut, err error) {
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		head, err := mayImport(ctx, tx, in.Batch)
		if err != nil {
			return err
		}
		if head.State != BatchStaged {
			return fault.New(fault.Conflict, "evidence.import_not_staged").With("evidence.import_undone_do")
		}
		if err := in.Said.Check(); err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if _, err := r.checkPlace(ctx, tx, head.Project, in.Said); err != nil {
			return err
		}
		head.Said, out = in.Said, SharedOut{in.Batch}
		return setImport(tx, programme, head)
	})
	return out, err
}

// LookIn asks for one import.
type LookIn struct {
	Batch string `json:"batch"`
}

// LookOut is an import as it stands: what was read, what would be stored, how far it is.
type LookOut struct {
	Batch   string     `json:"batch"`
	Project string     `json:"project"`
	Name    string     `json:"name"`
	State   string     `json:"state"`
	At      int64      `json:"at"`
	Total   int64      `json:"total"` // rows to be stored, once it is going
	Done    int64      `json:"done"`  // rows stored so far
	Said    Said       `json:"said"`
	Files   []LookFile `json:"files"`
	Idle    int64      `json:"idle"` // microseconds since it last moved
}

// LookFile is one file of an import.
type LookFile struct {
	ImportFile
	First  []LookRow `json:"first"`  // the first rows as they will look
	Before string    `json:"before"` // name of an earlier import of the same bytes
	Here   int64     `json:"here"`   // rows of it that are stored already, read the same way
}

// LookRow is one row as it will look.
type LookRow struct {
	Line int          `json:"line"`
	Says Contribution `json:"says"`
	OK   bool         `json:"ok"`
}

// Look shows an import. Its words are for those who may see the project's words, and
// for whoever sent the file.
func (r *Room) Look(ctx context.Context, in LookIn) (out LookOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		head, err := mayImport(ctx, tx, in.Batch)
		if err != nil {
			return err
		}
		programme := who.From(ctx).Programme
		if head.Actor != who.From(ctx).Key() {
			if err := who.Must(ctx, tx, "evidence.see", ref.Of(ref.Project, head.Project)); err != nil {
				return err
			}
		}
		out = LookOut{Batch: head.ID, Project: head.Project, Name: head.Name, State: head.State, At: head.At, Total: head.Total, Done: head.Done,
			Said: head.Said, Idle: now - head.ChangedAt, Files: []LookFile{}}
		files, err := importFiles(tx, programme, in.Batch)
		if err != nil {
			return err
		}
		at := place{project: head.Project, said: head.Said, now: now}
		if at.sites, err = sitesOf(tx, programme, head.Project, now); err != nil {
			return err
		}
		within := map[string]bool{}
		for _, f := range files {
			lf := LookFile{ImportFile: f, First: []LookRow{}}
			if head.State == BatchStaged {
				if e, ok, err := sameFile(tx, programme, head.Project, head.ID, "", f.Hash); err != nil {
					return err
				} else if ok {
					lf.Before = e.Name
				}
				if lf.Here, err = r.here(tx, programme, head, f, within); err != nil {
					return err
				}
			}
			if head.State == BatchStaged && (!f.sheet() || f.Columns.usable()) {
				rows, err := rowsOf(tx, programme, in.Batch, f.N, 0, previewRows)
				if err != nil {
					return err
				}
				at.file = f.Name
				for _, row := range rows {
					c, _, ok := f.contribution(row.Row, at)
					lf.First = append(lf.First, LookRow{row.Row.Line, c, ok})
				}
			}
			out.Files = append(out.Files, lf)
		}
		return nil
	})
	return out, err
}

// here counts the rows of a waiting file that would not be stored again: the same bytes,
// read the same way, came in before or stand in the same import.
func (r *Room) here(tx *db.Tx, programme string, head importHead, f ImportFile, within map[string]bool) (int64, error) {
	if f.Good == 0 {
		return 0, nil
	}
	if within[f.Digest] {
		return f.Good, nil
	}
	_, ok, err := sameFile(tx, programme, head.Project, head.ID, f.Digest, "")
	if err != nil || ok {
		return f.Good, err
	}
	within[f.Digest] = true
	return 0, nil
}

// ImportsIn asks for the imports of a project.
type ImportsIn struct {
	Project string `json:"project"`
}

// ImportsOut is the newest imports of a project, at most 50.
type ImportsOut struct {
	Imports []ImportLine `json:"imports"`
}

// ImportLine is one import in a list.
type ImportLine struct {
	Batch string `json:"batch"`
	Name  string `json:"name"`
	State string `json:"state"`
	At    int64  `json:"at"`
	Total int64  `json:"total"`
	Done  int64  `json:"done"`
	Files int64  `json:"files"`
}

// Imports lists a project's imports, newest first.
func (r *Room) Imports(ctx context.Context, in ImportsIn) (out ImportsOut, err error) {
	out.Imports = []ImportLine{}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		heads, err := imports(tx, who.From(ctx).Programme, in.Project, 50)
		for _, h := range heads {
			out.Imports = append(out.Imports, ImportLine{h.ID, h.Name, h.State, h.At, h.Total, h.Done, h.Files})
		}
		return err
	})
	return out, err
}
