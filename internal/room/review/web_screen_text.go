package review

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/page"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// textsView is the list of records whose whole text is read.
type textsView struct {
	Here, Key string
	Tabs      []page.Link
	Lines     []textLine
	Tally     Tally
	Skips     bool
	Pages     page.Pages
}

type textLine struct {
	Href, Title, State, Reason, File string
	Year                             int64
}

func (f *face) texts(w http.ResponseWriter, r *http.Request) error {
	in := TextsIn{Ref: at(r), State: r.URL.Query().Get("state"), After: queryNumber(r, "after")}
	out, err := f.room.Texts(r.Context(), in)
	if err != nil {
		return err
	}
	v := textsView{Here: out.Review.Here(), Tally: out.Tally, Skips: out.Skips}
	for _, x := range []string{"", FullWanted, FullGot, FullNotFound, Include, Exclude} {
		key := "review.text_list_" + x
		if x == "" {
			key = "review.text_list_all"
		}
		v.Tabs = append(v.Tabs, page.Link{Href: v.Here + "/text?state=" + x, Text: f.T(r, key), Current: x == in.State})
	}
	for _, x := range out.Lines {
		line := textLine{Href: v.Here + "/text/" + strconv.FormatInt(x.N, 10), Title: x.Title, Year: x.Year, Reason: x.FullReason}
		switch {
		case x.FullVerdict != "":
			line.State = f.verdictWord(r, x.FullVerdict)
		case x.FullState == "":
			line.State = f.T(r, "review.text_wanted")
		default:
			line.State = f.T(r, "review.text_"+x.FullState)
		}
		if x.FullFile != "" {
			line.File = line.Href + "/file"
		}
		if line.Title == "" {
			line.Title = f.T(r, "review.screen_no_title", "N", x.N)
		}
		v.Lines = append(v.Lines, line)
	}
	if out.Next > 0 {
		v.Pages.Next = v.Here + "/text?state=" + in.State + "&after=" + strconv.FormatInt(out.Next, 10)
	}
	return f.Show(w, r, "review/text_list", page.View{Title: f.T(r, "review.text_title"), Body: v, Back: v.Here})
}

// textView is the page of one record's whole text.
func (f *face) textView(r *http.Request) (screenView, error) {
	v, err := f.screenView(r, NextIn{Ref: at(r), Stage: FullStage, N: number(r, "n")})
	if err != nil {
		return v, err
	}
	v.Action = v.Here + "/text/" + r.PathValue("n")
	v.StateAction = v.Action + "/state"
	if v.FullFile != "" {
		v.File = v.Action + "/file"
	}
	if v.State = v.FullState; v.State == FullNotFound && v.FullVerdict == "" {
		v.Why = v.FullReason
	}
	for _, x := range []string{FullWanted, FullGot, FullNotFound} {
		v.States = append(v.States, page.Option{Value: x, Text: f.T(r, "review.text_"+x)})
	}
	return v, nil
}

func (f *face) textPage(r *http.Request, v screenView) page.View {
	return page.View{Title: f.screenTitle(r, v), Body: v, Back: v.Here + "/text", Scripts: []string{"review-screen.js"}}
}

func (f *face) textOne(w http.ResponseWriter, r *http.Request) error {
	v, err := f.textView(r)
	if err != nil {
		return err
	}
	p := f.textPage(r, v)
	p.Notice = f.Done(r, "review.screen_done_", "undone")
	return f.Show(w, r, "review/text_one", p)
}

func (f *face) decideText(w http.ResponseWriter, r *http.Request) error {
	var in decideForm
	err := in.read(r)
	in.Ref, in.Stage, in.N = at(r), FullStage, number(r, "n")
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.decide", r.FormValue("key"), f.room.Decide, in.DecideIn)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/text")
	}
	v, e := f.textView(r)
	if e != nil {
		return err
	}
	v.Note, v.Reason = in.Note, in.Reason
	return f.Again(w, r, "review/text_one", f.textPage(r, v), err)
}

// textState says where a whole text stands, and takes its file as it comes.
func (f *face) textState(w http.ResponseWriter, r *http.Request) error {
	in, key, err := f.sentText(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.text", key, f.room.Text, in)
	}
	if err == nil {
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/text/"+r.PathValue("n"))
	}
	v, e := f.textView(r)
	if e != nil {
		return err
	}
	if in.State != "" {
		v.State, v.Why = in.State, in.Why
	}
	return f.Again(w, r, "review/text_one", f.textPage(r, v), err)
}

