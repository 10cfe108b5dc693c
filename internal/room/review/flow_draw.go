package review

import (
	"fmt"
	"html"
	"strings"
	"unicode/utf8"
)

// Sizes of the drawing, in its own units; 1 is about a pixel.
const (
	boxWide   = 230.0
	boxGap    = 44.0 // between boxes, where the arrows go
	boxPad    = 10.0
	lineHigh  = 17.0
	lineChars = 32 // letters in a line of a box
	armGap    = 30.0
	headHigh  = 46.0
	drawTop   = 16.0
	tallWide  = 270.0 // a box of the drawing for a narrow screen
)

// flowLine is one line of the flow: what is counted, and how many. Of a list, Deep lines are
// parts of the line above them.
type flowLine struct {
	Name string
	N    string
	Deep bool
}

// flowBox is a box of the flow; a Side box holds those that go no further.
type flowBox struct {
	Lines []flowLine
	Side  bool
}

// flowArm is one way of finding: a heading and its boxes from top to bottom, each main box
// followed by the side box next to it.
type flowArm struct {
	Name  string
	Boxes []flowBox
}

// teller gives the words of a key.
type teller func(key string, args ...any) string

// arms is the flow in words. Reasons beyond the first few stand together in the last line.
func (f Flow) arms(t teller, number func(int64) string, reasons int) []flowArm {
	line := func(key string, n int64) flowLine { return flowLine{Name: t("review.whole_box_" + key), N: number(n)} }
	whys := func(all []Reason) (out []flowLine) {
		rest := int64(0)
		for i, r := range all {
			if i >= reasons && len(all) > reasons+1 {
				rest += r.N
				continue
			}
			name := r.Reason
			if name == "" {
				name = t("review.whole_no_reason")
			}
			out = append(out, flowLine{name, number(r.N), true})
		}
		if rest > 0 {
			out = append(out, flowLine{t("review.whole_other_reasons"), number(rest), true})
		}
		return out
	}
	still := func(lines []flowLine, key string, n int64) []flowLine {
		if n > 0 {
			l := line(key, n)
			l.Deep = true
			lines = append(lines, l)
		}
		return lines
	}
	one := func(name string, a Arm, in func(string) bool) flowArm {
		text := line // of a box about whole texts: what was not done has no number
		if f.Skips && a.Sought == 0 {
			text = func(key string, _ int64) flowLine {
				return flowLine{Name: t("review.whole_box_" + key), N: t("review.whole_not_done")}
			}
		}
		found := []flowLine{line("identified", a.Identified)}
		for _, s := range f.Sources {
			if !in(s.Origin) {
				continue
			}
			name := s.Name
			if name == "" {
				name = t("review.whole_from_" + s.Origin)
			}
			found = append(found, flowLine{name, number(s.N), true})
		}
		texts := still([]flowLine{text("sought", a.Sought)}, "seeking", a.Seeking)
		return flowArm{name, []flowBox{
			{Lines: found}, {[]flowLine{line("copies", a.Copies)}, true},
			{Lines: still([]flowLine{line("screened", a.Screened)}, "waiting", a.Waiting)}, {append([]flowLine{line("left_out", a.LeftOut)}, whys(a.LeftOutWhy)...), true},
			{Lines: texts}, {[]flowLine{text("not_found", a.NotFound)}, true},
			{Lines: still([]flowLine{text("assessed", a.Assessed)}, "reading", a.Reading)}, {append([]flowLine{text("excluded", a.Excluded)}, whys(a.ExcludedWhy)...), true},
			{Lines: still([]flowLine{line("included", a.Included)}, "unread", a.Unread)},
		}}
	}
	out := []flowArm{one(t("review.whole_arm_databases"), f.Databases, searched)}
	if f.Other.Identified > 0 {
		out = append(out, one(t("review.whole_arm_other"), f.Other, func(o string) bool { return !searched(o) }))
	}
	return out
}

