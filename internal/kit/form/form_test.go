package form

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/fault"
)

type shared struct {
	Role string `json:"role"`
}

type upper string

func (u *upper) UnmarshalText(b []byte) error { *u = upper(strings.ToUpper(string(b))); return nil }

type in struct {
	Words   string   `json:"words"`
	Strands []string `json:"strands"`
	Version int64    `json:"version"`
	Yes     bool     `json:"yes"`
	Ref     upper    `json:"ref"`
	secret  string
	shared
}

func TestFill(t *testing.T) {
	var got in
	err := Fill(url.Values{"words": {" tŷ\r\n twt "}, "strands": {"lived", "", "practice"}, "version": {"3"}, "yes": {"on"}, "ref": {"x"}, "role": {"carer"}, "secret": {"no"}, "other": {"no"}}, &got)
	if err != nil {
		t.Fatal(err)
	}
	want := in{Words: "tŷ\n twt", Strands: []string{"lived", "practice"}, Version: 3, Yes: true, Ref: "X"}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(in{}, shared{})); diff != "" && got.Role != "carer" {
		t.Error(diff)
	}
	if got.secret != "" {
		t.Error("a field without a name was filled")
	}
}

func TestBadValuesNameTheirField(t *testing.T) {
	for name, values := range map[string]url.Values{"words": {"words": {"a\x00b"}}, "version": {"version": {"three"}}} {
		var got in
		err := Fill(values, &got)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[0].Name != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestReadTakesBothKindsOfForm(t *testing.T) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	if err := m.WriteField("words", "hello"); err != nil {
		t.Fatal(err)
	}
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}
	multi := httptest.NewRequest(http.MethodPost, "/", &b)
	multi.Header.Set("Content-Type", m.FormDataContentType())
	plain := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("words=hello"))
	plain.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, r := range []*http.Request{multi, plain} {
		var got in
		if err := Read(r, &got); err != nil || got.Words != "hello" {
			t.Errorf("%q, %v", got.Words, err)
		}
	}
}

func TestTooMuchIsTooBig(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader("words="+strings.Repeat("a", 100)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Body = http.MaxBytesReader(httptest.NewRecorder(), r.Body, 50)
	if err := Read(r, &in{}); !fault.Is(err, fault.TooBig) {
		t.Error(err)
	}
}
