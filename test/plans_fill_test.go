package test_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"plait/internal/kit/db"
	"plait/internal/room/action"
	"plait/internal/room/evidence"
	"plait/internal/room/finding"
	"plait/internal/room/lesson"
	"plait/internal/room/outcome"
	"plait/internal/room/people"
	"plait/internal/room/review"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
	"plait/internal/spine/tie"
	"plait/internal/spine/who"
	"plait/test/house"
)

// How many copies are made of one record of each kind; the first of them are in the
// project whose pages are opened. A year has a hundred and more times as many
// contributions as a project, and no more than 5,000 people and findings.
const (
	manySaid, manyFound, manyPeople, manyDone = 12_000, 5_000, 5_000, 1_000
	inProject                                 = 60
)

// crowd makes one record of each kind by the rooms' verbs, and copies of them by thousands.
// It gives pages to begin with.
func crowd(t *testing.T, h *house.House) []string {
	t.Helper()
	ctx := h.As(who.ProgrammeLead)
	h.Do(ctx, "people.paste", people.PasteIn{Project: h.Project, Pasted: "Person 1, carer"})
	person := first(t, h, ref.Person)
	h.Do(ctx, "evidence.paste", evidence.PasteIn{Project: h.Project, Pasted: "What was said, in a few made up words.", Name: "Meeting",
		Said: evidence.Said{Strands: []string{"lived"}, Person: person.ID, On: "2026-02-01", Source: "Meeting", Expressed: "spoken", Voice: "own",
			Agreement: terms.Agreement{Uses: []terms.Use{terms.Group}, Mode: "own", Asked: "spoken"}}})
	said := first(t, h, "contribution")
	h.Do(ctx, "finding.write", finding.WriteIn{Project: h.Project, Body: finding.Body{Statement: "What was found, in made up words", Plainly: "Found", LivedSure: "fairly", LivedWhy: "Heard"}})
	found := first(t, h, "finding")
	h.Do(ctx, "finding.pick", finding.PickIn{Finding: found, Contributions: []ref.Ref{said}, Stance: tie.Supports, Why: "It says so"})
	see := h.Do(ctx, "finding.see", finding.SeeIn{Ref: found, Limit: 1}).(finding.SeeOut)
	h.Do(ctx, "finding.share", finding.ShareIn{Ref: found, Version: see.Version, WhyOneStrand: "It is what we have"})
	h.Do(ctx, "action.recommend", action.RecommendIn{Project: h.Project, Words: action.Words{Title: "Do it", Text: "Do it so", Plainly: "Do"}, Findings: []ref.Ref{found}})
	h.Do(ctx, "action.plan", action.PlanIn{Project: h.Project, Title: "Doing it", OwnerName: "Someone", Due: "2026-06-01"})
	act := first(t, h, "action")
	h.Do(ctx, "outcome.record", outcome.RecordIn{Project: h.Project, Facts: outcome.Facts{Sort: "practice", Title: "It changed", Text: "So it did", Shows: "It shows", On: "2026-02-20"},
		From: []ref.Ref{act}})
	h.Do(ctx, "lesson.learn", lesson.LearnIn{Project: h.Project, Facts: lesson.Facts{Title: "It was learned", Text: "So it was", Elsewhere: "There", Power: "Theirs"},
		From: []ref.Ref{first(t, h, "outcome")}})
	read := h.Do(ctx, "review.make", review.MakeIn{Project: h.Project, Facts: review.Facts{Title: "What is written about it", Reviewers: 2}}).(review.MakeOut).Ref
	h.Do(ctx, "review.state", review.StateIn{Review: read, Words: "It is written so", Plainly: "So"})
	h.Do(ctx, "review.gap", review.GapIn{Review: read, Words: "Nobody has asked"})
	h.Do(ctx, "review.organisation", review.OrganisationIn{Review: read, Name: "Others", Does: "The same"})
	h.Write(func(tx *db.Tx) error { return copies(tx, h, person, said, found) })
	h.Write(func(tx *db.Tx) error { return library(tx, h, read.ID, manySaid/12) })
	for range 11 {
		other := h.Do(ctx, "review.make", review.MakeIn{Project: h.Project, Facts: review.Facts{Title: "Another one", Reviewers: 2}}).(review.MakeOut).Ref
		h.Write(func(tx *db.Tx) error { return library(tx, h, other.ID, manySaid/12) })
	}
	if err := h.DB.Analyse(t.Context()); err != nil {
		t.Fatal(err)
	}
	out := []string{"/people/" + person.ID, "/action/" + h.Project + "/of/" + act.ID, "/evidence/" + h.Project + "/said/" + said.ID, "/evidence/" + h.Project + "/ways", "/evidence/" + h.Project + "/shown", "/thread/" + first(t, h, "lesson").String(), "/thread/" + said.String(), "/consent/" + said.String()}
	for _, room := range []string{"project", "evidence", "finding", "action", "outcome", "lesson", "paper"} {
		out = append(out, "/"+room+"/"+h.Project)
	}
	reviewed := "/review/" + h.Project + "/of/" + read.ID
	for _, page := range []string{"", "/records", "/records/7", "/records?find=made+up+words", "/copies", "/copies/merged", "/screen", "/screen/agree", "/screen/talk", "/screen/stop", "/text", "/flow", "/map", "/out", "/since", "/statement", "/gap"} {
		out = append(out, reviewed+page)
	}
	return append(out, "/output/"+h.Project+"/letters", "/people?project="+h.Project, "/review/"+h.Project)
}

