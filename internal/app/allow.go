package app

import (
	"net/http"

	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// allow asks for a page's permission before its handler runs, at the place that the
// address names: a second lock, for the verbs behind the page ask again.
func (h *House) allow(r *http.Request, permission string) error {
	if h.rooms.card.Contributors(r.URL.Path) {
		return nil // a card's pages know what to say to someone whose card has closed
	}
	return h.DB.Read(r.Context(), func(tx *db.Tx) error {
		p, ok := h.Policy.Get(permission)
		if ok && (p.Any || p.Self) {
			return who.Must(tx.Context(), tx, permission, who.House())
		}
		if at, ok := placeOf(r); ok {
			return who.Must(tx.Context(), tx, permission, at)
		}
		return who.Somewhere(tx.Context(), tx, permission)
	})
}

// placeOf is the scope or record that an address names, if it names one.
func placeOf(r *http.Request) (ref.Ref, bool) {
	if v := r.PathValue("project"); v != "" {
		return ref.Of(ref.Project, v), true
	}
	for _, name := range []string{"ref", "scope"} {
		if at, err := ref.Parse(r.PathValue(name)); err == nil {
			return at, true
		}
	}
	if v := r.PathValue("person"); id.Valid(v) {
		return ref.Of(ref.Person, v), true
	}
	if v := r.PathValue("id"); id.Valid(v) {
		return ref.Ref{ID: v}, true // of whatever kind: its row says where it stands
	}
	return ref.Ref{}, false
}
