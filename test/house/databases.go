package house

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"plait/internal/app"
	"plait/internal/kit/db"
)

// databases are those of one test binary on PostgreSQL. To copy a migrated database and to
// drop it again means more than a thousand files each time, most of a second; to empty the
// few tables that a test wrote in takes some milliseconds. So a database that is as it was
// made, but for rows, is emptied and used again, and any other is dropped.
type databases struct {
	mu       sync.Mutex
	template string   // the migrated one
	made     string   // what asMade says of it
	kept     []string // its tables that have rows
	n        int
	free     []string
}

var postgres databases

// take gives a migrated database without rows of a test, and its address.
func (d *databases) take(admin string) (name, address string, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.template == "" {
		if err := d.migrate(admin); err != nil {
			return "", "", err
		}
	}
	if last := len(d.free) - 1; last >= 0 {
		name, d.free = d.free[last], d.free[:last]
		return name, addressOf(admin, name), nil
	}
	d.n++
	name = fmt.Sprintf("%s_%d", strings.Replace(d.template, "template", "t", 1), d.n)
	return name, addressOf(admin, name), sql(admin, "create database "+name+" template "+d.template)
}

// give takes a database back.
func (d *databases) give(admin, name string) error {
	if d.emptied(addressOf(admin, name)) == nil {
		d.mu.Lock()
		d.free = append(d.free, name)
		d.mu.Unlock()
		return nil
	}
	return sql(admin, "drop database if exists "+name+" with (force)")
}

// emptied takes away the rows of a test. It fails where more than rows has changed.
func (d *databases) emptied(address string) error {
	ctx := context.Background()
	p, err := db.OpenURL(ctx, address)
	if err != nil {
		return err
	}
	defer p.Close()
	var others int
	// Whoever is still connected would write after us.
	if err := p.Pool().QueryRowContext(ctx, "select count(*) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'").Scan(&others); err != nil {
		return err
	}
	if others > 0 {
		return fmt.Errorf("%d others are connected", others)
	}
	now, err := asMade(ctx, p)
	if err != nil {
		return err
	}
	if now != d.made {
		return fmt.Errorf("it is no longer as it was made")
	}
	_, err = p.Pool().ExecContext(ctx, `do $$
declare t regclass; some boolean;
begin
	set local session_replication_role = replica; -- the order of foreign keys does not matter
	for t in select c.oid from pg_class c where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
			and pg_relation_size(c.oid) > 0 and c.relname not in ('`+strings.Join(d.kept, "','")+`') loop
		execute format('delete from %s', t);
	end loop;
end $$`)
	return err
}

// asMade says what a database is but for its rows: columns, constraints, indexes, whether
// its planner has learned anything, and whether it is still small.
func asMade(ctx context.Context, p *db.DB) (out string, err error) {
	err = p.Pool().QueryRowContext(ctx, `select concat_ws(' ',
		(select count(*) || md5(string_agg(concat(c.relname, ' ', a.attname, a.atttypid, a.attnotnull), ',' order by c.relname, a.attnum))
			from pg_attribute a join pg_class c on c.oid = a.attrelid where c.relnamespace = 'public'::regnamespace),
		(select count(*) || md5(string_agg(concat(conrelid::regclass, ' ', conname, convalidated, confupdtype, confdeltype), ',' order by conname, conrelid)) from pg_constraint where connamespace = 'public'::regnamespace),
		(select count(*) || md5(string_agg(concat(indexrelid::regclass, indisvalid, indisunique), ',' order by indexrelid::regclass::text)) from pg_index where indrelid::regclass::text not like 'pg_%'),
		(select count(*) from pg_trigger where not tgisinternal), (select count(*) from pg_trigger where tgenabled <> 'O'),
		(select count(*) from pg_proc where pronamespace = 'public'::regnamespace), (select count(*) from pg_namespace where nspname not like 'pg_t%'),
		(select count(*) from pg_statistic where starelid >= 16384),
		(select count(*) from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' and pg_relation_size(oid) > 1 << 19))`).Scan(&out)
	return out, err
}

// migrate makes the template.
func (d *databases) migrate(admin string) error {
	name := fmt.Sprintf("template_%d_%d", os.Getpid(), time.Now().UnixNano())
	if err := sql(admin, "create database "+name+" encoding 'UTF8' template template0"); err != nil {
		return err
	}
	ctx := context.Background()
	p, err := db.OpenURL(ctx, addressOf(admin, name))
	if err != nil {
		return err
	}
	defer p.Close()
	if err := app.Migrate(ctx, p); err != nil {
		return err
	}
	if d.made, err = asMade(ctx, p); err != nil {
		return err
	}
	var kept string
	if err := p.Pool().QueryRowContext(ctx, "select string_agg(relname, ',') from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace and pg_relation_size(oid) > 0").Scan(&kept); err != nil {
		return err
	}
	d.template, d.kept = name, strings.Split(kept, ",")
	return nil
}
