package test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/room/programme"
	"plait/internal/room/project"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
	"plait/test/house"
)

// bounds sets how many histories are tried and how long each is. PLAIT_PROPERTY_CHECKS
// and PLAIT_PROPERTY_STEPS ask for more; rapid's own flags win over both.
func bounds(t *testing.T, checks, steps int) {
	t.Helper()
	given := map[string]bool{}
	flag.Visit(func(f *flag.Flag) { given[f.Name] = true })
	for name, n := range map[string]int{"rapid.checks": checks, "rapid.steps": steps} {
		if given[name] {
			continue
		}
		env := "PLAIT_PROPERTY_" + strings.ToUpper(strings.TrimPrefix(name, "rapid."))
		if v, err := strconv.Atoi(os.Getenv(env)); err == nil && v > 0 {
			n = v
		}
		was := flag.Lookup(name).Value.String()
		if err := flag.Lookup(name).Value.Set(strconv.Itoa(n)); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Lookup(name).Value.Set(was) })
	}
	// A failure prints its seed; no file of it is left in the tree.
	if err := flag.Lookup("rapid.nofailfile").Value.Set("true"); err != nil {
		t.Fatal(err)
	}
}

// The states of a contribution in the model.
type state int

const (
	live   state = iota // given, and not taken back; it may have ended
	taken               // taken back, can be given back for 30 days
	erased              // its words are gone for good
	undone              // its batch was undone
)

// said is what the model knows of one contribution.
type said struct {
	ref     ref.Ref
	person  string
	batch   string
	tokens  []string // of each version, from 1: a word that no other text has
	strands []string // of each version
	state   state
	until   int64
	uses    map[terms.Use]int64
	acts    []act // what was taken back and can be given back, oldest first
}

// act is one take-back.
type act struct {
	id    string
	use   terms.Use // "" = everything
	until int64     // when its 30 days are over
	uses  map[terms.Use]int64
	end   int64 // the project's own end, for everything
}

// readable says whether anyone may read it at an instant.
func (s *said) readable(now int64) bool { return s.state == live && s.until > now }

func (s *said) token() string    { return s.tokens[len(s.tokens)-1] }
func (s *said) version() int64   { return int64(len(s.tokens)) }
func (s *said) strand() string   { return s.strands[len(s.strands)-1] }
func (s *said) words() string    { return textOf(s.token()) }
func textOf(token string) string { return "The kettle is " + token + " and nobody asked." }

// may says what the model allows at an instant.
func (s *said) may(u terms.Use, now int64) bool {
	if !s.readable(now) {
		return false
	}
	return u == terms.Project || s.uses[u] > now
}

// history is one programme, what was done in it, and what must be true of it.
type history struct {
	h         *house.House
	programme string
	project   string
	team      context.Context
	host      context.Context
	foreign   context.Context
	people    []string
	cards     map[string]context.Context
	all       []*said
	n         int // of tokens
	key       int
}

const zone = "Europe/London"

