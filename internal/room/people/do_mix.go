package people

import (
	"context"
	"slices"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

// MixIn plans how many people of a sort a project hopes to hear.
type MixIn struct {
	Project string `json:"project"`
	What    string `json:"what" doc:"role, or a characteristic that the project names, such as age."`
	Value   string `json:"value" doc:"Which role, or which value: carer; under 30."`
	Planned int64  `json:"planned" doc:"How many people; 0 takes the line away."`
}

// MixOut is how many lines the plan now has.
type MixOut struct {
	Lines int `json:"lines"`
}

// Mix keeps one line of whom a project hopes to hear. The same role or value, however it
// is typed, is one line. When the last line of a characteristic goes, nobody asks about it any
// more, and what people said of themselves there goes with it.
func (r *Room) Mix(ctx context.Context, in MixIn) (out MixOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, err := who.Record(ctx, tx, "people.mix", ref.Of(ref.Project, in.Project))
		if err != nil {
			return err
		}
		m := MixLine{What: strings.TrimSpace(in.What), Value: strings.TrimSpace(in.Value), Planned: in.Planned}
		if err := m.check(); err != nil {
			return err
		}
		all, err := mixOf(tx, rec.Programme, in.Project)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(x MixLine) bool { return same(x.What, m.What) && same(x.Value, m.Value) })
		if i >= 0 {
			m.What, m.Value = all[i].What, all[i].Value
		} else if len(all) >= MaxMix {
			return fault.Fielded("value", "people.too_many_lines", "Most", MaxMix)
		}
		if same(m.What, ByRole) {
			m.What = ByRole
		}
		if err := putMix(tx, rec.Programme, in.Project, m); err != nil {
			return err
		}
		if all, err = mixOf(tx, rec.Programme, in.Project); err != nil {
			return err
		}
		if i >= 0 && m.What != ByRole && !slices.ContainsFunc(all, func(x MixLine) bool { return same(x.What, m.What) }) {
			if err := dropAnswers(tx, rec.Programme, in.Project, m.What); err != nil {
				return err
			}
		}
		out = MixOut{len(all)}
		return trail.Put(ctx, tx, entry, now, "people.mix", ref.Of("mix", in.Project), now, m)
	})
	return out, err
}

// Trait is one thing a person says of themselves.
type Trait struct {
	What  string `json:"what"`
	Value string `json:"value"`
}

// DescribeIn is something a person says of themselves, if they like.
type DescribeIn struct {
	Person ref.Ref `json:"person"`
	What   string  `json:"what" doc:"A characteristic that the project names."`
	Value  string  `json:"value" doc:"In their own words; empty takes it back."`
}

// DescribeOut names the person.
type DescribeOut struct {
	Ref ref.Ref `json:"ref"`
}

// Describe keeps what a person says of themselves, apart from their words. Only what the
// project asks about is kept, and the trail keeps neither question nor answer.
func (r *Room) Describe(ctx context.Context, in DescribeIn) (out DescribeOut, err error) {
	entry, now := r.ids.New(), r.clock.Now()
	err = r.db.Write(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, "people.describe", in.Person)
		if err != nil {
			return err
		}
		if p.State == Erased {
			return gone()
		}
		t := Trait{strings.TrimSpace(in.What), strings.TrimSpace(in.Value)}
		asked, err := named(tx, rec.Programme, p.Project)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(asked, func(x string) bool { return same(x, t.What) })
		if i >= 0 {
			t.What = asked[i]
		}
		var c fault.Check
		c.Need(i >= 0 || t.Value == "", "what", "people.not_asked_here")
		c.Need(len(t.Value) <= MaxMixText && !strings.ContainsAny(t.Value, "\r\n"), "value", "house.too_long")
		if err := c.Err(); err != nil {
			return err
		}
		out = DescribeOut{p.Ref}
		if err := putTrait(tx, rec.Programme, p.Ref.ID, t); err != nil {
			return err
		}
		return trail.Put(ctx, tx, entry, now, "people.describe", p.Ref, p.Version, nil)
	})
	return out, err
}

// DescribedIn asks what a person said of themselves.
type DescribedIn struct {
	Person ref.Ref `json:"person"`
}

// DescribedOut is what they said, and what else the project asks about.
type DescribedOut struct {
	Traits []Trait  `json:"traits"`
	Asked  []string `json:"asked"`
}

// Described gives what a person said of themselves.
func (r *Room) Described(ctx context.Context, in DescribedIn) (out DescribedOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		rec, p, err := record(ctx, tx, "people.describe", in.Person)
		if err != nil {
			return err
		}
		if out.Traits, err = traits(tx, rec.Programme, p.Ref.ID); err != nil {
			return err
		}
		asked, err := named(tx, rec.Programme, p.Project)
		out.Asked = append([]string{}, asked...)
		return err
	})
	return out, err
}

