package evidence

import (
	"context"
	"io"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/news"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MaxAlt is the most bytes that may be said of what a file shows.
const MaxAlt = 4000

// editable reads a contribution that the actor may change and that is still live.
func (r *Room) editable(ctx context.Context, tx *db.Tx, at ref.Ref, now int64) (ref.Record, Contribution, error) {
	rec, err := who.Record(ctx, tx, "evidence.edit", at, Kind)
	if err != nil {
		return rec, Contribution{}, err
	}
	if !rec.Live(now) {
		return rec, Contribution{}, fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
	}
	c, err := whole(tx, rec.Programme, at.ID)
	return rec, c, err
}

// said stores what is new about one of a contribution's files. Its words are as they
// were, so its own version stays; what a contribution without words is called may change.
func (r *Room) said(ctx context.Context, tx *db.Tx, rec ref.Record, c Contribution, m Medium, was int64) (Contribution, error) {
	if m.Version != was {
		return c, fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", "").With("evidence.changed_meanwhile_do")
	}
	m.Version++
	if err := updateMedium(tx, rec.Programme, m, was); err != nil {
		return c, err
	}
	for i := range c.Media {
		if c.Media[i].ID == m.ID {
			c.Media[i] = m
		}
	}
	return c, r.rename(tx, rec, c)
}

// rename keeps what search and other rooms' lists say of a contribution right.
func (r *Room) rename(tx *db.Tx, rec ref.Record, c Contribution) error {
	if err := index(tx, rec.Programme, []Contribution{c}); err != nil {
		return err
	}
	if p, ok := c.paper(); ok && p.Title != "" || c.titled() == rec.Title {
		return nil
	}
	rec.Title = c.titled()
	return ref.Put(tx, rec)
}

// DescribeIn says what a file shows, for those who cannot see or hear it.
type DescribeIn struct {
	Ref     ref.Ref `json:"ref"`     // the contribution
	File    string  `json:"file"`    // id of the file
	Version int64   `json:"version"` // of the file, as it was read
	Alt     string  `json:"alt"`     // "" takes a description away
}

// DescribeOut is the version the file now has.
type DescribeOut struct {
	Version int64 `json:"version"`
}

// Describe stores what a file shows. A stale one is a conflict.
func (r *Room) Describe(ctx context.Context, in DescribeIn) (out DescribeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, c, err := r.editable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		m, ok := c.medium(in.File)
		if !ok {
			return fault.New(fault.Missing, "house.missing")
		}
		if len(in.Alt) > MaxAlt {
			return fault.Fielded("alt", "house.too_long")
		}
		m.Alt = strings.TrimSpace(in.Alt)
		if c, err = r.said(ctx, tx, rec, c, m, in.Version); err != nil {
			return err
		}
		out = DescribeOut{in.Version + 1}
		return trail.Put(ctx, tx, entry, now, "evidence.describe", in.Ref, c.Version, c)
	})
	return out, err
}

// AddMediaIn gives files to a contribution that is there already.
type AddMediaIn struct {
	Ref     ref.Ref  `json:"ref"`
	Version int64    `json:"version"` // of the contribution, as it was read
	Files   []string `json:"files"`   // uploads that wait
}

// AddMediaOut counts what was added.
type AddMediaOut struct {
	Added   int   `json:"added"`
	Version int64 `json:"version"`
}

// AddMedia adds files to a contribution.
func (r *Room) AddMedia(ctx context.Context, in AddMediaIn) (out AddMediaOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, c, err := r.editable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		var chk fault.Check
		chk.Need(len(in.Files) > 0, "file", "evidence.media_need_file")
		chk.Need(len(in.Files)+len(c.Media) <= MaxMedia, "file", "evidence.many_media", "Most", MaxMedia)
		if err := chk.Err(); err != nil {
			return err
		}
		files, err := r.waiting(tx, who.From(ctx), in.Files)
		if err != nil {
			return err
		}
		last, err := lastMedium(tx, rec.Programme, rec.ID)
		if err != nil {
			return err
		}
		more, err := r.attachAfter(tx, rec.Programme, rec.ID, last+1, files, now)
		if err != nil {
			return err
		}
		c.Media = append(c.Media, more...)
		if c, err = r.moved(tx, rec, c, in.Version, now); err != nil {
			return err
		}
		out = AddMediaOut{len(more), c.Version}
		return trail.Put(ctx, tx, entry, now, "evidence.add-media", in.Ref, c.Version, c)
	})
	return out, err
}

