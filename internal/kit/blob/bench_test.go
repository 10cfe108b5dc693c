package blob_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/seal"
)

// BenchmarkFiles measures 100 files of 5 MB: go test -bench Files -benchtime 1x -run none.
// What it prints is the ground of the decision to keep chunks as rows on both engines.
func BenchmarkFiles(b *testing.B) {
	const files, size = 100, 5_000_000
	plain := noise(size, "bench")
	mb := func(d time.Duration) float64 { return files * size / 1e6 / d.Seconds() }
	rows := func(b *testing.B, at string) {
		w := newWorld(b, at)
		for range b.N {
			ids := make([]string, files)
			stop, waits := make(chan bool), make(chan time.Duration)
			go w.others(b, stop, waits)
			began := time.Now()
			for i := range ids {
				u, err := w.Take(b.Context(), programme, "x", bytes.NewReader(plain), size)
				if err != nil {
					b.Fatal(err)
				}
				ids[i] = u.ID
			}
			b.ReportMetric(mb(time.Since(began)), "MB/s-in")
			close(stop)
			b.ReportMetric(float64((<-waits).Milliseconds()), "ms-longest-wait-of-others")
			began = time.Now()
			for _, x := range ids {
				r, _, err := w.Open(b.Context(), programme, x)
				if err == nil {
					_, err = io.Copy(io.Discard, r)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(mb(time.Since(began)), "MB/s-out")
			if w.DB.Engine() == db.SQLite {
				began = time.Now()
				if _, err := w.DB.Pool().ExecContext(b.Context(), "vacuum into '"+filepath.Join(b.TempDir(), "copy.db")+"'"); err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(time.Since(began).Seconds(), "s-backup")
			}
			began = time.Now()
			if err := w.DB.Write(b.Context(), func(tx *db.Tx) error {
				for i, x := range ids {
					if err := w.Keep(tx, programme, x, fmt.Sprint("r", i%10)); err != nil {
						return err
					}
				}
				return w.Drop(tx, programme, "r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9")
			}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(began).Milliseconds()), "ms-drop-all")
			began = time.Now()
			if n, err := w.Sweep(b.Context()); err != nil || n != files {
				b.Fatal(n, err)
			}
			b.ReportMetric(mb(time.Since(began)), "MB/s-swept")
		}
	}
	b.Run("rows-sqlite", func(b *testing.B) { rows(b, b.TempDir()) })
	b.Run("rows-postgres", func(b *testing.B) { rows(b, postgres(b)) })
	b.Run("folder", func(b *testing.B) {
		key, err := seal.New(bytes.Repeat([]byte{3}, seal.Size))
		if err != nil {
			b.Fatal(err)
		}
		for range b.N {
			dir := b.TempDir()
			began := time.Now()
			for i := range files {
				if err := inFolder(filepath.Join(dir, fmt.Sprint(i)), key, plain); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(mb(time.Since(began)), "MB/s-in")
		}
	})
}

// inFolder is what a folder would take: sealed chunks, each on the disk before the next.
func inFolder(path string, key *seal.Key, plain []byte) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	for n := 0; len(plain) > 0; n++ {
		part := plain[:min(blob.ChunkSize, len(plain))]
		sealed, err := key.Seal(fmt.Sprint("chunk ", n), part)
		if err != nil {
			return err
		}
		if _, err := f.Write(sealed); err != nil {
			return err
		}
		if err := f.Sync(); err != nil {
			return err
		}
		plain = plain[len(part):]
	}
	return f.Close()
}

// others writes a small row every 5 ms, as people do meanwhile, and tells its longest wait.
func (w *world) others(b *testing.B, stop chan bool, waits chan time.Duration) {
	longest := time.Duration(0)
	for {
		select {
		case <-stop:
			waits <- longest
			return
		case <-time.After(5 * time.Millisecond):
		}
		began := time.Now()
		if u, err := w.Take(b.Context(), programme, "small", strings.NewReader(""), 1); err != nil || u.Size != 0 {
			b.Error(err)
		}
		longest = max(longest, time.Since(began))
	}
}

// BenchmarkTwoGigabytes takes in a film of 2 GiB chunk by chunk, as a phone sends it, and
// makes it whole with a span in every tenth chunk: go test -bench TwoGigabytes -benchtime 1x
// -run none. What it tells of memory is the most this process ever held.
func BenchmarkTwoGigabytes(b *testing.B) {
	const size = 2 << 30
	do := func(b *testing.B, at string) {
		w := newWorld(b, at)
		chunk := noise(blob.ChunkSize, "film")
		for range b.N {
			began := time.Now()
			c, err := w.Begin(b.Context(), programme, "film.mp4")
			if err != nil {
				b.Fatal(err)
			}
			for at := int64(0); at < size; {
				chunk[0]++
				if at, err = w.Put(b.Context(), programme, c.ID, at, chunk); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(time.Since(began).Seconds(), "s-in")
			began = time.Now()
			if _, err := w.Whole(b.Context(), programme, c.ID, size, func(io.ReadSeeker) (out []blob.Span, err error) {
				for at := int64(0); at < size; at += 10 * blob.ChunkSize {
					out = append(out, blob.Span{At: at, Len: 100})
				}
				return out, nil
			}); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(time.Since(began).Seconds(), "s-whole")
			status, err := os.ReadFile("/proc/self/status")
			if err != nil {
				continue // not Linux: its memory is not told
			}
			_, after, _ := strings.Cut(string(status), "VmHWM:")
			var kb float64
			if _, err := fmt.Sscan(after, &kb); err == nil {
				b.ReportMetric(kb/1024, "MiB-most")
			}
		}
	}
	b.Run("sqlite", func(b *testing.B) { do(b, b.TempDir()) })
	b.Run("postgres", func(b *testing.B) { do(b, postgres(b)) })
}
