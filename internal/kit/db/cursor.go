package db

import (
	"encoding/base64"
	"strconv"
	"strings"

	"plait/internal/kit/id"
)

// Cursor names the last row of a page of a list that is newest first, so that the next
// page begins behind it: an instant in microseconds and a record's id.
func Cursor(at int64, last string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(at, 10) + " " + last))
}

// ReadCursor reads what Cursor made. ok is false for "" and for anything else.
func ReadCursor(s string) (at int64, last string, ok bool) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || s == "" {
		return 0, "", false
	}
	stamp, last, ok := strings.Cut(string(b), " ")
	at, err = strconv.ParseInt(stamp, 10, 64)
	return at, last, ok && err == nil && id.Valid(last)
}
