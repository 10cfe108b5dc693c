package blob_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/kit/job"
	"plait/internal/kit/lang"
	"plait/internal/kit/seal"
)

const programme = "0190a000-0000-7000-8000-000000000001"

// world is a store in a fresh database.
type world struct {
	*blob.Store
	t    *testing.T
	hand *clock.Hand
	at   string // what opens the same database: a folder, or an address
}

func each(t *testing.T, f func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); f(t, newWorld(t, t.TempDir())) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); f(t, newWorld(t, postgres(t))) })
}

func open(ctx context.Context, at string) (*db.DB, error) {
	if strings.HasPrefix(at, "postgres") {
		return db.OpenURL(ctx, at)
	}
	return db.OpenFile(ctx, at)
}

func storeOn(d *db.DB, c clock.Clock) (*blob.Store, error) {
	key, err := seal.New(bytes.Repeat([]byte{3}, seal.Size))
	return &blob.Store{DB: d, Clock: c, IDs: id.New(c.Now, nil), Key: key}, err
}

func newWorld(t testing.TB, at string) *world {
	t.Helper()
	d, err := open(t.Context(), at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	all, err := db.Migrations(blob.Migrations)
	if err == nil {
		err = d.Migrate(t.Context(), all)
	}
	if err != nil {
		t.Fatal(err)
	}
	hand := clock.At(time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC))
	s, err := storeOn(d, hand)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{Store: s, hand: hand, at: at}
	w.t, _ = t.(*testing.T)
	return w
}

// postgres makes a database for one test and drops it after.
func postgres(t testing.TB) string {
	t.Helper()
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if slices.Contains(strings.Split(os.Getenv("PLAIT_TEST_WITHOUT"), ","), "postgres") {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("PLAIT_TEST_PG is not set: run as go run ./tool/pg -- go test ./internal/kit/blob/...")
	}
	name := fmt.Sprintf("blob_%d_%d", os.Getpid(), time.Now().UnixNano())
	ask := func(sql string) {
		d, err := db.OpenURL(context.Background(), admin)
		if err == nil {
			_, err = d.Pool().ExecContext(context.Background(), sql)
			err = errors.Join(err, d.Close())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ask("create database " + name + " encoding 'UTF8' template template0")
	t.Cleanup(func() { ask("drop database if exists " + name + " with (force)") })
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// noise is n bytes that do not repeat and are the same each time.
func noise(n int, seed string) []byte {
	out := make([]byte, 0, n+32)
	for i := 0; len(out) < n; i++ {
		h := sha256.Sum256([]byte(fmt.Sprint(seed, i)))
		out = append(out, h[:]...)
	}
	return out[:n]
}

func (w *world) take(name string, b []byte) blob.Upload {
	w.t.Helper()
	u, err := w.Take(w.t.Context(), programme, name, bytes.NewReader(b), 32<<20)
	if err != nil {
		w.t.Fatal(err)
	}
	return u
}

func (w *world) write(f func(tx *db.Tx) error) error {
	return w.DB.Write(w.t.Context(), f)
}

func (w *world) keep(upload, record string) error {
	return w.write(func(tx *db.Tx) error { return w.Keep(tx, programme, upload, record) })
}

func (w *world) of(records ...string) (out []blob.Info) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) { out, err = w.Of(tx, programme, records...); return err }); err != nil {
		w.t.Fatal(err)
	}
	return out
}

func (w *world) read(file string) ([]byte, error) {
	r, _, err := w.Open(w.t.Context(), programme, file)
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}

