package sheet

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/document"
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

// office has LibreOffice save a workbook as Excel.
func office(t *testing.T, name, content string) []byte {
	t.Helper()
	soffice := needs(t, "soffice", "libreoffice-calc-nogui", "libreoffice")
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if told, err := exec.Command(soffice, "-env:UserInstallation=file://"+filepath.Join(dir, "profile"), "--headless", "--convert-to", "xlsx", "--outdir", dir, path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, told)
	}
	b, err := os.ReadFile(filepath.Join(dir, strings.TrimSuffix(name, filepath.Ext(name))+".xlsx"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func text(s string) string {
	return `<table:table-cell office:value-type="string"><text:p>` + s + `</text:p></table:table-cell>`
}

func wide(s string, n int) string {
	return fmt.Sprintf(`<table:table-cell office:value-type="string" table:number-columns-spanned="%d" table:number-rows-spanned="1"><text:p>%s</text:p></table:table-cell>`, n, s) +
		fmt.Sprintf(`<table:covered-table-cell table:number-columns-repeated="%d"/>`, n-1)
}

const none = `<table:table-cell/>`

func cellRow(more string, cells ...string) string {
	return "<table:table-row" + more + ">" + strings.Join(cells, "") + "</table:table-row>"
}

const workbookHead = `<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:of="urn:oasis:names:tc:opendocument:xmlns:of:1.2" xmlns:xlink="http://www.w3.org/1999/xlink" office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.spreadsheet">
<office:automatic-styles>
<number:date-style style:name="D"><number:day number:style="long"/><number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/></number:date-style>
<number:date-style style:name="DT"><number:day/><number:text> </number:text><number:month number:textual="true"/><number:text> </number:text><number:year/><number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/></number:date-style>
<number:time-style style:name="TM"><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/></number:time-style>
<number:percentage-style style:name="PC"><number:number number:decimal-places="1" number:min-decimal-places="1" number:min-integer-digits="1"/><number:text>%</number:text></number:percentage-style>
<number:number-style style:name="TH"><number:text>£</number:text><number:number number:decimal-places="2" number:min-decimal-places="2" number:min-integer-digits="1" number:grouping="true"/></number:number-style>
<number:boolean-style style:name="BO"><number:boolean/></number:boolean-style><style:style style:name="cB" style:family="table-cell" style:data-style-name="BO"/><style:style style:name="cD" style:family="table-cell" style:data-style-name="D"/><style:style style:name="cDT" style:family="table-cell" style:data-style-name="DT"/><style:style style:name="cT" style:family="table-cell" style:data-style-name="TM"/><style:style style:name="cP" style:family="table-cell" style:data-style-name="PC"/><style:style style:name="cH" style:family="table-cell" style:data-style-name="TH"/>
<style:style style:name="gone" style:family="table"><style:table-properties table:display="false"/></style:style>
</office:automatic-styles><office:body><office:spreadsheet>`

const workbookFoot = `</office:spreadsheet></office:body></office:document>`

func TestOfficeWorkbook(t *testing.T) {
	src := workbookHead + `<table:table table:name="Adborth tŷ">` +
		cellRow("", wide("Feedback from the third visit", 9)) +
		cellRow("") +
		cellRow("", wide("About you", 2), wide("The visit", 7)) +
		cellRow("", text("Role"), text("Words"), text("Day"), text("When"), text("At"), text("Share"), text("Cost"), text("Sum"), text("Yes")) +
		cellRow("", text("Carer"), `<table:table-cell office:value-type="string"><text:p>Mae’r <text:span>tŷ</text:span> yn oer 🙂 e`+"\u0301"+`</text:p><text:p>second line</text:p></table:table-cell>`,
			`<table:table-cell table:style-name="cD" office:value-type="date" office:date-value="2026-11-03"/>`,
			`<table:table-cell table:style-name="cDT" office:value-type="date" office:date-value="2026-11-03T14:30:00"/>`,
			`<table:table-cell table:style-name="cT" office:value-type="time" office:time-value="PT09H05M00S"/>`,
			`<table:table-cell table:style-name="cP" office:value-type="percentage" office:value="0.125"/>`,
			`<table:table-cell table:style-name="cH" office:value-type="float" office:value="1234.5"/>`,
			`<table:table-cell table:formula="of:=1.1+2.2" office:value-type="float" office:value="3.3"/>`,
			`<table:table-cell table:style-name="cB" office:value-type="boolean" office:boolean-value="true"/>`) +
		cellRow(` table:visibility="collapse"`, text("Family"), `<table:table-cell office:value-type="string"><text:p><text:a xlink:href="https://example.org/x" xlink:type="simple">a link</text:a></text:p></table:table-cell>`, none, none, none, none, none,
			`<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""/>`) +
		cellRow(` table:number-rows-repeated="5"`, none) +
		cellRow("", wide("Merged words", 2), `<table:table-cell office:value-type="float" office:value="4"/>`) +
		`</table:table><table:table table:name="Hidden one" table:style-name="gone">` + cellRow("", text("A"), text("B")) + cellRow("", text("1"), text("2")) +
		`</table:table><table:table table:name="Empty"/>` + workbookFoot
	b := office(t, "feedback.fods", src)
	if f := document.Sniff(b, "a.docx"); f != document.XLSX {
		t.Fatal(f)
	}
	sheets, err := Read(b)
	if err != nil {
		t.Fatal(err)
	}
	if len(sheets) != 3 || sheets[0].Name != "Adborth tŷ" || sheets[0].Hidden || !sheets[1].Hidden || len(sheets[2].Rows) != 0 {
		t.Fatalf("%+v", sheets)
	}
	s := sheets[0]
	want := []string{"About you: Role", "About you: Words", "The visit: Day", "The visit: When", "The visit: At", "The visit: Share", "The visit: Cost", "The visit: Sum", "The visit: Yes"}
	if d := cmp.Diff(want, s.Header); d != "" || s.HeaderLine != 4 {
		t.Error(d, s.HeaderLine)
	}
	rows := [][]string{
		{"Carer", "Mae’r tŷ yn oer 🙂 e\u0301\nsecond line", "2026-11-03", "2026-11-03 14:30", "09:05", "12.5%", "£1,234.50", "3.3", "TRUE"},
		{"Family", "a link", "", "", "", "", "", "#N/A", ""},
		{"Merged words", "", "4", "", "", "", "", "", ""},
	}
	if d := cmp.Diff(rows, s.Rows); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]int{5, 6, 12}, s.Lines); d != "" {
		t.Error(d)
	}
	for _, what := range []string{"Feedback from the third visit", "formulas (2)", "H6 #N/A", "hidden in the sheet (1)", "merged (1)"} {
		if !tells(s.Problems, what) {
			t.Errorf("nothing tells of %q: %v", what, s.Problems)
		}
	}
}

