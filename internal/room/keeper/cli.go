package keeper

import (
	"context"
	"fmt"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
)

// commands is what the verb list cannot say: a check that finds something ends with 1.
type commands struct {
	Check checkCommand `cmd:"" help:"Prove the trail and the counts. Ends with 1 when something does not hold."`
}

type checkCommand struct {
	JSON bool `name:"json" help:"Print the answer as one line of JSON."`
}

// Run is called by the command line.
func (c *checkCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, err := h.Begin(ctx)
	if err != nil {
		return err
	}
	v, err := h.Do(ctx, "keeper.check", CheckIn{})
	if err != nil {
		return err
	}
	out, ok := v.(CheckOut)
	if !ok {
		return fmt.Errorf("keeper.check gave %T", v)
	}
	if err := cli.Print(h.Out, out, c.JSON); err != nil {
		return err
	}
	if len(out.Broken) > 0 {
		return cli.Problems(fmt.Sprintf("%d of what was checked does not hold.", len(out.Broken)))
	}
	return nil
}
