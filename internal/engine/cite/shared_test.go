package cite

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
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
	"rispy/example_wos.ris":                                         {WebOfScience, 2},
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
		case "asreview_demo/faulty_year.ris", "asreview_demo/baseline_tag_and_field_definitions.ris":
			if len(f.Problems) != 1 {
				t.Errorf("%s: one fault, but %v", name, f.Problems)
			}
		default:
			if len(f.Problems) != 0 {
				t.Errorf("%s: no fault, but %v", name, f.Problems)
			}
		}
	}
	if all != 867 {
		t.Errorf("%d records in all, want 867", all)
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

// sharedOthers is the number of records of every other file there: rows below
// the header, "@" entries, items, keys. An empty one tells so.
var sharedOthers = map[string]struct {
	format            Format
	records, problems int
}{
	"asreview_demo/duplicate_records.csv":                      {CSV, 14, 4},
	"asreview_demo/embase.csv":                                 {CSV, 6, 0},
	"asreview_demo/embase_newpage.csv":                         {CSV, 6, 0},
	"asreview_demo/generic.csv":                                {CSV, 2, 0},
	"asreview_demo/generic_bad_record_id.csv":                  {CSV, 6, 0},
	"asreview_demo/generic_column_names_with_spaces.csv":       {CSV, 2, 0},
	"asreview_demo/generic_labels.csv":                         {CSV, 6, 0},
	"asreview_demo/generic_labels_no_abs.csv":                  {CSV, 6, 0},
	"asreview_demo/generic_labels_no_title.csv":                {CSV, 6, 0},
	"asreview_demo/generic_partial_labels.csv":                 {CSV, 6, 0},
	"asreview_demo/generic_semicolon.csv":                      {CSV, 2, 0},
	"asreview_demo/generic_tab.csv":                            {TSV, 2, 0},
	"asreview_demo/generic_tab.tab":                            {TSV, 2, 0},
	"asreview_demo/generic_tab.tsv":                            {TSV, 2, 0},
	"asreview_demo/missing_values.csv":                         {CSV, 4, 0},
	"asreview_demo/record_id.csv":                              {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline.csv":               {CSV, 100, 0},
	"citation-file-formatting/CSV/_baseline_abstrackr.csv":     {CSV, 11, 5},
	"citation-file-formatting/CSV/_baseline_cinahl.csv":        {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_cochrane.csv":      {CSV, 3, 0},
	"citation-file-formatting/CSV/_baseline_covidence.csv":     {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_embase.csv":        {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_excel.csv":         {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_googlescholar.csv": {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_openalex.csv":      {CSV, 9, 0},
	"citation-file-formatting/CSV/_baseline_pubmed.csv":        {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_rayyan.csv":        {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_scopus.csv":        {CSV, 10, 0},
	"citation-file-formatting/CSV/_baseline_zotero.csv":        {CSV, 10, 0},
	"citation-file-formatting/TSV/_baseline.tsv":               {TSV, 100, 0},
	"citation-file-formatting/TSV/_baseline_refworks.tsv":      {TSV, 100, 0},
	"citation-js/input_multiple_entries.txt":                   {BibTXT, 2, 0},
	"citation-js/input_nothing.txt":                            {BibTXT, 1, 1},
	"citation-js/input_one_simple_entry.txt":                   {BibTXT, 1, 0},
	"citation-js/input_whitespace.txt":                         {BibTXT, 1, 0},
	"citation-js/output_simple.txt":                            {BibTXT, 1, 0},
	"citation-js/mapping_biblatex-csl.json":                    {CSLJSON, 28, 0},
	"citation-js/mapping_bibtex-csl.json":                      {CSLJSON, 16, 0},
	"../dedupe/iebh_copper.endnote.xml":                        {EndNoteXML, 505, 0},
}

func TestSharedOthers(t *testing.T) {
	for name, want := range sharedOthers {
		f := Read(name, sharedFile(t, name))
		if f.Format != want.format || len(f.Records) != want.records || len(f.Problems) != want.problems {
			t.Errorf("%s: %s with %d records, want %s with %d; %v", name, f.Format, len(f.Records), want.format, want.records, f.Problems)
		}
	}
	names, err := filepath.Glob(filepath.Join(shared, "citation-js", "*.bib"))
	if err != nil {
		t.Fatal(err)
	}
	entries := 0
	for _, n := range names {
		b, err := os.ReadFile(n)
		if err != nil {
			t.Fatal(err)
		}
		f := Read(n, b)
		problems := 0
		if filepath.Base(n) == "input_literals.bib" { // the year "13th Century"
			problems = 1
		}
		if f.Format != BibTeX || len(f.Problems) != problems {
			t.Errorf("%s: %s, %v", n, f.Format, f.Problems)
		}
		for _, line := range strings.Split(strings.ToLower(string(b)), "\n") {
			if strings.HasPrefix(line, "@") && !strings.HasPrefix(line, "@string") && !strings.HasPrefix(line, "@preamble") {
				entries++
			}
		}
		entries -= len(f.Records)
	}
	if len(names) == 0 {
		t.Skip("not run: the folder of real citation files, ../shared/data/citations, is not there")
	}
	if entries != 0 {
		t.Errorf("%d entries more than records", entries)
	}
}

// Every file there comes back equal from RIS and from CSL-JSON, and again.
func TestSharedRoundTrip(t *testing.T) {
	names := []string{"../dedupe/iebh_copper.endnote.xml"}
	for name := range sharedCounts {
		names = append(names, name)
	}
	for name := range sharedOthers {
		names = append(names, name)
	}
	for _, bib := range []string{"mapping_bibtex-input", "mapping_biblatex-input", "input_crossref", "input_nameparts", "input_uri", "input_rich_text", "input_orcid"} {
		names = append(names, "citation-js/"+bib+".bib")
	}
	for _, name := range names {
		f := Read(name, sharedFile(t, name))
		for _, to := range []Format{RIS, CSLJSON} {
			comesBack(t, name, f, to)
		}
	}
}

// What citation-js expects of its BibTeX and BibLaTeX files. Ours differs in
// four ways that are meant: languages are tags, an organisation is literal,
// DOIs are in lower case, keywords are divided by semicolons.
func TestSharedMapping(t *testing.T) {
	for _, n := range []string{"bibtex", "biblatex"} {
		f := Read("", sharedFile(t, "citation-js/mapping_"+n+"-input.bib"))
		words, err := Write(CSLJSON, f.Records)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []map[string]any
		if err := json.Unmarshal([]byte(words), &got); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(sharedFile(t, "citation-js/mapping_"+n+"-csl.json"), &want); err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d items, want %d", len(got), len(want))
		}
		for i := range want {
			for k, v := range want[i] {
				a, b := quoteJSON(v), quoteJSON(got[i][k])
				switch k {
				case "citation-key", "custom":
					continue
				case "language":
					a = quoteJSON(language(v.(string)))
				case "DOI":
					a = strings.ToLower(a)
				case "keyword":
					a = strings.ReplaceAll(a, ",", "; ")
				case "author":
					b = strings.ReplaceAll(b, "literal", "family")
				}
				if a != b {
					t.Errorf("%v: %s is %s, want %s", want[i]["id"], k, b, a)
				}
			}
			for k, v := range got[i] {
				if _, ok := want[i][k]; !ok && k != "custom" && k != "PMCID" {
					t.Errorf("%v: %s is %s, and should not be there", want[i]["id"], k, quoteJSON(v))
				}
			}
		}
	}
}

// A colleague's library of EndNote.
func TestSharedEndNote(t *testing.T) {
	f := Read("", sharedFile(t, "../dedupe/iebh_copper.endnote.xml"))
	dois, abstracts, years, authors, captions := 0, 0, 0, 0, 0
	for _, r := range f.Records {
		if r.DOI != "" {
			dois++
		}
		if r.Abstract != "" {
			abstracts++
		}
		if r.Year != 0 {
			years++
		}
		if len(r.Authors) > 0 {
			authors++
		}
		if r.Lookup("caption") == "Duplicate" {
			captions++
		}
		for _, tag := range r.Tags {
			if strings.Contains(tag.Value, `\Users\`) {
				t.Errorf("line %d: a person's path was kept: %s", r.Line, tag.Value)
			}
		}
	}
	if dois < 379 || abstracts != 498 || years != 505 || authors != 494 || captions != 281 {
		t.Errorf("%d DOIs, %d abstracts, %d years, %d with authors, %d marked", dois, abstracts, years, authors, captions)
	}
}
