package cite

import (
	"os"
	"path/filepath"
	"testing"
)

const shared = "../../../../shared/data/citations"

// sharedCounts is the number of records by start tags (TY, PMID) of every RIS
// and PubMed file there, and -1 with the format for one that is only named.
var sharedCounts = map[string]struct {
	format  Format
	records int
}{
	"asreview_demo/_baseline.ris":                                   {RIS, 100},
	"asreview_demo/baseline_empty_values.ris":                       {RIS, 4},
	"asreview_demo/baseline_reference_types.ris":                    {RIS, 61},
	"asreview_demo/baseline_tag-notes.ris":                          {RIS, 12},
	"asreview_demo/baseline_tag-notes_labels.ris":                   {RIS, 32},
	"asreview_demo/baseline_tag-notes_zotero.ris":                   {RIS, 4},
	"asreview_demo/baseline_tag_and_field_definitions.ris":          {RIS, 1},
	"asreview_demo/baseline_tag_and_field_definitions_lists.ris":    {RIS, 1},
	"asreview_demo/baseline_zotero.ris":                             {RIS, 100},
	"asreview_demo/embase.ris":                                      {RIS, 6},
	"asreview_demo/faulty_year.ris":                                 {RIS, 1},
	"asreview_demo/ovid_psycinfo.ris":                               {RIS, 6},
	"asreview_demo/ovid_zotero.ris":                                 {RIS, 6},
	"asreview_demo/proquest.ris":                                    {RIS, 6},
	"asreview_demo/pubmed_endnote.txt":                              {RIS, 6},
	"asreview_demo/pubmed_zotero.ris":                               {RIS, 6},
	"asreview_demo/ris_issue_1099.txt":                              {RIS, 7},
	"asreview_demo/ris_issue_992.txt":                               {RIS, 19},
	"asreview_demo/scopus.ris":                                      {RIS, 6},
	"asreview_demo/web_of_science.txt":                              {RIS, 10},
	"citation-file-formatting/RIS/_baseline.ris":                    {RIS, 100},
	"citation-file-formatting/RIS/_baseline_cinahl.ris":             {RIS, 9},
	"citation-file-formatting/RIS/_baseline_citavi.ris":             {RIS, 100},
	"citation-file-formatting/RIS/_baseline_cochrane_endnote.ris":   {RIS, 3},
	"citation-file-formatting/RIS/_baseline_cochrane_procite.ris":   {RIS, 3},
	"citation-file-formatting/RIS/_baseline_cochrane_refman.ris":    {RIS, 3},
	"citation-file-formatting/RIS/_baseline_covidence_endnote.ris":  {RIS, 10},
	"citation-file-formatting/RIS/_baseline_covidence_mendeley.ris": {RIS, 10},
	"citation-file-formatting/RIS/_baseline_covidence_refworks.ris": {RIS, 10},
	"citation-file-formatting/RIS/_baseline_covidence_zotero.ris":   {RIS, 10},
	"citation-file-formatting/RIS/_baseline_embase.ris":             {RIS, 10},
	"citation-file-formatting/RIS/_baseline_endnote.ris":            {RIS, 10},
	"citation-file-formatting/RIS/_baseline_eppireviewer.ris":       {RIS, 10},
	"citation-file-formatting/RIS/_baseline_eric_ovid.ris":          {RIS, 10},
	"citation-file-formatting/RIS/_baseline_googlescholar.ris":      {RIS, 10},
	"citation-file-formatting/RIS/_baseline_mdpi.ris":               {RIS, 11},
	"citation-file-formatting/RIS/_baseline_mendeley.ris":           {RIS, 10},
	"citation-file-formatting/RIS/_baseline_openalex.ris":           {RIS, 9},
	"citation-file-formatting/RIS/_baseline_psychInfo_ovid.ris":     {RIS, 10},
	"citation-file-formatting/RIS/_baseline_pubmed.ris":             {NBIB, 50},
	"citation-file-formatting/RIS/_baseline_rayyan.ris":             {RIS, 10},
	"citation-file-formatting/RIS/_baseline_refworks.ris":           {RIS, 10},
	"citation-file-formatting/RIS/_baseline_scopus.ris":             {RIS, 10},
	"citation-file-formatting/RIS/_baseline_webofscience.ris":       {RIS, 10},
	"citation-file-formatting/RIS/_baseline_zotero.ris":             {RIS, 10},
	"rispy/example_basic.ris":                                       {RIS, 1},
	"rispy/example_bom.ris":                                         {RIS, 1},
	"rispy/example_custom_list_tags.ris":                            {RIS, 1},
	"rispy/example_empty_tag.ris":                                   {RIS, 1},
	"rispy/example_extraneous_data.ris":                             {RIS, 2},
	"rispy/example_full.ris":                                        {RIS, 2},
	"rispy/example_full_without_whitespace.ris":                     {RIS, 2},
	"rispy/example_full_write.ris":                                  {RIS, 2},
	"rispy/example_multi_unknown_tags.ris":                          {RIS, 1},
	"rispy/example_multiline.ris":                                   {RIS, 3},
	"rispy/example_single_unknown_tag.ris":                          {RIS, 1},
	"rispy/example_starting_newlines.ris":                           {RIS, 1},
	"rispy/example_urls.ris":                                        {RIS, 4},
	"rispy/example_utf_chars.ris":                                   {RIS, 1},
	"rispy/example_wos.ris":                                         {WebOfScience, 0},
}

