package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"plait/internal/kit/cli"
	"plait/internal/kit/clock"
	"plait/internal/kit/config"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/room/account"
	"plait/internal/room/evidence"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// CheckAnswer is what `plait demo --check` prints. Fields may be added, never renamed.
type CheckAnswer struct {
	Projects      int64    `json:"projects"`
	Contributions int64    `json:"contributions"`
	Findings      int64    `json:"findings"`
	Actions       int64    `json:"actions"`
	Tries         int64    `json:"tries"`
	Letters       int64    `json:"letters"`
	Owing         int64    `json:"owing"`      // contributions still owing in projects whose letters were released
	OwingOpen     int64    `json:"owing_open"` // in the others
	NotTakenUp    int64    `json:"not_taken_up"`
	BulkFates     int64    `json:"bulk_fates"`
	PagesCrawled  int64    `json:"pages_crawled"`     // by all readers in both crawls
	SeenBefore    int64    `json:"seen_before"`       // pages, exports and letters that held the word before it was taken back
	Visible       int64    `json:"withdrawn_visible"` // and after
	Seconds       float64  `json:"seconds"`
	SeenOn        []string `json:"seen_on"`      // kinds of address that held the word before
	StillOn       []string `json:"still_on"`     // and after
	Readers       int      `json:"readers"`      // how many roles and cards crawled
	Asked         int64    `json:"asked"`        // answers of verbs that read, in both rounds
	Exports       int64    `json:"export_files"` // files of letters written in both rounds
}

// leastSeen is how often the word must be seen before it is taken back for the check to
// mean anything.
const leastSeen = 5

// A programme lead opens up to mostOfLead addresses of each page and every other reader up
// to mostOfPage: each page is opened, and whatever names the contribution, but not the
// same form for each of hundreds of others. What held the word before is opened again.
const (
	mostOfLead = 400
	mostOfPage = 25
)

// checker plays the example, serves it to itself and reads it as everyone.
type checker struct {
	house   *House
	player  *player
	dir     string
	word    string
	lead    int    // addresses of each page that a programme lead opens
	most    int    // and every other reader
	known   string // a word that stood beside it before: what is looked for
	base    string
	at      ref.Ref // the contribution that holds the word
	person  string  // whose it is
	near    []ref.Ref
	answer  CheckAnswer
	readers []reader
}

// reader is one person who crawls.
type reader struct {
	name string
	from []string
	held []string // addresses that held the word
	*crawler
}

