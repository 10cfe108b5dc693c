package document

import (
	"archive/zip"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
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

// office has LibreOffice save files as another kind and gives the folder they are in.
func office(t *testing.T, to string, files map[string]string) string {
	t.Helper()
	soffice := needs(t, "soffice", "libreoffice-writer-nogui", "libreoffice")
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	args := []string{"-env:UserInstallation=file://" + filepath.Join(dir, "profile"), "--headless", "--convert-to", to, "--outdir", out}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if told, err := exec.Command(soffice, args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	return out
}

func load(t *testing.T, parts ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// zipped makes a zip of pairs of name and content.
func zipped(t testing.TB, pairs ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(pairs[i+1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// holds checks that every Doc keeps what it promises.
func holds(t testing.TB, d Doc) {
	t.Helper()
	if !utf8.ValidString(d.Words) {
		t.Error("not UTF-8")
	}
	runes := []rune(d.Words)
	for i, at := range d.Paragraphs {
		if at < 0 || at >= len(runes) || i > 0 && (at <= d.Paragraphs[i-1] || string(runes[at-2:at]) != "\n\n") {
			t.Fatalf("paragraph %d begins at %d", i, at)
		}
	}
	if n := strings.Count(d.Words, "\n\n"); d.Words != "" && n+1 != len(d.Paragraphs) {
		t.Errorf("%d blank lines, %d paragraphs", n, len(d.Paragraphs))
	}
	for i, line := range strings.Split(d.Words, "\n") {
		if strings.TrimRight(line, " \t\u00a0") != line {
			t.Errorf("line %d ends with white space", i)
		}
	}
	if strings.ContainsFunc(d.Words, unfit) && !strings.Contains(d.Words, "\ufffd") {
		t.Error("control characters")
	}
}

// tells says whether a problem holds a text.
func tells(problems []Problem, what string) bool {
	for _, p := range problems {
		if strings.Contains(p.Reason, what) || strings.Contains(p.Place, what) {
			return true
		}
	}
	return false
}

const notes = `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">
<office:meta><dc:title>Nodiadau’r ymweliad</dc:title></office:meta>
<office:styles><style:default-style style:family="paragraph"><style:text-properties fo:language="cy" fo:country="GB"/></style:default-style></office:styles>
<office:automatic-styles>
<style:style style:name="Hid" style:family="text"><style:text-properties text:display="none"/></style:style>
<style:style style:name="Fr" style:family="graphic"><style:graphic-properties style:wrap="none"/></style:style>
<text:list-style style:name="LB"><text:list-level-style-bullet text:level="1" text:bullet-char="•"><style:list-level-properties text:space-before="0.5cm" text:min-label-width="0.5cm"/></text:list-level-style-bullet></text:list-style>
<text:list-style style:name="LN"><text:list-level-style-number text:level="1" style:num-format="1" style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="a" style:num-suffix=")"/></text:list-style>
</office:automatic-styles>
<office:body><office:text>
<text:tracked-changes text:track-changes="false"><text:changed-region text:id="ct1"><text:deletion><office:change-info><dc:creator>M</dc:creator><dc:date>2026-01-01T10:00:00</dc:date></office:change-info><text:p>never </text:p></text:deletion></text:changed-region><text:changed-region text:id="ct2"><text:insertion><office:change-info><dc:creator>M</dc:creator><dc:date>2026-01-01T10:00:00</dc:date></office:change-info></text:insertion></text:changed-region></text:tracked-changes>
<text:h text:outline-level="1">Nodiadau’r ymweliad</text:h>
<text:p>Mae’r tŷ a’r dŵr yn oer: ŵ ŷ ẃ. 👩🏽‍🦽 said é twice<text:s text:c="3"/>over.<text:tab/>After a tab<text:line-break/>and a new line.</text:p>
<text:p>Staff <text:change text:change-id="ct1"/>come <text:change-start text:change-id="ct2"/>always<text:change-end text:change-id="ct2"/> on time.<text:note text:id="ftn1" text:note-class="footnote"><text:note-citation>1</text:note-citation><text:note-body><text:p>Said by two people.</text:p></text:note-body></text:note> Then<office:annotation><dc:creator>Mary</dc:creator><dc:date>2026-01-01T10:00:00</dc:date><text:p>Ask again.</text:p></office:annotation> more. <text:span text:style-name="Hid">SECRET</text:span></text:p>
<text:list text:style-name="LB"><text:list-item><text:p>Tea</text:p></text:list-item><text:list-item><text:p>Toast</text:p></text:list-item></text:list>
<text:list text:style-name="LN"><text:list-item><text:p>First</text:p><text:list><text:list-item><text:p>Inner</text:p></text:list-item></text:list></text:list-item><text:list-item><text:p>Second</text:p></text:list-item></text:list>
<table:table table:name="T"><table:table-column table:number-columns-repeated="2"/><table:table-row><table:table-cell><text:p>Who</text:p></table:table-cell><table:table-cell><text:p>What</text:p></table:table-cell></table:table-row><table:table-row><table:table-cell><text:p>Carer</text:p></table:table-cell><table:table-cell><text:p>No time</text:p><text:p>to talk</text:p></table:table-cell></table:table-row></table:table>
<text:p>Before the box<draw:frame draw:name="B" text:anchor-type="paragraph" svg:width="5cm" svg:height="2cm"><draw:text-box><text:p>In the box</text:p></draw:text-box></draw:frame> and after. <text:a xlink:type="simple" xlink:href="https://example.org/secret">the link</text:a></text:p>
<text:p>Picture<draw:frame draw:name="P" text:anchor-type="as-char" svg:width="1cm" svg:height="1cm"><draw:image><office:binary-data>iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==</office:binary-data></draw:image></draw:frame></text:p>
</office:text></office:body></office:document>`

func TestOfficeDocuments(t *testing.T) {
	for _, to := range []string{DOCX, ODT} {
		t.Run(to, func(t *testing.T) {
			b := load(t, office(t, to, map[string]string{"notes.fodt": notes}), "notes."+to)
			if got := Sniff(b, "notes.pdf"); got != to {
				t.Fatalf("Sniff: %q", got)
			}
			d, err := Read(to, b)
			if err != nil {
				t.Fatal(err)
			}
			holds(t, d)
			for _, want := range []string{
				"Nodiadau’r ymweliad\n\nMae’r tŷ a’r dŵr yn oer: ŵ ŷ ẃ. 👩🏽‍🦽 said é twice   over.\tAfter a tab\nand a new line.",
				"Staff come always on time.[1] Then more.\n\n",
				"• Tea\n\n• Toast\n\n1. First\n\na) Inner\n\n2. Second",
				"Who | What\n\nCarer | No time to talk",
				"Before the box and after. the link\n\nIn the box",
				"[1] Said by two people.",
				"[Comment] Ask again.",
			} {
				if !strings.Contains(d.Words, want) {
					t.Errorf("no %q", want)
				}
			}
			for _, not := range []string{"never", "SECRET", "example.org", "Mary"} {
				if strings.Contains(d.Words, not) {
					t.Errorf("%q is in the words", not)
				}
			}
			if n := strings.Count(d.Words, "In the box"); n != 1 {
				t.Errorf("the box was read %d times", n)
			}
			for _, want := range []string{"2 tracked changes", "Hidden text was left out in 1 place", "1 note stands", "1 comment stands", "1 picture"} {
				if !tells(d.Problems, want) {
					t.Errorf("nothing tells of %q", want)
				}
			}
			if d.Title != "Nodiadau’r ymweliad" || d.Pictures != 1 || d.Language != "cy-GB" {
				t.Errorf("title %q, pictures %d, language %q", d.Title, d.Pictures, d.Language)
			}
			if t.Failed() {
				t.Logf("%s\n%+v", d.Words, d.Problems)
			}
		})
	}
}

func TestReport(t *testing.T) {
	b, err := os.ReadFile("../../../../shared/source/impact-lessons-2026.txt")
	if os.IsNotExist(err) {
		t.Skip("../shared/source/impact-lessons-2026.txt is not there")
	}
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"report.txt", "report.md"} {
		format := Sniff(b, name)
		d, err := Read(format, b)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, d)
		if len(d.Paragraphs) < 200 || !strings.Contains(d.Words, "IMPACT is the UK centre for implementing evidence in adult social care (ASC)") || !strings.Contains(d.Words, "World Cafés") {
			t.Errorf("%s as %s: %d paragraphs, %d bytes", name, format, len(d.Paragraphs), len(d.Words))
		}
		t.Logf("%s: %s, %d paragraphs, %d bytes of %d, problems %v", name, format, len(d.Paragraphs), len(d.Words), len(b), d.Problems)
	}
}
