package cite

import (
	"strings"
)

// Other tools for screening keep their decisions in notes: ASReview writes
// ASReview_relevant, ASReview_irrelevant or ASReview_not_seen; Rayyan writes
// RAYYAN-INCLUSION: {"Ann"=>"Included"} | RAYYAN-EXCLUSION-REASONS: wrong age.
const (
	asreviewMark = "ASReview_"
	rayyanMark   = "RAYYAN-"
)

func speaksOfDecision(v string) bool {
	return strings.Contains(v, asreviewMark) || strings.Contains(v, rayyanMark)
}

// decideByNotes fills a record's decision from its notes, which stay as they
// are.
func decideByNotes(rec *Record) {
	for _, n := range rec.Notes {
		switch {
		case strings.Contains(n, asreviewMark+"irrelevant"):
			rec.Votes = append(rec.Votes, Vote{Decision: Exclude})
		case strings.Contains(n, asreviewMark+"relevant"):
			rec.Votes = append(rec.Votes, Vote{Decision: Include})
		}
		if strings.Contains(n, rayyanMark) {
			rec.Votes = append(rec.Votes, rayyanVotes(n)...)
		}
	}
	settleVotes(rec)
}

// settleVotes sets the one decision that all votes agree on, who made it, and
// why. A single vote with nothing but a decision needs no list.
func settleVotes(rec *Record) {
	if len(rec.Votes) == 0 {
		return
	}
	agreed, seen := true, false
	decision := ""
	var who, why []string
	for _, v := range rec.Votes {
		if v.Decision != "" {
			agreed = agreed && (!seen || v.Decision == decision)
			decision, seen = v.Decision, true
		}
		if v.Reviewer != "" && !has(who, v.Reviewer) {
			who = append(who, v.Reviewer)
		}
		if v.Reason != "" && !has(why, v.Reason) {
			why = append(why, v.Reason)
		}
	}
	if agreed {
		first(&rec.Decision, decision)
	}
	first(&rec.Reviewer, strings.Join(who, "; "))
	first(&rec.Reason, strings.Join(why, "; "))
	if len(rec.Votes) == 1 {
		rec.Votes = nil
	}
}

// rayyanVotes reads the parts of a Rayyan note, divided by " | ".
func rayyanVotes(n string) []Vote {
	var out []Vote
	reason := ""
	for _, part := range strings.Split(n, "|") {
		name, v, ok := strings.Cut(part, ":")
		if !ok {
			continue
		}
		switch name, v = strings.TrimSpace(name), strings.TrimSpace(v); {
		case strings.HasSuffix(name, rayyanMark+"INCLUSION"):
			v = strings.TrimSuffix(strings.TrimPrefix(v, "{"), "}")
			for v != "" {
				who, after := quotedPart(v)
				said, rest := quotedPart(after)
				if who == "" && said == "" {
					break
				}
				out = append(out, Vote{Reviewer: who, Decision: decision(said)})
				v = rest
			}
		case strings.HasSuffix(name, rayyanMark+"EXCLUSION-REASONS"):
			reason = strings.Join(strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == '\n' }), ", ")
			reason = strings.Join(strings.Fields(reason), " ")
		}
	}
	if reason != "" {
		if len(out) == 0 {
			return []Vote{{Reason: reason}}
		}
		for i := range out {
			if out[i].Decision == Exclude {
				out[i].Reason = reason
				return out
			}
		}
		out[0].Reason = reason
	}
	return out
}

// quotedPart gives what stands between the first two quotes, and the rest.
func quotedPart(v string) (in, rest string) {
	i := strings.IndexByte(v, '"')
	if i < 0 {
		return "", ""
	}
	j := strings.IndexByte(v[i+1:], '"')
	if j < 0 {
		return "", ""
	}
	return v[i+1 : i+1+j], v[i+j+2:]
}

// decision reads the words and numbers by which tools say in or out.
func decision(v string) string {
	switch strings.ToLower(strings.Trim(v, " .\t\n")) {
	case "1", "1.0", "true", "yes", "y", "in", "include", "included", "inclusion", "relevant", "accept", "accepted", "eligible", "select", "selected", "i":
		return Include
	case "0", "0.0", "false", "no", "n", "out", "exclude", "excluded", "exclusion", "irrelevant", "not relevant", "reject", "rejected", "ineligible", "not eligible", "e":
		return Exclude
	case "maybe", "undecided", "unsure", "not sure", "unclear", "borderline", "?":
		return Maybe
	}
	return ""
}
