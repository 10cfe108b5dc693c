package thread

import (
	"context"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands is what the verb list cannot say: a record without a flag, and files.
type commands struct {
	Of followCommand `cmd:"" default:"withargs" help:"Follow the thread of a record, both ways."`
}

type followCommand struct {
	Ref  string   `arg:"" help:"The record, such as finding:018f0000-0000-7000-8000-000000000001."`
	Way  string   `help:"up (what it stands on), down (what stands on it) or both." enum:"up,down,both" default:"both"`
	Kind []string `help:"Only records of this kind. Give it again for more kinds." placeholder:"KIND"`
	As   string   `help:"list, csv, json or graphml." enum:"list,csv,json,graphml" default:"list"`
	JSON bool     `name:"json" help:"Print the answer as one line of JSON."`
}

// Run is called by the command line.
func (c *followCommand) Run(ctx context.Context, h *plug.Host) error {
	at, err := ref.Parse(c.Ref)
	if err != nil {
		return err
	}
	if ctx, err = h.Begin(ctx, c.Ref); err != nil {
		return err
	}
	got, err := h.Do(ctx, "thread.follow", FollowIn{Ref: at, Way: c.Way, Kinds: c.Kind})
	if err != nil {
		return err
	}
	out, ok := got.(FollowOut)
	switch {
	case !ok || c.JSON:
		return cli.Print(h.Out, got, true)
	case c.As == List:
		return cli.Print(h.Out, lines(out), false)
	}
	return Write(h.Out, c.As, out)
}

// line is a record of a thread as a person reads it on a terminal.
type line struct {
	Way      string  `json:"way"`
	Distance int64   `json:"distance"`
	Kind     string  `json:"kind"`
	Strand   string  `json:"strand"`
	Title    string  `json:"title"`
	Stale    string  `json:"stale"`
	Ref      ref.Ref `json:"ref"`
}

func lines(out FollowOut) []line {
	all := []line{}
	for _, n := range out.Nodes {
		title := n.Title
		if n.Shown != Yes {
			title = "(" + n.Shown + ")"
		}
		all = append(all, line{n.Way, n.Distance, n.Kind, n.Strand, title, n.Stale, n.Ref})
	}
	return all
}
