package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// excerptPlug is what the room offers for marks in words, on pages and pictures, and in sound.
func (r *Room) excerptPlug() ([]plug.Verb, []web.Route) {
	f := r.face
	const at = "/evidence/{project}/said/{id}"
	return []plug.Verb{
			plug.Of("evidence.mark", "evidence.mark", r.Mark),
			plug.Of("evidence.unmark", "evidence.mark", r.Unmark),
			plug.Read("evidence.marks", "evidence.see", r.Marks),
			plug.Of("evidence.type-page", "evidence.mark", r.TypePage),
		}, []web.Route{
			{Pattern: "GET " + at + "/mark", Permission: "evidence.see", Handle: f.markPage},
			{Pattern: "POST " + at + "/mark", Permission: "evidence.mark", Handle: f.mark},
			{Pattern: "GET " + at + "/mark/{mark}", Permission: "evidence.see", Handle: f.markPlace},
			{Pattern: "POST " + at + "/unmark", Permission: "evidence.mark", Handle: f.unmark},
			{Pattern: "GET " + at + "/page/{n}", Permission: "evidence.see", Handle: f.pagePicture},
			{Pattern: "POST " + at + "/page/{n}", Permission: "evidence.mark", Handle: f.typedPage},
		}
}
