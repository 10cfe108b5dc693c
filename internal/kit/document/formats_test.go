package document

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"
)

func TestSniff(t *testing.T) {
	box := func(kind string, rest string) string {
		b := binary.BigEndian.AppendUint32(nil, uint32(8+len(rest)))
		return string(b) + kind + rest
	}
	hdlr := func(kind string) string {
		return box("moov", box("hdlr", "\x00\x00\x00\x00\x00\x00\x00\x00"+kind+strings.Repeat("\x00", 12)))
	}
	wide := "\xff\xfe"
	for _, u := range utf16.Encode([]rune("Mae’r tŷ yn oer.\n")) {
		wide += string([]byte{byte(u), byte(u >> 8)})
	}
	mp3 := "\xff\xfb\x90\x00" + strings.Repeat("\x00", 413)
	for _, c := range []struct{ want, name, content string }{
		{Picture, "notes.docx", "\xff\xd8\xff\xe0\x00\x10JFIF"},
		{Picture, "a.pdf", "\x89PNG\r\n\x1a\n\x00\x00"},
		{Picture, "", "RIFF\x00\x00\x00\x00WEBPVP8 "},
		{Sound, "", "RIFF\x00\x00\x00\x00WAVEfmt "},
		{Video, "", "RIFF\x00\x00\x00\x00AVI LIST"},
		{HEIC, "a.jpg", box("ftyp", "heic\x00\x00\x00\x00mif1heic")},
		{HEIC, "a.jpg", box("ftyp", "mif1\x00\x00\x00\x00avifmif1")},
		{TIFF, "", "II*\x00\x08\x00\x00\x00"},
		{Video, "", box("ftyp", "isom\x00\x00\x02\x00isomavc1") + hdlr("vide") + hdlr("soun")},
		{Sound, "", box("ftyp", "mp42\x00\x00\x02\x00isommp42") + hdlr("soun")},
		{Sound, "", box("ftyp", "M4A \x00\x00\x02\x00isommp42")},
		{Video, "", box("ftyp", "qt  \x00\x00\x02\x00qt  ")},
		{Sound, "", "\x1aE\xdf\xa3....webm....\x86\x86A_OPUS"},
		{Video, "", "\x1aE\xdf\xa3....webm....\x86\x85V_VP9..\x86\x86A_OPUS"},
		{Sound, "", "OggS\x00\x02........OpusHead"},
		{Sound, "", "fLaC\x00"}, {Sound, "", "ID3\x04\x00"}, {Sound, "", mp3 + mp3},
		{PDF, "a.txt", "%PDF-1.7\n"}, {RTF, "a.docx", `{\rtf1 a}`}, {OldOffice, "a.docx", "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"},
		{Packed, "", "7z\xbc\xaf\x27\x1c"}, {Packed, "", "\x1f\x8b\x08"}, {Packed, "", "Rar!\x1a\x07\x00"},
		{SVG, "a.png", `<?xml version="1.0"?><!-- a --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`},
		{SVG, "", `<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/x.dtd"><svg/>`},
		{HTML, "a.txt", "\ufeff  <!-- x --><!DOCTYPE html><p>a"}, {HTML, "", "<html xmlns:v='a'>"}, {HTML, "", `<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y"><html>`},
		{Text, "", "<xml><records/></xml>"},
		{EML, "a.txt", "Received: from a\r\nFrom: Mary <m@example.org>\r\nSubject: Hi\r\nDate: Mon, 2 Nov 2026 10:00:00 +0000\r\n\r\nHello"},
		{Text, "", "From: Mary\nTo: all\nSubject: visit\n\nIt was cold."},
		{Text, "", "Note: it was cold\nDate: today\n\nYes"},
		{Markdown, "a.MD", "# Visit\n"}, {Text, "a.txt", "# Visit\n"}, {Text, "", ""}, {Text, "", "a"},
		{Text, "", wide}, {Text, "", "caf\xe9 \x93quoted\x94\n"},
		{Unknown, "a.txt", "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x03\x00\x3e\x00\x01\x00"},
		{Unknown, "a.docx", "\x8a\x01\x05\xf2\x11\x1b\x90\x02\x07"},
		{Zip, "a.docx", string(zipped(t, "word/document.txt", "a"))},
		{ODT, "", string(zipped(t, "mimetype", "application/vnd.oasis.opendocument.text"))},
		{ODS, "", string(zipped(t, "mimetype", "application/vnd.oasis.opendocument.spreadsheet"))},
		{DOCX, "a.xlsx", string(word(t, ""))},
	} {
		if got := Sniff([]byte(c.content), c.name); got != c.want {
			t.Errorf("%q called %q: %s, not %s", c.content[:min(20, len(c.content))], c.name, got, c.want)
		}
	}
}

