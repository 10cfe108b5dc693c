package review

import (
	"encoding/json"
	"fmt"

	"plait/internal/engine/cite"
)

// Record is one reference in a review. Records have numbers from 1 in the order in which
// they came in.
type Record struct {
	N        int64  `json:"n"`
	Batch    string `json:"batch"`
	Lead     int64  `json:"lead"` // the record that stands for all copies of the work; N itself where it is the one
	Gone     bool   `json:"gone"` // its import was undone
	Title    string `json:"title"`
	Authors  string `json:"authors"` // "Family, Given; Family, Given"
	Year     int64  `json:"year"`    // 0 = unknown
	Journal  string `json:"journal"`
	DOI      string `json:"doi"`
	Abstract string `json:"abstract"`
	Plain    string `json:"plain"` // two plain sentences that the team wrote; "" = none yet
	// What was decided, once all who must have decided: Include, Exclude or "".
	TitleVerdict string `json:"title_verdict"`
	TitleReason  string `json:"title_reason"`
	FullVerdict  string `json:"full_verdict"`
	FullReason   string `json:"full_reason"`
	FullState    string `json:"full_state"` // FullWanted, FullGot, FullNotFound or ""
	FullFile     string `json:"full_file"`  // id of the file of the whole text; "" = none
	MadeAt       int64  `json:"made_at"`
}

// Where the whole text of a record stands.
const (
	FullWanted   = "wanted"
	FullGot      = "got"
	FullNotFound = "not_found"
)

// whole is a reference as it is stored: everything that its file said.
type whole struct {
	cite.Record
	Format cite.Format `json:"format"`
	Tags   []cite.Tag  `json:"tags"`
}

func pack(r *cite.Record) (string, error) {
	b, err := json.Marshal(whole{*r, r.Format, r.Tags})
	return string(b), err
}

func unpack(s string) (cite.Record, error) {
	var w whole
	if err := json.Unmarshal([]byte(s), &w); err != nil {
		return cite.Record{}, fmt.Errorf("a stored reference: %w", err)
	}
	w.Record.Format, w.Record.Tags = w.Format, w.Tags
	return w.Record, nil
}
