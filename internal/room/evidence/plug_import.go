package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// importPlug is what the room offers for bringing files in and undoing a batch: verbs
// that run their own short transactions, so that nobody waits for a long import.
func (r *Room) importPlug() ([]plug.Verb, []web.Route) {
	verbs := []plug.Verb{
		plug.Of("evidence.stage", "evidence.give", r.Stage),
		plug.Of("evidence.bring", "evidence.give", r.Bring),
		plug.Of("evidence.undo", "evidence.undo", r.Undo),
		plug.Of("evidence.columns", "evidence.give", r.Columns),
		plug.Of("evidence.part", "evidence.give", r.Part),
	}
	for i := range verbs {
		verbs[i].Batch = true
	}
	verbs = append(verbs,
		plug.Of("evidence.shared", "evidence.give", r.Shared),
		plug.Read("evidence.look", "evidence.give", r.Look),
		plug.Read("evidence.imports", "evidence.give", r.Imports),
	)
	f := r.face
	return verbs, []web.Route{
		{Pattern: "GET /evidence/{project}/import", Permission: "evidence.give", Handle: f.importForm},
		{Pattern: "POST /evidence/{project}/import", Permission: "evidence.give", Handle: f.importFile, MaxBytes: MaxImport + (1 << 20)},
		{Pattern: "GET /evidence/{project}/import/{batch}", Permission: "evidence.give", Handle: f.importLook},
		{Pattern: "POST /evidence/{project}/import/{batch}/columns", Permission: "evidence.give", Handle: f.importColumns},
		{Pattern: "POST /evidence/{project}/import/{batch}/part", Permission: "evidence.give", Handle: f.importPart},
		{Pattern: "GET /evidence/{project}/import/{batch}/picture/{n}", Permission: "evidence.give", Handle: f.importPicture},
		{Pattern: "GET /evidence/{project}/import/{batch}/shared", Permission: "evidence.give", Handle: f.importSharedForm},
		{Pattern: "POST /evidence/{project}/import/{batch}/shared", Permission: "evidence.give", Handle: f.importShared},
		{Pattern: "GET /evidence/{project}/import/{batch}/check", Permission: "evidence.give", Handle: f.importCheck},
		{Pattern: "POST /evidence/{project}/import/{batch}/bring", Permission: "evidence.give", Handle: f.importBring},
	}
}
