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
	"plait/internal/spine/ref"
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
	State string   // the message of its state
	By    string   // who made it
	Taken []string // who fetched it and when, each in a sentence
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
	lines, err := f.archiveLines(r, out.Archives)
	if err != nil {
		return err
	}
	for _, a := range out.Archives {
		if a.State == ArchiveMaking || a.State == ArchiveAgain {
			v.Making, v.Done, v.Total = true, a.Done, max(a.Total, a.Done, 1)
			v.Progress = f.T(r, "keeper.archive_progress", "Done", lang.Number(language, a.Done), "Total", lang.Number(language, a.Total))
			continue
		}
		l := lines[a.ID]
		l.Day, l.For, l.Why, l.Hash, l.State = clock.DayOf(a.At, ""), a.For, a.Why, a.Hash, f.T(r, "keeper.archive_state_"+a.State)
		if a.Size > 0 {
			l.Size = megabytes(a.Size)
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

// archiveLines says of archives who made them and who fetched them, by id.
func (f *face) archiveLines(r *http.Request, all []Archived) (map[string]archiveLine, error) {
	out := make(map[string]archiveLine, len(all))
	tongue := page.ChromeFrom(r.Context()).Lang
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		zone, err := f.room.zone(tx, who.From(r.Context()).Programme)
		if err != nil {
			return err
		}
		list := make([]TrailEntry, 0, len(all))
		for _, a := range all {
			list = append(list, TrailEntry{Actor: a.Actor, Ref: ref.Of("archive", a.ID)})
		}
		taken, err := fetchedArchives(tx, who.From(r.Context()).Programme, all)
		if err != nil {
			return err
		}
		for _, e := range taken {
			list = append(list, entryOf(e))
		}
		if err := f.room.nameAll(tx.Context(), tx, list); err != nil {
			return err
		}
		for i, e := range list {
			l := out[e.Ref.ID]
			if i < len(all) {
				l.By = f.doerName(r, e)
			} else {
				l.Taken = append(l.Taken, f.T(r, "keeper.archive_taken_by", "Who", f.doerName(r, e), "When", lang.DateTime(tongue, e.At, clock.Zone(zone))))
			}
			out[e.Ref.ID] = l
		}
		return nil
	})
	return out, err
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
