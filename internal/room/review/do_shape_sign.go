package review

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// RankIn is one partner's order of the questions. An ID changes one that is there.
type RankIn struct {
	Ref       ref.Ref  `json:"ref"`
	ID        string   `json:"id" doc:"To change one that is there; empty for a new one."`
	Partner   string   `json:"partner" doc:"By role or group, not by name: the carers' group."`
	Questions []string `json:"questions" doc:"Ids of all questions, the most important first."`
}

// Rank keeps a partner's order of the questions.
func (r *Room) Rank(ctx context.Context, in RankIn) (out IDOut, err error) {
	fresh, now := r.ids.New(), r.clock.Now()
	x := Ranking{ID: in.ID, Partner: strings.TrimSpace(in.Partner), Questions: in.Questions}
	err = r.reshape(ctx, "review.rank", in.Ref, "", func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		qs, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		all, err := rankings(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		var c fault.Check
		x.check(&c, qs)
		c.Need(in.ID != "" || len(all) < MaxRankings, "partner", "review.shape_many", "Most", MaxRankings)
		c.Need(!slices.ContainsFunc(all, func(y Ranking) bool { return y.ID != in.ID && strings.EqualFold(y.Partner, x.Partner) }), "partner", "review.shape_same_partner")
		if err := c.Err(); err != nil {
			return ShapeChange{}, err
		}
		ch := ShapeChange{What: AboutRanking, Way: WasAdded, Became: x.said(qs)}
		if in.ID == "" {
			x.ID = fresh
		} else {
			i := slices.IndexFunc(all, func(y Ranking) bool { return y.ID == in.ID })
			if i < 0 {
				return ShapeChange{}, notThere()
			}
			if ch.Way, ch.Was = WasChanged, all[i].said(qs); ch.Was == ch.Became {
				ch.Way = ""
			}
		}
		out.ID = x.ID
		return ch, putRanking(tx, programme, v.Ref.ID, x, now)
	})
	return out, err
}

// DropRank takes a partner's order out.
func (r *Room) DropRank(ctx context.Context, in PartIn) (out GoneOut, err error) {
	err = r.reshape(ctx, "review.drop-rank", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		out.Gone = 0
		qs, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		all, err := rankings(tx, programme, v.Ref.ID)
		for _, x := range all {
			if x.ID == in.ID {
				out.Gone = 1
				return ShapeChange{What: AboutRanking, Way: WasRemoved, Was: x.said(qs)}, dropRanking(tx, programme, v.Ref.ID, x.ID)
			}
		}
		return ShapeChange{}, err
	})
	return out, err
}

// SignIn says that someone agrees to the questions as they are.
type SignIn struct {
	Ref    ref.Ref `json:"ref"`
	Signer string  `json:"signer" doc:"Who agreed, by role; by name only where it must be kept."`
	On     string  `json:"on" form:"day" doc:"The day, YYYY-MM-DD; today when not said."`
	Seen   int64   `json:"seen" doc:"The number of the last change they saw, as review.shape gives it; 0 for the last there is."`
}

// SignOut is the version that the review now has.
type SignOut struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
}

