package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"

	"plait/internal/kit/fault"
)

// version is the first byte of everything sealed. A new way of sealing takes a new one.
const version = 1

// Overhead is how many bytes longer the sealed form is: version, nonce (12) and tag (16).
const Overhead = 1 + 12 + 16

// HMAC is the mark of text for a purpose: HMAC-SHA256 (RFC 2104) under the purpose's
// own key, as 64 lower-case hexadecimal figures. The same key, purpose and text always
// give the same mark. A purpose is a short fixed name, such as "card".
func (k *Key) HMAC(purpose, text string) string {
	m := hmac.New(sha256.New, k.subkey("hmac", purpose))
	m.Write([]byte(text))
	return hex.EncodeToString(m.Sum(nil))
}

// Seal closes plain for a purpose: AES-256-GCM (NIST SP 800-38D) under the purpose's
// own key, with a random 96-bit nonce and the purpose as additional data. The result is
// Overhead bytes longer. One purpose should seal fewer than 2^32 texts; plain is held
// in memory whole.
func (k *Key) Seal(purpose string, plain []byte) ([]byte, error) {
	box, err := k.box(purpose)
	if err != nil {
		return nil, err
	}
	out := make([]byte, 1, len(plain)+Overhead)
	out[0] = version
	return box.Seal(out, nil, plain, bound(purpose)), nil
}

// Open gives back what Seal closed for the same purpose under the same key. Anything
// else (changed, cut short, another purpose, another key) is a broken fault
// "seal.cannot_open", and nothing of the text is given.
func (k *Key) Open(purpose string, sealed []byte) ([]byte, error) {
	cannot := fault.New(fault.Broken, "seal.cannot_open").With("seal.cannot_open_do")
	if len(sealed) < Overhead {
		return nil, cannot.Because(errors.New("seal: too short"))
	}
	if sealed[0] != version {
		return nil, cannot.Because(fmt.Errorf("seal: version %d is not known", sealed[0]))
	}
	box, err := k.box(purpose)
	if err != nil {
		return nil, err
	}
	plain, err := box.Open(nil, nil, sealed[1:], bound(purpose))
	if err != nil {
		return nil, cannot.Because(err)
	}
	return plain, nil
}

func (k *Key) box(purpose string) (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.subkey("seal", purpose))
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// bound is the additional data: the version, so that it cannot be changed, and the purpose.
func bound(purpose string) []byte { return append([]byte{version}, purpose...) }

// hidden is what a secret prints as.
const hidden = "[hidden]"

// Format hides the key from every verb of fmt.
func (k *Key) Format(s fmt.State, _ rune) { _, _ = s.Write([]byte(hidden)) }

// LogValue hides the key from logs.
func (k *Key) LogValue() slog.Value { return slog.StringValue(hidden) }

// Secret is a text that must not be shown, such as a password. It prints, and is
// written as JSON, as "[hidden]"; Reveal gives the text itself.
type Secret string

// Reveal is the text itself.
func (s Secret) Reveal() string { return string(s) }

// Format hides the secret from every verb of fmt; an empty one shows that it is empty.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(s.mask())) }

// LogValue hides the secret from logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.mask()) }

// MarshalText hides the secret from JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.mask()), nil }

func (s Secret) mask() string {
	if s == "" {
		return ""
	}
	return hidden
}
