package worry

import (
	"context"
	"log/slog"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
)

// letterJob writes to one reader that there is something to read.
const letterJob = "worry.letter"

// letter sends one letter. It holds no words and no names: anybody may read over a
// shoulder. One that fails is tried again, each reader's by itself.
func (r *Room) letter(ctx context.Context, j job.Job) error {
	programme, id := j.Args["programme"], j.Args["letter"]
	var w waiting
	var to Box
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		ok := false
		if w, ok, err = letterOf(tx, programme, id); err != nil || !ok || w.sentAt != 0 || w.state != Fresh {
			return err
		}
		to, err = r.boxes.Mailbox(tx.Context(), tx, w.account)
		return err
	})
	if err != nil || to.Address == "" {
		return err
	}
	t := func(key string, args ...any) string { return r.face.Words.T(to.Language, key, args...) }
	err = r.post.Send(ctx, mail.Letter{To: to.Address, Lang: to.Language, ID: id, Subject: t("worry.letter_subject"),
		Text: t("worry.letter", "URL", r.base+address(w.project, w.note))})
	if fault.Is(err, fault.Invalid) {
		// Another try would not help: the lead's own page shows that this one was not sent.
		r.log.LogAttrs(ctx, slog.LevelError, "letter", slog.String("job", letterJob), slog.String("cause", err.Error()))
		return nil
	}
	if err != nil {
		return err
	}
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error { return sent(tx, programme, id, now) })
}

// address is the page of a worry.
func address(project, note string) string {
	if project == "" {
		return "/worry/note/" + note
	}
	return "/worry/" + project + "/note/" + note
}
