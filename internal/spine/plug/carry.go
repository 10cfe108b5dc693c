package plug

// Carry says how a table goes along when a programme leaves in an archive, where that is
// not simply by its rows of the programme.
type Carry struct {
	Table string
	// Stays: nothing of it goes along. It is the installation's (sessions, sign-in links,
	// limits) or waits for something that does not come along.
	Stays bool
	// LetsIn: a row of it lets someone in by itself, as a session does. A restore leaves
	// them out: nobody can say which were ended after the backup.
	LetsIn bool
	// Accounts is the column that names an account, in a table that is not by programme:
	// the rows of the programme's members go along.
	Accounts string
	// Last: it is stored in the last step of an import, because someone could see the
	// programme through it: a role, a way to sign in, the code of a card.
	Last bool
}
