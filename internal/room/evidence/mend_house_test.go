package evidence_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/kit/web"
	"plait/internal/room/evidence"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// count is how many rows of a table there are.
func count(h *house.House, from string, args ...any) (n int64) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) (err error) {
		n, err = db.Count(tx, db.Q(`select count(*) from `+from, args...))
		return err
	})
	return n
}

func TestTypedPagesAreAsEdited(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		c := shownBy(h, ctx, "k1", "scan.pdf", []byte(paper([]string{"", ""}, "")))
		if c.Title != "A document" || len(c.Media) != 1 || c.Media[0].Pages != 2 {
			t.Fatalf("%+v", c.Contribution)
		}
		h.Do(ctx, "evidence.describe", evidence.DescribeIn{Ref: c.Ref, File: c.Media[0].ID, Version: 1, Alt: "A zebracrossing form"})
		stands := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: "It stands on the form"}).(evidence.GiveOut).Ref
		h.Write(func(tx *db.Tx) error {
			return tie.Put(ctx, tx, h.Hand.Now(), tie.Tie{ID: h.IDs.New(), From: c.Ref, To: stands, Stance: tie.Stances()[0]})
		})
		h.Do(ctx, "evidence.type-page", evidence.TypePageIn{Ref: c.Ref, Version: 1, Page: 2, Words: "The lift was broken"})
		now := see(h, ctx, c.Ref.ID)
		if now.Title != "The lift was broken" || now.Version != 2 {
			t.Errorf("its title is %q, version %d", now.Title, now.Version)
		}
		for _, words := range []string{"zebracrossing", "broken"} {
			if found := h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Find: words}).(evidence.ListOut).Contributions; len(found) != 1 {
				t.Errorf("%q finds %d", words, len(found))
			}
		}
		if stale := count(h, `ref_record where id = ? and stale_since > 0`, stands.ID); stale != 1 {
			t.Error("what stands on the document was not told that it changed")
		}
	})
}

func TestMarksGoWithTheirFile(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		c := shownBy(h, ctx, "k1", "kerb.jpg", jpegOf(t, 1))
		if status, _, page := multi(h, ctx, "/evidence/"+h.Project+"/said/"+c.Ref.ID+"/add", map[string]string{"key": "k2", "version": "1"}, map[string][]byte{"lamp.jpg": jpegOf(t, 2)}); status != http.StatusSeeOther {
			t.Fatalf("added: %d %s", status, page)
		}
		for _, m := range see(h, ctx, c.Ref.ID).Media {
			h.Do(ctx, "evidence.mark", evidence.MarkIn{Ref: c.Ref, File: m.ID, W: 5000, H: 5000})
		}
		h.Do(ctx, "evidence.drop-media", evidence.DropMediaIn{Ref: c.Ref, Version: 2, File: c.Media[0].ID})
		if left := marksOf(h, c.Ref); len(left) != 1 || left[0].File == c.Media[0].ID {
			t.Errorf("marks after dropping one of two files: %+v", left)
		}
	})
}

// An upload that is swept while its file is made safe is not said to be here.
func TestAnUploadThatGoesMeanwhile(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		b := tone()
		begun := beginUpload(h, ctx, "k1", "bell.wav", len(b))
		putChunk(h, ctx, begun.ID, 0, b)
		sweep := `create trigger swept after update on blob_file begin delete from evidence_upload where id = '` + begun.ID + `'; end`
		if strings.HasSuffix(t.Name(), "/postgres") {
			sweep = `create rule swept as on update to blob_file do also delete from evidence_upload where id = '` + begun.ID + `'`
		}
		h.Write(func(tx *db.Tx) error { return tx.Do(db.Q(sweep)) })
		if got := endUpload(h, ctx, begun.ID); got.Status != http.StatusNotFound || got.Say == "" {
			t.Errorf("%+v", got)
		}
	})
}

func TestSmallPicturesAreMadeOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		c := shownBy(h, ctx, "k1", "kerb.jpg", jpegOf(t, 1))
		views := func() int64 {
			return count(h, `blob_file where record = ? and length(sealed_key) > 0`, c.Media[0].ID+"/views")
		}
		small := "/evidence/" + h.Project + "/file/" + c.Media[0].ID + "?size=small"
		first := body(t, fetch(h, ctx, small, nil))
		all := count(h, `blob_file`)
		if views() != 1 {
			t.Fatalf("%d are kept", views())
		}
		if second := body(t, fetch(h, h.As(who.Reviewer), small, nil)); !bytes.Equal(first, second) || count(h, `blob_file`) != all {
			t.Error("it was made again")
		}
		if got := fetch(h, h.As(who.HostStaff), small, nil).StatusCode; got == http.StatusOK {
			t.Error("host staff saw it")
		}
		// It goes with its file, and with its contribution.
		multi(h, ctx, "/evidence/"+h.Project+"/said/"+c.Ref.ID+"/add", map[string]string{"key": "k2", "version": "1"}, map[string][]byte{"lamp.jpg": jpegOf(t, 2)})
		h.Do(ctx, "evidence.drop-media", evidence.DropMediaIn{Ref: c.Ref, Version: 2, File: c.Media[0].ID})
		if views() != 0 {
			t.Error("it is there after its file was dropped")
		}
		lamp := see(h, ctx, c.Ref.ID).Media[0].ID
		fetch(h, ctx, "/evidence/"+h.Project+"/file/"+lamp+"?size=small", nil)
		if n := count(h, `blob_file where record = ?`, lamp+"/views"); n != 1 {
			t.Fatalf("%d of the second are kept", n)
		}
		h.Do(ctx, "consent.withdraw", withdrawal(h, c.Ref.String()))
		if n := count(h, `blob_file where length(sealed_key) > 0`); n != 0 {
			t.Errorf("%d files can be opened after the words were erased", n)
		}
	})
}

// The picture of a page is drawn for the first who looks.
func TestPagesAreDrawnOnce(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		c := shownBy(h, ctx, "k1", "scan.pdf", []byte(paper([]string{"one", "two"}, "")))
		page := func(n string) *http.Response {
			return fetch(h, ctx, "/evidence/"+h.Project+"/said/"+c.Ref.ID+"/page/"+n, nil)
		}
		got := page("1")
		if got.StatusCode != http.StatusOK {
			t.Skipf("no program here draws pages: status %d", got.StatusCode)
		}
		first := body(t, got)
		if n := count(h, `blob_file where record = ?`, c.Media[0].ID+"/views"); n != 1 {
			t.Fatalf("%d are kept", n)
		}
		all := count(h, `blob_file`)
		if again := body(t, page("1")); !bytes.Equal(first, again) || count(h, `blob_file`) != all {
			t.Error("it was drawn again")
		}
		if other := body(t, page("2")); bytes.Equal(first, other) {
			t.Error("the second page is the first")
		}
	})
}

// What is ours is answered to a script and logged with its cause.
func TestAScriptsFaultIsLogged(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		given := h.Do(ctx, "evidence.give", evidence.GiveIn{Project: h.Project, Words: heard}).(evidence.GiveOut).Ref
		h.Write(func(tx *db.Tx) error { return tx.Do(db.Q(`alter table evidence_excerpt rename to not_here`)) })
		var log bytes.Buffer
		handler, err := web.New(web.Options{Face: h.Face, Log: slog.New(slog.NewTextHandler(&log, nil)), IDs: h.IDs,
			Identify: func(_ http.ResponseWriter, r *http.Request) (context.Context, error) {
				return who.With(r.Context(), h.Policy, who.From(ctx)), nil
			}}, h.Routes)
		if err != nil {
			t.Fatal(err)
		}
		form := url.Values{"quote": {"Ring first"}, "key": {"k1"}}.Encode()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/evidence/"+h.Project+"/said/"+given.ID+"/mark", strings.NewReader(form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Accept", "application/json")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != http.StatusInternalServerError || !strings.Contains(w.Body.String(), `"kind":"broken"`) || strings.Contains(w.Body.String(), "evidence_excerpt") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if !strings.Contains(log.String(), "evidence_excerpt") {
			t.Errorf("the log lacks the cause: %s", &log)
		}
	})
}
