package review

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// shapeView is the page of what a review asks.
type shapeView struct {
	Review
	ShapeOut
	Here     string
	MayRun   bool
	Rows     []page.Row
	Groups   []needGroup
	Lines    []questionLine
	Head     []string   // of the table of partners' orders
	Table    [][]string // each question's place with each partner
	Differ   []string   // where partners see it differently, in sentences
	Signers  []signerLine
	Changes  []changeLine
	MayAdd   bool // another question
	Criteria int
}

// needGroup is what one kind of person would need to know.
type needGroup struct {
	Kind  string
	Needs []Need
}

type questionLine struct {
	Placed
	Shared bool // another question has the same place
}

type signerLine struct {
	Signature
	Day   string
	Stale bool // something changed since
}

// changeLine is a change in words.
type changeLine struct {
	ShapeChange
	Says string
	When string
	Who  string
}

// shapeAddress is a page of what a review asks.
func shapeAddress(v Review) string { return v.Here() + "/shape" }

func (f *face) shape(w http.ResponseWriter, r *http.Request) error {
	var v shapeView
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if v.Review, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.MayRun = who.Can(ctx, tx, "review.run", v.Ref)
		if v.ShapeOut, err = f.room.Shape(ctx, ShapeIn{Ref: at(r)}); err != nil {
			return err
		}
		v.Changes, err = f.changeLines(tx, r, v.Since)
		return err
	})
	if err != nil {
		return err
	}
	f.layShape(r, &v)
	return f.Show(w, r, "review/shape", page.View{Title: f.T(r, "review.shape_title"), Notice: f.Done(r, "review.shape_done_", "need", "question", "rank", "sign", "out", "edited"), Body: v, Back: v.Review.Here()})
}

// layShape puts what a review asks into words.
func (f *face) layShape(r *http.Request, v *shapeView) {
	v.Here, v.Criteria = shapeAddress(v.Review), len(v.ShapeOut.Criteria)
	v.MayAdd = len(v.Questions) < MaxQuestions
	for _, x := range [][2]string{{"review.decision", v.Decision}, {"review.decided_by", v.DecidedBy},
		{"review.decide_by", lang.Date(page.ChromeFrom(r.Context()).Lang, v.DecideBy)}, {"review.out_of_scope", v.OutOfScope}} {
		if x[1] != "" {
			v.Rows = append(v.Rows, page.Row{Key: f.T(r, x[0]), Value: x[1]})
		}
	}
	for _, n := range v.Needs {
		i := slices.IndexFunc(v.Groups, func(g needGroup) bool { return strings.EqualFold(g.Kind, n.Kind) })
		if i < 0 {
			i, v.Groups = len(v.Groups), append(v.Groups, needGroup{Kind: n.Kind})
		}
		v.Groups[i].Needs = append(v.Groups[i].Needs, n)
	}
	v.Head = []string{f.T(r, "review.shape_question"), f.T(r, "review.shape_together")}
	names := make([]string, len(v.Rankings))
	for i, x := range v.Rankings {
		names[i] = x.Partner
	}
	v.Head = append(v.Head, names...)
	for i, q := range v.Questions {
		same := func(j int) bool { return j >= 0 && j < len(v.Questions) && v.Questions[j].Place == q.Place }
		v.Lines = append(v.Lines, questionLine{q, same(i-1) || same(i+1)})
		row := []string{q.Words, strconv.FormatInt(q.Place, 10)}
		for _, at := range q.Places {
			cell := "–"
			if at > 0 {
				cell = strconv.FormatInt(at, 10)
			}
			row = append(row, cell)
		}
		v.Table = append(v.Table, row)
		if q.Differ {
			v.Differ = append(v.Differ, f.T(r, "review.shape_differ", "Words", q.Words, "Top", named(names, q.Top), "Bottom", named(names, q.Bottom),
				"High", q.Places[q.Top[0]], "Low", q.Places[q.Bottom[0]]))
		}
	}
	seen := map[string]bool{}
	for _, x := range v.Signatures { // newest first: an older one of the same person is done with
		key := strings.ToLower(x.Signer)
		stale := slices.ContainsFunc(v.Since, func(c ShapeChange) bool { return c.N > x.Seen })
		if !seen[key] {
			v.Signers = append(v.Signers, signerLine{x, lang.Date(page.ChromeFrom(r.Context()).Lang, x.On), stale})
		}
		seen[key] = true
	}
}

