// Package thread follows the thread from any record both ways.
//
// For everyone: from what was said to finding, recommendation, action, outcome and
// lesson, and back. It reads ties and the house's one row per record; it holds no words
// of its own. What a reader may not see shows as withdrawn or not shared, never by title.
//
// Tables: none.
package thread
