package account

import (
	"context"
	"crypto/subtle"
	"slices"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// Purposes of the keyed hashes.
const (
	purposeAddress = "account.address"
	purposeLink    = "account.link"
	purposeCode    = "account.code"
	purposeSession = "account.session"
	purposeLimit   = "account.limit"
)

// perAddress is how many letters one address gets; the newest is enough.
func perAddress() web.Rate { return web.Rate{Most: 5, Per: 15 * time.Minute} }

// perClient is how many letters one place may ask for: an office shares an address.
func perClient() web.Rate { return web.Rate{Most: 60, Per: 15 * time.Minute} }

// wrongCodes is how many wrong codes one address stands in a day. After that its links
// still work, so nobody can be shut out by someone who guesses.
func wrongCodes() web.Rate { return web.Rate{Most: 20, Per: 24 * time.Hour} }

// AskIn asks for a letter with a way in.
type AskIn struct {
	Email    string `json:"email"`
	Next     string `json:"next"` // page of this house to go to afterwards
	Language string `json:"-"`    // the page's
	Client   string `json:"-"`    // where the request came from
}

// AskOut names the letter that was asked for; it is there for unknown addresses too.
type AskOut struct {
	Ask string `json:"ask"`
}

// Ask has a letter sent if the address is known. Nothing tells whether it is: the same
// rows are written, and the letter itself is a job's.
func (r *Room) Ask(ctx context.Context, in AskIn) (out AskOut, err error) {
	id, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "account.sign-in", who.House()); err != nil {
			return err
		}
		if err := checkEmail(in.Email); err != nil {
			return err
		}
		folded := fold(in.Email)
		if err := r.within(tx, "letter:"+folded, perAddress(), now, "account.letters_limited", "account.letters_limited_do"); err != nil {
			return err
		}
		if in.Client != "" {
			if err := r.within(tx, "client:"+in.Client, perClient(), now, "account.client_limited", "account.client_limited_do"); err != nil {
				return err
			}
		}
		a, _, err := byFold(tx, folded)
		if err != nil {
			return err
		}
		l := Link{ID: id, Address: r.address(folded), Account: a.ID, Made: Asked, Next: ownPath(in.Next), Language: in.Language,
			Created: now, LinkEnds: now + LinkLasts.Microseconds(), CodeEnds: now + CodeLasts.Microseconds()}
		if err := insertLink(tx, l); err != nil {
			return err
		}
		out = AskOut{id}
		return r.jobs.Add(tx, letterJob, map[string]string{"link": id})
	})
	return out, err
}

// within counts one more and refuses it when that is too many.
func (r *Room) within(tx *db.Tx, what string, rate web.Rate, now int64, say, do string) error {
	mark := r.key.HMAC(purposeLimit, what)
	before, current, err := tallied(tx, mark, rate, now)
	if err != nil {
		return err
	}
	if wait, over := rate.Over(now, before, current); over {
		return web.Limited(say, do, wait)
	}
	_, _, err = tally(tx, mark, rate, now)
	return err
}

func (r *Room) address(folded string) string { return r.key.HMAC(purposeAddress, folded) }

func (r *Room) codeMark(link, code string) string { return r.key.HMAC(purposeCode, link+":"+code) }

// Look reads the link of a token without using it up.
func (r *Room) Look(ctx context.Context, token string) (l Link, open bool, err error) {
	now := r.clock.Now()
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "account.sign-in", who.House()); err != nil {
			return err
		}
		l, _, err = linkByToken(tx, r.key.HMAC(purposeLink, token))
		open = l.open(now)
		return err
	})
	return l, open, err
}

// Enter uses a link up. open is false when it was used before or its time has passed;
// l then still says whose it was, for the browser that is signed in already.
func (r *Room) Enter(ctx context.Context, token string) (l Link, open bool, err error) {
	now := r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "account.sign-in", who.House()); err != nil {
			return err
		}
		if l, _, err = linkByToken(tx, r.key.HMAC(purposeLink, token)); err != nil {
			return err
		}
		if open = l.open(now); !open {
			return nil
		}
		return r.use(tx, &l, now)
	})
	if err == nil && l.ID == "" {
		r.wrong.Wrong(ctx)
	}
	return l, open && err == nil, err
}

