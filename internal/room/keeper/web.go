package keeper

import (
	"net/http"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

type face struct {
	*web.Face
	room *Room
}

// checkView is the page of the proof: the last one that came to its end, and the one that
// runs.
type checkView struct {
	CheckOut
	Rows     []page.Row
	Known    bool   // there is a proof
	When     string // when it was made
	Going    bool
	Doing    string // what is looked at now
	Progress string
	Done     int64
	Total    int64
	Stopped  bool // the last one could not be done
	Key      string
	May      bool // the reader may have it proven again
}

func (f *face) check(w http.ResponseWriter, r *http.Request) error {
	last, whole, err := f.room.lastChecks(r.Context())
	if err != nil {
		return err
	}
	zone := ""
	v := checkView{CheckOut: whole.Result, Known: whole.ID != "", Going: last.going(f.room.clock.Now()), Done: last.Done, Total: max(1, last.Total), Stopped: last.State == Stopped}
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) (err error) {
		v.May = who.Can(tx.Context(), tx, "keeper.check", who.Here(tx.Context()))
		zone, err = f.room.zone(tx, who.From(tx.Context()).Programme)
		return err
	}); err != nil {
		return err
	}
	tongue := page.ChromeFrom(r.Context()).Lang
	row := func(key string, value string) { v.Rows = append(v.Rows, page.Row{Key: f.T(r, key), Value: value}) }
	if v.Known {
		v.When = f.T(r, "keeper.check_when", "When", lang.DateTime(tongue, whole.Changed, clock.Zone(zone)))
		row("keeper.entries", f.T(r, "keeper.changes", "Count", whole.Result.Proof.Entries))
		row("keeper.erased", f.T(r, "keeper.changes", "Count", whole.Result.Proof.Erased))
		row("keeper.waiting", f.T(r, "keeper.changes", "Count", whole.Result.Proof.Waiting))
		row("keeper.check_files_row", f.T(r, "keeper.check_files_count", "Count", whole.Result.Files))
		row("keeper.check_search_row", f.T(r, "keeper.check_search_count", "Count", whole.Result.Searched))
	}
	if v.Going {
		doing := last.Doing
		if doing == "" {
			doing = "keeper.check_waits"
		}
		v.Progress = f.T(r, "keeper.check_progress", "Doing", f.T(r, doing), "Part", lang.Number(tongue, 100*v.Done/v.Total))
	}
	return f.Show(w, r, "keeper/check", page.View{Title: f.T(r, "keeper.title"), Body: v, Back: "/programme"})
}

// prove asks for a new proof, and comes back to the page that says how far it is.
func (f *face) prove(w http.ResponseWriter, r *http.Request) error {
	if _, err := plug.Run(r.Context(), f.room.desk, "keeper.prove", r.FormValue("key"), f.room.Prove, ProveIn{}); err != nil {
		return err
	}
	return web.Redirect(w, r, "/keeper")
}
