package card

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"plait/internal/kit/page"
	"plait/internal/spine/plug"
)

func TestStopped(t *testing.T) {
	for in, want := range map[string]string{"": "", "One number": "One number.", "One number. ": "One number.", "Why?": "Why?", "She said “yes.”": "She said “yes.”", "A “no”": "A “no”.", "Now…": "Now…"} {
		if got := stopped(in); got != want {
			t.Errorf("%q is %q, want %q", in, got, want)
		}
	}
}

func TestLinesByFormat(t *testing.T) {
	told := []plug.Told{{Says: "One number, answered by someone who can change a visit", Plainly: "We asked for one number", State: "s", Why: "Because."}, {Says: "Pay for the time"}}
	day := func(on string) string { return on }
	whole := []line{{"One number, answered by someone who can change a visit.", "s", "", "Because."}, {Text: "Pay for the time"}}
	for format, want := range map[string][]line{
		page.Standard: whole, page.Large: whole,
		page.Easy:   {{"We asked for one number.", "s", "", ""}},
		page.Listen: {{"We asked for one number.", "s", "", ""}, {Text: "Pay for the time"}},
	} {
		got, missing := lines(told, format, day)
		if diff := cmp.Diff(want, got); diff != "" || missing != (format == page.Easy) {
			t.Errorf("%s: missing %t %s", format, missing, diff)
		}
	}
}
