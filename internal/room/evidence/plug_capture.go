package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// capturePlug is what the room offers for the form that works without a signal.
func (r *Room) capturePlug() ([]plug.Verb, []web.Route) {
	return nil, nil
}
