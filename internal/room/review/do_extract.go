package review

import (
	"context"
	"slices"
	"strings"

	"plait/internal/engine/anchor"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// takes is what taking out what texts say needs of other rooms; each is nil until it is set.
type takes struct {
	contributions Contributions
	groups        Groups
	texts         FullTexts
	names         Names
}

// Contributions puts what a review says into a project's thread; the room evidence fills it.
type Contributions interface {
	// Give stores words as a contribution of the strand research.
	Give(ctx context.Context, tx *db.Tx, g Given) (ref.Ref, error)
	// Reword gives such a contribution other words. One that is not there any more is a
	// fault: missing or withdrawn.
	Reword(ctx context.Context, tx *db.Tx, at ref.Ref, g Given) error
}

// Given is a statement on its way into the thread.
type Given struct {
	Project string
	Words   string
	Source  string // the review and the references it stands on; at most 1000 bytes
	On      string // day, YYYY-MM-DD
}

// Groups takes organisations among the people to meet; the room people fills it.
type Groups interface {
	Meet(ctx context.Context, tx *db.Tx, project, name, does string) (ref.Ref, error)
}

// FullTexts reads the words of a file, in a process of its own; the room evidence fills it.
type FullTexts interface {
	// Words gives a file's words and where each of its pages begins, in code points. why is
	// the message key of the reason that there are none.
	Words(ctx context.Context, b []byte, name string) (words string, starts []int, why string, err error)
}

// SetContributions, SetGroups and SetFullTexts tell the room who fills its
// interfaces. Only the wiring calls them, before anything runs.
func (r *Room) SetContributions(x Contributions) { r.takes.contributions = x }

// SetGroups tells the room who takes organisations.
func (r *Room) SetGroups(x Groups) { r.takes.groups = x }

// SetFullTexts tells the room who reads files.
func (r *Room) SetFullTexts(x FullTexts) { r.takes.texts = x }

// writeOn is what every verb of this part does that writes something of a review: the
// review is read for a permission, and what was done is written into its trail.
func (r *Room) writeOn(ctx context.Context, verb, permission string, at ref.Ref, f func(tx *db.Tx, v Review, programme string, now int64) (any, error)) error {
	entry, now := r.ids.New(), r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, permission, at)
		if err != nil {
			return err
		}
		body, err := f(tx, v, programme, now)
		if err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, 0, body)
	})
}

// FieldIn adds a question to a review's form, or changes one.
type FieldIn struct {
	Review  ref.Ref `json:"review"`
	ID      string  `json:"id" doc:"The question; a new one when not said."`
	Part    string  `json:"part" doc:"extract: what a text says. appraise: how far it can be relied on."`
	Label   string  `json:"label" doc:"The question in a few words."`
	Hint    string  `json:"hint"`
	Choices string  `json:"choices" doc:"Answers to choose from, one a line; free words when not said."`
	Place   int64   `json:"place" doc:"Its place in the form, from 1; where it was, or last, when not said."`
	Gone    bool    `json:"gone" doc:"It is no longer asked. Its answers are kept."`
	Ready   bool    `json:"ready" doc:"In place of one question: add the ready ones about how far a text can be relied on."`
}

// FieldOut names a question and counts those that are asked.
type FieldOut struct {
	ID    string `json:"id"`
	Asked int    `json:"asked"`
}

// Field changes a review's form.
func (r *Room) Field(ctx context.Context, in FieldIn) (out FieldOut, err error) {
	fresh := r.ids.New()
	err = r.writeOn(ctx, "review.field", "review.run", in.Review, func(tx *db.Tx, v Review, programme string, _ int64) (any, error) {
		all, err := fieldsOf(tx, programme, v.Ref.ID)
		if err != nil {
			return nil, err
		}
		if in.Ready {
			all = withReady(all)
		} else if all, in.ID, err = in.into(all, fresh); err != nil {
			return nil, err
		}
		asked := 0
		for _, f := range all {
			if !f.Gone {
				asked++
			}
		}
		if asked > MaxFields {
			return nil, fault.Fielded("label", "review.ex_many_fields", "Most", MaxFields)
		}
		out = FieldOut{in.ID, asked}
		return in, putFields(tx, programme, v.Ref.ID, all)
	})
	return out, err
}

