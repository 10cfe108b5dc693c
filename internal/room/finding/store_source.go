package finding

import (
	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
)

// tally is one sum over the sources of a finding.
type tally struct {
	finding, strand string
	stance          tie.Stance
	n, gone         int64
}

// heard counts the sources of findings: the live ones by strand and stance, and those
// that have gone. It reads the counts of ties, not the sources themselves.
func heard(tx *db.Tx, programme string, ids []string, now int64) (map[string]Heard, map[string]int64, error) {
	live, gone := map[string]Heard{}, map[string]int64{}
	if len(ids) == 0 {
		return live, gone, nil
	}
	sums, err := db.All(tx, db.Join(db.Q(`select c.to_id, c.strand, c.stance, sum(case when c.until_at > ? then c.n else 0 end),
		sum(case when c.until_at > ? then 0 else c.n end) from tie_count c where c.programme = ? and c.from_kind = ? and c.to_id in`, now, now, programme, said),
		db.List(ids), db.Q("group by c.to_id, c.strand, c.stance having sum(case when c.until_at > ? then c.n else 0 end) <> 0 or sum(case when c.until_at > ? then 0 else c.n end) <> 0", now, now)),
		func(row db.Row, x *tally) error { return row.Scan(&x.finding, &x.strand, &x.stance, &x.n, &x.gone) })
	if err != nil {
		return nil, nil, err
	}
	for _, x := range sums {
		if live[x.finding] == nil {
			live[x.finding] = Heard{}
		}
		if live[x.finding][x.strand] == nil {
			live[x.finding][x.strand] = map[tie.Stance]int64{}
		}
		live[x.finding][x.strand][x.stance] += x.n
		gone[x.finding] += x.gone
	}
	return live, gone, nil
}

// lastGone is when the last source of each finding went: taken back, or ended.
func lastGone(tx *db.Tx, programme string, ids []string, now int64) (map[string]int64, error) {
	type last struct {
		finding string
		at      int64
	}
	rows, err := db.All(tx, db.Join(db.Q(`select t.to_id, max(case when r.until > 0 then r.until else coalesce(g.at, 0) end)
		from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
		left join finding_gone g on g.programme = r.programme and g.contribution = r.id
		where t.programme = ? and t.from_kind = ? and r.until <= ? and t.to_id in`, programme, said, now), db.List(ids), db.Q("group by t.to_id")),
		func(row db.Row, x *last) error { return row.Scan(&x.finding, &x.at) })
	out := map[string]int64{}
	for _, x := range rows {
		out[x.finding] = x.at
	}
	return out, err
}

// source is one live contribution that a finding stands on, without its words.
type source struct {
	Ref     ref.Ref
	Strand  string
	Fate    string
	Stance  tie.Stance
	Why     string
	At      int64
	Tie     string
	Quote   string
	Start   int64
	End     int64
	Excerpt string // the mark that the quote was taken from; "" = none
}

const sourceColumns = `r.id, r.strand, r.fate, t.stance, t.reason, t.at, t.id as tie_id, coalesce(p.quote, '') as quote, coalesce(p.starts, 0) as starts,
	coalesce(p.ends, 0) as ends, coalesce(p.excerpt, '') as excerpt`

const sourceFrom = ` from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id
	left join finding_pick p on p.programme = t.programme and p.finding = t.to_id and p.contribution = t.from_id
	where t.programme = ? and t.to_id = ? and t.from_kind = ? and`

func scanSource(row db.Row, s *source) error {
	s.Ref.Kind = said
	return row.Scan(&s.Ref.ID, &s.Strand, &s.Fate, &s.Stance, &s.Why, &s.At, &s.Tie, &s.Quote, &s.Start, &s.End, &s.Excerpt)
}

// firstSources reads the first live sources of a finding in each stored form of strand.
func firstSources(tx *db.Tx, programme, finding string, most, now int64) ([]source, error) {
	return db.All(tx, db.Join(db.Q(`select * from (select `+sourceColumns+`, row_number() over (partition by r.strand order by t.at, t.id) as n`+sourceFrom,
		programme, finding, said), terms.Where("r", terms.Project, now), db.Q(`) ranked where n <= ? order by n, tie_id`, most)),
		func(row db.Row, s *source) error {
			var n int64
			s.Ref.Kind = said
			return row.Scan(&s.Ref.ID, &s.Strand, &s.Fate, &s.Stance, &s.Why, &s.At, &s.Tie, &s.Quote, &s.Start, &s.End, &s.Excerpt, &n)
		})
}

