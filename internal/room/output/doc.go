// Package output makes what goes out, and keeps it in step with its evidence.
//
// For coordinators who owe people an answer, and for the people who gave words. A letter
// tells one contributor what became of each thing they said, in their own format. Letters
// are made ready by the machine and released by a named person; someone who has died or
// moved, or wants no contact, is sent nothing.
//
// Invariants: a letter holds no contributor's words, only their refs: the words are read
// when it is shown, so what is taken back is out of every letter in the same second.
// Tables: output_run, output_letter, output_told, output_taken. Kind: letter.
package output
