package evidence_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/room/evidence"
	"plait/internal/spine/who"
	"plait/test/house"
)

// zipped is a zip of files; each pair is a name and its content.
func zipped(t *testing.T, pairs ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		w, err := z.Create(pairs[i])
		if err == nil {
			_, err = w.Write([]byte(pairs[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sheetXML is a sheet of text cells; one that begins with "=" is a formula whose value is "4".
func sheetXML(rows ...[]string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
	for i, row := range rows {
		fmt.Fprintf(&b, `<row r="%d">`, i+1)
		for j, cell := range row {
			at := fmt.Sprintf("%c%d", 'A'+j, i+1)
			if strings.HasPrefix(cell, "=") {
				fmt.Fprintf(&b, `<c r="%s"><f>%s</f><v>4</v></c>`, at, cell[1:])
				continue
			}
			fmt.Fprintf(&b, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, at, cell)
		}
		b.WriteString(`</row>`)
	}
	b.WriteString(`</sheetData></worksheet>`)
	return b.String()
}

// workbook is an XLSX file; a sheet whose name begins with "!" is hidden.
func workbook(t *testing.T, names []string, sheets ...string) string {
	t.Helper()
	var types, list, rels strings.Builder
	pairs := []string{}
	for i, name := range names {
		state := ""
		if strings.HasPrefix(name, "!") {
			name, state = name[1:], ` state="hidden"`
		}
		fmt.Fprintf(&types, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>`, i+1)
		fmt.Fprintf(&list, `<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>`, name, i+1, state, i+1)
		fmt.Fprintf(&rels, `<Relationship Id="rId%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
		pairs = append(pairs, fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1), sheets[i])
	}
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	return zipped(t, append([]string{
		"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` + types.String() + `</Types>`,
		"_rels/.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml", head + `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets>` + list.String() + `</sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` + rels.String() + `</Relationships>`}, pairs...)...)
}

// word is a Word file whose body is XML.
func word(t *testing.T, body string, more ...string) string {
	t.Helper()
	const head = `<?xml version="1.0" encoding="UTF-8"?>`
	return zipped(t, append([]string{
		"[Content_Types].xml", head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`,
		"_rels/.rels", head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`,
		"word/document.xml", head + `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`}, more...)...)
}

// paper is a PDF with one line of words on each page.
func paper(pages []string, trailer string) string {
	var b strings.Builder
	var at []int
	obj := func(s string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), s)
	}
	b.WriteString("%PDF-1.4\n")
	obj("<< /Type /Catalog /Pages 2 0 R >>")
	var kids []string
	for i := range pages {
		kids = append(kids, fmt.Sprintf("%d 0 R", 4+2*i))
	}
	obj(fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(pages)))
	obj("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
	for i, words := range pages {
		obj(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 3 0 R >> >> >>", 5+2*i))
		stream := fmt.Sprintf("BT /F1 12 Tf 72 720 Td (%s) Tj ET", words)
		if words == "" {
			stream = "0 0 100 100 re f"
		}
		obj(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(stream), stream))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, n := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", n)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, trailer, start)
	return b.String()
}

// aPhoto is a JPEG that no other seed gives.
func aPhoto(t *testing.T, seed uint64, wide, high int) string {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, wide, high))
	rnd := rand.New(rand.NewPCG(seed, 1))
	for y := 0; y < high; y += 8 {
		for x := 0; x < wide; x += 8 {
			c := color.RGBA{uint8(rnd.Uint32()), uint8(x), uint8(y), 255}
			for i := range 64 {
				img.Set(x+i%8, y+i/8, c)
			}
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// kept counts the files that belong to a record, and the rows of media.
func kept(h *house.House) (files, media int64) {
	h.T.Helper()
	h.Read(func(tx *db.Tx) (err error) {
		if files, err = db.Count(tx, db.Q("select count(*) from blob_file where programme = ? and record <> ''", h.Programme)); err != nil {
			return err
		}
		media, err = db.Count(tx, db.Q("select count(*) from evidence_media where programme = ?", h.Programme))
		return err
	})
	return files, media
}

func wantKept(h *house.House, when string, files, media int64) {
	h.T.Helper()
	if f, m := kept(h); f != files || m != media {
		h.T.Errorf("%s: %d files are kept and %d are media, want %d and %d", when, f, m, files, media)
	}
}

// shape is what a part of an import is, in one line.
func shape(f evidence.LookFile) string {
	s := fmt.Sprintf("%s|%s|%d of %d", f.Name, f.Format, f.Good, f.ImportFile.Rows)
	if f.Left {
		s += "|left"
	}
	if n := len(f.Told) + len(f.Problems); n > 0 {
		s += fmt.Sprintf("|%d told", n)
	}
	return s
}

func shapes(h *house.House, ctx context.Context, batch string) (out []string) {
	h.T.Helper()
	for _, f := range look(h, ctx, batch).Files {
		out = append(out, shape(f))
	}
	return out
}

func contributions(h *house.House, ctx context.Context, batch string) []evidence.Contribution {
	h.T.Helper()
	return h.Do(ctx, "evidence.list", evidence.ListIn{Project: h.Project, Batch: batch, Limit: 500}).(evidence.ListOut).Contributions
}

const mail = "From: a@example.org\r\nTo: b@example.org\r\nSubject: The lift\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe lift was broken again.\r\n--x\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=\"list.csv\"\r\n\r\ncomment\r\nYes\r\nNo\r\n--x--\r\n"

// TestABagOfFiles brings in what people have, in one go, and takes it back.
func TestABagOfFiles(t *testing.T) {
	first, second := aPhoto(t, 1, 320, 240), aPhoto(t, 2, 320, 240)
	book := workbook(t, []string{"Visits", "Empty", "!Old"}, sheetXML([]string{"Comment", "When", "Sum"}, []string{"The bus", "2026-03-01", "=2+2"}, []string{"The stairs", "2026-03-02", "5"}),
		sheetXML(), sheetXML([]string{"Comment"}, []string{"Hidden words"}))
	bag := zipped(t, "in/one.jpg", first, "in/two.jpg", second, "in/again.jpg", first, "notes.docx", word(t, `<w:p><w:r><w:t>Words of a document.</w:t></w:r></w:p><w:p><w:r><w:t>Its second paragraph.</w:t></w:r></w:p>`),
		"bad.svg", `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, "in/letter.eml", mail)
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		files := []evidence.FileIn{file("book.xlsx", book), file("bag.zip", bag), file("report.pdf", paper([]string{"The first page.", "The second page."}, "")), file("scan.pdf", paper([]string{"", ""}, "")),
			file("notes.txt", "We met in May.\n\nIt was cold.\n")}
		before := rows(h, "evidence_contribution", "evidence_import_row", "terms_use", "search_doc")
		staged := stage(h, ctx, "", files...)
		want := []string{"book.xlsx › Visits|xlsx|2 of 2|1 told", "book.xlsx › Old|xlsx|0 of 1|left|1 told",
			"bag.zip › one.jpg|picture|1 of 1", "bag.zip › two.jpg|picture|1 of 1", "bag.zip › again.jpg|picture|1 of 1", "bag.zip › notes.docx|docx|1 of 1",
			"bag.zip › bad.svg|svg|0 of 0|1 told", "bag.zip › letter.eml|eml|1 of 1", "bag.zip › letter.eml › list.csv|unknown|2 of 2",
			"report.pdf|pdf|1 of 1", "scan.pdf|pdf|1 of 1|1 told", "notes.txt|txt|1 of 1"}
		if diff := cmp.Diff(want, shapes(h, ctx, staged.Batch)); diff != "" {
			t.Errorf("staged (-want +got)\n%s", diff)
		}
		if seen(h) != 0 {
			t.Error("something is in the thread before it was brought in")
		}
		l := look(h, ctx, staged.Batch)
		if twin := l.Files[4]; !twin.Twin || twin.Here != 1 || twin.Before != "bag.zip › one.jpg" {
			t.Errorf("the same photo twice: %+v", twin)
		}
		wantKept(h, "staged", 7, 0)
		// The hidden sheet comes in when someone says so; the text by its paragraphs.
		h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, File: 1, Take: "in"})
		if out := h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, File: 11, As: "paragraphs"}).(evidence.ColumnsOut); out.Good != 2 || out.Rows != 2 {
			t.Errorf("by its paragraphs: %+v", out)
		}
		out := bring(h, ctx, staged.Batch)
		if out.State != evidence.BatchIn || out.Stored != 13 || out.Files[4].SameAs != "bag.zip › one.jpg" {
			t.Errorf("brought in: %+v", out)
		}
		wantKept(h, "in", 6, 6) // two photos, a letter, a Word file, two PDFs; of the text none
		said := map[string]evidence.Contribution{}
		for _, c := range contributions(h, ctx, staged.Batch) {
			said[c.Source] = c
		}
		if c := said["report.pdf"]; !c.Fixed || len(c.PageStarts) != 2 || !strings.HasPrefix(string([]rune(c.Words)[c.PageStarts[1]:]), "The second page.") || len(c.Media) != 1 || c.Media[0].Kind != evidence.Document || c.Media[0].Pages != 2 {
			t.Errorf("the report: %+v", c)
		}
		if c := said["scan.pdf"]; c.Words != "" || c.Title == "" || len(c.Media) != 1 || c.Media[0].Pages != 2 {
			t.Errorf("the scanned one: %+v", c)
		}
		if c := said["bag.zip › one.jpg"]; c.Words != "" || len(c.Media) != 1 || c.Media[0].Kind != evidence.Picture || c.Media[0].Width != 320 {
			t.Errorf("a photo: %+v", c)
		}
		if c := said["bag.zip › letter.eml"]; c.Words != "The lift was broken again." || !c.Fixed || c.Expressed != "written" {
			t.Errorf("an e-mail: %+v", c)
		}
		if c := said["notes.txt"]; c.Fixed || c.Media != nil {
			t.Errorf("a paragraph: %+v", c)
		}
		// Again, each under another name: nothing is stored, and the first one is named.
		again := stage(h, ctx, "", file("other.pdf", string(files[2].Content)), file("other.jpg", second), file("other.zip", bag))
		if l := look(h, ctx, again.Batch).Files; l[0].Before != "report.pdf" || l[1].Before != "bag.zip › two.jpg" {
			t.Errorf("%q, %q", l[0].Before, l[1].Before)
		}
		if out := bring(h, ctx, again.Batch); out.State != evidence.BatchSame || out.Files[0].SameAs != "report.pdf" || out.Files[1].SameAs != "bag.zip › two.jpg" {
			t.Errorf("the second time: %+v", out)
		}
		wantKept(h, "the second time", 6, 6)
		if undone := h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch}).(evidence.UndoOut); undone.Undone != 13 || seen(h) != 0 {
			t.Errorf("undone: %+v", undone)
		}
		wantKept(h, "undone", 0, 0)
		if diff := cmp.Diff(before, rows(h, "evidence_contribution", "evidence_import_row", "terms_use", "search_doc")); diff != "" {
			t.Errorf("left behind (-want +got)\n%s", diff)
		}
	})
}

// TestFilesCutOff kills an import of documents and photos half-way, and throws others away.
func TestFilesCutOff(t *testing.T) {
	long := func(seed string) string { return seed + " " + strings.Repeat("words and words ", 10_000) }
	pictures := zipped(t, "1.jpg", aPhoto(t, 11, 160, 120), "2.jpg", aPhoto(t, 12, 160, 120), "3.jpg", aPhoto(t, 13, 160, 120))
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("a.txt", long("A")), file("b.txt", long("B")), file("photos.zip", pictures), file("c.txt", long("C")))
		wantKept(h, "staged", 6, 0)
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1})
		l := look(h, ctx, staged.Batch)
		if l.State != evidence.BatchGoing || l.Done == 0 || l.Done >= 6 || seen(h) != 0 {
			t.Fatalf("it is not half-way: %s, %d of %d", l.State, l.Done, l.Total)
		}
		wantKept(h, "half-way", 6, l.Done)
		dead, kill := context.WithCancel(ctx)
		kill()
		if _, err := h.Try(dead, "evidence.bring", evidence.BringIn{Batch: staged.Batch}); err == nil {
			t.Error("a dead context brought it in")
		}
		if out := bring(h, ctx, staged.Batch); out.State != evidence.BatchIn || out.Stored != 6 || seen(h) != 6 {
			t.Errorf("taken up again: %+v", out)
		}
		wantKept(h, "in", 6, 6)
		if out := bring(h, ctx, staged.Batch); out.Stored != 6 || seen(h) != 6 {
			t.Errorf("twice: %+v", out)
		}
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		wantKept(h, "undone", 0, 0)
		// Undone half-way.
		staged = stage(h, ctx, "", file("a.txt", long("A")), file("b.txt", long("B")), file("photos.zip", pictures))
		h.Do(ctx, "evidence.bring", evidence.BringIn{Batch: staged.Batch, Rows: 1})
		h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
		wantKept(h, "undone half-way", 0, 0)
		// Left lying.
		stage(h, ctx, "", file("a.txt", long("A")), file("photos.zip", pictures))
		wantKept(h, "waiting", 4, 0)
		h.Hand.Add((evidence.StageDays + 1) * 24 * time.Hour)
		if err := job.RunOnce(t.Context(), h.DB, h.Jobs(), h.Log, "evidence.tidy", nil); err != nil {
			t.Fatal(err)
		}
		wantKept(h, "tidied", 0, 0)
		if n := rows(h, "evidence_upload")["evidence_upload"]; n != 0 {
			t.Errorf("%d notes of uploads are left", n)
		}
	})
}

// TestBadFiles sends what a file should not be: it is named with its reason, nothing of it
// is stored, and the good one beside it comes in.
func TestBadFiles(t *testing.T) {
	huge := image.NewPaletted(image.Rect(0, 0, 8000, 7000), color.Palette{color.White, color.Black})
	var megapixels bytes.Buffer
	if err := png.Encode(&megapixels, huge); err != nil {
		t.Fatal(err)
	}
	var pages []string
	for i := range 300 {
		pages = append(pages, fmt.Sprintf("Page number %d says this.", i+1))
	}
	empty := [][]string{{"Comment"}, {"The bus"}}
	for range 200_000 {
		empty = append(empty, nil)
	}
	cases := []struct {
		name, content string
		good          int64
		told          string // in a reason; "" = none
		not           string // must not be in the words that are stored
	}{
		{"long.pdf", paper(pages, ""), 1, "", ""},
		{"locked.pdf", paper([]string{"secret"}, "/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O (01234567890123456789012345678901) /U (01234567890123456789012345678901) >> /ID [<00><00>] "), 0, "password", ""},
		{"bomb.zip", zipped(t, "a.txt", strings.Repeat("0", 80<<20)), 0, "unpacks", ""},
		{"tracked.docx", word(t, `<w:p><w:r><w:t xml:space="preserve">We </w:t></w:r><w:ins w:id="1"><w:r><w:t>all</w:t></w:r></w:ins><w:del w:id="2"><w:r><w:delText>never</w:delText></w:r></w:del><w:r><w:t xml:space="preserve"> met.</w:t></w:r></w:p>`, "word/vbaProject.bin", "macro"), 1, "changes", "never"},
		{"empty.xlsx", workbook(t, []string{"A"}, sheetXML(empty...)), 1, "", ""},
		{"formula.xlsx", workbook(t, []string{"A"}, sheetXML([]string{"Comment", "Sum"}, []string{"The bus", "=2+2"})), 1, "formula", "2+2"},
		{"lying.jpg", "<!DOCTYPE html><html><body><p>I am a page.</p></body></html>", 1, "", ""},
		{"lying.docx", aPhoto(t, 5, 64, 64), 1, "", ""},
		{"drawing.svg", `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`, 0, "not taken", ""},
		{"megapixels.png", megapixels.String(), 0, "", ""},
		{"noise.bin", "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f", 0, "do not know", ""},
		{"notes.rtf", `{\rtf1\ansi Hello}`, 0, "RTF", ""},
		{"old.doc", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600), 0, "old program", ""},
		{"empty.zip", zipped(t), 0, "zip", ""},
		{"deep.zip", zipped(t, "a.zip", zipped(t, "b.zip", zipped(t, "c.zip", zipped(t, "d.zip", zipped(t, "e.txt", "deep"))))), 0, "", ""},
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				h.T = t
				staged := stage(h, ctx, "", file(c.name, c.content), file("good.csv", "comment\nBeside "+c.name+"\n"))
				if staged.Good != c.good+1 {
					t.Errorf("%d can be stored, want %d: %v", staged.Good, c.good+1, shapes(h, ctx, staged.Batch))
				}
				reasons := ""
				for _, f := range look(h, ctx, staged.Batch).Files {
					for _, p := range append(f.Told, f.Problems...) {
						reasons += p.Reason + "\n"
					}
				}
				if c.told != "" && !strings.Contains(reasons, c.told) || c.good == 0 && len(reasons) < 20 {
					t.Errorf("the reasons are %q, want %q", reasons, c.told)
				}
				if out := bring(h, ctx, staged.Batch); out.Stored != c.good+1 {
					t.Errorf("stored %+v", out)
				}
				for _, x := range contributions(h, ctx, staged.Batch) {
					if c.not != "" && strings.Contains(x.Words, c.not) {
						t.Errorf("it says %q", x.Words)
					}
				}
				h.Do(ctx, "evidence.undo", evidence.UndoIn{Batch: staged.Batch})
				wantKept(h, "undone", 0, 0)
			})
		}
	})
}

// TestColumnsAsLastTime remembers how a sheet was read, for its project and its host.
func TestColumnsAsLastTime(t *testing.T) {
	const one, two = "A,B\nThe long words of a row,short\n", "a, b \nOther words of another row,terse\n"
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		host := func(project, name string) {
			if err := h.DB.Write(ctx, func(tx *db.Tx) error {
				return tx.Do(db.Q("update project_detail set host = ? where programme = ? and id = ?", name, h.Programme, project))
			}); err != nil {
				t.Fatal(err)
			}
		}
		columns := func(project, content string) (evidence.Columns, bool) {
			t.Helper()
			out := h.Do(h.AsOperator(), "evidence.stage", evidence.StageIn{Project: project, Files: []evidence.FileIn{file("a.csv", content)}}).(evidence.StageOut)
			f := look(h, h.AsOperator(), out.Batch).Files[0]
			return f.Columns, f.Remember
		}
		first := stage(h, ctx, "", file("a.csv", one))
		h.Do(ctx, "evidence.columns", evidence.ColumnsIn{Batch: first.Batch, Columns: "words=2"})
		if c, last := columns(h.Project, two); last || c.Words == 1 {
			t.Errorf("before it was brought in: %+v %v", c, last)
		}
		host(h.Project, "Cwm Council")
		bring(h, ctx, first.Batch)
		if c, last := columns(h.Project, two); !last || c.Words != 1 {
			t.Errorf("the next time: %+v %v", c, last)
		}
		if c, last := columns(h.Other, two); last || c.Words == 1 {
			t.Errorf("a project of another host: %+v %v", c, last)
		}
		host(h.Other, "CWM council ")
		if c, last := columns(h.Other, two); !last || c.Words != 1 {
			t.Errorf("a project of the same host: %+v %v", c, last)
		}
	})
}

// TestOfficeFiles brings in what LibreOffice makes, with references, opinions and the
// source text, in one go.
func TestOfficeFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	convert := func(from, to, filter string) evidence.FileIn {
		t.Helper()
		args := []string{"--headless", "-env:UserInstallation=file://" + filepath.Join(dir, "profile")}
		if filter != "" {
			args = append(args, "--infilter="+filter)
		}
		cmd := exec.CommandContext(t.Context(), "soffice", append(args, "--convert-to", to, "--outdir", dir, from)...)
		cmd.Env = append(os.Environ(), "HOME="+dir)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("LibreOffice: %v %s", err, out)
		}
		name := strings.TrimSuffix(filepath.Base(from), filepath.Ext(from)) + "." + to
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return evidence.FileIn{Name: name, Content: b}
	}
	if _, err := exec.LookPath("soffice"); err != nil {
		t.Fatal("LibreOffice is not installed: see tool/apt.txt")
	}
	notes := write("notes.html", "<html><head><meta charset=utf-8></head><body><h1>Visit to Llŷn</h1><p>The lift was broken all week.</p><p>Nobody asked us.</p></body></html>")
	sheet := write("sheet.csv", "Comment,When,Who\nThe café was shut,2026-03-01,carer\nThe stairs at night,2026-03-02,neighbour\n")
	files := []evidence.FileIn{convert(notes, "docx", "HTML (StarWriter)"), convert(notes, "odt", "HTML (StarWriter)"), convert(filepath.Join(dir, "notes.docx"), "pdf", ""), convert(sheet, "xlsx", "CSV:44,34,76")}
	want := []string{"notes.docx|docx|1 of 1", "notes.odt|odt|1 of 1", "notes.pdf|pdf|1 of 1", "sheet.xlsx|xlsx|2 of 2"}
	for _, path := range []string{"citations/asreview_demo/pubmed_zotero.ris", "citations/asreview_demo/scopus.ris", "opinions/bg2050-volunteers/comments.csv", "../source/impact-lessons-2026.txt"} {
		b, err := os.ReadFile(filepath.Join("../../../../shared/data", path))
		if err != nil {
			t.Log("the test data ../shared/data is not here: only what this test makes is read")
			break
		}
		files = append(files, evidence.FileIn{Name: filepath.Base(path), Content: b})
	}
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", files...)
		got := shapes(h, ctx, staged.Batch)
		if diff := cmp.Diff(want, got[:4]); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		out := bring(h, ctx, staged.Batch)
		if out.Stored != staged.Good || seen(h) != staged.Good {
			t.Errorf("stored %d of %d", out.Stored, staged.Good)
		}
		for i, f := range out.Files {
			if f.Stored == 0 {
				t.Errorf("nothing of %s", got[i])
			}
		}
		for _, c := range contributions(h, ctx, staged.Batch) {
			switch c.Source {
			case "notes.docx", "notes.odt", "notes.pdf":
				if !c.Fixed || !strings.Contains(c.Words, "Visit to Llŷn") || !strings.Contains(c.Words, "\n\nNobody asked us.") || len(c.Media) != 1 {
					t.Errorf("%s: %q %+v", c.Source, c.Words, c.Media)
				}
			case "sheet.xlsx":
				if c.Fixed || c.On < "2026-03-01" || c.Role == "" {
					t.Errorf("a row: %+v", c)
				}
			case "impact-lessons-2026.txt":
				if !c.Fixed || len(c.Words) < 60_000 {
					t.Errorf("the source text: %d bytes", len(c.Words))
				}
			}
		}
	})
}

// TestPartsAreAsked holds who may change how a part comes in, and when.
func TestPartsAreAsked(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("a.txt", "One.\n\nTwo.\n"), file("b.txt", "Alone.\n"))
		for _, bad := range []evidence.PartIn{{File: 2}, {File: -1}, {As: "pieces"}, {Take: "away"}, {File: 1, As: "paragraphs"}} {
			bad.Batch = staged.Batch
			if _, err := h.Try(ctx, "evidence.part", bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", bad, err)
			}
		}
		if _, err := h.Try(h.As(who.HostLead), "evidence.part", evidence.PartIn{Batch: staged.Batch, As: "paragraphs"}); err == nil {
			t.Error("a host lead changes an import")
		}
		h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, As: "paragraphs"})
		if out := h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, As: "whole"}).(evidence.ColumnsOut); out.Good != 1 {
			t.Errorf("whole again: %+v", out)
		}
		h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, File: 1, Take: "out"})
		if out := bring(h, ctx, staged.Batch); out.Stored != 1 || seen(h) != 1 {
			t.Errorf("%+v", out)
		}
		if _, err := h.Try(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, As: "paragraphs"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a part of what is in: %v", err)
		}
		split := h.Do(ctx, "evidence.stage", evidence.StageIn{Project: h.Project, Split: true, Files: []evidence.FileIn{file("c.txt", "Three.\n\nFour.\n\nFive.\n")}}).(evidence.StageOut)
		if out := bring(h, ctx, split.Batch); out.Stored != 3 {
			t.Errorf("split from the start: %+v", out)
		}
	})
}

// TestLeftOutStaysOut brings in one sheet of two: nothing of the other comes along.
func TestLeftOutStaysOut(t *testing.T) {
	kit.Each(t, func(t *testing.T, h *house.House) {
		h.T = t
		ctx := h.As(who.ProjectLead)
		staged := stage(h, ctx, "", file("open.csv", many(3)), file("private.csv", "Comment,Date\nNot for this project,2026-01-01\n"))
		h.Do(ctx, "evidence.part", evidence.PartIn{Batch: staged.Batch, File: 1, Take: "out"})
		if out := bring(h, ctx, staged.Batch); out.Stored != 3 || seen(h) != 3 {
			t.Errorf("%+v, %d are seen: what was left out came in", out, seen(h))
		}
	})
}
