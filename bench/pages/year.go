package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"os"
	"strings"

	"plait/internal/app"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/mail"
	"plait/internal/kit/seal"
	"plait/internal/room/account"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// year is an installation that is open in this process.
type year struct {
	house     *app.House
	db        *db.DB
	programme string
	projects  []place
	titles    []string // of findings: people look for words that they remember
}

// place is one project, with findings and lessons of it.
type place struct {
	id                string
	findings, lessons []string
}

// open opens what -dir and -db name; it never makes an empty installation to measure.
func open(ctx context.Context, w wishes) (*year, error) {
	if _, err := os.Stat(w.dir); err != nil {
		return nil, err
	}
	key, err := seal.Load(w.dir, os.Getenv("PLAIT_KEY"))
	if err != nil {
		return nil, err
	}
	var d *db.DB
	if w.db != "" {
		d, err = db.OpenURL(ctx, w.db)
	} else {
		d, err = db.OpenFile(ctx, w.dir)
	}
	if err != nil {
		return nil, err
	}
	if err := app.Migrate(ctx, d); err != nil {
		return nil, err
	}
	now := clock.System{}
	h, err := app.Build(d, app.Options{Clock: now, Key: key, Post: mail.Folder(os.TempDir(), now, nil), BaseURL: "http://127.0.0.1:1", Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))})
	if err != nil {
		return nil, err
	}
	y := &year{house: h, db: d}
	if err := y.look(ctx); err != nil {
		return nil, err
	}
	// What the server's hourly job does: nothing is measured before its first hour.
	return y, d.Write(ctx, func(tx *db.Tx) error { return ref.Fold(tx, y.programme) })
}

// look finds what pages are asked for.
func (y *year) look(ctx context.Context) error {
	type row struct{ programme, project, kind, id, title string }
	return y.db.Read(ctx, func(tx *db.Tx) error {
		rows, err := db.All(tx, db.Q(`select programme, project, kind, id, title from ref_record where kind in ('project', 'finding', 'lesson') order by kind desc, id`),
			func(r db.Row, x *row) error { return r.Scan(&x.programme, &x.project, &x.kind, &x.id, &x.title) })
		if err != nil {
			return err
		}
		at := map[string]int{}
		for _, x := range rows {
			if x.kind == ref.Project {
				y.programme = x.programme
				at[x.id] = len(y.projects)
				y.projects = append(y.projects, place{id: x.id})
			}
		}
		for _, x := range rows {
			i, ok := at[x.project]
			switch {
			case ok && x.kind == "finding":
				y.projects[i].findings = append(y.projects[i].findings, x.id)
				y.titles = append(y.titles, x.title)
			case ok && x.kind == "lesson":
				y.projects[i].lessons = append(y.projects[i].lessons, x.id)
			}
		}
		if len(y.projects) == 0 {
			return fmt.Errorf("this installation holds no year: it has no project")
		}
		for _, p := range y.projects {
			if len(p.findings) == 0 || len(p.lessons) == 0 {
				return fmt.Errorf("this installation holds no year: a project has no finding, or no lesson")
			}
		}
		return nil
	})
}

// reader is one person who opens pages.
type reader struct {
	path    string // of the sign-in link
	project int    // which project is theirs; -1: they lead the programme
	random  *rand.Rand
}

// readers makes the accounts of n readers: a fifth lead the programme, the others each run
// one project. Run again, it finds them.
func (y *year) readers(ctx context.Context, n int, seed uint64) ([]*reader, error) {
	ctx = who.With(ctx, y.house.Policy, who.Actor{Kind: who.Operator, Programme: y.programme})
	do := func(verb string, in any) (any, error) { return y.house.Desk.RunVerb(ctx, y.house.Verbs[verb], "", in) }
	out := make([]*reader, n)
	for i := range out {
		r := &reader{project: i % len(y.projects), random: rand.New(rand.NewPCG(seed, uint64(i)))}
		email := fmt.Sprintf("reader%d@example.org", i)
		var err error
		if i%5 == 0 {
			r.project = -1
			_, err = do("account.make", account.MakeIn{Email: email, Name: fmt.Sprintf("Reader %d", i)})
		} else {
			_, err = do("account.invite", account.InviteIn{Email: email, Name: fmt.Sprintf("Reader %d", i), Role: string(who.ProjectLead),
				Scope: ref.Of(ref.Project, y.projects[r.project].id)})
		}
		if err != nil {
			return nil, err
		}
		link, err := do("account.link", account.LinkIn{Email: email, Programme: y.programme})
		if err != nil {
			return nil, err
		}
		u, err := url.Parse(link.(account.LinkOut).URL)
		if err != nil {
			return nil, err
		}
		r.path = u.Path
		out[i] = r
	}
	return out, nil
}

// kind is one kind of page.
type kind struct {
	name    string
	weight  int  // of 100
	overall bool // for those who lead the programme alone
	path    func(y *year, p place, r *rand.Rand) string
}

func one[T any](r *rand.Rand, of []T) T { return of[r.IntN(len(of))] }

// kinds is the twelve kinds of page, and how often each is opened.
func kinds() []kind {
	at := func(before, after string) func(*year, place, *rand.Rand) string {
		return func(_ *year, p place, _ *rand.Rand) string { return before + p.id + after }
	}
	return []kind{
		{"projects: the list", 8, false, func(*year, place, *rand.Rand) string { return "/project" }},
		{"home of a project", 20, false, at("/project/", "")},
		{"health check of a project", 6, false, at("/project/", "/health")},
		{"overview of the programme", 6, true, func(*year, place, *rand.Rand) string { return "/programme/overview" }},
		{"findings of a project", 10, false, at("/finding/", "")},
		{"a finding with 200 sources", 10, false, func(_ *year, p place, r *rand.Rand) string { return "/finding/" + p.id + "/of/" + one(r, p.findings) }},
		{"what was said", 10, false, at("/evidence/", "")},
		{"actions of a project", 8, false, at("/action/", "")},
		{"thread of a lesson", 6, false, func(_ *year, p place, r *rand.Rand) string { return "/thread/lesson:" + one(r, p.lessons) }},
		{"letters of a project", 4, false, at("/output/", "/letters")},
		{"people of a project", 6, false, at("/people?project=", "")},
		{"search for four words", 6, false, func(y *year, _ place, r *rand.Rand) string {
			words := strings.Fields(one(r, y.titles))
			at := r.IntN(max(1, len(words)-3))
			return "/search?q=" + url.QueryEscape(strings.Join(words[at:min(len(words), at+4)], " "))
		}},
	}
}

// next chooses what a reader opens.
func (y *year) next(r *reader, all []kind) (int, string) {
	for {
		n := r.random.IntN(100)
		for i, k := range all {
			if n -= k.weight; n >= 0 {
				continue
			}
			if k.overall && r.project >= 0 {
				break // not theirs to see: something else
			}
			p := y.projects[max(r.project, 0)]
			if r.project < 0 {
				p = one(r.random, y.projects)
			}
			return i, k.path(y, p, r.random)
		}
	}
}
