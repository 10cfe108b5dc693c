package trail

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"plait/internal/kit/db"
	"plait/internal/kit/fault"
	"plait/internal/spine/who"
)

// Once looks a key up: done is true when the same input came with it before, and out
// then holds the first answer. The same key with another input is a conflict.
func Once(ctx context.Context, tx *db.Tx, key, verb string, in, out any) (done bool, err error) {
	if key == "" {
		return false, nil
	}
	if len(key) > 100 {
		return false, fault.New(fault.Invalid, "house.bad_key")
	}
	digest, err := digestOf(verb, in)
	if err != nil {
		return false, err
	}
	type kept struct{ digest, result string }
	a := who.From(ctx)
	k, ok, err := db.One(tx, db.Q(`select digest, result from trail_key where programme = ? and actor = ? and key = ?`, a.Programme, a.Key(), key),
		func(r db.Row, k *kept) error { return r.Scan(&k.digest, &k.result) })
	if err != nil || !ok {
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
	digest, err := digestOf(verb, in)
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

func digestOf(verb string, in any) (string, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return "", err
	}
	h := sha256.Sum256(append([]byte(verb+"\x00"), b...))
	return hex.EncodeToString(h[:]), nil
}
