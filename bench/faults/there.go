package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
)

// there reads everything of a project that can be seen, with the bytes of its files. sums
// keeps what was read of a file before, when it is not to be read again; nil reads all.
func (c *client) there(ctx context.Context, project string, sums map[string]string) (out []thing, err error) {
	for after := ""; ; {
		var page struct {
			Contributions []struct {
				Words string
				Media []struct{ ID string }
			}
			Next string
		}
		if err := c.verb(ctx, "evidence.list", "", map[string]any{"project": project, "limit": 500, "after": after}).into(&page); err != nil {
			return nil, fmt.Errorf("reading what was said: %w", err)
		}
		for _, x := range page.Contributions {
			token, _, _ := strings.Cut(x.Words, " ")
			t := thing{token: token, words: x.Words}
			for _, m := range x.Media {
				sum, ok := sums[m.ID]
				if !ok {
					bytes, a := c.file(ctx, project, m.ID)
					if a.status == 0 || a.status == http.StatusServiceUnavailable {
						return nil, fmt.Errorf("reading a file: %w", a.trouble())
					}
					if sum = hex.EncodeToString(bytes[:]); a.status != http.StatusOK {
						sum = fmt.Sprintf("unreadable: %d", a.status)
					} else if sums != nil {
						sums[m.ID] = sum
					}
				}
				t.files = append(t.files, sum)
			}
			out = append(out, t)
		}
		if after = page.Next; after == "" {
			break
		}
	}
	for after := ""; ; {
		var page struct {
			Findings []struct{ Statement, State string }
			Next     string
		}
		if err := c.verb(ctx, "finding.list", "", map[string]any{"project": project, "limit": 200, "after": after}).into(&page); err != nil {
			return nil, fmt.Errorf("reading findings: %w", err)
		}
		for _, x := range page.Findings {
			token, _, _ := strings.Cut(x.Statement, " ")
			out = append(out, thing{token: token, words: x.Statement, state: x.State})
		}
		if after = page.Next; after == "" {
			return out, nil
		}
	}
}

// project starts a project and gives its id.
func (c *client) project(ctx context.Context, title string) (string, error) {
	var out struct{ Ref string }
	if err := c.verb(ctx, "project.start", "start-"+title, map[string]any{"title": title}).into(&out); err != nil {
		return "", err
	}
	return strings.TrimPrefix(out.Ref, "project:"), nil
}

// check runs keeper check and counts what it found into the result.
func (h *house) check(ctx context.Context, out *result) error {
	s, err := h.try(ctx, "keeper", "check", "--json")
	if err != nil {
		return err
	}
	if s.code != 0 {
		out.Torn++
		out.note("keeper check ended with %d: %.600s%.300s", s.code, s.out, s.err)
	}
	return nil
}

// add takes a verdict into a result.
func (r *result) add(v verdict) {
	r.Lost, r.Torn, r.Twice = r.Lost+v.lost, r.Torn+v.torn, r.Twice+v.twice
	for _, n := range v.notes {
		r.note("%s", n)
	}
}
