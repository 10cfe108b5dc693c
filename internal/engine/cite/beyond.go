package cite

import (
	"encoding/json"
	"reflect"
	"slices"
	"sort"
	"strings"
)

// beyond is the RIS tag, in no list of RIS tags, in which WriteRIS keeps what
// RIS has no place for: a JSON object of Record's fields. In CSL-JSON the same
// object stands in the property "custom" under beyondKey.
const (
	beyond    = "X0"
	beyondKey = "plait"
)

// extras gives what a record's Tags say and none of its fields holds, named by
// format and tag: "nbib:GR". It goes with a record into other formats.
func (r *Record) extras() []Field {
	var out []Field
	for i := range r.Tags {
		t := &r.Tags[i]
		if t.Value == "" || r.holds(t.Name) {
			continue
		}
		out = append(out, Field{string(r.Format) + ":" + t.Name, t.Value})
	}
	return out
}

// holds reports whether what a tag says stands in a field of the record.
func (r *Record) holds(tag string) bool {
	switch r.Format {
	case RIS:
		return r.holdsRIS(tag)
	case NBIB:
		return oneOf(tag, "PMID TI BTI CTI TT VTI DP DEP JT TA VI IP PG AB LID PMC IS ISBN MH OT KW PT PB PL CY EN GN FAU AU CN FED FIR AD") ||
			tag == "LA" && r.Language != "" || tag == "AID" && r.DOI != ""
	case WebOfScience:
		return oneOf(tag, "PT DT AU AF BA BF BE ED GP CA TI SO SE J9 JI LA DE ID AB C1 PU PI SN EI BN PY PD VL IS BP EP AR DI PM UT CT CY CL")
	case EndNoteTagged, EndNoteXML:
		return endnoteHolds(tag)
	case BibTeX, BibTXT:
		return bibHolds(r, tag)
	case CSLJSON:
		return cslHolds(tag)
	case CSV, TSV:
		return sheetHolds(r, tag)
	}
	return false
}

func (r *Record) holdsRIS(tag string) bool {
	switch tag {
	case "DO":
		return r.DOI != ""
	case "LA":
		return r.Language != ""
	case "PY", "Y1", "DA":
		return r.Year != 0
	case "Y2":
		return r.Accessed != ""
	case "SN":
		return len(r.ISSN)+len(r.ISBN) > 0
	}
	return oneOf(tag, "TY ER ID ST TT TI T1 CT BT T2 T3 JF JO JA J1 J2 JI J9 AU A1 A2 ED A3 A4 TA VL VO IS CP SP EP ET PB PU CY PP PI AB N2 UR L1 L2 L4 N1 RN KW AD DB AN "+beyond)
}

// oneOf reports whether a word stands in a list of words.
func oneOf(word, list string) bool {
	if word == "" {
		return false
	}
	for at := 0; ; {
		i := strings.Index(list[at:], word)
		if i < 0 {
			return false
		}
		i += at
		end := i + len(word)
		if (i == 0 || list[i-1] == ' ') && (end == len(list) || list[end] == ' ') {
			return true
		}
		at = i + 1
	}
}

// whole gives a record that says all in its fields: what its tags alone say is
// in More, sorted, each once.
func whole(r *Record) Record {
	w := *r
	w.More = append(slices.Clone(r.More), r.extras()...)
	sort.SliceStable(w.More, func(i, j int) bool { return w.More[i].Name < w.More[j].Name })
	w.More = slices.Compact(w.More)
	w.Tags = nil
	return w
}

// missing gives, as one line of JSON, the fields of want that got does not
// have; "" when there are none.
func missing(want, got *Record) string {
	out := map[string]json.RawMessage{}
	w, g := reflect.ValueOf(want).Elem(), reflect.ValueOf(got).Elem()
	for i := range w.NumField() {
		name := w.Type().Field(i).Tag.Get("json")
		if name == "-" || same(w.Field(i), g.Field(i)) {
			continue
		}
		b, err := json.Marshal(w.Field(i).Interface())
		if err == nil { // texts, numbers and lists of them cannot fail
			out[name] = b
		}
	}
	if len(out) == 0 {
		return ""
	}
	b, err := json.Marshal(out)
	if err != nil {
		return ""
	}
	return string(b)
}

func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Slice && a.Len() == 0 && b.Len() == 0 {
		return true
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// applyBeyond sets the fields that missing gave. What is not a field, or not
// of its kind, is left out: the tag itself stays in Tags.
func applyBeyond(r *Record, v string) {
	var in map[string]json.RawMessage
	if strings.Contains(v, `\u0000`) || json.Unmarshal([]byte(v), &in) != nil {
		return
	}
	was := *r
	to := reflect.ValueOf(r).Elem()
	for i := range to.NumField() {
		name := to.Type().Field(i).Tag.Get("json")
		if b, ok := in[name]; ok && name != "-" {
			fresh := reflect.New(to.Field(i).Type())
			if json.Unmarshal(b, fresh.Interface()) == nil {
				to.Field(i).Set(fresh.Elem())
			}
		}
	}
	if r.Type == "" {
		r.Type = was.Type
	}
	if r.Date != was.Date || r.Year != was.Year {
		if d := parseDate(r.Date); d.String() != r.Date || d.year != r.Year {
			r.Date, r.Year = was.Date, was.Year
		}
	}
	if d := parseDate(r.Accessed); d.String() != r.Accessed {
		r.Accessed = was.Accessed
	}
}

// asItStood reports whether a record still says what its tags say, so that it
// can be written by them; again makes the record from the tags anew.
func asItStood(r *Record, again func(*Record)) bool {
	if len(r.Tags) == 0 {
		return false
	}
	fresh := Record{Format: r.Format, Line: r.Line, Tags: r.Tags}
	again(&fresh)
	return missing(r, &fresh) == ""
}

// more adds a field that has no place of its own in a record.
func (r *Record) more(name, value string) {
	if value = strings.TrimSpace(value); value != "" {
		r.More = append(r.More, Field{name, value})
	}
}

// Extra gives the first value of that name in More, or "".
func (r *Record) Extra(name string) string {
	for _, f := range r.More {
		if f.Name == name {
			return f.Value
		}
	}
	return ""
}
