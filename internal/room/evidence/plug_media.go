package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// mediaPlug is what the room offers for files of a contribution: showing and playing them,
// what they show, captions, words typed from them, and recording in the page.
func (r *Room) mediaPlug() ([]plug.Verb, []web.Route) {
	f := r.face
	return []plug.Verb{
			plug.Of("evidence.describe", "evidence.edit", r.Describe),
			plug.Of("evidence.caption", "evidence.edit", r.Caption),
			plug.Of("evidence.add-media", "evidence.edit", r.AddMedia),
			plug.Of("evidence.drop-media", "evidence.edit", r.DropMedia),
		}, []web.Route{
			{Pattern: "GET /evidence/{project}/file/{id}", Permission: "evidence.see", Handle: f.file},
			{Pattern: "GET /evidence/{project}/file/{id}/captions", Permission: "evidence.see", Handle: f.captions},
			{Pattern: "GET /evidence/{project}/file/{id}/describe", Permission: "evidence.edit", Handle: f.describeForm},
			{Pattern: "POST /evidence/{project}/file/{id}/describe", Permission: "evidence.edit", Handle: f.describe},
			{Pattern: "GET /evidence/{project}/file/{id}/caption", Permission: "evidence.edit", Handle: f.captionForm},
			{Pattern: "POST /evidence/{project}/file/{id}/caption", Permission: "evidence.edit", Handle: f.caption, MaxBytes: 4 * MaxCaptions},
			{Pattern: "GET /evidence/{project}/file/{id}/drop", Permission: "evidence.edit", Handle: f.dropForm},
			{Pattern: "POST /evidence/{project}/file/{id}/drop", Permission: "evidence.edit", Handle: f.drop},
			{Pattern: "GET /evidence/{project}/said/{id}/type", Permission: "evidence.edit", Handle: f.typeForm},
			{Pattern: "POST /evidence/{project}/said/{id}/type", Permission: "evidence.edit", Handle: f.typeWords},
			{Pattern: "GET /evidence/{project}/said/{id}/add", Permission: "evidence.edit", Handle: f.addForm},
			{Pattern: "POST /evidence/{project}/said/{id}/add", Permission: "evidence.edit", Handle: f.addFiles, MaxBytes: maxCapture},
			{Pattern: "GET /evidence/{project}/record", Permission: "evidence.give", Handle: f.recordForm},
			{Pattern: "POST /evidence/{project}/record", Permission: "evidence.give", Handle: f.record, MaxBytes: maxCapture},
		}
}
