package walk_test

import (
	"fmt"
	"strings"
	"testing"

	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// TestNobodyIsShownAClosedDoor follows every link that each role is shown: none leads to
// a page that says no.
func TestNobodyIsShownAClosedDoor(t *testing.T) {
	s := open(t)
	s.member("lead@example.org", "Pat Lead", who.ProgrammeLead, ref.Of(ref.Programme, s.Programme))
	s.furnish(s.visitor().signIn("lead@example.org"))
	for _, role := range who.Roles() {
		t.Run(string(role), func(t *testing.T) {
			email, scope := fmt.Sprintf("%s@example.org", strings.ReplaceAll(string(role), "_", "-")), ref.Of(ref.Project, s.Project)
			if role == who.ProgrammeLead {
				scope = ref.Of(ref.Programme, s.Programme)
			}
			s.member(email, "Someone", role, scope)
			all := s.visitor().signIn(email).crawl(t, "/")
			for _, p := range all {
				sound(t, p)
			}
			t.Logf("%d pages", len(all))
		})
	}
}
