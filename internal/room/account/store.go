package account

import (
	"context"
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

const accountColumns = `account, email_fold, email, name, language, created`

func scanAccount(r db.Row, a *Account) error {
	return r.Scan(&a.ID, &a.Fold, &a.Email, &a.Name, &a.Language, &a.Created)
}

func byFold(tx *db.Tx, fold string) (Account, bool, error) {
	return db.One(tx, db.Q(`select `+accountColumns+` from account_email where email_fold = ?`, fold), scanAccount)
}

func byID(tx *db.Tx, id string) (Account, bool, error) {
	return db.One(tx, db.Q(`select `+accountColumns+` from account_email where account = ?`, id), scanAccount)
}

func byIDs(tx *db.Tx, ids []string) (map[string]Account, error) {
	found, err := db.All(tx, db.Join(db.Q(`select `+accountColumns+` from account_email where account in`), db.List(ids)), scanAccount)
	out := make(map[string]Account, len(found))
	for _, a := range found {
		out[a.ID] = a
	}
	return out, err
}

func insertAccount(tx *db.Tx, a Account) error {
	return tx.Do(db.Q(`insert into account_email (account, email_fold, email, name, language, created) values (?, ?, ?, ?, ?, ?)`,
		a.ID, a.Fold, a.Email, a.Name, a.Language, a.Created))
}

func setProfile(tx *db.Tx, id string, p Profile) error {
	return tx.Do(db.Q(`update account_email set name = ?, language = ? where account = ?`, p.Name, p.Language, id))
}

// named gives the titles of programmes that are there, by id.
func named(tx *db.Tx, ids []string) (map[string]string, error) {
	out := map[string]string{}
	for _, id := range ids {
		rec, ok, err := ref.Get(tx, id, id)
		if err != nil {
			return nil, err
		}
		if ok && rec.Kind == ref.Programme {
			out[id] = rec.Title
		}
	}
	return out, nil
}

const linkColumns = `id, address, account, programme, made, token, code, next, language, created, link_ends, code_ends, tries, used_at`

func scanLink(r db.Row, l *Link) error {
	return r.Scan(&l.ID, &l.Address, &l.Account, &l.Programme, &l.Made, &l.Token, &l.Code, &l.Next, &l.Language, &l.Created,
		&l.LinkEnds, &l.CodeEnds, &l.Tries, &l.UsedAt)
}

func insertLink(tx *db.Tx, l Link) error {
	return tx.Do(db.Q(`insert into account_link (`+linkColumns+`) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.ID, l.Address, l.Account, l.Programme, l.Made, l.Token, l.Code, l.Next, l.Language, l.Created, l.LinkEnds, l.CodeEnds, l.Tries, l.UsedAt))
}

func linkByID(tx *db.Tx, id string) (Link, bool, error) {
	return db.One(tx, db.Q(`select `+linkColumns+` from account_link where id = ?`, id), scanLink)
}

func linkByToken(tx *db.Tx, token string) (Link, bool, error) {
	return db.One(tx, db.Q(`select `+linkColumns+` from account_link where token = ?`, token), scanLink)
}

// newestAsked is the last letter that was asked for to an address: only its code counts.
func newestAsked(tx *db.Tx, address string) (Link, bool, error) {
	return db.One(tx, db.Q(`select `+linkColumns+` from account_link where address = ? and made = ? order by created desc, id desc limit 1`, address, Asked), scanLink)
}

func writeLink(tx *db.Tx, l Link) error {
	return tx.Do(db.Q(`update account_link set token = ?, code = ?, link_ends = ?, code_ends = ?, tries = ?, used_at = ? where id = ?`,
		l.Token, l.Code, l.LinkEnds, l.CodeEnds, l.Tries, l.UsedAt, l.ID))
}

// tally adds one to a count and gives what the slot before and this one held until now.
func tally(tx *db.Tx, mark string, rate web.Rate, now int64) (before, current int64, err error) {
	if before, current, err = tallied(tx, mark, rate, now); err != nil {
		return 0, 0, err
	}
	slot := rate.Slot(now)
	return before, current, tx.Do(db.Q(`insert into account_limit (mark, slot, n, ends) values (?, ?, 1, ?)
		on conflict (mark, slot) do update set n = account_limit.n + 1`, mark, slot, (slot+2)*rate.Per.Microseconds()))
}

// Wrongs counts the wrong tries of one sort for every node of the house.
func (r *Room) Wrongs(sort string) web.Tally {
	return func(ctx context.Context, rate web.Rate, now int64) (before, current int64, err error) {
		err = r.db.Append(ctx, func(tx *db.Tx) error {
			before, current, err = tally(tx, r.key.HMAC(purposeLimit, "wrong:"+sort), rate, now)
			return err
		})
		return before, current, err
	}
}

// tallied reads a count without adding to it.
func tallied(tx *db.Tx, mark string, rate web.Rate, now int64) (before, current int64, err error) {
	type count struct{ slot, n int64 }
	slot := rate.Slot(now)
	counts, err := db.All(tx, db.Q(`select slot, n from account_limit where mark = ? and slot in (?, ?)`, mark, slot-1, slot),
		func(r db.Row, c *count) error { return r.Scan(&c.slot, &c.n) })
	for _, c := range counts {
		if c.slot == slot {
			current = c.n
		} else {
			before = c.n
		}
	}
	return before, current, err
}

const inviteColumns = `id, account, role, at, ends, taken_at`

func scanInvite(r db.Row, v *Invite) error {
	return r.Scan(&v.ID, &v.Account, &v.Role, &v.At, &v.Ends, &v.TakenAt)
}

func insertInvite(tx *db.Tx, programme, by string, scope ref.Ref, v Invite) error {
	return tx.Do(db.Q(`insert into account_invite (programme, id, account, role, scope_kind, scope, invited_by, at, ends, taken_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		programme, v.ID, v.Account, v.Role, scope.Kind, scope.ID, by, v.At, v.Ends, v.TakenAt))
}

func invites(tx *db.Tx, programme string, scope ref.Ref) ([]Invite, error) {
	return db.All(tx, db.Q(`select `+inviteColumns+` from account_invite where programme = ? and scope = ? and taken_at = 0 order by at, id`, programme, scope.ID), scanInvite)
}

// letterOf reads who invites and to what, for the letter of an invitation.
func letterOf(tx *db.Tx, programme, id string) (by, role, scope string, err error) {
	type row struct{ by, role, scope string }
	v, _, err := db.One(tx, db.Q(`select invited_by, role, scope from account_invite where programme = ? and id = ?`, programme, id),
		func(r db.Row, v *row) error { return r.Scan(&v.by, &v.role, &v.scope) })
	return v.by, v.role, v.scope, err
}

func dropInvites(tx *db.Tx, g who.Grant) error {
	return tx.Do(db.Q(`delete from account_invite where programme = ? and account = ? and role = ? and scope = ?`, g.Programme, g.Account, string(g.Role), g.Scope.ID))
}

// came marks every invitation of an account as taken up.
func came(tx *db.Tx, account string, now int64) error {
	return tx.Do(db.Q(`update account_invite set taken_at = ? where account = ? and taken_at = 0`, now, account))
}

// Held is one session as its owner sees it.
type Held struct {
	ID    string `json:"id"`
	Began int64  `json:"began"`
	Seen  int64  `json:"seen"`
	Here  bool   `json:"here"` // the one that asks
	mark  string
}

func sessionsOf(tx *db.Tx, account string, now int64) ([]Held, error) {
	return db.All(tx, db.Q(`select mark, id, began, seen from account_session where account = ? and ends > ? and seen > ? order by seen desc, id`,
		account, now, now-web.SessionIdle.Microseconds()),
		func(r db.Row, h *Held) error { return r.Scan(&h.mark, &h.ID, &h.Began, &h.Seen) })
}

func endSession(tx *db.Tx, account, id string) (int64, error) {
	return tx.Exec(db.Q(`delete from account_session where account = ? and id = ?`, account, id))
}

func endOthers(tx *db.Tx, account, keep string) (int64, error) {
	return tx.Exec(db.Q(`delete from account_session where account = ? and mark <> ?`, account, keep))
}

// sweep takes away what has run out: sessions, links, counts and old invitations.
func sweep(tx *db.Tx, now, dayAgo int64) error {
	for _, p := range []db.Part{
		db.Q(`delete from account_session where ends <= ? or seen <= ?`, now, now-web.SessionIdle.Microseconds()),
		db.Q(`delete from account_link where link_ends <= ?`, dayAgo),
		db.Q(`delete from account_limit where ends <= ?`, now),
		db.Q(`delete from account_invite where taken_at > 0 and taken_at <= ?`, dayAgo),
	} {
		if err := tx.Do(p); err != nil {
			return err
		}
	}
	return nil
}

// sessions is the store of web.Sessions on the main database.
type sessions struct{ room *Room }

// FindSession reads a session by its mark.
func (s sessions) FindSession(ctx context.Context, mark string) (out web.Session, ok bool, err error) {
	err = s.room.db.Read(ctx, func(tx *db.Tx) error {
		out, ok, err = findSession(tx, mark)
		return err
	})
	return out, ok, err
}

func findSession(tx *db.Tx, mark string) (web.Session, bool, error) {
	return db.One(tx, db.Q(`select mark, account, held, began, seen, ends from account_session where mark = ?`, mark),
		func(r db.Row, s *web.Session) error {
			var held string
			if err := r.Scan(&s.Mark, &s.Owner, &held, &s.Began, &s.Seen, &s.Ends); err != nil {
				return err
			}
			return json.Unmarshal([]byte(held), &s.Values)
		})
}

// KeepSession stores a session.
func (s sessions) KeepSession(ctx context.Context, v web.Session) error {
	held, err := json.Marshal(v.Values)
	if err != nil {
		return err
	}
	id := s.room.ids.New()
	return s.room.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Do(db.Q(`insert into account_session (mark, id, account, held, began, seen, ends) values (?, ?, ?, ?, ?, ?, ?)
			on conflict (mark) do update set held = excluded.held, seen = excluded.seen`,
			v.Mark, id, v.Owner, string(held), v.Began, v.Seen, v.Ends))
	})
}

// TouchSession notes that a session was used.
func (s sessions) TouchSession(ctx context.Context, mark string, seen int64) error {
	return s.room.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Do(db.Q(`update account_session set seen = ? where mark = ? and seen < ?`, seen, mark, seen))
	})
}

// DropSession ends a session.
func (s sessions) DropSession(ctx context.Context, mark string) error {
	return s.room.db.Write(ctx, func(tx *db.Tx) error {
		return tx.Do(db.Q(`delete from account_session where mark = ?`, mark))
	})
}
