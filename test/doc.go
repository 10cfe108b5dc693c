// Package test holds the checks of the whole house: who may import whom, what
// each file of a room may do, which SQL both engines share, that one word means
// one thing everywhere. Each check is a function over a source tree, so that
// the same function that guards the repository is proven on planted faults.
//
// A message says where, what is wrong and what to do about it.
package test