// library fills a review with many references, a third of which two people have read.
func library(tx *db.Tx, h *house.House, at string, many int64) error {
	batch, now := h.IDs.New(), h.Clock.Now()
	if err := tx.Do(db.Q(`insert into review_batch (programme, review, id, search, name, upload, format, encoding, records, done, problems, problem_count, state, actor, made_at)
		values (?, ?, ?, '', 'all.ris', '', 'ris', 'utf-8', ?, ?, '[]', 0, 'in', '', ?)`, h.Programme, at, batch, many, many, now)); err != nil {
		return err
	}
	const numbers = `with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < ?) `
	if err := tx.Do(db.Q(numbers+`insert into review_record (programme, review, n, batch, lead, gone, title, authors, year, journal, doi, abstract, plain, whole,
		title_verdict, title_reason, full_verdict, full_reason, full_state, full_file, made_at)
		select cast(? as text), cast(? as text), n.i, cast(? as text), case when n.i % 20 = 0 then n.i - 1 else n.i end, cast(? as boolean), 'Made up words ' || cast(n.i as text), 'Lee, Jo', 1990 + n.i % 30, 'Journal', '', 'What was written', '',
		'{"type":"article-journal","title":"Made up words"}', case when n.i % 3 = 0 then case when n.i % 5 = 0 then 'include' else 'exclude' end else '' end, '',
		case when n.i % 60 = 0 then 'include' else '' end, '', '', '', cast(? as bigint) from n`, many, h.Programme, at, batch, false, now)); err != nil {
		return err
	}
	for _, actor := range []string{"account:1", "account:2"} {
		if err := tx.Do(db.Q(numbers+`insert into review_decision (programme, review, stage, n, actor, verdict, reason, note, by_chance, seq, made_at)
			select cast(? as text), cast(? as text), 'title', n.i * 3, cast(? as text), case when n.i % 5 = 0 then 'include' else 'exclude' end, '', '', cast(? as boolean), n.i, cast(? as bigint) from n`,
			many/3, h.Programme, at, actor, false, now)); err != nil {
			return err
		}
	}
	return tx.Do(db.Q("update review_review set last_n = ? where programme = ? and id = ?", many, h.Programme, at))
}

// first is the first record of a kind.
func first(t *testing.T, h *house.House, kind string) (out ref.Ref) {
	t.Helper()
	h.Read(func(tx *db.Tx) error {
		id, ok, err := db.One(tx, db.Q("select id from ref_record where programme = ? and kind = ? order by id limit 1", h.Programme, kind), db.Value[string])
		if err == nil && !ok {
			err = fmt.Errorf("there is no %s", kind)
		}
		out = ref.Of(kind, id)
		return err
	})
	return out
}

