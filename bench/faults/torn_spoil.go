package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// random3 is what happens to files by themselves.
func (t *tearing) random3() (out []spoil) {
	for range t.times() {
		out = append(out, spoil{"cut off", func(path string, random *rand.Rand) error {
			info, err := os.Stat(path)
			if err != nil {
				return err
			}
			return os.Truncate(path, random.Int64N(max(1, info.Size())))
		}}, spoil{"a byte altered", func(path string, random *rand.Rand) error {
			body, err := os.ReadFile(path)
			if err != nil || len(body) == 0 {
				return err
			}
			body[random.IntN(len(body))] ^= byte(1 + random.IntN(255))
			return os.WriteFile(path, body, 0o600)
		}})
	}
	return out
}

// bombSize is what a harmful zip unpacks to.
const bombSize = 1 << 30

// archiveSpoils are what someone does to an archive on purpose.
func archiveSpoils() []spoil {
	return []spoil{
		{"empty", func(path string, _ *rand.Rand) error { return os.WriteFile(path, nil, 0o600) }},
		{"no zip at all", func(path string, _ *rand.Rand) error {
			return os.WriteFile(path, []byte(strings.Repeat("not a zip\n", 1000)), 0o600)
		}},
		{"from the future", rezip(func(name string, body []byte) []byte {
			if !strings.HasSuffix(name, ".json") {
				return body
			}
			return version.ReplaceAll(body, []byte(`${1}999`))
		}, "", nil)},
		{"with a path that escapes", rezip(nil, "../../escaped.txt", strings.NewReader("escaped"))},
		{"with a path from the root", rezip(nil, "/tmp/plait-faults-escaped.txt", strings.NewReader("escaped"))},
		{"with a file that unpacks to 1 GiB", rezip(nil, "files/bomb", io.LimitReader(zeros{}, bombSize))},
		{"with rows that unpack to 1 GiB", bombed},
		{"one of its files left out", rezip(func(name string, body []byte) []byte {
			if strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".json") && !strings.Contains(name, "manifest") {
				return nil
			}
			return body
		}, "", nil)},
		{"a row altered", rezip(func(_ string, body []byte) []byte {
			return bytes.Replace(body, []byte("the bus comes once a day"), []byte("the bus comes twice a day"), 1)
		}, "", nil)},
	}
}

// version is how a manifest may tell which form it has.
var version = regexp.MustCompile(`("(?:format|version|form|migration|schema)"\s*:\s*)"?\d+"?`)

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// rezip writes an archive anew: what change gives nil for is left out; more is added under
// a name.
func rezip(change func(name string, body []byte) []byte, name string, more io.Reader) func(string, *rand.Rand) error {
	return func(path string, _ *rand.Rand) error {
		return rewrite(path, func(w *zip.Writer, f *zip.File) error {
			r, err := f.Open()
			if err != nil {
				return err
			}
			body, err := io.ReadAll(r)
			if err = errors.Join(err, r.Close()); err != nil {
				return err
			}
			if change != nil {
				if body = change(f.Name, body); body == nil {
					return nil
				}
			}
			to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: f.Method, Modified: f.Modified})
			if err == nil {
				_, err = to.Write(body)
			}
			return err
		}, name, more)
	}
}

// bombed puts zeros in the place of the largest file of rows.
func bombed(path string, _ *rand.Rand) error {
	r, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	largest := ""
	size := uint64(0)
	for _, f := range r.File {
		if strings.HasSuffix(f.Name, ".jsonl") && f.UncompressedSize64 >= size {
			largest, size = f.Name, f.UncompressedSize64
		}
	}
	if err := r.Close(); err != nil {
		return err
	}
	return rewrite(path, func(w *zip.Writer, f *zip.File) error {
		if f.Name != largest {
			return w.Copy(f)
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err == nil {
			_, err = io.Copy(to, io.LimitReader(zeros{}, bombSize))
		}
		return err
	}, "", nil)
}

func rewrite(path string, each func(w *zip.Writer, f *zip.File) error, name string, more io.Reader) error {
	r, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer r.Close()
	to, err := os.Create(path + ".new")
	if err != nil {
		return err
	}
	defer to.Close()
	w := zip.NewWriter(to)
	w.RegisterCompressor(zip.Deflate, func(out io.Writer) (io.WriteCloser, error) { return flate.NewWriter(out, flate.BestSpeed) })
	for _, f := range r.File {
		if err := each(w, f); err != nil {
			return err
		}
	}
	if more != nil {
		f, err := w.Create(name)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, more); err != nil {
			return err
		}
	}
	if err := errors.Join(w.Close(), to.Close()); err != nil {
		return err
	}
	return os.Rename(path+".new", path)
}

// backupSpoils are what someone does to a folder of backups.
func backupSpoils() []spoil {
	each := func(change func(path string, body []byte) []byte) func(string, *rand.Rand) error {
		return func(folder string, _ *rand.Rand) error {
			all, err := filepath.Glob(filepath.Join(folder, "*.json"))
			if err != nil || len(all) == 0 {
				return errors.Join(err, errors.New("the backup has no manifest"))
			}
			for _, path := range all {
				body, err := os.ReadFile(path)
				if err == nil {
					err = os.WriteFile(path, change(path, body), 0o600)
				}
				if err != nil {
					return err
				}
			}
			return nil
		}
	}
	return []spoil{
		{"from the future", each(func(_ string, body []byte) []byte {
			return version.ReplaceAll(body, []byte(`${1}299901010000`))
		})},
		{"with a path that escapes", each(func(_ string, body []byte) []byte {
			return regexp.MustCompile(`"id"\s*:\s*"[^"]*"`).ReplaceAll(body, []byte(`"id":"../../escaped"`))
		})},
		{"an empty folder", func(folder string, _ *rand.Rand) error {
			return errors.Join(os.RemoveAll(folder), os.Mkdir(folder, 0o700))
		}},
	}
}
