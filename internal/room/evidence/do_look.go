package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

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
	Before string    `json:"before"` // name of an earlier file of the same bytes
	Twin   bool      `json:"twin"`   // that file is in this very import
	Unused []string  `json:"unused"` // columns that seem to hold what people said and are not used
	Here   int64     `json:"here"`   // rows of it that are stored already, read the same way
}

// LookRow is one row as it will look.
type LookRow struct {
	Line int          `json:"line"`
	Page int          `json:"page,omitempty"`
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
		most := int64(previewRows)
		if len(files) > fewParts {
			most = previewOfMany
		}
		within := map[string]string{}
		for _, f := range files {
			lf := LookFile{ImportFile: f, First: []LookRow{}}
			if head.State == BatchStaged && !f.Left {
				if err := r.lookBack(tx, programme, head, &lf, within); err != nil {
					return err
				}
				if lf.First, err = firstRows(tx, programme, in.Batch, f, at, most); err != nil {
					return err
				}
				if f.sheet() && f.Columns.usable() {
					rows, err := rowsOf(tx, programme, in.Batch, f.N, 0, unusedRows)
					if err != nil {
						return err
					}
					lf.Unused = f.unused(rows)
				}
			}
			out.Files = append(out.Files, lf)
		}
		return nil
	})
	return out, err
}

// How much of each part is shown where there are many.
const (
	fewParts      = 8   // up to so many parts are shown in full
	previewOfMany = 2   // rows of each where there are more
	previewWords  = 600 // letters of a document that are shown
)

// firstRows is the first rows of a part as they will look.
func firstRows(tx *db.Tx, programme, batch string, f ImportFile, at place, most int64) ([]LookRow, error) {
	out := []LookRow{}
	if f.sheet() && !f.Columns.usable() {
		return out, nil
	}
	from := int64(0)
	if f.Split {
		from = 1 // the whole document stands before its paragraphs
	} else if f.Shape != nil {
		most = 1
	}
	rows, err := rowsOf(tx, programme, batch, f.N, from, most)
	at.file = f.Name
	for _, row := range rows {
		c, _, ok := f.contribution(row.Row, at)
		if row.Row.Doc != nil {
			c.Words, c.PageStarts = text.Excerpt(c.Words, previewWords), nil
		}
		out = append(out, LookRow{row.Row.Line, row.Row.Page, c, ok})
	}
	return out, err
}

// lookBack says whether a waiting part came in before, or stands twice in its import, and
// counts the rows of it that would not be stored again.
func (r *Room) lookBack(tx *db.Tx, programme string, head importHead, f *LookFile, within map[string]string) error {
	e, ok, err := sameFile(tx, programme, head.Project, head.ID, "", f.Hash)
	if err != nil {
		return err
	}
	if ok {
		f.Before = e.Name
	}
	if f.Good == 0 {
		return nil
	}
	if name, twice := within[f.Digest]; twice {
		f.Here, f.Twin, f.Before = f.Good, true, name
		return nil
	}
	if _, ok, err = sameFile(tx, programme, head.Project, head.ID, f.Digest, ""); err != nil {
		return err
	}
	if !ok {
		var name string
		if name, ok, err = r.sameMedium(tx, programme, head.Project, f.ImportFile); err != nil {
			return err
		}
		if ok {
			f.Before = name
		}
	}
	if ok {
		f.Here = f.Good
		return nil
	}
	within[f.Digest] = f.Name
	return nil
}

// sameMedium finds a picture, a sound or a film of the project that holds the same: it
// came in another way.
func (r *Room) sameMedium(tx *db.Tx, programme, project string, f ImportFile) (string, bool, error) {
	if f.Medium == nil || f.Shape != nil {
		return "", false, nil
	}
	twins, err := r.files.Same(tx, programme, f.Medium.ID)
	if err != nil {
		return "", false, err
	}
	for _, t := range twins {
		rec, ok, err := ref.Get(tx, programme, t.Record)
		if err != nil {
			return "", false, err
		}
		if ok && rec.Kind == Kind && rec.Project == project && rec.Live(r.clock.Now()) {
			return t.Name, true, nil
		}
	}
	return "", false, nil
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
