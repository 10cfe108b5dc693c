package keeper

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

type trailCommand struct {
	Project string `help:"Of this project only." placeholder:"ID"`
	By      string `help:"By whom, as the trail names them." placeholder:"account:ID"`
	Group   string `help:"What it was about: a room's name, such as finding." placeholder:"ROOM"`
	Record  string `help:"Of one record." placeholder:"KIND:ID"`
	From    string `help:"From this day." placeholder:"DAY"`
	To      string `help:"Up to and with this day." placeholder:"DAY"`
	What    string `help:"reads or changes; both when not said." placeholder:"WHAT"`
	JSON    bool   `name:"json" help:"Print one line of JSON for each entry."`
	Proof   bool   `help:"Print in the order of the chain, with what each link is made of, as JSON lines."`
}

// Run is called by the command line. What it prints is written down in the trail.
func (c *trailCommand) Run(ctx context.Context, h *plug.Host) error {
	in := TrailIn{Project: c.Project, By: c.By, Group: c.Group, From: c.From, To: c.To, What: c.What, Limit: mostTrail}
	if c.Record != "" {
		var err error
		if in.Record, err = ref.Parse(c.Record); err != nil {
			return err
		}
	}
	ctx, err := h.Begin(ctx, c.Project, c.Record)
	if err != nil {
		return err
	}
	_, v, err := h.Self(ctx, "keeper", plug.MakesNothing)
	if err != nil {
		return err
	}
	r, ok := v.(*Room)
	if !ok {
		return fmt.Errorf("keeper is a %T", v)
	}
	if _, err := h.Do(ctx, "keeper.trail-fetched", in); err != nil {
		return err
	}
	if c.Proof {
		return r.writeLinks(ctx, h.Out, in)
	}
	write := func(e TrailEntry) error {
		_, err := fmt.Fprintf(h.Out, "%s  %s\n", e.Time, r.face.sentence("en", e))
		return err
	}
	if c.JSON {
		write = func(e TrailEntry) error { return writeLine(h.Out, e) }
	}
	return r.each(ctx, in, write, func() error { return nil })
}

func writeLine(w io.Writer, e TrailEntry) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(e)
}
