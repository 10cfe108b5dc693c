package review

import (
	"cmp"
	"slices"

	"plait/internal/kit/db"
)

// Conditions on records, with the alias x.

// chosen is the condition of records of a list.
func chosen(list string) db.Part {
	verdicts := func(title, full string) db.Part {
		return db.And(stands(), db.Q("x.full_verdict = ? and x.title_verdict = ?", full, title))
	}
	switch list {
	case ListOpen:
		return verdicts("", "")
	case ListKept:
		return verdicts(Include, "")
	case ListIncluded:
		return included()
	case ListExcluded:
		return db.And(stands(), db.Q("x.title_verdict = ?", Exclude))
	case ListFullOut:
		return verdicts(Include, Exclude)
	case ListCopies:
		return db.Q("x.lead <> x.n and x.gone = ?", false)
	case ListGone: // what is still coming in is not there yet
		return db.Q("x.gone = ? and not exists (select 1 from review_batch b where b.programme = x.programme and b.id = x.batch and b.state = ?)", true, Coming)
	}
	return stands()
}

func ofBatch(batch string) db.Part { return db.Q("x.batch = ?", batch) }

// workOf reads every record of the work that a record leads, in the review or not, by
// number. It says nothing of numbers in the query: the index of leads must be taken.
func workOf(tx *db.Tx, programme, review string, lead int64) ([]Record, error) {
	all, err := db.All(tx, db.Q("select "+recordColumns+" from review_record x where x.programme = ? and x.review = ? and x.lead = ?", programme, review, lead), scanRecord)
	slices.SortFunc(all, func(a, b Record) int { return cmp.Compare(a.N, b.N) })
	return all, err
}

// after is the records in the review behind a number.
func after(n int64) db.Part { return db.Q("x.n > ? and x.gone = ?", n, false) }

// recordRefers is what this part's tables name that no foreign key guards.
func recordRefers() []db.Reference {
	return []db.Reference{
		db.Names("review_batch", "search", "review_search").When(db.Q("c.search <> ''")),
		db.Names("review_batch", "same_as", "review_batch").When(db.Q("c.same_as <> ''")),
		// The file of an import that was thrown away goes with it.
		db.Names("review_batch", "upload", "blob_file").When(db.Q("c.upload <> '' and (c.state <> ? or c.last_n > 0)", Undone)),
	}
}
