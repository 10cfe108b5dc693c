package app

import (
	"context"

	"plait/internal/kit/db"
	"plait/internal/room/account"
	"plait/internal/room/action"
	"plait/internal/room/card"
	"plait/internal/room/consent"
	"plait/internal/room/evidence"
	"plait/internal/room/finding"
	"plait/internal/room/keeper"
	"plait/internal/room/lesson"
	"plait/internal/room/outcome"
	"plait/internal/room/output"
	"plait/internal/room/paper"
	"plait/internal/room/people"
	"plait/internal/room/programme"
	"plait/internal/room/project"
	"plait/internal/room/review"
	"plait/internal/room/search"
	"plait/internal/room/thread"
	"plait/internal/room/worry"
	"plait/internal/spine/plug"
)

// rooms is every room of the house, made once.
type rooms struct {
	account   *account.Room
	programme *programme.Room
	project   *project.Room
	people    *people.Room
	consent   *consent.Room
	card      *card.Room
	evidence  *evidence.Room
	finding   *finding.Room
	action    *action.Room
	outcome   *outcome.Room
	lesson    *lesson.Room
	thread    *thread.Room
	output    *output.Room
	search    *search.Room
	review    *review.Room
	keeper    *keeper.Room
	paper     *paper.Room
	worry     *worry.Room
	told      *tellers
}

// newRooms makes the rooms and joins them by the small interfaces each declares.
func newRooms(n plug.Needs) *rooms {
	r := &rooms{}
	shown := &panels{face: n.Face, log: n.Log}
	r.account = account.New(n)
	r.programme = programme.New(n, shown)
	r.project = project.New(n, r.programme, shown, names{r})
	r.people = people.New(n)
	r.consent = consent.New(n, r.programme)
	r.people.SetWords(r.consent)
	r.people.SetNames(names{r})
	r.account.SetPersons(r.people)
	r.evidence = evidence.New(n, r.consent, r.programme, speakers{r.people})
	r.evidence.SetHosts(r.project)
	r.card = card.New(n, r.people, cardWords{n.Desk, r.evidence}, cardConsents{n.Desk, r.consent}, cardStories{n.Desk, r}, r.programme)
	r.card.SetTally(r.account.Wrongs("card"))
	drawn := threads{r}
	r.told = &tellers{}
	r.finding = finding.New(n, findingWords{r.evidence}, drawn)
	r.action = action.New(n, actionTeam{r}, drawn)
	r.outcome = outcome.New(n, outcomePeople{speakers{r.people}, r.people}, drawn)
	r.outcome.SetConsents(outcomeConsents{r.consent})
	r.lesson = lesson.New(n, drawn)
	r.thread = thread.New(n)
	r.thread.SetZones(r.programme)
	r.output = output.New(n, r.told, letterReaders{r.people}, letterWords{r.evidence}, letterFates{r.finding, names{r}})
	r.output.SetNames(names{r})
	r.output.SetOwns(letterOwns{r.outcome})
	r.output.SetZones(r.programme)
	r.action.SetZones(r.programme)
	r.action.SetPersons(r.people)
	r.finding.SetZones(r.programme)
	r.finding.SetMarks(findingMarks{r.evidence})
	r.paper = paper.New(n, paperCards{r.evidence})
	r.worry = worry.New(n, names{r}, worryBoxes{r.account}, worryWords{r.evidence}, r.programme)
	r.search = search.New(n)
	r.review = review.New(n)
	r.review.SetReports(reviewReports{evidence.InProcess{Limit: evidence.ParseTime}})
	r.review.SetNames(names{r})
	r.review.SetZones(r.programme)
	r.review.SetContributions(reviewWords{r.evidence})
	r.review.SetGroups(reviewGroups{r.people})
	r.review.SetFullTexts(reviewTexts{evidence.InProcess{Limit: evidence.ParseTime}})
	r.keeper = keeper.New(n)
	r.keeper.SetCards(r.card)
	r.keeper.SetNames(names{r})
	r.keeper.SetZones(r.programme)
	r.people.SetCopies(copiesLeft{r})
	r.keeper.SetKeepings(keepings{r})
	r.keeper.SetEraser(erasers{r})
	shown.plugs = list(r)
	return r
}

// names tells who did something, by the trail's name for them.
type names struct{ r *rooms }

// Actor is the name shown for an account; for others, the sort of actor.
func (n names) Actor(ctx context.Context, tx *db.Tx, key string) (string, error) {
	return n.r.account.NameOf(ctx, tx, key)
}

// list is the one list of rooms, in the order in which they hear news.
func list(r *rooms) []plug.Plug {
	return []plug.Plug{
		r.account.Plug(), r.programme.Plug(), r.project.Plug(), r.people.Plug(), r.consent.Plug(), r.card.Plug(),
		r.evidence.Plug(), r.finding.Plug(), r.action.Plug(), r.outcome.Plug(), r.lesson.Plug(), r.thread.Plug(), r.output.Plug(),
		r.paper.Plug(), r.worry.Plug(), r.review.Plug(), r.search.Plug(), r.keeper.Plug(),
	}
}
