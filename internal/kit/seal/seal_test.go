package seal_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"plait/internal/kit/fault"
	"plait/internal/kit/lang"
	"plait/internal/kit/seal"
)

// fixed is a key whose bytes the tests know.
func fixed(t testing.TB) *seal.Key {
	t.Helper()
	k, err := seal.New(bytes.Repeat([]byte{7}, seal.Size))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// wants fails unless err is a fault of that kind and key, with words for both its keys.
func wants(t testing.TB, err error, kind fault.Kind, say string) {
	t.Helper()
	f := fault.Of(err)
	if f == nil || f.Kind != kind || f.Say != say {
		t.Fatalf("got %v, want %s: %s", err, kind, say)
	}
	words, werr := lang.New(seal.Words())
	if werr != nil {
		t.Fatal(werr)
	}
	for _, key := range []string{f.Say, f.Do} {
		if got := words.T("en", key, f.Args...); key != "" && strings.Contains(got, "⟦") {
			t.Errorf("no words for %q", key)
		}
	}
}

func TestMakeThenLoad(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "house")
	_, err := seal.Load(dir, "")
	wants(t, err, fault.Missing, "seal.key_missing")
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Error("Load made the folder")
	}
	made, err := seal.LoadOrMake(dir, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(dir, seal.FileName))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 1 {
		t.Errorf("left behind: %v %v", files, err)
	}
	for _, load := range []func(string, string) (*seal.Key, error){seal.Load, seal.LoadOrMake} {
		again, err := load(dir, "")
		if err != nil || again.HMAC("card", "x") != made.HMAC("card", "x") {
			t.Errorf("another key the second time: %v", err)
		}
	}
	other, err := seal.LoadOrMake(t.TempDir(), "")
	if err != nil || other.HMAC("card", "x") == made.HMAC("card", "x") {
		t.Errorf("two houses have one key: %v", err)
	}
}

func TestMadeAtOnceIsOneKey(t *testing.T) {
	dir := t.TempDir()
	marks := make([]string, 16)
	var all sync.WaitGroup
	for i := range marks {
		all.Go(func() {
			k, err := seal.LoadOrMake(dir, "")
			if err != nil {
				t.Error(err)
				return
			}
			marks[i] = k.HMAC("card", "x")
		})
	}
	all.Wait()
	for _, m := range marks {
		if m != marks[0] {
			t.Fatal("two keys were made")
		}
	}
}

func TestEnvironment(t *testing.T) {
	raw := bytes.Repeat([]byte{0xfb}, seal.Size) // has + and / in base64
	want, err := seal.New(raw)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, enc := range []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding} {
		k, err := seal.LoadOrMake(dir, " "+enc.EncodeToString(raw)+"\n")
		if err != nil || k.HMAC("a", "b") != want.HMAC("a", "b") {
			t.Errorf("%s: %v", enc.EncodeToString(raw), err)
		}
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Error("a key from the environment was written to the disk")
	}
	for _, bad := range []string{"secret-but-short", "not base64 at all!", base64.StdEncoding.EncodeToString(raw[:31]), base64.StdEncoding.EncodeToString(append(raw, 1))} {
		_, err := seal.LoadOrMake(dir, bad)
		wants(t, err, fault.Invalid, "seal.env_wrong")
		if strings.Contains(err.Error(), bad) {
			t.Errorf("the error tells the key: %v", err)
		}
	}
	if _, err := seal.LoadOrMake(dir, ""); err != nil {
		t.Fatal(err)
	}
	_, err = seal.Load(dir, base64.StdEncoding.EncodeToString(raw))
	wants(t, err, fault.Conflict, "seal.key_two")
	same, err := os.ReadFile(filepath.Join(dir, seal.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := seal.Load(dir, string(same)); err != nil {
		t.Errorf("the same key in both places: %v", err)
	}
}

func TestKeyFileRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, seal.FileName)
	if _, err := seal.LoadOrMake(dir, ""); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, mode := range []os.FileMode{0o640, 0o604, 0o644, 0o660, 0o610} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := seal.LoadOrMake(dir, "")
		wants(t, err, fault.Forbidden, "seal.key_open")
	}
	for _, mode := range []os.FileMode{0o600, 0o400} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := seal.Load(dir, ""); err != nil {
			t.Errorf("%o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", "AAAA", string(good[:40]), strings.Repeat("A", 4096)} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := seal.LoadOrMake(dir, "")
		wants(t, err, fault.Invalid, "seal.file_wrong")
		if now, _ := os.ReadFile(path); string(now) != bad {
			t.Error("a damaged key was written over")
		}
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = seal.LoadOrMake(dir, "")
	wants(t, err, fault.Invalid, "seal.file_wrong")
}

func TestUnwritableFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := seal.LoadOrMake(filepath.Join(file, "house"), ""); err == nil {
		t.Fatal("a key was made inside a file")
	}
}

