package seal_test

import (
	"bytes"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"plait/internal/kit/fault"
	"plait/internal/kit/seal"
)

const streamHead = 33

func sealStream(t testing.TB, k *seal.Key, purpose string, plain []byte, step int) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := k.SealWriter(purpose, &out)
	for at := 0; err == nil && at < len(plain); at += step {
		_, err = w.Write(plain[at:min(len(plain), at+step)])
	}
	if err == nil {
		err = errors.Join(w.Close(), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openStream(k *seal.Key, purpose string, sealed []byte) ([]byte, error) {
	r, err := k.OpenReader(purpose, bytes.NewReader(sealed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

func TestStreamThenOpen(t *testing.T) {
	k := fixed(t)
	for _, size := range []int{0, 1, seal.StreamChunk - 1, seal.StreamChunk, seal.StreamChunk + 1, 3 * seal.StreamChunk} {
		plain := bytes.Repeat([]byte("words. "), size/7+1)[:size]
		sealed := sealStream(t, k, "backup", plain, 70_001)
		if got, err := openStream(k, "backup", sealed); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%d bytes: %d came back, %v", size, len(got), err)
		}
		if size > 100 && bytes.Contains(sealed, plain[:60]) {
			t.Error("the plain bytes are in the sealed ones")
		}
	}
	if bytes.Equal(sealStream(t, k, "backup", []byte("x"), 1), sealStream(t, k, "backup", []byte("x"), 1)) {
		t.Error("a key was used for two streams")
	}
}

func TestAStreamThatWasTouchedDoesNotOpen(t *testing.T) {
	k := fixed(t)
	plain := bytes.Repeat([]byte{1, 2, 3, 4, 5, 6, 7}, 3*seal.StreamChunk/7)
	sealed := sealStream(t, k, "backup", plain, 1<<16)
	const chunk = seal.StreamChunk + 16
	cut := func(from, to int) []byte { return append(bytes.Clone(sealed[:from]), sealed[to:]...) }
	swapped := bytes.Clone(sealed)
	copy(swapped[streamHead:], sealed[streamHead+chunk:streamHead+2*chunk])
	copy(swapped[streamHead+chunk:], sealed[streamHead:streamHead+chunk])
	other, err := seal.New(bytes.Repeat([]byte{8}, seal.Size))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		key     *seal.Key
		purpose string
		sealed  []byte
	}{
		"nothing":              {k, "backup", nil},
		"the head alone":       {k, "backup", sealed[:streamHead]},
		"cut in a chunk":       {k, "backup", sealed[:len(sealed)-5]},
		"cut between chunks":   {k, "backup", sealed[:streamHead+2*chunk]},
		"the first left out":   {k, "backup", cut(streamHead, streamHead+chunk)},
		"the middle left out":  {k, "backup", cut(streamHead+chunk, streamHead+2*chunk)},
		"chunks swapped":       {k, "backup", swapped},
		"something behind":     {k, "backup", append(bytes.Clone(sealed), 0)},
		"two streams in a row": {k, "backup", append(bytes.Clone(sealed), sealed...)},
		"another purpose":      {k, "file", sealed},
		"another key":          {other, "backup", sealed},
		"sealed as a whole":    {k, "backup", func() []byte { b, _ := k.Seal("backup", plain); return b }()},
		"a chunk of another":   {k, "backup", append(bytes.Clone(sealed[:streamHead]), sealStream(t, k, "backup", plain, 1<<16)[streamHead:]...)},
		"the last chunk's tag": {k, "backup", append(bytes.Clone(sealed[:len(sealed)-1]), sealed[len(sealed)-1]^1)},
	} {
		got, err := openStream(c.key, c.purpose, c.sealed)
		if !fault.Is(err, fault.Broken) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestAnyChangedBitIsFound(t *testing.T) {
	k := fixed(t)
	sealed := sealStream(t, k, "backup", bytes.Repeat([]byte("ab"), 300), 100)
	rapid.Check(t, func(t *rapid.T) {
		bad := bytes.Clone(sealed)
		bad[rapid.IntRange(0, len(bad)-1).Draw(t, "at")] ^= byte(1 << rapid.IntRange(0, 7).Draw(t, "bit"))
		if got, err := openStream(k, "backup", bad); !fault.Is(err, fault.Broken) || len(got) != 0 {
			t.Fatalf("%d bytes, %v", len(got), err)
		}
		if _, err := openStream(k, "backup", sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")]); !fault.Is(err, fault.Broken) {
			t.Fatalf("a cut stream opened: %v", err)
		}
	})
}

// failAfter takes some bytes and then has no room.
type failAfter struct{ left int }

var errNoRoom = errors.New("no room")

func (f *failAfter) Write(p []byte) (int, error) {
	if len(p) > f.left {
		return 0, errNoRoom
	}
	f.left -= len(p)
	return len(p), nil
}

func TestAFullDiskIsTold(t *testing.T) {
	k := fixed(t)
	if _, err := k.SealWriter("backup", &failAfter{5}); !errors.Is(err, errNoRoom) {
		t.Errorf("at the head: %v", err)
	}
	w, err := k.SealWriter("backup", &failAfter{seal.StreamChunk + 100})
	if err != nil {
		t.Fatal(err)
	}
	_, err = w.Write(make([]byte, 4*seal.StreamChunk))
	if !errors.Is(err, errNoRoom) || !errors.Is(w.Close(), errNoRoom) {
		t.Errorf("in the middle: %v, then %v", err, w.Close())
	}
}

func FuzzOpenReader(f *testing.F) {
	k := fixed(f)
	good := sealStream(f, k, "backup", []byte("words"), 5)
	f.Add([]byte{})
	f.Add([]byte{2})
	f.Add(good[:len(good)-1])
	f.Add(good[:streamHead+16])
	f.Add(append(bytes.Clone(good), 1))
	f.Fuzz(func(t *testing.T, sealed []byte) {
		if got, err := openStream(k, "backup", sealed); (err == nil && !bytes.Equal(sealed, good)) || (err != nil && len(got) > 0) {
			t.Fatalf("forged: %q, %v", got, err)
		}
	})
}
