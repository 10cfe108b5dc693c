package evidence

import (
	"slices"
	"testing"

	"plait/internal/kit/page"
	"plait/internal/spine/ref"
)

func mediaSamples() map[string]page.Samples {
	at := ref.Of(Kind, "018f0000-0000-7000-8000-000000000001")
	picture := mediumView{Medium: Medium{ID: "a", Kind: Picture, Name: "kerb.jpg", Alt: "A <high> kerb", Width: 1600, Height: 1200, Version: 2}, Here: "/evidence/x/file/a", Label: "Picture", MayEdit: true}
	sound := mediumView{Medium: Medium{ID: "b", Kind: Sound, Name: "talk.webm", MS: 61000, Captions: "WEBVTT", CaptionsBy: "Ann", CaptionsOn: "2026-03-02", Version: 1}, Here: "/evidence/x/file/b", Label: "Recording, 61 seconds", Cues: 3, Advice: 1, MayEdit: true}
	film := mediumView{Medium: Medium{ID: "c", Kind: Video, Name: "walk.mp4", Width: 640, Height: 480, Captions: "WEBVTT", Version: 1}, Here: "/evidence/x/file/c", Label: "Film"}
	paper := mediumView{Medium: Medium{ID: "d", Kind: Document, Name: "notes.docx", Version: 1}, Here: "/evidence/x/file/d", Label: "Document"}
	files := []mediumView{picture, sound, film, paper}
	one := func(v mediumView) mediaView {
		return mediaView{File: v, Version: 2, Action: v.Here + "/x", Alt: "A kerb", Captions: "WEBVTT", Now: "Then", CheckedBy: "Ann", Checked: true, Rules: []ruleLine{{1, "0:01", "it has 3 lines."}}, Ref: at, Back: "/x"}
	}
	waits := []waitingView{{"a", "talk.webm", "Recording, 2 minutes"}}
	view := func(title string, body any) page.View { return page.View{Title: title, Body: body, Back: "/x"} }
	faulty := func(title, field string, body any) page.View {
		v := view(title, body)
		v.Errors = []page.Problem{{Field: field, Text: "This is wrong"}}
		return v
	}
	return map[string]page.Samples{
		"evidence/media_parts":    {Full: view("Files", typeView{Files: files}), Empty: view("Files", typeView{})},
		"evidence/media_describe": {Full: faulty("Describe the picture", "alt", one(picture)), Empty: view("Describe", mediaView{File: mediumView{Medium: Medium{Kind: Picture}}})},
		"evidence/media_caption":  {Full: faulty("Captions", "captions", one(sound)), Empty: view("Captions", mediaView{File: mediumView{Medium: Medium{Kind: Video}}})},
		"evidence/media_drop":     {Full: view("Take this film away?", one(film)), Empty: view("Take it away?", mediaView{File: mediumView{Medium: Medium{Kind: Document}}})},
		"evidence/media_type":     {Full: faulty("Type what is said", "words", typeView{Files: files, Words: "Ring", Now: "Then", Version: 2, Action: "/x"}), Empty: view("Type what it says", typeView{Files: []mediumView{picture}, Seen: true})},
		"evidence/media_add":      {Full: faulty("Add a photo", "file", addView{Version: 2, Waits: waits, Action: "/x", Key: "k"}), Empty: view("Add a photo", addView{})},
		"evidence/media_record":   {Full: faulty("Record", "file", recordView{Project: "x", Action: "/x", Say: `{"ready":"Ready"}`}), Empty: view("Record", recordView{})},
	}
}

func TestWordlessHasAName(t *testing.T) {
	of := func(kind, alt string) []Medium { return []Medium{{Kind: kind, Alt: alt}} }
	for name, x := range map[string]struct {
		c           Contribution
		says, title string
	}{
		"words first":      {Contribution{Words: "Ring first", Media: of(Picture, "A phone")}, "Ring first", "Ring first"},
		"a described one":  {Contribution{Title: "A picture", Media: of(Picture, " A kerb ")}, "A kerb", "A kerb"},
		"an undescribed":   {Contribution{Title: "A recording", Media: of(Sound, "")}, "A recording", "A recording"},
		"a drawing":        {Contribution{Title: "A drawing", Expressed: "drawn", Media: of(Picture, "")}, "A drawing", "A drawing"},
		"an answer":        {Contribution{Title: "Is it safe?: no", Shown: Shown{Question: "Is it safe?", Answer: "no"}, Media: of(Picture, "A card")}, "A card", "Is it safe?: no"},
		"the second's alt": {Contribution{Title: "A picture", Media: append(of(Picture, ""), of(Picture, "A lamp")...)}, "A lamp", "A lamp"},
	} {
		if got := x.c.says(); got != x.says {
			t.Errorf("%s: says %q, want %q", name, got, x.says)
		}
		if got := x.c.titled(); got != x.title {
			t.Errorf("%s: titled %q, want %q", name, got, x.title)
		}
	}
}

func TestCaptionsAreFoundUntilWordsAreTyped(t *testing.T) {
	c := Contribution{Media: []Medium{{Kind: Sound, Alt: "Ann", Captions: "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ann>The kerb\n"}}}
	if got := c.findable(); !slices.Contains(got, "Ann: The kerb") || !slices.Contains(got, "Ann") {
		t.Errorf("found by %q", got)
	}
	if c.Words = "Something else"; slices.Contains(c.findable(), "Ann: The kerb") {
		t.Error("captions are searched beside the words")
	}
}
