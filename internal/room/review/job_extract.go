package review

import (
	"context"
	"errors"
	"io"
	"strconv"
	"time"

	"plait/internal/kit/child"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/job"
	"plait/internal/spine/ref"
)

// readTextJob reads the words of a record's file.
const readTextJob = "review.texts"

func readArgs(ctx context.Context, review string, n int64) map[string]string {
	args := jobOf(ctx, review)
	args["review"], args["n"] = review, strconv.FormatInt(n, 10)
	return args
}

func (r *Room) extractJobs() []job.Def {
	return []job.Def{{Name: readTextJob, Timeout: 5 * time.Minute, Do: r.readText}}
}

// readText reads the words of a record's file and keeps them, in the name of whoever asked
// for it, whose rights are asked again. The reading itself is outside
// of any transaction; a job that was killed reads again.
func (r *Room) readText(ctx context.Context, j job.Job) error {
	programme, review := j.Args["programme"], j.Args["review"]
	n, err := strconv.ParseInt(j.Args["n"], 10, 64)
	if err != nil {
		return nil // nothing that could be tried again
	}
	ctx = began(ctx, j)
	var x Record
	var had fullText
	err = r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if _, _, err = r.open(ctx, tx, "review.screen", ref.Of(Kind, review)); err != nil {
			return err
		}
		if x, err = record(tx, programme, review, n); err != nil {
			return err
		}
		had, err = fullTextOf(tx, programme, review, n)
		return err
	})
	switch {
	case fault.Is(err, fault.Missing), fault.Is(err, fault.Forbidden):
		return nil // its starter may no longer do it: it waits for someone who may
	case err != nil:
		return err
	case had.State != textReading || had.File != x.FullFile:
		return nil // it was read, or it is another file now
	}
	full, err := r.fileWords(ctx, programme, x.FullFile)
	if err != nil {
		return err
	}
	now := r.clock.Now()
	return r.db.Write(ctx, func(tx *db.Tx) error {
		x, err := record(tx, programme, review, n)
		if fault.Is(err, fault.Missing) || err == nil && x.FullFile != full.File {
			return nil
		}
		if err != nil {
			return err
		}
		return putFullText(tx, programme, review, n, now, full)
	})
}

// fileWords reads a file. What the file itself is to blame for is told in Why.
func (r *Room) fileWords(ctx context.Context, programme, file string) (fullText, error) {
	out := fullText{File: file, State: textFailed}
	if r.takes.texts == nil {
		out.Why = "review.ex_text_no_reader"
		return out, nil
	}
	in, info, err := r.files.Open(ctx, programme, file)
	if fault.Is(err, fault.Missing) {
		out.Why = "review.ex_text_lost"
		return out, nil
	}
	if err != nil {
		return out, err
	}
	b, err := io.ReadAll(io.LimitReader(in, MaxWhole+1))
	if e := in.Close(); err == nil {
		err = e
	}
	if err != nil {
		return out, err
	}
	if len(b) > MaxWhole {
		out.Why = "review.ex_text_big"
		return out, nil
	}
	words, starts, why, err := r.takes.texts.Words(ctx, b, info.Name)
	switch {
	case errors.Is(err, child.ErrSlow), errors.Is(err, child.ErrFailed):
		out.Why = "review.ex_text_broken"
	case err != nil:
		return out, err
	case words == "":
		if out.Why = why; why == "" {
			out.Why = "review.ex_text_empty"
		}
	default:
		out.State, out.Words, out.Starts = textRead, words, starts
	}
	return out, nil
}
