package action

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/spine/plug"
)

// tellRecommendations says what became of recommendations to those whose words they
// stand on.
func (r *Room) tellRecommendations(_ context.Context, tx *db.Tx, programme string, ids []string) (map[string]plug.Told, error) {
	all, err := tellRecommendations(tx, programme, ids, r.clock.Now())
	out := make(map[string]plug.Told, len(all))
	for _, x := range all {
		out[x.Ref.ID] = x.told()
	}
	return out, err
}

// tellActions says how far actions are.
func (r *Room) tellActions(_ context.Context, tx *db.Tx, programme string, ids []string) (map[string]plug.Told, error) {
	all, err := tellActions(tx, programme, ids, r.clock.Now())
	out := make(map[string]plug.Told, len(all))
	for _, a := range all {
		out[a.Ref.ID] = a.told()
	}
	return out, err
}

// told is a recommendation for those whose words it stands on. Who decided and who
// dissented is not theirs to read here.
func (x Recommendation) told() plug.Told {
	t := plug.Told{Says: x.Title, Plainly: x.Plainly, State: "action.told_" + word(x.State), On: x.Decision.On, Why: x.Decision.Why}
	if x.State == Changed {
		t.State = "action.told_agreed_changed"
	}
	return t
}

// told is an action for those whose words it stands on, without its owner's name.
func (a Action) told() plug.Told {
	t := plug.Told{Says: a.Title, Plainly: a.Plainly, State: "action.told_" + word(a.State), On: a.EndedOn, Why: a.Why}
	switch {
	case a.Try && a.State == Changed && a.Verdict == Change:
		t.State, t.On, t.Why = "action.told_try_changed", a.LookedOn, a.Happened
	case a.State == Stopped:
		t.On, t.Why = a.LookedOn, a.Happened
	case a.State == Kept:
		t.On, t.Why = a.LookedOn, first(a.InUse, a.Happened)
	case a.Try && a.State == UnderWay:
		t.State = "action.told_trying"
	case a.Try && a.State == ToDo:
		t.State = "action.told_to_try"
	case a.State == Done:
		t.Why = first(a.InUse, a.Why)
	}
	return t
}

// first is the first text that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
