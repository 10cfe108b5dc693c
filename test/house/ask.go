package house

import (
	"context"
	"encoding/json"
	"strings"

	"plait/internal/spine/ref"
)

// Ask runs a verb with its In as JSON and gives its Out as JSON says it: for the tests of
// one room that need records of another, whose types they may not name.
func (h *House) Ask(ctx context.Context, verb, in string) map[string]any {
	h.T.Helper()
	text, err := json.Marshal(h.Do(ctx, verb, h.In(verb, in)))
	if err != nil {
		h.T.Fatal(err)
	}
	out := map[string]any{}
	if err := json.Unmarshal(text, &out); err != nil {
		h.T.Fatal(err)
	}
	return out
}

// AskRef is Ask of a verb that gives the ref of what it made.
func (h *House) AskRef(ctx context.Context, verb, in string) ref.Ref {
	h.T.Helper()
	text, _ := h.Ask(ctx, verb, in)["ref"].(string)
	at, err := ref.Parse(text)
	if err != nil {
		h.T.Fatalf("%s gave no ref: %v", verb, err)
	}
	return at
}

// In is a verb's In, read from JSON.
func (h *House) In(verb, in string) any {
	h.T.Helper()
	v, ok := h.Verbs[verb]
	if !ok {
		h.T.Fatalf("there is no verb %s", verb)
	}
	value, err := v.Decode(json.NewDecoder(strings.NewReader(in)))
	if err != nil {
		h.T.Fatalf("%s: %v in %s", verb, err, in)
	}
	return value
}
