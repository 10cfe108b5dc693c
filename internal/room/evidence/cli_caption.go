package evidence

import (
	"context"

	"plait/internal/engine/caption"
	"plait/internal/kit/cli"
	"plait/internal/kit/fault"
	"plait/internal/kit/text"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

// captionCommand is plait evidence caption: it checks a file of captions and, with --ref,
// gives them to a recording.
type captionCommand struct {
	Ref       ref.Ref `help:"Give the captions to this contribution. Without it the file is only checked." placeholder:"contribution:ID"`
	File      string  `help:"The id of its recording or film." placeholder:"ID"`
	Version   int64   `help:"The version of that file, as it was read."`
	CheckedBy string  `help:"Who has compared them with what is heard." placeholder:"NAME"`
	JSON      bool    `name:"json" help:"Print the answer as one line of JSON."`
	Path      string  `arg:"" name:"path" help:"A file of captions: WebVTT or SRT."`
}

// captionAnswer is the answer of plait evidence caption. What could not be read is a rule
// too: its id is the problem's, its cue 0.
type captionAnswer struct {
	Cues       []caption.Cue    `json:"cues"`
	Rules      []caption.Broken `json:"rules"`
	Transcript string           `json:"transcript"`
}

// Run ends with 1 when a rule is broken.
func (c *captionCommand) Run(ctx context.Context, h *plug.Host) error {
	content, why := readFile(c.Path)
	if why != "" {
		return cli.Problems(why)
	}
	words, _, err := text.Decode(content)
	if err != nil {
		return cli.Problems("This file is not text.")
	}
	track := caption.Read(words)
	out := captionAnswer{Cues: track.Cues, Rules: caption.Rules(track.Cues), Transcript: caption.Transcript(track.Cues)}
	if out.Cues == nil {
		out.Cues = []caption.Cue{}
	}
	for i := len(track.Problems) - 1; i >= 0; i-- {
		p := track.Problems[i]
		out.Rules = append([]caption.Broken{{ID: p.ID, Line: p.Line, Text: p.Reason}}, out.Rules...)
	}
	if !c.Ref.None() {
		if err := c.keep(ctx, h, words); err != nil {
			return err
		}
	}
	if err := cli.Print(h.Out, out, c.JSON); err != nil {
		return err
	}
	if len(out.Rules) > 0 {
		return cli.Problems("")
	}
	return nil
}

func (c *captionCommand) keep(ctx context.Context, h *plug.Host, words string) error {
	if c.File == "" {
		return fault.Fielded("file", "house.missing")
	}
	ctx, err := h.Begin(ctx, "")
	if err != nil {
		return err
	}
	_, err = do[CaptionOut](ctx, h, "evidence.caption", CaptionIn{Ref: c.Ref, File: c.File, Version: c.Version, Captions: words, Checked: c.CheckedBy != "", CheckedBy: c.CheckedBy})
	return err
}
