package test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"plait/test/house"
)

// TestReadyzSaysWhyANodeMayNotServe breaks one thing at a time. /healthz goes on saying ok.
func TestReadyzSaysWhyANodeMayNotServe(t *testing.T) {
	var kit house.Kit
	exec := func(statement string) func(h *house.House) error {
		return func(h *house.House) error {
			_, err := h.DB.Pool().ExecContext(h.T.Context(), statement)
			return err
		}
	}
	sqlite := kit.SQLite
	for _, c := range []struct {
		name   string
		makes  func(t *testing.T) *house.House
		breaks func(h *house.House) error
		status int
		line   string
	}{
		{"nothing, on PostgreSQL", kit.Postgres, func(*house.House) error { return nil }, 200, "ready"},
		{"nothing", sqlite, func(*house.House) error { return nil }, 200, "ready"},
		{"older", sqlite, exec("delete from goose_db_version where version_id = (select max(version_id) from goose_db_version)"), 503, "migrations missing 1"},
		{"newer", sqlite, exec("insert into goose_db_version (version_id, is_applied) values (299901010000, true)"), 200, "migrations ok, the database is newer than this program"},
		{"key", sqlite, exec("insert into account_key (mark) values ('of another house')"), 503, "key wrong"},
		{"stopping", sqlite, func(h *house.House) error { h.Stopping(); return nil }, 503, "stopping yes"},
		{"away", sqlite, func(h *house.House) error { return h.DB.Close() }, 503, "database away"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := c.makes(t)
			if err := c.breaks(h); err != nil {
				t.Fatal(err)
			}
			for path, want := range map[string]int{"/readyz": c.status, "/healthz": 200} {
				w := httptest.NewRecorder()
				h.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
				if w.Code != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain") {
					t.Errorf("%s: %d %s", path, w.Code, w.Body)
				}
				if path == "/readyz" && !strings.Contains(w.Body.String(), c.line+"\n") {
					t.Errorf("no line %q in %s", c.line, w.Body)
				}
			}
		})
	}
}
