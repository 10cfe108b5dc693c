package seal

import (
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"plait/internal/kit/fault"
)

// Size is the length of an installation key in bytes.
const Size = 32

// FileName is the key's file in the house's folder: one line of base64, mode 0600.
const FileName = "plait.key"

// maxFile is more than any key file holds, in bytes; what is longer is not one.
const maxFile = 1024

// Key is an installation key. It prints as "[hidden]" and is safe for use by many
// goroutines at once.
type Key struct{ root [Size]byte }

// New makes a key from its 32 bytes; any other length is an invalid fault.
func New(raw []byte) (*Key, error) {
	if len(raw) != Size {
		return nil, fault.New(fault.Invalid, "seal.key_wrong").With("seal.key_wrong_do")
	}
	k := &Key{}
	copy(k.root[:], raw)
	return k, nil
}

// Load gives the key of the house in dir. env is the value of PLAIT_KEY; it may be
// empty. It never makes a key, so that a lost one is noticed: a missing key is a
// missing fault. A file that others may read is forbidden. A file and an environment
// that hold different keys are a conflict.
func Load(dir, env string) (*Key, error) { return LoadFile(filepath.Join(dir, FileName), env) }

// LoadFile is Load with the key's file at a path of its own.
func LoadFile(path, env string) (*Key, error) {
	var given *Key
	if env = strings.TrimSpace(env); env != "" {
		k, err := Parse(env)
		if err != nil {
			return nil, err
		}
		given = k
	}
	kept, err := readFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && given != nil:
		return given, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fault.New(fault.Missing, "seal.key_missing", "File", path).With("seal.key_missing_do").Because(err)
	case err != nil:
		return nil, err
	case given != nil && subtle.ConstantTimeCompare(given.root[:], kept.root[:]) == 0:
		// Going on with either would leave what the other sealed unreadable.
		return nil, fault.New(fault.Conflict, "seal.key_two", "File", path).With("seal.key_two_do")
	}
	return kept, nil
}

// LoadOrMake gives the key of the house in dir as Load does, and makes a new one in
// its file when there is none in either place. Two programs that do so at once get the
// same key. It is for the making of a house: a house that is served uses Load.
func LoadOrMake(dir string, env string) (*Key, error) {
	return LoadOrMakeFile(filepath.Join(dir, FileName), env)
}

// LoadOrMakeFile is LoadOrMake with the key's file at a path of its own.
func LoadOrMakeFile(path, env string) (*Key, error) {
	k, err := LoadFile(path, env)
	if !fault.Is(err, fault.Missing) {
		return k, err
	}
	raw := make([]byte, Size)
	// The key is the one thing that no test may foresee: it is drawn here, from the
	// operating system, and crypto/rand never gives less than it was asked for.
	_, _ = rand.Read(raw)
	if err := writeFile(path, base64.StdEncoding.EncodeToString(raw)+"\n"); err != nil {
		return nil, fault.New(fault.Broken, "seal.key_unwritten", "File", path).With("seal.key_unwritten_do").Because(err)
	}
	return LoadFile(path, env)
}

func readFile(path string) (*Key, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err != nil {
		return nil, fault.New(fault.Forbidden, "seal.key_unread", "File", path).With("seal.key_unread_do").Because(err)
	}
	defer f.Close() //nolint:errcheck // only read
	info, err := f.Stat()
	if err != nil {
		return nil, fault.New(fault.Broken, "seal.key_unread", "File", path).With("seal.key_unread_do").Because(err)
	}
	// Windows keeps rights elsewhere and shows every file as readable by all.
	// A file of someone else's that a group may read was given to us that way: root's own,
	// or a credential that systemd lets the service read.
	closed := os.FileMode(0o077)
	if !owned(info) {
		closed = 0o037
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&closed != 0 {
		return nil, fault.New(fault.Forbidden, "seal.key_open", "File", path).With("seal.key_open_do")
	}
	wrong := fault.New(fault.Invalid, "seal.file_wrong", "File", path).With("seal.key_wrong_do")
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, wrong
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.New(fault.Broken, "seal.key_unread", "File", path).With("seal.key_unread_do").Because(err)
	}
	k, err := parse(string(text))
	if err != nil {
		return nil, wrong
	}
	return k, nil
}

// writeFile puts text in the key file at path. The text is whole on the disk before the
// file has its name, and a file that is there is left as it is.
func writeFile(path, text string) (err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, "."+FileName+"-*") // made with mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	// A link, unlike a rename, refuses to replace a key that came first.
	err = os.Link(f.Name(), path)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in dir outlast a power cut. Windows cannot do it.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// parse reads the text of a key, from either place. Its errors hold nothing of it.
func parse(text string) (*Key, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	raw, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, errors.New("seal: not base64")
	}
	return New(raw)
}

// Parse reads a key as PLAIT_KEY holds it: 32 bytes of base64, standard or URL-safe,
// with or without padding. Anything else is an invalid fault that holds nothing of env.
func Parse(env string) (*Key, error) {
	k, err := parse(env)
	if err != nil {
		return nil, fault.New(fault.Invalid, "seal.env_wrong").With("seal.env_wrong_do")
	}
	return k, nil
}

// subkey derives 32 bytes for one use ("hmac" or "seal") and purpose.
func (k *Key) subkey(use, purpose string) []byte {
	sub, err := hkdf.Key(sha256.New, k.root[:], nil, "plait/"+use+"/1/"+purpose, Size)
	if err != nil {
		panic("seal: " + err.Error()) // only for a length that HKDF cannot give
	}
	return sub
}
