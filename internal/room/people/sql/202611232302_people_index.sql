-- The people of one project, by name.
create index people_person_project on people_person (programme, project, name_key, id);
-- Who is due to be asked again is found among a project's people.
drop index people_person_review;
