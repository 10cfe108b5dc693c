package keeper

import (
	"net/http"
	"time"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
	"plait/internal/spine/who"
)

// archivesView is the archives that were made, and the one that is being made.
type archivesView struct {
	Making   bool
	Done     int64
	Total    int64
	Progress string
	Archives []archiveLine
}

// archiveLine is one archive as the page shows it.
type archiveLine struct {
	Day   string
	For   string
	Why   string
	State string // the message of its state
	Size  string
	Hash  string
	Fetch string // address of its bytes; "" when they are not here
}

// archiveFormView is the form.
type archiveFormView struct {
	For, Why, Key string
}

func (f *face) archives(w http.ResponseWriter, r *http.Request) error {
	out, err := f.room.Archives(r.Context(), ArchivesIn{})
	if err != nil {
		return err
	}
	language, now := page.ChromeFrom(r.Context()).Lang, f.room.clock.Now()
	v := archivesView{}
	for _, a := range out.Archives {
		if a.State == ArchiveMaking || a.State == ArchiveAgain {
			v.Making, v.Done, v.Total = true, a.Done, max(a.Total, a.Done, 1)
			v.Progress = f.T(r, "keeper.archive_progress", "Done", lang.Number(language, a.Done), "Total", lang.Number(language, a.Total))
			continue
		}
		l := archiveLine{Day: clock.DayOf(a.At, ""), For: a.For, Why: a.Why, Hash: a.Hash, State: f.T(r, "keeper.archive_state_"+a.State)}
		if a.Size > 0 {
			l.Size = f.T(r, "keeper.archive_size", "Size", lang.Number(language, max(1, a.Size>>20)))
		}
		if a.State == ArchiveReady && now < a.Until() {
			l.Fetch = "/keeper/archive/" + a.ID + "/file"
			l.State = f.T(r, "keeper.archive_until", "Count", (a.Until()-now)/int64(time.Hour/time.Microsecond)+1)
		}
		v.Archives = append(v.Archives, l)
	}
	p := page.View{Title: f.T(r, "keeper.archive_title"), Body: v, Back: "/keeper"}
	return f.Show(w, r, "keeper/archive", p)
}

func (f *face) archiveForm(w http.ResponseWriter, r *http.Request) error {
	if err := f.room.db.Read(r.Context(), func(tx *db.Tx) error { return who.Must(r.Context(), tx, "keeper.archive", who.Here(r.Context())) }); err != nil {
		return err
	}
	return f.Show(w, r, "keeper/archive-new", f.archivePage(r, archiveFormView{}))
}

func (f *face) archivePage(r *http.Request, v archiveFormView) page.View {
	return page.View{Title: f.T(r, "keeper.archive_new_title"), Body: v, Back: "/keeper/archive"}
}

func (f *face) archive(w http.ResponseWriter, r *http.Request) error {
	var in ArchiveIn
	if err := form.Read(r, &in); err != nil {
		return err
	}
	if _, err := plug.Run(r.Context(), f.room.desk, "keeper.archive", r.FormValue("key"), f.room.Archive, in); err != nil {
		return f.Again(w, r, "keeper/archive-new", f.archivePage(r, archiveFormView{in.For, in.Why, r.FormValue("key")}), err)
	}
	return web.Redirect(w, r, "/keeper/archive")
}

func (f *face) archiveFile(w http.ResponseWriter, r *http.Request) error {
	in, a, err := f.room.fetch(r.Context(), r.PathValue("archive"))
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }() // it was only read
	h := w.Header()
	h.Set("Content-Type", "application/zip")
	h.Set("Content-Disposition", `attachment; filename="plait-archive-`+clock.DayOf(a.At, "")+`.zip"`)
	// It may take long; what was fetched of it is gone on with by a range.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	http.ServeContent(w, r, "", time.Time{}, in)
	return nil
}
