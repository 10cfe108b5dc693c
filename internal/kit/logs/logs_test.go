package logs_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/logs"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		`strconv.ParseInt: parsing "Maria Jones": invalid syntax`:                                          `strconv.ParseInt: parsing “…”: invalid syntax`,
		`ERROR: invalid input syntax for type bigint: "my mum \"fell\" again" (SQLSTATE 22P02)`:            `ERROR: invalid input syntax for type bigint: “…” (SQLSTATE 22P02)`,
		`duplicate key value violates unique constraint "people_person_pkey"`:                              `duplicate key value violates unique constraint "people_person_pkey"`,
		`550 no such user maria.jones@example.org here`:                                                    `550 no such user …@… here`,
		`Get "https://plait.example.org/account/enter/abc": EOF`:                                           `Get “…”: EOF`,
		`dial postgres://plait:opensesame@db.example.org/plait: refused`:                                   `dial postgres://… refused`,
		`read tcp 127.0.0.1:8080->81.2.69.142:5555: i/o timeout`:                                           `read tcp 127.0.0.1:8080->…: i/o timeout`,
		`http: TLS handshake error from [2001:db8::1]:5555: EOF`:                                           `http: TLS handshake error from …: EOF`,
		`http: panic serving 81.2.69.142:5555: Maria fell` + "\ngoroutine 7 [running]:":                    "http: panic serving …:5555: …\ngoroutine 7 [running]:",
		`token kJ8s0Pq2Vw4xY6zA8bC0dE2fG4hI6jK8 is over`:                                                   `token … is over`,
		`key AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA1=`:                                                 `key …`,
		`record 0198a6b2-0000-7000-8000-000000000001 is not there`:                                         `record 0198a6b2-0000-7000-8000-000000000001 is not there`,
		`attempt to write a readonly database (8) in insert into people_person (programme, id) values ($1`: `attempt to write a readonly database (8) in insert into people_person (programme, id) values ($1`,
		`open plait-data/plait.db: permission denied`:                                                      `open plait-data/plait.db: permission denied`,
		`internal/room/evidence.(*Room).Give(0xc000123456)`:                                                `internal/room/evidence.(*Room).Give(0xc000123456)`,
	} {
		got := logs.Clean(in)
		if strings.HasPrefix(in, "http: panic") || strings.HasPrefix(in, "dial postgres") {
			// Only that nothing personal is left: how much of the rest stays is no promise.
			for _, bad := range []string{"Maria", "81.2.69.142", "opensesame"} {
				if strings.Contains(got, bad) {
					t.Errorf("%q keeps %q", got, bad)
				}
			}
			continue
		}
		if got != want {
			t.Errorf("%q\n got %q\nwant %q", in, got, want)
		}
	}
	if got := logs.Clean(strings.Repeat("a ", 8<<10)); len(got) > 9<<10 {
		t.Error("a text has no end")
	}
}

type lines struct{ bytes.Buffer }

func (l *lines) all(t *testing.T) (out []map[string]any) {
	t.Helper()
	for line := range strings.Lines(l.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, m)
	}
	return out
}

func TestEveryWayInIsCleaned(t *testing.T) {
	var l lines
	log := logs.New(&l, slog.LevelDebug, nil)
	bad := errors.New(`cannot read "Maria Jones"`)
	log.Error("it is maria@example.org", "cause", bad)
	log.With("err", bad).WithGroup("g").Warn("x", slog.Group("in", "who", "maria@example.org", "any", struct{ Name string }{`"Maria"`}), "n", 7)
	log.Debug("x", "cause", fmt.Errorf("%w: %q", bad, "Maria"))
	slog.NewLogLogger(log.Handler(), slog.LevelWarn).Printf("http: TLS handshake error from %s: %q", "81.2.69.142:5", "Maria")
	if got := l.String(); strings.Contains(strings.ToLower(got), "maria") || strings.Contains(got, "81.2") {
		t.Error(got)
	}
	if got := l.all(t); len(got) != 4 || got[1]["g"].(map[string]any)["n"] != 7.0 {
		t.Errorf("%v", got)
	}
	if log.Enabled(t.Context(), slog.LevelDebug-1) {
		t.Error("the level does not hold")
	}
}

func TestRepeatedErrorsAreNoFlood(t *testing.T) {
	var l lines
	now := time.Unix(1000, 0)
	log := logs.New(&l, slog.LevelInfo, func() time.Time { return now })
	for i := range 1000 {
		log.Error("fault", "route", "GET /a", "ref", fmt.Sprint(i), "cause", "away")
		log.Error("fault", "route", "GET /b", "ref", fmt.Sprint(i), "cause", "away")
		log.Info("request", "route", "GET /a", "ref", fmt.Sprint(i))
	}
	faults, requests := 0, 0
	for _, m := range l.all(t) {
		switch m["msg"] {
		case "fault":
			faults++
		case "request":
			requests++
		}
	}
	if faults != 2*logs.Few || requests != 1000 {
		t.Errorf("%d faults, %d requests", faults, requests)
	}
	l.Reset()
	now = now.Add(logs.Window)
	log.Error("fault", "route", "GET /a", "cause", "away")
	got := l.all(t)
	if len(got) != 3 || got[2]["msg"] != "fault" {
		t.Fatalf("%v", got)
	}
	for _, m := range got[:2] {
		if m["msg"] != "repeated" || m["what"] != "fault" || m["left_out"] != 1000.0-logs.Few || m["cause"] != "away" || m["level"] != "ERROR" {
			t.Errorf("%v", m)
		}
	}
}

func FuzzClean(f *testing.F) {
	f.Add(`a "b" c@d`)
	f.Fuzz(func(t *testing.T, s string) {
		hidden := "maria.jones@example.org"
		if strings.Contains(logs.Clean(s+" "+hidden+" "), hidden) {
			t.Errorf("%q keeps an address", s)
		}
	})
}