func (w *world) count(table string) (n int64) {
	w.t.Helper()
	if err := w.DB.Read(w.t.Context(), func(tx *db.Tx) (err error) { n, err = db.Count(tx, db.Q("select count(*) from "+table)); return err }); err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *world) sweep() int {
	w.t.Helper()
	n, err := w.Sweep(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestTakeKeepOpenDrop(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		for _, size := range []int{0, 1, 500, blob.ChunkSize - 1, blob.ChunkSize, blob.ChunkSize + 1, 3*blob.ChunkSize + 77} {
			b := noise(size, "a")
			u := w.take(`C:\My pictures\Gran's "house".bin`, b)
			if u.Name != "Gran's house.bin" || u.Size != int64(size) {
				t.Errorf("%+v", u)
			}
			if got, err := w.read(u.ID); err != nil || !bytes.Equal(got, b) {
				t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
			}
			if err := w.Check(t.Context(), programme, u.ID); err != nil {
				t.Error(err)
			}
		}
		b := noise(2*blob.ChunkSize+9, "mine")
		u, other := w.take("a.jpg", append([]byte("\xff\xd8\xff"), b...)), w.take("b.txt", []byte("words"))
		if u.Media != "image/jpeg" || other.Media != "text/plain; charset=utf-8" {
			t.Errorf("%q and %q", u.Media, other.Media)
		}
		if err := errors.Join(w.keep(u.ID, "r1"), w.keep(other.ID, "r2"), w.keep(u.ID, "r1")); err != nil {
			t.Fatal(err)
		}
		if err := w.keep(u.ID, "r2"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a file of another record: %v", err)
		}
		if err := w.keep("none", "r2"); !fault.Is(err, fault.Missing) {
			t.Errorf("a file that is not there: %v", err)
		}
		if err := w.write(func(tx *db.Tx) error { return w.Keep(tx, "another", u.ID, "r1") }); !fault.Is(err, fault.Missing) {
			t.Errorf("from another programme: %v", err)
		}
		if _, _, err := w.Open(t.Context(), "another", u.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("opened from another programme: %v", err)
		}
		if f := w.of("r1", "r2", "r3", ""); len(f) != 2 || f[0].ID != u.ID || f[0].Record != "r1" || f[1].Name != "b.txt" || f[0].Size != u.Size {
			t.Errorf("%+v", f)
		}
		before := w.count("blob_chunk")
		if err := w.write(func(tx *db.Tx) error { return w.Drop(tx, programme, "r1") }); err != nil {
			t.Fatal(err)
		}
		if _, err := w.read(u.ID); !fault.Is(err, fault.Missing) {
			t.Errorf("a dropped file: %v", err)
		}
		if err := w.keep(u.ID, "r1"); !fault.Is(err, fault.Missing) {
			t.Errorf("a dropped file was kept again: %v", err)
		}
		if f := w.of("r1", "r2"); len(f) != 1 {
			t.Errorf("%+v", f)
		}
		if n := w.sweep(); n != 1 || w.count("blob_chunk") != before-3 {
			t.Errorf("swept %d, %d chunks are left of %d", n, w.count("blob_chunk"), before)
		}
		if got, err := w.read(other.ID); err != nil || string(got) != "words" {
			t.Errorf("the other file: %q %v", got, err)
		}
	})
}

func TestSeek(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(3*blob.ChunkSize, "s")
		u := w.take("x", b)
		r, _, err := w.Open(t.Context(), programme, u.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []int64{2*blob.ChunkSize + 5, 0, blob.ChunkSize - 2, 3*blob.ChunkSize - 4} {
			got := make([]byte, 4)
			_, e := r.Seek(at, io.SeekStart)
			if _, err := io.ReadFull(r, got); errors.Join(e, err) != nil || !bytes.Equal(got, b[at:at+4]) {
				t.Errorf("at %d: %x %v", at, got, err)
			}
		}
		if n, err := r.Seek(0, io.SeekEnd); n != int64(len(b)) || err != nil {
			t.Errorf("the end is %d, %v", n, err)
		}
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("a place before the start")
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if _, err := r.Read(make([]byte, 1)); err == nil {
			t.Error("read after close")
		}
	})
}

func TestTooLargeLeavesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(3*blob.ChunkSize, "big")
		if _, err := w.Take(t.Context(), programme, "x", bytes.NewReader(b), int64(len(b))); err != nil {
			t.Errorf("just as large as may be: %v", err)
		}
		_, err := w.Take(t.Context(), programme, "x", bytes.NewReader(b), int64(len(b)-1))
		if !fault.Is(err, fault.TooBig) {
			t.Errorf("one byte too many: %v", err)
		}
		if n := w.sweep(); n != 1 || w.count("blob_file") != 1 || w.count("blob_chunk") != 3 {
			t.Errorf("swept %d; %d files and %d chunks are left", n, w.count("blob_file"), w.count("blob_chunk"))
		}
	})
}

func TestStraysAreSwept(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		kept, stray := w.take("kept", noise(6<<20, "k")), w.take("stray", noise(6<<20, "l"))
		if err := w.keep(kept.ID, "r"); err != nil {
			t.Fatal(err)
		}
		w.hand.Add(23 * time.Hour)
		if n := w.sweep(); n != 0 {
			t.Fatalf("%d were swept within a day", n)
		}
		late := w.take("late", []byte("x"))
		w.hand.Add(2 * time.Hour)
		if n := w.sweep(); n != 1 || w.count("blob_file") != 2 || w.count("blob_chunk") != 7 {
			t.Errorf("swept %d; %d files and %d chunks are left", n, w.count("blob_file"), w.count("blob_chunk"))
		}
		if err := w.keep(stray.ID, "r"); !fault.Is(err, fault.Missing) {
			t.Errorf("a swept file was kept: %v", err)
		}
		if err := w.keep(late.ID, "r"); err != nil {
			t.Error(err)
		}
		if err := w.Job().Do(t.Context(), job.Job{}); err != nil {
			t.Error(err)
		}
	})
}

