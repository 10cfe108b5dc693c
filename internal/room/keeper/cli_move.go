package keeper

import (
	"context"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/kit/fault"
	"plait/internal/spine/plug"
)

type moveCommand struct {
	To   string `help:"Where to: an address such as postgres://user@host/name, or a folder. Put the password into PGPASSWORD." placeholder:"ADDRESS"`
	Undo bool   `help:"Let this side be served again after a move. What was written at the other side stays there."`
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// Run moves the whole installation to another database.
func (c *moveCommand) Run(ctx context.Context, h *plug.Host) error {
	if (c.To == "") == !c.Undo {
		return fault.New(fault.Invalid, "keeper.move_where").With("keeper.move_where_do")
	}
	ctx, r, err := self(ctx, h, plug.Anyhow)
	if err != nil {
		return err
	}
	if c.Undo {
		out, err := r.undoMove(ctx)
		if err != nil {
			return err
		}
		return cli.Print(h.Out, out, c.JSON)
	}
	out, err := r.move(ctx, c.To, telling(h.Err))
	if err != nil {
		return err
	}
	out.Next = "Set PLAIT_DB to the new address and start plait serve. Keep the same key."
	if !strings.Contains(c.To, "://") {
		out.Next = "Copy plait.key into " + c.To + ", set PLAIT_DIR to it, and start plait serve."
	}
	return cli.Print(h.Out, out, c.JSON)
}
