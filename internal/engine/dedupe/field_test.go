package dedupe

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTitles(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want titles
	}{
		{"Support that lasts: a review", "SUPPORT THAT LASTS - A REVIEW", titleEqual},
		{"Support that lasts (author's transl)", "[Support that lasts]", titleEqual},
		{"Effects of <i>Candida</i> on H<sub>2</sub>O", "Effects of Candida on H2O", titleEqual},
		{"TGF-β in healing wounds", "TGF-beta in healing wounds", titleEqual},
		{"A trial of support [Erratum appears in J Care. 2003]", "A trial of support", titleEqual},
		{"Randomised trial of supported living for adults", "Randomized trial of suported living for adults", titleNear},
		{"Infrastructure in the wild", "Infrastructure in the wild: what maps show after a flood", titleExtended},
		{"Who decides at home and who decides at work", "Where trains stop for longer than they should", titleDiffers},
		{"", "Support", titleMissing},
	} {
		var l look
		a, b := readTitle(c.a, journal{}), readTitle(c.b, journal{})
		compareTitles(&l, &a, &b)
		if l.title != c.want {
			t.Errorf("%q and %q: %d, want %d", c.a, c.b, l.title, c.want)
		}
	}
	for s, want := range map[string]mark{
		"Erratum: Support that lasts": correction, "Corrigendum to Support": correction, "Correction of scoliosis: a review": article,
		"Support that lasts: correction": correction, "Reply to Lee": reply, "Response to treatment": article, "Support. Author reply": reply,
		"Comment on support": comment, "Re: support": comment, "Support that lasts": article,
	} {
		if got := readTitle(s, journal{}).mark; got != want {
			t.Errorf("%q: mark %d, want %d", s, got, want)
		}
	}
	care := readJournal("Journal of Invented Care")
	for s, want := range map[string]bool{
		"Editorial": true, "Editor's Comments": true, "Introduction to the special issue": true, "Journal of Invented Care Volume 52 Paper 41": true,
		"Remarks from the Editor of the Journal of Invented Care": true, "Support that lasts": false, "Sepsis": false,
	} {
		if got := readTitle(s, care).generic; got != want {
			t.Errorf("%q: %v", s, got)
		}
	}
	for s, want := range map[string]string{"HPV 16 and 18": "1618", "Part II": "02", "Part b of it": "b", "two of three": "23", "Type I": "01", "I and you": ""} {
		if got := readTitle(s, journal{}).numbers; got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestPages(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want level
	}{
		{"221-228", "221-8", equal}, {"6 -- 15", "6-15", equal}, {"pp. 12-19", "12--19", equal}, {"S27", "s27", equal}, {"S27", "27", alike},
		{"488", "487-488", alike}, {"8", "JC6-8", alike}, {"12-19", "33-40", differs}, {"e12724", "1-6", missing}, {"", "1-6", missing}, {"01-Jun", "1-6", equal},
		{"no pagination", "3", missing},
	} {
		a := form{pages: readPages(known(c.a)), volume: "1"}
		b := form{pages: readPages(known(c.b)), volume: "1"}
		if got := comparePages(&a, &b); got != c.want {
			t.Errorf("%q and %q: %s, want %s", c.a, c.b, got, c.want)
		}
		if got := comparePages(&b, &a); got != c.want {
			t.Errorf("%q and %q: %s, want %s", c.b, c.a, got, c.want)
		}
	}
	for _, c := range [][3]string{{"4 (1) (no pagination)", "4", "same"}, {"30a", "30", "alike"}, {"14 Suppl 2", "Vol. 14", "same"}, {"3", "16", "differs"}, {"", "3", "missing"}} {
		if got := compareVolumes(volume(c[0]), volume(c[1])).String(); got != c[2] {
			t.Errorf("volumes %q and %q: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}

func TestDOI(t *testing.T) {
	for s, want := range map[string]string{
		"https://doi.org/10.1002/14651858.CD002273.pub3": "10.1002/14651858.cd002273", "doi:10.5555/ABC.1.": "10.5555/abc.1",
		"10.1101/2020.01.30.927871v2": "10.1101/2020.01.30.927871", "10.5555/v12": "10.5555/v12", "10.17705/1CAIS.": "10.17705/1cais",
		"10.5555/": "", "none": "", "10.5555/a%28b%29": "10.5555/a(b)", "10.1002/central/cn-01200166": "", "10.5555/paper/full": "10.5555/paper",
	} {
		if got := baseDOI(bareDOI(s)); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Griffin, Dana K.", "Griffin DK", true}, {"Griffin, Dana", "D. Griffin", true}, {"De Botton, S.", "Botton, S.", true}, {"Vander Berg, A", "van der Berg, A.", true},
		{"Smith, J. W., 2nd", "Smith, J. W.", true}, {"Novakova, J", "Nováková, Jana", true}, {"Andrea, C.", "Carignani, Andrea", true}, {"Omulo Sylvia", "Omulo, S.", true},
		{"Wang, Xin", "Wang, Yi", false}, {"Smith, John", "Doe, John", false}, {"Hall, Laura", "Hall, Gillian", false}, {"de la Cruz, M", "de la Rosa, M", false},
	} {
		if got := alikeNames(readName(c.a), readName(c.b)); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
		if got := alikeNames(readName(c.b), readName(c.a)); got != c.want {
			t.Errorf("%q and %q: %v", c.b, c.a, got)
		}
	}
	for s, want := range map[string][]string{
		"Lee, Jo and Park, S": {"Lee, Jo", "Park, S"}, "Lee, Jo; Park, S": {"Lee, Jo", "Park, S"}, "Li Z. M.Kong C. Y.O'Neill A.": {"Li Z. M.", "Kong C. Y.", "O'Neill A."},
		"Li ZM, Kong CY": {"Li ZM", "Kong CY"}, "Li, Z. M., Kong, C. Y.": {"Li, Z. M.", "Kong, C. Y."}, "Griffin, Dana K.": {"Griffin, Dana K."}, "UNKNOWN": nil,
	} {
		if diff := cmp.Diff(want, SplitAuthors(s)); diff != "" {
			t.Errorf("%q: %s", s, diff)
		}
	}
}

func TestJournals(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want level
	}{
		{"J Natl Cancer Inst", "Journal of the National Cancer Institute", equal}, {"Obstetrics & Gynecology", "Obstetrics and Gynecology", equal},
		{"PLoS ONE [Electronic Resource]", "PLoS ONE", equal}, {"Oncology (Williston Park)", "Oncology", equal}, {"JAMA", "Journal of the American Medical Association", alike},
		{"European Heart Journal", "American Heart Journal", alike}, {"Blood", "The Lancet", differs}, {"", "Blood", missing},
		{"22nd Pacific Asia Conference on Made Systems", "Pacific Asia Conference on Made Systems (PACMS)", equal}, {"Conference on Maps", "International Conference on Roads", differs},
	} {
		if got := compareJournals(readJournal(c.a), readJournal(c.b)); got != c.want {
			t.Errorf("%q and %q: %s, want %s", c.a, c.b, got, c.want)
		}
	}
}

// distance is the edit distance as the textbook has it, up to a limit.
func TestDistance(t *testing.T) {
	plain := func(a, b string) int {
		row := make([]int, len(b)+1)
		for j := range row {
			row[j] = j
		}
		for i := 1; i <= len(a); i++ {
			last := row[0]
			row[0] = i
			for j := 1; j <= len(b); j++ {
				cost := last
				if a[i-1] != b[j-1] {
					cost = 1 + min(last, row[j], row[j-1])
				}
				last, row[j] = row[j], cost
			}
		}
		return row[len(b)]
	}
	ws := []string{"", "a", "ab", "ba", "kitten", "sitting", "saturday", "sunday", "aaaa", "aaab", "abcdefgh", "bcdefghi", "support", "suport", "rappers"}
	for _, a := range ws {
		for _, b := range ws {
			for most := range 9 {
				if got, want := distance(a, b, most), min(plain(a, b), most+1); got != want {
					t.Errorf("%q, %q, at most %d: %d, want %d", a, b, most, got, want)
				}
			}
		}
	}
}
