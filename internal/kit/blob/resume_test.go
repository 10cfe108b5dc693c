package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
)

func (w *world) begin(name string) string {
	w.t.Helper()
	c, err := w.Begin(w.t.Context(), programme, name)
	if err != nil || c.At != 0 || c.Whole {
		w.t.Fatal(c, err)
	}
	return c.ID
}

func (w *world) stands(file string) int64 {
	w.t.Helper()
	c, err := w.At(w.t.Context(), programme, file)
	if err != nil {
		w.t.Fatal(err)
	}
	return c.At
}

// send puts b from where the file stands.
func (w *world) send(file string, b []byte) {
	w.t.Helper()
	for at := w.stands(file); at < int64(len(b)); {
		now, err := w.Put(w.t.Context(), programme, file, at, b[at:min(at+blob.ChunkSize, int64(len(b)))])
		if err != nil || now <= at {
			w.t.Fatal(now, err)
		}
		at = now
	}
}

func TestPutInOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(3*blob.ChunkSize+7, "put")
		f := w.begin(`C:\a\film.webm`)
		put := func(at int64, chunk []byte) (int64, error) { return w.Put(t.Context(), programme, f, at, chunk) }
		refused := func(at int64, chunk []byte, stands int64) {
			t.Helper()
			now, err := put(at, chunk)
			if !fault.Is(err, fault.Conflict) || now != stands || w.stands(f) != stands {
				t.Errorf("%d bytes at %d: it says %d, stands at %d, %v", len(chunk), at, now, w.stands(f), err)
			}
		}
		first, second := b[:blob.ChunkSize], b[blob.ChunkSize:2*blob.ChunkSize]
		refused(blob.ChunkSize, second, 0)
		refused(0, nil, 0)
		refused(-blob.ChunkSize, first, 0)
		refused(0, b[:blob.ChunkSize+1], 0)
		if now, err := put(0, first); now != blob.ChunkSize || err != nil {
			t.Fatal(now, err)
		}
		if now, err := put(0, first); now != blob.ChunkSize || err != nil {
			t.Errorf("the same chunk again: %d %v", now, err)
		}
		refused(0, second, blob.ChunkSize)
		refused(5, second, blob.ChunkSize)
		refused(2*blob.ChunkSize, second, blob.ChunkSize)
		if _, _, err := w.Open(t.Context(), programme, f); !fault.Is(err, fault.Missing) {
			t.Errorf("opened before it is whole: %v", err)
		}
		if err := w.keep(f, "r"); !fault.Is(err, fault.Missing) {
			t.Errorf("kept before it is whole: %v", err)
		}
		w.send(f, b)
		refused(int64(len(b)), second, int64(len(b))) // nothing comes after a short chunk
		if _, err := w.Whole(t.Context(), programme, f, int64(len(b))-1, nil); !fault.Is(err, fault.TooBig) {
			t.Errorf("one byte too many: %v", err)
		}
		u, err := w.Whole(t.Context(), programme, f, int64(len(b)), nil)
		if err != nil || u.Size != int64(len(b)) || u.Name != "film.webm" || u.ID != f {
			t.Fatal(u, err)
		}
		if again, err := w.Whole(t.Context(), programme, f, 1<<30, func(io.ReadSeeker) ([]blob.Span, error) { t.Error("scrubbed twice"); return nil, nil }); err != nil || again != u {
			t.Errorf("whole twice: %+v %v", again, err)
		}
		if now, err := put(blob.ChunkSize, second); now != u.Size || err != nil {
			t.Errorf("the same chunk when it is whole: %d %v", now, err)
		}
		if got, err := w.read(f); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		if err := errors.Join(w.Check(t.Context(), programme, f), w.keep(f, "r")); err != nil {
			t.Error(err)
		}
		if twin := w.take("again", b); len(w.same(twin.ID)) != 1 {
			t.Error("the same bytes taken in at once were not noticed")
		}
		if c, err := w.At(t.Context(), programme, f); err != nil || !c.Whole || c.At != u.Size {
			t.Errorf("%+v %v", c, err)
		}
		if _, err := w.At(t.Context(), "another", f); !fault.Is(err, fault.Missing) {
			t.Errorf("from another programme: %v", err)
		}
		if _, err := w.Put(t.Context(), "another", f, 0, first); !fault.Is(err, fault.Missing) {
			t.Errorf("put from another programme: %v", err)
		}
	})
}

