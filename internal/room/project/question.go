package project

import (
	"strings"

	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/ref"
)

// Question is one version of what a project is trying to find out. All are kept.
type Question struct {
	Ref     ref.Ref `json:"ref"` // the same for every version
	Project string  `json:"project"`
	Text    string  `json:"text"`
	Why     string  `json:"why"` // why it changed; "" for the first
	By      string  `json:"by"`  // actor as the trail names it
	At      int64   `json:"at"`
	Version int64   `json:"version"` // from 1
}

// Check says what is wrong with a version of a question, by field. Every one but the
// first needs a reason.
func (q Question) Check() error {
	var c fault.Check
	c.Need(strings.TrimSpace(q.Text) != "", "text", "project.need_question")
	c.Need(len(q.Text) <= MaxText, "text", "house.too_long")
	c.Need(q.Version <= 1 || strings.TrimSpace(q.Why) != "", "why", "project.need_why")
	c.Need(len(q.Why) <= MaxWhy, "why", "house.too_long")
	return c.Err()
}

func (q Question) record(programme string) ref.Record {
	return ref.Record{Programme: programme, ID: q.Ref.ID, Kind: KindQuestion, Project: q.Project, Title: text.Excerpt(q.Text, 90),
		Until: ref.NoEnd, Version: q.Version, ChangedAt: q.At}
}
