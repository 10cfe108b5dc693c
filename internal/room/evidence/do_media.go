package evidence

import (
	"bytes"
	"context"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/who"
)

// waiting reads uploads that the actor sent and nobody has used yet, in the order asked.
func (r *Room) waiting(tx *db.Tx, a who.Actor, ids []string) ([]upload, error) {
	var out []upload
	for _, id := range ids {
		u, ok, err := uploadOf(tx, a.Programme, id)
		if err != nil {
			return nil, err
		}
		if !ok || u.Actor != a.Key() || u.State != uploadWhole {
			return nil, fault.New(fault.Missing, "evidence.upload_gone").With("evidence.upload_gone_do")
		}
		out = append(out, u)
	}
	return out, nil
}

// attach gives uploads to a contribution, in the transaction that makes it.
func (r *Room) attach(tx *db.Tx, programme, contribution string, files []upload, now int64) ([]Medium, error) {
	return r.attachAfter(tx, programme, contribution, 0, files, now)
}

// attachAfter is attach for a contribution whose files up to number n are there already.
func (r *Room) attachAfter(tx *db.Tx, programme, contribution string, n int64, files []upload, now int64) ([]Medium, error) {
	var out []Medium
	for i, u := range files {
		if err := r.files.Keep(tx, programme, u.ID, contribution); err != nil {
			return nil, err
		}
		m := u.medium()
		if err := insertMedium(tx, programme, contribution, n+int64(i), m, now); err != nil {
			return nil, err
		}
		if err := useUpload(tx, programme, u.ID); err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

// dress makes contributions fit to be given out: with their files, and without names that
// the actor may not see.
func dress(ctx context.Context, tx *db.Tx, cs []Contribution) error {
	hideHelpers(ctx, tx, cs)
	ids := make([]string, len(cs))
	for i, c := range cs {
		ids[i] = c.Ref.ID
	}
	media, err := mediaOf(tx, who.From(ctx).Programme, ids)
	card := who.From(ctx).Kind == who.Card
	for i := range cs {
		cs[i].Media = media[cs[i].Ref.ID]
		for k := range cs[i].Media {
			if card {
				cs[i].Media[k].CaptionsBy = "" // who of the team checked them is no matter of the card's
			}
		}
	}
	return err
}

// dropMedia takes the files of contributions away for good, with all that was said of them.
func (r *Room) dropMedia(tx *db.Tx, programme string, ids ...string) error {
	media, err := mediaOf(tx, programme, ids)
	if err != nil {
		return err
	}
	records := slices.Clone(ids)
	for _, of := range media {
		for _, m := range of {
			records = append(records, viewsOf(m.ID))
		}
	}
	if err := hushUploads(tx, programme, ids); err != nil {
		return err
	}
	// The rows go first: who keeps a picture of one of these files just now holds its row.
	if err := deleteMedia(tx, programme, ids); err != nil {
		return err
	}
	return r.files.Drop(tx, programme, records...)
}

// wordless is the title of a contribution that has no words: the name of what it is,
// which pages translate.
func wordless(c Contribution, files []upload) string {
	switch {
	case c.Question != "" && c.Answer != "":
		return c.Question + ": " + c.Answer
	case len(files) > 0 && c.Expressed == "drawn":
		return "A drawing"
	case len(files) > 0:
		return called(files[0].Kind)
	case c.Answer != "":
		return c.Answer
	case strings.TrimSpace(c.Interest) != "":
		return text.Excerpt(c.Interest, 90)
	}
	return "Shown without words"
}

// TakePicture takes in a picture that was made here, safe already: a card cut out of a
// photo. It gives the upload's id, the same again for the same key. It runs its own
// transactions.
func (r *Room) TakePicture(ctx context.Context, project, name string, jpeg []byte, key string) (string, error) {
	out, err := r.take(ctx, project, name, key, bytes.NewReader(jpeg))
	return out.ID, err
}
