package search

import (
	"context"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands is what the verb list cannot say: words without a flag, at the top.
type commands struct {
	Search findCommand `cmd:"" help:"Find records by their words."`
}

type findCommand struct {
	Words   []string `arg:"" help:"What to look for. All of the words must be there."`
	Project string   `help:"Look in this project only." placeholder:"ID"`
	Kind    string   `help:"Look for this kind of record only, such as contribution." placeholder:"KIND"`
	Limit   int64    `help:"How many to give, 1 to 100." default:"20" placeholder:"NUMBER"`
	JSON    bool     `name:"json" help:"Print the answer as one line of JSON."`
}

// Run is called by the command line.
func (c *findCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, err := h.Begin(ctx, c.Project)
	if err != nil {
		return err
	}
	out, err := h.Do(ctx, "search.find", FindIn{Words: strings.Join(c.Words, " "), Project: c.Project, Kind: c.Kind, Limit: c.Limit})
	if err != nil {
		return err
	}
	found, ok := out.(FindOut)
	if !ok || c.JSON {
		return cli.Print(h.Out, out, c.JSON)
	}
	return cli.Print(h.Out, lines(found), false)
}

// line is a hit as a person reads it on a terminal.
type line struct {
	Ref     ref.Ref `json:"ref"`
	Strand  string  `json:"strand"`
	Title   string  `json:"title"`
	Project string  `json:"project"`
}

func lines(out FindOut) []line {
	all := []line{}
	for _, x := range out.Hits {
		all = append(all, line{x.Ref, x.Strand, x.Title, x.ProjectTitle})
	}
	return all
}