func (w *world) same(file string) (out []blob.Info) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) { out, err = w.Same(tx, programme, file); return err }); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func TestTwoTabsSendTheSameChunk(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(4*blob.ChunkSize, "tabs")
		f := w.begin("x")
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for at := int64(0); at < int64(len(b)); at += blob.ChunkSize {
					now, err := w.Put(t.Context(), programme, f, at, b[at:at+blob.ChunkSize])
					if err != nil || now < at+blob.ChunkSize {
						t.Errorf("at %d: %d %v", at, now, err)
					}
				}
			})
		}
		all.Wait()
		// And two that end it at once: one answer, and the other waits or gets the same.
		answers := make(chan blob.Upload, 4)
		for range 4 {
			all.Go(func() {
				u, err := w.Whole(t.Context(), programme, f, 1<<30, func(io.ReadSeeker) ([]blob.Span, error) {
					return []blob.Span{{At: 10, Len: 20}}, nil
				})
				if err == nil {
					answers <- u
				} else if !fault.Is(err, fault.Busy) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(answers) == 0 {
			t.Fatal("nobody could end it")
		}
		clear(b[10:30])
		if got, err := w.read(f); err != nil || !bytes.Equal(got, b) || w.count("blob_chunk") != 4 {
			t.Errorf("%d bytes came back, %d chunks, %v", len(got), w.count("blob_chunk"), err)
		}
	})
}

func TestSpans(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		const c = blob.ChunkSize
		b := noise(5*c+9, "spans")
		want := bytes.Clone(b)
		spans := []blob.Span{
			{At: 4*c - 2, Len: 8, With: []byte("across")}, {At: 3, Len: 5, With: []byte("hello")}, {At: c + 5, Len: 2*c + 1, With: bytes.Repeat([]byte("x"), c)},
			{At: int64(len(b)) - 1, Len: 1}, {At: 7, Len: 0},
		}
		for _, x := range spans {
			part := want[x.At:][:x.Len]
			clear(part)
			copy(part, x.With)
		}
		f := w.begin("x")
		w.send(f, b)
		bad := errors.New("cannot be cleaned")
		if _, err := w.Whole(t.Context(), programme, f, 1<<30, func(io.ReadSeeker) ([]blob.Span, error) { return nil, bad }); !errors.Is(err, bad) {
			t.Error(err)
		}
		for _, x := range []blob.Span{{At: -1, Len: 1}, {At: 0, Len: int64(len(b)) + 1}, {At: int64(len(b)), Len: 1}, {At: 0, Len: 1, With: []byte("ab")}, {At: 1 << 62, Len: 1 << 62}} {
			if _, err := w.Whole(t.Context(), programme, f, 1<<30, func(io.ReadSeeker) ([]blob.Span, error) { return []blob.Span{x}, nil }); err == nil {
				t.Errorf("%+v was taken", x)
			}
		}
		u, err := w.Whole(t.Context(), programme, f, 1<<30, func(r io.ReadSeeker) ([]blob.Span, error) {
			got, err := io.ReadAll(r)
			if err != nil || !bytes.Equal(got, b) {
				t.Errorf("the scrubber reads %d bytes, %v", len(got), err)
			}
			return spans, nil
		})
		if err != nil || u.Size != int64(len(b)) {
			t.Fatal(u, err)
		}
		if got, err := w.read(f); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
		if err := w.Check(t.Context(), programme, f); err != nil {
			t.Error(err)
		}
	})
}

func TestSwapPassForgetLook(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		f := w.begin("photo.jpg")
		w.send(f, noise(2*blob.ChunkSize+1, "raw"))
		small := w.take("small", []byte("\xff\xd8\xff small"))
		for range 2 { // the second after an answer that was lost
			u, err := w.Swap(t.Context(), programme, f, small.ID)
			if err != nil || u.ID != f || u.Name != "photo.jpg" || u.Media != "image/jpeg" || u.Size != small.Size {
				t.Fatal(u, err)
			}
		}
		if got, err := w.read(f); err != nil || string(got) != "\xff\xd8\xff small" || w.count("blob_chunk") != 1 || w.count("blob_file") != 1 {
			t.Errorf("%q %v", got, err)
		}
		pass := func(from, to string) error {
			return w.write(func(tx *db.Tx) error { return w.Pass(tx, programme, f, from, to) })
		}
		if err := pass("batch", "c"); !fault.Is(err, fault.Missing) {
			t.Errorf("a file that is nobody's was passed on: %v", err)
		}
		if err := errors.Join(w.keep(f, "batch"), pass("batch", "c"), pass("batch", "c")); err != nil {
			t.Error(err)
		}
		if err := pass("batch", "d"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a file of a third: %v", err)
		}
		if err := w.Forget(t.Context(), programme, f); err != nil {
			t.Error(err)
		}
		look := func(file string) (i blob.Info, ok bool) {
			if err := w.DB.Read(t.Context(), func(tx *db.Tx) (err error) { i, ok, err = w.Look(tx, programme, file); return err }); err != nil {
				t.Fatal(err)
			}
			return i, ok
		}
		if i, ok := look(f); !ok || i.Record != "c" {
			t.Errorf("%+v %v: a kept file is never forgotten", i, ok)
		}
		other := w.begin("y")
		w.send(other, noise(blob.ChunkSize+5, "y"))
		if _, ok := look(other); ok {
			t.Error("a file that is not whole was seen")
		}
		if err := w.Forget(t.Context(), programme, other); err != nil {
			t.Error(err)
		}
		if _, err := w.At(t.Context(), programme, other); !fault.Is(err, fault.Missing) {
			t.Errorf("forgotten: %v", err)
		}
		if n := w.sweep(); n != 1 || w.count("blob_chunk") != 1 {
			t.Errorf("swept %d, %d chunks are left", n, w.count("blob_chunk"))
		}
	})
}

