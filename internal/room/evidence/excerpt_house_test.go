package evidence_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

const heard = "Mae'r dŵr yn oer. \U0001f469\u200d\U0001f467 went out.\n\nRing first, then come. Cafe\u0301 was shut."

// points is where words stand in text, in code points.
func points(t *testing.T, text, words string) (start, end int) {
	t.Helper()
	i := strings.Index(text, words)
	if i < 0 {
		t.Fatalf("no %q", words)
	}
	start = utf8.RuneCountInString(text[:i])
	return start, start + utf8.RuneCountInString(words)
}

func marksOf(h *house.House, at ref.Ref) []evidence.Excerpt {
	h.T.Helper()
	return h.Do(h.AsOperator(), "evidence.marks", evidence.MarksIn{Ref: at}).(evidence.MarksOut).Marks
}

func kindOf(err error) fault.Kind {
	if err == nil {
		return ""
	}
	return fault.Of(err).Kind
}

func TestMarkWords(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.Partner)
		given := h.Do(h.AsOperator(), "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard}).(evidence.GiveOut).Ref
		start, end := points(t, heard, "Ring first")
		in := evidence.MarkIn{Ref: given, Version: 1, Start: start, End: end, Label: " waiting "}
		mark := func(key string) (evidence.MarkOut, error) {
			out, err := h.Desk.RunVerb(ctx, h.Verbs["evidence.mark"], key, in)
			got, _ := out.(evidence.MarkOut)
			return got, err
		}
		out, err := mark("k1")
		if err != nil || out.N != 1 || out.Start != start || out.End != end {
			t.Fatalf("%+v %v", out, err)
		}
		again, err := mark("k1")
		if err != nil || again != out {
			t.Errorf("the same key: %+v %v", again, err)
		}
		// As typed: white space and accents count as alike; half a family is widened.
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: "come.  Café was"})
		family, _ := points(t, heard, "\U0001f469")
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Version: 1, Start: family, End: family + 1})
		var got []string
		for _, x := range marksOf(h, given) {
			if x.Found != "same" || x.Kind != evidence.InText || x.Version != 1 {
				t.Errorf("%+v", x)
			}
			got = append(got, x.Quote+"|"+x.Label)
		}
		if diff := cmp.Diff([]string{"Ring first|waiting", "come. Cafe\u0301 was|", "\U0001f469\u200d\U0001f467|"}, got); diff != "" {
			t.Error(diff)
		}
		for _, c := range []struct {
			name string
			in   evidence.MarkIn
			want fault.Kind
		}{
			{"a version that has gone", evidence.MarkIn{Ref: given, Version: 7, Start: 1, End: 3}, fault.Conflict},
			{"after the end", evidence.MarkIn{Ref: given, Version: 1, Start: 1, End: 1000}, fault.Invalid},
			{"nothing", evidence.MarkIn{Ref: given, Version: 1, Start: 4, End: 4}, fault.Invalid},
			{"white space", evidence.MarkIn{Ref: given, Version: 1, Start: 17, End: 18}, fault.Invalid},
			{"words that are not there", evidence.MarkIn{Ref: given, Quote: "Ring last"}, fault.Invalid},
			{"a file that is not there", evidence.MarkIn{Ref: given, File: h.IDs.New(), W: 500, H: 500}, fault.Missing},
			{"a long label", evidence.MarkIn{Ref: given, Version: 1, Start: 1, End: 3, Label: strings.Repeat("x", 201)}, fault.Invalid},
		} {
			if _, err := h.Try(ctx, "evidence.mark", c.in); kindOf(err) != c.want {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := h.Try(h.As(who.HostLead), "evidence.mark", in); kindOf(err) == "" {
			t.Error("a host's lead marked words")
		}
		gone := h.Do(ctx, "evidence.unmark", evidence.UnmarkIn{Ref: given, Excerpt: out.ID}).(evidence.UnmarkOut)
		if twice := h.Do(ctx, "evidence.unmark", evidence.UnmarkIn{Ref: given, Excerpt: out.ID}).(evidence.UnmarkOut); gone.Gone != 1 || twice.Gone != 0 || len(marksOf(h, given)) != 2 {
			t.Errorf("taken away %d, then %d; %d left", gone.Gone, twice.Gone, len(marksOf(h, given)))
		}
	})
}

