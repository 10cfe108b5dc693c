package cite

import (
	"bytes"
	"fmt"
	"testing"
)

// manyRIS writes n full records in the ways of several programs: names with
// and without commas, dates with slashes, an abstract of usual length.
func manyRIS(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, "TY  - JOUR\r\nID  - %d\r\nTI  - Support that lasts, study %d: who decides at home\r\n", i, i)
		fmt.Fprintf(&b, "AU  - Griffin, Darren K\r\nAU  - Nováková, Jana\r\nAU  - van der Berg, A. B., Jr.\r\nAU  - Liu R.\r\n")
		fmt.Fprintf(&b, "T2  - Journal of Invented Care\r\nJ2  - J. Inv. Care\r\nPY  - %d\r\nDA  - %d/%02d/%02d/\r\n", 1990+i%35, 1990+i%35, 1+i%12, 1+i%28)
		fmt.Fprintf(&b, "VL  - %d\r\nIS  - %d\r\nSP  - %d\r\nEP  - %d\r\nSN  - 1234-567X\r\nLA  - eng\r\nPB  - Invented Press\r\n", i%60, i%12, i, i+9)
		fmt.Fprintf(&b, "DO  - https://doi.org/10.5555/CARE.%d\r\nUR  - https://example.org/care/%d\r\nUR  - https://example.org/care/%d.pdf\r\n", i, i, i)
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

// BenchmarkReadRIS reads 20,000 full records a round on one core and reports
// records a second; every field is decoded, names and dates parsed.
func BenchmarkReadRIS(b *testing.B) {
	const n = 20000
	file := manyRIS(n)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if f := Read("bench.ris", file); len(f.Records) != n || len(f.Problems) != 0 {
			b.Fatalf("%d records, %d problems", len(f.Records), len(f.Problems))
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
}