// withReady is a form with the ready questions at its end, each once.
func withReady(all []FormField) []FormField {
	for _, f := range appraisalFields() {
		if i := slices.IndexFunc(all, func(x FormField) bool { return x.ID == f.ID }); i >= 0 {
			all[i].Gone = false
			continue
		}
		all = append(all, f)
	}
	return all
}

// into puts a new or changed question into a form, and gives its id.
func (in FieldIn) into(all []FormField, fresh string) ([]FormField, string, error) {
	f := FormField{ID: in.ID, Part: in.Part, Label: strings.TrimSpace(in.Label), Hint: strings.TrimSpace(in.Hint), Choices: eachLine(in.Choices), Gone: in.Gone}
	i := len(all)
	if in.ID == "" {
		f.ID = fresh
	} else if i = slices.IndexFunc(all, func(x FormField) bool { return x.ID == in.ID }); i < 0 {
		return nil, "", fault.New(fault.Missing, "house.missing")
	} else {
		if f.Part == "" {
			f.Part = all[i].Part
		}
		all = slices.Delete(all, i, i+1)
	}
	if f.Part == "" {
		f.Part = Taken
	}
	if err := f.check(); err != nil {
		return nil, "", err
	}
	if in.Place > 0 {
		// The place counts the questions that are asked: those of before are passed over.
		i = len(all)
		for j, seen := 0, int64(0); j < len(all); j++ {
			if all[j].Gone {
				continue
			}
			if seen++; seen == in.Place {
				i = j
				break
			}
		}
	}
	return slices.Insert(all, min(i, len(all)), f), f.ID, nil
}

// FieldsIn asks for a review's form.
type FieldsIn struct {
	Review ref.Ref `json:"review"`
}

// FieldsOut is a review's form; a question without a label has the words of its default.
type FieldsOut struct {
	Fields []FormField `json:"fields"`
}

// Fields gives a review's form, without the questions that are no longer asked.
func (r *Room) Fields(ctx context.Context, in FieldsIn) (out FieldsOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Review)
		if err != nil {
			return err
		}
		out.Fields, err = fieldsOf(tx, programme, v.Ref.ID)
		out.Fields = slices.DeleteFunc(out.Fields, func(f FormField) bool { return f.Gone })
		return err
	})
	return out, err
}

// AnswerIn is an answer to one question, and where in the text it stands.
type AnswerIn struct {
	Field string `json:"field"`
	Words string `json:"words" doc:"The answer; empty takes it away."`
	Quote string `json:"quote" doc:"The words of the text that say so, as they stand there; may be empty."`
	Text  string `json:"text" doc:"abstract or whole: where the quote stands; looked for in both when not said."`
	Start int    `json:"start" doc:"About where the quote stands, in code points, for words that come more than once."`
}

// ExtractIn is what one person takes out of one record.
type ExtractIn struct {
	Review ref.Ref `json:"review"`
	N      int64   `json:"n" doc:"Number of the record."`
	AnswerIn
	Answers []AnswerIn `json:"answers"` // in place of the one answer: several
	Agreed  bool       `json:"agreed" doc:"The answer is settled for all, where people wrote different things."`
}

// ExtractOut counts what the record now has.
type ExtractOut struct {
	Answers int `json:"answers"` // of the person, or the settled ones
	Differ  int `json:"differ"`  // questions on which people wrote different things
}

