package folder_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"plait/internal/kit/folder"
)

func names(t *testing.T, dir string) (out []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all {
		out = append(out, x.Name())
	}
	return out
}

func TestWriteIsWholeOrNotThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a")
	say := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	if err := folder.Write(path, say("first")); err != nil {
		t.Fatal(err)
	}
	failed := errors.New("no room")
	if err := folder.Write(path, func(w io.Writer) error { return errors.Join(say("half")(w), failed) }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "first" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	if err := folder.Write(path, say("second")); err != nil {
		t.Fatal(err)
	}
	if b, _ := os.ReadFile(path); string(b) != "second" || len(names(t, dir)) != 1 {
		t.Errorf("%q %v", b, names(t, dir))
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestAppendAfterACut(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list")
	for _, s := range []string{"one\n", "tw", "three\n"} {
		if err := folder.Append(path, []byte(s)); err != nil {
			t.Fatal(err)
		}
	}
	if b, _ := os.ReadFile(path); string(b) != "one\ntw\nthree\n" {
		t.Errorf("%q", b)
	}
}

func TestSweepTakesPartsAlone(t *testing.T) {
	dir := t.TempDir()
	for _, n := range []string{"keep", ".a-1" + folder.Beside} {
		if err := os.WriteFile(filepath.Join(dir, n), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := folder.Sweep(dir, false); err != nil || len(names(t, dir)) != 2 {
		t.Errorf("someone may be writing it: %v %v", names(t, dir), err)
	}
	if err := folder.Sweep(dir, true); err != nil || len(names(t, dir)) != 1 {
		t.Errorf("%v %v", names(t, dir), err)
	}
}

func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	free, ok, err := folder.Lock(path)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if _, again, err := folder.Lock(path); again || err != nil {
		t.Errorf("a second one: %v %v", again, err)
	}
	if err := free(); err != nil {
		t.Fatal(err)
	}
	free, ok, err = folder.Lock(path)
	if err != nil || !ok {
		t.Fatal("not free again", err)
	}
	if err := free(); err != nil {
		t.Error(err)
	}
}

func TestShare(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".lock")
	take := func(f func(string) (func() error, bool, error), want bool) func() error {
		t.Helper()
		free, ok, err := f(path)
		if err != nil || ok != want {
			t.Fatalf("%v, not %v: %v", ok, want, err)
		}
		return free
	}
	one, two := take(folder.Share, true), take(folder.Share, true)
	take(folder.Lock, false)
	if err := errors.Join(one(), two()); err != nil {
		t.Fatal(err)
	}
	all := take(folder.Lock, true)
	take(folder.Share, false)
	if err := all(); err != nil {
		t.Fatal(err)
	}
	_ = take(folder.Share, true)()
}

func TestNewTakesNoName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	say := func(s string) func(io.Writer) error {
		return func(w io.Writer) error { _, err := io.WriteString(w, s); return err }
	}
	ready := func() error {
		folder.SweepLeft(dir, ".left-") // what is being written stays
		return nil
	}
	if err := os.WriteFile(filepath.Join(dir, ".left-1.part"), []byte("left by one that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "film.part"), []byte("someone else's"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := folder.New(path, ".left-", say("first"), ready); err != nil {
		t.Fatal(err)
	}
	if err := folder.New(path, ".left-", say("second"), ready); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a name that is taken: %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "first" || err != nil {
		t.Errorf("%q %v", b, err)
	}
	failed := errors.New("not ready")
	if err := folder.New(filepath.Join(dir, "b.zip"), ".left-", say("third"), func() error { return failed }); !errors.Is(err, failed) {
		t.Errorf("%v", err)
	}
	if got := names(t, dir); !slices.Equal(got, []string{"a.zip", "film.part"}) {
		t.Errorf("%v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}
