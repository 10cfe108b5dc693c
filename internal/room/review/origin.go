package review

import "strings"

// origins is by which words in the name of a place one sees what it is. The first that fits
// counts; what fits none is a database.
var origins = []struct {
	origin string
	words  []string
}{
	{FromDatabase, []string{"google scholar", "semantic scholar", "cochrane library", "cochrane central", "register of controlled trials"}},
	{FromRegister, []string{"clinicaltrials", "clinical trials", "ictrp", "isrctn", "prospero", "eudract", "ctis", "register", "registry", "registries", "anzctr"}},
	{FromWebsite, []string{"website", "web site", "web search", "www.", "http"}},
	{FromCitation, []string{"citation", "cited by", "reference list", "references of", "snowball", "backward", "forward search", "citationchaser"}},
	{FromOrganisation, []string{"organisation", "organization", "charity", "charities", "council", "department", "ministry", "expert", "contact with", "authors", "colleague"}},
	{FromWebsite, []string{"google", "bing", "duckduckgo", ".gov", ".org", ".co.uk", ".com"}},
}

// originOf guesses from its name what a place of a search is. People can say it better.
func originOf(place string) string {
	place = strings.ToLower(place)
	for _, o := range origins {
		for _, w := range o.words {
			if strings.Contains(place, w) {
				return o.origin
			}
		}
	}
	return FromDatabase
}