// newHistory starts a programme of its own in a house that other histories used before.
func newHistory(h *house.House) (*history, error) {
	h.Hand.Set(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	ctx := h.T.Context()
	found, err := h.Try(h.Operator(ctx, ""), "programme.found", programme.FoundIn{Facts: programme.Facts{Name: "History", Zone: zone}})
	if err != nil {
		return nil, err
	}
	x := &history{h: h, programme: found.(programme.FoundOut).Programme.ID, cards: map[string]context.Context{}}
	started, err := h.Try(h.Operator(ctx, x.programme), "project.start", project.StartIn{Facts: project.Facts{Title: "Falls at home"}})
	if err != nil {
		return nil, err
	}
	x.project = started.(project.StartOut).Ref.ID
	as := func(role who.Role, p string, scope ref.Ref) context.Context {
		a := who.Actor{Kind: who.Account, ID: h.IDs.New(), Programme: p}
		err = h.DB.Write(ctx, func(tx *db.Tx) error {
			return who.Give(tx, who.Grant{Programme: p, Account: a.ID, Role: role, Scope: scope}, h.Clock.Now())
		})
		return who.With(ctx, h.Policy, a)
	}
	x.team = as(who.ProjectLead, x.programme, ref.Of(ref.Project, x.project))
	if err != nil {
		return nil, err
	}
	x.host = as(who.HostLead, x.programme, ref.Of(ref.Project, x.project))
	if err != nil {
		return nil, err
	}
	x.foreign = as(who.ProgrammeLead, h.Programme, ref.Of(ref.Programme, h.Programme))
	for range 2 {
		p := h.IDs.New()
		x.people = append(x.people, p)
		x.cards[p] = who.With(ctx, h.Policy, who.Actor{Kind: who.Card, ID: h.IDs.New(), Programme: x.programme, Person: p})
		if err == nil {
			err = h.DB.Write(ctx, func(tx *db.Tx) error {
				return ref.Put(tx, ref.Record{Programme: x.programme, ID: p, Kind: ref.Person, Project: x.project, Person: p, Until: ref.NoEnd, Version: 1, ChangedAt: 1})
			})
		}
	}
	return x, err
}

// fresh is a word that no other text holds: seven letters, so that none begins another.
func (x *history) fresh() string {
	x.n++
	out := []byte("zq00000")
	for i, n := 6, x.n; i > 1; i, n = i-1, n/20 {
		out[i] = "bcdfghjklmnpqrtvwxyz"[n%20]
	}
	return string(out)
}

func (x *history) now() int64 { return x.h.Hand.Now() }

// some draws one contribution that keep lets through.
func (x *history) some(rt *rapid.T, keep func(*said) bool) *said {
	var list []*said
	for _, s := range x.all {
		if keep(s) {
			list = append(list, s)
		}
	}
	if len(list) == 0 {
		rt.Skip("there is none")
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(rt, "which")]
}

// by is the context of the team, or of the person's card where there is one.
func (x *history) by(rt *rapid.T, s *said) context.Context {
	if c, ok := x.cards[s.person]; ok && s.state != erased && rapid.Bool().Draw(rt, "on the card") {
		return c
	}
	return x.team
}

// do runs a writing verb as a face does, with a key, twice: the second answer must be the first.
func (x *history) do(rt *rapid.T, ctx context.Context, verb string, in any) (any, error) {
	rt.Helper()
	x.key++
	key := fmt.Sprint("key-", x.key)
	v, ok := x.h.Verbs[verb]
	if !ok {
		rt.Fatalf("there is no verb %s", verb)
	}
	if v.Batch {
		return v.Do(ctx, in)
	}
	out, err := x.h.Desk.RunVerb(ctx, v, key, in)
	if err != nil {
		return nil, err
	}
	if rapid.IntRange(0, 3).Draw(rt, "sent twice") == 0 {
		again, err := x.h.Desk.RunVerb(ctx, v, key, in)
		if err != nil || fmt.Sprint(again) != fmt.Sprint(out) {
			rt.Fatalf("%s sent twice: %v, then %v, %v", verb, out, again, err)
		}
	}
	return out, nil
}

// want fails unless err is a fault of the kind; "" wants none.
func want(rt *rapid.T, what string, err error, kind fault.Kind) {
	rt.Helper()
	switch {
	case kind == "" && err != nil:
		rt.Fatalf("%s: %v", what, err)
	case kind != "" && !fault.Is(err, kind):
		rt.Fatalf("%s: %v, want %s", what, err, kind)
	}
}

// agreement draws what is agreed to, and what the model makes of it.
func (x *history) agreement(rt *rapid.T) (a terms.Agreement, until int64, uses map[terms.Use]int64) {
	a = terms.Agreement{Uses: rapid.SliceOfNDistinct(rapid.SampledFrom([]terms.Use{terms.Quote, terms.Web, terms.Group}), 0, 2, rapid.ID).Draw(rt, "uses")}
	until = clock.Forever
	if days := rapid.SampledFrom([]int{-1, 0, 3, 40}).Draw(rt, "ends in days"); days >= 0 {
		a.Ends = clock.DayOf(x.now()+int64(days)*clock.Day, zone)
		end, err := clock.EndOf(a.Ends, zone)
		if err != nil {
			rt.Fatal(err)
		}
		until = end
	}
	uses = map[terms.Use]int64{}
	for _, u := range a.Uses {
		uses[u] = until
	}
	return a, until, uses
}

// strands draws the strands of a contribution and their stored form.
func strands(rt *rapid.T, least int) ([]string, string) {
	in := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"lived", "practice", "research"}), least, 2, rapid.ID).Draw(rt, "strands")
	in = slices.Clone(in)
	slices.Sort(in)
	return in, strings.Join(in, "+")
}
