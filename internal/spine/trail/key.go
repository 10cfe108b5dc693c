package trail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"

	"plait/internal/kit/clock"
	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/kit/id"
	"plait/internal/spine/who"
)

// MaxKey is the longest key a client may send, in bytes.
const MaxKey = 200

// KeysLast is how long a key is remembered, in microseconds: longer than work is kept
// offline. A digest of few words could be guessed, so none is kept for good.
const KeysLast = 35 * clock.Day

// Forget drops the keys that were kept before an instant.
func Forget(tx *db.Tx, before int64) error {
	return tx.Do(db.Q(`delete from trail_key where at < ?`, before))
}

// Once looks a key up: done is true when the same input came with it before, and out
// then holds the first answer. The same key with another input is a conflict.
func Once(ctx context.Context, tx *db.Tx, key, verb string, in, out any) (done bool, err error) {
	if key == "" {
		return false, nil
	}
	if len(key) > MaxKey {
		return false, fault.New(fault.Invalid, "house.bad_key")
	}
	type kept struct{ digest, result string }
	a := who.From(ctx)
	k, ok, err := db.One(tx, db.Q(`select digest, result from trail_key where programme = ? and actor = ? and key = ?`, a.Programme, a.Key(), key),
		func(r db.Row, k *kept) error { return r.Scan(&k.digest, &k.result) })
	if err != nil || !ok {
		return false, err
	}
	salt, _, _ := strings.Cut(k.digest, ":")
	digest, err := digestOf(salt, verb, in)
	if err != nil {
		return false, err
	}
	if k.digest != digest {
		return false, fault.New(fault.Conflict, "house.key_conflict").With("house.key_conflict_do")
	}
	return true, json.Unmarshal([]byte(k.result), out)
}

// Keep stores the answer to a key. Answers hold refs and counts, never words.
func Keep(ctx context.Context, tx *db.Tx, key, verb string, at int64, in, out any) error {
	if key == "" {
		return nil
	}
	digest, err := digestOf(id.Salt(), verb, in)
	if err != nil {
		return err
	}
	result, err := json.Marshal(out)
	if err != nil {
		return err
	}
	a := who.From(ctx)
	return tx.Do(db.Q(`insert into trail_key (programme, actor, key, digest, result, at) values (?, ?, ?, ?, ?, ?)`,
		a.Programme, a.Key(), key, digest, string(result), at))
}

// digestOf is "salt:SHA-256" over the salt, the verb and its input.
func digestOf(salt, verb string, in any) (string, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256(append([]byte(salt+"\x00"+verb+"\x00"), b...))
	return salt + ":" + hex.EncodeToString(h[:]), nil
}
