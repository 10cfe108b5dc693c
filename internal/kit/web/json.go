package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/page"
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

// Refused is a fault as the script of a page reads it.
type Refused struct {
	FaultJSON
	SignIn bool `json:"signin,omitempty"` // nobody is signed in: what was sent is to be kept
}

// WantsJSON says whether a page's script asks, which reads JSON where a form gets a page.
func WantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

// AnswerJSON answers a script. A body that cannot be written as JSON is an error, and then
// nothing was answered yet.
func AnswerJSON(w http.ResponseWriter, status int, body any) error {
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(body); err != nil {
		return fmt.Errorf("answer a script: %w", err)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

// Refused is what a script is told of err: in the language of its page, with the
// reference of the request.
func (f *Face) Refused(r *http.Request, err error) Refused {
	ft := fault.Of(err)
	out := Refused{f.AsJSON(page.ChromeFrom(r.Context()).Lang, ft), ft.Kind == fault.Signin}
	out.Ref = RequestID(r.Context())
	return out
}

// RefuseJSON answers a script that something went wrong. A handler returns what it gives:
// err itself where the fault is ours (Broken, Busy), so that its cause is logged.
func (f *Face) RefuseJSON(w http.ResponseWriter, r *http.Request, err error) error {
	return AnswerRefused(w, err, f.Refused(r, err))
}

// AnswerRefused is RefuseJSON for an answer that says more than Refused: body, which holds it.
func AnswerRefused(w http.ResponseWriter, err error, body any) error {
	ft := fault.Of(err)
	retryAfter(w, ft)
	e := AnswerJSON(w, ft.Kind.Status(), body)
	if ft.Kind == fault.Broken || ft.Kind == fault.Busy {
		return errors.Join(err, e)
	}
	return e
}

// retryAfter says when to come again, where a fault knows it.
func retryAfter(w http.ResponseWriter, ft *fault.Fault) {
	if ft.Kind == fault.Limited && ft.Wait > 0 {
		w.Header().Set("Retry-After", fmt.Sprint(int(ft.Wait.Seconds())+1))
	}
}

func (f *Face) faultJSON(w http.ResponseWriter, r *http.Request, ft *fault.Fault) {
	out := f.AsJSON("en", ft)
	out.Ref = RequestID(r.Context())
	_ = AnswerJSON(w, ft.Kind.Status(), out) // the connection is gone if this fails: nobody is left to tell
}