// sentText reads the form of a whole text; its file goes to the store piece by piece. A file
// gets a new id each time it is sent, so the key is of no use with one: to send it twice
// stores where the text stands twice, which is the same.
func (f *face) sentText(r *http.Request) (in TextIn, key string, err error) {
	in.Ref, in.N = at(r), number(r, "n")
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		err = form.Read(r, &in)
		in.Ref, in.N, in.File = at(r), number(r, "n"), ""
		return in, r.FormValue("key"), err
	}
	bad := func(err error) error {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return fault.New(fault.TooBig, "house.too_big").With("house.too_big_do").Because(err)
		}
		return fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(err)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return in, "", bad(err)
	}
	values := map[string][]string{}
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return in, "", bad(err)
		}
		if p.FileName() != "" {
			file, err := f.room.takeWhole(r.Context(), in.Ref, p.FileName(), p)
			if err != nil {
				return in, "", err
			}
			in.File = file
			continue
		}
		b, err := io.ReadAll(io.LimitReader(p, MaxNote+1))
		if err != nil {
			return in, "", bad(err)
		}
		values[p.FormName()] = append(values[p.FormName()], string(b))
	}
	file := in.File
	err = form.Fill(values, &in)
	in.Ref, in.N, in.File = at(r), number(r, "n"), file
	if file == "" && len(values["key"]) > 0 {
		key = values["key"][0]
	}
	return in, key, err
}

// textFile gives the file of a whole text out.
func (f *face) textFile(w http.ResponseWriter, r *http.Request) error {
	file, info, err := f.room.openWhole(r.Context(), at(r), number(r, "n"))
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // it was only read
	return web.ServeStored(w, r, web.Stored{ID: info.ID, Name: info.Name, Media: info.Media, Content: file})
}

// broughtView is the decisions of other tools that came with files.
type broughtView struct {
	Here, Key string
	Waiting   []broughtLines
	Done      []broughtLines
	Going     bool
	Looked    int64
	Records   int64
	Stages    []page.Option
	In        TakeOverIn
}

type broughtLines struct {
	BroughtBy
	ID, Name, State string
}

func (f *face) broughtView(r *http.Request) (v broughtView, err error) {
	out, err := f.room.Brought(r.Context(), BroughtIn{Ref: at(r)})
	if err != nil {
		return v, err
	}
	v = broughtView{Here: out.Review.Here(), Key: r.FormValue("key"), Looked: out.Looked, Records: out.Records}
	for _, x := range Stages() {
		v.Stages = append(v.Stages, page.Option{Value: x, Text: f.T(r, "review.stage_"+x), Checked: x == TitleStage})
	}
	for i, b := range out.Lines {
		line := broughtLines{BroughtBy: b, ID: "name-" + strconv.Itoa(i+1), Name: b.Reviewer, State: f.T(r, "review.brought_"+b.State)}
		if b.State == broughtWaits {
			v.Waiting = append(v.Waiting, line)
			continue
		}
		v.Going = v.Going || b.State == broughtGoes
		v.Done = append(v.Done, line)
	}
	return v, nil
}

func (f *face) brought(w http.ResponseWriter, r *http.Request) error {
	v, err := f.broughtView(r)
	if err != nil {
		return err
	}
	return f.Show(w, r, "review/screen_brought", page.View{Title: f.T(r, "review.brought_title"), Notice: f.Done(r, "review.brought_done_", "takes", "leaves"), Body: v, Back: v.Here})
}

func (f *face) takeOver(w http.ResponseWriter, r *http.Request) error {
	var in TakeOverIn
	err := form.Read(r, &in)
	in.Ref = at(r)
	if err == nil {
		_, err = plug.Run(r.Context(), f.desk, "review.take-over", r.FormValue("key"), f.room.TakeOver, in)
	}
	if err == nil {
		done := "takes"
		if in.Leave {
			done = "leaves"
		}
		return web.Redirect(w, r, "/review/"+r.PathValue("project")+"/of/"+in.Ref.ID+"/screen/brought?done="+done)
	}
	v, e := f.broughtView(r)
	if e != nil {
		return err
	}
	for i := range v.Waiting {
		if v.Waiting[i].Reviewer == in.Reviewer {
			v.Waiting[i].ID, v.Waiting[i].Name = "name", in.Name
		}
	}
	return f.Again(w, r, "review/screen_brought", page.View{Title: f.T(r, "review.brought_title"), Body: v, Back: v.Here}, err)
}
