package evidence

import (
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// captureView is the form for a village hall, and the list of what a device still holds.
type captureView struct {
	giveView
	Keeper   string // whose work it is, on the device
	Name     string // of that person, as they know it
	Title    string // of the project
	Kept     int    // photos and recordings that came with a form which was not taken
	Uploads  []string
	Say      string        // words for the script, as JSON
	Recorder string        // words for the recorder, as JSON
	Offline  bool          // the device may keep work
	List     bool          // the page is the list alone
	Out      bool          // asked for on the way to signing out
	Kinds    []page.Option // the strands and "leave for later"
}

// captureWords are what the script says: each is the message key without its room. A word
// in braces is filled in on the device.
func captureWords() []string {
	return []string{"evidence.capture_say_kept", "evidence.capture_say_sent", "evidence.capture_say_failed", "evidence.capture_say_full",
		"evidence.capture_say_empty", "evidence.capture_say_mended", "evidence.capture_say_remove", "evidence.capture_say_worried",
		"evidence.capture_say_worry", "evidence.capture_say_wordless", "evidence.capture_say_photo", "evidence.capture_say_photos",
		"evidence.capture_say_files", "evidence.capture_say_sending", "evidence.capture_say_signin", "evidence.capture_say_signin_do",
		"evidence.capture_say_help", "evidence.capture_say_waits", "evidence.capture_say_old", "evidence.capture_say_edit", "evidence.capture_say_delete",
		"evidence.capture_say_delete_yes", "evidence.capture_say_worry_do", "evidence.capture_say_worry_ask", "evidence.capture_say_worry_yes",
		"evidence.capture_say_worry_alone", "evidence.capture_say_worry_open", "evidence.capture_say_recorded", "evidence.capture_say_recorded_state",
		"evidence.capture_say_recorded_do", "evidence.capture_say_typed", "evidence.capture_say_typed_do",
		"evidence.capture_say_cancel", "evidence.capture_say_count", "evidence.capture_say_others", "evidence.capture_say_saved_file",
		"evidence.capture_say_back", "evidence.capture_say_back_none", "evidence.capture_say_back_other", "evidence.capture_say_back_bad"}
}

func (f *face) captureView(r *http.Request, in GiveIn) (captureView, error) {
	ctx := r.Context()
	v := captureView{giveView: f.view(r, in), Keeper: keeperOf(ctx), Name: page.ChromeFrom(ctx).Account, Uploads: in.Files, Kept: len(in.Files)}
	v.Offline = !page.ChromeFrom(ctx).OfflineOff && v.Keeper != ""
	for _, s := range turnedStrands(in.Project) {
		v.Kinds = append(v.Kinds, page.Option{Value: s, Text: f.T(r, "page.strand."+s), Hint: f.T(r, "evidence.strand_hint_"+s), Checked: slices.Contains(in.Strands, s)})
	}
	v.Kinds = append(v.Kinds, page.Option{Text: f.T(r, "evidence.capture_later"), Checked: len(in.Strands) == 0})
	err := f.room.db.Read(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(tx.Context(), tx, "evidence.give", ref.Of(ref.Project, in.Project))
		v.Title = rec.Title
		return err
	})
	if err != nil {
		return v, err
	}
	say := map[string]string{}
	for _, key := range captureWords() {
		say[strings.TrimPrefix(key, "evidence.capture_say_")] = f.T(r, key)
	}
	text, err := json.Marshal(say)
	if err != nil {
		return v, err
	}
	v.Say = string(text)
	v.Recorder, err = f.recorderSays(r)
	return v, err
}

func (f *face) showCapture(w http.ResponseWriter, r *http.Request, v captureView, notice string) error {
	return f.Show(w, r, "evidence/capture", f.capturePage(r, v, notice))
}

func (f *face) capturePage(r *http.Request, v captureView, notice string) page.View {
	out := page.View{Title: f.T(r, "evidence.capture_title"), Body: v, Notice: notice, Back: "/evidence/" + v.Project}
	if v.Offline {
		out.Scripts = []string{"evidence-capture.js"}
	}
	return out
}

func (f *face) captureForm(w http.ResponseWriter, r *http.Request) error {
	v, err := f.captureView(r, GiveIn{Project: r.PathValue("project")})
	if err != nil {
		return err
	}
	return f.showCapture(w, r, v, "")
}

// captureWaiting is the list of what this device still holds, which the script fills.
func (f *face) captureWaiting(w http.ResponseWriter, r *http.Request) error {
	v, err := f.captureView(r, GiveIn{Project: r.PathValue("project")})
	if err != nil {
		return err
	}
	v.List, v.Out = true, r.URL.Query().Get("out") != ""
	title := "evidence.capture_waiting_title"
	if v.Out {
		title = "evidence.capture_out_title"
	}
	out := f.capturePage(r, v, "")
	out.Title, out.Back = f.T(r, title), "/evidence/"+v.Project+"/capture"
	return f.Show(w, r, "evidence/capture_waiting", out)
}

