package nodes_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/test/nodes"
	"plait/tool/pg/cluster"
)

// street is a PostgreSQL with a standby that keeps all it acknowledges, and three nodes.
type street struct {
	*nodes.House
	t             *testing.T
	first, second *cluster.Cluster
	client        *nodes.Client
}

func open(t *testing.T, settings ...string) *street {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 3*time.Minute)
	t.Cleanup(stop)
	s := &street{t: t}
	var err error
	if s.first, err = cluster.StartSafe(ctx, settings...); err != nil {
		if errors.Is(err, cluster.ErrAbsent) && strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal(err)
	}
	t.Cleanup(func() { check(t, s.first.Stop()) })
	s.second, err = s.first.Standby(ctx, "second")
	check(t, err)
	t.Cleanup(func() { check(t, s.second.Stop()) })
	s.sql("alter system set synchronous_standby_names = 'second'", "select pg_reload_conf()")
	s.House, err = nodes.Found(ctx, self(t), t.TempDir(), cluster.Hosts(s.first, s.second), as+"=plait")
	check(t, err)
	t.Cleanup(s.Close)
	for range 3 {
		_, err := s.Add(ctx)
		check(t, err)
	}
	s.client, err = s.SignIn(ctx)
	check(t, err)
	return s
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (s *street) sql(statements ...string) {
	s.t.Helper()
	d, err := db.OpenURL(s.t.Context(), cluster.Hosts(s.first, s.second))
	check(s.t, err)
	defer d.Close()
	for _, q := range statements {
		_, err := d.Pool().ExecContext(s.t.Context(), q)
		check(s.t, err)
	}
}

// TestManyNodes is a house of three nodes to which things happen while people write: they
// lose nothing that they were told was kept, and write nothing twice.
func TestManyNodes(t *testing.T) {
	t.Parallel()
	s := open(t)
	t.Run("any node serves any request", s.anyNode)
	t.Run("what one node counts the others count", s.limits)
	t.Run("a node with another key refuses to start", s.otherKey)
	w := &nodes.Writers{Pause: 5 * time.Millisecond}
	s.client.Write(t.Context(), "day", 6, w)
	t.Run("a node that is stopped loses nothing", func(t *testing.T) { s.stopped(t, w) })
	t.Run("a node that is killed loses what it had in hand", func(t *testing.T) { s.killed(t, w) })
	t.Run("the database stops and starts", func(t *testing.T) { s.dbGone(t, w) })
	t.Run("the database stands still", func(t *testing.T) { s.dbFrozen(t, w) })
	t.Run("a standby is promoted", func(t *testing.T) { s.promoted(t, w) })
	acked, lost, twice, err := w.Stop(t.Context(), s.client)
	check(t, err)
	t.Run("what is kept by one server alone is not told as kept", s.alone)
	for i, n := range s.Nodes {
		for line := range strings.Lines(n.Log()) {
			if strings.Contains(line, `"kind":"broken"`) {
				t.Errorf("node %d: %s", i, line)
			}
		}
	}
	t.Logf("%d acknowledged, %d lost, %d twice", acked, lost, twice)
	if acked < 100 || lost > 0 || twice > 0 {
		t.Errorf("%d acknowledged, %d of them lost, %d there twice", acked, lost, twice)
	}
}

