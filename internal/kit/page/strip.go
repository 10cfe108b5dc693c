package page

import (
	"fmt"
	"slices"
)

// Strands in their neutral order: the one in which the words are given everywhere. The
// three are drawn at the same size and weight.
const (
	Research = "research"
	Lived    = "lived"
	Practice = "practice"
)

// Strip is the small picture of a thread: which strands a record stands on and how far
// it has got. It is drawn as SVG with the same content as a list.
type Strip struct {
	Research, Lived, Practice Voice
	Steps                     []Step // from the finding on, at most 5; none for a contribution that nothing stands on yet
	Compact                   bool   // for rows of a list: the counts and the furthest step alone
	Back                      string // in the large picture: the words on the way back, translated; "" draws none
}

// Voice is what one strand says. A strand with N 0 is silent and drawn thin; a stale one
// holds something that has changed or was taken back, and is drawn broken.
type Voice struct {
	N     int
	About string // said in place of N, for readers who may not know it; "" = N is said
	Stale bool
	Href  string // the contributions themselves; may be empty
}

// Step is one stage of the thread after the contributions.
type Step struct {
	Kind    string // finding, recommendation, action, outcome or lesson
	Label   string // translated; empty means the usual word for Kind
	Text    string // title of the record, already checked for consent
	Note    string // in the large picture: where it stands, translated; may be empty
	More    string // in the large picture: how many others of the kind there are, translated; may be empty
	Href    string
	Reached bool // there is such a record
	Stale   bool // it stands on something that changed
	Here    bool // it is the record this page is about
	Quiet   bool // in the large picture: stale, but only drawn so, for a step before it has said it
}

// Positions in the drawing, in its own units. The paths themselves are in strip.html.
const (
	stripHeight = 60
	firstKnot   = 150 // x of the first step
	knotGap     = 52
)

type strandMark struct {
	Kind, Class string
	Y           int
	Voice
}

type knot struct {
	Step
	X, CordX int
	Cord     bool // a cord leads here from the step before
	Class    string
}

type stripDrawing struct {
	Voices  []strandMark
	Knots   []knot
	Width   int
	Height  int
	Compact bool
	back    string
}

// drawStrip works out classes and positions. It takes a Strip or a pointer to one.
func drawStrip(v any) (stripDrawing, error) {
	var s Strip
	switch v := v.(type) {
	case Strip:
		s = v
	case *Strip:
		if v != nil {
			s = *v
		}
	default:
		return stripDrawing{}, fmt.Errorf("strip: want a page.Strip, got %T", v)
	}
	if len(s.Steps) > 5 {
		return stripDrawing{}, fmt.Errorf("strip: %d steps, at most 5 can be drawn", len(s.Steps))
	}
	d := stripDrawing{Height: stripHeight, Width: firstKnot, Compact: s.Compact, back: s.Back}
	for i, m := range []strandMark{
		{Kind: Research, Voice: s.Research}, {Kind: Lived, Voice: s.Lived}, {Kind: Practice, Voice: s.Practice},
	} {
		m.Y = 10 + 20*i
		m.Class = "pl-" + m.Kind
		switch {
		case m.N == 0:
			m.Class += " is-silent"
		case m.Stale:
			m.Class += " is-stale"
		}
		d.Voices = append(d.Voices, m)
	}
	for i, step := range s.Steps {
		k := knot{Step: step, X: firstKnot + knotGap*i, Cord: i > 0}
		k.CordX = k.X - knotGap
		switch {
		case !step.Reached:
			k.Class = "is-open"
		case step.Stale:
			k.Class = "is-stale"
		}
		if step.Here {
			k.Class += " is-here"
		}
		d.Knots = append(d.Knots, k)
		d.Width = k.X + 14
	}
	return d, nil
}

// Listed is the steps that stand in words beside the picture: all of them, or in a row of
// a list the furthest one that was reached. There the row's own title is not said again.
func (d stripDrawing) Listed() []knot {
	if !d.Compact {
		return d.Knots
	}
	for i := len(d.Knots) - 1; i >= 0; i-- {
		if k := d.Knots[i]; k.Reached {
			if k.Here {
				k.Text = ""
			}
			k.Stale = slices.ContainsFunc(d.Knots[:i+1], func(k knot) bool { return k.Reached && k.Stale })
			return []knot{k}
		}
	}
	return nil
}

// strands reads the strands of a record in any of the ways a room may hold them: one
// name, names parted by a comma or a space, or a slice. Anything else is "unknown", which
// has its own shape and word: what is unknown says so.
func strands(v any) []string {
	var in []string
	switch v := v.(type) {
	case string:
		in = split(v)
	case []string:
		in = v
	case fmt.Stringer:
		in = split(v.String())
	default:
		in = split(fmt.Sprint(v))
	}
	var out []string
	for _, known := range []string{Research, Lived, Practice} {
		for _, s := range in {
			if s == known {
				out = append(out, known)
				break
			}
		}
	}
	if len(out) == 0 {
		return []string{"unknown"}
	}
	return out
}
