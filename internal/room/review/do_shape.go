package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// reshape is a change of what a review asks. f stores it and says what it was; a change
// without a way is none. What was signed needs a reason, and is open again after it.
func (r *Room) reshape(ctx context.Context, verb string, at ref.Ref, reason string, f func(tx *db.Tx, programme string, v *Review) (ShapeChange, error)) error {
	entry, now := r.ids.New(), r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.openToAdd(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		was := v.Version
		x, err := f(tx, programme, &v)
		if err != nil || x.Way == "" {
			return err
		}
		x.Reason, x.Actor, x.At = strings.TrimSpace(reason), who.From(ctx).Key(), now
		reopened, err := noteChange(tx, programme, &v, x)
		if err != nil {
			return err
		}
		if !reopened {
			return trail.Put(ctx, tx, entry, now, verb, v.Ref, 0, x)
		}
		v.Version, v.ChangedAt = was+1, now
		if err := update(tx, programme, v, was); err != nil {
			return err
		}
		if err := ref.Put(tx, v.record(programme)); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, v.Version, v)
	})
}

// noteChange keeps a change with its reason. One that those who signed must agree to opens
// a signed review again.
func noteChange(tx *db.Tx, programme string, v *Review, x ShapeChange) (reopened bool, err error) {
	if len(x.Reason) > MaxLine {
		return false, fault.Fielded("reason", "house.too_long")
	}
	x.Signed = v.SignedAt != 0 && x.agreed()
	if x.Signed && x.Reason == "" {
		return false, fault.Fielded("reason", "review.shape_need_reason")
	}
	if x.N, err = lastChange(tx, programme, v.Ref.ID); err != nil {
		return false, err
	}
	x.N++
	if err := putChange(tx, programme, v.Ref.ID, x); err != nil {
		return false, err
	}
	if !x.Signed || v.State != Signed {
		return false, nil
	}
	v.State = Open
	return true, nil
}

// edited keeps what an edit of a review changed in what was agreed.
func (r *Room) edited(ctx context.Context, tx *db.Tx, was Review, v *Review, reason string) error {
	x := ShapeChange{Way: WasChanged, Reason: strings.TrimSpace(reason), Actor: who.From(ctx).Key(), At: r.clock.Now()}
	decision := func(f Facts) string {
		return strings.Join(slices.DeleteFunc([]string{f.Decision, f.DecidedBy, f.DecideBy}, func(s string) bool { return s == "" }), " · ")
	}
	reading := func(f Facts) string {
		key := "review.shape_reads_open"
		if f.Blind {
			key = "review.shape_reads_blind"
		}
		return r.face.Words.T("en", key, "Count", f.Reviewers, "Chance", f.Chance)
	}
	if x.Reason == "" && (was.Blind != v.Blind || was.Reviewers != v.Reviewers) {
		// Whoever changes it could see what others decided, and change it back.
		began, err := anyDecided(tx, who.From(ctx).Programme, v.Ref.ID)
		if err != nil {
			return err
		}
		if began {
			return fault.Fielded("reason", "review.need_reason_read")
		}
	}
	for _, p := range []struct{ what, was, is string }{
		{AboutReading, reading(was.Facts), reading(v.Facts)},
		{AboutTitle, was.Title, v.Title}, {AboutDecision, decision(was.Facts), decision(v.Facts)}, {AboutScope, was.OutOfScope, v.OutOfScope},
	} {
		if p.was == p.is {
			continue
		}
		x.What, x.Was, x.Became = p.what, p.was, p.is
		if _, err := noteChange(tx, who.From(ctx).Programme, v, x); err != nil {
			return err
		}
	}
	return nil
}

// NeedIn is what one kind of person would need to know. An ID changes one that is there.
type NeedIn struct {
	Ref    ref.Ref `json:"ref"`
	ID     string  `json:"id" doc:"To change one that is there; empty for a new one."`
	Kind   string  `json:"kind" doc:"The kind of person: carers, a commissioner."`
	Words  string  `json:"words" doc:"What they would need to know."`
	SaidBy string  `json:"said_by" doc:"Who said so, by role or group, not by name; may be empty."`
}

// IDOut names what was stored.
type IDOut struct {
	ID string `json:"id"`
}

