package house

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"plait/internal/app"
	"plait/internal/kit/db"
)

// Migrate makes the tables of a whole house in an empty database.
func Migrate(ctx context.Context, d *db.DB) error { return app.Migrate(ctx, d) }

// EmptyPostgres makes a database with nothing in it and gives its address; it goes when
// the test ends. Without PostgreSQL the test fails, unless PLAIT_TEST_WITHOUT names it.
func EmptyPostgres(t *testing.T) string {
	t.Helper()
	admin := os.Getenv("PLAIT_TEST_PG")
	if admin == "" {
		if strings.Contains(os.Getenv("PLAIT_TEST_WITHOUT"), "postgres") && os.Getenv("CI") != "true" {
			t.Skip("PLAIT_TEST_WITHOUT names postgres")
		}
		t.Fatal("no PostgreSQL: run this as go run ./tool/pg -- go test ./…")
	}
	name := fmt.Sprintf("empty_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := sql(admin, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := sql(admin, "drop database if exists "+name+" with (force)"); err != nil {
			t.Error(err)
		}
	})
	return addressOf(admin, name)
}
