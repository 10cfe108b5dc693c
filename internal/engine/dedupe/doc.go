// Package dedupe finds the records of one work in files of references that came from
// several databases.
//
// Two records are Same (merged by itself), Ask (a person looks at both) or Apart. What is
// the same: preprint, accepted and published version, an updated Cochrane review, the
// online and the print issue of one paper. What is not: a conference paper and its journal
// version, separate reports of one study, a reprint elsewhere, part 1 and part 2, an
// erratum or a reply under the same title.
//
// Method: the fields of two records are each put on a short scale (equal, alike, missing,
// differs) and the weights of the steps are added, as in record linkage after Fellegi and
// Sunter (Journal of the American Statistical Association 64, 1969). The weights are fixed,
// in weigh.go. A sum is not enough to merge: guards (guard.go) hold back pairs that agree
// in much and are known to be different works, and ask for one thing that agrees beside
// title and author. Candidates come from keys that do not change when records are added
// (key.go): DOI, PubMed number, beginning and end of the title, page with volume or author,
// and MinHash bands of the letters of the title (Broder 1997). Candidates are joined from
// the surest down, and a group takes in a record only where no member contradicts it.
//
// The same records in the same order give the same groups, always. A second import is
// compared with all that is there, and only pairs with a new record are asked about.
//
// Complexity: time about linear in the records for libraries in which a work has few
// copies; about 1 KB of memory a record. Scores have no unit: 6 is about where records
// begin to look alike and 10 about where they are the same.
package dedupe
