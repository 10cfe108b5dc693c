package account

import (
	"context"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/spine/ref"
)

// letterJob writes and sends one letter.
const letterJob = "account.letter"

// letter makes the secrets of a link and sends them. They are made here, so that they
// are in no job's row and a letter that has to be sent again has new ones.
func (r *Room) letter(ctx context.Context, j job.Job) error {
	token, code, now := r.ids.Secret(32), r.ids.Digits(6), r.clock.Now()
	var l Link
	var a Account
	var inv invitation
	err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		if l, _, err = linkByID(tx, j.Args["link"]); err != nil {
			return err
		}
		if l.Account == "" || l.UsedAt != 0 || now >= l.LinkEnds {
			l.Account = ""
			return nil
		}
		if a, _, err = byID(tx, l.Account); err != nil {
			return err
		}
		if l.Made == Invited {
			if inv, err = r.invitation(ctx, tx, l.Programme, j.Args["invite"]); err != nil {
				return err
			}
		}
		l.Token = r.key.HMAC(purposeLink, token)
		if l.Made == Asked {
			// The time runs from the letter, not from a queue it stood in.
			l.Code = r.codeMark(l.ID, code)
			l.LinkEnds, l.CodeEnds = now+LinkLasts.Microseconds(), now+CodeLasts.Microseconds()
		}
		return writeLink(tx, l)
	})
	if err != nil || l.Account == "" || a.ID == "" {
		return err
	}
	err = r.post.Send(ctx, r.write(l, a, inv, r.base+"/account/enter/"+token, code))
	if fault.Is(err, fault.Invalid) {
		// Another try would not help, and the fault names fields alone, no address.
		r.log.ErrorContext(ctx, "letter", "job", letterJob, "cause", err.Error())
		return nil
	}
	return err
}

// invitation reads what the letter of an invitation says. One that was taken away in the
// meantime still names the programme.
func (r *Room) invitation(ctx context.Context, tx *db.Tx, programme, id string) (inv invitation, err error) {
	by, role, scope, err := letterOf(tx, programme, id)
	if err != nil {
		return inv, err
	}
	if inv.By, err = r.NameOf(ctx, tx, by); err != nil {
		return inv, err
	}
	inv.Role = role
	for _, place := range []string{scope, programme} {
		if place == "" || scope == programme && len(inv.Where) > 0 {
			continue
		}
		rec, ok, err := ref.Get(tx, programme, place)
		if err != nil {
			return inv, err
		}
		if ok {
			inv.Where = append(inv.Where, rec.Title)
		}
	}
	return inv, nil
}

// write is the text of a letter.
func (r *Room) write(l Link, a Account, inv invitation, url, code string) mail.Letter {
	t := func(key string, args ...any) string { return r.face.Words.T(a.Language, key, args...) }
	out := mail.Letter{To: a.Email, Lang: a.Language, ID: l.ID}
	if l.Made == Invited {
		out.Subject = t("account.invite_subject")
		begin := t("account.invite_by_nobody")
		if inv.By != "" {
			begin = t("account.invite_by", "By", inv.By)
		}
		where := strings.Join(inv.Where, "\n")
		if inv.Role != "" {
			where += "\n\n" + t("account.invite_as", "Role", t("house.role_"+inv.Role))
		}
		out.Text = t("account.invite_letter", "Name", a.Name, "Begin", begin, "Where", where, "URL", url)
		return out
	}
	out.Subject = t("account.link_subject")
	out.Text = t("account.link_letter", "Name", a.Name, "URL", url, "Code", code[:3]+" "+code[3:])
	return out
}

// sweep takes away what has run out.
func (r *Room) sweep(ctx context.Context, _ job.Job) error {
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error { return sweep(tx, now, now-clock.Day) })
}
