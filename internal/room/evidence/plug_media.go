package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// mediaPlug is what the room offers for files of a contribution: uploads, what they show, captions.
func (r *Room) mediaPlug() ([]plug.Verb, []web.Route) {
	return nil, nil
}
