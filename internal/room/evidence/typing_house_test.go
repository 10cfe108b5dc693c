package evidence_test

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestPagesOfAScanAreTyped(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("scan.pdf", paper([]string{"", "", "", ""}, "")), file("report.pdf", paper([]string{"The first page.", "The second page."}, "")))
		bring(h, ctx, staged.Batch)
		said := map[string]evidence.Contribution{}
		for _, c := range h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: staged.Batch}).(evidence.ListOut).Contributions {
			said[c.Media[0].Name] = c
		}
		scan, report := said["scan.pdf"], said["report.pdf"]
		home := "/evidence/" + h.Project + "/said/" + scan.Ref.ID
		here := home + "/mark?file=" + scan.Media[0].ID + "&page="
		shown(h, ctx, home, []string{"A document</h1>", "page=1#type", "Type what its pages say (4 of 4 to do)", "Mark parts of this", "Follow the thread"}, "pl-words__text", "marked)")
		shown(h, h.As(who.Communicator), home, []string{"Mark parts of this"}, "Type what its pages say")
		typed := func(page int, words string, version int64) (int, string, string) {
			t.Helper()
			return sent(h, ctx, home+"/page/"+strconv.Itoa(page), url.Values{"words": {words}, "version": {strconv.FormatInt(version, 10)}, "file": {scan.Media[0].ID}, "key": {h.IDs.New()}})
		}
		for i, x := range []struct {
			page  int
			words string
		}{{1, "First page"}, {3, "Third page, the kerb"}} {
			if status, _, body := typed(x.page, x.words, int64(i+1)); status != http.StatusSeeOther {
				t.Fatalf("page %d: %d %s", x.page, status, body)
			}
		}
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: scan.Ref, Quote: "the kerb"})
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: scan.Ref, File: scan.Media[0].ID, Page: 3, W: 5000, H: 5000})
		shown(h, ctx, home, []string{"page=2#type", "Type what its pages say (2 of 4 to do)", "Mark parts of this", "(2 parts marked)"})
		shown(h, ctx, here+"1", []string{"What this page says", "First page</textarea>", "Save the words of this page"}, "We could not read words")

		// It is gone on with; what comes after moves along with its marks.
		if status, _, body := typed(1, "First page, and its second half", 3); status != http.StatusSeeOther {
			t.Fatalf("gone on with: %d %s", status, body)
		}
		got := see(h, ctx, scan.Ref.ID)
		if want := "First page, and its second half\n\nThird page, the kerb"; got.Words != want || !cmp.Equal(got.PageStarts, []int{0, 31, 33, 53}) || got.Title != "First page, and its second half Third page, the kerb" {
			t.Errorf("now %q from %v, called %q", got.Words, got.PageStarts, got.Title)
		}
		marks := marksOf(h, scan.Ref)
		if x := marks[0]; x.Found != "moved" || x.Start != 45 || x.Quote != "the kerb" || marks[1].Page != 3 || len(marks) != 2 {
			t.Errorf("marks: %+v", marks)
		}
		// Someone was first: both are shown, and nothing is lost.
		if status, _, body := typed(1, "Mine", 3); status != http.StatusConflict || !strings.Contains(body, "First page, and its second half") || !strings.Contains(body, "Mine</textarea>") {
			t.Errorf("a stale one: %d", status)
		}
		// Corrected as a whole, its pages still begin where they did.
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: scan.Ref, Version: 4, Words: "First page.\n\nThird page, the kerb"})
		shown(h, ctx, here+"3", []string{">Third page, the kerb</textarea>"})
		// Typed for the wrong page, it is taken off again.
		if status, _, body := typed(3, " ", 5); status != http.StatusSeeOther {
			t.Errorf("taken off: %d %s", status, body)
		}
		if got := see(h, ctx, scan.Ref.ID); got.Words != "First page." || len(got.PageStarts) != 4 {
			t.Errorf("now %q from %v", got.Words, got.PageStarts)
		}
		if status, _, _ := typed(3, " ", 6); status != http.StatusUnprocessableEntity {
			t.Errorf("nothing was typed for a page without words: %d", status)
		}
		// Words that came from the file stay.
		if _, err := h.Try(ctx, "evidence.type-page", evidence.TypePageIn{Ref: report.Ref, Version: 1, Page: 2, Words: "Other"}); kindOf(err) != fault.Invalid {
			t.Errorf("words of the file were written over: %v", err)
		}
		one := "/evidence/" + h.Project + "/said/" + report.Ref.ID
		shown(h, ctx, one, []string{"Mark parts of this"}, "Type what its pages say")
		shown(h, ctx, one+"/mark?page=2&file="+report.Media[0].ID, []string{"The second page."}, "<textarea")
	})
}

func TestWordlessIsToldApart(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		here := "/evidence/" + h.Project
		photo, talk := shownBy(h, ctx, "k1", "IMG_2031.jpg", jpegOf(t, 7)), shownBy(h, ctx, "k2", "talk.wav", tone())
		sort := here + "/sort"
		shown(h, ctx, sort, []string{"Recording, 1 second", "talk.wav", "/file/" + photo.Media[0].ID + "?size=small", "IMG_2031.jpg", "A picture IMG_2031.jpg"})
		shown(h, ctx, here, []string{"Recording, 1 second", "talk.wav", "A picture", "IMG_2031.jpg"}, "pl-words__text")
		one := here + "/said/" + photo.Ref.ID
		shown(h, ctx, one, []string{"A picture</h1>", one + "/type", "Type what it says", "/thread/" + photo.Ref.String()}, "Type what is said", "pl-words__text")
		shown(h, ctx, here+"/said/"+talk.Ref.ID, []string{"A recording</h1>", "Type what is said"})
		shown(h, ctx, one+"/type", []string{"Type what it says</h1>", "pl-beside", "<img", "Type what it says", "<textarea"}, "What was said")

		h.Do(ctx, "evidence.describe", evidence.DescribeIn{Ref: photo.Ref, File: photo.Media[0].ID, Version: 1, Alt: "Cards with <writing>"})
		const called = "A picture: Cards with &lt;writing&gt;"
		for _, at := range []string{here, sort, one} {
			shown(h, ctx, at, []string{called}, "pl-words__text")
		}
		status, at, body := sent(h, ctx, one+"/type", url.Values{"words": {"More buses please"}, "version": {"1"}, "key": {"k3"}})
		if status != http.StatusSeeOther {
			t.Fatalf("typed: %d %s", status, body)
		}
		shown(h, ctx, at, []string{"The words are saved", "What was said</h1>", "pl-words__text", "More buses please"}, "Type what it says", called)
		shown(h, ctx, here, []string{"pl-words__text", "More buses please", "IMG_2031.jpg"}, called)
		if got := see(h, ctx, photo.Ref.ID); got.Words != "More buses please" || got.Ref != ref.Of(evidence.Kind, photo.Ref.ID) {
			t.Errorf("stored %+v", got.Contribution)
		}
	})
}
