// Package output makes what goes out, and keeps it in step with its evidence.
//
// For coordinators who owe people an answer, and for the people who gave words. A letter
// tells one contributor what became of each thing they said, in their own format. Letters
// are made ready by the machine and released by a named person; someone who has died or
// moved, wants no contact or was erased is given nothing, on paper or as a file, whether
// their letter was released or not.
//
// Invariants: a letter holds no contributor's words, only their refs: the words are read
// when it is shown, so what is taken back is out of every letter in the same second. What is released is the
// version that was read. It hears consent.withdrawn, consent.restored, consent.erased,
// people.stopped and people.erased, and tells output.released.
// Tables: output_run, output_letter, output_told, output_taken. Kind: letter.
package output
