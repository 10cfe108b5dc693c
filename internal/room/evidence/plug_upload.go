package evidence

import (
	"plait/internal/kit/blob"
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// uploadPlug is what the room offers for large files, which come in chunks and go on where
// they stopped.
func (r *Room) uploadPlug() ([]plug.Verb, []web.Route) {
	f := r.face
	return nil, []web.Route{
		{Pattern: "POST /evidence/{project}/upload", Permission: "evidence.give", Handle: f.asJSON(f.uploadBegin), MaxBytes: 64 << 10},
		{Pattern: "PUT /evidence/{project}/upload/{id}", Permission: "evidence.give", Handle: f.asJSON(f.uploadChunk), MaxBytes: blob.ChunkSize + 1},
		{Pattern: "POST /evidence/{project}/upload/{id}/whole", Permission: "evidence.give", Handle: f.asJSON(f.uploadWhole), MaxBytes: 64 << 10},
	}
}
