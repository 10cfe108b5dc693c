package evidence

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"plait/internal/engine/anchor"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MarkOut names what was marked.
type MarkOut struct {
	ID    string `json:"id"`
	N     int64  `json:"n"`
	Start int    `json:"start"` // widened to whole characters
	End   int    `json:"end"`
}

// marked is what the trail keeps of a mark: where it is, never anyone's words.
type marked struct {
	Excerpt string `json:"excerpt"`
	Kind    string `json:"kind"`
	Start   int    `json:"start,omitempty"`
	End     int    `json:"end,omitempty"`
	File    string `json:"file,omitempty"`
	Page    int64  `json:"page,omitempty"`
}

// Mark keeps a part of a contribution, so that it can be found again.
func (r *Room) Mark(ctx context.Context, in MarkIn) (out MarkOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.markable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		if len(in.Label) > maxLabel {
			return fault.Fielded("label", "house.too_long")
		}
		x := Excerpt{ID: id, Label: strings.TrimSpace(in.Label), By: who.From(ctx).Key(), At: now, Version: rec.Version}
		if in.File == "" {
			err = r.markWords(tx, rec, in, &x)
		} else {
			err = markFile(tx, rec, in, &x)
		}
		if err != nil {
			return err
		}
		last, err := lastExcerpt(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		if last >= MaxMarks {
			return fault.New(fault.Conflict, "evidence.excerpt_many", "Most", MaxMarks)
		}
		x.N = last + 1
		if err := insertExcerpt(tx, rec.Programme, rec.ID, x); err != nil {
			return err
		}
		out = MarkOut{x.ID, x.N, x.Start, x.End}
		return trail.Put(ctx, tx, entry, now, "evidence.mark", in.Ref, 0, marked{x.ID, x.Kind, x.Start, x.End, x.File, x.Page})
	})
	return out, err
}

// markable is the record of a contribution whose parts the actor may mark.
func (r *Room) markable(ctx context.Context, tx *db.Tx, at ref.Ref, now int64) (ref.Record, error) {
	rec, err := who.Record(ctx, tx, "evidence.mark", at, Kind)
	if err != nil {
		return rec, err
	}
	if !rec.Live(now) {
		return rec, fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
	}
	return rec, nil
}

// markWords anchors words in x.
func (r *Room) markWords(tx *db.Tx, rec ref.Record, in MarkIn, x *Excerpt) error {
	read, err := r.reads.of(tx, rec)
	if err != nil {
		return err
	}
	start, end := in.Start, in.End
	if in.Quote != "" {
		var ok bool
		if start, end, ok = anchor.Look(read.text, in.Quote, in.Start); !ok {
			return fault.Fielded("quote", "evidence.excerpt_not_there")
		}
	} else if in.Version != rec.Version {
		return fault.New(fault.Conflict, "evidence.excerpt_changed").With("evidence.excerpt_changed_do")
	}
	if end-start > MaxMarked {
		return fault.Fielded("quote", "house.too_long")
	}
	a, ok := anchor.Make(read.text, start, end)
	if !ok || strings.TrimSpace(a.Quote) == "" {
		return fault.Fielded("quote", "evidence.excerpt_none")
	}
	x.Kind, x.Start, x.End, x.Quote, x.Before, x.After = InText, a.Start, a.End, a.Quote, a.Before, a.After
	return nil
}

// markFile keeps a box or a stretch of time in x.
func markFile(tx *db.Tx, rec ref.Record, in MarkIn, x *Excerpt) error {
	m, err := mediumOf(tx, rec.Programme, rec.ID, in.File)
	if err != nil {
		return err
	}
	x.File = m.ID
	if m.Kind == Sound || m.Kind == Video {
		x.Kind, x.FromMS, x.ToMS = InTime, in.FromMS, in.ToMS
		return in.stretch(m)
	}
	x.Kind, x.Page, x.X, x.Y, x.W, x.H = OnPage, in.Page, in.X, in.Y, in.W, in.H
	return in.box(m)
}

// mediumOf is one file of a contribution.
func mediumOf(tx *db.Tx, programme, contribution, file string) (Medium, error) {
	all, err := mediaOf(tx, programme, []string{contribution})
	if err != nil {
		return Medium{}, err
	}
	for _, m := range all[contribution] {
		if m.ID == file {
			return m, nil
		}
	}
	return Medium{}, fault.New(fault.Missing, "house.missing")
}

// UnmarkIn takes a mark away.
type UnmarkIn struct {
	Ref     ref.Ref `json:"ref"`
	Excerpt string  `json:"excerpt"`
}

