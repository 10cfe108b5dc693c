package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// shownPlug is what the room offers for what was shown without words, and what was read back.
func (r *Room) shownPlug() ([]plug.Verb, []web.Route) {
	f := r.face
	const shown, back = "/evidence/{project}/shown", "/evidence/{project}/said/{id}/read-back"
	return []plug.Verb{
			plug.Of("evidence.ask", "evidence.give", r.Ask),
			plug.Read("evidence.asked", "evidence.give", r.Asked),
			plug.Of("evidence.answer", "evidence.give", r.Answer),
			plug.Of("evidence.settle", "evidence.give", r.Settle),
			plug.Of("evidence.read-back", "evidence.edit", r.ReadBack),
		}, []web.Route{
			{Pattern: "GET " + shown, Permission: "evidence.give", Handle: f.shown},
			{Pattern: "GET " + shown + "/cards", Permission: "evidence.give", Handle: f.askForm},
			{Pattern: "POST " + shown + "/cards", Permission: "evidence.give", Handle: f.ask},
			{Pattern: "GET " + shown + "/pictures", Permission: "evidence.give", Handle: f.askForm},
			{Pattern: "POST " + shown + "/pictures", Permission: "evidence.give", Handle: f.ask, MaxBytes: maxCapture},
			{Pattern: "GET " + shown + "/seen", Permission: "evidence.give", Handle: f.seenForm},
			{Pattern: "POST " + shown + "/seen", Permission: "evidence.give", Handle: f.sawIt, MaxBytes: maxCapture},
			{Pattern: "GET " + shown + "/ask/{asking}", Permission: "evidence.give", Handle: f.statement},
			{Pattern: "POST " + shown + "/ask/{asking}", Permission: "evidence.give", Handle: f.answered},
			{Pattern: "GET " + shown + "/ask/{asking}/card/{n}", Permission: "evidence.give", Handle: f.askCard},
			{Pattern: "GET " + shown + "/ask/{asking}/back", Permission: "evidence.give", Handle: f.askBack},
			{Pattern: "POST " + shown + "/ask/{asking}/back", Permission: "evidence.give", Handle: f.settle},
			{Pattern: "GET /evidence/{project}/draw", Permission: "evidence.give", Handle: f.drawForm},
			{Pattern: "POST /evidence/{project}/draw", Permission: "evidence.give", Handle: f.draw, MaxBytes: maxCapture},
			{Pattern: "GET " + back, Permission: "evidence.edit", Handle: f.readBackForm},
			{Pattern: "POST " + back, Permission: "evidence.edit", Handle: f.readBack},
		}
}
