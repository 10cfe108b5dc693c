// Package keeper keeps the house in order and proves that it is.
//
// For programme leads and for whoever looks after the installation. It chains the
// trail of every programme each second, folds the counts each hour, and proves both
// on request: every change is there, in its order, with the words that were stored,
// and the counts equal what is in the records.
//
// Invariants: only the job here numbers the trail; checking changes nothing; the proof
// holds numbers and a hash, never anybody's words. Tables: keeper_archive, keeper_erasure,
// keeper_backup; other rooms' tables are copied whole by kit/db, which knows no room.
package keeper