func (r *Room) use(tx *db.Tx, l *Link, now int64) error {
	l.UsedAt = now
	if err := writeLink(tx, *l); err != nil {
		return err
	}
	return came(tx, l.Account, now)
}

// CodeIn is a six-digit code, with the address it was sent to or the name of the letter
// that this browser waits for.
type CodeIn struct {
	Email string `json:"email"`
	Code  string `json:"code"`
	Ask   string `json:"-"`
}

// Code signs in by a code. Five wrong tries use it up, and so many wrong ones in a day
// leave an address to its links. Every answer is the same for an unknown address.
func (r *Room) Code(ctx context.Context, in CodeIn) (Link, error) {
	now, code := r.clock.Now(), figures(in.Code)
	var c fault.Check
	c.Need(len(code) == 6, "code", "account.need_code")
	c.Need(in.Ask != "" || goodEmail(in.Email), "email", "account.bad_email")
	if err := c.Err(); err != nil {
		return Link{}, err
	}
	var l Link
	var said error // what was wrong; the try is written down all the same
	err := r.db.Write(ctx, func(tx *db.Tx) (err error) {
		if err := who.Must(ctx, tx, "account.sign-in", who.House()); err != nil {
			return err
		}
		l, said, err = r.tryCode(tx, in, code, now)
		return err
	})
	if err != nil {
		return Link{}, err
	}
	if said != nil {
		r.wrong.Wrong(ctx)
		return Link{}, said
	}
	return l, nil
}

func (r *Room) tryCode(tx *db.Tx, in CodeIn, code string, now int64) (Link, error, error) {
	address := r.address(fold(in.Email))
	if in.Ask != "" {
		asked, _, err := linkByID(tx, in.Ask)
		if err != nil {
			return Link{}, nil, err
		}
		address = asked.Address
	}
	l, _, err := newestAsked(tx, address)
	if err != nil {
		return Link{}, nil, err
	}
	mark := r.key.HMAC(purposeLimit, "code:"+address)
	before, current, err := tallied(tx, mark, wrongCodes(), now)
	if err != nil {
		return Link{}, nil, err
	}
	if wait, over := wrongCodes().Over(now, before, current); over {
		return Link{}, web.Limited("account.codes_limited", "account.codes_limited_do", wait), nil
	}
	if !l.codeOpen(now) {
		return Link{}, fault.Fielded("code", "account.code_gone"), nil
	}
	if l.Account != "" && l.Code != "" && subtle.ConstantTimeCompare([]byte(r.codeMark(l.ID, code)), []byte(l.Code)) == 1 {
		return l, nil, r.use(tx, &l, now)
	}
	l.Tries++
	if err := writeLink(tx, l); err != nil {
		return Link{}, nil, err
	}
	if _, _, err := tally(tx, mark, wrongCodes(), now); err != nil {
		return Link{}, nil, err
	}
	if !l.codeOpen(now) {
		return Link{}, fault.Fielded("code", "account.code_gone"), nil
	}
	return Link{}, fault.Fielded("code", "account.code_wrong"), nil
}

// MakeIn makes an account that leads a programme.
type MakeIn struct {
	Email     string `json:"email"`
	Name      string `json:"name"`
	Language  string `json:"language"`  // BCP 47; "" = en
	Programme string `json:"programme"` // "" = the one that the command line works in
}

// MakeOut names the account.
type MakeOut struct {
	Account string `json:"account"`
}

