package card

import (
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	desk   *plug.Desk
	room   *Room
	base   string
	budget *web.Budget
}

// cookie is the name of the cookie that keeps a card open on a device.
func (f *face) cookie() string {
	if f.Secure {
		return "__Host-plait_card"
	}
	return "plait_card"
}

func (f *face) setCookie(w http.ResponseWriter, s session) error {
	plain, err := s.text()
	if err != nil {
		return err
	}
	sealed, err := f.room.key.Seal("card.session", plain)
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: f.cookie(), Value: base64.RawURLEncoding.EncodeToString(sealed), Path: "/",
		MaxAge: int(SessionFor.Seconds()), HttpOnly: true, Secure: f.Secure, SameSite: http.SameSiteLaxMode})
	return nil
}

func (f *face) dropCookie(w http.ResponseWriter) {
	http.SetCookie(w, &http.Cookie{Name: f.cookie(), Path: "/", MaxAge: -1, HttpOnly: true, Secure: f.Secure, SameSite: http.SameSiteLaxMode})
}

// session reads the cookie of a request: sealed by us, not over, of a card that is live.
func (f *face) session(r *http.Request) (session, Card, bool) {
	c, err := r.Cookie(f.cookie())
	if err != nil {
		return session{}, Card{}, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err != nil {
		return session{}, Card{}, false
	}
	plain, err := f.room.key.Open("card.session", sealed)
	if err != nil {
		return session{}, Card{}, false
	}
	s, err := readSession(plain)
	if err != nil || s.Until <= f.room.clock.Now() {
		return session{}, Card{}, false
	}
	now, err := f.room.card(r.Context(), s)
	return s, now, err == nil && now.State == Live
}

// Actor gives the contributor whose card is open on the device that sent a request. A
// card that waits for its picture or word is not open.
func (r *Room) Actor(req *http.Request) (who.Actor, bool) {
	s, c, ok := r.face.session(req)
	if !ok || !s.opens(c, r.clock.Now()) {
		return who.Actor{}, false
	}
	return who.Actor{Kind: who.Card, ID: s.Card, Programme: s.Programme, Person: s.Person}, true
}

// openView is the page where a code is typed.
type openView struct {
	Code string
	Key  string
}

func (f *face) openForm(w http.ResponseWriter, r *http.Request) error {
	notice := f.Done(r, "card.done_", "left")
	return f.show(w, r, "card/open", "card.open_title", openView{}, notice, "")
}

// show renders a card's page: no project in its title, Leave now, the format switch.
func (f *face) show(w http.ResponseWriter, r *http.Request, name, title string, body any, notice, back string) error {
	return f.Show(w, r, name, page.View{Title: f.T(r, title), Layout: page.Card, Body: body, Notice: notice, Back: back})
}

// again shows a card's form once more with what is wrong.
func (f *face) again(w http.ResponseWriter, r *http.Request, name, title string, body any, back string, err error) error {
	if ft := fault.Of(err); ft.Kind == fault.Limited {
		w.Header().Set("Retry-After", strconv.Itoa(int(ft.Wait.Seconds())+1))
	}
	return f.Again(w, r, name, page.View{Title: f.T(r, title), Layout: page.Card, Body: body, Back: back}, err)
}

func (f *face) open(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	return f.enter(w, r, r.FormValue("code"))
}

func (f *face) scanned(w http.ResponseWriter, r *http.Request) error {
	return f.enter(w, r, r.PathValue("code"))
}

// enter opens the card behind a code. A right code is let in at once, whatever else is
// being tried; a wrong one is told so after the wait that the budget of all wrong ones asks.
func (f *face) enter(w http.ResponseWriter, r *http.Request, code string) error {
	s, c, err := f.room.open(r.Context(), code)
	if fault.Is(err, fault.Missing) {
		err = fault.Fielded("code", "card.wrong_code")
		if strings.TrimSpace(code) == "" {
			err = fault.Fielded("code", "card.need_code")
		} else if later := f.budget.Wrong(r.Context()); later > 0 {
			err = web.Limited("card.too_many", "card.too_many_do", later)
		}
		return f.again(w, r, "card/open", "card.open_title", openView{Code: typed(code)}, "", err)
	}
	if err != nil {
		return err
	}
	if err := f.setCookie(w, s); err != nil {
		return err
	}
	if c.mark != "" {
		return web.Redirect(w, r, "/card/lock")
	}
	return web.Redirect(w, r, looks("/card/words", r, c))
}

// typed is a code as it is shown again for correcting, never longer than a code can be.
func typed(code string) string {
	if len(code) > 3*CodeLength {
		return ""
	}
	return code
}

// looks asks for the format that the card keeps, on a device where none was chosen.
func looks(path string, r *http.Request, c Card) string {
	if page.ChromeFrom(r.Context()).Format != "" || c.Format == "" || c.Format == page.Standard {
		return path
	}
	return path + "?format=" + c.Format
}

// lockView asks for the picture or word.
type lockView struct {
	Kind     string
	Key      string
	Pictures []page.Option
}

func (f *face) lockView(r *http.Request, kind string) lockView {
	return lockView{Kind: kind, Pictures: f.pictures(r)}
}

func (f *face) pictures(r *http.Request) []page.Option {
	var out []page.Option
	for _, p := range Pictures() {
		out = append(out, page.Option{Value: p, Text: f.T(r, "card.picture_"+p)})
	}
	return out
}

func (f *face) lockForm(w http.ResponseWriter, r *http.Request) error {
	s, c, ok := f.session(r)
	switch {
	case !ok:
		return web.Redirect(w, r, "/card")
	case s.opens(c, f.room.clock.Now()):
		return web.Redirect(w, r, "/card/words")
	}
	return f.show(w, r, "card/lock", "card.lock_title", f.lockView(r, c.Lock), "", "")
}

func (f *face) unlock(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	s, c, ok := f.session(r)
	if !ok {
		return web.Redirect(w, r, "/card")
	}
	open, err := f.room.unlock(r.Context(), s, r.FormValue("value"))
	if err != nil {
		return f.again(w, r, "card/lock", "card.lock_title", f.lockView(r, c.Lock), "", err)
	}
	open.Until = f.room.clock.Now() + SessionFor.Microseconds()
	if err := f.setCookie(w, open); err != nil {
		return err
	}
	return web.Redirect(w, r, looks("/card/words", r, c))
}

// leaveNow closes the card on this device and goes where no one would look twice. It is a
// link, so that it works at once and without JavaScript; it changes nothing but the cookie.
func (f *face) leaveNow(w http.ResponseWriter, r *http.Request) error {
	f.dropCookie(w)
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, f.Pages.LeaveURL(), http.StatusSeeOther)
	return nil
}

