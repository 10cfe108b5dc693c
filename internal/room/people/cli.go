package people

import (
	"context"
	"fmt"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands is what the verb list cannot say: what is held is printed in words.
type commands struct {
	Held heldCommand `cmd:"" help:"Everything that is held about a person. That it was read is written down."`
}

type heldCommand struct {
	Person ref.Ref `required:"" help:"The person." placeholder:"person:ID"`
	JSON   bool    `name:"json" help:"Print the answer as one line of JSON."`
}

// Run is called by the command line.
func (c *heldCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, err := h.Begin(ctx, c.Person.String())
	if err != nil {
		return err
	}
	v, err := h.Do(ctx, "people.held", HeldIn{c.Person})
	if err != nil {
		return err
	}
	out, ok := v.(HeldOut)
	if !ok || c.JSON {
		return cli.Print(h.Out, v, c.JSON)
	}
	_, self, err := h.Self(ctx, "people", plug.MakesNothing)
	if err != nil {
		return err
	}
	r, ok := self.(*Room)
	if !ok {
		return fmt.Errorf("people is a %T", self)
	}
	return cli.Print(h.Out, r.face.inWords("en", out), false)
}

// inWords is what is held as the page says it, a line for each fact.
func (f *face) inWords(tongue string, out HeldOut) string {
	var b strings.Builder
	line := func(indent int, text ...string) {
		if t := strings.Join(text, ""); t != "" {
			fmt.Fprintf(&b, "%s%s\n", strings.Repeat("  ", indent), strings.ReplaceAll(t, "\n", "\n"+strings.Repeat("  ", indent)))
		}
	}
	for _, s := range f.papers(tongue, out.Sections) {
		line(0, s.Title)
		for _, t := range s.Things {
			line(1, strings.TrimSuffix(t.Title+", "+t.Day, ", "))
			line(2, t.Why)
			for _, x := range t.Rows {
				line(2, x.Name, ": ", x.Value)
			}
			for _, x := range t.Files {
				line(2, x.Name)
			}
			line(2, t.Chosen)
		}
		b.WriteString("\n")
	}
	if out.Unchosen > 0 {
		line(0, f.Words.T(tongue, "people.held_unchosen", "Count", out.Unchosen))
	}
	return strings.TrimSpace(b.String())
}
