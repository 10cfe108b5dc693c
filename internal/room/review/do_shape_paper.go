package review

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/docx"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// GuideIn is a topic guide to be kept. Version is the one that was read, 0 for none.
type GuideIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Guide
}

// PaperOut is the version that the paper now has.
type PaperOut struct {
	Version int64 `json:"version"`
}

// Guide keeps a topic guide. A stale edit is a conflict.
func (r *Room) Guide(ctx context.Context, in GuideIn) (out PaperOut, err error) {
	in.Guide = in.Guide.settled()
	err = r.keepPaper(ctx, "review.guide", GuidePaper, in.Ref, in.Version, in.Guide)
	return PaperOut{in.Version + 1}, err
}

// DraftIn is a one-page draft to be kept. Version is the one that was read, 0 for none.
type DraftIn struct {
	Ref     ref.Ref `json:"ref"`
	Version int64   `json:"version"`
	Draft
}

// Draft keeps a one-page draft. One that is too long is kept, and its page says so.
func (r *Room) Draft(ctx context.Context, in DraftIn) (out PaperOut, err error) {
	in.Draft = in.Draft.settled()
	err = r.keepPaper(ctx, "review.draft", DraftPaper, in.Ref, in.Version, in.Draft)
	return PaperOut{in.Version + 1}, err
}

func (r *Room) keepPaper(ctx context.Context, verb, kind string, at ref.Ref, was int64, paper interface{ check() error }) error {
	entry, now := r.ids.New(), r.clock.Now()
	body, err := json.Marshal(paper)
	if err != nil {
		return err
	}
	return r.db.Write(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.run", at)
		if err != nil {
			return err
		}
		if err := paper.check(); err != nil {
			return err
		}
		if err := putPaper(tx, programme, v.Ref.ID, kind, who.From(ctx).Key(), paperRow{string(body), was + 1, now}); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, verb, v.Ref, 0, paper)
	})
}

// SeeGuideIn asks for a topic guide.
type SeeGuideIn struct {
	Ref     ref.Ref `json:"ref"`
	Minutes int64   `json:"minutes" doc:"To have one proposed that takes so long; 0 gives the one that is kept, else one of 60 minutes."`
}

// SeeGuideOut is a topic guide. Version 0: it is proposed from what was marked, and kept
// nowhere yet.
type SeeGuideOut struct {
	Guide
	Version int64 `json:"version"`
}

// SeeGuide gives the topic guide of a review, or proposes one.
func (r *Room) SeeGuide(ctx context.Context, in SeeGuideIn) (out SeeGuideOut, err error) {
	return r.seeGuide(ctx, in, r.sayEnglish())
}

// sayEnglish says what the house itself says in a paper.
func (r *Room) sayEnglish() sayer {
	return func(key string, args ...any) string { return r.face.Words.T("en", key, args...) }
}

func (r *Room) seeGuide(ctx context.Context, in SeeGuideIn, say sayer) (out SeeGuideOut, err error) {
	minutes := in.Minutes
	if minutes < 15 || minutes > MaxMinutes {
		minutes = 60
	}
	err = r.seePaper(ctx, GuidePaper, in.Ref, &out.Guide, &out.Version, in.Minutes != 0, func(v Review, _ []Report, all []Passage) {
		out.Guide = proposedGuide(v.Title, all, minutes, say)
	})
	return out, err
}

// SeeDraftIn asks for a one-page draft.
type SeeDraftIn struct {
	Ref  ref.Ref `json:"ref"`
	Anew bool    `json:"anew" doc:"Propose one from what was marked, though one is kept."`
}

// SeeDraftOut is a one-page draft. Version 0: it is proposed, and kept nowhere yet.
type SeeDraftOut struct {
	Draft
	Version int64 `json:"version"`
	Fits    bool  `json:"fits"` // on one side of A4
}

// SeeDraft gives the one-page draft of a review, or proposes one.
func (r *Room) SeeDraft(ctx context.Context, in SeeDraftIn) (out SeeDraftOut, err error) {
	return r.seeDraft(ctx, in, r.sayEnglish())
}

func (r *Room) seeDraft(ctx context.Context, in SeeDraftIn, say sayer) (out SeeDraftOut, err error) {
	err = r.seePaper(ctx, DraftPaper, in.Ref, &out.Draft, &out.Version, in.Anew, func(v Review, from []Report, all []Passage) {
		out.Draft = proposedDraft(v, from, all, say)
	})
	out.Fits = out.Draft.Fits()
	return out, err
}

