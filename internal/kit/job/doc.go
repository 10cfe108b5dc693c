// Package job runs slow work after the page has answered: once, later, or again and again.
//
// A verb adds a job in its own transaction, so a job exists exactly when the
// data that asked for it does. A job carries ids and never words: it reads what
// it needs when it runs, and what was erased since is simply not there. Every
// job may run more than once (a retry, a node that was killed, two nodes at the
// same moment), so Do is idempotent.
//
// Three kinds of work:
//   - added jobs (Queue.Add) are rows; a failing one is tried again after about
//     1 s, 16 s, 81 s and so on, 25 times over three weeks;
//   - periodic jobs (Def.Every) are rows too, added once per house in each period
//     however many nodes there are;
//   - ticks (Def.Tick) leave no row: one node calls Do every so often. They are
//     for work each second, such as the chain of the trail.
//
// The package owns River (github.com/riverqueue/river) and its tables. On
// PostgreSQL nodes wake one another by listen/notify; on SQLite the process looks
// once a second.
package job