// runCheck is `plait demo --check`: it prints one line and fails when the word is still
// to be seen anywhere, or was never seen.
func (c *command) runCheck(ctx context.Context) error {
	start := clock.System{}.Now()
	dir, err := os.MkdirTemp("", "plait-check-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }() // made above, and of no use after
	if c.app.Global.Dir == "" {
		c.app.Global.Dir = dir
	}
	s, err := c.settings("127.0.0.1:0")
	if err != nil {
		return err
	}
	k := &checker{dir: dir, word: freshWord(), lead: mostOfLead, most: mostOfPage}
	if err := k.run(ctx, s); err != nil {
		return err
	}
	k.answer.Seconds = float64((clock.System{}.Now()-start)/1000) / 1000
	if err := json.NewEncoder(c.out).Encode(k.answer); err != nil {
		return err
	}
	return k.verdict()
}

// verdict says what the numbers mean: nobody sees the word any more, it was seen before,
// by nobody of the host's, and no letter went out that owes an answer.
func (k *checker) verdict() error {
	a := k.answer
	switch {
	case a.Visible > 0:
		return cli.Problems("What was taken back is still to be seen.")
	case a.SeenBefore < leastSeen:
		return cli.Problems("The word was hardly seen before it was taken back: this proves nothing.")
	case a.Owing > 0 || a.OwingOpen == 0:
		return cli.Problems("The example owes answers where letters were released, or nowhere at all.")
	}
	for _, on := range a.SeenOn {
		if strings.HasPrefix(on, string(who.HostLead)+" ") || strings.HasPrefix(on, string(who.HostStaff)+" ") {
			return cli.Problems("The host's people saw what someone said: " + on)
		}
	}
	return nil
}

// freshWord is 20 letters that stand nowhere else.
func freshWord() string {
	b := id.New(clock.System{}.Now, nil).Bytes(20)
	for i := range b {
		b[i] = 'a' + b[i]%26
	}
	return string(b)
}

func (k *checker) run(ctx context.Context, s config.Config) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	k.base = "http://" + l.Addr().String()
	h, hand, closing, err := making(ctx, s, k.base)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	defer closing()
	p, err := h.playExample(ctx, hand)
	if err != nil {
		return errors.Join(err, l.Close())
	}
	if err := h.Face.Pages.Ready(); err != nil {
		return errors.Join(err, l.Close())
	}
	k.house, k.player = h, p
	srv := &http.Server{Handler: h.Handler, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	err = k.check(ctx)
	if e := srv.Close(); err == nil {
		err = e
	}
	if e := <-done; err == nil && !errors.Is(e, http.ErrServerClosed) {
		err = e
	}
	return err
}

func (k *checker) check(ctx context.Context) error {
	ctx = k.house.Operator(ctx, k.player.vars["programme"])
	if err := k.plant(ctx); err != nil {
		return fmt.Errorf("putting the word in: %w", err)
	}
	if err := k.counts(ctx); err != nil {
		return fmt.Errorf("counting: %w", err)
	}
	if err := k.enter(ctx); err != nil {
		return fmt.Errorf("signing in: %w", err)
	}
	seen, on, err := k.round(ctx, "before")
	if err != nil {
		return err
	}
	k.answer.SeenBefore, k.answer.SeenOn = seen, on
	if err := k.takeBack(); err != nil {
		return fmt.Errorf("taking it back by the card: %w", err)
	}
	if err := job.Drain(ctx, k.house.DB, k.house.Jobs(), slog.New(slog.DiscardHandler)); err != nil {
		return err
	}
	k.answer.Visible, k.answer.StillOn, err = k.round(ctx, "after")
	return err
}

// plant opens the card and puts the word into the first thing that its person said and
// that is used.
func (k *checker) plant(ctx context.Context) error {
	c, err := newCrawler(k.base, func(string) string { return "/" })
	if err != nil {
		return err
	}
	text, status, err := c.get("/card/q/" + k.player.vars["code"])
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("the card: %d %w", status, err)
	}
	for _, m := range ownWords.FindAllStringSubmatch(text, -1) {
		named, err := url.PathUnescape(m[1])
		if err != nil {
			return err
		}
		at, err := ref.Parse(named)
		if err != nil {
			return err
		}
		said, err := k.house.rooms.evidence.See(ctx, evidence.SeeIn{Ref: at})
		if err != nil {
			return err
		}
		if said.Fate != "used" {
			continue
		}
		k.at, k.person = at, said.Person
		for _, w := range strings.FieldsFunc(said.Words, func(r rune) bool { return !unicode.IsLetter(r) }) {
			if len(w) > len(k.known) {
				k.known = w
			}
		}
		_, err = run(ctx, k.house, "evidence.edit", k.house.rooms.evidence.Edit, evidence.EditIn{Ref: at, Version: said.Version,
			Words: k.word + ". " + said.Words, Strands: said.StrandList(), Role: said.Role, On: said.On, Source: said.Source})
		if err != nil {
			return err
		}
		return k.look(ctx, said.Project)
	}
	return errors.New("the person with the card said nothing that is used")
}

