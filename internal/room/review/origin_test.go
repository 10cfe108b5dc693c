package review

import "testing"

func TestOriginOfAPlace(t *testing.T) {
	for place, want := range map[string]string{
		"Scopus": FromDatabase, "PubMed": FromDatabase, "Google Scholar": FromDatabase, "Cochrane Library": FromDatabase, "ASSIA (ProQuest)": FromDatabase, "": FromDatabase,
		"ClinicalTrials.gov": FromRegister, "WHO ICTRP": FromRegister, "PROSPERO": FromRegister, "Cochrane Central Register of Controlled Trials": FromDatabase, "CENTRAL": FromDatabase,
		"https://www.scie.org.uk": FromWebsite, "Website of the council": FromWebsite, "Google": FromWebsite,
		"Care Council": FromOrganisation, "Contact with experts": FromOrganisation, "Forward citation search": FromCitation, "Reference lists": FromCitation,
	} {
		if got := originOf(place); got != want {
			t.Errorf("%q is a %s", place, got)
		}
	}
}
