package keeper_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/fault"
	"plait/internal/room/keeper"
	"plait/internal/spine/ref"
	"plait/internal/spine/who"
	"plait/test/house"
)

func TestRetention(t *testing.T) {
	var kit house.Kit
	for name, f := range map[string]func(t *testing.T, h *house.House){
		"what was said":             saidIsReviewed,
		"people without words":      peopleAreReviewed,
		"accounts":                  accountsAreReviewed,
		"who may":                   whoRetains,
		"pages, the log and a sign": retainPages,
	} {
		t.Run(name, func(t *testing.T) { kit.Each(t, f) })
	}
}

// put runs another room's verb with some of its fields set, and gives the ref it answers with.
func retainPut(h *house.House, ctx context.Context, verb string, set map[string]any) ref.Ref {
	h.T.Helper()
	in := reflect.New(h.Verbs[verb].In).Elem()
	for k, v := range set {
		in.FieldByName(k).Set(reflect.ValueOf(v))
	}
	out := reflect.ValueOf(h.Do(ctx, verb, in.Interface())).FieldByName("Ref")
	if !out.IsValid() {
		return ref.Ref{}
	}
	return out.Interface().(ref.Ref)
}

func retainDue(h *house.House, ctx context.Context, in keeper.DueIn) keeper.DueOut {
	h.T.Helper()
	return h.Do(ctx, "keeper.due", in).(keeper.DueOut)
}

func retainConfirm(h *house.House, ctx context.Context, group string, months int64) {
	h.T.Helper()
	h.Do(ctx, "keeper.schedule", keeper.ScheduleIn{Group: group, Months: months, Basis: "Because we say so"})
}

func retainDay(n int) time.Time { return time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC).AddDate(0, n, 0) }

func saidIsReviewed(t *testing.T, h *house.House) {
	lead := h.As(who.ProgrammeLead)
	var said []string
	for i := range 3 {
		said = append(said, retainPut(h, lead, "evidence.give", map[string]any{"Project": h.Project, "Words": fmt.Sprint("Said number ", i)}).ID)
	}
	retainPut(h, lead, "evidence.give", map[string]any{"Project": h.Other, "Words": "In a project that goes on"})
	retainEnds(h, "2026-06-30")
	h.Hand.Set(retainDay(3 + 6))
	if out := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid}); len(out.Due) != 0 || out.Rule.Confirmed != 0 || out.Rule.Months != 36 {
		t.Fatalf("before its time: %+v", out)
	}
	retainConfirm(h, lead, keeper.GroupSaid, 3)
	out := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid, Limit: 2})
	if len(out.Due) != 2 || out.Next == "" || out.Due[0].From != "2026-06-30" || out.Due[0].DueOn != "2026-09-30" || out.Due[0].Title == "" || out.Rule.Confirmed == 0 {
		t.Fatalf("the first page: %+v", out)
	}
	rest := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid, Limit: 2, After: out.Next})
	if len(rest.Due) != 1 || rest.Next != "" || rest.Due[0].Ref.ID != said[2] {
		t.Fatalf("the second page: %+v", rest)
	}
	// Kept longer with a reason, it is due no more until that day.
	for name, bad := range map[string]keeper.KeepIn{"no reason": {Group: keeper.GroupSaid, Records: said[:1], Until: "2027-06-30"}, "a day that was": {Group: keeper.GroupSaid, Records: said[:1], Until: "2026-06-30", Why: "A book"},
		"nothing": {Group: keeper.GroupSaid, Until: "2027-06-30", Why: "A book"}} {
		if _, err := h.Try(lead, "keeper.keep", bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	h.Do(lead, "keeper.keep", keeper.KeepIn{Group: keeper.GroupSaid, Records: said[:1], Until: "2027-06-30", Why: "A book is made of it"})
	if out = retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid}); len(out.Due) != 2 {
		t.Errorf("after keeping one: %+v", out.Due)
	}
	// What is not due cannot be erased here.
	if _, err := h.Try(lead, "keeper.dispose", keeper.DisposeIn{Group: keeper.GroupSaid, Records: said}); !fault.Is(err, fault.Conflict) {
		t.Errorf("erasing what is kept: %v", err)
	}
	if got := h.Do(lead, "keeper.dispose", keeper.DisposeIn{Group: keeper.GroupSaid, Records: said[1:]}).(keeper.DisposeOut); got.Disposed != 2 {
		t.Errorf("disposed: %+v", got)
	}
	if out = retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid}); len(out.Due) != 0 {
		t.Errorf("after erasing: %+v", out.Due)
	}
	if _, err := h.Try(lead, "evidence.see", retainSee(h, said[1])); !fault.Is(err, fault.Withdrawn) {
		t.Errorf("an erased one: %v", err)
	}
	if _, err := h.Try(lead, "evidence.see", retainSee(h, said[0])); err != nil {
		t.Errorf("a kept one: %v", err)
	}
	log := h.Do(lead, "keeper.disposals", keeper.DisposalsIn{}).(keeper.DisposalsOut)
	if len(log.Disposals) != 1 || log.Disposals[0].N != 2 || log.Disposals[0].Months != 3 || log.Disposals[0].Basis != "Because we say so" {
		t.Errorf("the log: %+v", log)
	}
	h.Hand.Set(retainDay(17))
	if out = retainDue(h, lead, keeper.DueIn{Group: keeper.GroupSaid}); len(out.Due) != 1 || out.Due[0].Ref.ID != said[0] {
		t.Errorf("when the day has come: %+v", out.Due)
	}
}