// drawn is the flow as an SVG of its own: title and desc say what the boxes say. total is
// the line of the last box.
func drawn(arms []flowArm, title string, total flowLine) string {
	rows := 0
	for _, a := range arms {
		rows = max(rows, (len(a.Boxes)+1)/2)
	}
	texts := make([][][]string, len(arms)) // of each arm's boxes, the wrapped lines
	high := make([]float64, rows)
	for i, a := range arms {
		texts[i] = make([][]string, len(a.Boxes))
		for j, b := range a.Boxes {
			for _, l := range b.Lines {
				texts[i][j] = append(texts[i][j], wrapped(l)...)
			}
			high[j/2] = max(high[j/2], 2*boxPad+lineHigh*float64(len(texts[i][j])))
		}
	}
	tops := make([]float64, rows+1)
	at := drawTop + headHigh
	for i := range rows {
		tops[i] = at
		at += high[i] + boxGap
	}
	tops[rows] = at
	armWide := 2*boxWide + boxGap
	wide := float64(len(arms))*armWide + float64(len(arms)-1)*armGap + 2*armGap
	last := []string{total.Name + ": " + total.N} // as wide as the drawing
	lastHigh := 2*boxPad + lineHigh*float64(len(last))
	tall := at + drawTop
	if len(arms) > 1 {
		tall = at + lastHigh + drawTop
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="pl-flow" viewBox="0 0 %g %g" width="%g" height="%g" role="img" aria-labelledby="flow-title flow-desc" font-family="Arial, Helvetica, sans-serif" font-size="13">`, wide, tall, wide, tall)
	fmt.Fprintf(&b, `<title id="flow-title">%s</title><desc id="flow-desc">%s</desc>`, html.EscapeString(title), html.EscapeString(saidAll(arms, total)))
	b.WriteString(tip)
	fmt.Fprintf(&b, `<rect width="%g" height="%g" fill="#ffffff"/>`, wide, tall)
	for i, a := range arms {
		x := armGap + float64(i)*(armWide+armGap)
		fmt.Fprintf(&b, `<rect x="%g" y="%g" width="%g" height="30" fill="#f3d5a2" stroke="#0b0c0c"/>`, x, drawTop, armWide)
		fmt.Fprintf(&b, `<text x="%g" y="%g" text-anchor="middle" font-weight="bold" fill="#0b0c0c">%s</text>`, x+armWide/2, drawTop+20, html.EscapeString(a.Name))
		for j := range a.Boxes {
			row, side := j/2, j%2 == 1
			left := x
			if side {
				left += boxWide + boxGap
			}
			h := 2*boxPad + lineHigh*float64(len(texts[i][j]))
			box(&b, left, tops[row], boxWide, h, texts[i][j])
			switch {
			case side:
				arrow(&b, x+boxWide, tops[row]+18, left, tops[row]+18)
			case row > 0:
				above := 2*boxPad + lineHigh*float64(len(texts[i][j-2]))
				arrow(&b, x+boxWide/2, tops[row-1]+above, x+boxWide/2, tops[row])
			}
		}
		if len(arms) > 1 {
			n := len(a.Boxes) - 1
			foot := tops[n/2] + 2*boxPad + lineHigh*float64(len(texts[i][n]))
			arrow(&b, x+boxWide/2, foot, x+boxWide/2, at)
		}
	}
	if len(arms) > 1 {
		box(&b, armGap, at, wide-2*armGap, lastHigh, last)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawnTall is the same flow for a narrow screen: one box below the other, those that go no
// further a little to the right, and one way of finding after the other.
func drawnTall(arms []flowArm, title string, total flowLine) string {
	const edge, indent, gap = 4.0, 36.0, 26.0
	wide := edge + indent + tallWide + edge
	var shapes strings.Builder
	at := edge
	for i, a := range arms {
		fmt.Fprintf(&shapes, `<rect x="%g" y="%g" width="%g" height="30" fill="#f3d5a2" stroke="#0b0c0c"/>`, edge, at, wide-2*edge)
		fmt.Fprintf(&shapes, `<text x="%g" y="%g" text-anchor="middle" font-weight="bold" fill="#0b0c0c">%s</text>`, wide/2, at+20, html.EscapeString(a.Name))
		at += 30 + gap
		foot, trunk := 0.0, edge+indent/2 // where the last main box ends, and the arrows run
		for j, b := range a.Boxes {
			var lines []string
			for _, l := range b.Lines {
				lines = append(lines, wrapped(l)...)
			}
			h := 2*boxPad + lineHigh*float64(len(lines))
			switch {
			case b.Side:
				box(&shapes, edge+indent, at, tallWide, h, lines)
				arrow(&shapes, trunk, at+18, edge+indent, at+18)
			default:
				box(&shapes, edge, at, tallWide, h, lines)
				if j > 0 {
					arrow(&shapes, trunk, foot, trunk, at)
				}
				foot = at + h
			}
			at += h + gap
		}
		if i == len(arms)-1 && len(arms) > 1 {
			lines := wrapped(flowLine{Name: total.Name, N: total.N})
			h := 2*boxPad + lineHigh*float64(len(lines))
			box(&shapes, edge, at, tallWide, h, lines)
			arrow(&shapes, trunk, foot, trunk, at)
			at += h + gap
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="pl-flow pl-flow--tall" viewBox="0 0 %g %g" role="img" aria-labelledby="flow-tall-title flow-tall-desc" font-family="Arial, Helvetica, sans-serif" font-size="13">`, wide, at)
	fmt.Fprintf(&b, `<title id="flow-tall-title">%s</title><desc id="flow-tall-desc">%s</desc>`, html.EscapeString(title), html.EscapeString(saidAll(arms, total)))
	b.WriteString(strings.ReplaceAll(tip, "flow-tip", "flow-tall-tip"))
	b.WriteString(strings.ReplaceAll(shapes.String(), "url(#flow-tip)", "url(#flow-tall-tip)"))
	b.WriteString("</svg>\n")
	return b.String()
}

