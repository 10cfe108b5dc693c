package output

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"plait/internal/kit/cli"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// commands are what the verb list cannot say: letters are made here and now, and written
// as files.
type commands struct {
	Letters lettersCommand `cmd:"" help:"Make the letters of a project ready, and write them as files."`
}

type lettersCommand struct {
	Project string `required:"" help:"The project's id." placeholder:"ID"`
	Out     string `short:"o" name:"out" help:"A folder for the files: HTML and Word, and the text of letters to be read aloud." placeholder:"DIR"`
	JSON    bool   `name:"json" help:"Print the answer as one line of JSON."`
}

// lettersOut is the answer of plait output letters.
type lettersOut struct {
	Letters []lettersLine `json:"letters"`
	Owing   int64         `json:"owing"` // contributions of which nobody has said what became
}

type lettersLine struct {
	Ref    ref.Ref  `json:"ref"`
	Person string   `json:"person"`
	Format string   `json:"format"`
	State  string   `json:"state"`
	Files  []string `json:"files"` // none while it waits or is held
	Why    string   `json:"why"`
}

// peopleAtOnce is how many letters are made between two looks at the progress.
const peopleAtOnce = 50

// Run makes every letter in this process, then writes those that can be given.
func (c *lettersCommand) Run(ctx context.Context, h *plug.Host) error {
	ctx, err := h.Begin(ctx, c.Project)
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.MkdirAll(c.Out, 0o700); err != nil {
			return fmt.Errorf("cannot make the folder %s: %w", c.Out, err)
		}
	}
	if err := c.make(ctx, h); err != nil {
		return err
	}
	out := lettersOut{Letters: []lettersLine{}}
	for in := (LettersIn{Project: c.Project, Limit: MaxFiles}); ; {
		list, err := do[LettersOut](ctx, h, "output.letters", in)
		if err != nil {
			return err
		}
		written, err := c.write(ctx, h, list.Letters)
		if err != nil {
			return err
		}
		for _, l := range list.Letters {
			files := written[l.Ref]
			if files == nil {
				files = []string{}
			}
			out.Letters = append(out.Letters, lettersLine{l.Ref, l.Person, l.Format, l.State, files, l.Why})
		}
		if in.After = list.Next; in.After == "" {
			break
		}
	}
	owed, err := do[OwingOut](ctx, h, "output.owing", OwingIn{c.Project})
	if err != nil {
		return err
	}
	out.Owing = owed.Owing
	return cli.Print(h.Out, out, c.JSON)
}

// make makes the letters and shows how far it is.
func (c *lettersCommand) make(ctx context.Context, h *plug.Host) error {
	in := ReadyIn{Project: c.Project, People: peopleAtOnce}
	var p *cli.Progress
	for done := int64(0); ; {
		out, err := do[ReadyOut](ctx, h, "output.ready", in)
		if err != nil {
			return err
		}
		if p == nil {
			p = cli.NewProgress(h.Err, "Making letters", out.Letters)
			defer p.End()
		}
		p.Add(out.Done - done)
		if done, in.Run = out.Done, out.Run; out.State == Done {
			return nil
		}
	}
}

// write writes the letters that can be given, and names their files by letter.
func (c *lettersCommand) write(ctx context.Context, h *plug.Host, letters []Listed) (map[ref.Ref][]string, error) {
	out := map[ref.Ref][]string{}
	if c.Out == "" {
		return out, nil
	}
	for _, set := range []struct {
		as   []string
		want func(Listed) bool
	}{{[]string{"html", "docx"}, func(l Listed) bool { return l.Format != Audio }}, {[]string{"html", "docx", "text"}, func(l Listed) bool { return l.Format == Audio }}} {
		in := FilesIn{Project: c.Project, As: set.as}
		for _, l := range letters {
			if set.want(l) && l.State != Waiting && l.State != Held {
				in.Refs = append(in.Refs, l.Ref)
			}
		}
		if len(in.Refs) == 0 {
			continue
		}
		files, err := do[FilesOut](ctx, h, "output.files", in)
		if err != nil {
			return nil, err
		}
		for _, f := range files.Files {
			path := filepath.Join(c.Out, f.Name)
			if err := os.WriteFile(path, f.Content, 0o600); err != nil {
				return nil, fmt.Errorf("cannot write %s: %w", path, err)
			}
			out[f.Ref] = append(out[f.Ref], path)
		}
	}
	return out, nil
}

func do[Out any](ctx context.Context, h *plug.Host, verb string, in any) (out Out, err error) {
	v, err := h.Do(ctx, verb, in)
	if err != nil {
		return out, err
	}
	out, ok := v.(Out)
	if !ok {
		return out, fmt.Errorf("%s answered with a %T", verb, v)
	}
	return out, nil
}
