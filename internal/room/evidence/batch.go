package evidence

// States of a batch.
const (
	BatchReading = "reading" // a file is being read; stays so when that was cut off
	BatchStaged  = "staged"  // read and shown, nothing in the thread yet
	BatchGoing   = "going"   // rows are being stored; none is visible yet
	BatchIn      = "in"      // in the thread
	BatchUndone  = "undone"  // taken back as a whole
	BatchSame    = "same"    // nothing was stored: all of it had come in before
)

// Batch is what came in together: a paste or an import.
type Batch struct {
	ID      string `json:"id"`
	Project string `json:"project"`
	Name    string `json:"name"`
	Made    string `json:"made"` // paste or import
	State   string `json:"state"`
	Digest  string `json:"digest"` // of the file and how it was read, so that the same twice is seen
	At      int64  `json:"at"`
	Stored  int64  `json:"stored"`
	Detail  string `json:"-"` // JSON: mapping, shared answers, problems
}
