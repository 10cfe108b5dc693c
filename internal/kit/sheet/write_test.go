package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

func TestAWorkbookReadsBack(t *testing.T) {
	rows := [][]string{{"Number", "Title", "Note"}, {"1", "<i>Sleep & rest</i> \"at night\"", "=1+1"}, {"2", "Ēlise, 家, 😀", "two\nlines\r\n and_x0041_ \ttab"}, {"3", "", " spaces "}}
	var b bytes.Buffer
	w := NewWriter(&b, `A/B: the "list" of [1] that is longer than a tab can be`)
	for i, r := range rows {
		cells := []any{r[0], r[1], r[2]}
		if i > 0 {
			cells[0] = Number(int64(i))
		}
		if err := w.Row(cells...); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Row("4", strings.Repeat("é", MaxText), strings.Repeat("é", MaxText+1)+"\x00\x01"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	names := f.GetSheetList()
	got, err := f.GetRows(names[0])
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(rows, got[:4]); diff != "" {
		t.Error(diff)
	}
	if len(names[0]) > 31 || strings.ContainsAny(names[0], `[]:*?/\`) {
		t.Errorf("tab %q", names[0])
	}
	if v := got[4][2]; !strings.HasSuffix(v, "…") || len([]rune(v)) != MaxText || len([]rune(got[4][1])) != MaxText {
		t.Errorf("a long text has %d letters, a longest one %d", len([]rune(v)), len([]rune(got[4][1])))
	}
	own, err := Read(b.Bytes())
	if err != nil || len(own) != 1 || len(own[0].Rows) != 4 || own[0].Rows[1][1] != rows[2][1] {
		t.Errorf("%+v, %v", own, err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(r)
		for {
			if _, err = d.Token(); err != nil {
				break
			}
		}
		if err != io.EOF {
			t.Errorf("%s: %v", part.Name, err)
		}
	}
}

func TestACellOfAnotherKindIsRefused(t *testing.T) {
	if err := NewWriter(io.Discard, "").Row(3.5); err == nil {
		t.Error("a fraction was written")
	}
}

func TestWhatCannotBeWrittenIsTold(t *testing.T) {
	w := NewWriter(broken{}, "x")
	for range 20_000 {
		if w.Row(strings.Repeat("words ", 10)) != nil {
			break
		}
	}
	if w.Close() == nil {
		t.Error("no error")
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