func (s *street) anyNode(t *testing.T) {
	a, b, c := s.Nodes[0], s.Nodes[1], s.Nodes[2]
	ref, first := s.client.Give(t.Context(), a, "any-1", "The rail is loose.")
	again, second := s.client.Give(t.Context(), b, "any-1", "The rail is loose.")
	if !first.OK() || !second.OK() || ref == "" || ref != again {
		t.Errorf("a key on two nodes: %q and %q, %v, %v", ref, again, first.Trouble(), second.Trouble())
	}
	if _, other := s.client.Give(t.Context(), c, "any-1", "Something else."); other.Status != http.StatusConflict {
		t.Errorf("the same key with other words on a third node: %d", other.Status)
	}
	page := s.client.At(t.Context(), c, "GET", "/evidence/"+s.Project, nil, nil)
	if page.Status != 200 || !strings.Contains(string(page.Body), "The rail is loose.") {
		t.Errorf("what one node took, another does not show: %d", page.Status)
	}
	for _, n := range s.Nodes {
		got := s.client.At(t.Context(), n, "POST", "/evidence/"+s.Project+"/give", map[string]string{"Origin": "https://elsewhere.example", "Content-Type": "application/x-www-form-urlencoded"}, []byte("words=x"))
		if got.Status != http.StatusForbidden {
			t.Errorf("a form from elsewhere: %d, want 403", got.Status)
		}
	}
	// Signed out on one is signed out on all.
	guest, err := s.SignIn(t.Context())
	check(t, err)
	if out := guest.At(t.Context(), a, "POST", "/account/sign-out", nil, nil); out.Status != 200 {
		t.Errorf("signing out: %v", out.Trouble())
	}
	if got := guest.At(t.Context(), b, "GET", "/evidence/"+s.Project, nil, nil); got.Status != http.StatusUnauthorized {
		t.Errorf("signed out on one node, on another: %d", got.Status)
	}
}

func (s *street) limits(t *testing.T) {
	c, err := s.Stranger()
	check(t, err)
	try := func(n *nodes.Node) nodes.Answer {
		return c.At(t.Context(), n, "POST", "/card", map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte("code=AAAA-BBBB-CCCC"))
	}
	for i := range 20 {
		if got := try(s.Nodes[i%2]); got.Status != http.StatusUnprocessableEntity {
			t.Fatalf("wrong code %d: %d", i+1, got.Status)
		}
	}
	for range 4 { // a minute that turns just now lets one or two more through
		if got := try(s.Nodes[2]); got.Status == http.StatusTooManyRequests {
			return
		}
	}
	t.Error("20 wrong codes on two nodes do not count on the third")
}

func (s *street) otherKey(t *testing.T) {
	var key [32]byte
	_, _ = rand.Read(key[:]) // it never fails
	elsewhere := nodes.House{Program: s.Program, Dir: t.TempDir(), DB: s.DB, Env: s.Env}
	said, err := elsewhere.Refused(t.Context(), "PLAIT_KEY="+base64.StdEncoding.EncodeToString(key[:]))
	if err != nil || !strings.Contains(said, "not the key that the database was made with") {
		t.Errorf("%v: %s", err, said)
	}
}

func (s *street) stopped(t *testing.T, w *nodes.Writers) {
	w.Take()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	s.Watch(ctx)
	time.Sleep(time.Second)
	check(t, s.Nodes[0].Term())
	check(t, s.Nodes[0].Start(t.Context()))
	if told, _ := w.Take(); len(told) > 0 {
		t.Errorf("a node stopped and started: %v %v", told, w.Spells())
	}
}

func (s *street) killed(t *testing.T, w *nodes.Writers) {
	w.Take()
	inFlight, err := s.Nodes[1].Kill()
	check(t, err)
	killed := time.Now()
	_, err = w.After(t.Context(), killed)
	check(t, err)
	told, _ := w.Take()
	// Between the count and the signal one more may have gone out.
	if n := told["cut off"]; len(told) > 1 || len(told) == 1 && n == 0 || int64(n) > inFlight+2 {
		t.Errorf("%d were in flight, and this was told: %v", inFlight, told)
	}
	check(t, s.Nodes[1].Start(t.Context()))
}

// patience is how long an answer may take while the database is away.
const patience = 12 * time.Second

func (s *street) dbGone(t *testing.T, w *nodes.Writers) {
	w.Take()
	check(t, s.first.Halt())
	form := s.client.Form(t.Context(), "/evidence/"+s.Project+"/give", "key", "gone-1", "words", "The step is high and wet.", "project", s.Project)
	if form.Status != http.StatusServiceUnavailable || !strings.Contains(string(form.Body), "The step is high and wet.") || form.Took > patience {
		t.Errorf("a form without a database: %d in %v, %.2000s", form.Status, form.Took, form.Body)
	}
	if page := string(form.Body); !strings.Contains(page, "Send again") || !strings.Contains(page, `name="key" value="gone-1"`) {
		t.Errorf("it cannot be sent again: %s", page)
	}
	check(t, s.first.Again(t.Context()))
	back(t, w, time.Now(), 2*time.Second)
	told, slow := w.Take()
	if slow > patience || told["500"] > 0 {
		t.Errorf("without a database: %v, the slowest answer after %v", told, slow)
	}
}