// The HKDF and HMAC of the standard library are the reference for the stored form.
func TestHMACIsStable(t *testing.T) {
	k := fixed(t)
	sub, err := hkdf.Key(sha256.New, bytes.Repeat([]byte{7}, seal.Size), nil, "plait/hmac/1/card", 32)
	if err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha256.New, sub)
	m.Write([]byte("7KQ2M9XT4R"))
	if got, want := k.HMAC("card", "7KQ2M9XT4R"), hex.EncodeToString(m.Sum(nil)); got != want {
		t.Errorf("%s, want %s", got, want)
	}
	// Stored marks depend on this text: if it changes, no card code opens any more.
	const stored = "a83f4a7d552647067afc8c995de95935d5e03ad674b2339c3ddf84b1e5e883f6"
	if got := k.HMAC("card", "7KQ2M9XT4R"); got != stored {
		t.Errorf("the stored form changed: %s", got)
	}
	if k.HMAC("card", "a") == k.HMAC("door", "a") || k.HMAC("card", "a") == k.HMAC("card", "b") {
		t.Error("purposes or texts are not told apart")
	}
	if k.HMAC("card", "ab") == k.HMAC("carda", "b") {
		t.Error("purpose and text run together")
	}
}

func TestSealThenOpen(t *testing.T) {
	k := fixed(t)
	other, err := seal.LoadOrMake(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
		purpose := rapid.StringN(0, 12, -1).Draw(t, "purpose")
		sealed, err := k.Seal(purpose, plain)
		if err != nil || len(sealed) != len(plain)+seal.Overhead {
			t.Fatalf("%d bytes, %v", len(sealed), err)
		}
		if len(plain) > 8 && bytes.Contains(sealed, plain) {
			t.Fatal("the plain text is in the sealed one")
		}
		got, err := k.Open(purpose, sealed)
		if err != nil || !bytes.Equal(got, plain) {
			t.Fatalf("%q, %v", got, err)
		}
		again, err := k.Seal(purpose, plain)
		if err != nil || bytes.Equal(again, sealed) {
			t.Fatal("a nonce was used twice")
		}
		if _, err := k.Open(purpose+"x", sealed); !fault.Is(err, fault.Broken) {
			t.Fatalf("another purpose opened it: %v", err)
		}
		if _, err := other.Open(purpose, sealed); !fault.Is(err, fault.Broken) {
			t.Fatalf("another key opened it: %v", err)
		}
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		if _, err := k.Open(purpose, bad); !fault.Is(err, fault.Broken) {
			t.Fatalf("a changed text opened: %v", err)
		}
		cut := sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]
		if _, err := k.Open(purpose, cut); !fault.Is(err, fault.Broken) {
			t.Fatalf("a cut text opened: %v", err)
		}
	})
	_, err = k.Open("x", nil)
	wants(t, err, fault.Broken, "seal.cannot_open")
}

// What was sealed years ago must open: the form is written out here once more.
func TestSealedFormIsStable(t *testing.T) {
	sub, err := hkdf.Key(sha256.New, bytes.Repeat([]byte{7}, seal.Size), nil, "plait/seal/1/file", 32)
	if err != nil {
		t.Fatal(err)
	}
	block, err := aes.NewCipher(sub)
	if err != nil {
		t.Fatal(err)
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := fixed(t).Seal("file", []byte("words"))
	if err != nil || sealed[0] != 1 {
		t.Fatalf("%x, %v", sealed, err)
	}
	plain, err := box.Open(nil, sealed[1:13], sealed[13:], []byte("\x01file"))
	if err != nil || string(plain) != "words" {
		t.Errorf("%q, %v", plain, err)
	}
}

func TestNothingPrintsASecret(t *testing.T) {
	k := fixed(t)
	s := seal.Secret("opensesame")
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", k, "secret", s)
	text, err := json.Marshal(map[string]any{"s": s})
	if err != nil {
		t.Fatal(err)
	}
	all := log.String() + string(text)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		all += fmt.Sprintf(verb+verb+verb, k, s, struct{ P seal.Secret }{s})
	}
	for _, leak := range []string{"opensesame", "6f70656e", "7 7 7", "0x7", "0707"} {
		if strings.Contains(all, leak) {
			t.Errorf("%q is in %s", leak, all)
		}
	}
	if s.Reveal() != "opensesame" || fmt.Sprint(seal.Secret("")) != "" {
		t.Error("Reveal or the empty secret is wrong")
	}
}

func FuzzOpen(f *testing.F) {
	k := fixed(f)
	good, err := k.Seal("file", []byte("x"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte{})
	f.Add([]byte{1})
	f.Add(bytes.Repeat([]byte{1}, seal.Overhead))
	f.Add(good[:len(good)-1])
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if plain, err := k.Open("file", sealed); err == nil {
			t.Fatalf("forged: %q", plain)
		} else if plain != nil {
			t.Fatal("words came with the fault")
		}
	})
}