// sourcesOf reads a page of the live sources of one strand ("" = its strand is not known).
func sourcesOf(tx *db.Tx, programme, finding, strand, from string, most, now int64) ([]source, string, error) {
	where := []db.Part{terms.Where("r", terms.Project, now)}
	if strand == "" {
		where = append(where, db.Q("r.strand = ''"))
	} else {
		where = append(where, db.Join(db.Q("r.strand in"), db.List(forms(strand))))
	}
	if at, last, ok := db.ReadCursor(from); ok {
		where = append(where, db.Q("(t.at, t.id) > (?, ?)", at, last))
	}
	out, err := db.All(tx, db.Join(db.Q("select "+sourceColumns+sourceFrom, programme, finding, said), db.And(where...),
		db.Q("order by t.at, t.id limit ?", most+1)), scanSource)
	if err != nil || int64(len(out)) <= most {
		return out, "", err
	}
	out = out[:most]
	end := out[len(out)-1]
	return out, db.Cursor(end.At, end.Tie), nil
}

// picked reads with what stance a finding stands on some contributions.
func picked(tx *db.Tx, programme, finding string, ids []string) (map[string]tie.Stance, error) {
	type pick struct {
		id     string
		stance tie.Stance
	}
	rows, err := db.All(tx, db.Join(db.Q(`select from_id, stance from tie where programme = ? and to_id = ? and from_id in`, programme, finding), db.List(ids)),
		func(row db.Row, p *pick) error { return row.Scan(&p.id, &p.stance) })
	out := map[string]tie.Stance{}
	for _, p := range rows {
		out[p.id] = p.stance
	}
	return out, err
}

// otherTies reads the ties between some contributions and a finding, but for one stance.
func otherTies(tx *db.Tx, programme, finding string, stance tie.Stance, ids []string) ([]string, error) {
	return db.All(tx, db.Join(db.Q(`select id from tie where programme = ? and to_id = ? and stance <> ? and from_id in`, programme, finding, string(stance)), db.List(ids)),
		db.Value[string])
}

// countSources counts every source of a finding, and those among ids.
func countSources(tx *db.Tx, programme, finding string, ids []string) (all, among int64, err error) {
	if all, err = db.Count(tx, db.Q(`select count(distinct from_id) from tie where programme = ? and to_id = ? and from_kind = ?`, programme, finding, said)); err != nil {
		return 0, 0, err
	}
	among, err = db.Count(tx, db.Join(db.Q(`select count(distinct from_id) from tie where programme = ? and to_id = ? and from_id in`, programme, finding), db.List(ids)))
	return all, among, err
}

// pick is an excerpt of what was said, kept for one finding.
type pick struct {
	Quote      string
	Start, End int
	Version    int64  // of the contribution it was taken from
	Excerpt    string // the mark it is; "" = words that were typed
}

func putPick(tx *db.Tx, programme, finding, contribution string, p pick) error {
	return tx.Do(db.Q(`insert into finding_pick (programme, finding, contribution, quote, starts, ends, version, excerpt) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (programme, finding, contribution) do update set quote = excluded.quote, starts = excluded.starts, ends = excluded.ends,
		version = excluded.version, excerpt = excluded.excerpt`, programme, finding, contribution, p.Quote, int64(p.Start), int64(p.End), p.Version, p.Excerpt))
}

func dropPick(tx *db.Tx, programme, finding, contribution string) error {
	return tx.Do(db.Q(`delete from finding_pick where programme = ? and finding = ? and contribution = ?`, programme, finding, contribution))
}

// records reads contributions by their ids as the actor may use them. may is who may.
func records(tx *db.Tx, may db.Part, ids []string) (map[string]ref.Record, error) {
	// The kind is looked at here: in the query it would lead SQLite to the kind's index,
	// and so to every contribution of the programme.
	rows, err := db.All(tx, db.Join(db.Q("select "+ref.Columns("r")+" from ref_record r where"), may, db.Q("and r.id in"), db.List(ids)), ref.Scan)
	out := map[string]ref.Record{}
	for _, r := range rows {
		if r.Kind == said {
			out[r.ID] = r
		}
	}
	return out, err
}

// recordsOf reads contributions of a programme by their ids.
func recordsOf(tx *db.Tx, programme string, ids []string) (map[string]ref.Record, error) {
	return records(tx, db.Q("r.programme = ?", programme), ids)
}

// mayUse says which of some contributions were agreed to for other projects.
func mayUse(tx *db.Tx, programme string, ids []string, now int64) (int64, error) {
	return db.Count(tx, db.Join(db.Q("select count(*) from ref_record r where r.programme = ? and", programme), terms.Where("r", terms.Programme, now),
		db.Q("and r.id in"), db.List(ids)))
}
