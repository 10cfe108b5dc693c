package review

import (
	"net/url"
	"strings"

	"plait/internal/kit/fault"
)

// Working is an organisation that works on the question.
type Working struct {
	ID      string `json:"id"`
	Review  string `json:"review"`
	Name    string `json:"name"`
	Does    string `json:"does"`
	Link    string `json:"link"`  // http or https; "" = none
	Place   string `json:"place"` // where in a text it was marked; "" = none
	N       int64  `json:"n"`     // the record that names it; 0 = none
	Met     string `json:"met"`   // id of the organisation among the people to meet; "" = not yet
	Version int64  `json:"version"`
	MadeAt  int64  `json:"made_at"`
}

func (o *Working) tidy() {
	o.Name, o.Does, o.Link = strings.TrimSpace(o.Name), strings.TrimSpace(o.Does), strings.TrimSpace(o.Link)
	if o.Link != "" && !strings.Contains(o.Link, "://") {
		o.Link = "https://" + o.Link
	}
}

func (o Working) check() error {
	var c fault.Check
	c.Need(o.Name != "", "name", "review.ex_need_organisation")
	c.Need(len(o.Name) <= maxLabel, "name", "house.too_long")
	c.Need(len(o.Does) <= MaxLine, "does", "house.too_long")
	c.Need(len(o.Link) <= MaxLine, "link", "house.too_long")
	c.Need(len(o.Place) <= MaxText, "place", "house.too_long")
	u, err := url.Parse(o.Link)
	c.Need(o.Link == "" || err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "", "link", "review.ex_bad_link")
	return c.Err()
}
