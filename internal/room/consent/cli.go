package consent

import (
	"context"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// commands are what the verb list cannot say: a record named without a flag.
type commands struct {
	Withdraw withdrawCommand `cmd:"" help:"Take back a contribution, or one use of it."`
}

type withdrawCommand struct {
	Ref      string `arg:"" help:"The record, kind:uuid."`
	Use      string `help:"One use, such as quote. Without it everything is taken back." placeholder:"USE"`
	EraseNow bool   `help:"Erase it at once. This cannot be undone."`
	Told     string `help:"How you were told." placeholder:"TEXT"`
	JSON     bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// Run takes one record back as the operator.
func (c *withdrawCommand) Run(ctx context.Context, h *plug.Host) error {
	at, err := ref.Parse(c.Ref)
	if err != nil {
		return err
	}
	if ctx, err = h.Begin(ctx, at.ID); err != nil {
		return err
	}
	out, err := h.Do(ctx, "consent.withdraw", WithdrawIn{Ref: at, Use: terms.Use(c.Use), EraseNow: c.EraseNow, Told: c.Told})
	if err != nil {
		return err
	}
	return cli.Print(h.Out, out, c.JSON)
}
