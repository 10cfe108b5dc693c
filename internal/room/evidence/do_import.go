package evidence

import (
	"context"
	"errors"

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
	Split   bool     `json:"split"`   // each paragraph of a document is a contribution; else the whole of it is one
	Later   bool     `json:"later"`   // large files are read after the answer: the import is "reading" until then
	Key     string   `json:"key"`     // the same key gives the same import again
	Said

	// read is told of each part that was read, and how many there are as far as is known.
	read func(done, of int)
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
	if in.Later && in.heavy() {
		return r.stageLater(ctx, in, head)
	}
	files, rows, err := r.read(ctx, in, at, batch)
	if err != nil {
		return out, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		return insertImport(tx, actor.Programme, in.Key, head)
	})
	if db.IsUnique(err) {
		// The same form arrived twice at the same moment, and the other was first.
		return r.Stage(ctx, in)
	}
	if err != nil {
		return StageOut{}, err
	}
	return r.staged(ctx, head, entry, files, rows)
}

// staged stores what was read of an import, and says that it can be looked at.
func (r *Room) staged(ctx context.Context, head importHead, entry string, files []ImportFile, rows [][]Row) (StageOut, error) {
	programme := who.From(ctx).Programme
	out := StageOut{Batch: head.ID, State: BatchStaged, Files: len(files)}
	for _, f := range files {
		out.Rows, out.Good, out.Problems = out.Rows+f.Rows, out.Good+f.Good, out.Problems+len(f.Told)+len(f.Problems)
	}
	if err := r.stageFiles(ctx, programme, head.ID, files); err != nil {
		return StageOut{}, err
	}
	if err := r.stageRows(ctx, programme, head.ID, rows); err != nil {
		return StageOut{}, err
	}
	head.State, head.Total, head.Done, head.ChangedAt = BatchStaged, 0, 0, r.clock.Now()
	err := r.db.Write(ctx, func(tx *db.Tx) error {
		if b, ok, err := importOf(tx, programme, head.ID); err != nil || !ok || b.State != BatchReading {
			if err != nil {
				return err
			}
			return errUndone() // someone threw it away while it was being read
		}
		if err := setImport(tx, programme, head); err != nil {
			return err
		}
		if err := r.files.Drop(tx, programme, sentWith(head.ID)); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, head.ChangedAt, "evidence.stage", ref.Of("batch", head.ID), 1, out)
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

// english gives the reasons that have a message key their plain English, for the API
// and the command line; pages translate the key.
func (r *Room) english(ts []Trouble) {
	for i, t := range ts {
		if t.Say == "" {
			continue
		}
		ts[i].Reason = r.face.Words.T("en", t.Say, t.args()...)
		if t.Do != "" {
			ts[i].Reason += " " + r.face.Words.T("en", t.Do, t.args()...)
		}
	}
}

// stageFiles stores the parts of an import, and keeps the files that wait with them.
func (r *Room) stageFiles(ctx context.Context, programme, batch string, files []ImportFile) error {
	const most = 40
	for from := 0; from < len(files); from += most {
		part := files[from:min(from+most, len(files))]
		err := r.db.Write(ctx, func(tx *db.Tx) error {
			if head, ok, err := importOf(tx, programme, batch); err != nil || !ok || head.State != BatchReading {
				return errors.Join(err, errUndone())
			}
			for _, f := range part {
				if err := insertFile(tx, programme, batch, f); err != nil {
					return err
				}
				if f.Medium == nil {
					continue
				}
				if err := r.files.Keep(tx, programme, f.Medium.ID, batch); err != nil {
					return err
				}
				if err := forgetUpload(tx, programme, f.Medium.ID); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) stageRows(ctx context.Context, programme, batch string, all [][]Row) error {
	const most = 2000
	for file, rows := range all {
		for from := 0; from < len(rows); {
			part := light(rows[from:min(from+most, len(rows))])
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
			from += len(part)
		}
	}
	return nil
}

// light is the first rows that are stored in one transaction: as many as are short, and at
// least one.
func light(rows []Row) []Row {
	size := 0
	for i, row := range rows {
		size += len(row.Paragraph)
		if row.Doc != nil {
			size += len(row.Doc.Words)
		}
		if i > 0 && size > maxAtOnce {
			return rows[:i]
		}
	}
	return rows
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