func TestHTML(t *testing.T) {
	page := "<!doctype html><html lang=cy><head><meta charset=\"iso-8859-1\"><title> A  page </title><style>p{}</style><script>bad()</script></head><body>" +
		"<h1>Caf\xe9</h1><p>One <b>bold</b>\n word<br>new line<img src=http://example.org/x.png><p style='display: none'>hidden</p><div hidden>too</div>" +
		"<ul><li>tea<li>toast<ol start=3><li>inner</ol></ul><noscript>no</noscript><table><tr><th>Who<th>What<tr><td>Carer<td>No <i>time</i><p>at all</table>" +
		"<pre>  kept\n   so</pre><a href='http://example.org'>link</a> &amp; &lt;b&gt;<svg><text>drawn</text></svg><textarea>typed</textarea>"
	d, err := Read(HTML, []byte(page))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	want := "Café\n\nOne bold word\nnew line\n\n• tea\n\n• toast\n\n3. inner\n\nWho | What\n\nCarer | No time at all\n\n  kept\n   so\n\nlink & <b>\n\ntyped"
	if d.Words != want {
		t.Errorf("got  %q\nwant %q", d.Words, want)
	}
	if d.Title != "A page" || d.Language != "cy" || d.Pictures != 1 || !tells(d.Problems, "Hidden text was left out in 2 places") {
		t.Errorf("%+v", d)
	}
}

func TestMarkdown(t *testing.T) {
	d, err := Read(Markdown, []byte("---\ntitle: Ours\n---\n# Visit *three*\n\nWe\nwent [to the tŷ](https://example.org). \\*star\\* &amp; `code`\n\n- a\n- [x] done\n\n3. c\n4. d\n\n> said\n\n| Who | What |\n|---|---|\n| Carer | time |\n\n![alt](a.png)\n\n<div>raw <b>html</b></div>\n\n```\nas  is\n```\n"))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	want := "Visit three\n\nWe went to the tŷ. *star* & code\n\n• a\n\n• ☒ done\n\n3. c\n\n4. d\n\nsaid\n\nWho | What\n\nCarer | time\n\nraw html\n\nas  is"
	if d.Words != want || d.Title != "Ours" || d.Pictures != 1 {
		t.Errorf("got  %q %q %d\nwant %q", d.Words, d.Title, d.Pictures, want)
	}
}

func TestText(t *testing.T) {
	d, err := Read(Text, []byte("\ufeffOne\r\ntwo  \r\n\r\n\r\n  three e\u0301\x00\x07\fpage"))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	if d.Words != "One\ntwo\n\n  three e\u0301\n\npage" || !tells(d.Problems, "1 empty character") {
		t.Errorf("%q %v", d.Words, d.Problems)
	}
	if len(d.Paragraphs) != 3 || d.Paragraphs[1] != 9 {
		t.Error(d.Paragraphs)
	}
}

const letterOne = "Return-Path: <m@example.org>\r\nFrom: =?utf-8?Q?M=C3=A1ir?= <mair@example.org>\r\nTo: plait@example.org\r\nSubject: =?iso-8859-1?Q?Caf=E9?=\r\n =?utf-8?B?IHTFtw==?=\r\nDate: Mon, 2 Nov 2026 23:30:00 +0100\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=S\r\n\r\n" +
	"--S\r\nContent-Type: multipart/mixed; boundary=M\r\n\r\n" +
	"--M\r\nContent-Type: multipart/alternative; boundary=A\r\n\r\n" +
	"--A\r\nContent-Type: text/plain; charset=windows-1252; format=flowed\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe caf=E9 was =93cold=94 and =\r\nlong=20\r\nenough. Ask mary@example.org.\r\n\r\nOn 1 Nov 2026, Mary <mary@example.org> wrote:\r\n> It was warm.\r\n> From: Sian <sian@example.org>\r\n" +
	"--A\r\nContent-Type: multipart/related; boundary=R\r\n\r\n--R\r\nContent-Type: text/html\r\n\r\n<p>page</p>\r\n--R\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <a>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n--R--\r\n--A--\r\n" +
	"--M\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename*=utf-8''..%2Ft%C5%B7.csv\r\nContent-Transfer-Encoding: base64\r\n\r\nYSxi\r\nCjEsMgo=\r\n" +
	"--M\r\nContent-Type: message/rfc822\r\n\r\nFrom: a@example.org\r\nSubject: Inner one\r\nMIME-Version: 1.0\r\n\r\nInner words\r\n" +
	"--M--\r\n--S\r\nContent-Type: application/pgp-signature; name=signature.asc\r\n\r\nxyz\r\n--S--\r\n"