func TestMarksAreFoundAgain(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard}).(evidence.GiveOut).Ref
		for _, words := range []string{"dŵr yn oer", "Ring first, then come", "went out"} {
			h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: words})
		}
		now := "Well. " + strings.Replace(strings.Replace(heard, "Ring first, then come", "Ring first, then kome", 1), "went out", "stayed", 1)
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 1, Words: now})
		var got []string
		for _, x := range marksOf(h, given) {
			got = append(got, x.Found+" "+x.Quote)
			if x.Lost() {
				continue
			}
			if s, e := points(t, now, x.Quote); s != x.Start || e != x.End {
				t.Errorf("%q at %d to %d, want %d to %d", x.Quote, x.Start, x.End, s, e)
			}
		}
		if diff := cmp.Diff([]string{"moved dŵr yn oer", "changed Ring first, then kome", " went out"}, got); diff != "" {
			t.Error(diff)
		}
		here := "/evidence/" + h.Project + "/said/" + given.ID
		shown(h, ctx, here+"/mark", []string{"This marked part is not there any more:", "went out", "Marked: 1", "Marked: 2", "The words changed a little."})
		lost := marksOf(h, given)[2].ID
		if status, at, _ := call(h, ctx, http.MethodGet, here+"/mark/"+lost, "", nil); status != http.StatusSeeOther || at != here+"/mark?done=lost#lost" {
			t.Errorf("the place of a lost mark: %d %s", status, at)
		}
		// A mark made on the words as they are now stands in them.
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: "stayed"})
		if x := marksOf(h, given)[3]; x.Found != "same" || x.Version != 2 {
			t.Errorf("%+v", x)
		}
	})
}

func TestErasedMarksGo(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.AsOperator()
		left := func() (n int64) {
			h.Read(func(tx *db.Tx) (err error) {
				n, err = db.Count(tx, db.Q(`select count(*) from evidence_excerpt`))
				return err
			})
			return n
		}
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard}).(evidence.GiveOut).Ref
		h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: "Ring first"})
		pasted := h.Do(ctx, "evidence.paste", evidence.PasteIn{Project: h.Project, Pasted: "The bus\nThe lift"}).(evidence.PasteOut)
		for _, c := range h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: pasted.Batch}).(evidence.ListOut).Contributions {
			h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: c.Ref, Quote: "The"})
		}
		if left() != 3 {
			t.Fatal("nothing was marked: this proves nothing")
		}
		in, err := h.Verbs["consent.withdraw"].Decode(json.NewDecoder(strings.NewReader(`{"ref":"` + given.String() + `","erase_now":true}`)))
		if err != nil {
			t.Fatal(err)
		}
		h.Do(ctx, "consent.withdraw", in)
		if left() != 2 {
			t.Errorf("%d marks after erasing one of three", left())
		}
		for _, verb := range []func() error{
			func() error { _, err := h.Try(ctx, "evidence.marks", evidence.MarksIn{Ref: given}); return err },
			func() error {
				_, err := h.Try(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: "Ring first"})
				return err
			},
		} {
			if err := verb(); kindOf(err) != fault.Withdrawn {
				t.Errorf("of erased words: %v", err)
			}
		}
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: pasted.Batch})
		if err := job.Drain(t.Context(), h.DB, h.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		if left() != 0 {
			t.Errorf("%d marks after an undo", left())
		}
	})
}

func TestWordsOfDocumentsStay(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		person := h.Person()
		given := h.Do(h.AsOperator(), "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard, Said: evidence.Said{Person: person}}).(evidence.GiveOut).Ref
		h.Write(func(tx *db.Tx) error {
			return tx.Do(db.Q(`update evidence_contribution set fixed = 1 where programme = ? and id = ?`, h.Programme, given.ID))
		})
		ctx := h.As(who.ProjectLead)
		if _, err := h.Try(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 1, Words: "Other words"}); kindOf(err) != fault.Invalid {
			t.Errorf("words of a document were changed: %v", err)
		}
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 1, Words: heard, Source: "Report"})
		// What a form makes of the same words, or none, is no change of them.
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 2, Words: strings.Replace(heard, "Cafe\u0301", "Café", 1) + "\n", Source: "Report"})
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 3, Source: "Report"})
		if got := h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: given}).(evidence.SeeOut); got.Words != heard {
			t.Errorf("the words are now %q", got.Words)
		}
		shown(h, ctx, "/evidence/"+h.Project+"/said/"+given.ID+"/edit", []string{"These words came from a document"}, "<textarea")
		h.Do(h.AsCard(person), "evidence.edit", evidence.EditIn{Ref: given, Version: 4, Words: "My own words"})
		if got := h.Do(ctx, "evidence.see", evidence.SeeIn{Ref: given}).(evidence.SeeOut); got.Words != "My own words" || got.Source != "Report" {
			t.Errorf("%q from %q", got.Words, got.Source)
		}
	})
}

