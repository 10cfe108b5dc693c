package db

// LastMigration is the version of the last migration that a database has had.
func LastMigration(tx *Tx) (int64, error) {
	return Count(tx, Q("select max(version_id) from goose_db_version where is_applied = ?", true))
}
