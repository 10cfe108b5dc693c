package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"plait/internal/engine/cite"
)

//go:embed read.py
var rispy string

// readPart reads every file of references, writes and reads each again, and
// measures how fast a large file of RIS is read, on one core.
func readPart(w io.Writer, wish wishes) error {
	runtime.GOMAXPROCS(1)
	files, records, told, back := 0, 0, 0, 0
	root := filepath.Join(wish.data, "citations")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "README.md" {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f := cite.Read(path, b)
		files, records, told = files+1, records+len(f.Records), told+len(f.Problems)
		for _, p := range f.Problems {
			fmt.Fprintf(w, "%s line %d: %s\n", path, p.Line, p.Reason)
		}
		for _, to := range []cite.Format{cite.RIS, cite.CSLJSON} {
			words, err := cite.Write(to, f.Records)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			if again := cite.Read(path, []byte(words)); len(again.Records) == len(f.Records) {
				back++
			} else {
				fmt.Fprintf(w, "%s as %s: %d records came back of %d\n", path, to, len(again.Records), len(f.Records))
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the files of %s: %w", root, err)
	}
	fmt.Fprintf(w, "%d files, %d records, %d told; %d of %d came back whole from RIS and CSL-JSON\n", files, records, told, back, 2*files)
	big := manyRIS(100_000)
	for range 3 {
		from := used()
		f := cite.Read("big.ris", big)
		took := used() - from
		fmt.Fprintf(w, "RIS, %d MB: %d records in %.2f CPU s, %.0f a second\n", len(big)>>20, len(f.Records), took, float64(len(f.Records))/took)
	}
	if wish.python == "" {
		fmt.Fprintln(w, "rispy was not run: no -python was given.")
		return nil
	}
	file := filepath.Join(os.TempDir(), "plait-bench.ris")
	if err := os.WriteFile(file, manyRIS(10_000), 0o600); err != nil {
		return fmt.Errorf("write the file for rispy: %w", err)
	}
	defer func() { _ = os.Remove(file) }()
	cmd := exec.Command(wish.python, "-", file, root)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader([]byte(rispy)), w, os.Stderr
	if err := cmd.Run(); err != nil {
		fmt.Fprintln(w, "rispy could not be run:", err)
	}
	return nil
}

// manyRIS writes n full records in the ways of several programs.
func manyRIS(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "TY  - JOUR\r\nID  - %d\r\nTI  - Support that lasts, study %d: who decides at home\r\n", i, i)
		b.WriteString("AU  - Griffin, Darren K\r\nAU  - Nováková, Jana\r\nAU  - van der Berg, A. B., Jr.\r\nAU  - Liu R.\r\n")
		fmt.Fprintf(&b, "T2  - Journal of Invented Care\r\nPY  - %d\r\nDA  - %d/%02d/%02d/\r\n", 1990+i%35, 1990+i%35, 1+i%12, 1+i%28)
		fmt.Fprintf(&b, "VL  - %d\r\nIS  - %d\r\nSP  - %d\r\nEP  - %d\r\nSN  - 1234-567X\r\nLA  - eng\r\nPB  - Invented Press\r\n", i%60, i%12, i, i+9)
		fmt.Fprintf(&b, "DO  - https://doi.org/10.5555/CARE.%d\r\nUR  - https://example.org/care/%d\r\n", i, i)
		for k := range 6 {
			fmt.Fprintf(&b, "KW  - keyword %d\r\n", k)
		}
		b.WriteString("AB  - Background: People told us what had changed & what had not. ")
		for range 8 {
			b.WriteString("We asked forty people in five places about their days, their help and their choices, and we asked again a year later. ")
		}
		b.WriteString("\r\nER  - \r\n\r\n")
	}
	return b.Bytes()
}