// numbered is an id made of another and a number.
func numbered(column, n string) string {
	return "substr(" + column + ", 1, 24) || cast(100000000000 + " + n + " as text)"
}

// copier makes copies of rows by one statement a table.
type copier struct {
	tx     *db.Tx
	house  *house.House
	tables map[string]db.Table
}

// copy makes copies of the rows of a table in which a column is something. set is what
// stands in some columns of each; x is the row, n.i its number.
func (c copier) copy(table, column, is string, many int64, set map[string]string) error {
	var names, values []string
	for _, x := range c.tables[table].Columns {
		v, ok := set[x.Name]
		if !ok {
			v = "x." + x.Name
		}
		if x.Name == "project" && !ok {
			v = fmt.Sprintf("case when n.i <= %d then x.project else %s end", inProject, numbered("x.project", "n.i % 40"))
		}
		names, values = append(names, x.Name), append(values, v)
	}
	return c.tx.Do(db.Q(`with recursive n (i) as (select cast(1 as bigint) union all select i + 1 from n where i < ?) insert into `+table+` (`+strings.Join(names, ", ")+`)
		select `+strings.Join(values, ", ")+` from `+table+` x cross join n where x.programme = ? and x.`+column+` = ?`, many, c.house.Programme, is))
}

// kind makes copies of a record: its row and those of its room, by the column that names it.
func (c copier) kind(r ref.Ref, many int64, own map[string]string) error {
	set := map[string]string{"id": numbered("x.id", "n.i")}
	if r.Kind == ref.Person {
		set["person"] = set["id"]
	}
	if err := c.copy("ref_record", "id", r.ID, many, set); err != nil {
		return err
	}
	for _, table := range slices.Sorted(maps.Keys(own)) { // action_recommendation before its action_text
		column := own[table]
		if err := c.copy(table, column, r.ID, many, map[string]string{column: numbered("x."+column, "n.i")}); err != nil {
			return fmt.Errorf("%s: %w", table, err)
		}
	}
	return nil
}

func copies(tx *db.Tx, h *house.House, person, said, found ref.Ref) error {
	all, err := db.Tables(tx)
	if err != nil {
		return err
	}
	c := copier{tx, h, map[string]db.Table{}}
	for _, x := range all {
		c.tables[x.Name] = x
	}
	for _, k := range []struct {
		kind string
		many int64
		own  map[string]string
	}{
		{ref.Person, manyPeople, map[string]string{"people_person": "id"}},
		{"contribution", manySaid, map[string]string{"evidence_contribution": "id", "terms_use": "record"}},
		{"finding", manyFound, map[string]string{"finding_finding": "id"}},
		{"recommendation", manyDone, map[string]string{"action_recommendation": "id", "action_text": "recommendation"}},
		{"action", manyDone, map[string]string{"action_action": "id"}},
		{"outcome", manyDone, map[string]string{"outcome_outcome": "id"}},
		{"lesson", manyDone, map[string]string{"lesson_lesson": "id"}},
	} {
		id, _, err := db.One(tx, db.Q("select id from ref_record where programme = ? and kind = ? order by id limit 1", h.Programme, k.kind), db.Value[string])
		if err != nil {
			return err
		}
		if err := c.kind(ref.Of(k.kind, id), k.many, k.own); err != nil {
			return err
		}
	}
	// People said several things each; every contribution is tied to one finding, the first to
	// the finding whose page is opened.
	if err := tx.Do(db.Q("update ref_record set person = substr(cast(? as text), 1, 24) || substr(id, 25, 10) || '01' where programme = ? and kind = 'contribution' and id <> ?", person.ID, h.Programme, said.ID)); err != nil {
		return err
	}
	if err := c.copy("tie", "from_id", said.ID, manySaid, map[string]string{"id": numbered("x.id", "n.i"), "from_id": numbered("x.from_id", "n.i"),
		"to_id": fmt.Sprintf("case when n.i <= 40 then x.to_id else %s end", numbered("x.to_id", fmt.Sprintf("1 + n.i %% %d", manyFound)))}); err != nil {
		return err
	}
	entry, _, err := db.One(tx, db.Q("select id from trail_entry where programme = ? and ref = ? order by id limit 1", h.Programme, said.ID), db.Value[string])
	if err != nil {
		return err
	}
	for _, table := range []string{"trail_entry", "trail_body"} {
		set := map[string]string{"id": numbered("x.id", "n.i")}
		if table == "trail_entry" {
			set["ref"] = numbered("x.ref", "n.i")
		}
		if err := c.copy(table, "id", entry, manySaid, set); err != nil {
			return err
		}
	}
	for _, q := range []string{"delete from tie_count", "delete from ref_count",
		`insert into tie_count (programme, to_id, from_kind, stance, strand, until_at, n) select t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until, count(*)
			from tie t join ref_record r on r.programme = t.programme and r.id = t.from_id group by t.programme, t.to_id, t.from_kind, t.stance, r.strand, r.until`,
		`insert into ref_count (programme, project, site, kind, strand, fate, until_at, n) select programme, project, site, kind, strand, fate, until, count(*)
			from ref_record group by programme, project, site, kind, strand, fate, until`} {
		if err := tx.Do(db.Q(q)); err != nil {
			return err
		}
	}
	return nil
}

