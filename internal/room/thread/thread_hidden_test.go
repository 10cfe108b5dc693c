package thread_test

import (
	"bytes"
	"maps"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/room/thread"
	"plait/internal/spine/ref"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// hidden reads a thread as those who may not see what people said, nor what is one
// person's own: no answer holds anything of either, but about how many spoke.
func hidden(t *testing.T, h *house.House) {
	w := story(h)
	for range 11 {
		join(h, tie.Supports, "", w.finding, said(h, "research", "A paper"))
	}
	own := put(h, ref.Record{Kind: thread.Personal, Person: h.Person(), Title: "I go out again"})
	join(h, tie.LeadsTo, "A reason of their own", own, w.act)
	beyond := put(h, ref.Record{Kind: thread.Lesson, Title: "Learned from one person"})
	join(h, tie.Teaches, "", beyond, own)
	h.Hand.Add(time.Hour)
	change(h, w.lived, func(r *ref.Record) { r.Until = 0 })
	change(h, own, func(r *ref.Record) { r.Version, r.ChangedAt = 2, h.Clock.Now() })
	for _, role := range []who.Role{who.HostLead, who.HostStaff, who.Member} {
		ctx := h.As(role)
		for _, in := range []thread.FollowIn{{Ref: w.finding}, {Ref: w.act}, {Ref: w.learn}, {Ref: w.act, Kinds: []string{thread.Contribution}}, {Ref: w.finding, Changed: true}} {
			out := follow(h, ctx, in)
			if want := map[string]string{"research": "10", "lived": "*", "practice": "*"}; !maps.Equal(out.Said, want) {
				t.Errorf("%s: those who spoke: %v", role, out.Said)
			}
			if out.Counts[thread.Contribution] != 0 || out.Counts[thread.Personal] != 0 || out.Counts[thread.Action] != 1 || out.Counts[thread.Lesson] != 1 {
				t.Errorf("%s counts %v", role, out.Counts)
			}
			for _, as := range []string{thread.CSV, thread.JSON, thread.GraphML} {
				var b bytes.Buffer
				if err := thread.Write(&b, as, out); err != nil {
					t.Fatal(err)
				}
				for _, no := range []string{"contribution", "personal", w.lived.ID, w.practice.ID, own.ID, beyond.ID, "supports", "challenges", "withdrawn"} {
					if strings.Contains(b.String(), no) {
						t.Errorf("%s, from the %s, as %s: it says %q", role, in.Ref.Kind, as, no)
					}
				}
			}
			if n := node(out, w.finding); n.Kind != "" && (n.Stale != thread.Changed || n.StaleSince != 0 || len(n.Why) != 0 || n.Seen != 0) {
				t.Errorf("%s: what moved under the finding: %+v", role, n)
			}
		}
		_, err := h.Try(ctx, "thread.follow", thread.FollowIn{Ref: own})
		refuses(t, string(role)+", from what is a person's own", err, fault.Missing)
		_, err = h.Try(ctx, "thread.follow", thread.FollowIn{Ref: w.lived})
		refuses(t, string(role)+", from what was taken back", err, fault.Missing)
	}
	if out := follow(h, h.As(who.ProjectLead), thread.FollowIn{Ref: w.act}); len(out.Said) != 0 || out.Counts[thread.Personal] != 1 || node(out, w.lived).Shown != thread.Withdrawn || node(out, beyond).Title == "" {
		t.Errorf("the lead: %v, %v", out.Said, out.Counts)
	}
}

// late confirms after something else has changed that nobody has read.
func late(t *testing.T, h *house.House) {
	w := story(h)
	ctx := h.As(who.ProjectLead)
	h.Hand.Add(time.Hour)
	change(h, w.practice, func(r *ref.Record) { r.Version, r.ChangedAt = 2, h.Clock.Now() })
	read := node(follow(h, ctx, thread.FollowIn{Ref: w.finding}), w.finding)
	if read.Seen == 0 || read.Seen > read.StaleSince {
		t.Errorf("seen: %+v", read)
	}
	h.Hand.Add(time.Hour)
	change(h, w.both, func(r *ref.Record) { r.Version, r.ChangedAt = 2, h.Clock.Now() })
	_, err := h.Try(ctx, "thread.confirm", thread.ConfirmIn{Ref: w.finding, Seen: read.Seen})
	refuses(t, "something changed since it was read", err, fault.Conflict)
	again := node(follow(h, ctx, thread.FollowIn{Ref: w.finding}), w.finding)
	if again.Stale != thread.Changed || len(again.Why) != 2 {
		t.Errorf("after the conflict: %+v", again)
	}
	h.Do(ctx, "thread.confirm", thread.ConfirmIn{Ref: w.finding, Seen: again.Seen})
	if n := node(follow(h, ctx, thread.FollowIn{Ref: w.finding}), w.finding); n.Stale != "" {
		t.Errorf("read and confirmed: %+v", n)
	}
}
