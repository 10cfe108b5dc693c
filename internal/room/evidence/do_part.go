package evidence

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// read reads every file, takes in those that are kept, and looks at every row. What it
// took is a stray until the import is stored.
func (r *Room) read(ctx context.Context, in StageIn, at place, batch string) ([]ImportFile, [][]Row, error) {
	w := importReading{in: in, at: at, batch: batch, taken: map[string]*Medium{}}
	for i, f := range in.Files {
		parts, err := r.parser.Parse(ctx, f.Content, f.Name, in.Columns)
		if t, ok := failed(err, f.Name); ok && ctx.Err() == nil {
			p := refused("unknown", t)
			p.Hash = hashOf(f.Content)
			parts = []Parsed{p}
		} else if err != nil {
			return nil, nil, err
		}
		for j, p := range parts {
			if in.read != nil {
				in.read(len(w.files), len(w.files)+len(parts)-j+len(in.Files)-i-1)
			}
			if len(w.files) == MaxParts {
				last := &w.files[MaxParts-1]
				last.Told = append(last.Told, trouble(0, "evidence.import_many_parts", "Most", MaxParts))
				r.english(last.Told)
				return w.files, w.rows, nil
			}
			if p.Bytes == nil {
				p.Bytes = f.Content
			} else if w.unpacked += len(p.Bytes); w.unpacked > maxUnpacked {
				name := p.Name
				p = refused(p.Format, trouble(0, "evidence.import_much", "Most", maxUnpacked>>20))
				p.Name, p.Hash = name, hashOf([]byte(name))
			}
			if err := r.readPart(ctx, &w, int64(i), f.Name, p); err != nil {
				return nil, nil, err
			}
		}
	}
	return w.files, w.rows, nil
}

// importReading is an import that is being read.
type importReading struct {
	in       StageIn
	at       place
	batch    string
	files    []ImportFile
	rows     [][]Row
	taken    map[string]*Medium // by hash: the same twice is taken once
	unpacked int
}

// readPart makes one part of a file one part of the import.
func (r *Room) readPart(ctx context.Context, w *importReading, sent int64, name string, p Parsed) (err error) {
	file := ImportFile{N: int64(len(w.files)), Sent: sent, Part: fit(p.Name, 200), Format: p.Format, Encoding: p.Encoding, Hash: p.Hash,
		Header: p.Header, Columns: p.Columns, Told: p.Problems}
	file.Name = fit(name, 200)
	if p.Name != "" {
		file.Name = fit(partName(fit(base(name), 200), p.Name), 400)
	}
	for j, h := range file.Header {
		file.Header[j] = fit(h, 200)
	}
	file.Hidden, file.Left = p.Hidden, p.Hidden
	rows := p.Rows
	switch {
	case p.Medium:
		var why *Trouble
		if file.Medium, why, err = r.takeMedium(ctx, w, file, p); err != nil {
			return err
		}
		if why != nil {
			file.Told = append(file.Told, *why)
		} else {
			rows = []Row{{Medium: file.Medium}}
		}
	case p.Doc != nil:
		if file.Medium, err = r.takeDocument(ctx, w, file, p); err != nil {
			return err
		}
		rows, file.Shape = docRows(p.Doc, file.Medium)
		file.Split = file.splits() && (w.in.Split || len(p.Doc.Words) > MaxWords)
	case file.sheet() && w.in.Columns == "":
		if err := r.recall(ctx, w.in.Project, &file); err != nil {
			return err
		}
	}
	file.Rows = int64(len(rows))
	file.Rows = file.rows()
	if file.Digest, err = digestOf(file.Hash, w.in.Project, file.Columns); err != nil {
		return err
	}
	w.at.file = file.Name
	s := survey{file: file, at: w.at}
	s.begin()
	for _, row := range rows {
		s.row(row)
	}
	r.english(s.file.Told)
	r.english(s.file.Problems)
	w.files, w.rows = append(w.files, s.file), append(w.rows, rows)
	return nil
}

// takeMedium takes a picture, a sound or a film in, made safe. why says what it was
// refused for.
func (r *Room) takeMedium(ctx context.Context, w *importReading, file ImportFile, p Parsed) (m *Medium, why *Trouble, err error) {
	if m, ok := w.taken[p.Hash]; ok {
		return m, nil, nil
	}
	name := base(w.in.Files[file.Sent].Name)
	if file.Part != "" {
		name = base(file.Part)
	}
	u, err := r.take(ctx, w.in.Project, name, w.batch+"-"+strconv.FormatInt(file.N, 10), bytes.NewReader(p.Bytes))
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.TooBig || f.Kind == fault.Absent) {
		t := trouble(0, f.Say, f.Args...)
		t.Do = f.Do
		return nil, &t, nil
	}
	if err != nil {
		return nil, nil, err
	}
	medium := u.medium()
	w.taken[p.Hash] = &medium
	return &medium, nil, nil
}

// takeDocument takes the file of a document in, as it is.
func (r *Room) takeDocument(ctx context.Context, w *importReading, file ImportFile, p Parsed) (*Medium, error) {
	if m, ok := w.taken[p.Hash]; ok {
		return m, nil
	}
	name := w.in.Files[file.Sent].Name
	if file.Part != "" {
		name = base(file.Part)
	}
	u, err := r.files.Take(ctx, who.From(ctx).Programme, name, bytes.NewReader(p.Bytes), MaxImport)
	if err != nil {
		return nil, err
	}
	m := &Medium{ID: u.ID, Kind: Document, Media: mediaType(file.Format), Name: u.Name, Pages: int64(p.Doc.Pages), Version: 1}
	w.taken[p.Hash] = m
	return m, nil
}

