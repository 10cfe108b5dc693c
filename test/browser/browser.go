// Package browser drives a headless Chromium for the page tests.
//
// A test package holds one Shared in a _test.go file and hands its TestMain to
// it. The browser starts at the first Open and ends with the package. Every
// Open is a private window of its own, so no test sees another's cookies:
//
//	var chrome browser.Shared
//
//	func TestMain(m *testing.M) { os.Exit(chrome.Main(m)) }
//
//	func TestBoard(t *testing.T) {
//		p := chrome.Open(t, url, 390)
//		p.Axe()
//		p.NoSideScroll(320)
//		p.TabWalk()
//	}
//
// A missing Chromium fails the test, unless PLAIT_TEST_WITHOUT names chromium;
// then the test is skipped and says so. PLAIT_CHROMIUM names another program.
// Two people at once are two Opens. A test fails when its page throws an error
// or breaks its content security policy.
package browser

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

const (
	// PerTest is how long one window may be used before its next step fails.
	PerTest = 3 * time.Minute
	// PerStep is how long one step may take.
	PerStep = 45 * time.Second
)

// Shared is the one browser of a test package. Its zero value is ready.
type Shared struct {
	once   sync.Once
	err    error
	ctx    context.Context
	cancel context.CancelFunc
}

// ErrAbsent says that no Chromium was found.
var ErrAbsent = errors.New("no Chromium found: install the package chromium, or set PLAIT_CHROMIUM to its path")

// Chromium gives the path of the program, or ErrAbsent.
func Chromium() (string, error) {
	if path := os.Getenv("PLAIT_CHROMIUM"); path != "" {
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("PLAIT_CHROMIUM: %w", errors.Join(ErrAbsent, err))
		}
		return path, nil
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", ErrAbsent
}

// Main runs the tests of a package, ends the browser and gives the exit code.
func (s *Shared) Main(m *testing.M) int {
	defer s.Close()
	return m.Run()
}

// Close ends the browser if it was started.
func (s *Shared) Close() {
	if s.cancel == nil {
		return
	}
	// Cancel asks Chromium to end by itself; a refusal leaves the hard way.
	ctx, stop := context.WithTimeout(s.ctx, 10*time.Second)
	defer stop()
	_ = chromedp.Cancel(ctx)
	s.cancel()
}

func (s *Shared) start() {
	path, err := Chromium()
	if err != nil {
		s.err = err
		return
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("lang", "en-GB"),
		// A microphone and a camera of its own: a beep each second, and leave to use them.
		chromedp.Flag("use-fake-device-for-media-stream", true), chromedp.Flag("use-fake-ui-for-media-stream", true),
		chromedp.Env("TZ=Europe/London"),
	)
	if os.Getuid() == 0 {
		opts = append(opts, chromedp.NoSandbox) // Chromium's sandbox refuses root
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(alloc)
	s.ctx, s.cancel = ctx, func() { cancel(); stop() }
	if err := chromedp.Do(ctx); err != nil {
		s.err = fmt.Errorf("start %s: %w", path, err)
	}
}

// Option changes how a page is opened.
type Option func(*setup)

type setup struct {
	noJS, print, noWorker bool
	cookies               map[string]string
}

// WithoutJS opens the page as a browser does that runs no scripts.
func WithoutJS(s *setup) { s.noJS = true }

// AsPrint shows the page as it would be printed.
func AsPrint(s *setup) { s.print = true }

// WithoutWorker leaves service workers out: every answer comes from the server. Weigh a
// page in such a window, since a worker's answers are not packed as those on the wire are.
func WithoutWorker(s *setup) { s.noWorker = true }

// WithCookie sets a cookie for the page's site before it is opened.
func WithCookie(name, value string) Option {
	return func(s *setup) { s.cookies[name] = value }
}

// Open shows a page in a new private window, width CSS pixels wide, and waits
// until it has loaded. The window closes with the test.
func (s *Shared) Open(t testing.TB, url string, width int, opts ...Option) *Page {
	t.Helper()
	s.once.Do(s.start)
	if s.err != nil {
		if errors.Is(s.err, ErrAbsent) && leftOut() {
			t.Skip("PLAIT_TEST_WITHOUT names chromium")
		}
		t.Fatal(s.err)
	}
	set := setup{cookies: map[string]string{}}
	for _, o := range opts {
		o(&set)
	}
	tab, closeTab := chromedp.NewContext(s.ctx, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(tab, PerTest)
	p := &Page{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		closeTab()
		p.reportTrouble()
	})
	p.prepare(set, url, width)
	p.Go(url)
	return p
}

// leftOut says whether the person running the tests left the browser out. With
// CI=true nothing may be left out.
func leftOut() bool {
	for _, name := range strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
		if strings.TrimSpace(name) == "chromium" && os.Getenv("CI") != "true" {
			return true
		}
	}
	return false
}

// root finds the project's folder from the folder of the running test.
func root() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module plait\n") {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no go.mod of module plait above the test's folder")
		}
		dir = filepath.Dir(dir)
	}
}
