package cite

import "testing"

func TestReference(t *testing.T) {
	article := Record{Type: "article-journal", Title: "Help at home", Authors: []Name{{Family: "Lee", Given: "Jo-Ann M."}, {Family: "van der Berg", Given: "AB"}}, Year: 2021,
		Journal: "Journal of Care", JournalAbbr: "J Care", Volume: "4", Issue: "2", Pages: "3-9", DOI: "10.5555/care.1"}
	chapter := Record{Type: "chapter", Title: "Choice?", Authors: []Name{{Literal: "Office of Words"}}, Editors: []Name{{Family: "Park", Given: "Sam"}}, Journal: "The book", Pages: "7", Place: "Leeds", Publisher: "Press"}
	for _, c := range []struct {
		style Style
		r     Record
		want  string
	}{
		{Harvard, article, "Lee, J.-A.M. and van der Berg, A.B. (2021) ‘Help at home’, Journal of Care, 4(2), pp. 3–9. Available at: https://doi.org/10.5555/care.1."},
		{APA, article, "Lee, J.-A. M., & van der Berg, A. B. (2021). Help at home. Journal of Care, 4(2), 3–9. https://doi.org/10.5555/care.1"},
		{Vancouver, article, "Lee JAM, van der Berg AB. Help at home. J Care. 2021;4(2):3-9. doi: 10.5555/care.1"},
		{Harvard, chapter, "Office of Words (no date) ‘Choice?’, in Park, S. (eds) The book, p. 7. Leeds: Press."},
		{APA, chapter, "Office of Words. (n.d.). Choice? In The book (p. 7). Press."},
		{Vancouver, chapter, "Office of Words. Choice? In: The book. Leeds: Press. p. 7."},
		{Harvard, Record{Title: "Alone"}, "(no date) Alone."},
	} {
		if got := Reference(c.style, c.r); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.style, got, c.want)
		}
	}
}
