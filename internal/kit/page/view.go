package page

import "context"

// Layouts of a page.
const (
	House = "house" // for people who are signed in; the default
	Card  = "card"  // for contributors: big type, no project words, Leave now, format switch
	Plain = "plain" // signing in, faults, public pages
)

// Formats a contributor may choose.
const (
	Standard = "standard"
	Large    = "large"  // large print
	Easy     = "easy"   // easy-read layout
	Listen   = "listen" // read aloud
)

// View is what a room gives to have a page made.
type View struct {
	// Title is translated plain text: the page's <title>, and its h1 where the template
	// has none of its own. On a card it must name no project.
	Title  string
	Layout string // House (also when empty), Card or Plain
	// Body is the room's own view model, .Body in the template.
	Body any
	// Errors are shown in a summary on top, each with a link to its field, and the title
	// gets "Error: " before it.
	Errors []Problem
	Notice string  // translated; a banner that says what has just worked
	Status int     // HTTP status; 0 means 200, or 422 when there are Errors
	Back   string  // address of the back link; empty for none
	Crumbs []Crumb // the way here from the start page
	// Scripts are built files that this page alone needs, such as "evidence-mark.js": those
	// of a room are in its folder assets, and their name begins with the room's.
	Scripts []string
}

// Problem is one thing that is wrong with a form.
type Problem struct {
	Field string // the field's name, which is also its id; empty for the form as a whole
	Text  string // translated: what is wrong and what to do
}

// Crumb is one step of the way to a page. The last one, the page itself, has no Href.
type Crumb struct{ Href, Text string }

// Link is one entry of the navigation or of the language switch.
type Link struct {
	Href, Text string
	Current    bool
	Lang       string // for a language switch: the BCP 47 tag of the page it leads to
}

// Chrome is what a page shows around its content. The web layer makes it once for each
// request.
type Chrome struct {
	Account   string // name of the person signed in; empty when nobody is
	Programme string // name of the programme; never shown on a card
	Nav       []Link
	Lang      string // BCP 47; empty means English
	Languages []Link // the same page in other languages, the present one marked Current
	Format    string // Standard (also when empty), Large, Easy or Listen
	Path      string // path and query of this page, from which the format switch is made
	// OfflineOff says that this server cannot keep work on the device (plain http).
	OfflineOff bool
	// Keeper names on the device whose unsent work it may hold; empty when nobody is signed
	// in. It is opaque.
	Keeper   string
	LeaveURL string // where "Leave now" goes; empty means Options.LeaveURL
	SignOut  bool   // show "Sign out"
}

type chromeKey struct{}

// WithChrome gives a context that carries the chrome of its request.
func WithChrome(ctx context.Context, c Chrome) context.Context {
	return context.WithValue(ctx, chromeKey{}, c)
}

// ChromeFrom gives the chrome a context carries, or the zero Chrome.
func ChromeFrom(ctx context.Context) Chrome {
	c, _ := ctx.Value(chromeKey{}).(Chrome)
	return c
}

// Option is one choice of radios, checkboxes or a select. Templates may also write one
// with dict.
type Option struct {
	Value, Text, Hint string
	Checked           bool
	// Reveal is shown only while a radio or checkbox is chosen, if JavaScript is on; make
	// it with the function part.
	Reveal any
}

// Row is one row of a summary list. Value may be plain text or made by part.
type Row struct {
	Key   string
	Value any
	Links []Link
}

// Panel is one panel of a page that shows several, already rendered by Part. When Failed
// is set, the panel says that it could not be shown and the page stands.
type Panel struct {
	Title  string
	Body   any
	Failed bool
}

// Pages says where a list stands. Empty addresses leave out the link.
type Pages struct {
	Prev, Next string
	From, To   int // first and last row shown, from 1
	Total      int // all rows; 0 when it is not known
}
