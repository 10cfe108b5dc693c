package web

import (
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// Limits of a session.
const (
	SessionIdle = 12 * time.Hour      // without a request
	SessionLife = 14 * 24 * time.Hour // whatever is done with it
)

// touchEvery is how often a session's last use is written down: a page that is read
// should not cost a write each time.
const touchEvery = 5 * time.Minute

// Session is one device on which someone is signed in, as it is kept.
type Session struct {
	Mark   string            // keyed hash of the token; the token itself is kept nowhere
	Owner  string            // account id
	Values map[string]string // what the session knows, such as the programme chosen
	Began  int64             // microseconds, as all instants
	Seen   int64             // last use, at most 5 minutes behind
	Ends   int64             // absolute end
}

// live says whether the session may still be used.
func (s Session) live(now int64) bool {
	return now < s.Ends && now < s.Seen+SessionIdle.Microseconds()
}

// SessionStore keeps sessions; the room account has it, on the main database.
type SessionStore interface {
	// FindSession reads a session by its mark, ended or not.
	FindSession(ctx context.Context, mark string) (Session, bool, error)
	// KeepSession stores a new session or the changed values of one that is there.
	KeepSession(ctx context.Context, s Session) error
	// TouchSession notes that a session was used.
	TouchSession(ctx context.Context, mark string, seen int64) error
	// DropSession ends a session; one that is not there is no error.
	DropSession(ctx context.Context, mark string) error
}

// Sessions signs browsers in and out. Its cookie is HttpOnly and SameSite=Lax; on
// https it is Secure and named with the prefix __Host-, which ties it to this host
// (RFC 6265bis, 4.1.3.2). It is safe for use by many goroutines at once.
type Sessions struct {
	scs    *scs.SessionManager
	store  SessionStore
	clock  clock.Clock
	mark   func(token string) string
	secure bool
}

// NewSessions makes the sessions of a house. mark turns a token into its keyed hash;
// secure says that the house is served by https.
func NewSessions(store SessionStore, c clock.Clock, mark func(token string) string, secure bool) *Sessions {
	s := &Sessions{store: store, clock: c, mark: mark, secure: secure}
	m := scs.New()
	m.Lifetime = SessionLife
	m.Store = &sessionAdapter{s}
	m.Codec = sessionCodec{}
	m.Cookie.Name = cookieName("plait", secure)
	m.Cookie.Secure = secure
	s.scs = m
	return s
}

// cookieName gives a cookie's name, with the prefix that https allows.
func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// Find reads the session that a request's cookie names. ok is false when there is none,
// or when its time has run out.
func (s *Sessions) Find(r *http.Request) (Session, bool, error) {
	c, err := r.Cookie(s.scs.Cookie.Name)
	if err != nil || c.Value == "" {
		return Session{}, false, nil
	}
	found, ok, err := s.find(r.Context(), c.Value)
	if err != nil || !ok {
		return Session{}, false, err
	}
	if now := s.clock.Now(); now-found.Seen >= touchEvery.Microseconds() {
		// A session is good although that cannot be noted: with a full disk people still read.
		if err := s.store.TouchSession(r.Context(), found.Mark, now); err != nil && !fault.Is(err, fault.Busy) {
			return Session{}, false, err
		}
		found.Seen = now
	}
	return found, true, nil
}

func (s *Sessions) find(ctx context.Context, token string) (Session, bool, error) {
	found, ok, err := s.store.FindSession(ctx, s.mark(token))
	return found, err == nil && ok && found.live(s.clock.Now()), err
}

// Start signs a browser in for an owner: always with a new token, so that one that was
// planted beforehand is worth nothing. A session that was open on it ends.
func (s *Sessions) Start(w http.ResponseWriter, r *http.Request, owner string, values map[string]string) error {
	ctx, err := s.load(r)
	if err != nil {
		return err
	}
	if err := s.scs.Clear(ctx); err != nil {
		return err
	}
	if err := s.scs.RenewToken(ctx); err != nil {
		return err
	}
	s.scs.Put(ctx, ownerKey, owner)
	for name, v := range values {
		s.scs.Put(ctx, name, v)
	}
	return s.commit(ctx, w)
}

// Set changes one value of the open session; without one it is a signin fault.
func (s *Sessions) Set(w http.ResponseWriter, r *http.Request, name, value string) error {
	ctx, err := s.load(r)
	if err != nil {
		return err
	}
	if s.scs.GetString(ctx, ownerKey) == "" {
		return fault.New(fault.Signin, "house.signin").With("house.signin_do")
	}
	s.scs.Put(ctx, name, value)
	return s.commit(ctx, w)
}

// End signs a browser out: the session is gone from the store and the cookie too.
func (s *Sessions) End(w http.ResponseWriter, r *http.Request) error {
	ctx, err := s.load(r)
	if err != nil {
		return err
	}
	if err := s.scs.Destroy(ctx); err != nil {
		return err
	}
	s.scs.WriteSessionCookie(ctx, w, "", time.Time{})
	return nil
}

func (s *Sessions) load(r *http.Request) (context.Context, error) {
	token := ""
	if c, err := r.Cookie(s.scs.Cookie.Name); err == nil {
		token = c.Value
	}
	return s.scs.Load(r.Context(), token)
}

func (s *Sessions) commit(ctx context.Context, w http.ResponseWriter) error {
	token, expiry, err := s.scs.Commit(ctx)
	if err != nil {
		return err
	}
	s.scs.WriteSessionCookie(ctx, w, token, expiry)
	// The library marks the answer as not to be cached; ours may not be stored at all.
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// Note leaves a small value with the browser for a while, such as which letter it waits
// for. It is no secret and gives no right by itself. seconds 0 takes it away.
func (s *Sessions) Note(w http.ResponseWriter, name, value string, seconds int) {
	c := &http.Cookie{Name: cookieName(name, s.secure), Value: value, Path: "/", MaxAge: seconds, HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode}
	if seconds == 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Noted reads what Note left, or "".
func (s *Sessions) Noted(r *http.Request, name string) string {
	c, err := r.Cookie(cookieName(name, s.secure))
	if err != nil || len(c.Value) > 200 {
		return ""
	}
	return c.Value
}

// ownerKey is the library's name for what Session keeps in Owner.
const ownerKey = "owner"

// sessionAdapter gives the library our store. Time is the house's clock, not the
// library's: both limits are held by Session.live.
type sessionAdapter struct{ s *Sessions }

// FindCtx reads a session that has not ended.
func (a *sessionAdapter) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, ok, err := a.s.find(ctx, token)
	if err != nil || !ok {
		return nil, false, err
	}
	values := map[string]string{ownerKey: found.Owner}
	for k, v := range found.Values {
		values[k] = v
	}
	b, err := json.Marshal(values)
	return b, err == nil, err
}

// CommitCtx stores a session; the library's own end of it is not used.
func (a *sessionAdapter) CommitCtx(ctx context.Context, token string, b []byte, _ time.Time) error {
	var values map[string]string
	if err := json.Unmarshal(b, &values); err != nil {
		return err
	}
	now := a.s.clock.Now()
	out := Session{Mark: a.s.mark(token), Owner: values[ownerKey], Values: values, Began: now, Seen: now, Ends: now + SessionLife.Microseconds()}
	delete(values, ownerKey)
	if old, ok, err := a.s.store.FindSession(ctx, out.Mark); err != nil {
		return err
	} else if ok {
		out.Began, out.Ends = old.Began, old.Ends
	}
	return a.s.store.KeepSession(ctx, out)
}

// DeleteCtx ends a session.
func (a *sessionAdapter) DeleteCtx(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	return a.s.store.DropSession(ctx, a.s.mark(token))
}

// Find, Commit and Delete are for callers without a context, of whom there are none.
func (a *sessionAdapter) Find(token string) ([]byte, bool, error) {
	return a.FindCtx(context.Background(), token)
}

// Commit is CommitCtx without a context.
func (a *sessionAdapter) Commit(token string, b []byte, end time.Time) error {
	return a.CommitCtx(context.Background(), token, b, end)
}

// Delete is DeleteCtx without a context.
func (a *sessionAdapter) Delete(token string) error { return a.DeleteCtx(context.Background(), token) }

// sessionCodec writes the library's values as a JSON object of texts.
type sessionCodec struct{}

// Encode writes the values; the deadline is the store's.
func (sessionCodec) Encode(_ time.Time, values map[string]any) ([]byte, error) {
	return json.Marshal(values)
}

// Decode reads the values; the deadline it gives is for the cookie alone.
func (sessionCodec) Decode(b []byte) (time.Time, map[string]any, error) {
	var texts map[string]string
	if err := json.Unmarshal(b, &texts); err != nil {
		return time.Time{}, nil, err
	}
	out := make(map[string]any, len(texts))
	for k, v := range texts {
		out[k] = v
	}
	return time.Now().Add(SessionLife), out, nil
}