func TestUploadsUnderWayAreSwept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(3*blob.ChunkSize, "slow")
		f := w.begin("slow")
		for at := int64(0); at < int64(len(b)); at += blob.ChunkSize {
			if _, err := w.Put(t.Context(), programme, f, at, b[at:at+blob.ChunkSize]); err != nil {
				t.Fatal(err)
			}
			w.hand.Add(23 * time.Hour) // a chunk a day is no stray
			if n := w.sweep(); n != 0 {
				t.Fatal("swept while it came in")
			}
		}
		w.hand.Add(2 * time.Hour)
		if n := w.sweep(); n != 1 || w.count("blob_file")+w.count("blob_chunk") != 0 {
			t.Errorf("swept %d; %d chunks are left", n, w.count("blob_chunk"))
		}
		if _, err := w.Put(t.Context(), programme, f, int64(len(b)), b[:5]); !fault.Is(err, fault.Missing) {
			t.Errorf("a swept file was gone on with: %v", err)
		}
	})
}

// putSlowly puts two chunks, says where it stands after each, and waits to be killed.
func putSlowly(at, file string) int {
	d, err := open(context.Background(), at)
	if err != nil {
		return 3
	}
	s, err := storeOn(d, clock.System{})
	if err != nil {
		return 4
	}
	b := noise(4*blob.ChunkSize+5, "killed")
	for from := int64(0); from < 2*blob.ChunkSize; {
		if from, err = s.Put(context.Background(), programme, file, from, b[from:from+blob.ChunkSize]); err != nil {
			return 5
		}
		fmt.Println(from)
	}
	time.Sleep(time.Minute)
	return 6
}

func TestKilledBetweenChunks(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		f := w.begin("x")
		c := exec.CommandContext(t.Context(), os.Args[0], "put-slowly", w.at, f)
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		for _, want := range []string{fmt.Sprintln(blob.ChunkSize), fmt.Sprintln(2 * blob.ChunkSize)} {
			if line, err := lines.ReadString('\n'); line != want {
				t.Fatalf("%q %v", line, err)
			}
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			t.Fatal("it was not killed")
		}
		if at := w.stands(f); at != 2*blob.ChunkSize {
			t.Fatalf("it stands at %d", at)
		}
		b := noise(4*blob.ChunkSize+5, "killed")
		w.send(f, b)
		if _, err := w.Whole(t.Context(), programme, f, 1<<30, nil); err != nil {
			t.Fatal(err)
		}
		if got, err := w.read(f); err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes came back, %v", len(got), err)
		}
	})
}

// TestNoRoom fills the database to the most pages it may have, which SQLite answers as it
// does a full disk (SQLITE_FULL), and makes room again.
func TestNoRoom(t *testing.T) {
	w := newWorld(t, t.TempDir())
	w.t = t
	pages := func(n int64) {
		t.Helper()
		if _, err := w.DB.Pool().ExecContext(t.Context(), fmt.Sprintf("pragma max_page_count = %d", n)); err != nil {
			t.Fatal(err)
		}
	}
	b := noise(8*blob.ChunkSize+3, "full")
	f := w.begin("x")
	pages(w.count("pragma_page_count()") + 1200) // 4.7 MiB
	stopped := int64(0)
	for stopped < int64(len(b)) {
		now, err := w.Put(t.Context(), programme, f, stopped, b[stopped:min(stopped+blob.ChunkSize, int64(len(b)))])
		if err != nil {
			if fault.Of(err).Say != "house.db_full" || now != stopped {
				t.Fatalf("%d %v", now, err)
			}
			break
		}
		stopped = now
	}
	if stopped < 2*blob.ChunkSize || stopped > 6*blob.ChunkSize {
		t.Fatalf("it was full after %d bytes: this proves nothing", stopped)
	}
	if _, err := w.Take(t.Context(), programme, "whole", bytes.NewReader(b), 1<<30); fault.Of(err).Say != "house.db_full" {
		t.Errorf("a file in one go: %v", err)
	}
	if at, n := w.stands(f), w.count("blob_chunk where file = '"+f+"'"); at != stopped || n != at/blob.ChunkSize {
		t.Errorf("it stands at %d with %d chunks", at, n)
	}
	pages(1 << 30)
	w.send(f, b)
	if _, err := w.Whole(t.Context(), programme, f, 1<<30, nil); err != nil {
		t.Fatal(err)
	}
	if got, err := w.read(f); err != nil || !bytes.Equal(got, b) {
		t.Errorf("%d bytes came back, %v", len(got), err)
	}
}