// UnmarkOut counts what was taken away: 0 when it had gone before.
type UnmarkOut struct {
	Gone int64 `json:"gone"`
}

// Unmark takes a mark away. The words themselves stay as they are.
func (r *Room) Unmark(ctx context.Context, in UnmarkIn) (out UnmarkOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.markable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		if out.Gone, err = deleteExcerpt(tx, rec.Programme, rec.ID, in.Excerpt); err != nil || out.Gone == 0 {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "evidence.unmark", in.Ref, 0, marked{Excerpt: in.Excerpt})
	})
	return out, err
}

// MarksIn asks for the marked parts of a contribution.
type MarksIn struct {
	Ref ref.Ref `json:"ref"`
}

// MarksOut is the marked parts, in the order they were marked.
type MarksOut struct {
	Marks   []Excerpt `json:"marks"`
	Version int64     `json:"version"` // of the contribution
	Project string    `json:"project"`
}

// Marks gives the marked parts of one contribution, each as it stands in the words now.
func (r *Room) Marks(ctx context.Context, in MarksIn) (out MarksOut, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := r.markSeen(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		out.Version, out.Project = rec.Version, rec.Project
		out.Marks, err = excerptsOf(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		return r.refind(tx, rec, out.Marks)
	})
	return out, err
}

// markSeen is the record of a contribution that the actor may read.
func (r *Room) markSeen(ctx context.Context, tx *db.Tx, at ref.Ref, now int64) (ref.Record, error) {
	rec, err := who.Record(ctx, tx, "evidence.see", at)
	if err == nil && rec.Kind != Kind {
		err = fault.New(fault.Missing, "house.missing")
	}
	if err == nil && !rec.Live(now) {
		err = fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
	}
	return rec, err
}

// refind finds the marked words of one contribution in its words as they are now.
func (r *Room) refind(tx *db.Tx, rec ref.Record, marks []Excerpt) error {
	var t *anchor.Text
	for i, x := range marks {
		if x.Kind == InText && x.Version != rec.Version && t == nil {
			read, err := r.reads.of(tx, rec)
			if err != nil {
				return err
			}
			t = read.text
		}
		marks[i] = x.refound(t, rec.Version)
	}
	return nil
}

// OfExcerpt is a mark and whose it is.
type OfExcerpt struct {
	Project, Contribution string
	Excerpt
}

// Excerpts gives marks by their ids, those of contributions that the actor may read and
// that may be used in the project; the others are left out without a word.
func (r *Room) Excerpts(ctx context.Context, tx *db.Tx, ids []string) (map[string]OfExcerpt, error) {
	out := map[string]OfExcerpt{}
	rows, err := someExcerpts(tx, who.From(ctx).Programme, ids)
	if err != nil || len(rows) == 0 {
		return out, err
	}
	seen, err := who.Where(ctx, tx, "r", "evidence.see")
	if err != nil {
		return nil, err
	}
	by := map[string][]Excerpt{}
	var of []string
	for _, o := range rows {
		if by[o.contribution] == nil {
			of = append(of, o.contribution)
		}
		by[o.contribution] = append(by[o.contribution], o.Excerpt)
	}
	recs, err := contributionRecords(tx, of, db.And(seen, terms.Where("r", terms.Project, r.clock.Now())))
	if err != nil {
		return nil, err
	}
	for _, rec := range recs {
		marks := by[rec.ID]
		if err := r.refind(tx, rec, marks); err != nil {
			return nil, err
		}
		for _, x := range marks {
			out[x.ID] = OfExcerpt{rec.Project, rec.ID, x}
		}
	}
	return out, nil
}

// TypePageIn gives the words of one page of a document that was scanned.
type TypePageIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version" doc:"The version that was read."`
	Page    int64   `json:"page" doc:"From 1."`
	Words   string  `json:"words" doc:"What the page says."`
}

