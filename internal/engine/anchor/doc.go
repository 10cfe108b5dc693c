// Package anchor keeps hold of a part of a text while the text around it changes.
//
// An anchor is where the part begins and ends, the words themselves, and a few words before
// and after it, as in the text quote and text position selectors of the Web Annotation Data
// Model (W3C Recommendation, 23 February 2017, 4.2.4 and 4.2.5).
//
// Offsets are Unicode code points everywhere but inside this package: browsers count UTF-16
// units and Go counts bytes, and Text alone turns one into the other. Words are compared
// code point by code point, never normalised: what was written with a combining accent
// stays so. An anchor never begins or ends inside a character that a reader sees as one
// (Unicode Standard Annex 29).
//
// Find looks, in this order, for the same words at the same place; for the same words
// elsewhere, where the words around them and then the distance choose between several; and
// for words that differ a little, at most Reach code points from the place. A little is one
// code point in Loose changed, put in or taken out (edit distance, by the bit-parallel
// method of Myers 1999 in the form of Hyyrö 2003). Parts shorter than Short must be the
// same. Of parts longer than 64, blocks of 64 are found in this way at both ends, and Alike
// of all runs of three code points must still be there.
//
// New takes time linear in the text, once; 12 bytes for each 512 code points are kept.
// Make takes constant time. Find takes time linear in the text at the worst, and holds no
// memory that grows with it.
package anchor
