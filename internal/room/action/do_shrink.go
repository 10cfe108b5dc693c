package action

import (
	"context"
	"errors"

	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
)

// picture makes a picture safe to keep, when its turn comes. What is wrong with it is said
// at its field.
func (r *Room) picture(ctx context.Context, b []byte) (photo.Picture, error) {
	p, err := r.photos.Shrink(ctx, b)
	var f *fault.Fault
	if errors.As(err, &f) && (f.Kind == fault.Invalid || f.Kind == fault.TooBig) {
		return p, fault.Fielded("content", f.Say, f.Args...).With(f.Do).Because(f.Err)
	}
	return p, err
}