// Make gives a programme a lead: the operator's way to let the first person in. An
// address that is known keeps its account and name.
func (r *Room) Make(ctx context.Context, in MakeIn) (out MakeOut, err error) {
	id, entry, now := r.ids.New(), r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		programme := in.Programme
		if programme == "" {
			programme = who.From(ctx).Programme
		}
		at := ref.Of(ref.Programme, programme)
		if err := who.Must(ctx, tx, "account.make", at); err != nil {
			return err
		}
		if err := checkEmail(in.Email); err != nil {
			return err
		}
		a, err := r.getOrMake(tx, Account{ID: id, Email: in.Email, Profile: Profile{in.Name, in.Language}, Created: now})
		if err != nil {
			return err
		}
		out = MakeOut{a.ID}
		g := who.Grant{Programme: programme, Account: a.ID, Role: who.ProgrammeLead, Scope: at}
		if err := who.Give(tx, g, now); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "account.make", ref.Of(Kind, a.ID), 1, granted(g))
	})
	return out, err
}

// getOrMake finds the account of an address, or stores the one given.
func (r *Room) getOrMake(tx *db.Tx, a Account) (Account, error) {
	a.Fold = fold(a.Email)
	old, ok, err := byFold(tx, a.Fold)
	if err != nil || ok {
		return old, err
	}
	if err := checkName(a.Name); err != nil {
		return a, err
	}
	if a.Language == "" {
		a.Language = lang.Fallback
	}
	if !goodLanguage(a.Language, r.languages()) {
		return a, fault.Fielded("language", "house.bad_choice")
	}
	return a, insertAccount(tx, a)
}

// grantBody is what the trail keeps of a role: no name and no address.
type grantBody struct {
	Account string   `json:"account"`
	Role    who.Role `json:"role"`
	Scope   ref.Ref  `json:"scope"`
}

func granted(g who.Grant) grantBody { return grantBody{g.Account, g.Role, g.Scope} }

// LinkIn asks for a sign-in link on the command line: for an e-mail address or an account.
type LinkIn struct {
	Email     string `json:"email"`
	Account   string `json:"account"`
	Programme string `json:"programme"` // to go in to; "" to choose
}

// LinkOut is the link; it is printed and kept nowhere.
type LinkOut struct {
	URL  string `json:"url"`
	Ends int64  `json:"ends"` // microseconds
	// EndsAt is Ends for people to read: RFC 3339, in UTC.
	EndsAt string `json:"ends_at"`
}

// Link makes a sign-in link that lasts a day: for the first person of a new house, and
// for someone whose mail does not work. Only the operator may.
func (r *Room) Link(ctx context.Context, in LinkIn) (out LinkOut, err error) {
	id, token, now := r.ids.New(), r.ids.Secret(32), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "account.link", who.House()); err != nil {
			return err
		}
		a, ok, err := byID(tx, in.Account)
		if in.Account == "" {
			a, ok, err = byFold(tx, fold(in.Email))
		}
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Missing, "account.no_account").With("account.no_account_do")
		}
		l := Link{ID: id, Address: r.address(a.Fold), Account: a.ID, Programme: in.Programme, Made: Operator, Token: r.key.HMAC(purposeLink, token),
			Language: a.Language, Created: now, LinkEnds: now + OperatorLasts.Microseconds()}
		out = LinkOut{r.base + "/account/enter/" + token, l.LinkEnds, time.UnixMicro(l.LinkEnds).UTC().Format(time.RFC3339)}
		return insertLink(tx, l)
	})
	return out, err
}

// SignInLink is Link for the program itself: account is an e-mail address or an account id.
func (r *Room) SignInLink(ctx context.Context, account, programme string) (string, error) {
	in := LinkIn{Account: account, Programme: programme}
	if goodEmail(account) {
		in = LinkIn{Email: account, Programme: programme}
	}
	out, err := r.Link(ctx, in)
	return out.URL, err
}

// home gives the programmes an account may go in to, and the one to begin with: the
// wished one, or the only one, or none.
func (r *Room) home(ctx context.Context, account, wish string) (all []string, first string, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		all, err = who.Programmes(tx, account)
		return err
	})
	if slices.Contains(all, wish) {
		return all, wish, err
	}
	if len(all) == 1 {
		first = all[0]
	}
	return all, first, err
}
