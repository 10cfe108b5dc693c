package review

import (
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// perTheme is a count of a theme; strand is that of contributions, or a stance of records.
type perTheme struct {
	theme, strand string
	n             int64
}

func scanPerTheme(r db.Row, p *perTheme) error { return r.Scan(&p.theme, &p.strand, &p.n) }

// gapMap counts, theme by theme, what is known and what is not. live is which contributions
// (with the alias c) may be used in the project.
func gapMap(tx *db.Tx, programme string, v Review, now int64, live db.Part) (out MapOut, err error) {
	themes, err := db.All(tx, db.Q(`select id, title from review_theme where programme = ? and review = ? order by n, id`, programme, v.Ref.ID),
		func(r db.Row, m *MapRow) error { return r.Scan(&m.Theme, &m.Title) })
	if err != nil {
		return out, err
	}
	out.Rows = append(themes, MapRow{})
	at := map[string]*MapRow{}
	for i := range out.Rows {
		at[out.Rows[i].Theme] = &out.Rows[i]
	}
	row := func(theme string) *MapRow {
		if m := at[theme]; m != nil {
			return m
		}
		return at[""]
	}
	// Statements that are still said, as s.
	said := func(columns, joins string, args ...any) db.Part {
		return db.Q("select "+columns+` from review_statement s join ref_record t on t.programme = s.programme and t.id = s.id and t.state <> ? `+joins+
			` where s.programme = ? and s.review = ?`, append(append([]any{SetAside}, args...), programme, v.Ref.ID)...)
	}
	count := func(q db.Part, add func(m *MapRow, p perTheme)) error {
		all, err := db.All(tx, q, scanPerTheme)
		for _, p := range all {
			add(row(p.theme), p)
		}
		return err
	}
	if err := count(db.Join(said("s.theme, '', count(*)", ""), db.Q("group by s.theme")), func(m *MapRow, p perTheme) { m.Statements += p.n }); err != nil {
		return out, err
	}
	const works = `join review_support p on p.programme = s.programme and p.statement = s.id join review_record x on x.programme = p.programme and x.review = p.review and x.n = p.n and x.gone = ?
		join review_record y on y.programme = x.programme and y.review = x.review and y.n = x.lead and y.full_verdict = ?`
	if err := count(db.Join(said("s.theme, '', count(distinct y.n)", works, false, Include), db.Q("group by s.theme")), func(m *MapRow, p perTheme) { m.Records += p.n }); err != nil {
		return out, err
	}
	if err := count(db.Join(said("s.theme, '', count(distinct y.n)", works, false, Include), db.Q("and p.stance = ? group by s.theme", Challenges)), func(m *MapRow, p perTheme) { m.Against += p.n }); err != nil {
		return out, err
	}
	// What people said about a statement: tied to it, to the contribution it became, or to
	// something that stands on that contribution too.
	const direct = `join tie k on k.programme = s.programme and k.to_id in (s.id, s.given) join ref_record c on c.programme = k.programme and c.id = k.from_id and c.kind = 'contribution'`
	const through = `join tie g on g.programme = s.programme and g.from_id = s.given join tie k on k.programme = g.programme and k.to_id = g.to_id
		join ref_record c on c.programme = k.programme and c.id = k.from_id and c.kind = 'contribution'`
	heard := db.Join(db.Q("select h.theme, h.strand, count(*) from ("), said("s.theme as theme, c.strand as strand, c.id as id", direct), db.Q("and c.id <> s.given and"), live,
		db.Q("union"), said("s.theme, c.strand, c.id", through), db.Q("and s.given <> '' and c.id <> s.given and"), live, db.Q(") h group by h.theme, h.strand"))
	if err := count(heard, func(m *MapRow, p perTheme) { m.hear(p.strand, p.n) }); err != nil {
		return out, err
	}
	if err := gapsByTheme(tx, programme, v.Ref.ID, themes, row, &out); err != nil {
		return out, err
	}
	if last := out.Rows[len(out.Rows)-1]; last == (MapRow{}) && len(themes) > 0 {
		out.Rows = out.Rows[:len(out.Rows)-1]
	}
	if out.Included, err = countRecords(tx, programme, v.Ref.ID, included()); err != nil {
		return out, err
	}
	tallies, err := ref.Tallies(tx, programme, v.Project, now)
	var whole MapRow
	for _, t := range tallies {
		if t.Kind == "contribution" {
			whole.hear(t.Strand, t.N)
		}
	}
	out.Lived, out.Practice = whole.Lived, whole.Practice
	return out, err
}

// hear counts contributions of a strand; those of two kinds count in both.
func (m *MapRow) hear(strand string, n int64) {
	for _, s := range strings.Split(strand, "+") {
		switch s {
		case "lived":
			m.Lived += n
		case "practice":
			m.Practice += n
		}
	}
}

// gapsByTheme counts the open gaps: under the themes whose title they are about, and those
// whose statements stand on the record that says so; else under none.
func gapsByTheme(tx *db.Tx, programme, review string, themes []MapRow, row func(string) *MapRow, out *MapOut) error {
	type gap struct{ id, about, theme string }
	gaps, err := db.All(tx, db.Q(`select distinct g.id, g.about, coalesce(s.theme, '') from review_gap g
		left join review_support p on g.n > 0 and p.programme = g.programme and p.review = g.review and p.n = g.n
		left join review_statement s on s.programme = p.programme and s.id = p.statement
		where g.programme = ? and g.review = ? and g.closed_at = 0`, programme, review), func(r db.Row, g *gap) error { return r.Scan(&g.id, &g.about, &g.theme) })
	if err != nil {
		return err
	}
	of := map[string]map[string]bool{}
	for _, g := range gaps {
		if of[g.id] == nil {
			of[g.id] = map[string]bool{}
		}
		if g.theme != "" {
			of[g.id][g.theme] = true
		}
		for _, t := range themes {
			if g.about != "" && text.Fold(g.about) == text.Fold(t.Title) {
				of[g.id][t.Theme] = true
			}
		}
	}
	for _, in := range of {
		out.Gaps++
		if len(in) == 0 {
			row("").Gaps++
		}
		seen := map[*MapRow]bool{}
		for theme := range in {
			if m := row(theme); !seen[m] {
				seen[m] = true
				m.Gaps++
			}
		}
	}
	return nil
}
