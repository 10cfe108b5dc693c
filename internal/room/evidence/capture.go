package evidence

import (
	"slices"
	"strings"

	"plait/internal/kit/fault"
)

// MaxCaptured is the most bytes of one file that comes with the capture form itself;
// larger ones are sent in chunks before it.
const MaxCaptured = 24 << 20

// maxCapture is the most bytes of one whole capture form: its files and its words.
const maxCapture = MaxMedia*MaxCaptured + (4 << 20)

// mostKey is the longest key of a capture form: room is left for the keys of its files,
// which are made of it.
const mostKey = 100

// Captured is what came in one capture form. Its key makes it one contribution, however
// often it is sent: the device that holds it deletes it only when it was told so.
type Captured struct {
	GiveIn
	Key string // made on the device
	For string // whose device it was written on, as Keeper has it; "" from a plain form
}

// Check says what is wrong with the form around the contribution.
func (c Captured) Check(keeper string) error {
	if c.For != "" && keeper == "" {
		return fault.New(fault.Signin, "house.signin").With("house.signin_do")
	}
	if c.For != "" && c.For != keeper {
		// The right person has to sign in: nothing is wrong with what was written.
		return fault.New(fault.Signin, "evidence.capture_other").With("evidence.capture_other_do")
	}
	if c.Key == "" || len(c.Key) > mostKey {
		return fault.New(fault.Invalid, "house.bad_key")
	}
	return nil
}

// fileKey is the key of the n-th file of a form, from 1: the same file again has it again.
func (c Captured) fileKey(n int) string { return c.Key + "-f" + decimal(n) }

// turnedStrands is the three strands, turned about by the project so that none is always first.
func turnedStrands(project string) []string {
	all, turn := Strands(), 0
	if n := len(project); n > 0 {
		turn = max(0, strings.IndexByte("0123456789abcdef", project[n-1])) % len(all)
	}
	return append(slices.Clone(all[turn:]), all[:turn]...)
}

// Keeper names on a device whose unsent work it holds: an account in a programme. It is
// made of opaque ids and says nothing of the person.
func Keeper(account, programme string) string {
	if account == "" {
		return ""
	}
	return account + "." + programme
}
