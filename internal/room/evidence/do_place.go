package evidence

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/who"
)

// checkPlace says whether the site and the person of what was said are there, whether
// the actor may put words on that person's card, and whether the agreement still holds.
// It gives the agreement as grants.
func (r *Room) checkPlace(ctx context.Context, tx *db.Tx, project string, s Said) ([]terms.Grant, error) {
	actor := who.From(ctx)
	if s.Site != "" {
		site, err := ref.Must(tx, actor.Programme, ref.Of(ref.Site, s.Site))
		if err != nil || site.Project != project {
			return nil, fault.Fielded("site", "evidence.bad_site")
		}
	}
	if s.Person != "" && (actor.Kind != who.Card || actor.Person != s.Person) {
		if err := r.people.May(ctx, tx, ref.Of(ref.Person, s.Person)); err != nil {
			return nil, fault.Fielded("person", "evidence.bad_person")
		}
	}
	zone, err := r.zone(tx, actor.Programme)
	if err != nil {
		return nil, err
	}
	grants, err := s.Grants(zone)
	if err != nil {
		return nil, err
	}
	if grants[0].Until <= r.clock.Now() {
		return nil, fault.Fielded("ends", "evidence.ends_past")
	}
	return grants, nil
}
