package paper

import (
	"io/fs"
	"testing"

	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/photo"
)

func TestPages(t *testing.T) {
	sub := func(f fs.FS, dir string) fs.FS {
		s, err := fs.Sub(f, dir)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	all, err := lang.New(page.Words(), photo.Words(), lang.Source{Name: "paper", FS: sub(words, "words")})
	if err != nil {
		t.Fatal(err)
	}
	set, err := page.New(all, []page.Source{{Name: "paper", FS: sub(pages, "pages")}}, page.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page.Check(t, set, "paper", samples(), page.Chrome{Account: "Sam", Lang: "en", SignOut: true})
}

func samples() map[string]page.Samples {
	full, none := func(v any) page.View { return page.View{Title: "Title", Body: v} }, func(v any) page.View { return page.View{Title: "Title", Body: v} }
	b := Batch{ID: "b", Project: "p", Name: "Café", Asked: []string{"What helps?"}, Tables: 2, Rounds: 2, Each: 2, Size: "6", Colours: []Meaning{{Colour: "yellow", Strand: "lived"}, {Colour: "blue", Word: "Ideas"}}}
	box := boxView{N: 1, X: "10", Y: "10", W: "20", H: "20", Words: "More buses"}
	options := []page.Option{{Value: "x", Text: "X"}}
	card := cardView{Place: b.Places()[0], Question: "What helps?", Colour: "Yellow", Means: "Lived", Rounds: true, Lines: make([]int, 3)}
	cut := cutView{Cut: Cut{ID: "c", Kind: AsCard, State: Waits, Table: 1, Number: 2}, Src: "/x", Where: "Table 1, card 2", Place: "/y"}
	lot := Lot{ID: "l", Project: "p", Kind: Cards, State: Open, Problem: "paper.stop_other"}
	return map[string]page.Samples{
		"paper/list": {Full: full(listView{ListOut: ListOut{Batches: []Counted{{b, 16, 3}}, Lots: []Lot{lot}, Next: "n"}, Project: "p", Here: "/paper/p"}), Empty: none(listView{Project: "p", Here: "/paper/p"})},
		"paper/new":  {Full: full(newView{PrintIn: PrintIn{Name: "Café"}, Sizes: options, Hues: []hue{{"yellow", "Yellow", true, "word", "Ideas"}}, Means: options, Sites: options}), Empty: none(newView{})},
		"paper/batch": {Full: full(seeView{SeeOut: SeeOut{Counted: Counted{b, 16, 3}}, Here: "/paper/p/batch/b", Rows: []page.Row{{Key: "K", Value: "V"}}, Tables: []tableLine{{1, 3, "4 to 8"}, {2, 0, ""}}}),
			Empty: none(seeView{})},
		"paper/print": {Full: full(printView{Batch: b, Class: "pl-papercard--6", Sheets: [][]cardView{{card, card}}, Cards: 2}), Empty: none(printView{})},
		"paper/photo": {Full: full(photoView{Action: "/paper/p/photo", Lot: "l", Most: 24}), Empty: none(photoView{Flip: true})},
		"paper/lot": {Full: full(lotView{LookOut: LookOut{Lot: lot}, Here: "/paper/p/lot/l", Cards: []cutView{cut}, N: 1, Already: []cutView{cut}, Again: 1, Foreign: 1, LooseOnes: []cutView{cut},
			Failures: []string{"x.jpg: damaged"}, Gaps: []string{"Table 1"}, NFiled: 2, ToDo: 3, Reason: "Something went wrong.", Kept: []page.Link{{Href: "/k", Text: "k.jpg"}}, Boxed: []boxedView{{"x", "/h", "/s", 2}}, Type: []page.Link{{Href: "/t", Text: "T"}}, CanFile: true}),
			Empty: none(lotView{LookOut: LookOut{Lot: Lot{State: Open}}})},
		"paper/place": {Full: full(placeView{Photo: Photo{Width: 10, Height: 10}, Src: "/s", Batches: options, Box: box}), Empty: none(placeView{})},
		"paper/boxes": {Full: full(boxesView{Photo: Photo{Width: 10, Height: 10}, Src: "/s", Boxes: []boxView{box}, Strands: options, Sites: options, Blank: boxView{N: 9999}}), Empty: none(boxesView{})},
		"paper/type":  {Full: full(typeView{Batch: b, Where: "Table 1", Contribution: "c", Version: 1, Strands: options, Picture: "/p", Skip: "/s", Left: 2}), Empty: none(typeView{Done: true, Batch: b})},
	}
}
