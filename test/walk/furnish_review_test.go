package walk_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
)

// papers are four references; the third may be a copy of the first, the fourth is one of
// the second.
const papers = "TY  - JOUR\nTI  - Help at home and who decides about it at night\nAU  - Lee, Jo\nAU  - Park, Sun\nPY  - 2019\nVL  - 4\nSP  - 12\nJO  - Journal of Care\nAB  - Forty people kept a diary. They slept where one person came each night.\nDO  - 10.99999/walk.1\nER  - \n" +
	"TY  - JOUR\nTI  - Trains that wait for no one in winter\nAU  - Lee, Jo\nPY  - 2001\nVL  - 7\nSP  - 101\nJO  - Journal of Care\nDO  - 10.99999/walk.2\nER  - \n" +
	"TY  - JOUR\nTI  - Help at home and who decides about it at night\nAU  - Lee, J.\nAU  - Park, S.\nPY  - 2019\nVL  - 4\nSP  - 40-44\nJO  - J Care\nER  - \n" +
	"TY  - JOUR\nTI  - Trains that wait for no one in winter\nAU  - Lee, Jo\nPY  - 2001\nVL  - 7\nSP  - 101\nJO  - Journal of Care\nDO  - 10.99999/walk.2\nER  - \n" +
	"TY  - JOUR\nTI  - Who comes when the lift is broken\nAU  - Ito, Ai\nPY  - 2022\nJO  - Journal of Care\nAB  - Nobody had asked the caretaker.\nER  - \n"

// review puts a review into the project that has come all the way: asked, searched,
// screened by two, read, extracted, stated, with a report that was marked. It gives
// addresses that only scripts and forms lead to.
func (s *street) review(lead *visitor) (after []string) {
	s.t.Helper()
	ctx := s.AsOperator()
	made := s.run(ctx, "review.make", map[string]any{"project": s.Project, "title": "Help at night", "decision": "A second worker at night?", "reviewers": 2})["ref"]
	do := func(verb string, pairs ...any) map[string]any {
		s.t.Helper()
		in := map[string]any{"ref": made}
		for i := 0; i < len(pairs); i += 2 {
			in[pairs[i].(string)] = pairs[i+1]
		}
		return s.run(ctx, verb, in)
	}
	of := func(verb string, pairs ...any) map[string]any {
		s.t.Helper()
		in := map[string]any{"review": made}
		for i := 0; i < len(pairs); i += 2 {
			in[pairs[i].(string)] = pairs[i+1]
		}
		return s.run(ctx, verb, in)
	}
	do("review.need", "kind", "carers", "words", "Who comes at three")
	one := do("review.question", "words", "What helps people to sleep?")["id"]
	do("review.criterion", "side", "in", "words", "Help at home\nAt night")
	do("review.criterion", "side", "out", "words", "Hospitals")
	do("review.rank", "partner", "The carers’ group", "questions", []any{one})
	do("review.sign", "signer", "The steering group", "on", "2026-02-01")
	do("review.question", "id", one, "words", "What helps people to sleep at home?", "reason", "Hospitals are out.")
	search := do("review.search", "place", "A database", "day", "2026-02-01", "words", "help AND night", "found", 5)["search"]
	batch := do("review.send-file", "search", search, "files", []any{map[string]any{"name": "papers.ris", "content": []byte(papers)}})["files"].([]any)[0].(map[string]any)["batch"]
	s.run(ctx, "review.bring-in", map[string]any{"batch": batch})
	whole := map[string]any{"name": "ten-years.txt", "content": []byte("Ten years of a night service.\n\nIt began with one van.\n")}
	do("review.add-record", "kind", "report", "title", "Ten years of a night service", "year", 2020, "summary", "A service looks back.", "file", whole)
	do("review.send-file", "files", []any{map[string]any{"name": "waits.ris", "content": []byte("TY  - JOUR\nTI  - One that waits\nPY  - soon\nER  - \n")}}, "key", "waits")
	do("review.copies")
	s.work()
	here := "/review/" + s.Project + "/of/" + strings.TrimPrefix(made.(string), "review:")
	for n, verdict := range map[int]string{1: "include", 5: "include", 6: "include", 2: "exclude"} {
		do("review.decide", "n", n, "verdict", verdict, "reason", map[string]string{"exclude": "Hospitals"}[verdict])
	}
	do("review.plain", "n", 1, "words", "Forty people kept a diary. They slept where the same person came each night.")
	do("review.view", "n", 1, "verdict", "matters", "words", "That is how it is")
	for _, n := range []int{1, 5, 6} { // the lead reads too, and differs on one
		form := url.Values{"n": {fmt.Sprint(n)}, "do": {map[int]string{1: "include", 5: "exclude", 6: "include"}[n]}, "reason": {"Hospitals"}}
		if resp, body := lead.post(here+"/screen", form); resp.StatusCode != http.StatusOK {
			s.t.Fatalf("the lead decides: %s\n%s", resp.Status, words(body))
		}
	}
	do("review.text", "n", 1, "state", "got")
	do("review.decide", "stage", "full", "n", 1, "verdict", "include")
	if resp, body := lead.post(here+"/text/1", url.Values{"do": {"include"}}); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("the lead reads the text: %s\n%s", resp.Status, words(body))
	}
	of("review.extract", "n", 1, "answers", []any{map[string]any{"field": "says", "words": "People sleep where one person comes.", "quote": "They slept where one person came each night."}})
	theme := of("review.theme", "title", "At night")["id"]
	of("review.theme", "title", "By day")
	stated := of("review.state", "theme", theme, "words", "People sleep better with one worker.", "plainly", "One person at night helps.", "sure", "fairly", "supports", []any{map[string]any{"n": 1, "stance": "supports", "note": "A diary"}})["ref"]
	s.run(ctx, "review.give", map[string]any{"ref": stated})
	of("review.gap", "words", "What it costs a family", "n", 1)
	of("review.organisation", "name", "The Night Trust", "does", "Shares what it learns")
	if resp, body := lead.post(here+"/card", url.Values{"n": {"1"}, "verdict": {"matters"}}); resp.StatusCode != http.StatusOK {
		s.t.Fatalf("what the lead says of a plain summary: %s\n%s", resp.Status, words(body))
	}
	report, err := os.ReadFile(inventedReport(s.t))
	if err != nil {
		s.t.Fatal(err)
	}
	finished := s.run(ctx, "review.make", map[string]any{"project": s.Project, "way": "finished", "title": "Nights in extra care", "decision": "What to talk about first"})["ref"].(string)
	read := lead.upload("/review/"+s.Project+"/of/"+strings.TrimPrefix(finished, "review:")+"/report", "file", "Nights in extra care.txt", string(report))
	s.work()
	return []string{read}
}
