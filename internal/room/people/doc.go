// Package people keeps who takes part: people, what they need to take part, how they
// are safely reached, and their organisations.
//
// For the team members who invite, meet and pay people. Names and contacts are here and
// nowhere else: every other room carries a person's id and a role label. Needs follow
// the six steps of the Accessible Information Standard (DAPB1605): identify, record,
// flag, share, meet, review.
//
// Invariants: a name never stands in ref_record, the trail's public columns or a log;
// needs are shown before the name is used; who has died, moved or wants no more contact
// is not written to. Tables: people_person, people_contact, people_need,
// people_need_share, people_need_met, people_review, people_organisation, people_place,
// people_mix, people_trait.
// Kinds: person, organisation.
package people
