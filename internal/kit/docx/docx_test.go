package docx_test

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"plait/internal/kit/docx"
)

func sample(t *testing.T, text string) map[string]string {
	t.Helper()
	var dot bytes.Buffer
	if err := png.Encode(&dot, image.NewGray(image.Rect(0, 0, 4, 4))); err != nil {
		t.Fatal(err)
	}
	pic := &docx.Picture{PNG: dot.Bytes(), Alt: "A speech bubble & \"words\"", Width: 30, Height: 30}
	d := docx.New(docx.Options{Title: "What you told us " + text, Language: "en-GB", Points: 18, Spacing: 1.5, Margin: 25, Made: time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)})
	d.Title("What you told us")
	d.Heading(1, docx.Run{Picture: pic}, docx.Text("You said"))
	d.Quote(docx.Text(text))
	d.Heading(2, docx.Text("More"))
	d.Para(docx.Run{Text: "Bore da", Language: "cy", Bold: true}, docx.Run{Text: "مرحبا", Language: "ar"})
	d.List([]docx.Run{docx.Text("one")}, []docx.Run{docx.Text("two\nlines")})
	d.Break()
	d.Heading(1, docx.Run{Picture: pic}, docx.Text("Again"))
	var b, again bytes.Buffer
	if err := errors.Join(d.Write(&b), d.Write(&again)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), again.Bytes()) {
		t.Error("the same document, other bytes")
	}
	return read(t, b.Bytes())
}

// read opens the package and checks that each part is XML that parses.
func read(t *testing.T, file []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(content)
		if strings.HasSuffix(f.Name, ".png") {
			continue
		}
		d := xml.NewDecoder(bytes.NewReader(content))
		for {
			if _, err := d.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
	return out
}

func TestDocument(t *testing.T) {
	parts := sample(t, "Ring first, <then> come & knock.\x01")
	doc := parts["word/document.xml"]
	for _, want := range []string{`<w:pStyle w:val="Title"/>`, `<w:pStyle w:val="Heading1"/>`, `<w:pStyle w:val="Heading2"/>`, `w:pgSz w:w="11906" w:h="16838"`,
		`descr="A speech bubble &amp; &#34;words&#34;"`, "Ring first, &lt;then&gt; come &amp; knock.", `<w:lang w:val="cy"/>`, `<w:rtl/>`, `<w:numId w:val="1"/>`, `w:top="1417"`} {
		if !strings.Contains(doc, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(doc, "\x01") {
		t.Error("a control character, which XML cannot hold")
	}
	if !strings.Contains(parts["word/styles.xml"], `<w:sz w:val="36"/>`) || !strings.Contains(parts["word/styles.xml"], `w:line="360"`) {
		t.Error("not 18 point with a line and a half")
	}
	if !strings.Contains(parts["word/styles.xml"], `w:lang w:val="en-GB"`) || !strings.Contains(parts["docProps/core.xml"], "<dc:title>What you told us") {
		t.Error("no language or no title")
	}
	images := 0
	for name := range parts {
		if strings.HasPrefix(name, "word/media/") {
			images++
		}
		// Every part but the package's own must be declared or have a default.
		if strings.HasPrefix(name, "word/") && strings.HasSuffix(name, ".xml") && !strings.Contains(parts["[Content_Types].xml"], "/"+name) {
			t.Errorf("%s is not declared", name)
		}
	}
	if images != 1 {
		t.Errorf("one picture used twice is kept %d times", images)
	}
}

// TestAnyText holds that whatever people write gives a file that opens.
func TestAnyText(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) { sample(t, rapid.String().Draw(rt, "words")) })
}

// TestOpens opens the file with the office program, where the machine has one.
func TestOpens(t *testing.T) {
	office, err := exec.LookPath("soffice")
	if err != nil {
		t.Skip("soffice is not on this machine: the file was checked as a package and as XML only")
	}
	dir := t.TempDir()
	d := docx.New(docx.Options{Title: "Letter"})
	d.Title("Letter")
	d.Para(docx.Text("Ring first"))
	var b bytes.Buffer
	if err := d.Write(&b); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.docx"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), office, "-env:UserInstallation=file://"+dir+"/profile", "--headless", "--convert-to", "txt:Text", "--outdir", dir, filepath.Join(dir, "a.docx")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "a.txt"))
	if err != nil || !strings.Contains(string(text), "Ring first") {
		t.Errorf("%v: %q", err, text)
	}
}