// otherUses says what uses each index that no page of this test does: verbs, jobs, the
// command line, and pages of what the test has none of.
func otherUses() map[string]string {
	const none = "pages and verbs of a table that is empty here"
	return map[string]string{
		"account_invite_account":      "entering takes up the invitations of an account",
		"account_link_address":        "signing in finds the last link of an address",
		"account_session_id":          "no two sessions share an id",
		"blob_file_mark":              "a file that comes again is noticed",
		"blob_file_record":            none,
		"blob_file_stray":             "the job that sweeps strays",
		"card_door_card":              "a card that is taken back closes its door",
		"consent_about_given":         "taking back what was agreed of several records at once",
		"evidence_batch_digest":       "an import that comes again is noticed",
		"evidence_contribution_batch": "undoing an import",
		"evidence_import_file_digest": "a file that is imported again is noticed",
		"evidence_import_file_hash":   "a file that is imported again is noticed",
		"evidence_import_key":         "an import is begun once",
		"evidence_media_at":           "retention lists what was kept long enough",
		"evidence_upload_key":         "an upload is begun once",
		"finding_pick_contribution":   "erasing takes a person's excerpts away",
		"keeper_archive_at":           none,
		"keeper_backup_at":            none,
		"keeper_erasure_at":           "the list of erasures since a backup",
		"keeper_erasure_apart":        "the list of erasures since a backup",
		"keeper_taken_apart":          "the list of what was taken back or taken away since a backup",
		"people_request_due":          none,
		"people_request_person":       none,
		"trail_entry_actor":           "the keeper's page of the trail, by who did it",
		"trail_entry_at":              "the keeper's page of the trail, by time",
		"trail_entry_project":         "the keeper's page of the trail, by project",
		"trail_entry_verb":            "the keeper's page of the trail, by what was done",
		"output_letter_whose":         "the letters of a card, and of a person who is erased",
		"output_told_record":          "the letters that tell of a record that is taken back",
		"paper_batch_number":          "a photo's code leads to its batch",
		"paper_card_lot":              none,
		"paper_cut_contribution":      none,
		"paper_cut_lot":               none,
		"project_point_project":       none,
		"ref_record_id":               "the command line finds the programme of a record",
		"review_batch_sent":           "a file that is sent again is noticed",
		"review_batch_state":          "the job that sweeps imports nobody went on with",
		"review_brought_state":        none,
		"review_mark_made":            none,
		"review_paragraph_heading":    none,
		"review_paragraph_part":       none,
		"review_record_batch":         "undoing an import",
		"review_record_text":          "the list of whole texts, here too few to need it",
		"review_record_year":          "records in the order of their years",
		"review_view_actor":           none,
		"search_doc_words":            "search, which has plans and a test of its own",
		"who_member_account":          "signing in lists the programmes of an account",
		"who_member_scope":            "who belongs to a project; here too few to need it",
		"worry_letter_note":           none,
	}
}
