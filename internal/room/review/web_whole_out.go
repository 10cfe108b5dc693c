package review

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"slices"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/who"
)

// outView is the page on which references are taken out.
type outView struct {
	Review
	Formats, Choices []page.Option
	Any              bool
}

func (f *face) wholeOut(w http.ResponseWriter, r *http.Request) error {
	var v outView
	may := false
	counts := map[string]int64{}
	err := f.wholeSee(r, &v.Review, &may, func(tx *db.Tx) error {
		flow, err := f.room.Flow(tx.Context(), WholeIn{at(r)})
		s := flow.Sum()
		counts = map[string]int64{InReview: s.Included, All: s.Identified - s.Copies, LeftOut: s.LeftOut + s.Excluded, Undecided: s.Waiting + s.Seeking + s.Reading, Everything: s.Identified}
		v.Any = s.Identified > 0
		// A text that could not be got was not decided, or was left out: the table knows which.
		if s.NotFound > 0 && err == nil {
			if counts[LeftOut], err = countWhich(tx, who.From(tx.Context()).Programme, v.Ref.ID, LeftOut); err == nil {
				counts[Undecided], err = countWhich(tx, who.From(tx.Context()).Programme, v.Ref.ID, Undecided)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, x := range Choices() {
		v.Choices = append(v.Choices, page.Option{Value: x, Text: f.T(r, "review.whole_which_"+x, "Count", counts[x]), Checked: x == InReview})
	}
	for _, x := range Formats() {
		v.Formats = append(v.Formats, page.Option{Value: x, Text: f.T(r, "review.whole_as_"+x), Hint: f.T(r, "review.whole_as_"+x+"_hint"), Checked: x == AsRIS})
	}
	return f.Show(w, r, "review/out", page.View{Title: f.T(r, "review.whole_out"), Body: v, Back: v.Here()})
}

// eachPage reads the references of a review page by page, each in a transaction of its own,
// so that a slow reader holds none open.
func (r *Room) eachPage(ctx context.Context, in ReferencesIn, page func(ReferencesOut) error) error {
	for {
		out, err := r.References(ctx, in)
		if err != nil {
			return err
		}
		if err := page(out); err != nil || out.Next == 0 {
			return err
		}
		in.After = out.Next
	}
}

// wholeOutFile sends references as a file, page by page as they are read.
func (f *face) wholeOutFile(w http.ResponseWriter, r *http.Request) error {
	v, err := f.found(r, "review.see")
	if err != nil {
		return err
	}
	var in ReferencesIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	in.Ref, in.After, in.Limit = v.Ref, 0, 0
	if err := in.settled(); err != nil {
		return fault.New(fault.Missing, "house.missing")
	}
	kind, ending := media(in.As)
	attached(w, kind, fileName(v, in.Which, ending))
	b := bufio.NewWriterSize(w, 1<<16)
	begun := false
	err = f.room.write(r.Context(), b, in, v.Title, func() { begun = true })
	if err == nil {
		err = b.Flush()
	}
	if err != nil && begun {
		return web.CutOff(err)
	}
	if err != nil {
		w.Header().Del("Content-Disposition")
	}
	return err
}

// write writes references as a file. begun is told when the first page was read.
func (r *Room) write(ctx context.Context, w io.Writer, in ReferencesIn, title string, begun func()) error {
	var s sink
	err := r.eachPage(ctx, in, func(p ReferencesOut) error {
		if s == nil {
			begun()
			s = newSink(w, in.As, title)
		}
		return s.page(p)
	})
	if err != nil {
		return err
	}
	return s.end()
}

// referencesView is a list of references, for reading and printing.
type referencesView struct {
	Review
	Lines    []string
	Style    string
	Which    string
	Numbered bool
	More     bool
	Styles   []page.Option
	Choices  []page.Option
}

// mostListed is how many references a page lists; longer lists are taken as a file.
const mostListed = 2000

func (f *face) wholeReferences(w http.ResponseWriter, r *http.Request) error {
	v, err := f.found(r, "review.see")
	if err != nil {
		return err
	}
	view := referencesView{Review: v, Style: r.URL.Query().Get("as"), Which: r.URL.Query().Get("which")}
	if !slices.Contains([]string{AsHarvard, AsAPA, AsVancouver}, view.Style) {
		view.Style = AsHarvard
	}
	if !slices.Contains(Choices(), view.Which) {
		view.Which = InReview
	}
	view.Numbered = view.Style == AsVancouver
	in := ReferencesIn{Ref: v.Ref, As: view.Style, Which: view.Which, Bare: true}
	for {
		out, err := f.room.References(r.Context(), in)
		if err != nil {
			return err
		}
		view.Lines = append(view.Lines, out.Texts...)
		if in.After = out.Next; in.After == 0 || len(view.Lines) > mostListed {
			break
		}
	}
	if view.More = len(view.Lines) > mostListed; view.More {
		view.Lines = view.Lines[:mostListed]
	}
	inOrder(view.Style, view.Lines)
	for _, x := range []string{AsHarvard, AsAPA, AsVancouver} {
		view.Styles = append(view.Styles, page.Option{Value: x, Text: f.T(r, "review.whole_as_"+x), Checked: x == view.Style})
	}
	for _, x := range Choices() {
		view.Choices = append(view.Choices, page.Option{Value: x, Text: f.T(r, "review.whole_only_"+x), Checked: x == view.Which})
	}
	return f.Show(w, r, "review/references", page.View{Title: f.T(r, "review.whole_references"), Body: view, Back: v.Here() + "/out"})
}
