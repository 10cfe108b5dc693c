package walk_test

import (
	"os"
	"testing"

	"plait/internal/kit/page"
	"plait/test/browser"
)

// laptop is the width of a laptop's window, in CSS pixels.
const laptop = 1280

// TestPictures takes pictures of the pages at a laptop's width and in print, and of the
// card in each format; TestEveryPage takes those at a phone's. They are for the eye:
// nothing is compared.
func TestPictures(t *testing.T) {
	if os.Getenv("PLAIT_SHOTS") == "" {
		t.Skip("PLAIT_SHOTS names no folder: no pictures are wanted")
	}
	s := open(t)
	for _, who := range everyone(s) {
		if who.name == "project lead" {
			continue // sees the programme lead's pages, less some
		}
		all := firsts(who.v.crawl(t, append(who.from, who.after...)...))
		shoot := func(name, query string, width int, opts ...browser.Option) {
			var win *browser.Page
			for i, p := range all {
				if i%(3*perWindow) == 0 {
					win = who.v.window(t, p.Path, width, opts...)
				}
				if query != "" {
					win.Go(s.URL + "/card?format=" + query)
				}
				win.Go(s.URL + p.Path)
				win.Screenshot(name + who.name + p.Pattern)
			}
		}
		shoot("wide ", "", laptop)
		shoot("print ", "", 794, browser.AsPrint)
		if who.name == "contributor" {
			for _, format := range []string{page.Large, page.Easy, page.Listen} {
				shoot(format+" ", format, phone)
			}
		}
	}
}