// named is the names at these places, one after the other.
func named(names []string, at []int) string {
	out := make([]string, len(at))
	for i, j := range at {
		out[i] = names[j]
	}
	return strings.Join(out, ", ")
}

// changeLines puts changes into words.
func (f *face) changeLines(tx *db.Tx, r *http.Request, all []ShapeChange) ([]changeLine, error) {
	out := make([]changeLine, len(all))
	zone, err := f.room.zone(tx, who.From(tx.Context()).Programme)
	if err != nil {
		return nil, err
	}
	for i, c := range all {
		out[i] = changeLine{ShapeChange: c, Says: f.T(r, "review.shape_change_"+c.What+"_"+c.Way), When: lang.DateTime(page.ChromeFrom(r.Context()).Lang, c.At, clock.Zone(zone))}
		if f.room.shapes.names == nil {
			continue
		}
		name, err := f.room.shapes.names.Actor(tx.Context(), tx, c.Actor)
		if err != nil {
			return nil, err
		}
		out[i].Who = name
	}
	return out, nil
}

// changesView is the page of what changed and why.
type changesView struct {
	Here  string
	Lines []changeLine
	More  page.Pages
}

func (f *face) shapeChanges(w http.ResponseWriter, r *http.Request) error {
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // anything else is the newest
	var v changesView
	var next int64
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		now, err := f.room.See(tx.Context(), SeeIn{Ref: at(r)})
		if err != nil {
			return err
		}
		v.Here = shapeAddress(now)
		out, err := f.room.Changes(tx.Context(), ChangesIn{Ref: at(r), Before: before})
		if err != nil {
			return err
		}
		next = out.Next
		v.Lines, err = f.changeLines(tx, r, out.Changes)
		return err
	})
	if err != nil {
		return err
	}
	if next > 0 {
		v.More.Next = r.URL.Path + "?before=" + strconv.FormatInt(next, 10)
	}
	return f.Show(w, r, "review/shape_changes", page.View{Title: f.T(r, "review.shape_changes_title"), Body: v, Back: v.Here})
}

// askView is a form of one thing that a review asks.
type askView struct {
	Key, Action, ID string
	Kind            string // of person
	Kinds           []page.Option
	Words, Was      string
	SaidBy          string
	Reason          string
	Signed          bool // a reason is needed, and those who signed are shown it
	SignedBy        string
	What            string // of what is to be taken out
	OutOfScope      string
	EditAt          string // address where the decision and what is left out are changed
	today           string // in the programme
}

// ask reads the review and what it asks for a form of one part of it.
func (f *face) ask(r *http.Request) (v askView, now Review, out ShapeOut, err error) {
	var today string
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		var programme string
		if now, programme, err = f.room.open(tx.Context(), tx, "review.run", at(r)); err != nil {
			return err
		}
		if today, err = f.room.day(tx, programme, f.room.clock.Now()); err != nil {
			return err
		}
		out, err = f.room.Shape(tx.Context(), ShapeIn{Ref: at(r)})
		return err
	})
	v = askView{today: today, Action: r.URL.Path, Signed: now.SignedAt != 0, SignedBy: now.SignedBy, ID: r.FormValue("id"), EditAt: now.Here() + "/edit", OutOfScope: now.OutOfScope}
	if r.Method == http.MethodPost {
		v.Key, v.Reason, v.Words, v.Was = r.FormValue("key"), r.FormValue("reason"), r.FormValue("words"), r.FormValue("was")
		v.Kind, v.SaidBy, v.What = r.FormValue("kind"), r.FormValue("said_by"), r.FormValue("what")
	}
	return v, now, out, err
}

