package keeper

import "plait/internal/kit/page"

// withArchive adds the samples of the pages of archives.
func withArchive(all map[string]page.Samples) map[string]page.Samples {
	view := func(body any) page.View { return page.View{Title: "Archives", Body: body} }
	all["keeper/archive"] = page.Samples{
		Full: view(archivesView{Making: true, Done: 3, Total: 10, Progress: "3 of 10", Archives: []archiveLine{
			{Day: "2026-03-02", For: "The council's archive", Why: "The programme ends", State: "ready for 20 more hours", By: "Ann Oakley", Taken: []string{"Fetched by Sam Field, 3 March 2026 at 2pm"}, Size: "12 MB", Hash: "ab12", Fetch: "/keeper/archive/x/file"},
			{Day: "2026-03-01", State: "no longer here"}}}),
		Empty: view(archivesView{}),
	}
	full := view(archiveFormView{"The council", "It ends", "k"})
	all["keeper/archive-new"] = page.Samples{Full: full, Empty: view(archiveFormView{})}
	return all
}
