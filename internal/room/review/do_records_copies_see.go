package review

import (
	"context"
	"slices"

	"plait/internal/engine/dedupe"
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// AsksIn asks for the next pair to look at.
type AsksIn struct {
	Ref ref.Ref `json:"ref"`
}

// AsksOut is the likeliest pair that nobody has answered, and how many there are.
type AsksOut struct {
	Left   int64         `json:"left"`
	Merged int64         `json:"merged"` // records that are copies of another
	Beyond int64         `json:"beyond"` // pairs that were too many to ask about
	Pair   *Pair         `json:"pair,omitempty"`
	A      *Record       `json:"a,omitempty"`
	B      *Record       `json:"b,omitempty"`
	Marks  []dedupe.Mark `json:"marks,omitempty"` // every field of the two, with what differs
	State  string        `json:"state"`           // idle, or load and put while copies are looked for
	Done   int64         `json:"done"`            // of Total, while they are
	Total  int64         `json:"total"`
	left   dedupe.Record
	right  dedupe.Record
}

// Asks gives the next pair that a person should look at.
func (r *Room) Asks(ctx context.Context, in AsksIn) (out AsksOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		s, err := copiesOf(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		out.State, out.Done, out.Total, out.Beyond = s.State, s.Done, s.Total, s.Left
		if out.Left, err = countAsks(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		if out.Merged, err = countCopies(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		p, ok, err := nextAsk(tx, programme, v.Ref.ID)
		if err != nil || !ok {
			return err
		}
		return out.side(tx, programme, v.Ref.ID, p)
	})
	return out, err
}

// side puts two records side by side.
func (out *AsksOut) side(tx *db.Tx, programme, review string, p Pair) error {
	rows, err := keyRowsOf(tx, programme, review, []int64{p.A, p.B})
	if err != nil || len(rows) != 2 {
		return orMissing(false, err)
	}
	a, err := record(tx, programme, review, p.A)
	if err != nil {
		return err
	}
	b, err := record(tx, programme, review, p.B)
	if err != nil {
		return err
	}
	out.left, out.right = comparedRow(&rows[0]), comparedRow(&rows[1])
	out.Pair, out.A, out.B, out.Marks = &p, &a, &b, dedupe.Marks(out.left, out.right)
	return nil
}

// MergedIn asks for groups of records that are one work.
type MergedIn struct {
	Ref   ref.Ref `json:"ref"`
	After int64   `json:"after"` // the lead of the last group of the page before
}

// MergedOut is up to 25 groups, by the number of the record that leads each.
type MergedOut struct {
	Groups []Group `json:"groups"`
	Next   int64   `json:"next"` // 0 = these are the last
}

// Group is the records of one work, the one that leads first.
type Group struct {
	Records []Record `json:"records"`
	Links   []Pair   `json:"links"` // why they are together
}

const groupsAtOnce = 25

// Merged lists what was merged.
func (r *Room) Merged(ctx context.Context, in MergedIn) (out MergedOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		all, err := mergedLeads(tx, programme, v.Ref.ID, in.After, groupsAtOnce+1)
		if err != nil {
			return err
		}
		if len(all) > groupsAtOnce {
			all = all[:groupsAtOnce]
			out.Next = all[groupsAtOnce-1]
		}
		for _, lead := range all {
			g, err := groupOf(tx, programme, v.Ref.ID, lead)
			if err != nil {
				return err
			}
			out.Groups = append(out.Groups, g)
		}
		return nil
	})
	return out, err
}

// groupOf reads the records of one work, the one that leads first.
func groupOf(tx *db.Tx, programme, review string, lead int64) (g Group, err error) {
	if g.Records, err = workOf(tx, programme, review, lead); err != nil {
		return g, err
	}
	slices.SortStableFunc(g.Records, func(a, b Record) int { return last(a.N == lead, b.N == lead) })
	ns := make([]int64, len(g.Records))
	for i, x := range g.Records {
		ns[i] = x.N
	}
	g.Links, err = linksOf(tx, programme, review, ns)
	return g, err
}

// AnsweredIn asks for what people answered.
type AnsweredIn struct {
	Ref   ref.Ref `json:"ref"`
	After string  `json:"after" doc:"The next of the page before."`
}

// AnsweredOut is up to 100 answers, newest first.
type AnsweredOut struct {
	Answers []Answered `json:"answers"`
	Next    string     `json:"next"` // after of the next page; "" = these are the last
}

const answersAtOnce = 100

// Answered is one answer, and the titles of the two records.
type Answered struct {
	Pair
	TitleA string `json:"title_a"`
	TitleB string `json:"title_b"`
}

// Answers lists what people said of pairs.
func (r *Room) Answers(ctx context.Context, in AnsweredIn) (out AnsweredOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		all, err := answered(tx, programme, v.Ref.ID, in.After, answersAtOnce+1)
		if err != nil {
			return err
		}
		if len(all) > answersAtOnce {
			all = all[:answersAtOnce]
			out.Next = all[answersAtOnce-1].cursor()
		}
		ns := make([]int64, 0, 2*len(all))
		for _, p := range all {
			ns = append(ns, p.A, p.B)
		}
		titles := map[int64]string{}
		some, err := records(tx, programme, v.Ref.ID, among(ns), 0, 2*answersAtOnce)
		for _, x := range some {
			titles[x.N] = x.Title
		}
		for _, p := range all {
			out.Answers = append(out.Answers, Answered{p, titles[p.A], titles[p.B]})
		}
		return err
	})
	return out, err
}
