package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// shownPlug is what the room offers for what was shown without words, and what was read back.
func (r *Room) shownPlug() ([]plug.Verb, []web.Route) {
	return nil, nil
}
