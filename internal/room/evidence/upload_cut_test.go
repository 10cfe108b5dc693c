package evidence

import (
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"plait/internal/kit/fault"
)

// TestAChunkThatEndedEarlyIsNoChunk has the line cut in the midst of a part. What came of it
// must not be stored as if it were the last, shorter part: the file would be torn there.
func TestAChunkThatEndedEarlyIsNoChunk(t *testing.T) {
	r := httptest.NewRequest("PUT", "/evidence/p/upload/u?at=0", nil)
	r.Body = io.NopCloser(io.MultiReader(strings.NewReader("half of it"), cutLine{}))
	// The room has no store: a chunk that was let through would be a panic.
	_, _, err := (&face{}).uploadChunk(r)
	if !fault.Is(err, fault.Invalid) || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a part: %v", err)
	}
}

// cutLine is how net/http tells of a body that is shorter than was said.
type cutLine struct{}

func (cutLine) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
