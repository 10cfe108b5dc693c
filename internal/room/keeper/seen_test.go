package keeper_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/room/keeper"
	"plait/internal/spine/who"
	"plait/test/house"
)

// see gives a page of an address as the web does.
func see(t *testing.T, h *house.House, ctx context.Context, address string) string {
	t.Helper()
	path, _, _ := strings.Cut(address, "?")
	for _, p := range h.Plugs {
		for _, rt := range p.Routes {
			if rt.Pattern != "GET "+path {
				continue
			}
			w := httptest.NewRecorder()
			if err := rt.Handle(w, httptest.NewRequestWithContext(ctx, "GET", address, nil)); err != nil {
				t.Fatal(err)
			}
			return w.Body.String()
		}
	}
	t.Fatal("there is no such route: " + path)
	return ""
}

func TestThePageOfBackupsSaysWhatARestoreNeeds(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		r := backupRoom(t, h)
		for range 2 { // within one second: their times read the same
			if _, err := r.BackUp(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		lead := h.As(who.ProgrammeLead)
		s := h.Do(lead, "keeper.backups", keeper.BackupsIn{}).(keeper.BackupState)
		if s.Folder != filepath.Join(h.Dir, "backup") || s.Next <= h.Clock.Now() || s.Next > h.Clock.Now()+s.Every*3_600_000_000 {
			t.Errorf("%+v", s)
		}
		page := see(t, h, lead, "/keeper/backup")
		for _, want := range []string{s.List[0].ID, s.List[1].ID, s.Folder, "The next one is made by itself about", "Europe/London", "less than a second"} {
			if !strings.Contains(page, want) {
				t.Errorf("%q is not on the page", want)
			}
		}
	})
}

func TestTheTrailLeadsToNothingThatIsGone(t *testing.T) {
	var kit house.Kit
	kit.Each(t, func(t *testing.T, h *house.House) {
		lead := h.As(who.ProgrammeLead)
		stays, goes := give(h, h.Project, "The lift is out again", false), give(h, h.Project, "Nobody rang", false)
		link := func(id string) bool { return strings.Contains(see(t, h, lead, "/keeper/trail"), "/said/"+id+`"`) }
		if !link(stays.ID) || !link(goes.ID) {
			t.Fatal("no links: this proves nothing")
		}
		text, err := json.Marshal(map[string]any{"ref": goes})
		if err != nil {
			t.Fatal(err)
		}
		h.Ask(lead, "consent.withdraw", string(text))
		if !link(stays.ID) || link(goes.ID) {
			t.Error("what was taken back is linked, or what stays is not")
		}
	})
}
