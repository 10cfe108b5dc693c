package test_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/room/account"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

// large is from how many rows a table is not read whole by a page.
const large = 10_000

// TestPlans fills a house with tens of thousands of rows, opens every page that links lead
// to as the lead of the programme and as the lead of one project, and reads how the engine
// runs each query: no large table is read whole, and every index is of use to some page or
// is named with its reason.
func TestPlans(t *testing.T) {
	var kit house.Kit
	var mu sync.Mutex
	used := map[string]bool{}
	kit.Each(t, func(t *testing.T, h *house.House) {
		at := crowd(t, h)
		rows := rowsOf(t, h)
		w := &watcher{seen: map[string]db.Statement{}}
		h.DB.Watch(w.hear)
		pages := 0
		for _, role := range []who.Role{who.ProgrammeLead, who.ProjectLead} {
			pages += open(t, h, role, at)
		}
		h.DB.Watch(nil)
		for _, sql := range slices.Sorted(maps.Keys(w.seen)) {
			p := explain(t, h, w.seen[sql])
			for _, trouble := range p.troubles(sql, rows) {
				t.Errorf("%s\n%s\n%s", trouble, sql, p.text)
			}
			mu.Lock()
			for _, i := range p.indexes {
				used[i] = true
			}
			mu.Unlock()
		}
		t.Logf("%d pages, %d queries", pages, len(w.seen))
		if pages < 60 {
			t.Errorf("only %d pages were opened: links are no longer found", pages)
		}
		if t.Failed() {
			return
		}
		for _, i := range indexes(t, h) {
			if _, explained := otherUses()[i]; !used[i] && !explained {
				t.Errorf("no page uses the index %s: drop it, or say in otherUses what does", i)
			}
		}
	})
}

// watcher keeps one statement of each text.
type watcher struct {
	mu   sync.Mutex
	seen map[string]db.Statement
}

