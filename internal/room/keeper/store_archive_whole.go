package keeper

import (
	"fmt"
	"io"
	"strings"
	"time"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// overview writes what the programme is: its name, its days, its projects and how much of
// each sort they hold. Only what is still there is counted.
func (x *reading) overview(to io.Writer, projects []ref.Record, kinds []string) error {
	p, _, err := ref.Get(x.tx, x.programme, x.programme)
	if err != nil {
		return err
	}
	first, last, err := programmeDays(x.tx, x.programme)
	if err != nil {
		return err
	}
	counts, err := liveCounts(x.tx, x.programme, x.now)
	if err != nil {
		return err
	}
	day := func(at int64) string { return time.UnixMicro(at).UTC().Format("2006-01-02") }
	fmt.Fprintf(to, "%s\nId: %s\n", oneLine(p.Title), p.ID)
	if last > 0 {
		fmt.Fprintf(to, "The first change was made on %s, the last on %s.\n", day(first), day(last))
	}
	line := func(project string) string {
		var said []string
		for _, k := range kinds {
			if n := counts[[2]string{project, k}]; n > 0 && k != ref.Project {
				said = append(said, fmt.Sprintf("%d %s", n, plural(k, n)))
			}
		}
		if len(said) == 0 {
			return "nothing yet"
		}
		return strings.Join(said, ", ")
	}
	fmt.Fprintf(to, "Besides its projects it holds: %s.\n\nPROJECTS: %d\n\n", line(""), len(projects))
	for _, r := range projects {
		fmt.Fprintf(to, "%s\n  Id: %s\n  Last changed: %s\n  %s\n\n", oneLine(r.Title), r.ID, day(r.ChangedAt), line(r.ID))
	}
	return nil
}

// programmeDays is when the trail of a programme begins and ends, in microseconds; 0 and 0
// when nothing is in it.
func programmeDays(tx *db.Tx, programme string) (first, last int64, err error) {
	if first, err = db.Count(tx, db.Q("select at from trail_entry where programme = ? order by at, id limit 1", programme)); err != nil {
		return 0, 0, err
	}
	last, err = db.Count(tx, db.Q("select at from trail_entry where programme = ? order by at desc, id desc limit 1", programme))
	return first, last, err
}

// liveCounts is how many records there are by project and kind that were not taken back.
func liveCounts(tx *db.Tx, programme string, now int64) (map[[2]string]int64, error) {
	type count struct {
		at [2]string
		n  int64
	}
	all, err := db.All(tx, db.Q("select project, kind, count(*) from ref_record where programme = ? and until > ? group by project, kind", programme, now),
		func(r db.Row, c *count) error { return r.Scan(&c.at[0], &c.at[1], &c.n) })
	out := make(map[[2]string]int64, len(all))
	for _, c := range all {
		out[c.at] = c.n
	}
	return out, err
}
