// Package lesson keeps what was learned, so that others may use it.
//
// For programme leads and the next project. A lesson says where else it may hold, what
// power, culture and resources had to do with it, which policy it stands on or runs
// against, and which of the four aims it serves. A page of the whole programme lists the
// lessons of every project that the reader may see.
//
// It tells and hears no news.
// Tables: lesson_lesson. Kind: lesson.
package lesson
