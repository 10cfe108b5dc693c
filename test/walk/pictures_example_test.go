package walk_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"maps"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"plait/test/browser"
	"plait/test/house"
)

const (
	// shelf is where the pictures of the README lie, from this folder.
	shelf = "../../docs/pictures"
	// maxPicture is the most one of them may weigh, in bytes.
	maxPicture = 250 << 10
)

// TestPicturesOfTheExample plays the example, serves it and takes the pictures that the
// README shows. It also measures what they promise: a project's home answers its four
// questions and says what next in one window of a laptop, and on a phone what is due and
// who is missing come first.
func TestPicturesOfTheExample(t *testing.T) {
	if os.Getenv("PLAIT_PICTURES") == "" {
		t.Skip("PLAIT_PICTURES is not set: the pictures of the README stay as they are")
	}
	e := playExample(t)
	project := e.one("project", "list", "Who do I ring?")
	finding := e.one("finding", "list", "People want one number", "--project", project)
	lesson := e.one("lesson", "list", "Give the phone to people who can act", "--project", project)

	team := e.enter(`/account/enter/\S+`, http.MethodPost, 1)
	win := team.window(t, "/project/"+project, laptop)
	if at := bottom(win, "#next"); at > 800 {
		t.Errorf("what next ends at %.0f pixels, below a laptop's window of 800", at)
	}
	take(t, win, "home.png", 0, 800)
	win.Go(e.URL + "/thread/lesson:" + lesson)
	take(t, win, "thread.png", 0, bottom(win, ".pl-thread")+24)
	win.Go(e.URL + "/finding/" + project + "/of/" + finding + "/pick")
	braid := browser.Eval[float64](win, `document.querySelector("#contributions").getBoundingClientRect().top + scrollY`)
	take(t, win, "braid.png", braid-56, braid+784)
	win.Width(phone)
	win.Go(e.URL + "/project/" + project)
	for _, first := range []string{"#due", "#heard ul", "#heard ul + p"} {
		if at := bottom(win, first); at > 844 {
			t.Errorf("%s ends at %.0f pixels, below the first screen of a phone", first, at)
		}
	}

	iris := e.enter(`/card/q/\S+`, http.MethodGet, 0)
	card := iris.window(t, "/card/words?format=easy", phone)
	take(t, card, "card.png", 0, 1200)
}

// player is the example as it is served.
type player struct {
	t          *testing.T
	dir, links string
	URL        string
}

// playExample plays the example and serves it until the test ends.
func playExample(t *testing.T) *player {
	t.Helper()
	p := &player{t: t, dir: filepath.Join(t.TempDir(), "example")}
	code, links, errs := house.Plait(t.Context(), "demo", "--dir", p.dir, "--no-serve")
	if code != 0 {
		t.Fatal(errs)
	}
	p.links = links
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan string, 1)
	go func() { _, _, errs := house.Plait(ctx, "serve", "--dir", p.dir, "--listen", address); ended <- errs }()
	t.Cleanup(func() { stop(); <-ended })
	p.URL = "http://" + address
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		resp, err := http.Get(p.URL + "/")
		if err == nil {
			_ = resp.Body.Close()
			return p
		}
		if time.Now().After(end) {
			t.Fatalf("the example is not served: %v", err)
		}
	}
}

// one gives the id of the record whose title begins so.
func (p *player) one(noun, verb, begins string, args ...string) string {
	p.t.Helper()
	code, out, errs := house.Plait(p.t.Context(), append([]string{noun, verb, "--dir", p.dir, "--json"}, args...)...)
	if code != 0 {
		p.t.Fatal(errs)
	}
	var lists map[string]json.RawMessage
	if err := json.Unmarshal([]byte(out), &lists); err != nil {
		p.t.Fatal(err)
	}
	for _, list := range lists {
		var records []struct{ Ref, Title, Statement string }
		if json.Unmarshal(list, &records) != nil {
			continue // counts, or where the next page begins
		}
		for _, r := range records {
			if strings.HasPrefix(cmp.Or(r.Title, r.Statement), begins) {
				_, id, _ := strings.Cut(r.Ref, ":")
				return id
			}
		}
	}
	p.t.Fatalf("%s %s: nothing begins with %q", noun, verb, begins)
	return ""
}

// guest is someone who has come in by one of the example's links.
type guest struct {
	*http.Client
	p *player
}

// enter follows the nth of the links of that form.
func (p *player) enter(form, method string, nth int) *guest {
	p.t.Helper()
	found := regexp.MustCompile(form).FindAllString(p.links, -1)
	if len(found) <= nth {
		p.t.Fatalf("no link %d like %s in\n%s", nth, form, p.links)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	g := &guest{&http.Client{Jar: jar}, p}
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.URL+found[nth], nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := g.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil || resp.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %s %v", found[nth], resp.Status, err)
	}
	return g
}

// window opens a browser window with the guest's cookies.
func (g *guest) window(t *testing.T, path string, width int) *browser.Page {
	t.Helper()
	at, err := url.Parse(g.p.URL)
	if err != nil {
		t.Fatal(err)
	}
	var opts []browser.Option
	for _, c := range append(g.Jar.Cookies(at), g.Jar.Cookies(at.JoinPath("card", "words"))...) {
		opts = append(opts, browser.WithCookie(c.Name, c.Value))
	}
	return chrome.Open(t, g.p.URL+path, width, opts...)
}

// bottom is where an element ends, in pixels from the top of the page.
func bottom(p *browser.Page, selector string) float64 {
	return browser.Eval[float64](p, `document.querySelector("`+selector+`").getBoundingClientRect().bottom + scrollY`)
}

// take keeps a stretch of the page, as wide as the window, as a picture of few colours;
// from and to are pixels from the top of the page.
func take(t *testing.T, p *browser.Page, name string, from, to float64) {
	t.Helper()
	width := browser.Eval[float64](p, "document.fonts.ready.then(() => document.documentElement.clientWidth)")
	raw, err := chromedp.Run[[]byte](p.Context(), func(ctx context.Context, _ *chromedp.Target) ([]byte, error) {
		beyond := true
		got, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &beyond,
			Clip: &page.Viewport{Y: from, Width: width, Height: to - from, Scale: 1}})
		if err != nil {
			return nil, err
		}
		return got.Data, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	full, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, fewColours(full)); err != nil {
		t.Fatal(err)
	}
	if out.Len() > maxPicture {
		t.Errorf("%s weighs %d bytes, at most %d", name, out.Len(), maxPicture)
	}
	if err := os.MkdirAll(shelf, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shelf, name), out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Logf("%s: %.0f by %.0f pixels, %d bytes", name, width, to-from, out.Len())
}

// fewColours gives the picture in its 256 most used colours; any other becomes the nearest.
func fewColours(in image.Image) *image.Paletted {
	used := map[color.RGBA]int{}
	b := in.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(in.At(x, y)).(color.RGBA) }
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			used[at(x, y)]++
		}
	}
	most := slices.SortedFunc(maps.Keys(used), func(p, q color.RGBA) int {
		return cmp.Or(used[q]-used[p], cmp.Compare(p.R, q.R), cmp.Compare(p.G, q.G), cmp.Compare(p.B, q.B))
	})
	var palette color.Palette
	for _, c := range most[:min(256, len(most))] {
		palette = append(palette, c)
	}
	nearest := map[color.RGBA]uint8{}
	out := image.NewPaletted(b, palette)
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := at(x, y)
			i, ok := nearest[c]
			if !ok {
				i = uint8(palette.Index(c))
				nearest[c] = i
			}
			out.SetColorIndex(x, y, i)
		}
	}
	return out
}
