package review

import (
	"bytes"
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"plait/internal/engine/cite"
	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/document"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Ways of choosing records of a list.
const (
	ListAll      = ""         // what stands for a work
	ListOpen     = "open"     // nothing is decided
	ListKept     = "kept"     // kept by title, not decided by the whole text
	ListIncluded = "included" //
	ListExcluded = "excluded" // by title
	ListFullOut  = "full_out" // by the whole text
	ListCopies   = "copies"   // copies of others
	ListGone     = "gone"     // of imports that were undone
)

// Lists is the ways of choosing records.
func Lists() []string {
	return []string{ListAll, ListOpen, ListKept, ListIncluded, ListExcluded, ListFullOut, ListCopies, ListGone}
}

// RecordsIn asks for records of a review, by number.
type RecordsIn struct {
	Ref   ref.Ref `json:"ref"`
	Words string  `json:"words"` // in title, authors, year, journal, DOI or PubMed number; "" = all
	Batch string  `json:"batch"` // of this file; "" = of all
	List  string  `json:"list"`  // one of Lists
	After int64   `json:"after"` // the number behind which the page begins
}

// RecordsOut is up to 50 records.
type RecordsOut struct {
	Records []Record `json:"records"`
	Next    int64    `json:"next"` // 0 = these are the last
}

const recordsAtOnce = 50

// wordsAtOnce is how many records that hold the words are looked at for one page. Of
// those that do not fit the list, the page shows none, and goes on behind them.
const wordsAtOnce = 500

// Records lists records.
func (r *Room) Records(ctx context.Context, in RecordsIn) (out RecordsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if !slices.Contains(Lists(), in.List) {
			return fault.Fielded("list", "house.bad_choice")
		}
		where := []db.Part{chosen(in.List)}
		if in.Batch != "" {
			where = append(where, ofBatch(in.Batch))
		}
		looked := int64(0)
		if strings.TrimSpace(in.Words) != "" {
			ns, err := findRecords(tx, programme, v.Ref.ID, in.Words, in.After, wordsAtOnce)
			if err != nil {
				return err
			}
			if len(ns) == wordsAtOnce {
				looked = ns[len(ns)-1]
			}
			where = append(where, among(ns))
		}
		if out.Records, err = records(tx, programme, v.Ref.ID, db.And(where...), in.After, recordsAtOnce+1); err != nil {
			return err
		}
		out.Next = looked
		if len(out.Records) > recordsAtOnce {
			out.Records = out.Records[:recordsAtOnce]
			out.Next = out.Records[recordsAtOnce-1].N
		}
		return nil
	})
	return out, err
}

// RecordIn asks for one record.
type RecordIn struct {
	Ref ref.Ref `json:"ref"`
	N   int64   `json:"n"`
}

// RecordOut is one record, with everything its file said.
type RecordOut struct {
	Record
	Said      cite.Record `json:"said"`
	Reference string      `json:"reference"` // as a line of a list, in Harvard style
	From      Batch       `json:"from"`      // the file it came in
	Search    *Search     `json:"search,omitempty"`
	Copies    []Record    `json:"copies"` // the other records of the work
}

// Record gives one record.
func (r *Room) Record(ctx context.Context, in RecordIn) (out RecordOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		id := v.Ref.ID
		if out.Record, err = record(tx, programme, id, in.N); err != nil {
			return err
		}
		_, said, err := citations(tx, programme, id, among([]int64{in.N}), 0, 1)
		if err != nil || len(said) != 1 {
			return orMissing(false, err)
		}
		out.Said, out.Reference = said[0], cite.Reference(cite.Harvard, said[0])
		if out.From, err = batchOf(tx, programme, out.Batch); err != nil || out.Gone && out.From.State == Coming {
			return orMissing(false, err) // what is still coming in is not there yet
		}
		if out.From.Search != "" {
			s, err := searchOf(tx, programme, id, out.From.Search)
			if err != nil {
				return err
			}
			out.Search = &s
		}
		all, err := workOf(tx, programme, id, out.Lead)
		for _, x := range all {
			if x.N != in.N && !x.Gone {
				out.Copies = append(out.Copies, x)
			}
		}
		return err
	})
	return out, err
}

// MaxWhole is the largest file of a whole text, in bytes, however it comes.
const MaxWhole = 64 << 20

// wholeKind is what the file of a whole text may be: as its content says, and as the store
// of files calls that.
type wholeKind struct{ kind, media string }

// wholeKinds is every one. A Word or OpenDocument file is a zip to the store.
func wholeKinds() []wholeKind {
	return []wholeKind{{document.PDF, "application/pdf"}, {document.HTML, "text/html"}, {document.DOCX, "application/zip"}, {document.ODT, "application/zip"},
		{document.Text, "text/plain"}, {document.Markdown, "text/plain"}}
}

// Kinds of a record that is typed by hand: item types of CSL 1.0.2.
func handKinds() []string {
	return []string{"report", "webpage", "legislation", "thesis", "book", "chapter", "article-journal", "article-newspaper", "document"}
}

