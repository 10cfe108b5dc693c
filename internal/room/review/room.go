package review

import "plait/internal/spine/plug"

// Room is the room review.
type Room struct{}

// New makes the room.
func New(plug.Needs) *Room { return &Room{} }

// Plug is the room's door.
func (r *Room) Plug() plug.Plug { return plug.Plug{Name: "review", Commands: &commands{}} }

// commands need no installation: they read files and print what is in them.
type commands struct {
	Read     readCommand     `cmd:"" help:"Say what is in files of references: format, records, and each loss with its line."`
	Convert  convertCommand  `cmd:"" help:"Write a file of references in another format."`
	Dedupe   dedupeCommand   `cmd:"" help:"Find the duplicates in files of references."`
	Simulate simulateCommand `cmd:"" help:"Screen records whose answer is known, and say how soon the relevant ones were found."`
}
