package mail

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"plait/internal/kit/clock"
	"plait/internal/kit/id"
)

// folderFrom is who letters in a folder come from: nobody can answer them.
const folderFrom = "Plait <plait@localhost>"

type folder struct {
	sender
	dir string
}

// Folder is a Post that writes one file per letter into dir, for the demo and the
// tests. The file is called <id>.eml, mode 0600, and is there whole or not at all; the
// names of letters without an ID of their own sort by the time they were written. The
// folder is made with the first letter.
func Folder(dir string, tick clock.Clock, ids *id.Maker) Post {
	s, err := newSender(folderFrom, tick, ids)
	if err != nil {
		panic("mail: " + err.Error()) // the address above is sound
	}
	return &folder{s, dir}
}

// Send writes the letter's file. The same ID a second time replaces it.
func (f *folder) Send(ctx context.Context, l Letter) error {
	m, name, err := f.message(l, true)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return away(err)
	}
	if err := os.MkdirAll(f.dir, 0o700); err != nil {
		return away(err)
	}
	// Letters hold sign-in links: CreateTemp's files are for their owner alone.
	tmp, err := os.CreateTemp(f.dir, ".letter-*")
	if err != nil {
		return away(err)
	}
	_, err = m.WriteTo(tmp)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(f.dir, name+".eml"))
	}
	if err != nil {
		return away(errors.Join(err, os.Remove(tmp.Name())))
	}
	return nil
}