func TestMarkPages(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard}).(evidence.GiveOut).Ref
		here := "/evidence/" + h.Project + "/said/" + given.ID
		shown(h, ctx, here+"/mark", []string{"Mark what matters", "Words to mark", `data-start="0"`, "Mae&#39;r dŵr", "Nothing is marked here yet."}, "Marked: ")
		status, at, _ := sent(h, ctx, here+"/mark", url.Values{"quote": {"Ring  first"}, "label": {"waiting"}, "key": {"k1"}})
		if status != http.StatusSeeOther || !strings.HasPrefix(at, here+"/mark/") {
			t.Fatalf("marked: %d %s", status, at)
		}
		status, at, _ = call(h, ctx, http.MethodGet, at, "", nil)
		id := marksOf(h, given)[0].ID
		if status != http.StatusSeeOther || !strings.HasSuffix(at, "&m="+id+"#mark-"+id) {
			t.Fatalf("its place: %d %s", status, at)
		}
		at, _, _ = strings.Cut(at, "#")
		shown(h, ctx, at, []string{"Marked", `pl-mark__it--now" id="mark-` + id + `">Ring first</mark>, then come`, "Marked: 1 (waiting)", "waiting</strong>"})
		if status, _, body := sent(h, ctx, here+"/mark", url.Values{"quote": {"Ring last"}, "label": {"kept"}, "key": {"k2"}}); status != http.StatusUnprocessableEntity ||
			!strings.Contains(body, "These words are not in the text") || !strings.Contains(body, `value="kept"`) || !strings.Contains(body, "Ring last</textarea>") {
			t.Errorf("words that are not there: %d", status)
		}
		shown(h, ctx, here+"/mark?p=2", []string{"Show all the words", `name="start" value="` + strconv.Itoa(strings.Count(heard[:strings.Index(heard, "Ring")], "")-1)}, `data-n="1"`)
		status, at, _ = sent(h, ctx, here+"/unmark", url.Values{"excerpt": {id}, "part": {"1"}, "key": {"k3"}})
		if status != http.StatusSeeOther {
			t.Fatalf("taken away: %d", status)
		}
		shown(h, ctx, at, []string{"The mark was taken away"}, "<mark")
		// Another project's address, and those who may read and not mark.
		if status, _, _ := call(h, ctx, http.MethodGet, "/evidence/"+h.Other+"/said/"+given.ID+"/mark", "", nil); status != http.StatusNotFound {
			t.Errorf("under another project: %d", status)
		}
		shown(h, h.As(who.Communicator), here+"/mark", []string{"Marked parts"}, "Words to mark", "Mark this")
		if status, _, _ := call(h, h.As(who.HostStaff), http.MethodGet, here+"/mark", "", nil); status == http.StatusOK {
			t.Error("host staff read the words")
		}
	})
}

func TestFindingUsesMarks(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard, Said: evidence.Said{Strands: []string{"lived"}}}).(evidence.GiveOut).Ref
		mark := h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: given, Quote: "Cafe\u0301 was shut", Label: "closing"}).(evidence.MarkOut)
		in, err := h.Verbs["finding.write"].Decode(json.NewDecoder(strings.NewReader(`{"project":"` + h.Project + `","statement":"Doors are shut"}`)))
		if err != nil {
			t.Fatal(err)
		}
		written, err := json.Marshal(h.Do(ctx, "finding.write", in))
		if err != nil {
			t.Fatal(err)
		}
		var f struct{ Ref ref.Ref }
		if err := json.Unmarshal(written, &f); err != nil {
			t.Fatal(err)
		}
		page := "/finding/" + h.Project + "/of/" + f.Ref.ID
		other := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard, Said: evidence.Said{Strands: []string{"lived"}}}).(evidence.GiveOut).Ref
		theirs := h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: other, Quote: "Ring first"}).(evidence.MarkOut)
		if status, _, body := sent(h, ctx, page+"/quote/"+given.ID, url.Values{"excerpt": {theirs.ID}, "stance": {"supports"}, "key": {"k0"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("a mark of other words: %d\n%s", status, body)
		}
		shown(h, ctx, page+"/quote/"+given.ID, []string{"Parts that are marked already", "Cafe\u0301 was shut", "closing", "Use this part", "Open it where it stands", "Or take any part of the words"})
		status, at, body := sent(h, ctx, page+"/quote/"+given.ID, url.Values{"excerpt": {mark.ID}, "stance": {"supports"}, "key": {"k1"}})
		if status != http.StatusSeeOther {
			t.Fatalf("used: %d\n%s", status, body)
		}
		place := "/evidence/" + h.Project + "/said/" + given.ID + "/mark/" + mark.ID
		shown(h, ctx, at, []string{"Cafe\u0301 was shut", `href="` + place + `">Open it where it stands`})
		// The words change around it: it is followed. Its mark goes: the quote stays a quote.
		h.Do(ctx, "evidence.edit", evidence.EditIn{Ref: given, Version: 1, Words: "So. " + heard, Strands: []string{"lived"}})
		shown(h, ctx, page, []string{"Cafe\u0301 was shut", place})
		h.Do(ctx, "evidence.unmark", evidence.UnmarkIn{Ref: given, Excerpt: mark.ID})
		shown(h, ctx, page, []string{"Cafe\u0301 was shut", "Part of what was said"}, place)
		if status, _, body := sent(h, ctx, page+"/quote/"+given.ID, url.Values{"excerpt": {mark.ID}, "stance": {"supports"}, "key": {"k2"}}); status != http.StatusUnprocessableEntity {
			t.Errorf("a mark that has gone: %d\n%s", status, body)
		}
	})
}