// TypePage puts words that someone read from a page's picture into the document's words,
// at their page. What was typed for a page before is replaced, so that it can be gone on
// with and put right; words that came from the file itself are never written over.
func (r *Room) TypePage(ctx context.Context, in TypePageIn) (out EditOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := r.markable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		c, err := whole(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		doc, ok := docOf(c.Media)
		if !ok || in.Page < 1 || in.Page > doc.Pages {
			return fault.Fielded("page", "evidence.excerpt_bad_page")
		}
		// What was typed for the wrong page can be taken off it again.
		blank := slices.Contains(blankPages(c.Words, c.PageStarts, int(doc.Pages)), int(in.Page))
		if err := checkWords(in.Words); err != nil && (blank || strings.TrimSpace(in.Words) != "") {
			return err
		}
		if c.Version != in.Version {
			return fault.New(fault.Conflict, "evidence.excerpt_changed").With("evidence.excerpt_changed_do")
		}
		words, starts, ok := withPage(c.Words, c.PageStarts, int(doc.Pages), int(in.Page), strings.TrimSpace(in.Words), !c.Fixed)
		if !ok {
			return fault.Fielded("words", "evidence.excerpt_page_has_words")
		}
		if len(words) > MaxWords {
			return fault.Fielded("words", "house.too_long")
		}
		c.Words, c.PageStarts, c.Version, c.ChangedAt = words, starts, c.Version+1, now
		if p, ok := c.paper(); !ok || p.Title == "" {
			c.Title = c.titled() // a paper keeps its own title
		}
		if ok, err = retype(tx, rec.Programme, c, in.Version); err != nil || !ok {
			if err == nil {
				err = fault.New(fault.Conflict, "evidence.excerpt_changed").With("evidence.excerpt_changed_do")
			}
			return err
		}
		rec.Title, rec.Version, rec.ChangedAt = c.Title, c.Version, now
		if err := ref.Put(tx, rec); err != nil {
			return err
		}
		if err := index(tx, rec.Programme, []Contribution{c}); err != nil {
			return err
		}
		if _, err := tie.Changed(tx, rec.Programme, in.Ref, now); err != nil {
			return err
		}
		out = EditOut{c.Version}
		return trail.Put(ctx, tx, entry, now, "evidence.type-page", in.Ref, c.Version, c)
	})
	return out, err
}

// docOf is the document among the files of a contribution.
func docOf(media []Medium) (Medium, bool) {
	for _, m := range media {
		if m.Kind == Document {
			return m, true
		}
	}
	return Medium{}, false
}

// pageWords is the words of each page of a document. Words without page starts are all of
// the first page.
func pageWords(words string, starts []int, pages int) []string {
	out := make([]string, max(pages, len(starts)))
	if len(out) == 0 {
		return out
	}
	if len(starts) == 0 {
		out[0] = words
		return out
	}
	t := anchor.New(words)
	for i, s := range starts {
		end := t.Len()
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		if i == 0 {
			s = 0
		}
		out[i] = t.Slice(s, end)
	}
	return out
}

// shifted is where pages begin once their words were corrected as a whole: as before where
// the words before them are the same, moved where those after them are, and where the
// change begins in between. All are in code points.
func shifted(was, is string, starts []int) []int {
	if len(starts) == 0 || was == is {
		return starts
	}
	a, b := []rune(was), []rune(is)
	same, tail := 0, 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	for tail < min(len(a), len(b))-same && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	out := make([]int, len(starts))
	for i, s := range starts {
		switch {
		case s <= same:
			out[i] = s
		case s >= len(a)-tail:
			out[i] = min(s, len(a)) + len(b) - len(a)
		default:
			out[i] = same
		}
	}
	return out
}

// blankPages is the pages, from 1, of a document that have no words. It is none of one
// whose words have no pages.
func blankPages(words string, starts []int, pages int) (out []int) {
	if len(starts) == 0 && strings.TrimSpace(words) != "" {
		return nil
	}
	for i, w := range pageWords(words, starts, pages) {
		if strings.TrimSpace(w) == "" {
			out = append(out, i+1)
		}
	}
	return out
}

// withPage puts words on a page, and gives the whole and where each page begins. Words that
// the page has are replaced where they were typed; else, and where it is not known which
// page words belong to, ok is false for a page that has any.
func withPage(words string, starts []int, pages, page int, typed string, replace bool) (string, []int, bool) {
	all := pageWords(words, starts, pages)
	if page > len(all) || strings.TrimSpace(all[page-1]) != "" && (!replace || len(starts) == 0) {
		return "", nil, false
	}
	all[page-1] = typed
	var b strings.Builder
	at := make([]int, len(all))
	n := 0
	for i, w := range all {
		w = strings.Trim(w, "\n\f")
		if strings.TrimSpace(w) == "" {
			w = ""
		}
		if w != "" && n > 0 {
			b.WriteString("\n\n")
			n += 2
		}
		at[i] = n
		b.WriteString(w)
		n += utf8.RuneCountInString(w)
	}
	return b.String(), at, true
}
