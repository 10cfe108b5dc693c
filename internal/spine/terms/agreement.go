package terms

import (
	"slices"

	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// Agreement is what someone agreed to, in what way it was asked and by whom it was
// given. It is asked once for a batch and inherited by each of its records.
type Agreement struct {
	Uses   []Use  `json:"uses"`            // besides the project's own; none = the narrowest
	Ends   string `json:"ends" form:"day"` // last day it holds, YYYY-MM-DD; "" = no end
	Mode   string `json:"mode"`            // one of Modes; "" = unknown
	Helper string `json:"helper"`          // who supported, spoke on behalf, or is the consultee or attorney
	Asked  string `json:"asked"`           // how it was asked and given: one of Ways; "" = unknown
	Nation string `json:"nation"`          // england, scotland, wales, northern ireland; "" = the site's
	Regime string `json:"regime"`          // improvement or research; "" = improvement
	Ethics string `json:"ethics"`          // reference of the ethics approval, for research
}

// Modes is who gave the agreement: the person, with support, someone on their behalf, a
// consultee or an attorney (both named), or nobody: what was observed when no consent was
// possible stays in the project and is never quoted.
func Modes() []string {
	return []string{"own", "support", "behalf", "consultee", "attorney", "observed", "unknown"}
}

// Ways is how it was asked and given.
func Ways() []string {
	return []string{"spoken", "signed", "clicked", "pictures", "someone else told us", "unknown"}
}

// Nations is the four nations.
func Nations() []string { return []string{"england", "scotland", "wales", "northern ireland"} }

// Check says what is wrong with an agreement, by field.
func (a Agreement) Check() error {
	var c fault.Check
	for _, u := range a.Uses {
		c.Need(Known(u), "uses", "house.bad_use")
	}
	c.Need(a.Mode == "" || slices.Contains(Modes(), a.Mode), "mode", "house.bad_choice")
	c.Need(a.Asked == "" || slices.Contains(Ways(), a.Asked), "asked", "house.bad_choice")
	c.Need(a.Nation == "" || slices.Contains(Nations(), a.Nation), "nation", "house.bad_choice")
	c.Need(a.Regime == "" || a.Regime == "improvement" || a.Regime == "research", "regime", "house.bad_choice")
	c.Need(a.Regime != "research" || a.Ethics != "", "ethics", "house.need_ethics")
	c.Need((a.Mode != "consultee" && a.Mode != "attorney") || a.Helper != "", "helper", "house.need_helper")
	if a.Mode == "observed" {
		for _, u := range a.Uses {
			c.Need(u == Project, "uses", "house.observed_stays")
		}
	}
	if a.Ends != "" {
		_, err := clock.EndOf(a.Ends, "")
		c.Need(err == nil, "ends", "house.bad_day")
	}
	return c.Err()
}

// Grants is the agreement as grants; the last day ends at midnight in the zone.
func (a Agreement) Grants(zone string) ([]Grant, error) {
	if err := a.Check(); err != nil {
		return nil, err
	}
	until := clock.Forever
	if a.Ends != "" {
		var err error
		if until, err = clock.EndOf(a.Ends, zone); err != nil {
			return nil, fault.Fielded("ends", "house.bad_day")
		}
	}
	out := []Grant{{Project, until}}
	for _, u := range a.Uses {
		if u != Project && !slices.ContainsFunc(out, func(g Grant) bool { return g.Use == u }) {
			out = append(out, Grant{u, until})
		}
	}
	return out, nil
}