// Need keeps what a kind of person would need to know.
func (r *Room) Need(ctx context.Context, in NeedIn) (out IDOut, err error) {
	x := Need{ID: in.ID, Kind: strings.TrimSpace(in.Kind), Words: strings.TrimSpace(in.Words), SaidBy: strings.TrimSpace(in.SaidBy), MadeAt: r.clock.Now()}
	fresh := r.ids.New()
	err = r.reshape(ctx, "review.need", in.Ref, "", func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		var c fault.Check
		c.Need(x.Kind != "", "kind", "review.shape_need_kind")
		c.Need(len(x.Kind) <= MaxTitle, "kind", "house.too_long")
		c.Need(x.Words != "", "words", "review.shape_need_words")
		c.Need(len(x.Words) <= MaxLine, "words", "house.too_long")
		c.Need(len(x.SaidBy) <= MaxTitle, "said_by", "house.too_long")
		if err := c.Err(); err != nil {
			return ShapeChange{}, err
		}
		all, err := needs(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		ch := ShapeChange{What: AboutNeed, Way: WasAdded, Became: x.Kind + ": " + x.Words}
		if in.ID == "" {
			x.ID = fresh
			if len(all) >= MaxNeeds {
				return ShapeChange{}, fault.Fielded("words", "review.shape_many", "Most", MaxNeeds)
			}
		} else {
			i := slices.IndexFunc(all, func(y Need) bool { return y.ID == in.ID })
			if i < 0 {
				return ShapeChange{}, notThere()
			}
			ch.Way, ch.Was = WasChanged, all[i].Kind+": "+all[i].Words
			if ch.Was == ch.Became && all[i].SaidBy == x.SaidBy {
				ch.Way = ""
			}
		}
		out.ID = x.ID
		return ch, putNeed(tx, programme, v.Ref.ID, x)
	})
	return out, err
}

// PartIn names one part of what a review asks, to be taken out.
type PartIn struct {
	Ref    ref.Ref `json:"ref"`
	ID     string  `json:"id"`
	Reason string  `json:"reason" doc:"Why; needed once the questions were signed."`
}

// GoneOut counts what was taken out: 0 when it had gone before.
type GoneOut struct {
	Gone int64 `json:"gone"`
}

// DropNeed takes out what a kind of person would need to know.
func (r *Room) DropNeed(ctx context.Context, in PartIn) (out GoneOut, err error) {
	err = r.reshape(ctx, "review.drop-need", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		all, err := needs(tx, programme, v.Ref.ID)
		out.Gone = 0
		for _, x := range all {
			if x.ID == in.ID {
				out.Gone = 1
				return ShapeChange{What: AboutNeed, Way: WasRemoved, Was: x.Kind + ": " + x.Words}, dropNeed(tx, programme, v.Ref.ID, x.ID)
			}
		}
		return ShapeChange{}, err
	})
	return out, err
}

// QuestionIn is a question that the review answers. An ID changes one that is there.
type QuestionIn struct {
	Ref    ref.Ref `json:"ref"`
	ID     string  `json:"id" doc:"To change one that is there; empty for a new one."`
	Words  string  `json:"words"`
	Was    string  `json:"was" doc:"The words that were read, when one is changed; empty to take what is there."`
	Reason string  `json:"reason" doc:"Why; needed once the questions were signed."`
}

// Question keeps a question. A review has at most MaxQuestions.
func (r *Room) Question(ctx context.Context, in QuestionIn) (out IDOut, err error) {
	words, fresh, now := strings.TrimSpace(in.Words), r.ids.New(), r.clock.Now()
	err = r.reshape(ctx, "review.question", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		var c fault.Check
		c.Need(words != "", "words", "review.shape_need_question")
		c.Need(len(words) <= MaxLine, "words", "house.too_long")
		if err := c.Err(); err != nil {
			return ShapeChange{}, err
		}
		all, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		ch := ShapeChange{What: AboutQuestion, Way: WasAdded, Became: words}
		x := Question{ID: fresh, N: 1, Words: words}
		if in.ID == "" {
			if len(all) >= MaxQuestions {
				return ShapeChange{}, fault.Fielded("words", "review.shape_many_questions", "Most", MaxQuestions)
			}
			for _, y := range all {
				x.N = max(x.N, y.N+1)
			}
		} else {
			i := slices.IndexFunc(all, func(y Question) bool { return y.ID == in.ID })
			if i < 0 {
				return ShapeChange{}, notThere()
			}
			if in.Was != "" && in.Was != all[i].Words {
				return ShapeChange{}, changedMeanwhile()
			}
			x.ID, x.N, ch.Way, ch.Was = in.ID, all[i].N, WasChanged, all[i].Words
			if ch.Was == ch.Became {
				ch.Way = ""
			}
		}
		out.ID = x.ID
		return ch, putQuestion(tx, programme, v.Ref.ID, x, now)
	})
	return out, err
}

