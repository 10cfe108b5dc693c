package account

import (
	"embed"
	"log/slog"
	"net/http"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/kit/web"
	"plait/internal/spine/news"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

//go:embed words/*.json
var words embed.FS

//go:embed pages/*.html
var pages embed.FS

//go:embed sql/*.sql
var migrations embed.FS

// Room is the room account.
type Room struct {
	db      *db.DB
	clock   clock.Clock
	ids     *id.Maker
	key     *seal.Key
	jobs    *job.Queue
	news    *news.Desk
	post    mail.Post
	log     *slog.Logger
	base    string
	open    *web.Sessions
	wrong   *web.Budget
	face    *face
	persons Persons // nil until SetPersons
}

// New makes the room.
func New(n plug.Needs) *Room {
	r := &Room{db: n.DB, clock: n.Clock, ids: n.IDs, key: n.Key, jobs: n.Jobs, news: n.News, post: n.Post, log: n.Log, base: n.BaseURL}
	r.open = web.NewSessions(sessions{r}, n.Clock, func(token string) string { return r.key.HMAC(purposeSession, token) }, n.Face.Secure)
	r.wrong = web.NewBudget(n.Clock, web.Rate{Most: 60, Per: time.Minute}, nil).Share(r.Wrongs("account"))
	r.face = &face{Face: n.Face, desk: n.Desk, room: r}
	return r
}

// languages lists the languages that the house has words in.
func (r *Room) languages() []string { return r.face.Words.Languages() }

// Actor says who a request comes from. ok is false for a stranger, and when the records
// cannot be reached: that is logged, and Who gives the error itself.
func (r *Room) Actor(q *http.Request) (who.Actor, Profile, bool) {
	a, p, err := r.Who(q)
	if err != nil {
		r.log.ErrorContext(q.Context(), "session", "cause", err.Error())
	}
	return a, p, err == nil && a.Kind == who.Account
}

// Who is Actor with its error: a Stranger when nobody is signed in.
func (r *Room) Who(q *http.Request) (who.Actor, Profile, error) {
	s, ok, err := r.open.Find(q)
	if err != nil || !ok {
		return who.Actor{}, Profile{}, err
	}
	var a Account
	err = r.db.Read(q.Context(), func(tx *db.Tx) error {
		a, ok, err = byID(tx, s.Owner)
		return err
	})
	if err != nil || !ok {
		return who.Actor{}, Profile{}, err
	}
	return who.Actor{Kind: who.Account, ID: a.ID, Programme: s.Values[programmeKey]}, a.Profile, nil
}

// Plug is the room's door.
func (r *Room) Plug() plug.Plug {
	f := r.face
	// The link is a secret: it may not be kept as the answer to a key.
	link := plug.Of("account.link", "account.link", r.Link)
	link.Batch = true
	return plug.Plug{
		Name: "account",
		Verbs: []plug.Verb{
			plug.Of("account.make", "account.make", r.Make),
			link,
			plug.Of("account.invite", "account.invite", r.Invite),
			plug.Of("account.take", "account.invite", r.Take),
			plug.Read("account.members", "account.members", r.Members),
			plug.Read("account.own", "account.own", r.Own),
			plug.Of("account.change", "account.own", r.Change),
			plug.Of("account.end", "account.own", r.End),
		},
		Routes: []web.Route{
			{Pattern: "GET /account/sign-in", Permission: web.Public, Handle: f.askForm},
			{Pattern: "POST /account/sign-in", Permission: web.Public, Handle: f.ask},
			{Pattern: "GET /account/code", Permission: web.Public, Handle: f.codeForm},
			{Pattern: "POST /account/code", Permission: web.Public, Handle: f.code},
			{Pattern: "GET /account/enter/{token}", Permission: web.Public, Handle: f.enterForm},
			{Pattern: "POST /account/enter/{token}", Permission: web.Public, Handle: f.enter},
			{Pattern: "POST /account/sign-out", Permission: web.Public, Handle: f.signOut},
			{Pattern: "GET /account/programme", Permission: "account.own", Handle: f.programmeForm},
			{Pattern: "POST /account/programme", Permission: "account.own", Handle: f.programme},
			{Pattern: "GET /account", Permission: "account.own", Handle: f.own},
			{Pattern: "POST /account", Permission: "account.own", Handle: f.change},
			{Pattern: "POST /account/end", Permission: "account.own", Handle: f.end},
			{Pattern: "GET /account/members/{scope}", Permission: "account.members", Handle: f.members},
			{Pattern: "GET /account/invite/{scope}", Permission: "account.invite", Handle: f.inviteForm},
			{Pattern: "POST /account/invite/{scope}", Permission: "account.invite", Handle: f.invite},
			{Pattern: "GET /account/take/{scope}", Permission: "account.invite", Handle: f.takeForm},
			{Pattern: "POST /account/take/{scope}", Permission: "account.invite", Handle: f.take},
		},
		Jobs: []job.Def{
			{Name: letterJob, Do: r.letter, Timeout: time.Minute},
			{Name: "account.sweep", Every: time.Hour, Do: r.sweep},
		},
		Permissions: []who.Permission{
			{Name: "account.sign-in", Any: true},
			{Name: "account.own", Self: true},
			{Name: "account.make"}, // the operator alone
			{Name: "account.link"}, // the operator alone
			{Name: "account.invite", Roles: []who.Role{who.ProgrammeLead, who.DeliveryLead, who.ProjectLead}},
			{Name: "account.members", Roles: append(who.Team(), who.Administrator)},
		},
		Holds: r.holds(),
		Carries: []plug.Carry{
			{Table: "account_email", Accounts: "account", Last: true}, {Table: "account_session", Stays: true, LetsIn: true}, {Table: "account_link", Stays: true, LetsIn: true},
			{Table: "account_limit", Stays: true}, {Table: "account_key", Stays: true},
		},
		Words: words, Pages: pages, Migrations: migrations,
	}
}
