package sheet

import (
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"plait/internal/kit/document"
)

// style is how a cell shows a number.
type style struct {
	day, clock bool
	elapsed    bool   // hours beyond 24
	code       string // of a number that is neither; "" is as it is
}

// readStyles reads the formats of numbers that cells name.
func (k *book) readStyles(w *document.Walker) error {
	codes := map[int]string{}
	return w.Children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmts":
			return w.Children(func(e xml.StartElement) error {
				id, _ := strconv.Atoi(document.Attr(e, "numFmtId"))
				codes[id] = document.Attr(e, "formatCode")
				return w.Skip()
			}, nil)
		case "cellXfs":
			return w.Children(func(e xml.StartElement) error {
				id, _ := strconv.Atoi(document.Attr(e, "numFmtId"))
				if len(k.styles) < 100_000 {
					k.styles = append(k.styles, styleOf(id, codes[id]))
				}
				return w.Skip()
			}, nil)
		}
		return w.Skip()
	}, nil)
}

// styleOf reads a format: one of those every workbook has (ECMA-376 part 1, 18.8.30), or
// the code of one's own.
func styleOf(id int, code string) style {
	if code == "" {
		switch {
		case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id >= 57 && id <= 58:
			return style{day: true}
		case id == 22:
			return style{day: true, clock: true}
		case id >= 18 && id <= 21, id >= 32 && id <= 35, id == 45, id == 47, id == 55, id == 56:
			return style{clock: true}
		case id == 46:
			return style{clock: true, elapsed: true}
		}
		return style{code: map[int]string{1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00", 12: "# ?/?", 13: "# ??/??",
			37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00", 48: "##0.0E+0"}[id]}
	}
	s := style{}
	bare := bareCode(code)
	s.elapsed = strings.Contains(bare, "[h") || strings.Contains(bare, "[m") || strings.Contains(bare, "[s")
	s.day = strings.ContainsAny(bare, "yd") || strings.Contains(bare, "mmm") && !s.elapsed
	s.clock = s.elapsed || strings.ContainsAny(bare, "hs")
	if strings.Contains(bare, "general") || bare == "@" {
		return style{}
	}
	if s.day || s.clock {
		return s
	}
	s.code = code
	return s
}

// bareCode is the first section of a format in small letters, without words, colours and
// places of its own: what is left of letters stands for days and times.
func bareCode(code string) string {
	var out strings.Builder
	for i := 0; i < len(code); i++ {
		switch c := code[i]; c {
		case ';':
			return strings.ToLower(out.String())
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return strings.ToLower(out.String())
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return strings.ToLower(out.String())
			}
			if in := strings.ToLower(code[i+1 : i+end]); strings.Trim(in, "h") == "" || strings.Trim(in, "m") == "" || strings.Trim(in, "s") == "" {
				out.WriteString("[" + in + "]")
			}
			i += end
		default:
			out.WriteByte(c)
		}
	}
	return strings.ToLower(strings.ReplaceAll(out.String(), "AM/PM", ""))
}

// number writes a stored number as its cell shows it.
func (k *book) number(raw string, at int) string {
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return raw
	}
	var s style
	if at >= 0 && at < len(k.styles) {
		s = k.styles[at]
	}
	switch {
	case (s.day || s.clock) && f >= 0 && f < 2_958_466: // to the end of the year 9999
		return moment(f, s, k.date04)
	case s.code != "":
		if shown := k.show.number(f, s.code); shown != "" {
			return shown
		}
	}
	return general(f)
}

// general writes a number to the 15 digits that Excel keeps.
func general(f float64) string {
	short, err := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 15, 64), 64)
	if err != nil {
		short = f
	}
	if short == 0 {
		return "0"
	}
	if a := math.Abs(short); a >= 1e21 || a < 1e-9 {
		return strconv.FormatFloat(short, 'g', -1, 64)
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// moment writes a day or a time. Days are counted from 1 January 1900, with a 29 February
// 1900 that never was, or from 1 January 1904 (ECMA-376 part 1, 18.17.4.1).
func moment(f float64, s style, date04 bool) string {
	seconds := int64(math.Round(f * 86400))
	days, rest := seconds/86400, seconds%86400
	clock := fmt.Sprintf("%02d:%02d", rest/3600, rest/60%60)
	if rest%60 != 0 {
		clock += fmt.Sprintf(":%02d", rest%60)
	}
	switch {
	case s.elapsed:
		return strings.Replace(clock, clock[:2], fmt.Sprintf("%02d", days*24+rest/3600), 1)
	case !s.day:
		return clock
	}
	start := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date04:
		start = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case days == 0:
		return clock
	case days < 60:
		start = start.AddDate(0, 0, 1)
	case days == 60:
		return "1900-02-29"
	}
	day := start.AddDate(0, 0, int(days)).Format("2006-01-02")
	if rest != 0 && s.clock {
		return day + " " + clock
	}
	return day
}

// shower writes numbers by the code of a format, with a small workbook of its own that
// is made when it is first needed.
type shower struct {
	f     *excelize.File
	codes map[string]int
}

// number is "" where the code shows nothing or cannot be followed.
func (s *shower) number(f float64, code string) (shown string) {
	defer func() {
		if recover() != nil {
			shown = ""
		}
	}()
	const sheet, cell = "Sheet1", "A1"
	if s.f == nil {
		s.f, s.codes = excelize.NewFile(), map[string]int{}
	}
	id, ok := s.codes[code]
	if !ok {
		if len(s.codes) > 1000 || len(code) > 255 {
			return ""
		}
		var err error
		if id, err = s.f.NewStyle(&excelize.Style{CustomNumFmt: &code}); err != nil {
			id = -1
		}
		s.codes[code] = id
	}
	if id < 0 || s.f.SetCellStyle(sheet, cell, cell, id) != nil || s.f.SetCellFloat(sheet, cell, f, -1, 64) != nil {
		return ""
	}
	shown, err := s.f.GetCellValue(sheet, cell)
	if err != nil || strings.HasPrefix(shown, "#") {
		return ""
	}
	return strings.TrimSpace(document.Plain(shown))
}
