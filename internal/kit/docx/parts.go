package docx

import (
	"fmt"
	"strings"
	"time"

	"plait/internal/kit/lang"
)

// part is one file of the package (ECMA-376 part 2).
type part struct {
	name    string
	content []byte
}

const (
	head   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	spaces = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"` +
		` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"` +
		` xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
	word      = "application/vnd.openxmlformats-officedocument.wordprocessingml."
)

// twip is how many twentieths of a point a millimetre has.
const twip = 1440 / 25.4

func (d *Doc) parts() []part {
	out := []part{
		{"[Content_Types].xml", d.types()},
		{"_rels/.rels", []byte(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">` +
			`<Relationship Id="rId1" Type="` + relations + `officeDocument" Target="word/document.xml"/>` +
			`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/>` +
			`</Relationships>`)},
		{"docProps/core.xml", d.core()},
		{"word/document.xml", d.document()},
		{"word/styles.xml", d.styles()},
		{"word/settings.xml", []byte(head + `<w:settings ` + spaces + `><w:displayBackgroundShape/><w:defaultTabStop w:val="720"/><w:autoHyphenation w:val="false"/>` +
			`<w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat>` +
			`<w:themeFontLang w:val="` + escape(d.o.Language) + `"/></w:settings>`)},
		{"word/footer1.xml", []byte(head + `<w:ftr ` + spaces + `><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>` + field("PAGE") +
			`<w:r><w:t xml:space="preserve"> / </w:t></w:r>` + field("NUMPAGES") + `</w:p></w:ftr>`)},
		{"word/_rels/document.xml.rels", d.relations()},
	}
	if d.lists {
		out = append(out, part{"word/numbering.xml", []byte(head + `<w:numbering ` + spaces + `><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="hybridMultilevel"/>` +
			`<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="454" w:hanging="340"/></w:pPr></w:lvl>` +
			`</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>`)})
	}
	for i, p := range d.images {
		out = append(out, part{fmt.Sprintf("word/media/image%d.png", i+1), p.PNG})
	}
	return out
}

func field(name string) string {
	return `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> ` + name +
		` </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`
}

func (d *Doc) types() []byte {
	var b strings.Builder
	b.WriteString(head + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/>`)
	for _, x := range [][2]string{{"/word/document.xml", word + "document.main+xml"}, {"/word/styles.xml", word + "styles+xml"}, {"/word/settings.xml", word + "settings+xml"},
		{"/word/footer1.xml", word + "footer+xml"}, {"/docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"}} {
		fmt.Fprintf(&b, `<Override PartName="%s" ContentType="%s"/>`, x[0], x[1])
	}
	if d.lists {
		b.WriteString(`<Override PartName="/word/numbering.xml" ContentType="` + word + `numbering+xml"/>`)
	}
	b.WriteString(`</Types>`)
	return []byte(b.String())
}

func (d *Doc) relations() []byte {
	var b strings.Builder
	b.WriteString(head + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`)
	add := func(id, kind, target string) {
		fmt.Fprintf(&b, `<Relationship Id="%s" Type="%s%s" Target="%s"/>`, id, relations, kind, target)
	}
	add("rIdStyles", "styles", "styles.xml")
	add("rIdSettings", "settings", "settings.xml")
	add("rIdFooter", "footer", "footer1.xml")
	if d.lists {
		add("rIdNumbering", "numbering", "numbering.xml")
	}
	for i := range d.images {
		add(fmt.Sprintf("rIdImage%d", i+1), "image", fmt.Sprintf("media/image%d.png", i+1))
	}
	b.WriteString(`</Relationships>`)
	return []byte(b.String())
}

func (d *Doc) core() []byte {
	at := d.o.Made.UTC().Format(time.RFC3339)
	return []byte(head + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"` +
		` xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>` + escape(d.o.Title) + `</dc:title><dc:creator>` + escape(d.o.From) +
		`</dc:creator><dc:language>` + escape(d.o.Language) + `</dc:language><dcterms:created xsi:type="dcterms:W3CDTF">` + at + `</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">` + at +
		`</dcterms:modified></cp:coreProperties>`)
}

// document is the body on A4 pages: 210 by 297 mm (ISO 216).
func (d *Doc) document() []byte {
	m := int(d.o.Margin * twip)
	bidi := ""
	if lang.RightToLeft(d.o.Language) {
		bidi = "<w:bidi/>"
	}
	return []byte(head + `<w:document ` + spaces + `><w:body>` + d.body.String() +
		fmt.Sprintf(`<w:sectPr><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="%d" w:right="%d" w:bottom="%d" w:left="%d" w:header="567" w:footer="567" w:gutter="0"/>%s</w:sectPr>`, m, m, m, m, bidi) +
		`</w:body></w:document>`)
}

// styles sets sizes in half points and line heights in 240ths of a line.
func (d *Doc) styles() []byte {
	half := func(times float64) int { return int(d.o.Points*2*times + 0.5) }
	line := int(d.o.Spacing*240 + 0.5)
	after := int(d.o.Points * 10)
	font := escape(d.o.Font)
	language := `<w:lang w:val="` + escape(d.o.Language) + `" w:eastAsia="` + escape(d.o.Language) + `"/>`
	if lang.RightToLeft(d.o.Language) {
		language = `<w:lang w:bidi="` + escape(d.o.Language) + `"/>`
	}
	var b strings.Builder
	fmt.Fprintf(&b, head+`<w:styles `+spaces+`><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="%s" w:hAnsi="%s" w:eastAsia="%s" w:cs="%s"/><w:color w:val="000000"/><w:sz w:val="%d"/><w:szCs w:val="%d"/>%s</w:rPr></w:rPrDefault>`+
		`<w:pPrDefault><w:pPr><w:suppressAutoHyphens/><w:spacing w:after="%d" w:line="%d" w:lineRule="auto"/><w:jc w:val="left"/></w:pPr></w:pPrDefault></w:docDefaults>`,
		font, font, font, font, half(1), half(1), language, after, line)
	b.WriteString(`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>`)
	heading := func(id, name string, level int, times float64) {
		outline := ""
		if level >= 0 {
			outline = fmt.Sprintf(`<w:outlineLvl w:val="%d"/>`, level)
		}
		fmt.Fprintf(&b, `<w:style w:type="paragraph" w:styleId="%s"><w:name w:val="%s"/><w:basedOn w:val="Normal"/><w:next w:val="Normal"/><w:qFormat/><w:pPr><w:keepNext/><w:keepLines/><w:spacing w:before="%d" w:after="%d"/>%s</w:pPr><w:rPr><w:b/><w:sz w:val="%d"/><w:szCs w:val="%d"/></w:rPr></w:style>`,
			id, name, after*2, after, outline, half(times), half(times))
	}
	heading("Title", "Title", -1, 1.7)
	heading("Heading1", "heading 1", 0, 1.5)
	heading("Heading2", "heading 2", 1, 1.25)
	b.WriteString(`<w:style w:type="paragraph" w:styleId="Quote"><w:name w:val="Quote"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr><w:keepLines/><w:pBdr><w:left w:val="single" w:sz="24" w:space="10" w:color="555555"/></w:pBdr><w:ind w:left="340"/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="ListBullet"><w:name w:val="List Bullet"/><w:basedOn w:val="Normal"/><w:pPr><w:keepLines/></w:pPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:basedOn w:val="Normal"/><w:pPr><w:jc w:val="right"/></w:pPr></w:style></w:styles>`)
	return []byte(b.String())
}
