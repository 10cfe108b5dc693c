package evidence

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"

	"plait/internal/kit/blob"
	"plait/internal/kit/fault"
	"plait/internal/kit/form"
	"plait/internal/kit/web"
)

// refusedUpload is a fault as the script that sends a file reads it.
type refusedUpload struct {
	web.Refused
	At *int64 `json:"at,omitempty"` // where the file stands, with a conflict
}

// asJSON answers with JSON, whatever becomes of the request.
func (f *face) asJSON(do func(r *http.Request) (status int, out any, err error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		status, out, err := do(r)
		if err == nil {
			return web.AnswerJSON(w, status, out)
		}
		body := refusedUpload{Refused: f.Refused(r, err)}
		if at, ok := out.(int64); ok && fault.Is(err, fault.Conflict) {
			body.At = &at
		}
		return web.AnswerRefused(w, err, body)
	}
}

func (f *face) uploadBegin(r *http.Request) (int, any, error) {
	if err := form.Parse(r); err != nil {
		return 0, nil, err
	}
	in := UploadIn{Project: r.PathValue("project"), Key: r.FormValue("key"), Name: r.FormValue("name")}
	in.Size, _ = strconv.ParseInt(r.FormValue("size"), 10, 64) // 0 is refused
	out, fresh, err := f.room.BeginUpload(r.Context(), in)
	if fresh {
		return http.StatusCreated, out, err
	}
	return http.StatusOK, out, err
}

func (f *face) uploadChunk(r *http.Request) (int, any, error) {
	at, err := strconv.ParseInt(r.URL.Query().Get("at"), 10, 64)
	if err != nil {
		at = -1 // no place: the answer tells where it stands
	}
	// What is held grows with what comes: a thousand who send nothing take no room.
	chunk, err := io.ReadAll(io.LimitReader(r.Body, blob.ChunkSize+1))
	var big *http.MaxBytesError
	if errors.As(err, &big) || len(chunk) > blob.ChunkSize {
		return 0, nil, fault.New(fault.TooBig, "house.too_big").With("house.too_big_do").Because(err)
	}
	if err != nil {
		// The line was cut: nobody is there to read the answer.
		return 0, nil, fault.New(fault.Invalid, "house.bad_form").With("house.bad_form_do").Because(fmt.Errorf("a chunk that ended early: %w", err))
	}
	now, err := f.room.PutChunk(r.Context(), r.PathValue("project"), r.PathValue("id"), at, chunk)
	if err != nil {
		return 0, now, err
	}
	return http.StatusOK, map[string]int64{"at": now}, nil
}

func (f *face) uploadWhole(r *http.Request) (int, any, error) {
	out, err := f.room.WholeUpload(r.Context(), r.PathValue("project"), r.PathValue("id"))
	var ft *fault.Fault
	if errors.As(err, &ft) && ft.Kind == fault.Conflict && len(ft.Args) == 2 {
		if at, ok := ft.Args[1].(int64); ok {
			return 0, at, err
		}
	}
	return http.StatusOK, out, err
}