// Sign keeps who agreed to the questions and when. What changed since they were read is a
// conflict: nobody signs what they have not seen.
func (r *Room) Sign(ctx context.Context, in SignIn) (out SignOut, err error) {
	now := r.clock.Now()
	x := Signature{ID: r.ids.New(), Signer: strings.TrimSpace(in.Signer), On: clock.ReadDay(strings.TrimSpace(in.On)), MadeAt: now}
	out.ID = x.ID
	err = r.change(ctx, "review.sign", "review.run", in.Ref, 0, func(tx *db.Tx, v *Review) error {
		programme := who.From(ctx).Programme
		qs, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		last, err := lastChange(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		today, err := r.day(tx, programme, now)
		if err != nil {
			return err
		}
		if x.On == "" {
			x.On = today
		}
		_, bad := time.Parse(time.DateOnly, x.On)
		var c fault.Check
		c.Need(x.Signer != "", "signer", "review.shape_need_signer")
		c.Need(len(x.Signer) <= MaxTitle, "signer", "house.too_long")
		c.Need(bad == nil, "on", "house.bad_day")
		c.Need(bad != nil || x.On <= today, "on", "review.shape_day_to_come")
		c.Need(len(qs) > 0, "signer", "review.shape_nothing_to_sign")
		if err := c.Err(); err != nil {
			return err
		}
		if in.Seen != 0 && in.Seen != last {
			return changedMeanwhile()
		}
		before, err := signatures(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		names := []string{x.Signer}
		for _, y := range before {
			since, err := changedSince(tx, programme, v.Ref.ID, y.Seen)
			if err != nil {
				return err
			}
			if len(since) == 0 && !slices.Contains(names, y.Signer) {
				names = append(names, y.Signer)
			}
		}
		slices.Reverse(names)
		x.Seen = last
		if v.State == Open {
			v.State = Signed
		}
		v.SignedBy, v.SignedAt = strings.Join(names, "; "), now
		if _, err := noteChange(tx, programme, &Review{Ref: v.Ref}, ShapeChange{What: AboutSignature, Way: WasAdded, Became: x.Signer, Actor: who.From(ctx).Key(), At: now}); err != nil {
			return err
		}
		return putSignature(tx, programme, v.Ref.ID, who.From(ctx).Key(), x)
	}, &out.Version)
	return out, err
}

// ShapeIn asks what a review asks.
type ShapeIn struct {
	Ref ref.Ref `json:"ref"`
}

// ShapeOut is what a review asks: who needs to know what, the questions in the joint order
// of the partners, each partner's own order, criteria and who agreed to it.
type ShapeOut struct {
	Needs      []Need        `json:"needs"`
	Questions  []Placed      `json:"questions"`
	Rankings   []Ranking     `json:"rankings"`
	Criteria   []Criterion   `json:"criteria"`
	Signatures []Signature   `json:"signatures"` // newest first
	Since      []ShapeChange `json:"since"`      // what changed since the first of those who signed and have not again
	Seen       int64         `json:"seen"`       // the number of the last change
}

// Shape gives what a review asks.
func (r *Room) Shape(ctx context.Context, in ShapeIn) (out ShapeOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if out.Needs, err = needs(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		qs, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if out.Rankings, err = rankings(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		out.Questions = joint(qs, out.Rankings)
		if out.Criteria, err = criteria(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		if out.Signatures, err = signatures(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		if out.Seen, err = lastChange(tx, programme, v.Ref.ID); err != nil || len(out.Signatures) == 0 {
			return err
		}
		out.Since, err = changedSince(tx, programme, v.Ref.ID, oldestStanding(out.Signatures))
		return err
	})
	return out, err
}

// oldestStanding is the number of the last change that the first of the signers saw when
// they last signed.
func oldestStanding(all []Signature) int64 {
	seen := map[string]bool{}
	oldest := int64(math.MaxInt64)
	for _, x := range all { // newest first: of each signer the last one counts
		key := strings.ToLower(x.Signer)
		if !seen[key] {
			seen[key], oldest = true, min(oldest, x.Seen)
		}
	}
	return oldest
}

// ChangesIn asks what changed in what a review asks.
type ChangesIn struct {
	Ref    ref.Ref `json:"ref"`
	Before int64   `json:"before" doc:"Changes with a smaller number; 0 for the newest."`
	Limit  int64   `json:"limit" doc:"1 to 100; 50 when not said."`
}

// ChangesOut is changes, the newest first.
type ChangesOut struct {
	Changes []ShapeChange `json:"changes"`
	Next    int64         `json:"next"` // Before of the next page; 0 = that was all
}

// Changes gives what changed and why.
func (r *Room) Changes(ctx context.Context, in ChangesIn) (out ChangesOut, err error) {
	if in.Before <= 0 {
		in.Before = math.MaxInt64
	}
	if in.Limit < 1 || in.Limit > 100 {
		in.Limit = 50
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Ref)
		if err != nil {
			return err
		}
		if out.Changes, err = shapeChanges(tx, programme, v.Ref.ID, in.Before, in.Limit+1); err != nil {
			return err
		}
		if int64(len(out.Changes)) > in.Limit {
			out.Changes = out.Changes[:in.Limit]
			out.Next = out.Changes[in.Limit-1].N
		}
		return nil
	})
	return out, err
}
