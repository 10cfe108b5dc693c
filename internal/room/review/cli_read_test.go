package review

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plait/internal/engine/cite"
	"plait/internal/spine/plug"
)

func TestReadAndConvert(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "wrong-name.xml")
	const ris = "TY  - JOUR\r\nTI  - Help at home\r\nAU  - Lee, Jo\r\nPY  - soon\r\nXX  - kept\r\nER  - \r\n\r\n"
	if err := os.WriteFile(in, []byte("\ufeff"+ris), 0o600); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	h := &plug.Host{Out: &out}
	err := (&readCommand{Files: []string{in, filepath.Join(dir, "none.ris")}, JSON: true}).Run(context.Background(), h)
	if err == nil || !strings.Contains(err.Error(), "none.ris") {
		t.Errorf("a file that is not there: %v", err)
	}
	var got readOut
	if err := json.Unmarshal(out.Bytes(), &got); err != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%v: %s", err, out.String())
	}
	if f := got.Files[0]; len(got.Files) != 2 || f.File != in || f.Format != "ris" || f.Encoding != "utf-8" || f.Records != 1 || len(f.Problems) != 1 || f.Problems[0].Line != 4 {
		t.Errorf("%+v", got)
	}
	for _, to := range []string{"ris", "csl", "bibtex", "csv"} {
		to2 := filepath.Join(dir, "out."+to)
		if err := (&convertCommand{In: in, To: to, Out: to2}).Run(context.Background(), h); err == nil || err.Error() != "" {
			t.Errorf("%s: the year that cannot be read is told by the code alone, not %v", to, err)
		}
		b, err := os.ReadFile(to2)
		if err != nil {
			t.Fatal(err)
		}
		f := cite.Read("", b)
		if len(f.Records) != 1 || f.Records[0].Title != "Help at home" || f.Records[0].Authors[0].Family != "Lee" {
			t.Errorf("%s: %s", to, b)
		}
		if to == "ris" && string(b) != ris {
			t.Errorf("RIS came back as %q", b)
		}
	}
	out.Reset()
	if err := (&convertCommand{In: in, To: "ris", Out: filepath.Join(dir, "no", "such", "folder")}).Run(context.Background(), h); err == nil || out.Len() > 0 {
		t.Errorf("a folder that is not there: %v, %s", err, out.String())
	}
	empty := filepath.Join(dir, "empty.ris")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&convertCommand{In: empty, To: "ris", Out: "-"}).Run(context.Background(), h); err == nil || !strings.Contains(err.Error(), "empty") {
		t.Errorf("an empty file: %v", err)
	}
}