func TestASecondCopyIsNoticed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(blob.ChunkSize+1, "copy")
		first, second, other := w.take("a", b), w.take("b", b), w.take("c", b[1:])
		if err := w.keep(first.ID, "r"); err != nil {
			t.Fatal(err)
		}
		same := func(file string) (out []blob.Info) {
			if err := w.DB.Read(t.Context(), func(tx *db.Tx) (err error) { out, err = w.Same(tx, programme, file); return err }); err != nil {
				t.Fatal(err)
			}
			return out
		}
		if s := same(second.ID); len(s) != 1 || s[0].ID != first.ID || s[0].Record != "r" {
			t.Errorf("%+v", s)
		}
		if len(same(first.ID)) != 0 || len(same(other.ID)) != 0 {
			t.Error("a file that waits, or another one, was called the same")
		}
		// Neither name nor words nor a hash of them stand in the table.
		plain := sha256.Sum256(b)
		if i := same(second.ID)[0]; i.Hash == hex.EncodeToString(plain[:]) {
			t.Error("the hash is of the plain bytes")
		}
	})
}

func TestDamageIsFound(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		b := noise(2*blob.ChunkSize+5, "d")
		do := func(p db.Part) func(tx *db.Tx) error { return func(tx *db.Tx) error { return tx.Do(p) } }
		for name, harm := range map[string]func(u blob.Upload) func(tx *db.Tx) error{
			"a changed chunk": func(u blob.Upload) func(tx *db.Tx) error {
				return func(tx *db.Tx) error {
					c, _, err := db.One(tx, db.Q("select sealed from blob_chunk where file = ? and n = 1", u.ID), db.Value[[]byte])
					if err != nil {
						return err
					}
					c[100] ^= 1
					return tx.Do(db.Q("update blob_chunk set sealed = ? where file = ? and n = 1", c, u.ID))
				}
			},
			"a chunk in another place": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("update blob_chunk set sealed = (select c.sealed from blob_chunk c where c.file = ? and c.n = 0) where file = ? and n = 1", u.ID, u.ID))
			},
			"a chunk that is gone": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("delete from blob_chunk where file = ? and n = 2", u.ID))
			},
			"a file cut short": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("update blob_file set size = ? where id = ?", 2*blob.ChunkSize, u.ID))
			},
			"a wrong hash": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("update blob_file set hash = ? where id = ?", strings.Repeat("0", 64), u.ID))
			},
			"a wrong mark": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("update blob_file set mark = ? where id = ?", strings.Repeat("0", 64), u.ID))
			},
			"another file's key": func(u blob.Upload) func(tx *db.Tx) error {
				return do(db.Q("update blob_file set sealed_key = (select k.sealed_key from blob_file k where k.id = ?) where id = ?", w.take("k", nil).ID, u.ID))
			},
		} {
			u := w.take("x", b)
			if err := w.write(harm(u)); err != nil {
				t.Fatal(err)
			}
			got, err := w.read(u.ID)
			if !fault.Is(err, fault.Broken) || bytes.Equal(got, b) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
			whole := w.Check(t.Context(), programme, u.ID)
			if bad := name != "a file cut short" && name != "a wrong mark" && name != "another file's key"; bad != fault.Is(whole, fault.Broken) {
				t.Errorf("%s: the check without a key says %v", name, whole)
			}
		}
	})
}

func TestABrokenSendingLeavesNothingToOpen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		gone := errors.New("the line went dead")
		_, err := w.Take(t.Context(), programme, "x", io.MultiReader(bytes.NewReader(noise(2*blob.ChunkSize, "b")), failing{gone}), 32<<20)
		if !errors.Is(err, gone) {
			t.Errorf("%v", err)
		}
		if n := w.sweep(); n != 1 || w.count("blob_file")+w.count("blob_chunk") != 0 {
			t.Errorf("swept %d; %d chunks are left", n, w.count("blob_chunk"))
		}
		if err := w.write(func(tx *db.Tx) error {
			_, err := w.Take(tx.Context(), programme, "x", strings.NewReader("x"), 1)
			return err
		}); err == nil {
			t.Error("a file was taken in within a transaction")
		}
	})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestMain lets the test binary be a process that is killed while it takes a file in.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "take-slowly" {
		os.Exit(takeSlowly(os.Args[2]))
	}
	if len(os.Args) == 4 && os.Args[1] == "put-slowly" {
		os.Exit(putSlowly(os.Args[2], os.Args[3]))
	}
	os.Exit(m.Run())
}

