// Package letters measures the making of letters: 500 contributors in the mix of
// formats that projects have, as HTML and Word files, in one press, in under a minute.
//
//	go test ./bench/letters -run Letters -v
//	go run ./tool/pg -- go test ./bench/letters -run Letters -v
package letters

// The measure.
const (
	People   = 500 // contributors, each with two contributions
	Findings = 40
	Seconds  = 60 // most that one press may take
)

// Formats is how many of 100 people want each format, by the wish that is stored.
func Formats() map[string]int {
	return map[string]int{"": 60, "large_print": 15, "easy_read": 15, "audio": 10}
}
