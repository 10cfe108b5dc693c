package web

import (
	"encoding/json"
	"net/http"

	"plait/internal/kit/fault"
)

// FaultJSON is a fault as the API and the command line's --json show it.
type FaultJSON struct {
	Kind   string            `json:"kind"`
	Say    string            `json:"say"`
	Do     string            `json:"do,omitempty"`
	Fields map[string]string `json:"fields,omitempty"`
	Ref    string            `json:"ref,omitempty"`
}

// AsJSON translates a fault for a program to read.
func (f *Face) AsJSON(lang string, ft *fault.Fault) FaultJSON {
	out := FaultJSON{Kind: string(ft.Kind), Say: f.Words.T(lang, ft.Say, ft.Args...)}
	if ft.Do != "" {
		out.Do = f.Words.T(lang, ft.Do, ft.Args...)
	}
	for _, x := range ft.Fields {
		if out.Fields == nil {
			out.Fields = map[string]string{}
		}
		out.Fields[x.Name] = f.Words.T(lang, x.Say, x.Args...)
	}
	return out
}

func (f *Face) faultJSON(w http.ResponseWriter, r *http.Request, ft *fault.Fault) {
	out := f.AsJSON("en", ft)
	out.Ref = RequestID(r.Context())
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(ft.Kind.Status())
	_ = json.NewEncoder(w).Encode(out) // the connection is gone if this fails: nobody is left to tell
}
