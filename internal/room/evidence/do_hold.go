package evidence

import (
	"context"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// holds is what this room holds about people.
func (r *Room) holds() []plug.Hold {
	return []plug.Hold{{Name: "evidence.held", Load: r.held}}
}

// held is everything one person said, drew or showed, oldest first. What was taken back is
// named and its words are not shown: whoever wants them back gives them back first.
func (r *Room) held(ctx context.Context, tx *db.Tx, person ref.Ref) ([]plug.Held, error) {
	now, programme := r.clock.Now(), who.From(ctx).Programme
	zone, err := r.zone(tx, programme)
	if err != nil {
		return nil, err
	}
	all, err := saidBy(tx, programme, person.ID)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(all))
	for i, s := range all {
		ids[i] = s.Ref.ID
	}
	media, err := mediaOf(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	labels, err := labelsOf(tx, programme, ids)
	if err != nil {
		return nil, err
	}
	var out []plug.Held
	for _, s := range all {
		on := s.On
		if on == "" {
			on = clock.DayOf(s.GivenAt, zone)
		}
		if s.until <= now {
			out = append(out, plug.Held{Title: "evidence.held_hidden", On: on, Why: "people.for_undo", Facts: []plug.Fact{{Name: "evidence.held_words", Value: "evidence.held_masked"}}})
			continue
		}
		s.Media = media[s.Ref.ID]
		out = append(out, s.own(on))
		if x, ok := s.beside(on, labels[s.Ref.ID]); ok {
			out = append(out, x)
		}
	}
	return out, nil
}

// kept is a contribution with the end of its use in the project.
type kept struct {
	Contribution
	until int64
}

// own is what the person said themselves, with their own pictures and recordings. What
// somebody else said for them is for someone to look at first.
func (s kept) own(on string) plug.Held {
	h := plug.Held{Title: s.Title, On: on, Why: "people.for_words", Fix: plug.Fix{Page: "/evidence/" + s.Project + "/said/" + s.Ref.ID + "/edit", May: "evidence.edit", At: s.Ref},
		Third: s.Voice == "behalf"}
	h.Facts = filled(plug.Fact{Name: "evidence.held_words", Value: s.Words}, plug.Fact{Name: "evidence.held_role", Value: s.Role},
		plug.Fact{Name: "evidence.held_question", Value: s.Question}, plug.Fact{Name: "evidence.held_answer", Value: s.Answer},
		plug.Fact{Name: "evidence.held_language", Value: s.Language}, plug.Fact{Name: "evidence.held_voice", Value: known("evidence.held_voice_", s.Voice)},
		plug.Fact{Name: "evidence.held_strand", Value: strings.ReplaceAll(s.Strand, "+", ", ")},
		plug.Fact{Name: "evidence.held_fate", Value: known("evidence.held_fate_", s.Fate)})
	for _, m := range s.Media {
		h.Files = append(h.Files, plug.HeldFile{ID: m.ID, Name: m.Name, Media: m.Media})
		h.Facts = append(h.Facts, filled(plug.Fact{Name: "evidence.held_alt", Value: m.Alt}, plug.Fact{Name: "evidence.held_captions", Value: m.Captions})...)
	}
	return h
}

// beside is what others wrote beside it: who helped, what they saw, where it came from.
func (s kept) beside(on string, labels []string) (plug.Held, bool) {
	facts := filled(plug.Fact{Name: "evidence.held_source", Value: s.Source}, plug.Fact{Name: "evidence.held_helper", Value: s.Helper},
		plug.Fact{Name: "evidence.held_account", Value: s.Account}, plug.Fact{Name: "evidence.held_account_by", Value: s.AccountBy},
		plug.Fact{Name: "evidence.held_interest", Value: s.Interest}, plug.Fact{Name: "evidence.held_interest_by", Value: s.InterestBy})
	for _, m := range s.Media {
		facts = append(facts, filled(plug.Fact{Name: "evidence.held_captions_by", Value: m.CaptionsBy})...)
	}
	for _, l := range labels {
		facts = append(facts, plug.Fact{Name: "evidence.held_label", Value: l})
	}
	return plug.Held{Title: "evidence.held_beside", On: on, Why: "people.for_words", Facts: facts, Third: true}, len(facts) > 0
}

// known is the message key of one of the room's own words; "" for "".
func known(prefix, value string) string {
	if value == "" {
		return ""
	}
	return prefix + strings.ReplaceAll(value, " ", "_")
}

// filled leaves out what nothing is known of.
func filled(facts ...plug.Fact) []plug.Fact {
	var out []plug.Fact
	for _, f := range facts {
		if strings.TrimSpace(f.Value) != "" {
			out = append(out, f)
		}
	}
	return out
}
