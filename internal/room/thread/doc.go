// Package thread follows the thread from any record both ways.
//
// For everyone: from what was said to finding, recommendation, action, outcome and
// lesson, and back. It reads ties and the house's one row per record; it holds no words
// of its own. What a reader may not see shows as withdrawn or not shared, never by title.
// What is one person's own, and for hosts and members what people said, does not show at
// all: of the latter only about how many spoke.
//
// Tables: none.
package thread
