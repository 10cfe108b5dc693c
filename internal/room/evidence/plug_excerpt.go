package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// excerptPlug is what the room offers for marks in words, on pages and pictures, and in sound.
func (r *Room) excerptPlug() ([]plug.Verb, []web.Route) {
	return nil, nil
}