// tip is the head of an arrow.
const tip = `<defs><marker id="flow-tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0 8 4 0 8z" fill="#0b0c0c"/></marker></defs>`

func box(b *strings.Builder, x, y, w, h float64, lines []string) {
	fmt.Fprintf(b, `<rect x="%g" y="%g" width="%g" height="%g" fill="#ffffff" stroke="#0b0c0c"/>`, x, y, w, h)
	for i, l := range lines {
		weight := ""
		if i == 0 {
			weight = ` font-weight="bold"`
		}
		fmt.Fprintf(b, `<text x="%g" y="%g" fill="#0b0c0c"%s>%s</text>`, x+boxPad, y+boxPad+lineHigh*float64(i)+12, weight, html.EscapeString(l))
	}
}

func arrow(b *strings.Builder, x1, y1, x2, y2 float64) {
	fmt.Fprintf(b, `<line x1="%g" y1="%g" x2="%g" y2="%g" stroke="#0b0c0c" marker-end="url(#flow-tip)"/>`, x1, y1, x2, y2)
}

// wrapped is a line of a box in as many lines as it needs; a word that is too long is cut.
func wrapped(l flowLine) []string {
	room, lead := lineChars, ""
	if l.Deep {
		room, lead = room-2, "\u00a0\u00a0"
	}
	var out []string
	now := ""
	for _, w := range strings.Fields(l.Name + ": " + l.N) {
		if utf8.RuneCountInString(w) > room {
			w = string([]rune(w)[:room-1]) + "…"
		}
		switch {
		case now == "":
			now = w
		case utf8.RuneCountInString(now)+1+utf8.RuneCountInString(w) <= room:
			now += " " + w
		default:
			out, now = append(out, lead+now), w
		}
	}
	if len(out) > 3 { // a reason as long as a paragraph; the list beside has all of it
		out = append(out[:3], lead+"…")
	}
	return append(out, lead+now)
}

// saidAll is what the boxes say, as sentences.
func saidAll(arms []flowArm, total flowLine) string {
	var out []string
	for _, a := range arms {
		parts := make([]string, 0, len(a.Boxes))
		for _, x := range a.Boxes {
			for _, l := range x.Lines {
				parts = append(parts, l.Name+": "+l.N)
			}
		}
		out = append(out, a.Name+". "+strings.Join(parts, "; ")+".")
	}
	return strings.Join(append(out, total.Name+": "+total.N+"."), " ")
}
