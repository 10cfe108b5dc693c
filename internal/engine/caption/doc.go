// Package caption reads and writes the captions of sound and film: WebVTT, and SubRip
// (SRT) when it is read. It says which cues are hard to read, and turns cues into the
// words that were said.
//
// Method: one pass over the lines, in the order of the WebVTT parser: signature, header,
// then blocks apart by blank lines (NOTE, STYLE, REGION, cues). Where that parser drops a
// block in silence, a Problem with its line is given, so that nobody's captions are lost
// without a word. A cue's text is kept as it was written; Spans, Words and Transcript
// read the tags and escapes in it.
//
// Sources: WebVTT: The Web Video Text Tracks Format (W3C Candidate Recommendation, 4
// April 2019), sections 4 and 6; SubRip as it is commonly written (no standard names it).
// The numbers of the rules are those of broadcasters' guides for subtitles: two lines,
// 42 characters, 20 characters a second. They are advice, not a standard.
//
// Times are in milliseconds from the start. Lines and cues are counted from 1. Characters
// are what a reader sees as one (Unicode Standard Annex 29). Time and memory are linear
// in the length of the text.
package caption