func (w *watcher) hear(_ context.Context, s db.Statement) {
	if !strings.HasPrefix(s.SQL, "select") && !strings.HasPrefix(s.SQL, "with") {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// Lists of any length are one query.
	w.seen[lists.ReplaceAllString(s.SQL, "(…)")] = s
}

var lists = regexp.MustCompile(`\(\$\d+(, \$\d+)*\)`)

var (
	link  = regexp.MustCompile(`href="(/[^"#]*)`)
	ident = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|/[0-9]+`)
)

// open follows links as someone with a role, one page of each shape, and gives how many.
func open(t *testing.T, h *house.House, role who.Role, first []string) int {
	t.Helper()
	cookies := enter(t, h, role)
	todo := append([]string{"/project", "/programme", "/programme/overview", "/people", "/lesson", "/search?q=made+up+words", "/worry", "/account"}, first...)
	done := map[string]bool{}
	n := 0
	// A review's lists can be asked for in so many ways that nothing else would be opened.
	var reviews []string
	const before = 220
	for most := before; ; {
		if len(todo) == 0 || n >= most {
			if reviews == nil {
				break
			}
			todo, reviews, most = reviews, nil, n+80
			continue
		}
		path := strings.ReplaceAll(todo[0], "&amp;", "&")
		todo = todo[1:]
		if most == before && strings.HasPrefix(path, "/review/") {
			reviews = append(reviews, path)
			continue
		}
		u, err := url.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		q := u.Query()
		q.Del("lang")
		q.Del("format")
		shape := ident.ReplaceAllString(u.Path, "*") + "?" + strings.Join(slices.Sorted(maps.Keys(q)), "&")
		// The keeper's pages prove what is stored: they are there to read all of it.
		if done[shape] || strings.HasPrefix(path, "/keeper") || strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/public/") || strings.HasSuffix(u.Path, "/export") {
			continue
		}
		done[shape] = true
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		for _, c := range cookies {
			req.AddCookie(c)
		}
		rec := httptest.NewRecorder()
		h.Handler.ServeHTTP(rec, req)
		if rec.Code >= 500 {
			t.Errorf("%s: %d", path, rec.Code)
		}
		if rec.Code != http.StatusOK {
			continue
		}
		n++
		for _, m := range link.FindAllStringSubmatch(rec.Body.String(), -1) {
			todo = append(todo, m[1])
		}
	}
	return n
}

// enter signs somebody new in.
func enter(t *testing.T, h *house.House, role who.Role) []*http.Cookie {
	t.Helper()
	email := string(role) + "@example.org"
	if role == who.ProgrammeLead {
		h.Do(h.AsOperator(), "account.make", account.MakeIn{Email: email, Name: "Somebody"})
	} else {
		h.Do(h.AsOperator(), "account.invite", account.InviteIn{Email: email, Name: "Somebody", Role: string(role), Scope: ref.Of(ref.Project, h.Project)})
	}
	made := h.Do(h.AsOperator(), "account.link", account.LinkIn{Email: email, Programme: h.Programme}).(account.LinkOut)
	u, err := url.Parse(made.URL)
	if err != nil {
		t.Fatal(err)
	}
	rec := httptest.NewRecorder()
	h.Handler.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodPost, u.Path, nil))
	resp := rec.Result()
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusSeeOther {
		text, _ := io.ReadAll(resp.Body)
		t.Fatalf("signing in: %s\n%s", resp.Status, text)
	}
	return resp.Cookies()
}

// plan is how an engine runs a query.
type plan struct {
	text    string
	engine  db.Engine
	whole   []string // tables, or their aliases, that are read whole
	broad   []string // those of which all of a programme is read
	indexes []string
}

func explain(t *testing.T, h *house.House, s db.Statement) plan {
	t.Helper()
	p := plan{engine: h.DB.Engine()}
	err := h.DB.Read(t.Context(), func(tx *db.Tx) error {
		if p.engine == db.SQLite {
			rows, err := tx.SQL().QueryContext(t.Context(), "explain query plan "+s.SQL, s.Args...)
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var id, parent, nothing int64
				var line string
				if err := rows.Scan(&id, &parent, &nothing, &line); err != nil {
					return err
				}
				p.line(line)
			}
			return rows.Err()
		}
		var text string
		if err := tx.SQL().QueryRowContext(t.Context(), "explain (format json) "+s.SQL, s.Args...).Scan(&text); err != nil {
			return err
		}
		p.text = text
		var all []struct{ Plan node }
		if err := json.Unmarshal([]byte(text), &all); err != nil {
			return err
		}
		for _, x := range all {
			p.node(x.Plan, false)
		}
		return nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, s.SQL)
	}
	return p
}

var (
	scans    = regexp.MustCompile(`^SCAN (\w+)`)
	searches = regexp.MustCompile(`^SEARCH (\w+) .*\((.*)\)`)
	byIndex  = regexp.MustCompile(`USING (?:COVERING )?INDEX (\w+)`)
)

// line reads a line of SQLite's plan.
func (p *plan) line(line string) {
	p.text += line + "\n"
	if m := byIndex.FindStringSubmatch(line); m != nil {
		p.indexes = append(p.indexes, m[1])
	}
	if m := scans.FindStringSubmatch(line); m != nil {
		p.whole = append(p.whole, m[1])
	}
	if m := searches.FindStringSubmatch(line); m != nil && m[2] == "programme=?" {
		p.broad = append(p.broad, m[1])
	}
}

// node is a step of PostgreSQL's plan.
type node struct {
	Type  string  `json:"Node Type"`
	Table string  `json:"Relation Name"`
	Index string  `json:"Index Name"`
	Cond  string  `json:"Index Cond"`
	Rows  float64 `json:"Plan Rows"`
	Plans []node
}

// node reads a step and those under it; few says that a step above stops reading early.
func (p *plan) node(n node, few bool) {
	if n.Index != "" {
		p.indexes = append(p.indexes, n.Index)
	}
	few = few || n.Type == "Limit"
	switch {
	case n.Type == "Seq Scan":
		p.whole = append(p.whole, n.Table)
	case strings.HasPrefix(n.Type, "Index") && n.Table != "" && n.Cond == "" && !few:
		p.whole = append(p.whole, n.Table)
	}
	for _, x := range n.Plans {
		p.node(x, few)
	}
}

var alias = regexp.MustCompile(`(?:from|join) (\w+)(?: (?:as )?(\w+))?`)

// troubles says what is wrong with a plan. sizes are the rows of each table.
func (p *plan) troubles(sql string, sizes map[string]int64) (out []string) {
	tables := map[string][]string{}
	for _, m := range alias.FindAllStringSubmatch(sql, -1) {
		tables[m[1]] = append(tables[m[1]], m[1])
		tables[m[2]] = append(tables[m[2]], m[1])
	}
	say := func(names []string, what string) {
		for _, name := range names {
			for _, table := range tables[name] {
				if sizes[table] > large {
					out = append(out, fmt.Sprintf("%s: %s of %s, %d rows", p.engine, what, table, sizes[table]))
				}
			}
		}
	}
	say(p.whole, "all is read")
	say(p.broad, "all of a programme is read")
	return out
}

// rowsOf counts the rows of every table.
func rowsOf(t *testing.T, h *house.House) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	h.Read(func(tx *db.Tx) error {
		all, err := db.Tables(tx)
		for _, x := range all {
			n, err := db.Count(tx, db.Q("select count(*) from "+x.Name))
			if err != nil {
				return err
			}
			out[x.Name] = n
		}
		return err
	})
	for _, name := range []string{"ref_record", "tie", "evidence_contribution", "terms_use", "trail_entry", "trail_body"} {
		if out[name] <= large {
			t.Fatalf("%s has only %d rows: nothing is proven", name, out[name])
		}
	}
	return out
}

// indexes lists the indexes that somebody made, without those of keys.
func indexes(t *testing.T, h *house.House) (out []string) {
	t.Helper()
	q := `select name from sqlite_master where type = 'index' and sql is not null order by name`
	if h.DB.Engine() == db.Postgres {
		q = `select indexname from pg_indexes i where schemaname = current_schema() and not exists (
			select 1 from pg_constraint c where c.conname = i.indexname) order by indexname`
	}
	h.Read(func(tx *db.Tx) (err error) { out, err = db.All(tx, db.Q(q), db.Value[string]); return err })
	return slices.DeleteFunc(out, func(s string) bool { return strings.HasPrefix(s, "river_") || strings.HasPrefix(s, "goose_") })
}
