package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"plait/internal/kit/fault"
)

func TestTheLogSpeaksInWords(t *testing.T) {
	var b bytes.Buffer
	log := spoken(slog.New(slog.NewTextHandler(&b, nil))).With("job", "keeper.chain")
	full := fault.New(fault.Busy, "house.db_full").Because(errors.New("disk I/O error"))
	log.Error("tick failed", "say", full.Say)
	log.Error("fault", "cause", fmt.Errorf("batch: %w", full), "route", "GET /project")
	log.Error("fault", "cause", fault.New(fault.Missing, "house.no_installation", "Dir", "/home/ann"))
	got := b.String()
	for _, want := range []string{"There is no room to save.", "batch: busy: There is no room", "disk I/O error", "job=keeper.chain", "GET /project"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
	// A value is left out of its words: it could be anybody's.
	if strings.Contains(got, "house.") || strings.Contains(got, "/home/ann") || !strings.Contains(got, "…") {
		t.Error(got)
	}
}