func retainSee(h *house.House, id string) any {
	in := reflect.New(h.Verbs["evidence.see"].In).Elem()
	in.FieldByName("Ref").Set(reflect.ValueOf(ref.Of("contribution", id)))
	return in.Interface()
}

// ends says on which day the project ends.
func retainEnds(h *house.House, on string) {
	h.T.Helper()
	if _, err := h.DB.Pool().ExecContext(h.T.Context(), "update project_detail set ends = '"+on+"' where id = '"+h.Project+"'"); err != nil {
		h.T.Fatal(err)
	}
}

func peopleAreReviewed(t *testing.T, h *house.House) {
	lead := h.As(who.ProgrammeLead)
	alone := retainPut(h, lead, "people.add", map[string]any{"Project": h.Project, "Name": "Alys Jones"})
	if alone.None() {
		t.Fatal("nobody was added")
	}
	spoke := retainPut(h, lead, "people.add", map[string]any{"Project": h.Project, "Name": "Alys Jones"})
	s := map[string]any{"Project": h.Project, "Words": "I said this", "Person": spoke.ID}
	retainPut(h, lead, "evidence.give", s)
	h.Hand.Set(retainDay(13))
	out := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupPeople})
	if len(out.Due) != 1 || out.Due[0].Ref != alone || out.Due[0].From != "2026-03-02" || out.Due[0].DueOn != "2027-03-02" {
		t.Fatalf("due: %+v", out.Due)
	}
	if _, err := h.Try(lead, "keeper.dispose", keeper.DisposeIn{Group: keeper.GroupPeople, Records: []string{alone.ID}}); !fault.Is(err, fault.Conflict) {
		t.Errorf("erased under a rule that nobody confirmed: %v", err)
	}
	retainConfirm(h, lead, keeper.GroupPeople, 12)
	h.Do(lead, "keeper.dispose", keeper.DisposeIn{Group: keeper.GroupPeople, Records: []string{alone.ID}})
	if out = retainDue(h, lead, keeper.DueIn{Group: keeper.GroupPeople}); len(out.Due) != 0 {
		t.Errorf("after erasing: %+v", out.Due)
	}
	if _, err := h.Try(lead, "keeper.schedule", keeper.ScheduleIn{Group: keeper.GroupPeople, Months: 6}); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale rule: %v", err)
	}
}

func accountsAreReviewed(t *testing.T, h *house.House) {
	old := h.As(who.ProjectLead)
	retainPut(h, old, "evidence.give", map[string]any{"Project": h.Project, "Words": "My last deed"})
	h.Hand.Set(retainDay(14))
	lead := h.As(who.ProgrammeLead)
	retainPut(h, lead, "evidence.give", map[string]any{"Project": h.Project, "Words": "Mine, today"})
	out := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupAccounts})
	if len(out.Due) != 1 || out.Due[0].Ref.ID != who.From(old).ID || out.Due[0].From != "2026-03-02" {
		t.Fatalf("due: %+v", out.Due)
	}
	retainConfirm(h, lead, keeper.GroupAccounts, 12)
	h.Do(lead, "keeper.dispose", keeper.DisposeIn{Group: keeper.GroupAccounts, Records: []string{who.From(old).ID}})
	if _, err := h.Try(old, "keeper.check", keeper.CheckIn{}); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Missing) {
		t.Errorf("an account whose roles are gone: %v", err)
	}
	if out = retainDue(h, lead, keeper.DueIn{Group: keeper.GroupAccounts}); len(out.Due) != 0 {
		t.Errorf("after it: %+v", out.Due)
	}
}