// MissingIn asks who is missing in a project.
type MissingIn struct {
	Project string `json:"project"`
}

// MissingOut is the plan against those heard. It holds no number of people heard.
type MissingOut struct {
	Lines []MixLine `json:"lines"`
}

// SeeMissing gives whom a project planned to hear and how it stands: none yet, some, as
// planned. Heard is who has a live contribution in the project.
func (r *Room) SeeMissing(ctx context.Context, in MissingIn) (out MissingOut, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error {
		if err := who.Must(ctx, tx, "people.missing", ref.Of(ref.Project, in.Project)); err != nil {
			return err
		}
		out.Lines, err = r.Missing(ctx, tx, in.Project)
		return err
	})
	return out, err
}

type missingKey string

// Missing is SeeMissing for another room's page, which has asked whether the actor may
// know; once in each transaction.
func (r *Room) Missing(ctx context.Context, tx *db.Tx, project string) ([]MixLine, error) {
	v, err := tx.Memo(missingKey(project), func() (any, error) {
		programme := who.From(ctx).Programme
		lines, err := mixOf(tx, programme, project)
		if err != nil || len(lines) == 0 {
			return lines, err
		}
		heard, err := heardOf(tx, programme, project, r.clock.Now())
		return stands(lines, heard), err
	})
	if err != nil {
		return nil, err
	}
	return v.([]MixLine), nil
}

// missingView is the sentence on a project's home.
type missingView struct {
	None, Some []string
}

// loadMissing says in a sentence who is missing; nothing when nobody was planned.
func (r *Room) loadMissing(ctx context.Context, tx *db.Tx, at ref.Ref) (any, error) {
	lines, err := r.Missing(ctx, tx, at.ID)
	if err != nil || len(lines) == 0 {
		return nil, err
	}
	return missingView{in(lines, NoneYet), in(lines, Some)}, nil
}

type crowdKey string

func (r *Room) crowd(ctx context.Context, tx *db.Tx, project string) (crowd, error) {
	v, err := tx.Memo(crowdKey(project), func() (any, error) {
		return crowdOf(tx, who.From(ctx).Programme, project, clock.DayOf(r.clock.Now(), ""))
	})
	if err != nil {
		return crowd{}, err
	}
	return v.(crowd), nil
}

// signs is what can be said of a project from its people.
func (r *Room) signs() []plug.Sign {
	sign := func(name string, weight int, permission, href string, see func(crowd, []MixLine) plug.Seen) plug.Sign {
		return plug.Sign{Name: "people.sign_" + name, Facet: plug.Engaging, Gap: weight > 0, Weight: weight, Permission: permission,
			Load: func(ctx context.Context, tx *db.Tx, project ref.Ref) (plug.Seen, error) {
				c, err := r.crowd(ctx, tx, project.ID)
				if err != nil {
					return plug.Seen{}, err
				}
				lines, err := r.Missing(ctx, tx, project.ID)
				if err != nil {
					return plug.Seen{}, err
				}
				seen := see(c, lines)
				seen.Href = strings.ReplaceAll(href, "{project}", project.ID)
				return seen, nil
			}}
	}
	flag := func(is bool) plug.Seen {
		if is {
			return plug.Seen{N: 1}
		}
		return plug.Seen{}
	}
	first := func(names []string) plug.Seen {
		if len(names) == 0 {
			return plug.Seen{}
		}
		return plug.Seen{N: int64(len(names)), Title: names[0]}
	}
	const mix, list = "/people/mix/{project}", "/people?project={project}"
	return []plug.Sign{
		sign("nobody", 12, "people.change", "/people/add?project={project}", func(c crowd, _ []MixLine) plug.Seen { return flag(c.All == 0) }),
		sign("missing", 22, "people.missing", mix, func(_ crowd, m []MixLine) plug.Seen { return first(in(m, NoneYet)) }),
		sign("not_asked", 36, "people.change", list, func(c crowd, _ []MixLine) plug.Seen { return plug.Seen{N: c.NotAsked} }),
		sign("no_mix", 45, "people.mix", mix, func(_ crowd, m []MixLine) plug.Seen { return flag(len(m) == 0) }),
		sign("due", 58, "people.change", list+"&due=yes", func(c crowd, _ []MixLine) plug.Seen { return plug.Seen{N: c.Due} }),
		sign("people", 0, "people.see", list, func(c crowd, _ []MixLine) plug.Seen { return plug.Seen{N: c.All} }),
		sign("mix_met", 0, "people.missing", mix, func(_ crowd, m []MixLine) plug.Seen {
			return flag(len(m) > 0 && len(in(m, NoneYet)) == 0)
		}),
	}
}
