package paper

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"plait/internal/engine/corner"
	"plait/internal/kit/cli"
	"plait/internal/kit/fault"
	"plait/internal/kit/photo"
	"plait/internal/spine/plug"
)

// commands is what the verb list cannot say: a photo is read from the disk, with no
// database.
type commands struct {
	Read readCommand `cmd:"" help:"Read the corner codes in a photo."`
}

// readCommand is plait paper read.
type readCommand struct {
	JSON bool   `name:"json" help:"Print the answer as one line of JSON."`
	File string `arg:"" name:"photo" help:"JPEG, PNG, GIF, WebP or TIFF."`
}

// readOut is the answer of plait paper read.
type readOut struct {
	Cards []readCard     `json:"cards"`
	Loose []corner.Loose `json:"loose"`
}

type readCard struct {
	corner.Card
	Colour string `json:"colour_name"`
}

// Run reads a photo. Something that looks like a marker and cannot be read ends it with 1.
func (c *readCommand) Run(_ context.Context, h *plug.Host) error {
	b, err := readPhoto(c.File)
	if err != nil {
		return err
	}
	img, _, err := photo.Open(b)
	if err != nil {
		return err
	}
	out := readOut{Cards: []readCard{}, Loose: []corner.Loose{}}
	cards, loose := corner.Find(img)
	for _, x := range cards {
		r := readCard{Card: x}
		if x.Code.Colour < len(Colours()) {
			r.Colour = Colours()[x.Code.Colour]
		}
		out.Cards = append(out.Cards, r)
	}
	out.Loose = append(out.Loose, loose...)
	if c.JSON {
		err = json.NewEncoder(h.Out).Encode(out)
	} else {
		err = out.print(h.Out)
	}
	if err == nil && len(loose) > 0 {
		err = cli.Problems(fmt.Sprintf("Things that look like a corner code and cannot be read: %d. Place them by hand, or take a sharper photo.", len(loose)))
	}
	return err
}

func (o readOut) print(w io.Writer) error {
	var errs []error
	say := func(format string, args ...any) { _, err := fmt.Fprintf(w, format, args...); errs = append(errs, err) }
	for _, c := range o.Cards {
		say("batch %d  table %d  round %d  %s  card %d  (%d corners)\n", c.Batch, c.Table, c.Round, c.Colour, c.Number, c.Markers)
	}
	for _, l := range o.Loose {
		say("loose at %.0f, %.0f\n", l.Quad[0].X, l.Quad[0].Y)
	}
	say("%d cards, %d loose\n", len(o.Cards), len(o.Loose))
	return errors.Join(errs...)
}

func readPhoto(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fault.New(fault.Missing, "paper.no_file", "File", name).Because(err)
	}
	b, err := io.ReadAll(io.LimitReader(f, photo.MaxBytes+1))
	return b, errors.Join(err, f.Close())
}
