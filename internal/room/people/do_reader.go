package people

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/who"
)

// Reader is a person as someone who writes to them needs them.
type Reader struct {
	Person   string   // person id
	Name     string   // what to call them; "" when it is not known
	Formats  []string // codes of the formats they asked for; none = standard
	Language string   // BCP 47
	State    string   // one of States
	How      string   // one of Ways; "" when nothing may be sent or given
	Address  string   // goes with How
	Why      string   // message key of why nothing may be sent or given; "" when something may
}

// Readers reads people with how to write to them, those whom the actor may see by name.
func (r *Room) Readers(ctx context.Context, tx *db.Tx, persons []string) (map[string]Reader, error) {
	seen, err := who.Where(ctx, tx, "r", "people.see")
	if err != nil {
		return nil, err
	}
	out := map[string]Reader{}
	programme := who.From(ctx).Programme
	const most = 500
	for start := 0; start < len(persons); start += most {
		part := persons[start:min(start+most, len(persons))]
		all, err := byIDs(tx, programme, part, seen)
		if err != nil {
			return nil, err
		}
		asked, err := needs(tx, programme, part)
		if err != nil {
			return nil, err
		}
		ways, err := contactsOf(tx, programme, part)
		if err != nil {
			return nil, err
		}
		for _, p := range all {
			id := p.Ref.ID
			x := Reader{Person: id, Name: p.Called(), Formats: wanted(p.Asked, asked[id]).Format, Language: p.Language, State: p.State}
			how, ok, why := reachable(p.State, ways[id])
			if x.Why = why; ok {
				x.How = how
				for _, c := range ways[id] {
					if c.How == how && (c.Safe || c.How == Hand) {
						x.Address = c.Address
						break
					}
				}
			}
			out[id] = x
		}
	}
	return out, nil
}