// back waits until the writers get through again.
func back(t *testing.T, w *nodes.Writers, since time.Time, most time.Duration) {
	t.Helper()
	took, err := w.After(t.Context(), since)
	check(t, err)
	t.Logf("written again %v after the database was back", took)
	if took > most {
		t.Errorf("the nodes were back after %v, want %v", took, most)
	}
}

func (s *street) dbFrozen(t *testing.T, w *nodes.Writers) {
	w.Take()
	check(t, s.first.Freeze())
	got := s.client.Get(t.Context(), "/evidence/"+s.Project)
	if got.Status != http.StatusServiceUnavailable || got.Took > patience {
		t.Errorf("a page from a database that stands still: %d in %v (%v)", got.Status, got.Took, got.Err)
	}
	check(t, s.first.Thaw())
	back(t, w, time.Now(), 4*time.Second)
	if told, slow := w.Take(); slow > patience+5*time.Second || told["500"] > 0 {
		t.Errorf("while it stood still: %v, the slowest answer after %v", told, slow)
	}
}

func (s *street) promoted(t *testing.T, w *nodes.Writers) {
	w.Take()
	check(t, s.first.Crash())
	check(t, s.second.Promote(t.Context()))
	back(t, w, time.Now(), 3*time.Second)
	if told, slow := w.Take(); slow > patience || told["500"] > 0 {
		t.Errorf("while the standby was promoted: %v, the slowest answer after %v", told, slow)
	}
	for i, n := range s.Nodes {
		if got := s.client.At(t.Context(), n, "GET", "/evidence/"+s.Project, nil, nil); got.Status != 200 {
			t.Errorf("node %d after the promotion: %v", i, got.Trouble())
		}
		if _, got := s.client.Give(t.Context(), n, fmt.Sprint("after-", i), fmt.Sprint("After the promotion ", i)); !got.OK() {
			t.Errorf("node %d after the promotion: %v", i, got.Trouble())
		}
	}
}

// alone has someone tell PostgreSQL to wait no longer for a standby that is not there. It
// then calls the work kept, with a warning; we call it unknown.
func (s *street) alone(t *testing.T) {
	s.sql("create table nodes_alone (n bigint not null)", "alter system set synchronous_standby_names = 'nobody'", "select pg_reload_conf()")
	d, err := db.OpenURL(t.Context(), cluster.Hosts(s.first, s.second))
	check(t, err)
	defer d.Close()
	// Until the server has heard of the setting, a write does not wait.
	for range 20 {
		err := s.cancelled(d)
		if db.IsUnknown(err) && fault.Of(err).Kind == fault.Busy {
			return
		}
		check(t, err)
		time.Sleep(200 * time.Millisecond)
	}
	t.Error("what one server alone has kept is told as kept")
}

// cancelled writes, and tells the server to end its waiting.
func (s *street) cancelled(d *db.DB) error {
	pid, done := make(chan int64, 1), make(chan error, 1)
	go func() {
		done <- d.Write(s.t.Context(), func(tx *db.Tx) error {
			n, err := db.Count(tx, db.Q("select pg_backend_pid()"))
			if err == nil {
				err = tx.Do(db.Q("insert into nodes_alone (n) values (1)"))
			}
			select {
			case pid <- n:
			default: // a second run of it
			}
			return err
		})
	}()
	waits := <-pid
	for {
		select {
		case err := <-done:
			return err
		case <-time.After(300 * time.Millisecond):
			s.sql(fmt.Sprintf("select pg_cancel_backend(%d)", waits))
		}
	}
}
