package evidence

import (
	"context"
	"strings"

	"plait/internal/engine/caption"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
)

// MaxCaptions is the most bytes of one file's captions: about twelve hours of talk.
const MaxCaptions = 1 << 20

// CaptionIn gives captions to a recording or a film.
type CaptionIn struct {
	Ref       ref.Ref `json:"ref"`        // the contribution
	File      string  `json:"file"`       // id of the file
	Version   int64   `json:"version"`    // of the file, as it was read
	Captions  string  `json:"captions"`   // WebVTT, or SubRip, which becomes WebVTT; "" takes them away
	Checked   bool    `json:"checked"`    // someone has compared them with what is heard
	CheckedBy string  `json:"checked_by"` // who, with Checked
}

// CaptionOut counts what could be read more easily.
type CaptionOut struct {
	Version int64 `json:"version"` // of the file
	Cues    int   `json:"cues"`
	Advice  int   `json:"advice"` // rules of reading that are broken; Rules of the engine names them
}

// Caption stores captions that can be read. What is hard to read for people is counted,
// not refused.
func (r *Room) Caption(ctx context.Context, in CaptionIn) (out CaptionOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	track := caption.Read(in.Captions)
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, c, err := r.editable(ctx, tx, in.Ref, now)
		if err != nil {
			return err
		}
		m, ok := c.medium(in.File)
		if !ok || m.Kind != Sound && m.Kind != Video {
			return fault.New(fault.Missing, "house.missing")
		}
		if err := in.check(track); err != nil {
			return err
		}
		m.Captions, m.CaptionsBy, m.CaptionsOn = "", "", ""
		out = CaptionOut{}
		if strings.TrimSpace(in.Captions) != "" {
			m.Captions = in.Captions
			if track.Format == caption.SRT {
				m.Captions = caption.Write(track)
			}
			out.Cues, out.Advice = len(track.Cues), len(caption.Rules(track.Cues))
			if in.Checked {
				zone, err := r.zone(tx, rec.Programme)
				if err != nil {
					return err
				}
				m.CaptionsBy, m.CaptionsOn = strings.TrimSpace(in.CheckedBy), clock.DayOf(now, zone)
			}
		}
		if c, err = r.said(ctx, tx, rec, c, m, in.Version); err != nil {
			return err
		}
		out.Version = in.Version + 1
		return trail.Put(ctx, tx, entry, now, "evidence.caption", in.Ref, c.Version, c)
	})
	return out, err
}

// check refuses captions of which something would be lost, with its line.
func (in CaptionIn) check(track caption.Track) error {
	var c fault.Check
	c.Need(len(in.Captions) <= MaxCaptions, "captions", "house.too_long")
	c.Need(len(in.CheckedBy) <= 200, "checked_by", "house.too_long")
	c.Need(!in.Checked || strings.TrimSpace(in.CheckedBy) != "", "checked_by", "evidence.media_need_checker")
	if strings.TrimSpace(in.Captions) == "" {
		return c.Err()
	}
	for _, p := range track.Problems[:min(1, len(track.Problems))] {
		c.Need(false, "captions", "evidence.media_caption_"+p.ID, "Line", p.Line)
	}
	return c.Err()
}