func (f *face) leave(w http.ResponseWriter, r *http.Request) error {
	f.dropCookie(w)
	return web.Redirect(w, r, "/card?done=left")
}

// errLeft ends a handler that has sent the browser to the code page.
type errLeft struct{}

func (errLeft) Error() string { return "card: not open" }

// actor gives the open card. On a page it sends people without one to where they open
// it; a form that comes too late gets *signin*, whose page keeps what was typed. The
// cookie starts its two hours anew.
func (f *face) actor(w http.ResponseWriter, r *http.Request) (who.Actor, error) {
	a := who.From(r.Context())
	if a.Kind != who.Card {
		if r.Method == http.MethodPost {
			return a, fault.New(fault.Signin, "card.over").With("card.over_do")
		}
		to := "/card"
		if _, _, ok := f.session(r); ok {
			to = "/card/lock"
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
		return a, errLeft{}
	}
	s, _, ok := f.session(r)
	if !ok {
		return a, fault.New(fault.Signin, "card.over").With("card.over_do")
	}
	s.Until = f.room.clock.Now() + SessionFor.Microseconds()
	if err := f.setCookie(w, s); err != nil {
		return a, err
	}
	if c := page.ChromeFrom(r.Context()); r.Method == http.MethodPost && c.Format != "" {
		if _, err := f.room.Looks(r.Context(), LooksIn{Format: c.Format, Language: c.Lang}); err != nil {
			return a, err
		}
	}
	return a, nil
}

// secureView sets, changes or removes the lock.
type secureView struct {
	LockIn
	Now      string // the kind of lock there is
	Key      string
	Pictures []page.Option
	Kinds    []page.Option
}

func (f *face) secureView(r *http.Request, in LockIn) secureView {
	_, c, _ := f.session(r)
	v := secureView{LockIn: in, Now: c.Lock, Key: r.FormValue("key"), Pictures: f.pictures(r)}
	v.Value = "" // neither shown nor sent back
	return v
}

func (f *face) secureForm(w http.ResponseWriter, r *http.Request) error {
	if _, err := f.actor(w, r); err != nil {
		return left(err)
	}
	return f.show(w, r, "card/secure", "card.secure_title", f.secureView(r, LockIn{}), "", "/card/words")
}

func (f *face) secure(w http.ResponseWriter, r *http.Request) error {
	a, err := f.actor(w, r)
	if err != nil {
		return left(err)
	}
	if err := form.Parse(r); err != nil {
		return err
	}
	in := LockIn{Kind: r.FormValue("kind"), Value: r.FormValue(r.FormValue("kind"))}
	if _, err := plug.Run(r.Context(), f.desk, "card.lock", "", f.room.Lock, in); err != nil {
		return f.again(w, r, "card/secure", "card.secure_title", f.secureView(r, in), "/card/words", renamed(err, in.Kind))
	}
	if s, _, ok := f.session(r); ok {
		s.Lock = f.room.lockMark(a.ID, in.Kind, in.Value)
		s.Until = f.room.clock.Now() + SessionFor.Microseconds()
		if err := f.setCookie(w, s); err != nil {
			return err
		}
	}
	return web.Redirect(w, r, "/card/words?done=secured")
}

// renamed puts a fault about the lock's value at the field it was typed in.
func renamed(err error, kind string) error {
	ft := fault.Of(err)
	for i := range ft.Fields {
		if ft.Fields[i].Name == "value" {
			ft.Fields[i].Name = kind
		}
	}
	return ft
}

// left is nil for a handler that has redirected.
func left(err error) error {
	if _, ok := err.(errLeft); ok {
		return nil
	}
	return err
}

// person is the ref of the card's person.
func person(a who.Actor) ref.Ref { return ref.Of(ref.Person, a.Person) }
