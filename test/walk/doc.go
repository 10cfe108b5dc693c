// Package walk walks the whole house in a browser, as the people do who use it: a
// voice from paste to take-back, every page that each of them can reach, with and
// without scripts, at phone width, by keyboard.
//
// It holds tests alone. PLAIT_SHOTS names a folder for pictures of the main pages.
package walk
