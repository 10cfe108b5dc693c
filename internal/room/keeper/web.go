package keeper

import (
	"net/http"

	"plait/internal/kit/page"
	"plait/internal/kit/web"
)

type face struct {
	*web.Face
	room *Room
}

// checkView is the page of the proof.
type checkView struct {
	CheckOut
	Rows []page.Row
}

func (f *face) check(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.prove(r.Context(), "keeper.see")
	if err != nil {
		return err
	}
	v := checkView{CheckOut: out}
	row := func(key string, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	row("keeper.entries", f.T(r, "keeper.changes", "Count", out.Proof.Entries))
	row("keeper.erased", f.T(r, "keeper.changes", "Count", out.Proof.Erased))
	row("keeper.waiting", f.T(r, "keeper.changes", "Count", out.Proof.Waiting))
	return f.Show(w, r, "keeper/check", page.View{Title: f.T(r, "keeper.title"), Body: v, Back: "/programme"})
}
