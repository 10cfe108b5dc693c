package evidence

import (
	"plait/internal/kit/web"
	"plait/internal/spine/plug"
)

// capturePlug is what the room offers for the form that works without a signal.
func (r *Room) capturePlug() ([]plug.Verb, []web.Route) {
	f := r.face
	return nil, []web.Route{
		{Pattern: "GET /evidence/{project}/capture", Permission: "evidence.give", Handle: f.captureForm},
		{Pattern: "POST /evidence/{project}/capture", Permission: "evidence.give", Handle: f.capture, MaxBytes: maxCapture},
		{Pattern: "GET /evidence/{project}/capture/waiting", Permission: "evidence.give", Handle: f.captureWaiting},
		{Pattern: "GET /evidence/capture/ready", Permission: web.Public, Handle: f.captureReady},
	}
}