func sharedFile(t *testing.T, name string) []byte {
	t.Helper()
	if _, err := os.Stat(shared); os.IsNotExist(err) {
		t.Skip("not run: the folder of real citation files, ../shared/data/citations, is not there")
	}
	b, err := os.ReadFile(filepath.Join(shared, name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSharedCounts(t *testing.T) {
	all := 0
	for name, want := range sharedCounts {
		f := Read(name, sharedFile(t, name))
		all += len(f.Records)
		if f.Format != want.format || len(f.Records) != want.records {
			t.Errorf("%s: %s with %d records, want %s with %d", name, f.Format, len(f.Records), want.format, want.records)
		}
		switch name {
		case "asreview_demo/faulty_year.ris", "asreview_demo/baseline_tag_and_field_definitions.ris", "rispy/example_wos.ris":
			if len(f.Problems) != 1 {
				t.Errorf("%s: one fault, but %v", name, f.Problems)
			}
		default:
			if len(f.Problems) != 0 {
				t.Errorf("%s: no fault, but %v", name, f.Problems)
			}
		}
	}
	// 867 by start tags, of which 2 are in the Web of Science tagged file.
	if all != 865 {
		t.Errorf("%d records in all, want 865", all)
	}
	found := 0
	for _, pattern := range []string{"*/*.ris", "*/*/*.ris"} {
		names, err := filepath.Glob(filepath.Join(shared, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range names {
			rel, err := filepath.Rel(shared, n)
			if err != nil {
				t.Fatal(err)
			}
			if _, ok := sharedCounts[filepath.ToSlash(rel)]; !ok {
				t.Errorf("%s is in no count", rel)
			}
			found++
		}
	}
	if found != 56 {
		t.Errorf("%d files named .ris, want 56", found)
	}
}

// One small library exported by many programs: the same works come out.
func TestSharedFieldsAgree(t *testing.T) {
	const dir = "citation-file-formatting/RIS/_baseline_"
	for _, program := range []string{"embase", "endnote", "eppireviewer", "mendeley", "rayyan", "refworks", "zotero"} {
		f := Read(program, sharedFile(t, dir+program+".ris"))
		dois, years, titles, authors, abstracts := 0, 0, 0, 0, 0
		for _, r := range f.Records {
			if r.DOI != "" {
				dois++
			}
			if r.Year == 2024 {
				years++
			}
			if r.Title != "" && r.Journal != "" {
				titles++
			}
			if len(r.Authors) > 0 && r.Authors[0].Family != "" {
				authors++
			}
			if r.Abstract != "" {
				abstracts++
			}
		}
		if dois != 10 || years != 10 || titles != 10 || authors != 10 || abstracts < 8 {
			t.Errorf("%s: of 10 records %d DOIs, %d years, %d titles, %d authors, %d abstracts", program, dois, years, titles, authors, abstracts)
		}
	}
	f := Read("", sharedFile(t, dir+"pubmed.ris"))
	for _, r := range f.Records {
		if r.PMID == "" || r.Title == "" || r.Year == 0 || len(r.Authors) == 0 || r.Language == "" || r.Journal == "" {
			t.Errorf("line %d: a field is missing in %+v", r.Line, r)
		}
	}
	if f := Read("", sharedFile(t, "rispy/example_urls.ris")); len(f.Records[2].URLs) != 2 || len(f.Records[3].URLs) != 2 {
		t.Errorf("several addresses on one line: %q, %q", f.Records[2].URLs, f.Records[3].URLs)
	}
}

// Kinds that are named but not read, by content alone.
func TestSharedNamed(t *testing.T) {
	for name, want := range map[string]Format{
		"citation-js/input_a_complete_article.bib":         BibTeX,
		"citation-js/mapping_biblatex-csl.json":            CSLJSON,
		"citation-file-formatting/CSV/_baseline_excel.csv": CSV,
		"citation-file-formatting/TSV/_baseline.tsv":       TSV,
		"asreview_demo/generic_tab.csv":                    TSV,
		"../dedupe/iebh_copper.endnote.xml":                EndNoteXML,
		"citation-js/input_nothing.txt":                    Unknown,
	} {
		if got := Sniff(sharedFile(t, name)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