func (f *face) needForm(w http.ResponseWriter, r *http.Request) error {
	v, now, out, err := f.ask(r)
	if err != nil {
		return err
	}
	if v.ID != "" {
		i := slices.IndexFunc(out.Needs, func(x Need) bool { return x.ID == v.ID })
		if i < 0 {
			return notThere()
		}
		v.Kind, v.Words, v.SaidBy = out.Needs[i].Kind, out.Needs[i].Words, out.Needs[i].SaidBy
	}
	return f.Show(w, r, "review/shape_need", page.View{Title: f.T(r, "review.shape_need_title"), Body: v, Back: shapeAddress(now)})
}

func (f *face) need(w http.ResponseWriter, r *http.Request) error {
	var in NeedIn
	err := form.Read(r, &in)
	v, now, _, missing := f.ask(r)
	if missing != nil {
		return missing
	}
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.need", v.Key, f.room.Need, in)
	}
	if err == nil {
		return web.Redirect(w, r, shapeAddress(now)+"?done=need#needs")
	}
	return f.Again(w, r, "review/shape_need", page.View{Title: f.T(r, "review.shape_need_title"), Body: v, Back: shapeAddress(now)}, err)
}

func (f *face) questionForm(w http.ResponseWriter, r *http.Request) error {
	v, now, out, err := f.ask(r)
	if err != nil {
		return err
	}
	if v.ID != "" {
		i := slices.IndexFunc(out.Questions, func(x Placed) bool { return x.ID == v.ID })
		if i < 0 {
			return notThere()
		}
		v.Words, v.Was = out.Questions[i].Words, out.Questions[i].Words
	}
	return f.Show(w, r, "review/shape_question", page.View{Title: f.T(r, "review.shape_question_title"), Body: v, Back: shapeAddress(now)})
}

func (f *face) question(w http.ResponseWriter, r *http.Request) error {
	var in QuestionIn
	err := form.Read(r, &in)
	v, now, out, missing := f.ask(r)
	if missing != nil {
		return missing
	}
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.question", v.Key, f.room.Question, in)
	}
	if err == nil {
		return web.Redirect(w, r, shapeAddress(now)+"?done=question#questions")
	}
	// Someone else was first: the next press stands on what is there now.
	if fault.Is(err, fault.Conflict) {
		for _, q := range out.Questions {
			if q.ID == in.ID {
				v.Was, v.Key = q.Words, ""
			}
		}
	}
	return f.Again(w, r, "review/shape_question", page.View{Title: f.T(r, "review.shape_question_title"), Body: v, Back: shapeAddress(now)}, err)
}

// outForm asks before something is taken out: those who signed are told why.
func (f *face) outForm(w http.ResponseWriter, r *http.Request) error {
	v, now, out, err := f.ask(r)
	if err != nil {
		return err
	}
	if v.What = r.FormValue("what"); !wordsOfPart(out, &v) {
		return notThere()
	}
	return f.Show(w, r, "review/shape_out", page.View{Title: f.T(r, "review.shape_out_title"), Body: v, Back: shapeAddress(now)})
}

// wordsOfPart finds what one part of what a review asks says.
func wordsOfPart(out ShapeOut, v *askView) bool {
	found := func(id, words string) {
		if id == v.ID {
			v.Words = words
		}
	}
	v.Words = ""
	switch v.What {
	case AboutNeed:
		for _, x := range out.Needs {
			found(x.ID, x.Kind+": "+x.Words)
		}
	case AboutQuestion:
		for _, x := range out.Questions {
			found(x.ID, x.Words)
		}
	case AboutRanking:
		for _, x := range out.Rankings {
			found(x.ID, x.Partner)
		}
	case AboutCriterion:
		for _, x := range out.Criteria {
			found(x.ID, x.Words)
		}
	}
	return v.Words != ""
}

