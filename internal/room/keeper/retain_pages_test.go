package keeper

import "plait/internal/kit/page"

// withRetain adds the pages of how long things are kept.
func withRetain(all map[string]page.Samples) map[string]page.Samples {
	line := ruleLine{Group: GroupPeople, Title: "People", Rule: "Kept for 12 months", Basis: "Because", State: "Not confirmed", Waits: "2 are due.", Listed: true}
	due := retainDueView{Line: line, Group: GroupPeople, Due: []dueLine{{"7", "A carer", "/people/7", "Counted from", true}, {"8", "Account", "", "Counted from", false}}, Until: "2027-01-01", Why: "A book",
		Erasable: true, Confirmed: true, Action: "/keeper/retain/of/people", More: page.Pages{Next: "/keeper/retain/of/people?after=x"}}
	sure := due
	sure.Sure, sure.Count = true, 1
	all["keeper/retain"] = page.Samples{Full: page.View{Title: "Kept", Body: retainView{[]ruleLine{line}}}, Empty: page.View{Title: "Kept", Body: retainView{}}}
	all["keeper/retain_due"] = page.Samples{Full: page.View{Title: "Due", Body: due, Errors: []page.Problem{{Field: "records", Text: "Tick at least one"}}}, Empty: page.View{Title: "Due", Body: sure}}
	all["keeper/retain_rule"] = page.Samples{Full: page.View{Title: "Rule", Body: ruleView{ScheduleIn: ScheduleIn{Group: GroupPeople, Months: 12, Basis: "Because"}, Line: line, Action: "/x"}, Errors: []page.Problem{{Field: "months", Text: "Months"}}},
		Empty: page.View{Title: "Rule", Body: ruleView{}}}
	all["keeper/retain_log"] = page.Samples{Full: page.View{Title: "Log", Body: retainLogView{Lines: []string{"2 of people"}, More: page.Pages{Next: "/keeper/retain/log?after=x"}}}, Empty: page.View{Title: "Log", Body: retainLogView{}}}
	all["keeper/retain-sign"] = page.Samples{Full: page.View{Title: "Sign", Body: retainSign{2}}, Empty: page.View{Title: "Sign", Body: retainSign{1}}}
	return all
}
