package pdf

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"plait/internal/kit/document"
	"plait/internal/kit/fault"
)

// needs gives the path of a program. A missing one fails the test unless
// PLAIT_TEST_WITHOUT names it; CI may name none.
func needs(t *testing.T, program, pkg, name string) string {
	t.Helper()
	path, err := exec.LookPath(program)
	if err == nil {
		return path
	}
	for without := range strings.SplitSeq(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
		if strings.TrimSpace(without) == name && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names " + name)
		}
	}
	t.Fatalf("no %s: install the package %s, or set PLAIT_TEST_WITHOUT=%s", program, pkg, name)
	return ""
}

func poppler(t *testing.T) {
	t.Helper()
	for _, p := range []string{"pdftotext", "pdfinfo", "pdftoppm"} {
		needs(t, p, "poppler-utils", "poppler")
	}
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// office has LibreOffice write PDFs, by the filter to, and gives their folder.
func office(t *testing.T, to string, files map[string]string) string {
	t.Helper()
	soffice := needs(t, "soffice", "libreoffice-writer-nogui", "libreoffice")
	dir := t.TempDir()
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", to, "--outdir", dir}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, filepath.Join(dir, name))
	}
	if told, err := exec.Command(soffice, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	return dir
}

// holds checks what every Doc promises.
func holds(t *testing.T, d Doc) {
	t.Helper()
	n := utf8.RuneCountInString(d.Words)
	if len(d.PageStarts) != d.Pages {
		t.Errorf("%d pages begin, of %d", len(d.PageStarts), d.Pages)
	}
	for i, at := range d.PageStarts {
		if at < 0 || at > n || i > 0 && at < d.PageStarts[i-1] {
			t.Errorf("page %d begins at %d of %d", i+1, at, n)
		}
	}
	if strings.ContainsAny(d.Words, "\f\r\x00") {
		t.Error("control characters")
	}
}

func tells(d Doc, what string) bool {
	for _, p := range d.Problems {
		if strings.Contains(p.Reason, what) || p.Place == what {
			return true
		}
	}
	return false
}

const para = "Mae’r tŷ a’r dŵr yn oer iawn heno, and the carers who come in the evening told us that there is no time to talk with anybody at all, which matters more than anything else to the people who live here. é with an accent apart: e\u0301."

func flat(title string, paragraphs ...string) string {
	return `<!doctype html><html lang="cy"><head><meta charset="utf-8"><title>` + title + `</title></head><body>` + strings.Join(paragraphs, "\n") + `</body></html>`
}

func TestOffice(t *testing.T) {
	poppler(t)
	// A page of pictures: what a scanner makes.
	const dot = `<img width="500" height="600" src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==">`
	dir := office(t, "pdf", map[string]string{
		"report.html": flat("Adroddiad tŷ", "<h1>Adroddiad</h1><p>"+para+"</p><ul><li>first point</li><li>second point</li></ul>", `<p style="page-break-before:always">Second page. `+para+`</p>`, `<p style="page-break-before:always">`+dot+`</p>`),
		"scan.html":   flat("", dot, `<p style="page-break-before:always">`+dot+`</p>`),
	})
	ctx := context.Background()
	b := load(t, filepath.Join(dir, "report.pdf"))
	d, err := Read(ctx, b)
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	if d.Pages != 3 || d.Scanned || d.Title != "Adroddiad tŷ" {
		t.Errorf("%d pages, scanned %v, %q", d.Pages, d.Scanned, d.Title)
	}
	if want := "Adroddiad\n\n" + para + "\n\n• first point\n\n• second point\n\n"; !strings.HasPrefix(d.Words, want) {
		t.Errorf("%q", d.Words)
	}
	if second := string([]rune(d.Words)[d.PageStarts[1]:]); second != "Second page. "+para {
		t.Errorf("%q", second)
	}
	if !tells(d, "page 3") {
		t.Error("nothing tells of the picture on page 3", d.Problems)
	}
	d, err = Read(ctx, load(t, filepath.Join(dir, "scan.pdf")))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	if !d.Scanned || !tells(d, "is a scan") {
		t.Errorf("%+v", d)
	}
	j, err := Picture(ctx, b, 2, 100)
	if err != nil {
		t.Fatal(err)
	}
	c, err := jpeg.DecodeConfig(bytes.NewReader(j))
	if err != nil || c.Width < 800 || c.Width > 860 {
		t.Error(c.Width, c.Height, err)
	}
	_, err = Picture(ctx, b, 4, 100)
	refused(t, err, "document.no_page")
	_, err = Read(ctx, b[:len(b)/2])
	if err != nil && document.Refused(err) == nil {
		t.Error("cut short:", err)
	}
	limited(t, b)
}

// limited reads with the limits that a child process has: no file may be written, and
// there is so much memory.
func limited(t *testing.T, b []byte) {
	prlimit, err := exec.LookPath("prlimit")
	if err != nil {
		t.Log("no prlimit: the limits of a child process were not tried")
		return
	}
	for _, args := range [][]string{{"pdftotext", "-enc", "UTF-8", "-", "-"}, {"pdfinfo", "-"}, {"pdftoppm", "-jpeg", "-singlefile", "-r", "150", "-f", "2", "-l", "2", "-"}} {
		path, err := find(args[0], folders())
		if err != nil {
			t.Fatal(err)
		}
		c := exec.Command(prlimit, append([]string{"--fsize=0", fmt.Sprint("--data=", 512<<20), "--core=0", path}, args[1:]...)...)
		c.Env, c.Stdin = []string{}, bytes.NewReader(b)
		if out, err := c.Output(); err != nil || len(out) == 0 {
			t.Errorf("%v within limits: %v", args, err)
		}
	}
}

func refused(t *testing.T, err error, say string) {
	t.Helper()
	if r := document.Refused(err); r == nil || r.Say != say {
		t.Errorf("%v, not %s", err, say)
	} else if s := r.Error(); strings.Contains(s, "document.") || strings.Contains(s, "<no value>") {
		t.Error(s)
	}
}

func TestPassword(t *testing.T) {
	poppler(t)
	dir := office(t, `pdf:writer_web_pdf_Export:{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"tea"}}`,
		map[string]string{"locked.html": flat("", "<p>Secret words</p>")})
	_, err := Read(context.Background(), load(t, filepath.Join(dir, "locked.pdf")))
	refused(t, err, "document.locked")
}

func TestChromium(t *testing.T) {
	poppler(t)
	chromium := needs(t, "chromium", "chromium", "chromium")
	dir := t.TempDir()
	page := filepath.Join(dir, "page.html")
	var all []string
	for i := range 300 {
		all = append(all, fmt.Sprintf(`<h2 style="page-break-before:always">Page %d</h2><p>%s</p>`, i+1, para))
	}
	if err := os.WriteFile(page, []byte(flat("Long", all...)), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "page.pdf")
	c := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--user-data-dir="+filepath.Join(dir, "profile"), "--no-pdf-header-footer", "--print-to-pdf="+out, page)
	if told, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	start := time.Now()
	d, err := Read(context.Background(), load(t, out))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	if d.Pages != 300 || d.Scanned || len(d.Paragraphs) != 600 {
		t.Errorf("%d pages, scanned %v, %d paragraphs", d.Pages, d.Scanned, len(d.Paragraphs))
	}
	runes := []rune(d.Words)
	for i, at := range d.PageStarts {
		if want := fmt.Sprintf("Page %d\n\n%s", i+1, para); string(runes[at:at+utf8.RuneCountInString(want)]) != want {
			t.Fatalf("page %d: %q", i+1, string(runes[at:min(at+80, len(runes))]))
		}
	}
	t.Logf("300 pages, %d code points: %v", len(runes), time.Since(start))
}

// written is a PDF of n pages, written by hand, each with the same content.
func written(n int, content, more string) []byte {
	var b bytes.Buffer
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	var kids strings.Builder
	for i := range n {
		fmt.Fprintf(&kids, "%d 0 R ", i+5)
	}
	obj("<< /Type /Catalog /Pages 2 0 R " + more + " >>")
	obj(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", kids.String(), n))
	obj("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	obj(content)
	for range n {
		obj("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14400 14400] /Contents 4 0 R /Resources << /Font << /F1 3 0 R >> >> >>")
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	return b.Bytes()
}

func stream(s string) string {
	return fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(s), s)
}

func TestHostile(t *testing.T) {
	poppler(t)
	ctx := context.Background()
	words := stream("BT /F1 12 Tf 100 700 Td (Hello there, these are words enough to read) Tj ET")
	_, err := Read(ctx, written(MaxPages+1, words, ""))
	refused(t, err, "document.pages")
	for _, b := range [][]byte{nil, []byte("%PDF-1.7\n"), []byte("%PDF-1.7\nnothing of the kind"), bytes.Repeat([]byte("%PDF-"), 1000)} {
		_, err = Read(ctx, b)
		refused(t, err, "document.damaged")
	}
	// Small programs are told; a font that is not within is found without writing files.
	one := written(1, words, "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>")
	d, err := Read(ctx, one)
	if err != nil || !strings.HasPrefix(d.Words, "Hello there") || !tells(d, "small programs") {
		t.Errorf("%+v %v", d, err)
	}
	// A page of five metres is drawn small.
	j, err := Picture(ctx, one, 1, 300)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := jpeg.DecodeConfig(bytes.NewReader(j)); err != nil || max(c.Width, c.Height) > MaxSide {
		t.Error(c.Width, c.Height, err)
	}
	limited(t, written(2, words, ""))
	// More words than anybody wrote.
	var much strings.Builder
	for i := range 20_000 {
		fmt.Fprintf(&much, "BT /F1 8 Tf %d %d Td (%s) Tj ET\n", i%7*1000, i/7*5, strings.Repeat("words ", 200))
	}
	start := time.Now()
	_, err = read(ctx, written(3, stream(much.String()), ""), 2*time.Second)
	refused(t, err, "document.slow")
	if took := time.Since(start); took > 15*time.Second {
		t.Error(took)
	}
	t.Logf("a bomb of words ended after %v: %v", time.Since(start), err)
	stopped, stop := context.WithCancel(ctx)
	stop()
	if _, err := Read(stopped, one); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestAbsent(t *testing.T) {
	if _, err := find("pdftotext", []string{t.TempDir()}); !errors.Is(err, ErrAbsent) || !fault.Is(err, fault.Absent) {
		t.Error(err)
	}
}

func TestJoined(t *testing.T) {
	page := "Title\nThe first line of a paragraph is long as it can be and so\nis the second, which ends here with a full stop on its line.\nThe third begins anew but is short.\n• an item that goes on\nNext, a sentence follows that is quite long until it ends\n\n1. one\n2. two\n"
	want := "Title\n\nThe first line of a paragraph is long as it can be and so is the second, which ends here with a full stop on its line. The third begins anew but is short.\n\n• an item that goes on\n\nNext, a sentence follows that is quite long until it ends\n\n1. one\n\n2. two\n\n"
	if got := joined(page); got != want {
		t.Errorf("%q", got)
	}
}
