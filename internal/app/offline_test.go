package app

import (
	"testing"

	"plait/internal/kit/web"
)

// Browsers let a page keep work over https and on this machine alone.
func TestKeepsWork(t *testing.T) {
	for _, c := range []struct {
		base   string
		secure bool
		want   bool
	}{
		{"https://plait.example.org", true, true},
		{"http://127.0.0.1:8080", false, true},
		{"http://localhost:8080", false, true},
		{"http://[::1]:8080", false, true},
		{"http://192.168.1.20:8080", false, false},
		{"http://plait.example.org", false, false},
		{"http://127.0.0.1.example.org", false, false},
		{"://", false, false},
	} {
		h := &House{base: c.base, Face: &web.Face{Secure: c.secure}}
		if got := h.keepsWork(); got != c.want {
			t.Errorf("%s: %v, want %v", c.base, got, c.want)
		}
	}
}