// recall gives a sheet the columns of the last one with the same head, where there was one.
func (r *Room) recall(ctx context.Context, project string, file *ImportFile) error {
	key := headKey(file.Header)
	if key == "" {
		return nil
	}
	return r.db.Read(ctx, func(tx *db.Tx) error {
		places, err := r.mappingPlaces(tx, who.From(ctx).Programme, project)
		if err != nil {
			return err
		}
		for _, place := range places {
			c, ok, err := mapping(tx, who.From(ctx).Programme, place, key)
			if err != nil {
				return err
			}
			if ok && c.usable() && c.within(len(file.Header)) {
				file.Columns, file.Remember = c, true
				return nil
			}
		}
		return nil
	})
}

// mappingPlaces is where the columns of sheets are remembered: for the project, then for
// its host.
func (r *Room) mappingPlaces(tx *db.Tx, programme, project string) ([]string, error) {
	out := []string{"project:" + project}
	if r.hosts == nil {
		return out, nil
	}
	host, err := r.hosts.Host(tx, programme, project)
	if host = text.Fold(host); err == nil && host != "" {
		out = append(out, "host:"+hashOf([]byte(host)))
	}
	return out, err
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
	if err := r.resurvey(ctx, in.Batch, &s); err != nil {
		return out, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, _, err := r.sheetOf(ctx, tx, in); err != nil {
			return err // brought in or thrown away while its rows were read
		}
		s.file.Remember = false
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

// resurvey looks at every row of a waiting part again, in short transactions.
func (r *Room) resurvey(ctx context.Context, batch string, s *survey) error {
	s.begin()
	for from := int64(0); from < s.file.waits(); from += surveyChunk {
		var rows []stagedRow
		err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
			rows, err = rowsOf(tx, who.From(ctx).Programme, batch, s.file.N, from, surveyChunk)
			return err
		})
		if err != nil {
			return err
		}
		for _, row := range rows {
			s.row(row.Row)
		}
	}
	r.english(s.file.Problems)
	return nil
}

// PartIn says how one part of a waiting import comes in.
type PartIn struct {
	Batch string `json:"batch"`
	File  int64  `json:"file"` // number of the part in the import, from 0
	As    string `json:"as"`   // of a document: whole or paragraphs; "" = as it is
	Take  string `json:"take"` // in or out: whether it is brought in at all; "" = as it is
}

// Part changes how a document comes in, whole or each paragraph by itself, or leaves a part
// out. The same again gives the same.
func (r *Room) Part(ctx context.Context, in PartIn) (out ColumnsOut, err error) {
	now := r.clock.Now()
	var s survey
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		head, file, err := r.partOf(ctx, tx, in)
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
	if err := r.resurvey(ctx, in.Batch, &s); err != nil {
		return out, err
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if _, _, err := r.partOf(ctx, tx, in); err != nil {
			return err // brought in or thrown away while its rows were read
		}
		return setFile(tx, who.From(ctx).Programme, in.Batch, s.file)
	})
	if err != nil {
		return out, err
	}
	return ColumnsOut{Rows: s.file.Rows, Good: s.file.Good, Problems: len(s.file.Told) + len(s.file.Problems)}, nil
}

// partOf reads a part of a waiting import as in wants it.
func (r *Room) partOf(ctx context.Context, tx *db.Tx, in PartIn) (importHead, ImportFile, error) {
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
	var c fault.Check
	c.Need(in.File >= 0 && in.File < int64(len(files)), "file", "house.bad_choice")
	c.Need(in.As == "" || in.As == "whole" || in.As == "paragraphs", "as", "house.bad_choice")
	c.Need(in.Take == "" || in.Take == "in" || in.Take == "out", "take", "house.bad_choice")
	if err := c.Err(); err != nil {
		return head, ImportFile{}, err
	}
	file := files[in.File]
	c.Need(in.As != "paragraphs" || file.splits(), "as", "evidence.import_no_paragraphs")
	if in.As != "" {
		file.Split = in.As == "paragraphs"
	}
	if in.Take != "" {
		file.Left = in.Take == "out"
	}
	file.Rows = file.rows()
	return head, file, c.Err()
}

// openStaged gives the picture that waits as a part of an import, to whoever may look at it.
func (r *Room) openStaged(ctx context.Context, project, batch string, n int64) (io.ReadSeekCloser, blob.Info, error) {
	id := ""
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		head, err := mayImport(ctx, tx, batch)
		if err != nil {
			return err
		}
		if head.Actor != who.From(ctx).Key() {
			if err := who.Must(ctx, tx, "evidence.see", ref.Of(ref.Project, head.Project)); err != nil {
				return err
			}
		}
		files, err := importFiles(tx, who.From(ctx).Programme, batch)
		if err != nil {
			return err
		}
		if head.Project != project || head.State != BatchStaged || n < 0 || n >= int64(len(files)) || files[n].Medium == nil || files[n].Medium.Kind != Picture {
			return fault.New(fault.Missing, "house.missing")
		}
		id = files[n].Medium.ID
		return nil
	})
	if err != nil {
		return nil, blob.Info{}, err
	}
	return r.files.Open(ctx, who.From(ctx).Programme, id)
}
