package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"time"
)

// rawKey is a message key that should have been words: house.db_full.
var rawKey = regexp.MustCompile(`\b(house|blob|seal|config|mail|account|evidence|finding|keeper|people|project|output|paper|photo|media|document|card|consent)\.[a-z]+_[a-z_]+\b`)

// logged is how long the log is.
func (h *house) logged() int64 {
	info, err := os.Stat(h.log())
	if err != nil {
		return 0
	}
	return info.Size()
}

// since is the lines of the log from a place on.
func (h *house) since(from int64) []string {
	b, err := os.ReadFile(h.log())
	if err != nil || int64(len(b)) < from {
		return nil
	}
	return strings.Split(strings.TrimSpace(string(b[from:])), "\n")
}

// mostLines is how many lines a second, besides one for each request and its fault, a log
// may grow by while something is wrong.
const mostLines = 2

// quiet counts what the log said of its own accord, and looks for keys in place of words.
func (h *house) quiet(from int64, during time.Duration, out *result) {
	own := 0
	kinds := map[string]int{}
	for _, line := range h.since(from) {
		var x struct{ Msg, Say, Cause string }
		if json.Unmarshal([]byte(line), &x) != nil {
			if line != "" {
				kinds["not JSON: "+line[:min(80, len(line))]]++
			}
			continue
		}
		if rawKey.MatchString(strings.ReplaceAll(line, `"job":"`, "")) && (rawKey.MatchString(x.Say) || rawKey.MatchString(x.Cause) || rawKey.MatchString(x.Msg) || strings.Contains(line, `"error":`)) {
			out.unclear("a key in the log: %.300s", line)
		}
		if x.Msg != "request" && x.Msg != "fault" {
			own++
			kinds[x.Msg]++
		}
	}
	out.see("log_lines_own", own)
	if float64(own) > mostLines*during.Seconds() {
		out.unclear("the log grew by %d lines of its own in %.0f s: %v", own, during.Seconds(), kinds)
	}
}
