package walk_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestADay is a facilitator's whole day on one phone with a signal half of the time: 40
// cards with a photo each, an hour of sound, an Excel sheet of 200 rows and a scanned
// report. All of it is in the thread in the end, and nothing twice.
func TestADay(t *testing.T) {
	dir := t.TempDir()
	sound, sheet, scan := hourOfSound(t, dir), excelOf(t, dir, 200), scannedPDF(t, dir, 3)
	h := openHall(t)
	p := h.enter(t, "hall@example.org", phone)
	h.ready(t, p)
	pictures := make([]string, 4)
	for i := range pictures {
		pictures[i] = photo(t, 1600+400*i, 1200)
	}
	const cards = 40
	for i := range cards {
		h.gone.Store(i/5%2 == 1) // five cards with a signal, five without
		card(p, fmt.Sprintf("Card %d of the day", i+1), pictures[i%len(pictures)])
	}
	// The recording goes while the signal comes and goes.
	p.Click("#sound-part > summary")
	p.Upload("#sound", sound)
	p.Wait("#chosen li")
	p.Click("#capture button[type=submit]")
	p.Gone("#chosen li")
	for i := range 12 {
		h.gone.Store(i%2 == 0)
		time.Sleep(300 * time.Millisecond)
	}
	h.gone.Store(false)
	for end := time.Now().Add(2 * time.Minute); p.Count(unsentItems) > 0; time.Sleep(200 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("two minutes after the signal is back there still waits: %s", p.Text("#unsent"))
		}
	}

	// In the evening, on the same phone: what came by other ways.
	here := h.URL + "/evidence/" + h.Project + "/import"
	w := chrome.Open(t, h.URL+"/account/sign-in", phone)
	h.signInWindow(w, "hall@example.org")
	w.Go(here)
	w.Upload("#files", sheet, scan)
	follow(t, w, "main form button")
	follow(t, w, `main a[href$="/shared"]`)
	follow(t, w, "main form button.govuk-button")
	follow(t, w, `form[action$="/bring"] button`)
	// The same files again, by mistake.
	w.Go(here)
	w.Upload("#files", sheet, scan)
	follow(t, w, "main form button")
	if !w.Reads("came in before as feedback.xlsx") || !w.Reads("came in before as Annual report.pdf") {
		t.Errorf("the same files again are not known: %s", w.Text("main"))
	}
	theDay(t, h, cards)
	w.Screenshot("day in")
	w.Go(h.URL + "/evidence/" + h.Project)
	w.Screenshot("day heard")
}

// theDay counts what a day left in the thread.
func theDay(t *testing.T, h *hall, cards int) {
	t.Helper()
	said := map[string]int{}
	var photos, sounds, scans int
	for after := ""; ; {
		out := h.run(h.AsOperator(), "evidence.list", map[string]any{"project": h.Project, "limit": 500, "after": after})
		for _, c := range out["contributions"].([]any) {
			m := c.(map[string]any)
			said[m["words"].(string)]++
			media, _ := m["media"].([]any)
			for _, x := range media {
				f := x.(map[string]any)
				ms, _ := f["ms"].(float64)
				pages, _ := f["pages"].(float64)
				switch {
				case f["kind"] == "picture":
					photos++
				case f["kind"] == "sound" && ms > 3_590_000 && ms < 3_610_000:
					sounds++
				case f["kind"] == "document" && pages == 3:
					scans++
				default:
					t.Errorf("a file that was not expected: %v", f)
				}
			}
		}
		if after, _ = out["next"].(string); after == "" {
			break
		}
	}
	if photos != cards || sounds != 1 || scans != 1 {
		t.Errorf("%d photos, %d hours of sound, %d scanned reports; want %d, 1, 1", photos, sounds, scans, cards)
	}
	want := map[string]int{"": 2} // the sound and the scan have no words yet
	for i := range cards {
		want[fmt.Sprintf("Card %d of the day", i+1)] = 1
	}
	for i := range 200 {
		want[fmt.Sprintf("Row %d says what it says", i+1)] = 1
	}
	for words, n := range want {
		if said[words] != n {
			t.Errorf("%q is there %d times, want %d", words, said[words], n)
		}
	}
	for words := range said {
		if _, ok := want[words]; !ok {
			t.Errorf("%q was never said", words)
		}
	}
}

// made runs a program of another maker that the test needs.
func made(t *testing.T, name string, args ...string) {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		for _, left := range strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ",") {
			if strings.TrimSpace(left) == name {
				t.Skipf("without %s, as PLAIT_TEST_WITHOUT says", name)
			}
		}
		t.Fatalf("%s is needed: run make test, or name it in PLAIT_TEST_WITHOUT", name)
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

// hourOfSound is a recording of 60 minutes, as a phone keeps it.
func hourOfSound(t *testing.T, dir string) string {
	t.Helper()
	name := filepath.Join(dir, "Voice memo 3.m4a")
	made(t, "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "anoisesrc=d=3600:c=pink:r=8000", "-ac", "1", "-c:a", "aac", "-b:a", "16k", name)
	return name
}

// excelOf is a feedback sheet of so many rows, made by LibreOffice.
func excelOf(t *testing.T, dir string, rows int) string {
	t.Helper()
	var b strings.Builder
	b.WriteString("Comment,Date,Who\n")
	for i := range rows {
		fmt.Fprintf(&b, "Row %d says what it says,2026-03-%02d,carer\n", i+1, i%28+1)
	}
	from := filepath.Join(dir, "feedback.csv")
	if err := os.WriteFile(from, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	made(t, "soffice", "-env:UserInstallation=file://"+filepath.Join(dir, "office"), "--headless", "--convert-to", "xlsx", "--outdir", dir, from)
	return filepath.Join(dir, "feedback.xlsx")
}

// scannedPDF is a report of pages that are pictures alone, as a copier makes it.
func scannedPDF(t *testing.T, dir string, pages int) string {
	t.Helper()
	jpeg, err := os.ReadFile(photo(t, 620, 877))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	var at []int
	object := func(body string) {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", len(at), body)
	}
	b.WriteString("%PDF-1.4\n")
	object("<< /Type /Catalog /Pages 2 0 R >>")
	kids := ""
	for i := range pages {
		kids += fmt.Sprintf("%d 0 R ", 4+2*i)
	}
	object(fmt.Sprintf("<< /Type /Pages /Kids [ %s] /Count %d >>", kids, pages))
	object(fmt.Sprintf("<< /Type /XObject /Subtype /Image /Width 620 /Height 877 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /DCTDecode /Length %d >>\nstream\n%s\nendstream", len(jpeg), jpeg))
	for i := range pages {
		object(fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 3 0 R >> >> /Contents %d 0 R >>", 5+2*i))
		const draw = "q 595 0 0 842 0 0 cm /I Do Q"
		object(fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(draw), draw))
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, x := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", x)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, start)
	name := filepath.Join(dir, "Annual report.pdf")
	if err := os.WriteFile(name, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
