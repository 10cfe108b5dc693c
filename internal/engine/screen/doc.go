// Package screen puts references in the order in which they are best read, learns from each
// decision, says why a record stands high, and says when enough has been read.
//
// A Library is made once from the records; a Learner is told decisions and ranks what is
// not read yet. Ranking needs one relevant record to begin with; the review's question can
// stand in for it, as a record of its own that is told relevant. Everything is
// deterministic: the same decisions in the same order give the same ranking. Nothing is
// read, written or timed here, and no randomness comes in but by seed.
//
// U4 is ASReview's model of that name (version 2 and 3, PMC12416088), to the letter: words
// and pairs of words, 1+ln(count) times inverse document frequency, rows of length 1, and
// scikit-learn's LinearSVC with squared hinge loss, C 0.11 and weights with ratio 9.8. On
// three sets and three seeds each its loss, recall and work saved are those of the same
// loop with LinearSVC within .001 (bench/review).
//
// Plait is our own, the default. It differs from u4 in this, each chosen by simulations on
// the sets that bench/review names:
//
//   - words are cut after six letters, so that depression and depressive are one; letters
//     of scripts that put no space between words stand alone;
//   - words of the title are terms of their own besides, pairs of words weigh less than
//     words, and rare words a little less than by their full inverse document frequency;
//   - a hundred latent coordinates from the library itself are added to each row, so that
//     records which share no word can still be near (latent semantic analysis, Deerwester
//     and others 1990; randomised range finder, Halko and others 2011);
//   - a hundred records that nobody has read are taken as irrelevant, as in Cormack and
//     Grossman's AutoTAR (2015): most of them are, and the first steps are steadier. They
//     become fewer as relevant records are found, for where there are many, more of the
//     guesses are wrong;
//   - the score of the machine, of the nearness to the three nearest relevant records, and
//     of the likeness to all relevant ones are added, in units of their spread. The third
//     counts for less the more relevant records are known, for it misleads where they are
//     many and of several kinds.
//
// Time: a library takes time linear in its words (the latent coordinates are most of it);
// one round of learning and ranking takes some tens of operations for each term of the
// records. Memory: about eight bytes for each term of a record that is in another too.
//
// A decision may be taken back; the ranking is then that of the decisions that stand,
// within the tolerance of the solver.
package screen
