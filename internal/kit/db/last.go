package db

// Last is the version of the last migration that this database has had.
func Last(tx *Tx) (int64, error) {
	return Count(tx, Q("select max(version_id) from goose_db_version where is_applied"))
}