// enter signs one reader in for each role, and opens the card.
func (k *checker) enter(ctx context.Context) error {
	mux := http.NewServeMux()
	for _, r := range append(append([]string{}, patterns(k.house)...), "GET /api/") {
		mux.HandleFunc(r, func(http.ResponseWriter, *http.Request) {})
	}
	page := func(path string) string {
		r, err := http.NewRequest(http.MethodGet, path, nil)
		if err != nil {
			return ""
		}
		_, pattern := mux.Handler(r)
		return pattern
	}
	programme := k.player.vars["programme"]
	projects, err := k.projects(ctx)
	if err != nil {
		return err
	}
	for _, role := range who.Roles() {
		c, err := newCrawler(k.base, page)
		if err != nil {
			return err
		}
		c.always, c.most = k.at.ID, k.most
		if role == who.ProgrammeLead {
			c.most = k.lead
		}
		link, err := k.invite(ctx, programme, role, projects)
		if err != nil {
			return err
		}
		if _, status, err := c.post(strings.TrimPrefix(link, k.base), nil); err != nil || status != http.StatusOK {
			return fmt.Errorf("%s: %d %w", role, status, err)
		}
		k.readers = append(k.readers, reader{string(role), []string{"/", "/project", "/programme", "/people", "/search?q=" + k.known, "/thread/" + k.at.String()}, nil, c})
	}
	c, err := newCrawler(k.base, page)
	if err != nil {
		return err
	}
	if text, status, err := c.get("/card/q/" + k.player.vars["code"]); err != nil || status != http.StatusOK || !strings.Contains(text, "/card/words/") {
		return fmt.Errorf("the card: %d %w", status, err)
	}
	var from []string
	for _, format := range []string{"standard", "large", "easy", "listen"} {
		from = append(from, "/card/words?format="+format)
	}
	k.readers = append(k.readers, reader{"card", from, nil, c})
	k.answer.Readers = len(k.readers)
	return nil
}

func patterns(h *House) []string {
	var out []string
	for _, r := range h.Routes {
		if strings.HasPrefix(r.Pattern, "GET ") {
			out = append(out, r.Pattern)
		}
	}
	return out
}

// invite makes an account that holds a role in the whole programme, or in each of its
// projects where the role is one of projects, and a link to sign in.
func (k *checker) invite(ctx context.Context, programme string, role who.Role, projects []string) (link string, err error) {
	h := k.house
	scopes := []ref.Ref{ref.Of(ref.Programme, programme)}
	if slices.Contains([]who.Role{who.ProjectLead, who.Partner, who.HostLead, who.HostStaff}, role) {
		scopes = nil
		for _, p := range projects {
			scopes = append(scopes, ref.Of(ref.Project, p))
		}
	}
	err = h.DB.Write(ctx, func(tx *db.Tx) error {
		for _, scope := range scopes {
			out, err := run(tx.Context(), h, "account.invite", h.rooms.account.Invite, account.InviteIn{
				Email: string(role) + "@check.example", Name: "Check " + string(role), Role: string(role), Scope: scope})
			if err != nil {
				return err
			}
			if err := who.Give(tx, who.Grant{Programme: programme, Account: out.Account, Role: role, Scope: scope}, h.Clock.Now()); err != nil {
				return err
			}
			if link, err = h.rooms.account.SignInLink(tx.Context(), out.Account, programme); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		err = fmt.Errorf("%s: %w", role, err)
	}
	return link, err
}

// takeBack withdraws the contribution as its person does: by the card's form.
func (k *checker) takeBack() error {
	card := k.readers[len(k.readers)-1]
	at := "/card/words/" + url.PathEscape(k.at.String()) + "/take"
	text, status, err := card.get(at)
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("%d %w", status, err)
	}
	key := regexp.MustCompile(`name="key" value="([^"]*)"`).FindStringSubmatch(text)
	if key == nil {
		return errors.New("the form holds no key")
	}
	text, status, err = card.post(at, url.Values{"key": {key[1]}, "what": {"hide"}})
	if err != nil || status != http.StatusOK {
		return fmt.Errorf("%d %w", status, err)
	}
	rec, err := k.record()
	if err != nil {
		return err
	}
	if rec.Until != 0 {
		return fault.New(fault.Broken, "house.broken").Because(fmt.Errorf("the card's form did not take it back: %.200s", text))
	}
	return nil
}

func (k *checker) record() (rec ref.Record, err error) {
	ctx := k.house.Operator(context.Background(), k.player.vars["programme"])
	err = k.house.DB.Read(ctx, func(tx *db.Tx) error {
		rec, _, err = ref.Get(tx, k.player.vars["programme"], k.at.ID)
		return err
	})
	return rec, err
}
