// Package action keeps what was recommended, decided, tried and done.
//
// For steering groups, hosts and project teams. A recommendation stands on findings and
// holds its options, the dissent and the decision. An action has an owner, a day and how
// it ended; it may be a try, with what will be looked for, a day to look back, what
// happened, and whether to keep, change or stop.
//
// Invariants: every action has an owner and a day, or says that it has none; two people
// who decide at once never lose one another's words.
// Tables: action_recommendation, action_action. Kinds: recommendation, action.
package action
