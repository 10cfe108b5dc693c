package evidence

import (
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

// excerptSamples is every page of marks, full and empty.
func excerptSamples() map[string]page.Samples {
	x := Excerpt{ID: "018f0000-0000-7000-8000-00000000000a", N: 3, Kind: InText, Start: 0, End: 10, Quote: "Ring first", Label: "waiting", Found: "changed", Version: 1}
	head := markHead{Ref: ref.Of(Kind, "018f0000-0000-7000-8000-000000000001"), Project: "018f0000-0000-7000-8000-000000000002", Title: "Ring first", Language: "cy", Version: 2,
		Home: "/evidence/x/said/y", Action: "/evidence/x/said/y/mark", MayMark: true, Files: []page.Link{{Href: "/w", Text: "The words", Current: true}, {Href: "/f", Text: "a.jpg"}},
		Marks: []markLine{{x, "Ring first", "/evidence/x/said/y/mark/z"}}, More: page.Pages{From: 1, To: 1, Total: 200, Next: "/n"}, Lost: []markLine{{Excerpt: x, Text: "Then come"}}}
	words := markText{markHead: head, Quote: "Ring", Part: 1, Of: 3, Pages: page.Pages{Next: "/n"},
		Paragraphs: []markParagraph{{N: 1, Start: 0, End: 24, Said: "Marked: 3 (waiting)", Pieces: []markPiece{{Text: "Ring ", Marked: true, ID: "a", IDs: []string{"b"}, Many: true, Now: true}, {Text: "first, <then> come."}}}}}
	one := markText{markHead: head, One: 1, Of: 1, Paragraphs: words.Paragraphs}
	box := Excerpt{ID: "b", N: 1, Kind: OnPage, File: "f", Page: 2, X: 100, Y: 200, W: 3000, H: 4000, Label: "the box"}
	file := markedFile{markHead: head, File: Medium{ID: "f", Kind: Document, Name: "Report.pdf", Pages: 3}, Src: "/x.jpg", Alt: "Page 2 of Report.pdf", Page: 2,
		Pages: page.Pages{Prev: "/p", Next: "/n"}, Type: "/evidence/x/said/y/page/2", Typed: "We", Half: "own", Halves: []page.Option{{Value: "own", Text: "The box"}}, Left: "10", Now: &box, Boxes: []Excerpt{box}}
	sound := markedFile{markHead: head, File: Medium{ID: "s", Kind: Sound}, Src: "/s.mp3", Sound: true, From: "0:05", To: "1:05", Now: &Excerpt{ID: "t", Kind: InTime, FromMS: 5000, ToMS: 65000}}
	problem := []page.Problem{{Field: "quote", Text: "These words are not in the text"}}
	return map[string]page.Samples{
		"evidence/mark": {Full: page.View{Title: "Mark what matters", Body: words, Errors: problem, Scripts: []string{"evidence-mark.js"}},
			Empty: page.View{Title: "Mark what matters", Body: one}},
		"evidence/mark_file": {Full: page.View{Title: "Mark what matters", Body: file, Errors: []page.Problem{{Field: "x", Text: "Larger"}}},
			Empty: page.View{Title: "Mark what matters", Body: sound}},
	}
}