// Extract keeps what someone takes out of an included record. Each person has answers of
// their own; a settled answer stands beside them and takes none away.
func (r *Room) Extract(ctx context.Context, in ExtractIn) (out ExtractOut, err error) {
	if in.Field != "" {
		in.Answers = append([]AnswerIn{in.AnswerIn}, in.Answers...)
	}
	err = r.writeOn(ctx, "review.extract", "review.screen", in.Review, func(tx *db.Tx, v Review, programme string, now int64) (any, error) {
		x, t, err := r.readable(tx, programme, v.Ref.ID, in.N)
		if err != nil {
			return nil, err
		}
		fields, err := fieldsOf(tx, programme, v.Ref.ID)
		if err != nil {
			return nil, err
		}
		had, err := answersOf(tx, programme, v.Ref.ID, x.N)
		if err != nil {
			return nil, err
		}
		me := writer(tx)
		as := me
		if in.Agreed {
			as = Agreed
		}
		kept := []Answer{}
		for _, a := range in.Answers {
			fresh, same, err := a.answer(fields, t, had[x.N], as, me, now)
			if err != nil {
				return nil, err
			}
			switch {
			case same:
				continue
			case fresh.Words == "" && fresh.Place == "":
				err = dropAnswer(tx, programme, v.Ref.ID, x.N, a.Field, as)
			default:
				err = putAnswer(tx, programme, v.Ref.ID, x.N, fresh)
			}
			if err != nil {
				return nil, err
			}
			kept = append(kept, fresh)
		}
		if had, err = answersOf(tx, programme, v.Ref.ID, x.N); err != nil {
			return nil, err
		}
		out = ExtractOut{Differ: differing(had[x.N])}
		for _, a := range had[x.N] {
			if a.Actor == as {
				out.Answers++
			}
		}
		return struct {
			N       int64    `json:"n"`
			Answers []Answer `json:"answers"`
		}{x.N, kept}, nil
	})
	return out, err
}

// answer turns what was sent into an answer of as. same says that nothing changed.
func (a AnswerIn) answer(fields []FormField, t texts, had []Answer, as, me string, now int64) (fresh Answer, same bool, err error) {
	i := slices.IndexFunc(fields, func(f FormField) bool { return f.ID == a.Field && !f.Gone })
	if i < 0 {
		return fresh, false, fault.Fielded("f-"+a.Field, "house.bad_choice")
	}
	a.Words, a.Quote = strings.TrimSpace(text.Lines(a.Words)), strings.TrimSpace(text.Lines(a.Quote))
	var c fault.Check
	c.Need(len(a.Words) <= MaxText, "f-"+a.Field, "house.too_long")
	c.Need(a.Words == "" || len(fields[i].Choices) == 0 || slices.Contains(fields[i].Choices, a.Words), "f-"+a.Field, "house.bad_choice")
	if err := c.Err(); err != nil {
		return fresh, false, err
	}
	fresh = Answer{Field: a.Field, Actor: as, Author: me, Words: a.Words, At: now}
	var was Answer
	if j := slices.IndexFunc(had, func(x Answer) bool { return x.Field == a.Field && x.Actor == as }); j >= 0 {
		was = had[j]
	}
	old, ok := readPlace(was.Place)
	switch {
	case a.Quote == "":
	case ok && strings.TrimSpace(old.Quote) == a.Quote:
		fresh.Place = was.Place // its words were not touched: the place stays
	default:
		p, ok := t.find(a.Quote, a.Text, a.Start)
		if !ok {
			return fresh, false, fault.Fielded("quote-"+a.Field, "review.ex_not_there")
		}
		fresh.Place = p.String()
	}
	return fresh, fresh.Words == was.Words && fresh.Place == was.Place, nil
}

// readable reads an included record with its texts.
func (r *Room) readable(tx *db.Tx, programme, review string, n int64) (Record, texts, error) {
	x, err := record(tx, programme, review, n)
	if err != nil {
		return x, texts{}, err
	}
	if x.Gone || x.Lead != x.N || x.FullVerdict != Include {
		return x, texts{}, fault.New(fault.Conflict, "review.ex_not_included").With("review.ex_not_included_do")
	}
	t, _, err := textsOf(tx, programme, review, x)
	return x, t, err
}

// textsOf is what of a record can be read.
func textsOf(tx *db.Tx, programme, review string, x Record) (texts, fullText, error) {
	t := texts{abstract: anchor.New(x.Abstract)}
	full, err := fullTextOf(tx, programme, review, x.N)
	if err == nil && full.State == textRead && full.File == x.FullFile {
		t.whole, t.starts = anchor.New(full.Words), full.Starts
	}
	return t, full, err
}

