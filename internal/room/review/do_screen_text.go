package review

import (
	"context"
	"io"
	"slices"
	"strings"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// SkipFullIn says whether whole texts are screened.
type SkipFullIn struct {
	Ref  ref.Ref `json:"ref"`
	Skip bool    `json:"skip" doc:"True: what is in by its title and summary is in."`
}

// SkipFullOut names the review.
type SkipFullOut struct {
	Ref ref.Ref `json:"ref"`
}

// SkipFull says that whole texts are not screened, or that they are after all. What
// somebody decided of a whole text stays as it is.
func (r *Room) SkipFull(ctx context.Context, in SkipFullIn) (out SkipFullOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", in.Ref)
		if err != nil {
			return err
		}
		s, err := step(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		out.Ref = v.Ref
		if s.skip == in.Skip {
			return nil
		}
		if err := setSkip(tx, programme, v.Ref.ID, in.Skip); err != nil {
			return err
		}
		if err := allFull(tx, programme, v.Ref.ID, !in.Skip, v.Reviewers); err != nil {
			return err
		}
		if err := r.heard(ctx, tx, programme, v.Ref.ID, settled); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "review.skip-full", v.Ref, 0, in)
	})
	return out, err
}

// TextIn says where the whole text of a record stands.
type TextIn struct {
	Ref   ref.Ref `json:"ref"`
	N     int64   `json:"n"`
	State string  `json:"state" doc:"wanted, got or not_found."`
	Why   string  `json:"why" doc:"Why it could not be found."`
	File  string  `json:"file" doc:"An upload: the text itself."`
}

// TextOut names the record.
type TextOut struct {
	N int64 `json:"n"`
}

// Text says where the whole text of a record stands, and keeps its file.
func (r *Room) Text(ctx context.Context, in TextIn) (out TextOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	in.Why = strings.TrimSpace(in.Why)
	if in.File != "" {
		in.State = FullGot
	}
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.screen", in.Ref)
		if err != nil {
			return err
		}
		x, err := standing(tx, programme, v.Ref.ID, in.N)
		if err != nil {
			return err
		}
		var c fault.Check
		c.Need(slices.Contains([]string{FullWanted, FullGot, FullNotFound}, in.State), "state", "house.bad_choice")
		c.Need(in.State != FullNotFound || in.Why != "", "why", "review.text_need_why")
		c.Need(len(in.Why) <= MaxReason, "why", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		file := x.FullFile
		if in.File != "" {
			if err := r.keepWhole(tx, programme, v.Ref.ID, in.File); err != nil {
				return err
			}
			file = in.File
		}
		if in.State != FullNotFound {
			in.Why = ""
		}
		if err := setText(tx, programme, v.Ref.ID, in.N, in.State, in.Why, file); err != nil {
			return err
		}
		if err := r.heard(ctx, tx, programme, v.Ref.ID, settled); err != nil {
			return err
		}
		out.N = in.N
		return trail.Put(ctx, tx, entry, now, "review.text", v.Ref, 0, in)
	})
	return out, err
}

// keepWhole gives an upload to the review, if it is a text that can be read.
func (r *Room) keepWhole(tx *db.Tx, programme, review, file string) error {
	info, ok, err := r.files.Look(tx, programme, file)
	if err != nil {
		return err
	}
	media, _, _ := strings.Cut(info.Media, ";")
	if !ok || !slices.ContainsFunc(wholeKinds(), func(k wholeKind) bool { return k.media == media }) {
		return fault.Fielded("file", "review.text_bad_file")
	}
	return r.files.Keep(tx, programme, file, review)
}

// takeWhole stores a file that may become a whole text, for someone who may screen.
func (r *Room) takeWhole(ctx context.Context, at ref.Ref, name string, content io.Reader) (string, error) {
	programme := ""
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(tx.Context(), tx, "review.screen", at)
		programme = rec.Programme
		return err
	})
	if err != nil {
		return "", err
	}
	up, err := r.files.Take(ctx, programme, name, content, MaxWhole)
	return up.ID, err
}

// TextsIn asks for the records whose whole text is read.
type TextsIn struct {
	Ref   ref.Ref `json:"ref"`
	State string  `json:"state" doc:"wanted, got, not_found, include or exclude; all that wait when empty."`
	After int64   `json:"after" doc:"Records after this number."`
}

// TextsOut is at most 50 records, by number.
type TextsOut struct {
	Review Review   `json:"-"`
	Lines  []Record `json:"lines"`
	Tally  Tally    `json:"tally"`
	Skips  bool     `json:"skips"` // whole texts are not screened
	Next   int64    `json:"next"`  // After of the next page; 0 = no more
}

// Texts lists the records whose whole text is read.
func (r *Room) Texts(ctx context.Context, in TextsIn) (out TextsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out.Review = v
		if !slices.Contains([]string{"", FullWanted, FullGot, FullNotFound, Include, Exclude}, in.State) {
			return fault.Fielded("state", "house.bad_choice")
		}
		s, err := screeningOf(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		out.Skips = s.skip
		if out.Tally, err = tally(tx, programme, v.Ref.ID, FullStage, v.Reviewers); err != nil {
			return err
		}
		out.Lines, err = records(tx, programme, v.Ref.ID, wholeTexts(in.State), in.After, talkPage)
		if len(out.Lines) == talkPage {
			out.Next = out.Lines[talkPage-1].N
		}
		return err
	})
	return out, err
}

// openWhole opens the file of a record's whole text.
func (r *Room) openWhole(ctx context.Context, at ref.Ref, n int64) (io.ReadSeekCloser, blob.Info, error) {
	var programme, file string
	err := r.db.Read(ctx, func(tx *db.Tx) error {
		v, of, err := r.open(tx.Context(), tx, "review.see", at)
		if err != nil {
			return err
		}
		x, err := record(tx, of, v.Ref.ID, n)
		if err == nil && x.FullFile == "" {
			err = fault.New(fault.Missing, "house.missing")
		}
		programme, file = of, x.FullFile
		return err
	})
	if err != nil {
		return nil, blob.Info{}, err
	}
	return r.files.Open(ctx, programme, file)
}
