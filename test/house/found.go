package house

import (
	"reflect"

	"plait/internal/spine/ref"
)

// found and start run the verbs by name, so that this package knows no room's types.
func (h *House) found(name string) string {
	h.T.Helper()
	return field(h.Do(h.Operator(h.T.Context(), ""), "programme.found", h.in("programme.found", map[string]string{"Name": name})), "Programme")
}

func (h *House) start(programme, title string) string {
	h.T.Helper()
	return field(h.Do(h.Operator(h.T.Context(), programme), "project.start", h.in("project.start", map[string]string{"Title": title, "Model": "demonstrator"})), "Ref")
}

// in makes a verb's In with some text fields set.
func (h *House) in(verb string, set map[string]string) any {
	h.T.Helper()
	v := reflect.New(h.Verbs[verb].In).Elem()
	for name, value := range set {
		v.FieldByName(name).SetString(value)
	}
	return v.Interface()
}

func field(out any, name string) string {
	return reflect.ValueOf(out).FieldByName(name).Interface().(ref.Ref).ID
}