// moved stores the next version of a contribution whose files are others than before, and
// tells what stands on it.
func (r *Room) moved(tx *db.Tx, rec ref.Record, c Contribution, was, now int64) (Contribution, error) {
	if c.Version != was {
		return c, fault.New(fault.Conflict, "evidence.changed_meanwhile", "Words", c.Words).With("evidence.changed_meanwhile_do")
	}
	c.Version, c.ChangedAt = was+1, now
	if p, ok := c.paper(); !ok || p.Title == "" {
		c.Title = c.titled()
	}
	if err := update(tx, rec.Programme, c, was); err != nil {
		return c, err
	}
	rec.Title, rec.Version, rec.ChangedAt = c.Title, c.Version, now
	if err := ref.Put(tx, rec); err != nil {
		return c, err
	}
	if err := index(tx, rec.Programme, []Contribution{c}); err != nil {
		return c, err
	}
	_, err := tie.Changed(tx, rec.Programme, c.Ref, now)
	return c, err
}

// DropMediaIn names a file that is to go.
type DropMediaIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"` // of the contribution, as it was read
	File    string  `json:"file"`
}

// DropMediaOut is the version the contribution now has.
type DropMediaOut struct {
	Version int64 `json:"version"`
}

// DropMedia takes one file of a contribution away for good, with the marks on it; its words stay. The last file
// of one that says nothing else stays too: that is for taking back the whole.
func (r *Room) DropMedia(ctx context.Context, in DropMediaIn) (out DropMediaOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, c, err := r.editable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		if _, ok := c.medium(in.File); !ok {
			return fault.New(fault.Missing, "house.missing")
		}
		left := make([]Medium, 0, len(c.Media))
		for _, m := range c.Media {
			if m.ID != in.File {
				left = append(left, m)
			}
		}
		c.Media = left
		if strings.TrimSpace(c.Words) == "" && !c.standsAlone() {
			return fault.New(fault.Conflict, "evidence.media_last").With("evidence.media_last_do")
		}
		if c, err = r.moved(tx, rec, c, in.Version, now); err != nil {
			return err
		}
		if err := r.dropFile(tx, rec.Programme, rec.ID, in.File, now); err != nil {
			return err
		}
		out = DropMediaOut{c.Version}
		return trail.Put(ctx, tx, entry, now, "evidence.drop-media", in.Ref, c.Version, c)
	})
	return out, err
}

// dropFile takes the bytes of one file of a contribution away, with what is known of it,
// and tells those who keep copies.
func (r *Room) dropFile(tx *db.Tx, programme, contribution, file string, now int64) error {
	if err := dropFileExcerpts(tx, programme, contribution, file); err != nil {
		return err
	}
	if err := deleteMedium(tx, programme, file); err != nil {
		return err
	}
	// The file is given to a record of its own first, so that its neighbours stay.
	if err := r.files.Pass(tx, programme, file, contribution, file); err != nil {
		return err
	}
	if err := r.files.Drop(tx, programme, file, viewsOf(file)); err != nil {
		return err
	}
	return r.news.Tell(tx, news.Item{Programme: programme, Name: "evidence.dropped", Refs: []ref.Ref{ref.Of("file", file)}, At: now})
}

// DropAgain takes a file away in a restored house that was taken away after the backup,
// and says whether it was there. Its contribution may have been taken back, and may say
// nothing else: the file goes all the same.
func (r *Room) DropAgain(ctx context.Context, file string) (was bool, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	programme := who.From(ctx).Programme
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		id, err := contributionOf(tx, programme, file)
		if was = id != ""; err != nil || !was {
			return err
		}
		if err := r.dropFile(tx, programme, id, file, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "evidence.drop-media", ref.Of(Kind, id), 0, nil)
	})
	return was, err
}

// Opened is a file that someone looks at.
type Opened struct {
	Medium
	Ref     ref.Ref // its contribution
	Project string
	Content io.ReadSeekCloser // to be closed
}

// Open gives a file to who may see its contribution, as long as that may be used. It runs
// its own transactions.
func (r *Room) Open(ctx context.Context, file string) (out Opened, err error) {
	programme := who.From(ctx).Programme
	m, rec, err := r.look(ctx, file, "evidence.see")
	if err != nil {
		return out, err
	}
	out = Opened{Medium: m, Ref: rec.Ref(), Project: rec.Project}
	if out.Content, _, err = r.files.Open(ctx, programme, file); err == nil {
		r.opened(ctx, Contribution{Ref: out.Ref, Sensitive: rec.Title == sensitiveTitle})
	}
	return out, err
}

// look reads what is known of a file whose contribution the actor may see or edit.
func (r *Room) look(ctx context.Context, file, permission string) (m Medium, rec ref.Record, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Somewhere(ctx, tx, permission); err != nil {
			return err
		}
		id, err := contributionOf(tx, who.From(ctx).Programme, file)
		if err != nil {
			return err
		}
		if id == "" {
			return fault.New(fault.Missing, "house.missing")
		}
		if rec, err = who.Record(ctx, tx, permission, ref.Of(Kind, id)); err != nil {
			return err
		}
		if !rec.Live(now) {
			return fault.New(fault.Withdrawn, "evidence.withdrawn").With("evidence.withdrawn_do")
		}
		media, err := mediaOf(tx, rec.Programme, []string{id})
		for _, x := range media[id] {
			if x.ID == file {
				m = x
			}
		}
		return err
	})
	return m, rec, err
}