func whoRetains(t *testing.T, h *house.House) {
	for _, role := range who.Roles() {
		for verb, in := range map[string]any{"keeper.schedules": keeper.SchedulesIn{}, "keeper.due": keeper.DueIn{Group: keeper.GroupSaid}, "keeper.disposals": keeper.DisposalsIn{}} {
			_, err := h.Try(h.As(role), verb, in)
			if role == who.ProgrammeLead && err != nil || role != who.ProgrammeLead && !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s as %s: %v", verb, role, err)
			}
		}
	}
	lead := h.As(who.ProgrammeLead)
	for _, g := range []string{keeper.GroupWorries, keeper.GroupUnfiled} {
		if out := retainDue(h, lead, keeper.DueIn{Group: g}); len(out.Due) != 0 {
			t.Errorf("%s are listed", g)
		}
		if _, err := h.Try(lead, "keeper.dispose", keeper.DisposeIn{Group: g, Records: []string{h.Project}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("erasing %s: %v", g, err)
		}
	}
	if _, err := h.Try(lead, "keeper.due", keeper.DueIn{Group: "all"}); !fault.Is(err, fault.Missing) {
		t.Errorf("no such group: %v", err)
	}
}

func retainPages(t *testing.T, h *house.House) {
	lead := h.As(who.ProgrammeLead)
	alone := retainPut(h, lead, "people.add", map[string]any{"Project": h.Project, "Name": "Alys Jones"})
	h.Hand.Set(retainDay(13))
	open := func(pattern, group string, fields url.Values) (int, string) {
		t.Helper()
		for _, rt := range h.Routes {
			if rt.Pattern != pattern {
				continue
			}
			method, path, _ := strings.Cut(pattern, " ")
			r := httptest.NewRequestWithContext(lead, method, strings.Replace(path, "{group}", group, 1), strings.NewReader(fields.Encode()))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.SetPathValue("group", group)
			w := httptest.NewRecorder()
			if err := rt.Handle(w, r); err != nil {
				return fault.Of(err).Kind.Status(), err.Error()
			}
			return w.Code, w.Body.String()
		}
		t.Fatalf("no route %s", pattern)
		return 0, ""
	}
	const list, at = "GET /keeper/retain", "/keeper/retain/of/{group}"
	if _, body := open(list, "", nil); strings.Count(body, "Not confirmed") != 5 || !strings.Contains(body, "only the safeguarding lead") {
		t.Error("the page of rules")
	}
	if _, body := open("GET /programme", "", nil); strings.Contains(body, "whole time") {
		t.Error("a sign before anything was counted")
	}
	work(h, "keeper.retain")
	if _, body := open("GET /programme", "", nil); !strings.Contains(body, "2 records have been kept for their whole time") {
		t.Error("the programme's page has no sign")
	}
	if _, body := open("GET "+at, keeper.GroupPeople, nil); !strings.Contains(body, alone.ID) || strings.Contains(body, `value="erase"`) {
		t.Error("the list, before its time is confirmed")
	}
	if code, _ := open("POST "+at+"/rule", keeper.GroupPeople, url.Values{"months": {"0"}, "version": {"0"}, "key": {"a"}}); code != 422 {
		t.Errorf("no months: %d", code)
	}
	if code, _ := open("POST "+at+"/rule", keeper.GroupPeople, url.Values{"months": {"12"}, "basis": {"=Why"}, "version": {"0"}, "key": {"b"}}); code != 303 {
		t.Errorf("confirmed: %d", code)
	}
	if code, body := open("POST "+at, keeper.GroupPeople, url.Values{"act": {"erase"}, "key": {"c"}}); code != 422 || !strings.Contains(body, "Tick at least one") {
		t.Errorf("nothing ticked: %d", code)
	}
	if code, body := open("POST "+at, keeper.GroupPeople, url.Values{"act": {"erase"}, "records": {alone.ID}, "key": {"d"}}); code != 200 || !strings.Contains(body, "Erase them now") {
		t.Errorf("asked once: %d", code)
	}
	if out := retainDue(h, lead, keeper.DueIn{Group: keeper.GroupPeople}); len(out.Due) != 1 {
		t.Error("one press erased")
	}
	if code, _ := open("POST "+at, keeper.GroupPeople, url.Values{"act": {"erase"}, "sure": {"yes"}, "records": {alone.ID}, "key": {"e"}}); code != 303 {
		t.Errorf("erased: %d", code)
	}
	if _, body := open("GET /keeper/retain/log", "", nil); !strings.Contains(body, "1 of “People of whom") {
		t.Error("the log's page")
	}
	if _, body := open("GET /keeper/retain/log.csv", "", nil); !strings.Contains(body, "people,1,12,'=Why,") || strings.Count(body, "\n") != 2 {
		t.Errorf("the log as a sheet: %s", body)
	}
	// The lead's own account has done nothing for a year until now: it is the other one.
	if _, body := open("GET /programme", "", nil); !strings.Contains(body, "1 record has been kept for its whole time") {
		t.Error("the sign after erasing one")
	}
	work(h, "keeper.retain")
	if _, body := open("GET /programme", "", nil); strings.Contains(body, "whole time") {
		t.Error("the sign stays when nothing waits")
	}
}