func tells(problems []document.Problem, what string) bool {
	for _, p := range problems {
		if strings.Contains(p.Reason, what) {
			return true
		}
	}
	return false
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

// made is a workbook of one sheet, written by hand.
func made(t testing.TB, props, sheet string, more ...string) []byte {
	const rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	return zipped(t, append([]string{
		"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"xl/workbook.xml", `<workbook xmlns:r="http://r">` + props + `<sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels", rels + `<Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://x/styles" Target="styles.xml"/><Relationship Id="r3" Type="http://x/vbaProject" Target="vbaProject.bin"/></Relationships>`,
		"xl/styles.xml", `<styleSheet><numFmts><numFmt numFmtId="164" formatCode="[h]:mm"/><numFmt numFmtId="165" formatCode="&quot;day&quot; 0"/><numFmt numFmtId="166" formatCode="[$-809]dd\ mmmm\ yyyy;@"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml", `<worksheet>` + sheet + `</worksheet>`}, more...)...)
}

func str(place, s string) string {
	return `<c r="` + place + `" t="inlineStr"><is><t>` + s + `</t></is></c>`
}

func TestDays(t *testing.T) {
	sheet := `<sheetData><row r="1">` + str("A1", "x") + str("B1", "y") + str("C1", "z") + str("D1", "w") + str("E1", "v") + `</row>` +
		`<row r="2"><c r="A2" s="1"><v>45000</v></c><c r="B2" s="2"><v>1.5</v></c><c r="C2" s="3"><v>7</v></c><c r="D2" s="4"><v>1</v></c><c r="E2" s="5"><v>59.5</v></c></row>` +
		`<row r="3"><c r="A3" s="1"><v>60</v></c><c r="B3"><f>1+1</f></c><c r="C3"><v>0.10000000000000001</v></c><c r="D3" s="1"><v>-5</v></c><c r="E3"><v>12345678901234</v></c></row></sheetData>`
	for _, c := range []struct {
		props string
		want  [][]string
	}{
		{"", [][]string{{"2023-03-15", "36:00", "day 7", "1900-01-01", "1900-02-28 12:00"}, {"1900-02-29", "", "0.1", "-5", "12345678901234"}}},
		{`<workbookPr date1904="1"/>`, [][]string{{"2027-03-16", "36:00", "day 7", "1904-01-02", "1904-02-29 12:00"}, {"1904-03-01", "", "0.1", "-5", "12345678901234"}}},
	} {
		sheets, err := Read(made(t, c.props, sheet))
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(c.want, sheets[0].Rows); d != "" {
			t.Error(d)
		}
		if !tells(sheets[0].Problems, "no stored answer: B3") || !tells(sheets[0].Problems, "macros") {
			t.Error(sheets[0].Problems)
		}
	}
}

func TestHeads(t *testing.T) {
	for name, c := range map[string]struct {
		sheet  string
		header string
		line   int
	}{
		"one group alone": {`<sheetData><row r="1">` + str("B1", "Scores") + `</row><row r="2">` + str("A2", "Who") + str("B2", "Before") + str("C2", "After") + `</row><row r="3">` + str("A3", "a") + `<c r="B3"><v>1</v></c><c r="C3"><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="B1:C1"/></mergeCells>`, "Who|Scores: Before|Scores: After", 2},
		"some span rows":  {`<sheetData><row r="1">` + str("A1", "Who") + str("B1", "Scores") + `</row><row r="2">` + str("B2", "Before") + str("C2", "After") + `</row><row r="3">` + str("A3", "a") + str("B3", "b") + str("C3", "c") + `</row></sheetData><mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>`, "Who|Scores: Before|Scores: After", 2},
		"one column":      {`<sheetData><row r="2">` + str("C2", "What was said") + `</row><row r="3">` + str("C3", "a") + `</row></sheetData>`, "What was said", 2},
		"numbers alone":   {`<sheetData><row><c><v>1</v></c><c><v>2</v></c></row></sheetData>`, "Column 1|Column 2", 0},
		"escaped":         {`<sheetData><row>` + str("A1", "a_x000D_b") + str("B1", "_x0041_ _xyz") + `</row></sheetData>`, "a b|A _xyz", 1},
	} {
		sheets, err := Read(made(t, "", c.sheet))
		if err != nil {
			t.Fatal(name, err)
		}
		if got := strings.Join(sheets[0].Header, "|"); got != c.header || sheets[0].HeaderLine != c.line {
			t.Errorf("%s: %q in row %d", name, got, sheets[0].HeaderLine)
		}
	}
}

func TestManyEmptyRows(t *testing.T) {
	var s strings.Builder
	s.WriteString(`<sheetData><row r="1">` + str("A1", "x") + str("B1", "y") + `</row><row r="2">` + str("A2", "1") + `</row>`)
	for i := 3; i <= 1_048_576; i++ {
		fmt.Fprintf(&s, `<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>`, i, i)
	}
	s.WriteString(`</sheetData>`)
	b := made(t, "", s.String())
	size := s.Len()
	s.Reset()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	sheets, err := Read(b)
	if err != nil || len(sheets[0].Rows) != 1 {
		t.Fatal(err)
	}
	took := time.Since(start)
	runtime.GC()
	runtime.ReadMemStats(&after)
	if held := int64(after.HeapAlloc) - int64(before.HeapAlloc); held > 8<<20 || took > time.Minute {
		t.Errorf("%v, %d MiB kept", took, held>>20)
	}
	t.Logf("a million empty rows, %d MiB of XML, %d KiB packed: %v", size>>20, len(b)>>10, took)
}

func TestHostile(t *testing.T) {
	ole := "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	for want, b := range map[string][]byte{
		"document.old":     []byte(ole),
		"document.locked":  []byte(ole + "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"),
		"document.damaged": made(t, "", `<sheetData><row>`),
		"document.deep":    made(t, "", strings.Repeat("<a>", 10_000)),
		"document.bomb":    made(t, "", "<sheetData>"+strings.Repeat(" ", 40<<20)),
	} {
		_, err := Read(b)
		if r := document.Refused(err); r == nil || r.Say != want {
			t.Errorf("%v, not %s", err, want)
		}
	}
	if _, err := Read(made(t, "", `<!DOCTYPE x [<!ENTITY a "b">]><sheetData/>`)); document.Refused(err) == nil {
		t.Error(err)
	}
	// Cells far apart on each row would fill the sheet between them.
	var s strings.Builder
	for i := 1; i <= 16_000; i++ {
		fmt.Fprintf(&s, `<row r="%d"><c r="%s%d"><v>1</v></c></row>`, i, columnName(i), i)
	}
	_, err := Read(made(t, "", "<sheetData>"+s.String()+"</sheetData>"))
	if r := document.Refused(err); r == nil || r.Say != "document.cells" {
		t.Error(err)
	}
}

// big is a workbook of n rows of six columns.
func big(t testing.TB, n int) []byte {
	var s strings.Builder
	s.WriteString(`<sheetData><row r="1">` + str("A1", "Id") + str("B1", "Day") + str("C1", "Role") + str("D1", "Words") + str("E1", "Score") + str("F1", "Place") + `</row>`)
	for i := 2; i <= n+1; i++ {
		fmt.Fprintf(&s, `<row r="%d"><c r="A%d"><v>%d</v></c><c r="B%d" s="1"><v>%d</v></c>%s%s<c r="E%d" s="3"><v>%d</v></c>%s</row>`, i, i, i, i, 45000+i%900,
			str(fmt.Sprint("C", i), "Carer"), str(fmt.Sprint("D", i), fmt.Sprintf("Number %d said that there is no time to talk in the evening.", i)), i, i%5, str(fmt.Sprint("F", i), "Aberystwyth"))
	}
	return made(t, "", s.String()+`</sheetData>`)
}

func BenchmarkRead100000(b *testing.B) {
	raw := big(b, 100_000)
	b.ReportAllocs()
	for b.Loop() {
		s, err := Read(raw)
		if err != nil || len(s[0].Rows) != 100_000 {
			b.Fatal(err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(made(f, "", `<sheetData><row r="1">`+str("A1", "x")+str("B1", "y")+`</row><row r="2"><c r="A2" s="1"><v>1</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>`))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, b []byte) {
		sheets, err := Read(b)
		check(t, sheets, err)
		// The same bytes as a sheet within a workbook that is whole.
		sheets, err = Read(made(t, "", string(b)))
		check(t, sheets, err)
	})
}

func check(t *testing.T, sheets []Sheet, err error) {
	t.Helper()
	if err != nil && document.Refused(err) == nil {
		t.Errorf("no refusal: %v", err)
	}
	for _, s := range sheets {
		if len(s.Rows) != len(s.Lines) {
			t.Error("rows and lines differ")
		}
		for _, r := range s.Rows {
			if len(r) != len(s.Header) {
				t.Error("a row as wide as no head")
			}
		}
	}
}