func takeSlowly(at string) int {
	d, err := open(context.Background(), at)
	if err != nil {
		return 3
	}
	s, err := storeOn(d, clock.System{})
	if err != nil {
		return 4
	}
	_, err = s.Take(context.Background(), programme, "slow", io.MultiReader(bytes.NewReader(noise(3*blob.ChunkSize, "z")), sleeper{}), 32<<20)
	fmt.Println("ended", err)
	return 5
}

// sleeper says that the first part is through and then never ends.
type sleeper struct{}

func (sleeper) Read([]byte) (int, error) {
	fmt.Println("half-way")
	time.Sleep(time.Minute)
	return 0, io.EOF
}

func TestKilledInTheMiddle(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.t = t
		whole := w.take("whole", noise(blob.ChunkSize+3, "w"))
		if err := w.keep(whole.ID, "r"); err != nil {
			t.Fatal(err)
		}
		c := exec.CommandContext(t.Context(), os.Args[0], "take-slowly", w.at)
		out, err := c.StdoutPipe()
		if err == nil {
			err = c.Start()
		}
		if err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(out).ReadString('\n'); line != "half-way\n" {
			t.Fatalf("%q %v", line, err)
		}
		if err := c.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err == nil {
			t.Fatal("it was not killed")
		}
		if files, chunks := w.count("blob_file"), w.count("blob_chunk"); files != 2 || chunks != 5 {
			t.Errorf("%d files and %d chunks: the kill came at another moment than this test needs", files, chunks)
		}
		var half string
		if err := w.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
			half, _, err = db.One(tx, db.Q("select id from blob_file where id <> ?", whole.ID), db.Value[string])
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.read(half); !fault.Is(err, fault.Missing) {
			t.Errorf("half a file was opened: %v", err)
		}
		if err := w.keep(half, "r"); !fault.Is(err, fault.Missing) {
			t.Errorf("half a file was kept: %v", err)
		}
		w.hand.Set(time.Now().Add(25 * time.Hour))
		if n := w.sweep(); n != 1 || w.count("blob_chunk") != 2 {
			t.Errorf("swept %d, %d chunks are left", n, w.count("blob_chunk"))
		}
		if got, err := w.read(whole.ID); err != nil || !bytes.Equal(got, noise(blob.ChunkSize+3, "w")) {
			t.Errorf("the whole file: %v", err)
		}
	})
}

func TestDroppedWordsAreNotInTheFiles(t *testing.T) {
	dir := t.TempDir()
	w := newWorld(t, dir)
	w.t = t
	b := []byte("the secret of the garden gate, said once and never again")
	u := w.take("x", b)
	if err := w.keep(u.ID, "r"); err != nil {
		t.Fatal(err)
	}
	var stored []byte
	if err := w.DB.Read(t.Context(), func(tx *db.Tx) (err error) {
		stored, _, err = db.One(tx, db.Q("select sealed_key from blob_file where id = ?", u.ID), db.Value[[]byte])
		return err
	}); err != nil || len(stored) < seal.Size {
		t.Fatal(err)
	}
	holds := func(what []byte) bool {
		for _, name := range []string{"plait.db", "plait.db-wal"} {
			f, err := os.ReadFile(filepath.Join(dir, name))
			if err == nil && bytes.Contains(f, what) {
				return true
			}
		}
		return false
	}
	if holds(b[:20]) {
		t.Error("the plain bytes are on the disk")
	}
	if !holds(stored) {
		t.Error("the key is not on the disk: the test looks in the wrong place")
	}
	if err := w.write(func(tx *db.Tx) error { return w.Drop(tx, programme, "r") }); err != nil {
		t.Fatal(err)
	}
	if holds(stored) {
		t.Error("the key of a dropped file is still on the disk")
	}
}

func TestWordsAndNames(t *testing.T) {
	if _, err := lang.New(blob.Words()); err != nil {
		t.Error(err)
	}
	for in, want := range map[string]string{"": "file", "..": "file", "a/b/c.pdf": "c.pdf", "x\r\nSet-Cookie: y": "xSet-Cookie y", "llun \xff.jpg": "llun .jpg",
		strings.Repeat("é", 150): strings.Repeat("é", 100)} {
		if got := blob.Plain(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
}
