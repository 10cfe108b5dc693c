package card

import (
	"context"
	"io"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
	"plait/internal/spine/terms"
)

// People makes people without a name and tells what they asked for; the room people
// fills it.
type People interface {
	// Anonymous makes a person of a project of whom nothing is known, and names the record.
	Anonymous(ctx context.Context, tx *db.Tx, project string) (ref.Ref, error)
	// OwnWishes gives the codes of the formats a person asked for and their language (BCP
	// 47); "" when they are not known.
	OwnWishes(ctx context.Context, tx *db.Tx, person string) (formats []string, language string, err error)
}

// Words is what the card's person said; the room evidence fills it. The actor of ctx is
// the card, and each checks that the record is the card's own.
type Words interface {
	// Own lists everything that may still be used, oldest first.
	Own(ctx context.Context, tx *db.Tx) ([]Word, error)
	// Open gives one file of what the person said, to be closed, and its captions in WebVTT.
	Open(ctx context.Context, file string) (Opened, error)
	// Correct changes words and role label; version is the one that was read.
	Correct(ctx context.Context, key string, at ref.Ref, version int64, words, role string) error
	// Add stores more words of the same person. to is a contribution of theirs, whose
	// place, strand and agreement the new one inherits, or the person: then nothing is
	// known of it and the narrowest agreement holds.
	Add(ctx context.Context, key string, to ref.Ref, words string) error
}

// Opened is a file that the card's person looks at.
type Opened struct {
	ID, Name, Media string // Media as it was found by its content
	Captions        string
	Content         io.ReadSeekCloser
}

// Agreed is what was agreed for one record, as it stands now.
type Agreed struct {
	Ref     ref.Ref
	Uses    []terms.Use // besides the project's own
	Ends    string      // last day, YYYY-MM-DD; "" = no end
	Version int64
}

// Taken is one take-back that can still be undone.
type Taken struct {
	Act       string // names it for the undo
	Ref       ref.Ref
	Use       terms.Use // "" = everything
	At        int64
	UndoUntil int64
}

// Choice is what the person chose on their card for one record.
type Choice struct {
	Ref      ref.Ref
	Version  int64
	Uses     []terms.Use
	Ends     string
	Language string // in which the questions were shown
	Format   string // and in which format
}

// Undo names a take-back that can be undone; Act "" when it cannot.
type Undo struct {
	Act   string
	Until int64
}

// Consents is what was agreed; the room consent fills it. The actor of ctx is the card.
type Consents interface {
	// Agreed gives what holds for each of refs, in their order.
	Agreed(ctx context.Context, tx *db.Tx, refs []ref.Ref) ([]Agreed, error)
	// Taken lists what the person took back and can still undo, latest first.
	Taken(ctx context.Context, tx *db.Tx, person ref.Ref) ([]Taken, error)
	// Question is the key of the words that ask for a use; the project's gives those
	// that stand before all questions.
	Question(u terms.Use) string
	Change(ctx context.Context, key string, c Choice) error
	Withdraw(ctx context.Context, key string, at ref.Ref, use terms.Use, erase bool) (Undo, error)
	WithdrawAll(ctx context.Context, key string, person ref.Ref, erase bool) (Undo, error)
	// Restore undoes a take-back: of a record, or with the person as at everything that
	// went at once.
	Restore(ctx context.Context, key string, at ref.Ref, act string) error
}

// Zones tells a programme's time zone; the room programme fills it.
type Zones interface {
	Zone(tx *db.Tx, programme string) (string, error)
}
