package evidence

import (
	"strings"

	"plait/internal/kit/db"
)

// saidBy reads everything one person said anywhere in a programme, also what is hidden, in
// the order it came.
func saidBy(tx *db.Tx, programme, person string) ([]kept, error) {
	return db.All(tx, db.Q(strings.Replace(selected, "select ", "select r.until, ", 1)+` where r.programme = ? and r.person = ? and r.kind = ? order by r.id`,
		programme, person, Kind), func(r db.Row, k *kept) error { return scan(after{r, &k.until}, &k.Contribution) })
}

// labelsOf reads what the team wrote on the marks of contributions.
func labelsOf(tx *db.Tx, programme string, ids []string) (map[string][]string, error) {
	out := map[string][]string{}
	if len(ids) == 0 {
		return out, nil
	}
	type label struct{ of, text string }
	all, err := db.All(tx, db.Join(db.Q(`select contribution, label from evidence_excerpt where programme = ? and label <> '' and contribution in`, programme),
		db.List(ids), db.Q("order by contribution, n")), func(r db.Row, l *label) error { return r.Scan(&l.of, &l.text) })
	for _, l := range all {
		out[l.of] = append(out[l.of], l.text)
	}
	return out, err
}