// seePaper reads a paper that is kept into to, or has one proposed. version is that of the
// one that is kept, also where another is proposed in its place.
func (r *Room) seePaper(ctx context.Context, kind string, at ref.Ref, to any, version *int64, anew bool, propose func(v Review, from []Report, all []Passage)) error {
	return r.db.Read(ctx, func(tx *db.Tx) error {
		v, programme, err := r.open(ctx, tx, "review.see", at)
		if err != nil {
			return err
		}
		kept, ok, err := paperOf(tx, programme, v.Ref.ID, kind)
		if err != nil {
			return err
		}
		if *version = kept.Version; ok && !anew {
			if err := json.Unmarshal([]byte(kept.Body), to); err != nil {
				return fmt.Errorf("a stored paper: %w", err)
			}
			return nil
		}
		from, err := reports(tx, programme, v.Ref.ID)
		if err != nil {
			return err
		}
		all, err := passages(tx, programme, v.Ref.ID, markedOnes())
		if err == nil {
			propose(v, from, all)
		}
		return err
	})
}

// paperSection is a heading with what stands under it, in a paper.
type paperSection struct {
	Heading string
	Items   []string
}

// sections is what a draft says under headings.
func (d Draft) sections(say sayer) (out []paperSection) {
	for _, x := range []struct {
		key   string
		items []string
	}{{"review.shape_draft_says", d.Says}, {"review.shape_draft_gaps", d.Gaps}, {"review.shape_draft_who", d.Who}} {
		if len(x.items) > 0 {
			out = append(out, paperSection{say(x.key), x.items})
		}
	}
	return out
}

// text is a draft as plain text.
func (d Draft) text(say sayer) string {
	var b strings.Builder
	b.WriteString(d.Title + "\n\n")
	para := func(s string) {
		if s != "" {
			b.WriteString(s + "\n\n")
		}
	}
	para(d.Asked)
	for _, s := range d.sections(say) {
		b.WriteString(s.Heading + "\n")
		for _, x := range s.Items {
			b.WriteString("- " + x + "\n")
		}
		b.WriteString("\n")
	}
	para(d.Match)
	para(d.Source)
	return strings.TrimSpace(b.String()) + "\n"
}

// document is a draft as a Word file that prints on one side.
func (d Draft) document(say sayer, language string, now int64) ([]byte, error) {
	doc := docx.New(docx.Options{Title: d.Title, Language: language, Points: 11, Spacing: 1.05, Margin: 15, Made: clock.Time(now)})
	doc.Title(d.Title)
	para := func(s string) {
		if s != "" {
			doc.Para(docx.Text(s))
		}
	}
	para(d.Asked)
	for _, s := range d.sections(say) {
		doc.Heading(1, docx.Text(s.Heading))
		rows := make([][]docx.Run, len(s.Items))
		for i, x := range s.Items {
			rows[i] = []docx.Run{docx.Text(x)}
		}
		doc.List(rows...)
	}
	if d.Match != "" {
		doc.Para(docx.Run{Text: d.Match, Bold: true})
	}
	para(d.Source)
	var b bytes.Buffer
	err := doc.Write(&b)
	return b.Bytes(), err
}

// text is a guide as plain text.
func (g Guide) text(say sayer) string {
	var b strings.Builder
	b.WriteString(g.Title + "\n" + say("review.shape_guide_minutes", "Count", g.Minutes()) + "\n\n")
	for i, l := range g.Lines {
		b.WriteString(strconv.Itoa(i+1) + ". " + l.Words + " (" + say("review.shape_guide_minutes", "Count", l.Minutes) + ")\n")
	}
	return b.String()
}

// document is a guide as a Word file.
func (g Guide) document(say sayer, language string, now int64) ([]byte, error) {
	doc := docx.New(docx.Options{Title: g.Title, Language: language, Points: 14, Made: clock.Time(now)})
	doc.Title(g.Title)
	doc.Para(docx.Text(say("review.shape_guide_minutes", "Count", g.Minutes())))
	for i, l := range g.Lines {
		doc.Heading(2, docx.Text(strconv.Itoa(i+1)+" · "+say("review.shape_guide_minutes", "Count", l.Minutes)))
		doc.Para(docx.Text(l.Words))
	}
	var b bytes.Buffer
	err := doc.Write(&b)
	return b.Bytes(), err
}
