package document

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"
)

const (
	types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
	open  = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	shut  = `</w:body></w:document>`
)

// word is a Word file of one part.
func word(t testing.TB, body string, more ...string) []byte {
	return zipped(t, append([]string{"[Content_Types].xml", types, "word/document.xml", body}, more...)...)
}

func para1(s string) string { return "<w:p><w:r><w:t>" + s + "</w:t></w:r></w:p>" }

// zeros gives n zero bytes, or letters "a".
type zeros struct{ left int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), z.left))
	clear(p[:n])
	z.left -= int64(n)
	return n, nil
}

// withBig adds an entry of so many bytes that pack to nearly nothing: 32 MiB are
// deflated once, ended by a full flush, and repeated.
func withBig(t testing.TB, name string, size int64, pairs ...string) []byte {
	t.Helper()
	const unit = 32 << 20
	var one bytes.Buffer
	f, err := flate.NewWriter(&one, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, &zeros{unit}); err != nil {
		t.Fatal(err)
	}
	if err := f.Flush(); err != nil {
		t.Fatal(err)
	}
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
	n := size / unit
	packed := uint64(n)*uint64(one.Len()) + 5
	w, err := z.CreateRaw(&zip.FileHeader{Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil), CompressedSize64: packed, UncompressedSize64: uint64(n * unit)})
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		if _, err := w.Write(one.Bytes()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Write([]byte{1, 0, 0, 0xff, 0xff}); err != nil { // an empty last block
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// refused checks that a reading was refused with a key, in words of two sentences.
func refused(t *testing.T, err error, say string) {
	t.Helper()
	var r *Refusal
	if !errors.As(err, &r) || r.Say != say {
		t.Errorf("refused with %v, not %s", err, say)
		return
	}
	if s := r.Error(); strings.Contains(s, "document.") || strings.Contains(s, "<no value>") {
		t.Errorf("in English: %s", s)
	}
}

func TestBigPictureInside(t *testing.T) {
	b := withBig(t, "word/media/image1.png", 2<<30, "[Content_Types].xml", types, "word/document.xml", open+para1("All is well.")+shut)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	if f := Sniff(b, ""); f != DOCX {
		t.Fatal(f)
	}
	d, err := Read(DOCX, b)
	if err != nil || d.Words != "All is well." {
		t.Fatal(d.Words, err)
	}
	runtime.ReadMemStats(&after)
	if took, mem := time.Since(start), after.TotalAlloc-before.TotalAlloc; took > 10*time.Second || mem > 16<<20 {
		t.Errorf("took %v and %d MiB", took, mem>>20)
	}
}

func TestBombs(t *testing.T) {
	_, err := Read(DOCX, withBig(t, "word/document.xml", 1<<30, "[Content_Types].xml", types))
	if r := Refused(err); r == nil {
		t.Error(err)
	}
	// A part that is well formed and far too long.
	_, err = Read(DOCX, word(t, open+"<w:p>"+strings.Repeat("<w:r/>", 4<<20)+"</w:p>"+shut))
	refused(t, err, "document.bomb")
	_, _, err = Unpack(withBig(t, "zeros.txt", 32<<20))
	refused(t, err, "document.bomb")
	_, _, err = Unpack(withBig(t, "zeros.txt", 1<<30))
	refused(t, err, "document.too_much")
	many := make([]string, 0, 2*(MaxFiles+1))
	for i := range MaxFiles + 1 {
		many = append(many, fmt.Sprintf("%d.txt", i), "a")
	}
	_, _, err = Unpack(zipped(t, many...))
	refused(t, err, "document.too_many")
	lots := make([]string, 0, 2*(MaxEntries+1))
	for i := range MaxEntries + 1 {
		lots = append(lots, fmt.Sprintf("d%d/", i), "")
	}
	_, _, err = Unpack(zipped(t, lots...))
	refused(t, err, "document.bomb")
}

func TestEntities(t *testing.T) {
	for name, s := range map[string]string{
		"outside": `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + open + para1("&e;") + shut,
		"laughs":  `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>` + open + para1("&b;") + shut,
		"dtd":     `<!DOCTYPE x SYSTEM "http://example.org/x.dtd">` + open + para1("a") + shut,
	} {
		_, err := Read(DOCX, word(t, s))
		t.Run(name, func(t *testing.T) { refused(t, err, "document.deep") })
	}
	_, err := Read(DOCX, word(t, open+para1("&unknown;")+shut))
	refused(t, err, "document.damaged")
	_, err = Read(DOCX, word(t, open+strings.Repeat("<w:tbl><w:tr><w:tc>", 100_000)+shut))
	refused(t, err, "document.deep")
	_, err = Read(DOCX, word(t, open+"<w:x>"+strings.Repeat("<w:x>", 100_000)+shut))
	refused(t, err, "document.deep")
	_, err = Read(HTML, []byte(strings.Repeat("<div>", 100_000)+"a"))
	refused(t, err, "document.deep")
	_, err = Read(HTML, []byte(strings.Repeat("<b>", 1_000_000)+"a"))
	refused(t, err, "document.deep")
	if d, err := Read(Markdown, []byte(strings.Repeat(">", 1_000_000)+" a")); err != nil || !tells(d.Problems, "left as they are") {
		t.Error(err)
	}
}

func TestUnpack(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	put := func(h zip.FileHeader, content string) {
		h.Method = zip.Deflate
		w, err := z.CreateHeader(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	put(zip.FileHeader{Name: "../../etc/passwd"}, "one")
	put(zip.FileHeader{Name: `C:\visit\tŷ.txt`}, "two")
	put(zip.FileHeader{Name: "caf\x82.txt", NonUTF8: true}, "three")
	put(zip.FileHeader{Name: "__MACOSX/._x.txt"}, "no")
	put(zip.FileHeader{Name: "a/.DS_Store"}, "no")
	put(zip.FileHeader{Name: "a/notes.txt"}, "four")
	put(zip.FileHeader{Name: "b/notes.txt"}, "five")
	link := zip.FileHeader{Name: "link.txt"}
	link.SetMode(0o777 | 1<<27) // a symbolic link
	put(link, "/etc/passwd")
	put(zip.FileHeader{Name: "inner.zip"}, string(zipped(t, "in.txt", "six", "deep.zip", string(zipped(t, "too.txt", "no")))))
	put(zip.FileHeader{Name: "\u202etxt.exe"}, "seven")
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	raw := bytes.Replace(b.Bytes(), []byte("caf\x82.txt"), []byte("caf\x82.txt"), -1)
	files, problems, err := Unpack(raw)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range files {
		got = append(got, f.Name+"="+string(f.Bytes))
	}
	want := "passwd=one tŷ.txt=two café.txt=three notes.txt=four b: notes.txt=five inner.zip: in.txt=six txt.exe=seven"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if len(problems) != 2 || !tells(problems, "link") || !tells(problems, "zip within a zip within a zip") {
		t.Error(problems)
	}
}

func TestLockedAndOld(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 500)
	locked := ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	_, err := Read(Sniff([]byte(ole), "a.docx"), []byte(ole))
	refused(t, err, "document.old")
	_, err = Read(Sniff([]byte(locked), "a.docx"), []byte(locked))
	refused(t, err, "document.locked")
	odt := zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", "\x01\x02", "META-INF/manifest.xml", `<m:manifest xmlns:m="x"><m:file-entry><m:encryption-data/></m:file-entry></m:manifest>`)
	_, err = Read(Sniff(odt, ""), odt)
	refused(t, err, "document.locked")
	b := word(t, open+para1("a")+shut)
	for i := range b { // the mark of an encrypted entry, in both heads
		if bytes.HasPrefix(b[i:], []byte("PK\x03\x04")) {
			b[i+6] |= 1
		}
		if bytes.HasPrefix(b[i:], []byte("PK\x01\x02")) {
			b[i+8] |= 1
		}
	}
	_, err = Read(DOCX, b)
	refused(t, err, "document.locked")
	_, problems, err := Unpack(b)
	if err != nil || !tells(problems, "password") {
		t.Error(problems, err)
	}
	whole := word(t, open+para1("a")+shut)
	if f := Sniff(whole[:len(whole)-30], ""); f != DOCX {
		t.Error("cut short:", f)
	}
	_, err = Read(DOCX, whole[:len(whole)-30])
	refused(t, err, "document.damaged")
	_, err = Read(DOCX, word(t, open+shut))
	refused(t, err, "document.empty")
}

func TestMacrosAndMore(t *testing.T) {
	rel := `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/><Relationship Id="b" Type="http://x/image" Target="http://example.org/track.png" TargetMode="External"/><Relationship Id="c" Type="http://x/header" Target="header1.xml"/></Relationships>`
	body := open + `<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:t>One </w:t></w:r></w:p>` + para1("line.") +
		`<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:t>not</w:t></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>Result 7</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:br w:type="page"/></w:r><w:r><w:lastRenderedPageBreak/><w:t>after</w:t></w:r></w:p>` +
		`<mc:AlternateContent xmlns:mc="m"><mc:Choice>` + para1("choice") + `</mc:Choice><mc:Fallback>` + para1("fallback") + `</mc:Fallback></mc:AlternateContent>` +
		`<w:tbl><w:tr><w:trPr><w:del/></w:trPr><w:tc>` + para1("gone") + `</w:tc></w:tr><w:tr><w:tc>` + para1("a") + para1("b") + `</w:tc></w:tr></w:tbl>` + shut
	d, err := Read(DOCX, word(t, body, "word/vbaProject.bin", "x", "word/_rels/document.xml.rels", rel, "word/header1.xml", `<w:hdr xmlns:w="w">`+para1("Draft")+`</w:hdr>`))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	if want := "One line.\n\nResult 7\nafter\n\nchoice\n\na\n\nb"; d.Words != want {
		t.Errorf("%q", d.Words)
	}
	if d.PageStarts != nil || !tells(d.Problems, "macros") || !tells(d.Problems, "head and foot") || !tells(d.Problems, "2 tracked") {
		t.Error(d.PageStarts, d.Problems)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(DOCX, []byte(open+para1("a")+"<w:tbl><w:tr><w:tc>"+para1("b")+"</w:tc></w:tr></w:tbl>"+shut))
	f.Add(ODT, []byte(`<a:c xmlns:a="x"><a:body><a:text><a:p>a<a:s a:c="3"/><a:tab/></a:p><a:list><a:list-item><a:p>b</a:p></a:list-item></a:list></a:text></a:body></a:c>`))
	f.Add(HTML, []byte("<p>a<table><tr><td>b<td>c</table><ul><li>d"))
	f.Add(EML, []byte(letterOne))
	f.Add(Text, []byte("a\r\nb\x00"))
	f.Add(Markdown, []byte("# a\n\n- b\n\n| c | d |\n|---|---|\n| e | f |\n\n<b>"))
	f.Fuzz(func(t *testing.T, format string, b []byte) {
		Sniff(b, "a.md")
		given := b
		switch format { // what is within a zip, so that the zip itself need not be guessed
		case DOCX:
			given = word(t, string(b))
		case ODT:
			given = zipped(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml", string(b))
		}
		for _, x := range [][]byte{given, b} {
			d, err := Read(format, x)
			if err == nil {
				holds(t, d)
			} else if Refused(err) == nil {
				t.Errorf("no refusal: %v", err)
			}
		}
	})
}

func FuzzUnpack(f *testing.F) {
	f.Add(zipped(f, "a/b.txt", "c", "d.zip", string(zipped(f, "e", "f"))))
	f.Fuzz(func(t *testing.T, b []byte) {
		Sniff(b, "")
		files, _, err := Unpack(b)
		if err != nil && Refused(err) == nil {
			t.Errorf("no refusal: %v", err)
		}
		names := map[string]bool{}
		for _, f := range files {
			if names[f.Name] || strings.ContainsAny(f.Name, "/\\\x00\n") || f.Name == "" || f.Name == ".." {
				t.Errorf("name %q", f.Name)
			}
			names[f.Name] = true
		}
	})
}

// BenchmarkDOCX reads a Word file of one mebibyte of words.
func BenchmarkDOCX(b *testing.B) {
	var s strings.Builder
	for i := 0; s.Len() < 1<<20; i++ {
		s.WriteString(para1(fmt.Sprintf("Number %d said that there is no time to talk in the evening, and that the tŷ is cold.", i)))
	}
	raw := word(b, open+s.String()+shut)
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Read(DOCX, raw); err != nil {
			b.Fatal(err)
		}
	}
}
