package evidence

import (
	"context"
	"io"
	"strings"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
)

// MaxUpload is the most bytes of one file that belongs to a contribution.
const MaxUpload = 2 << 30

// take takes a file in, whole, and keeps it until its contribution comes. The same key of
// the same actor gives the same upload again.
func (r *Room) take(ctx context.Context, project, name, key string, content io.Reader) (upload, error) {
	a, now := who.From(ctx), r.clock.Now()
	if key == "" {
		key = r.ids.New()
	}
	err := r.db.Read(ctx, func(tx *db.Tx) error { return who.Must(ctx, tx, "evidence.give", ref.Of(ref.Project, project)) })
	if err != nil {
		return upload{}, err
	}
	file, err := r.files.Take(ctx, a.Programme, name, content, MaxUpload)
	if err != nil {
		return upload{}, err
	}
	u := upload{ID: file.ID, Actor: a.Key(), Key: key, Project: project, Name: file.Name, Kind: kindOf(file.Media), Media: file.Media, Size: file.Size,
		State: uploadWhole, At: now}
	if u.Kind == "" {
		return upload{}, fault.New(fault.Invalid, "evidence.upload_kind").With("evidence.upload_kind_do")
	}
	return u, r.db.Write(ctx, func(tx *db.Tx) error { return insertUpload(tx, a.Programme, u) })
}

// kindOf is the kind of medium of a media type; "" for what is none.
func kindOf(media string) string {
	switch sort, _, _ := strings.Cut(media, "/"); sort {
	case "image":
		return Picture
	case "audio":
		return Sound
	case "video":
		return Video
	}
	return ""
}