// ReadTextIn asks for the words of a record's whole text.
type ReadTextIn struct {
	Review ref.Ref `json:"review"`
	N      int64   `json:"n" doc:"Number of the record."`
}

// ReadTextOut says where the reading stands: reading, read or failed.
type ReadTextOut struct {
	State string `json:"state"`
}

// ReadText has the words of a record's file read, so that places in it can be kept. Asked
// again, it does nothing while that waits to be done or when it was done.
func (r *Room) ReadText(ctx context.Context, in ReadTextIn) (out ReadTextOut, err error) {
	err = r.writeOn(ctx, "review.read-text", "review.screen", in.Review, func(tx *db.Tx, v Review, programme string, now int64) (any, error) {
		x, err := record(tx, programme, v.Ref.ID, in.N)
		if err != nil {
			return nil, err
		}
		if x.FullFile == "" || x.Gone {
			return nil, fault.New(fault.Conflict, "review.ex_no_file").With("review.ex_no_file_do")
		}
		had, err := fullTextOf(tx, programme, v.Ref.ID, x.N)
		if err != nil {
			return nil, err
		}
		body := map[string]int64{"n": x.N}
		if had.File == x.FullFile && had.State == textRead {
			out.State = textRead
			return body, nil
		}
		out.State = textReading
		if err := putFullText(tx, programme, v.Ref.ID, x.N, now, fullText{File: x.FullFile, State: textReading}); err != nil {
			return nil, err
		}
		return body, r.jobs.Add(tx, readTextJob, readArgs(ctx, v.Ref.ID, x.N), job.Unique())
	})
	return out, err
}

// ExtractsIn asks for a page of a review's included records.
type ExtractsIn struct {
	Review ref.Ref `json:"review"`
	After  int64   `json:"after" doc:"The number of the last record of the page before."`
	Limit  int64   `json:"limit" doc:"1 to 100; 25 when not said."`
}

// Taking is an included record with what was taken out of it.
type Taking struct {
	Record
	Answers []Answer `json:"answers"`
	People  int      `json:"people"` // who wrote something
	Differ  int      `json:"differ"` // questions on which they wrote different things
}

// ExtractsOut is a page of included records, by number.
type ExtractsOut struct {
	Records []Taking `json:"records"`
	Next    int64    `json:"next"`  // 0 = the last page
	Taken   int64    `json:"taken"` // of which something was written down
	Of      int64    `json:"of"`    // included records
}

// Extracts lists the included records, each with what was taken out of it.
func (r *Room) Extracts(ctx context.Context, in ExtractsIn) (out ExtractsOut, err error) {
	if in.Limit <= 0 || in.Limit > 100 {
		in.Limit = 25
	}
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", in.Review)
		if err != nil {
			return err
		}
		if out.Taken, out.Of, err = countTaken(tx, programme, v.Ref.ID); err != nil {
			return err
		}
		some, err := records(tx, programme, v.Ref.ID, included(), in.After, in.Limit+1)
		if err != nil {
			return err
		}
		if int64(len(some)) > in.Limit {
			some = some[:in.Limit]
			out.Next = some[len(some)-1].N
		}
		ns := make([]int64, len(some))
		for i, x := range some {
			ns[i] = x.N
		}
		by, err := answersOf(tx, programme, v.Ref.ID, ns...)
		for _, x := range some {
			out.Records = append(out.Records, taking(x, by[x.N]))
		}
		return err
	})
	return out, err
}

func taking(x Record, answers []Answer) Taking {
	t := Taking{Record: x, Answers: answers, Differ: differing(answers)}
	seen := map[string]bool{Agreed: true}
	for _, a := range answers {
		if !seen[a.Actor] {
			seen[a.Actor] = true
			t.People++
		}
	}
	return t
}

// says is what a record says, as it was taken out; "" = nobody wrote it yet.
func (t Taking) says() string {
	a, _ := settledAnswer(t.Answers, Says)
	return a.Words
}
