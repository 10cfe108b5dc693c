package keeper

import (
	"encoding/binary"
	"encoding/json"
	"slices"
	"strings"

	"plait/internal/kit/db"
)

// leastWords is how long a text must be, in bytes, to be looked for after an erasure:
// shorter ones ("I agree") are everybody's.
const leastWords = 20

// needles is many texts that are looked for at once: those that begin with the same four
// bytes share a place, and a table of bits says at once that most places hold none.
// Looking costs one step for each byte, however many texts there are.
type needles struct {
	bits [1 << 16]bool
	by   map[uint32][]string
}

func newNeedles() *needles { return &needles{by: map[uint32][]string{}} }

// four is the first four bytes of s, which has as many.
func four(s string) uint32 { return binary.LittleEndian.Uint32([]byte(s[:4])) }

func slot(w uint32) uint32 { return (w * 2654435761) >> 16 }

// add takes a text as it stands and as JSON writes it.
func (n *needles) add(s string) {
	s = strings.TrimSpace(s)
	if len(s) < leastWords || !strings.Contains(s, " ") { // an id is not words
		return
	}
	forms := []string{s}
	if raw, err := json.Marshal(s); err == nil && string(raw[1:len(raw)-1]) != s {
		forms = append(forms, string(raw[1:len(raw)-1]))
	}
	for _, f := range forms {
		w := four(f)
		if !slices.Contains(n.by[w], f) {
			n.by[w] = append(n.by[w], f)
			n.bits[slot(w)] = true
		}
	}
}

// addAll takes every text of a JSON value.
func (n *needles) addAll(v any) {
	switch x := v.(type) {
	case string:
		n.add(x)
	case []any:
		for _, y := range x {
			n.addAll(y)
		}
	case map[string]any:
		for _, y := range x {
			n.addAll(y)
		}
	}
}

// dropAll takes out every text of a JSON value that stands there as a whole: what others
// say just so too, such as a role, tells of nobody.
func (n *needles) dropAll(v any) {
	switch x := v.(type) {
	case string:
		s := strings.TrimSpace(x)
		if len(s) < leastWords {
			return
		}
		raw, err := json.Marshal(s)
		if err != nil {
			return
		}
		for _, f := range []string{s, string(raw[1 : len(raw)-1])} {
			n.by[four(f)] = slices.DeleteFunc(n.by[four(f)], func(y string) bool { return y == f })
		}
	case []any:
		for _, y := range x {
			n.dropAll(y)
		}
	case map[string]any:
		for _, y := range x {
			n.dropAll(y)
		}
	}
}

// in says whether one of the texts stands in s.
func (n *needles) in(s string) bool {
	if len(s) < leastWords {
		return false
	}
	for i := 0; i+4 <= len(s); i++ {
		w := uint32(s[i]) | uint32(s[i+1])<<8 | uint32(s[i+2])<<16 | uint32(s[i+3])<<24
		if !n.bits[slot(w)] {
			continue
		}
		for _, x := range n.by[w] {
			if strings.HasPrefix(s[i:], x) {
				return true
			}
		}
	}
	return false
}

// tables names the tables in which one of the texts stands, in the order of the tables.
func (n *needles) tables(tx *db.Tx) ([]string, error) {
	out := []string{}
	if len(n.by) == 0 {
		return out, nil
	}
	all, err := copied(tx)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		found := false
		if err := t.Rows(tx, db.Part{}, func(row []any) error {
			for _, v := range row {
				if s, ok := v.(string); ok && !found {
					found = n.in(s)
				}
			}
			return nil
		}); err != nil {
			return nil, err
		}
		if found {
			out = append(out, t.Name)
		}
	}
	return out, nil
}