// captureReady says before a device sends what it holds whether its owner is the one who
// is signed in. It is asked with every round of sending, and answers without a body.
func (f *face) captureReady(w http.ResponseWriter, r *http.Request) error {
	code := http.StatusNoContent
	switch keeper := keeperOf(r.Context()); {
	case keeper == "":
		code = http.StatusUnauthorized
	case keeper != r.URL.Query().Get("for"):
		code = http.StatusForbidden
	}
	w.Header().Set("Plait-Ready", "1") // so that a hotel's own page is not taken for ours
	w.WriteHeader(code)
	return nil
}

func (f *face) capture(w http.ResponseWriter, r *http.Request) error {
	program := web.WantsJSON(r)
	in, err := f.captured(r)
	var out GiveOut
	var fresh bool
	if err == nil {
		out, fresh, err = f.room.Capture(r.Context(), f.desk, in)
	}
	switch {
	case program && err != nil:
		return f.captureFault(w, r, err)
	case program:
		code := http.StatusOK
		if fresh {
			code = http.StatusCreated
		}
		return web.AnswerJSON(w, code, out)
	case err != nil:
		v, e := f.captureView(r, in.GiveIn)
		if e != nil {
			return errors.Join(err, e)
		}
		v.Key = in.Key
		return f.Again(w, r, "evidence/capture", f.capturePage(r, v, ""), err)
	}
	// The next card inherits all that this one shared; sent again by a reload, this one is
	// found by its key.
	next := GiveIn{Project: in.Project, Said: in.Said}
	next.Role, next.Voice = "", ""
	v, err := f.captureView(r, next)
	if err != nil {
		return err
	}
	v.Key = ""
	return f.showCapture(w, r, v, f.T(r, "evidence.done_given"))
}

// captureFault tells a device what became of what it sent: signin means that it is to be
// kept and sent again after signing in.
func (f *face) captureFault(w http.ResponseWriter, r *http.Request, err error) error {
	out := f.Refused(r, err)
	if ft := fault.Of(err); len(ft.Fields) > 0 {
		var all []string
		for _, x := range ft.Fields {
			all = append(all, f.T(r, x.Say, x.Args...))
		}
		out.Say = strings.Join(all, ". ")
	}
	return web.AnswerRefused(w, err, out)
}

// captured reads a capture form as it comes: the files of a multipart form are taken in one
// by one, after the key that names them, and never held in memory or in a plain folder.
func (f *face) captured(r *http.Request) (Captured, error) {
	c := Captured{GiveIn: GiveIn{Project: r.PathValue("project")}}
	values := url.Values{}
	fill := func() error {
		err := form.Fill(values, &c.GiveIn)
		c.Project = r.PathValue("project")
		return err
	}
	var refused error
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := form.Parse(r); err != nil {
			return c, err
		}
		values = r.PostForm
		c.Key, c.For, c.Files = values.Get("key"), values.Get("for"), values["upload"]
	} else {
		parts, err := r.MultipartReader()
		if err != nil {
			return c, fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
		}
		if refused, err = f.readParts(r, parts, &c, values); err != nil {
			return c, err
		}
	}
	delete(values, "files") // uploads come by their own field
	files := c.Files
	if err := fill(); err != nil {
		return c, err
	}
	c.Files = files
	return c, refused
}

// readParts reads a form's fields into values and takes its files. A file that cannot be
// taken is told after the fields are read, so that a person finds them on the page again.
func (f *face) readParts(r *http.Request, parts *multipart.Reader, c *Captured, values url.Values) (refused, err error) {
	left := int64(form.MaxBytes)
	for n := 1; ; {
		p, err := parts.NextPart()
		if err == io.EOF {
			return refused, nil
		}
		if err != nil {
			return nil, badForm(err)
		}
		if p.FormName() == "file" {
			if p.FileName() == "" {
				continue // a file field that was left empty
			}
			if n == 1 {
				n += len(c.Files) // those that came before have the first keys
			}
			if refused == nil {
				refused = f.room.takeCaptured(r.Context(), c, n, p.FileName(), p)
			}
			n++
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, left+1))
		if err != nil {
			return nil, badForm(err)
		}
		if left -= int64(len(b)); left < 0 {
			return nil, fault.New(fault.TooBig, "house.too_big").With("house.too_big_do")
		}
		switch v := string(b); p.FormName() {
		case "key":
			c.Key = v
		case "for":
			c.For = v
		case "upload":
			c.Files = append(c.Files, v)
		default:
			values.Add(p.FormName(), v)
		}
	}
}

// badForm is a form that ended early, was too big or is none. One that was cut off may be
// sent again as it is, so it must not look like one that is wrong.
func badForm(err error) error {
	var big *http.MaxBytesError
	var cut net.Error
	switch {
	case errors.As(err, &big):
		return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do").Because(err)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.As(err, &cut):
		return fault.New(fault.Busy, "evidence.capture_cut").With("evidence.capture_cut_do").Because(err)
	}
	return fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
}
