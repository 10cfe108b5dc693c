package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
)

// perTake is how many references one answer holds.
const perTake = 500

// ReferencesIn asks for references of a review, a page at a time.
type ReferencesIn struct {
	Ref   ref.Ref `json:"ref"`
	As    string  `json:"as" doc:"ris, csl, bibtex, csv, xlsx, harvard, apa or vancouver; ris when not said."`
	Which string  `json:"which" doc:"included, all (one for each work), excluded, undecided or everything (copies too); included when not said."`
	Bare  bool    `json:"bare" doc:"Without what was decided: just as they came in."`
	After int64   `json:"after" doc:"The number of the last record of the page before."`
	Limit int64   `json:"limit" doc:"How many at most, 1 to 500; 500 when not said."`
}

// ReferencesOut is a page of references by number.
type ReferencesOut struct {
	Texts []string   `json:"texts"` // each reference in its format; nil for a table
	Rows  [][]string `json:"rows"`  // of a table, the head first on the first page; nil for texts
	N     int64      `json:"n"`     // how many
	Next  int64      `json:"next"`  // to go on after; 0 = these were the last
}

// settled brings the question to its full form.
func (in *ReferencesIn) settled() error {
	if in.As == "" {
		in.As = AsRIS
	}
	if in.Which == "" {
		in.Which = InReview
	}
	if in.Limit == 0 {
		in.Limit = perTake
	}
	var c fault.Check
	c.Need(slices.Contains(Formats(), in.As), "as", "house.bad_choice")
	c.Need(slices.Contains(Choices(), in.Which), "which", "house.bad_choice")
	c.Need(in.Limit >= 1 && in.Limit <= perTake, "limit", "house.bad_value")
	return c.Err()
}

// References gives references as they are taken out of a review. A whole review is read
// page by page; nothing of it is held.
func (r *Room) References(ctx context.Context, in ReferencesIn) (out ReferencesOut, err error) {
	if err := in.settled(); err != nil {
		return out, err
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		out = ReferencesOut{}
		if isTable(in.As) && in.After == 0 {
			out.Rows = [][]string{tableHead[:]}
		}
		all, err := r.takePage(ctx, tx, programme, v, in)
		if err != nil {
			return err
		}
		for _, t := range all {
			if isTable(in.As) {
				out.Rows = append(out.Rows, t.row(in.Bare))
				continue
			}
			s, err := t.text(in.As, in.Bare)
			if err != nil {
				return err
			}
			out.Texts = append(out.Texts, s)
		}
		if out.N = int64(len(all)); out.N == in.Limit {
			out.Next = all[out.N-1].N
		}
		return nil
	})
	return out, err
}

// takePage reads a page of references with what was decided of them. While people decide
// blind, what each said of a record is left out until it is settled.
func (r *Room) takePage(ctx context.Context, tx *db.Tx, programme string, v Review, in ReferencesIn) ([]taken, error) {
	all, err := takenRecords(tx, programme, v.Ref.ID, in.Which, in.After, in.Limit)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	from, err := sources(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	files, err := fileNames(tx, programme, v.Ref.ID)
	if err != nil {
		return nil, err
	}
	at := make(map[int64]*taken, len(all))
	for i := range all {
		t := &all[i]
		t.source, t.file, at[t.N] = from[t.Batch], files[t.Batch], t
	}
	if in.Bare {
		return all, nil
	}
	votes, err := votesOf(tx, programme, v.Ref.ID, all[0].N, all[len(all)-1].N)
	if err != nil {
		return nil, err
	}
	names := map[string]string{}
	for _, x := range votes {
		t := at[x.n]
		if t == nil || v.Blind && (x.stage == TitleStage && t.TitleVerdict == "" || x.stage == FullStage && t.FullVerdict == "") {
			continue
		}
		if _, ok := names[x.who]; !ok {
			if names[x.who], err = r.reviewer(ctx, tx, x.who); err != nil {
				return nil, err
			}
		}
		x.who = names[x.who]
		t.votes = append(t.votes, x.said)
	}
	return all, nil
}

// reviewer is the name of whoever decided, as nameOf has it; for those who have none, the
// sort of actor.
func (r *Room) reviewer(ctx context.Context, tx *db.Tx, actor string) (string, error) {
	name, err := r.nameOf(ctx, tx, actor)
	if name == "" {
		name, _, _ = strings.Cut(actor, ":")
	}
	return name, err
}