func (f *face) takeOut(w http.ResponseWriter, r *http.Request) error {
	var in PartIn
	err := form.Read(r, &in)
	v, now, out, missing := f.ask(r)
	if missing != nil {
		return missing
	}
	in.Ref = now.Ref
	back := shapeAddress(now)
	if err == nil {
		ctx := r.Context()
		switch v.What {
		case AboutNeed:
			_, err = plug.Run(ctx, f.desk, "review.drop-need", v.Key, f.room.DropNeed, in)
		case AboutQuestion:
			_, err = plug.Run(ctx, f.desk, "review.drop-question", v.Key, f.room.DropQuestion, in)
		case AboutRanking:
			_, err = plug.Run(ctx, f.desk, "review.drop-rank", v.Key, f.room.DropRank, in)
		case AboutCriterion:
			back = now.Here() + "/criteria"
			_, err = plug.Run(ctx, f.desk, "review.drop-criterion", v.Key, f.room.DropCriterion, in)
		default:
			err = notThere()
		}
	}
	if err == nil {
		return web.Redirect(w, r, back+"?done=out")
	}
	wordsOfPart(out, &v)
	return f.Again(w, r, "review/shape_out", page.View{Title: f.T(r, "review.shape_out_title"), Body: v, Back: back}, err)
}

// criteriaView is the page of what is included and left out.
type criteriaView struct {
	askView
	MayRun      bool
	In, Out     []Criterion
	Side        string
	Sides       []page.Option
	PartAddress string
}

func (f *face) criteriaView(r *http.Request) (v criteriaView, now Review, err error) {
	err = f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		ctx := tx.Context()
		if now, err = f.room.See(ctx, SeeIn{Ref: at(r)}); err != nil {
			return err
		}
		out, err := f.room.Shape(ctx, ShapeIn{Ref: at(r)})
		v.MayRun = who.Can(ctx, tx, "review.run", now.Ref)
		for _, c := range out.Criteria {
			if c.Side == SideIn {
				v.In = append(v.In, c)
			} else {
				v.Out = append(v.Out, c)
			}
			if c.ID == r.FormValue("id") {
				v.ID, v.Words, v.Side = c.ID, c.Words, c.Side
			}
		}
		return err
	})
	v.Action, v.PartAddress, v.Signed, v.SignedBy = now.Here()+"/criteria", shapeAddress(now)+"/out", now.SignedAt != 0, now.SignedBy
	if r.Method == http.MethodPost {
		v.Key, v.Words, v.Side, v.Reason = r.FormValue("key"), r.FormValue("words"), r.FormValue("side"), r.FormValue("reason")
	}
	for _, s := range []string{SideIn, SideOut} {
		v.Sides = append(v.Sides, page.Option{Value: s, Text: f.T(r, "review.shape_side_"+s), Hint: f.T(r, "review.shape_side_"+s+"_hint")})
	}
	return v, now, err
}

func (f *face) criteria(w http.ResponseWriter, r *http.Request) error {
	v, now, err := f.criteriaView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/shape_criteria", page.View{Title: f.T(r, "review.shape_criteria"), Notice: f.Done(r, "review.shape_done_", "out", "criterion"), Body: v, Back: now.Here()})
}

func (f *face) criterion(w http.ResponseWriter, r *http.Request) error {
	var in CriterionIn
	err := form.Read(r, &in)
	v, now, missing := f.criteriaView(r)
	if missing != nil {
		return missing
	}
	in.Ref = now.Ref
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.criterion", v.Key, f.room.Criterion, in)
	}
	if err == nil {
		return web.Redirect(w, r, v.Action+"?"+url.Values{"done": {"criterion"}}.Encode())
	}
	return f.Again(w, r, "review/shape_criteria", page.View{Title: f.T(r, "review.shape_criteria"), Body: v, Back: now.Here()}, err)
}