// AddRecordIn is a record typed by hand: a report, a policy, a page of the web.
type AddRecordIn struct {
	Ref       ref.Ref   `json:"ref"`
	Search    string    `json:"search"` // where it was found; "" = not said
	Kind      string    `json:"kind"`   // report, webpage, legislation, thesis, book, chapter, article-journal, article-newspaper or document
	Title     string    `json:"title"`
	Authors   string    `json:"authors"` // one a line, people as "Family, Given"
	Year      int64     `json:"year"`    // 1000 to 2100; 0 = not known
	Publisher string    `json:"publisher"`
	Link      string    `json:"link"`    // http or https; "" = none
	Summary   string    `json:"summary"` //
	File      *SentFile `json:"file"`    // its whole text: PDF, saved page, DOCX, ODT, text; nil = none
	Key       string    `json:"key"`     // the same key gives the same record again
}

// AddRecordOut names the record.
type AddRecordOut struct {
	N     int64  `json:"n"`
	Batch string `json:"batch"` // to undo it
}

// settled is what the record says, in its stored form.
func (in AddRecordIn) settled() (cite.Record, error) {
	x := cite.Record{Format: ByHand, Type: cmp.Or(in.Kind, "document"), Title: strings.TrimSpace(in.Title), Year: int(in.Year), Publisher: strings.TrimSpace(in.Publisher),
		Abstract: strings.TrimSpace(in.Summary)}
	for _, line := range strings.Split(in.Authors, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if family, given, ok := strings.Cut(line, ","); ok {
			x.Authors = append(x.Authors, cite.Name{Family: strings.TrimSpace(family), Given: strings.TrimSpace(given)})
		} else {
			x.Authors = append(x.Authors, cite.Name{Literal: line})
		}
	}
	var c fault.Check
	c.Need(slices.Contains(handKinds(), x.Type), "kind", "house.bad_choice")
	c.Need(x.Title != "", "title", "review.rec_need_title")
	c.Need(len(x.Title) <= MaxLine, "title", "house.too_long")
	c.Need(len(in.Authors) <= MaxText, "authors", "house.too_long")
	c.Need(in.Year == 0 || in.Year >= 1000 && in.Year <= 2100, "year", "review.rec_bad_year")
	c.Need(len(x.Publisher) <= MaxLine, "publisher", "house.too_long")
	c.Need(len(x.Abstract) <= MaxText, "summary", "house.too_long")
	if link := strings.TrimSpace(in.Link); link != "" {
		u, err := url.Parse(link)
		c.Need(err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(link) <= MaxLine, "link", "review.rec_bad_link")
		x.URLs = []string{link}
	}
	if in.File != nil {
		is := document.Sniff(in.File.Content, in.File.Name)
		c.Need(len(in.File.Content) <= MaxWhole, "file", "review.rec_big_file", "File", blob.Plain(in.File.Name), "Most", MaxWhole>>20)
		c.Need(slices.ContainsFunc(wholeKinds(), func(k wholeKind) bool { return k.kind == is }), "file", "review.rec_bad_text")
	}
	return x, c.Err()
}

// AddRecord puts in a record that no database has. It runs its own transactions.
func (r *Room) AddRecord(ctx context.Context, in AddRecordIn) (out AddRecordOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	key, actor := cmp.Or(in.Key, plug.Key(ctx)), who.From(ctx).Key()
	x, bad := in.settled()
	var programme string
	var before map[int64]Batch
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if _, programme, err = r.openToAdd(ctx, tx, "review.run", in.Ref); err != nil {
			return err
		}
		if bad != nil {
			return bad
		}
		if in.Search != "" {
			if _, err := searchOf(tx, programme, in.Ref.ID, in.Search); err != nil {
				return fault.Fielded("search", "house.bad_choice")
			}
		}
		before, err = sentBefore(tx, programme, actor, key)
		return err
	})
	if err != nil {
		return out, err
	}
	if b, ok := before[0]; ok {
		return AddRecordOut{b.FirstN, b.ID}, nil
	}
	b := Batch{ID: id, Review: in.Ref.ID, Search: in.Search, Name: x.Title, Format: ByHand, Encoding: "utf-8", Records: 1, Done: 1, State: In, MadeAt: now, actor: actor}
	if in.File != nil {
		up, err := r.files.Take(ctx, programme, in.File.Name, bytes.NewReader(in.File.Content), MaxWhole)
		if err != nil {
			return out, err
		}
		b.upload, b.Size = up.ID, up.Size
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, _, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		if err := insertBatch(tx, programme, key, 0, b); err != nil {
			return err
		}
		n, err := putRecords(tx, programme, b.Review, b.ID, now, []cite.Record{x})
		if err != nil {
			return err
		}
		if err := putKeys(tx, programme, b.Review, n, []cite.Record{x}); err != nil {
			return err
		}
		b := b
		b.FirstN, b.LastN = n, n
		if _, err := setBatch(tx, programme, b, In); err != nil {
			return err
		}
		if b.upload != "" {
			if err := r.files.Keep(tx, programme, b.upload, b.ID); err != nil {
				return err
			}
			if err := setFullFile(tx, programme, b.Review, n, b.upload); err != nil {
				return err
			}
		}
		out = AddRecordOut{n, b.ID}
		if err := r.came(ctx, tx, programme, b.Review); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.add-record", v.Ref, 0, nil)
	})
	if db.IsUnique(err) {
		return r.AddRecord(ctx, in) // the same form twice at the same moment: the other was first
	}
	return out, err
}

// ShortAuthors is the first three authors, and that there are more.
func (x Record) ShortAuthors() string {
	names := strings.SplitN(x.Authors, "; ", 4)
	if len(names) < 4 {
		return x.Authors
	}
	return strings.Join(names[:3], "; ") + " et al."
}
