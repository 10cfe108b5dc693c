package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// Progress shows how far long work has come: a bar that is drawn over itself on a
// terminal, a plain line at each tenth elsewhere (so that a log stays short). It may be
// used by many goroutines.
type Progress struct {
	mu       sync.Mutex
	w        io.Writer
	label    string
	done     int64
	total    int64
	terminal bool
	told     int64 // done at the last plain line, -1 before the first
	shown    int64 // the last step shown, -1 before the first
	ended    bool
}

// unknownStep is how many items pass between two lines when the total is not known.
const unknownStep = 1000

// barWidth is the length of the bar in characters.
const barWidth = 30

// NewProgress begins. total is the number of items; 0 or less means that it is not known.
func NewProgress(w io.Writer, label string, total int64) *Progress {
	p := &Progress{w: w, label: clean(label), total: total, terminal: isTerminal(w), shown: -1, told: -1}
	p.show()
	return p
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0 && os.Getenv("TERM") != "dumb"
}

// Add says that n more items are done.
func (p *Progress) Add(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done += n
	if !p.ended {
		p.show()
	}
}

// End draws the last state and leaves the line. It may be called more than once.
func (p *Progress) End() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	p.ended = true
	if p.terminal {
		p.draw()
		fmt.Fprintln(p.w)
		return
	}
	if p.told != p.done {
		p.line()
	}
}

// step counts the states that are worth showing: hundredths on a terminal, tenths else.
func (p *Progress) step() int64 {
	if p.total <= 0 {
		return p.done / unknownStep
	}
	parts := int64(10)
	if p.terminal {
		parts = 100
	}
	return int64(float64(min(max(p.done, 0), p.total)) / float64(p.total) * float64(parts))
}

func (p *Progress) show() {
	step := p.step()
	if step == p.shown || (!p.terminal && p.done == 0) {
		return
	}
	p.shown = step
	if p.terminal {
		p.draw()
	} else {
		p.line()
	}
}

func (p *Progress) line() {
	p.told = p.done
	if p.total > 0 {
		fmt.Fprintf(p.w, "%s: %d of %d\n", p.label, p.done, p.total)
	} else {
		fmt.Fprintf(p.w, "%s: %d\n", p.label, p.done)
	}
}

func (p *Progress) draw() {
	if p.total <= 0 {
		fmt.Fprintf(p.w, "\r%s: %d", p.label, p.done)
		return
	}
	full := int(float64(min(max(p.done, 0), p.total)) / float64(p.total) * barWidth)
	fmt.Fprintf(p.w, "\r%s [%s%s] %d of %d", p.label, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), p.done, p.total)
}
