package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

// assets are the built files: their bytes, as they are and compressed, by hashed name.
type assets struct {
	manifest map[string]string // "app.css" -> "app-4F5C2A.css"; nil before the build
	files    map[string]assetFile
}

type assetFile struct{ plain, gzip, brotli []byte }

// readAssets reads the files that the manifest names. A folder without a manifest is no
// error: the program can be compiled and its templates tested before the build.
func readAssets(from fs.FS) (assets, error) {
	raw, err := fs.ReadFile(from, "manifest.json")
	if errors.Is(err, fs.ErrNotExist) {
		return assets{}, nil
	}
	if err != nil {
		return assets{}, fmt.Errorf("page: %w", err)
	}
	a := assets{files: map[string]assetFile{}}
	if err := json.Unmarshal(raw, &a.manifest); err != nil {
		return assets{}, fmt.Errorf("page: manifest.json of the built files: %w", err)
	}
	for _, name := range a.manifest {
		var f assetFile
		if f.plain, err = fs.ReadFile(from, name); err != nil {
			return assets{}, fmt.Errorf("page: built file %s: %w", name, err)
		}
		if f.gzip, err = optional(from, name+".gz"); err != nil {
			return assets{}, err
		}
		if f.brotli, err = optional(from, name+".br"); err != nil {
			return assets{}, err
		}
		a.files[name] = f
	}
	return a, nil
}

func optional(from fs.FS, name string) ([]byte, error) {
	b, err := fs.ReadFile(from, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("page: built file %s: %w", name, err)
	}
	return b, nil
}

// address gives where a built file is served. A name that the build did not make is an
// error, so that a page test finds a wrong one; before the build any name will do.
func (a assets) address(name string) (string, error) {
	if a.manifest == nil {
		return "/static/" + name, nil
	}
	hashed, ok := a.manifest[name]
	if !ok {
		return "", fmt.Errorf("asset: there is no built file %q", name)
	}
	return "/static/" + hashed, nil
}

// Worker is the service worker built as name. Before it stand, as PLAIT_SHELL, the addresses
// of what every page loads and of the scripts in with, and a version that changes with any
// of them or with the worker itself.
func (s *Set) Worker(name string, with ...string) ([]byte, error) {
	script, ok := s.assets.files[s.assets.manifest[name]]
	if !ok {
		return nil, fmt.Errorf("page: there is no built file %q", name)
	}
	shell := struct {
		Version string   `json:"version"`
		Files   []string `json:"files"`
	}{}
	sum := sha256.New()
	sum.Write(script.plain)
	for _, plain := range slices.Sorted(maps.Keys(s.assets.manifest)) {
		if plain == "app.css" || plain == "app.js" || plain == "icon.svg" || path.Ext(plain) == ".woff2" || slices.Contains(with, plain) {
			at := "/static/" + s.assets.manifest[plain]
			shell.Files = append(shell.Files, at)
			sum.Write([]byte(at))
		}
	}
	shell.Version = hex.EncodeToString(sum.Sum(nil))[:16]
	head, err := json.Marshal(shell)
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte("self.PLAIT_SHELL="), head, []byte(";\n"), script.plain), nil
}

// ServeHTTP serves /static/NAME. A name holds the hash of its content, so browsers may
// keep it for ever (RFC 8246, immutable).
func (a assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(r.URL.Path, "/static/")
	f, ok := a.files[name]
	keep := "public, max-age=31536000, immutable"
	if !ok {
		// During an upgrade a page may come from a node of one version and ask another for its
		// styles: ours of the same name are better than none, but nobody may keep them.
		if name, ok = a.ours(name); !ok {
			http.NotFound(w, r)
			return
		}
		f, keep = a.files[name], "no-store"
	}
	h := w.Header()
	h.Set("Content-Type", contentType(name))
	h.Set("Cache-Control", keep)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Add("Vary", "Accept-Encoding")
	body, tag := f.plain, name
	switch {
	case f.brotli != nil && accepts(r, "br"):
		body, tag = f.brotli, name+".br"
		h.Set("Content-Encoding", "br")
	case f.gzip != nil && accepts(r, "gzip"):
		body, tag = f.gzip, name+".gz"
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("ETag", `"`+tag+`"`)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(body))
}

// ours is our own file of the plain name that a hashed name was made from: "app-OLD.css" is
// our "app-NEW.css".
func (a assets) ours(hashed string) (string, bool) {
	ext := path.Ext(hashed)
	stem, _, ok := cutLast(strings.TrimSuffix(hashed, ext), "-")
	if !ok {
		return "", false
	}
	name, ok := a.manifest[stem+ext]
	return name, ok
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// contentType is fixed here because the types known to an operating system differ.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".woff2":
		return "font/woff2"
	case ".svg":
		return "image/svg+xml"
	case ".txt":
		return "text/plain; charset=utf-8"
	case ".png":
		return "image/png"
	}
	return "application/octet-stream"
}

// accepts reports whether the browser takes an encoding (RFC 9110, section 12.5.3).
func accepts(r *http.Request, encoding string) bool {
	for _, item := range strings.Split(r.Header.Get("Accept-Encoding"), ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(item), ";")
		if strings.EqualFold(strings.TrimSpace(name), encoding) {
			weight = strings.ReplaceAll(weight, " ", "")
			return weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000"
		}
	}
	return false
}