func TestMail(t *testing.T) {
	if f := Sniff([]byte(letterOne), "a.txt"); f != EML {
		t.Fatal(f)
	}
	d, err := Read(EML, []byte(letterOne))
	if err != nil {
		t.Fatal(err)
	}
	holds(t, d)
	want := "The café was “cold” and long enough. Ask mary@example.org.\n\nOn 1 Nov 2026, Mary wrote:\n> It was warm.\n> From: Sian"
	if d.Words != want || d.Title != "Café tŷ" || d.Date != "2026-11-02" {
		t.Errorf("%q\n%q %q", d.Words, d.Title, d.Date)
	}
	var names []string
	for _, f := range d.Attached {
		names = append(names, f.Name)
	}
	if s := strings.Join(names, ","); s != "tŷ.csv,Inner one.eml" || string(d.Attached[0].Bytes) != "a,b\n1,2\n" {
		t.Errorf("%s %q", s, d.Attached)
	}
	if !tells(d.Problems, "2 e-mail addresses") || !tells(d.Problems, "small picture") {
		t.Error(d.Problems)
	}
	for name, c := range map[string]struct{ in, want string }{
		"page only":   {"From: a\nSubject: s\nMIME-Version: 1.0\nContent-Type: text/html; charset=iso-8859-15\n\n<p>5 \xa4</p>", "5 €"},
		"no charset":  {"From: a\nSubject: s\nDate: Mon, 2 Nov 2026 23:30:00 +0100\n\ntŷ", "tŷ"},
		"latin said":  {"From: a\nContent-Type: text/plain; charset=iso-8859-1\n\ncaf\xe9", "café"},
		"utf-16":      {"From: a\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nY2Fm\n w6k=", "café"},
		"no boundary": {"From: a\nContent-Type: multipart/mixed\n\nwords", "words"},
		"cut short":   {"From: a\nContent-Type: multipart/mixed; boundary=X\n\n--X\nContent-Type: text/plain\n\nhalf a", "half a"},
		"bad head":    {"From: a\nthis is no field\nSubject: s\n\nwords", "words"},
	} {
		d, err := Read(EML, []byte(c.in))
		if err != nil || d.Words != c.want {
			t.Errorf("%s: %q %v", name, d.Words, err)
		}
	}
	_, err = Read(EML, []byte("From: a\nContent-Type: multipart/encrypted; boundary=X\n\n--X--"))
	refused(t, err, "document.locked")
	deep := "From: a\n"
	for i := range 40 {
		deep += fmt.Sprintf("Content-Type: multipart/mixed; boundary=X%dX\n\n--X%dX\n", i, i)
	}
	if _, err = Read(EML, []byte(deep+"\nwords")); Refused(err) == nil {
		t.Error(err)
	}
}

// TestWordsOfRefusals holds that each refusal has what is wrong and what to do, with the
// same gaps as the code fills.
func TestWordsOfRefusals(t *testing.T) {
	raw, err := words.ReadFile("words/en.json")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]string
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	gap := regexp.MustCompile(`\{\{`)
	for key := range all {
		if base, ok := strings.CutSuffix(key, "_do"); ok {
			if all[base] == "" {
				t.Errorf("%s stands alone", key)
			}
			continue
		}
		if all[key+"_do"] == "" {
			t.Errorf("%s does not say what to do", key)
		}
		if gap.MatchString(all[key+"_do"]) {
			t.Errorf("%s_do has a gap", key)
		}
	}
}