// DropQuestion takes a question out, and out of every partner's order.
func (r *Room) DropQuestion(ctx context.Context, in PartIn) (out GoneOut, err error) {
	now := r.clock.Now()
	err = r.reshape(ctx, "review.drop-question", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		out.Gone = 0
		all, err := questions(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		i := slices.IndexFunc(all, func(y Question) bool { return y.ID == in.ID })
		if i < 0 {
			return ShapeChange{}, nil
		}
		orders, err := rankings(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		for _, o := range orders {
			if o = o.without(in.ID); len(o.Questions) == 0 {
				err = dropRanking(tx, programme, v.Ref.ID, o.ID)
			} else {
				err = putRanking(tx, programme, v.Ref.ID, o, now)
			}
			if err != nil {
				return ShapeChange{}, err
			}
		}
		out.Gone = 1
		return ShapeChange{What: AboutQuestion, Way: WasRemoved, Was: all[i].Words}, dropQuestion(tx, programme, v.Ref.ID, in.ID)
	})
	return out, err
}

// CriterionIn is what is included, or a reason for leaving out, in plain words. Each line of
// Words is one criterion; with an ID the one that is there is changed.
type CriterionIn struct {
	Ref    ref.Ref `json:"ref"`
	ID     string  `json:"id" doc:"To change one that is there; empty for new ones."`
	Side   string  `json:"side" doc:"in or out; not needed to change one."`
	Words  string  `json:"words" doc:"Each line is one."`
	Reason string  `json:"reason" doc:"Why; needed once the questions were signed."`
}

// CriterionOut names what was stored.
type CriterionOut struct {
	IDs []string `json:"ids"`
}

// Criterion keeps criteria.
func (r *Room) Criterion(ctx context.Context, in CriterionIn) (out CriterionOut, err error) {
	words := listed(in.Words)
	if in.ID != "" && len(words) > 1 {
		words = []string{strings.Join(words, " ")}
	}
	fresh := make([]string, min(len(words), MaxCriteria))
	for i := range fresh {
		fresh[i] = r.ids.New()
	}
	err = r.reshape(ctx, "review.criterion", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		out.IDs = nil
		all, err := criteria(tx, programme, v.Ref.ID)
		if err != nil {
			return ShapeChange{}, err
		}
		was, n := "", int64(0)
		for _, x := range all {
			if x.ID == in.ID {
				was, n, in.Side = x.Words, x.N, x.Side
			}
		}
		if in.ID != "" && n == 0 {
			return ShapeChange{}, notThere()
		}
		if err := in.check(words, len(all)); err != nil {
			return ShapeChange{}, err
		}
		ch := ShapeChange{What: AboutCriterion, Way: WasAdded, Became: strings.Join(words, "\n")}
		if in.ID != "" {
			if ch.Way, ch.Was = WasChanged, was; was == words[0] {
				ch.Way = ""
			}
			out.IDs = []string{in.ID}
			return ch, putCriterion(tx, programme, v.Ref.ID, Criterion{in.ID, n, in.Side, words[0]})
		}
		for _, x := range all {
			if x.Side == in.Side {
				n = max(n, x.N)
			}
		}
		for i, w := range words {
			n++
			if err := putCriterion(tx, programme, v.Ref.ID, Criterion{fresh[i], n, in.Side, w}); err != nil {
				return ShapeChange{}, err
			}
		}
		out.IDs = fresh
		return ch, nil
	})
	return out, err
}

// check says what is wrong with criteria, where there are so many already.
func (in CriterionIn) check(words []string, there int) error {
	var c fault.Check
	c.Need(in.Side == SideIn || in.Side == SideOut, "side", "house.bad_choice")
	c.Need(len(words) > 0, "words", "review.shape_need_criterion")
	for _, w := range words {
		c.Need(len(w) <= MaxTitle, "words", "review.shape_long_criterion", "Words", text.Excerpt(w, 40))
	}
	c.Need(in.ID != "" || there+len(words) <= MaxCriteria, "words", "review.shape_many", "Most", MaxCriteria)
	return c.Err()
}

// DropCriterion takes a criterion out. What was decided by it stays as it was decided.
func (r *Room) DropCriterion(ctx context.Context, in PartIn) (out GoneOut, err error) {
	err = r.reshape(ctx, "review.drop-criterion", in.Ref, in.Reason, func(tx *db.Tx, programme string, v *Review) (ShapeChange, error) {
		out.Gone = 0
		all, err := criteria(tx, programme, v.Ref.ID)
		for _, x := range all {
			if x.ID == in.ID {
				out.Gone = 1
				return ShapeChange{What: AboutCriterion, Way: WasRemoved, Was: x.Words}, dropCriterion(tx, programme, v.Ref.ID, x.ID)
			}
		}
		return ShapeChange{}, err
	})
	return out, err
}
