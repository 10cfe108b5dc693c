package output

import (
	"bytes"
	"context"
	"html"
	"net/http"
	"slices"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/form"
	"plait/internal/kit/lang"
	"plait/internal/kit/page"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// sheetAddress is where the letters' own style sheet is.
const sheetAddress = "/output/letters.css"

// maxPrint is the most letters that are printed at once.
const maxPrint = 500

func styleSheet() ([]byte, error) { return pageFiles.ReadFile("pages/letters.css") }

// style serves how letters look.
func (f *face) style(w http.ResponseWriter, _ *http.Request) error {
	b, err := styleSheet()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	w.Header().Set("Cache-Control", "max-age=3600")
	_, err = w.Write(b)
	return err
}

// sheet writes letters as one HTML document, each beginning a page when printed. format
// "" is each letter's own. With link "" the style is inside, so that a file needs
// nothing else.
func (r *Room) sheet(ctx context.Context, all []Shown, format, link string) ([]byte, error) {
	var b bytes.Buffer
	alone := "" // nothing else is printed with it
	if len(all) == 1 {
		alone = " letters--one"
	}
	language, title := "en", r.face.Words.T("en", "output.letter_title")
	if len(all) > 0 {
		language = r.face.Words.Choose(all[0].Language)
		title = r.face.Words.T(language, "output.letter_title")
	}
	b.WriteString("<!DOCTYPE html>\n<html lang=\"" + html.EscapeString(language) + "\"")
	if lang.RightToLeft(language) {
		b.WriteString(` dir="rtl"`)
	}
	b.WriteString(">\n<head>\n<meta charset=\"utf-8\">\n<title>" + html.EscapeString(title) + "</title>\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n" +
		"<meta name=\"robots\" content=\"noindex\">\n")
	if link != "" {
		b.WriteString(`<link rel="stylesheet" href="` + html.EscapeString(link) + "\">\n")
	} else {
		css, err := styleSheet()
		if err != nil {
			return nil, err
		}
		b.WriteString("<style>\n")
		b.Write(css)
		b.WriteString("</style>\n")
	}
	b.WriteString("</head>\n<body class=\"letters" + alone + "\">\n<main>\n")
	for _, s := range all {
		part, err := r.drawn(ctx, s, format)
		if err != nil {
			return nil, err
		}
		b.WriteString(part)
	}
	b.WriteString("</main>\n</body>\n</html>\n")
	return b.Bytes(), nil
}

// drawn is one letter as a piece of a page, in its reader's language.
func (r *Room) drawn(ctx context.Context, s Shown, format string) (string, error) {
	v := r.paperView(s, format)
	v.Script = scriptLines(r, s, v)
	chrome := page.ChromeFrom(ctx)
	chrome.Lang = v.Language
	part, err := r.face.Pages.Part(page.WithChrome(ctx, chrome), "output/paper", v)
	return string(part), err
}

// scriptLines is the script of an audio letter; none for the others.
func scriptLines(r *Room, s Shown, v paperView) []string {
	if v.Format != Audio {
		return nil
	}
	lines := strings.Split(strings.TrimSpace(script(v.Paper, r.sayer(v.Language))), "\n")
	return lines[1:] // the first is the title, which the page has as its heading
}

// Drawn is a letter as HTML to be placed on a page, in a format ("" = its own): for the
// card of the person it is for. The page must link to the sheet at /output/letters.css.
func (r *Room) Drawn(ctx context.Context, s Shown, format string) (string, error) {
	return r.drawn(ctx, s, format)
}

// print shows letters one a page: those released and not yet given, or with ?state=ready
// those that are to be read first. Those to whom nothing may go by now are left out.
func (f *face) print(w http.ResponseWriter, r *http.Request) error {
	if err := form.Parse(r); err != nil {
		return err
	}
	states := []string{Released}
	if r.FormValue("state") == Ready {
		states = []string{ByHand, Ready}
	}
	var shown []Shown
	err := f.room.db.Read(r.Context(), func(tx *db.Tx) error {
		project := r.PathValue("project")
		if err := who.Must(r.Context(), tx, "output.see", ref.Of(ref.Project, project)); err != nil {
			return err
		}
		may, err := who.Where(r.Context(), tx, "r", "output.see")
		if err != nil {
			return err
		}
		var letters []Letter
		for _, state := range states {
			some, err := lettersIn(tx, LettersIn{Project: project, State: state, Limit: maxPrint}, may)
			if err != nil {
				return err
			}
			letters = append(letters, some...)
		}
		letters = letters[:min(len(letters), maxPrint)]
		slices.SortStableFunc(letters, func(a, b Letter) int { return strings.Compare(a.Format, b.Format) })
		if shown, err = f.room.show(tx.Context(), tx, letters, f.room.clock.Now()); err != nil {
			return err
		}
		shown = slices.DeleteFunc(shown, func(s Shown) bool { return !s.goes() })
		return nil
	})
	if err != nil {
		return err
	}
	if len(shown) == 0 {
		return f.Show(w, r, "output/none", page.View{Title: f.T(r, "output.print_none"), Back: "/output/" + r.PathValue("project") + "/letters"})
	}
	b, err := f.room.sheet(r.Context(), shown, "", sheetAddress)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write(b)
	return err
}
