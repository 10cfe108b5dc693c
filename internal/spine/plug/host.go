package plug

import (
	"context"
	"io"
)

// Host is how a hand-written command (a field of Plug.Commands with kong's tags and a
// method Run(ctx context.Context, h *plug.Host) error) reaches the house. The command
// is made before any database is open, so it runs verbs by name.
type Host struct {
	// Begin opens the house, once, and gives a context in which the operator acts in the
	// programme that holds one of the ids, else the one --programme names, else the only one.
	Begin func(ctx context.Context, ids ...string) (context.Context, error)
	// Do runs a verb by name, with its In by value, and gives its Out by value.
	Do func(ctx context.Context, verb string, in any) (any, error)
	// Self gives a room of the open house (Plug.Self) and a context in which the operator
	// acts, without a programme, for a command that no verb can say. makes also opens an
	// installation that has no database yet, as long as its key is there, and makes the key
	// where makes is MakesKey.
	Self func(ctx context.Context, room string, makes Makes) (context.Context, any, error)
	// Out is where answers go, Err where progress goes.
	Out, Err io.Writer
}

// Makes says what a command may make of an installation that it opens.
type Makes int

// What may be made.
const (
	MakesNothing Makes = iota
	MakesDatabase
	MakesKey // and the database
	// Anyhow makes nothing, and opens also an installation that may not be served.
	Anyhow
)
