package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"plait/internal/kit/lang"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed words/*.json
var words embed.FS

//go:embed all:dist
var dist embed.FS

// Source is the pages of one room.
type Source struct {
	Name string // the room
	FS   fs.FS  // holds *.html at its top
}

// Options set what comes from outside.
type Options struct {
	Random   io.Reader // for idempotency keys; nil means crypto/rand
	LeaveURL string    // where "Leave now" goes; empty means a weather page, as exit buttons elsewhere use
	Dist     fs.FS     // instead of the built files inside the binary, for tests and development
}

// Set is every page of the house, ready to be rendered. It is safe for use by many
// goroutines at once.
type Set struct {
	words    *lang.Words
	sources  []Source
	at       map[string]int    // page -> its place in sources
	shelves  map[string]*shelf // by language
	names    []string
	assets   assets
	random   io.Reader
	leaveURL string
}

// Words gives the words of this package's layouts and components, to be put in the
// catalogue with those of the rooms.
func Words() lang.Source {
	sub, err := fs.Sub(words, "words")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return lang.Source{Name: "page", FS: sub}
}

// LeaveURL is where "Leave now" ends.
func (s *Set) LeaveURL() string { return s.leaveURL }

// New lists the pages of the sources. The pages of a room are parsed for a language when
// the first of them is asked for: all of them at once take a fifth of a second and 20 MB,
// and most are never read. Check parses them all. Missing built files do not stop New; see
// Ready.
func New(words *lang.Words, sources []Source, opts Options) (*Set, error) {
	s := &Set{
		words: words, random: opts.Random, leaveURL: opts.LeaveURL,
		sources: sources, at: map[string]int{}, shelves: map[string]*shelf{},
	}
	if s.random == nil {
		s.random = rand.Reader
	}
	if s.leaveURL == "" {
		s.leaveURL = "https://www.bbc.co.uk/weather"
	}
	files := opts.Dist
	if files == nil {
		sub, err := fs.Sub(dist, "dist")
		if err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
		files = sub
	}
	var err error
	if s.assets, err = readAssets(files); err != nil {
		return nil, err
	}
	for i, source := range sources {
		files, err := fs.Glob(source.FS, "*.html")
		if err != nil {
			return nil, fmt.Errorf("pages of %s: %w", source.Name, err)
		}
		for _, file := range files {
			name := pageName(source, file)
			if _, twice := s.at[name]; twice {
				return nil, fmt.Errorf("pages of %s: %s is there twice", source.Name, name)
			}
			s.at[name] = i
		}
	}
	for _, language := range words.Languages() {
		s.shelves[language] = s.shelf(language)
	}
	s.names = slices.Sorted(maps.Keys(s.at))
	return s, nil
}

func pageName(source Source, file string) string {
	return source.Name + "/" + strings.TrimSuffix(path.Base(file), ".html")
}

// shelf is the templates of one language, each parsed once, when it is first needed.
type shelf struct {
	base   func() (*template.Template, error)              // layouts and components, never run itself: it is cloned
	layout func() (*template.Template, error)              // the same, to be run
	rooms  []func() (map[string]*template.Template, error) // by place in the sources: page -> template
}

func (s *Set) shelf(language string) *shelf {
	out := &shelf{}
	out.base = sync.OnceValues(func() (*template.Template, error) {
		base, err := template.New("").Option("missingkey=zero").Funcs(s.funcs(language, nil)).ParseFS(templates, "templates/*.html")
		if err != nil {
			return nil, fmt.Errorf("page: %w", err)
		}
		return base, nil
	})
	// Two rooms may be parsed at the same time; a clone only reads what is cloned.
	out.layout = sync.OnceValues(func() (*template.Template, error) { return s.clone(language, out.base) })
	for _, source := range s.sources {
		out.rooms = append(out.rooms, sync.OnceValues(func() (map[string]*template.Template, error) {
			pages, err := s.parse(language, out.base, source)
			if err != nil {
				return nil, fmt.Errorf("pages of %s: %w", source.Name, err)
			}
			return pages, nil
		}))
	}
	return out
}

func (s *Set) clone(language string, base func() (*template.Template, error)) (*template.Template, error) {
	b, err := base()
	if err != nil {
		return nil, err
	}
	t, err := b.Clone()
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return t.Funcs(s.funcs(language, t)), nil
}

// parse reads the pages of one room. It refuses a template that does not parse or that
// names a function or template that does not exist.
func (s *Set) parse(language string, base func() (*template.Template, error), source Source) (map[string]*template.Template, error) {
	room, err := s.clone(language, base)
	if err != nil {
		return nil, err
	}
	files, err := fs.Glob(source.FS, "*.html")
	if err != nil {
		return nil, err
	}
	out := map[string]*template.Template{}
	for _, file := range files {
		text, err := fs.ReadFile(source.FS, file)
		if err != nil {
			return nil, err
		}
		name := pageName(source, file)
		if out[name], err = room.New(name).Parse(string(text)); err != nil {
			return nil, err
		}
	}
	return out, complete(room)
}

// Check parses every page in every language, and says what is wrong with the first that
// does not parse or names a function or template that does not exist.
func (s *Set) Check() error {
	for _, language := range slices.Sorted(maps.Keys(s.shelves)) {
		for _, room := range s.shelves[language].rooms {
			if _, err := room(); err != nil {
				return err
			}
		}
	}
	return nil
}

// page finds a template.
func (s *Set) page(language, name string) (*template.Template, error) {
	i, ok := s.at[name]
	if !ok {
		return nil, fmt.Errorf("page: there is no page %q", name)
	}
	pages, err := s.shelves[language].rooms[i]()
	return pages[name], err
}

// frame is what a template sees.
type frame struct {
	View
	Chrome  Chrome
	Lang    string
	Main    template.HTML // the rendered page, for the layouts
	HasH1   bool
	Drawn   bool // the page draws strips, whose paths the layout holds once
	LeaveTo string
	Format  string
	Formats []string
	Draft   bool // the language's words have not been read by a named person
}

// Render makes the page called name and writes it whole: when it fails, nothing has been
// written and the caller can show a fault instead. The chrome comes from the request's
// context. For HEAD only the head is written.
func (s *Set) Render(w http.ResponseWriter, r *http.Request, name string, v View) error {
	var b bytes.Buffer
	c := ChromeFrom(r.Context())
	if err := s.Execute(&b, c.Lang, name, v, c); err != nil {
		return err
	}
	status := v.Status
	if status == 0 && len(v.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.send(w, r, c.Lang, status, b.Bytes())
}

func (s *Set) send(w http.ResponseWriter, r *http.Request, language string, status int, body []byte) error {
	if status == 0 {
		status = http.StatusOK
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", s.language(language))
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	if _, err := w.Write(body); err != nil {
		return fmt.Errorf("page: writing the answer: %w", err)
	}
	return nil
}

// Execute makes the page called name in a language, with its layout, into w.
func (s *Set) Execute(w io.Writer, language, name string, v View, c Chrome) error {
	language = s.language(language)
	t, err := s.page(language, name)
	if err != nil {
		return err
	}
	f := s.frame(language, v, c)
	main, err := run(t, f)
	if err != nil {
		return fmt.Errorf("page %s: %w", name, err)
	}
	f.Main = main
	f.HasH1 = h1.MatchString(string(main))
	f.Drawn = strings.Contains(string(main), "<use ")
	layout := v.Layout
	if layout == "" {
		layout = House
	}
	if layout != House && layout != Card && layout != Plain {
		return fmt.Errorf("page %s: there is no layout %q", name, layout)
	}
	frames, err := s.shelves[language].layout()
	if err != nil {
		return err
	}
	if err := frames.ExecuteTemplate(w, "layout-"+layout, f); err != nil {
		return fmt.Errorf("page %s, layout %s: %w", name, layout, err)
	}
	return nil
}

// h1 finds a first-level heading in rendered HTML; text cannot match because < is escaped.
var h1 = regexp.MustCompile(`<h1[\s>]`)

// Fragment makes the template called name with data as its .Body, without a layout, for a
// page that swaps a part of itself.
func (s *Set) Fragment(w http.ResponseWriter, r *http.Request, name string, data any) error {
	body, err := s.Part(r.Context(), name, data)
	if err != nil {
		return err
	}
	return s.send(w, r, ChromeFrom(r.Context()).Lang, http.StatusOK, []byte(body))
}

// Part makes the template called name with data as its .Body, without a layout, as HTML
// to be placed on another page: a panel.
func (s *Set) Part(ctx context.Context, name string, data any) (template.HTML, error) {
	c := ChromeFrom(ctx)
	language := s.language(c.Lang)
	t, err := s.page(language, name)
	if err != nil {
		return "", err
	}
	html, err := run(t, s.frame(language, View{Body: data}, c))
	if err != nil {
		return "", fmt.Errorf("page %s: %w", name, err)
	}
	return html, nil
}

// Names lists the pages, sorted.
func (s *Set) Names() []string { return slices.Clone(s.names) }

// Ready is nil when the built style sheet and script are there.
func (s *Set) Ready() error {
	if s.assets.manifest == nil {
		return errors.New("the style sheet and script are not built: run make build")
	}
	return nil
}

// Assets serves the built files under /static/.
func (s *Set) Assets() http.Handler { return s.assets }

func (s *Set) language(wish string) string {
	if wish == "" {
		return lang.Fallback
	}
	if _, ok := s.shelves[wish]; ok {
		return wish
	}
	return s.words.Choose(wish)
}

func (s *Set) frame(language string, v View, c Chrome) *frame {
	c.Lang = language
	if c.Path == "" {
		c.Path = "/"
	}
	f := &frame{
		View: v, Chrome: c, Lang: language, LeaveTo: c.LeaveURL, Format: c.Format,
		Formats: []string{Standard, Large, Easy, Listen}, Draft: !s.words.Reviewed(language),
	}
	if f.LeaveTo == "" {
		f.LeaveTo = s.leaveURL
	}
	if !slices.Contains(f.Formats, f.Format) {
		f.Format = Standard
	}
	return f
}

func run(t *template.Template, data any) (template.HTML, error) {
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return "", err
	}
	// The text comes out of html/template, which has escaped it for this place.
	return template.HTML(b.String()), nil
}
