package action

import (
	"context"
	"fmt"
	"io"
	"os"

	"plait/internal/kit/cli"
	"plait/internal/kit/photo"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands are what the verb list cannot say: a picture is read from a file.
type commands struct {
	Photo photoCommand `cmd:"" help:"Add a photo of an action, or say anew what one shows."`
}

type photoCommand struct {
	Ref     string `required:"" help:"The action, such as action:018f0000-0000-7000-8000-000000000001." placeholder:"REF"`
	Version int64  `help:"The action's version that was read. The one it has now, when not said." placeholder:"NUMBER"`
	Caption string `required:"" help:"What the photo is of." placeholder:"TEXT"`
	Words   string `help:"What can be seen, for those who cannot see it." placeholder:"TEXT"`
	Of      string `help:"A photo that is there already, by its id: its words change, and no file is read." placeholder:"ID"`
	Key     string `help:"The same key, version and values give the first answer again." placeholder:"TEXT"`
	JSON    bool   `name:"json" help:"Print the answer as one line of JSON."`
	File    string `arg:"" optional:"" help:"The picture: JPEG, PNG or GIF."`
}

// Run reads the picture and adds it.
func (c *photoCommand) Run(ctx context.Context, h *plug.Host) error {
	at, err := ref.Parse(c.Ref)
	if err != nil {
		return err
	}
	if ctx, err = h.Begin(ctx, c.Ref); err != nil {
		return err
	}
	in := PhotoIn{Ref: at, Version: c.Version, Caption: c.Caption, Words: c.Words, File: c.Of, Key: c.Key}
	if in.Version == 0 {
		got, err := h.Do(ctx, "action.see", SeeIn{at})
		if err != nil {
			return err
		}
		if out, ok := got.(SeeOut); ok {
			in.Version = out.Version
		}
	}
	if c.Of == "" && c.File != "" {
		if in.Content, err = read(c.File); err != nil {
			return err
		}
	}
	out, err := h.Do(ctx, "action.photo", in)
	if err != nil {
		return err
	}
	return cli.Print(h.Out, out, c.JSON)
}

// read reads a file, at most one byte more than a picture may have.
func read(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("cannot read the file %s: %w", name, err)
	}
	defer func() { _ = f.Close() }() // it was only read
	b, err := io.ReadAll(io.LimitReader(f, photo.MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read the file %s: %w", name, err)
	}
	return b, nil
}
