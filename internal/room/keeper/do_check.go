package keeper

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"plait/internal/kit/blob"
	"plait/internal/kit/db"
	"plait/internal/kit/id"
	"plait/internal/kit/search"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
	"plait/internal/spine/trail"
	"plait/internal/spine/who"
)

const (
	// linkPart is how many links one transaction proves.
	linkPart = 5000
	// rowPart is how many rows of a table one transaction looks through.
	rowPart = 20_000
	// filePart is how many files one transaction lists.
	filePart = 200
	// mostNamed is how many faults of one sort are named; of the others it is said how many.
	mostNamed = 100
	// sampled is how many records of each kind a quick check looks for in the search.
	sampled = 1000
)

// checker is one check under way.
type checker struct {
	r         *Room
	programme string
	out       CheckOut
	told      func(doing string, done, total int64)
	done      int64 // units of work: links, rows, mebibytes of files, records in the search
	total     int64
}

// list is faults of one sort, of which the first are named.
type list struct {
	named []string
	more  int64
}

func (l *list) add(format string, args ...any) {
	if len(l.named) >= mostNamed {
		l.more++
		return
	}
	l.named = append(l.named, fmt.Sprintf(format, args...))
}

func (c *checker) found(what string, l list) {
	c.out.Broken = append(c.out.Broken, l.named...)
	if l.more > 0 {
		c.out.Broken = append(c.out.Broken, fmt.Sprintf("and %d more of %s", l.more, what))
	}
}

func (c *checker) step(doing string, n int64) {
	c.done += n
	c.told(doing, min(c.done, c.total), c.total)
}

// check proves the actor's programme part by part, each in short transactions.
func (r *Room) check(ctx context.Context, quick bool, told func(doing string, done, total int64)) (CheckOut, error) {
	c := &checker{r: r, programme: who.From(ctx).Programme, told: told}
	c.out = CheckOut{Programme: c.programme, Quick: quick, Broken: []string{}}
	err := r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if err := who.Must(ctx, tx, "keeper.check", who.Here(ctx)); err != nil {
			return err
		}
		c.total, err = workOf(tx, c.programme, quick)
		return err
	})
	if err != nil {
		return c.out, err
	}
	for _, part := range []func(context.Context) error{c.chain, c.counts, c.references, c.files, c.search, c.halves} {
		if err := part(ctx); err != nil {
			return c.out, err
		}
	}
	c.told("keeper.check_done", c.total, c.total)
	return c.out, nil
}

// chain proves the trail.
func (c *checker) chain(ctx context.Context) error {
	var p trail.Prover
	for done := false; !done; {
		before := p.Entries
		err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) { done, err = p.Step(tx, c.programme, linkPart); return err })
		if err != nil {
			return err
		}
		c.step("keeper.check_chain", p.Entries-before)
	}
	c.out.Proof = p.Proof
	c.out.Broken = append(c.out.Broken, p.Broken...)
	return nil
}

// halves names imports that were cut off and never taken up again: rows of theirs are here.
func (c *checker) halves(ctx context.Context) error {
	return c.r.db.Read(ctx, func(tx *db.Tx) error {
		all, err := imports(tx)
		for _, b := range all {
			c.out.Broken = append(c.out.Broken, fmt.Sprintf("half of an import of the programme %s is here still", b.programme))
		}
		return err
	})
}

// counts compares the counts with the records, project by project.
func (c *checker) counts(ctx context.Context) error {
	var in []string
	err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) { in, err = projects(tx, c.programme); return err })
	if err != nil {
		return err
	}
	if !contains(in, "") {
		in = append(in, "")
	}
	c.out.Counts = true
	for _, p := range in {
		var wrong []string
		err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) { wrong, err = miscounted(tx, c.programme, p, c.r.clock.Now()); return err })
		if err != nil {
			return err
		}
		c.out.Counts = c.out.Counts && len(wrong) == 0
		c.out.Broken = append(c.out.Broken, wrong...)
		c.step("keeper.check_counts", 0)
	}
	return nil
}

// spineRefers is what the spine's own tables name without a foreign key. Entries of the
// trail are not among them: they outlive what they tell of.
func spineRefers() []db.Reference {
	return []db.Reference{
		db.Names("ref_record", "project", "ref_record"), db.Names("ref_record", "site", "ref_record"), db.Names("ref_record", "person", "ref_record"),
		db.Names("who_member", "scope", "ref_record"), db.Names("trail_body", "id", "trail_entry"), db.Names("trail_wait", "entry", "trail_entry"),
	}
}

// references looks for what names something that is not there: every foreign key of the
// database, and what the rooms say of their own tables.
func (c *checker) references(ctx context.Context) error {
	var tables []db.Table
	var all []db.Reference
	err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) {
		if tables, err = db.Tables(tx); err == nil {
			all, err = db.Foreign(tx, tables)
		}
		return err
	})
	if err != nil {
		return err
	}
	all = append(all, spineRefers()...)
	for _, p := range c.r.plugs() {
		all = append(all, p.Refers...)
	}
	for _, x := range all {
		t, err := db.TableOf(tables, x.Table)
		if err != nil {
			return err
		}
		if t.At("programme") < 0 {
			continue // of no programme: accounts, of which each row stands alone
		}
		var l list
		for after := []string(nil); ; {
			var orphans [][]string
			err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) {
				orphans, after, err = t.Orphans(tx, x, c.programme, after, rowPart)
				return err
			})
			if err != nil {
				return err
			}
			for _, key := range orphans {
				l.add("%s %s names something in %s that is not there (%s)", x.Table, named(key), x.To, x)
			}
			if c.step("keeper.check_references", 0); after == nil {
				break
			}
		}
		c.out.References++
		c.found(x.String(), l)
	}
	c.step("keeper.check_references", referenceWork)
	return nil
}

// named is a row's key without its programme and without anything that may be words.
func named(key []string) string {
	var out []string
	for _, k := range key[1:] {
		if _, err := strconv.ParseInt(k, 10, 64); err == nil || id.Valid(k) {
			out = append(out, k)
		}
	}
	return strings.Join(out, " ")
}

// files looks at every kept file: the key, every part and the hash.
func (c *checker) files(ctx context.Context) error {
	if c.r.files == nil {
		return nil
	}
	var l list
	for after := ""; ; {
		var part []blob.Info
		err := c.r.db.Read(ctx, func(tx *db.Tx) (err error) { part, err = blob.Kept(tx, c.programme, after, filePart); return err })
		if err != nil {
			return err
		}
		for _, f := range part {
			wrong, read, err := c.r.files.Prove(ctx, c.programme, f.ID, c.out.Quick)
			if err != nil {
				return err
			}
			if wrong != "" {
				l.add("file %s of record %s does not hold: %s", f.ID, first(f.Record), wrong)
			}
			c.out.Files++
			c.out.Bytes += read
			c.step("keeper.check_files", fileWork(f.Size, c.out.Quick))
		}
		if len(part) < filePart {
			break
		}
		after = part[len(part)-1].ID
	}
	c.found("the files", l)
	return nil
}

// first is the id of the record that a file belongs to, whatever comes behind it.
func first(record string) string { x, _, _ := strings.Cut(record, "/"); return x }

// search looks for every record that must be found, and for what must not be.
func (c *checker) search(ctx context.Context) error {
	var lost, over list
	for _, p := range c.r.plugs() {
		for _, f := range p.Finds {
			if err := c.searchKind(ctx, f, &lost, &over); err != nil {
				return err
			}
		}
	}
	c.found("what the search does not know", lost)
	c.found("what the search should not know", over)
	return nil
}

func (c *checker) searchKind(ctx context.Context, f plug.Find, lost, over *list) error {
	looked := 0
	for after := ""; ; {
		last, n := "", 0
		err := c.r.db.Read(ctx, func(tx *db.Tx) error {
			docs, end, err := f.Load(tx.Context(), tx, c.programme, after, searchBatch)
			if err != nil {
				return err
			}
			last, n = end, len(docs)
			should, has := make(map[string]bool, len(docs)), map[string]bool{}
			for _, d := range docs {
				should[d.ID] = strings.TrimSpace(d.Text) != ""
			}
			for at := after; ; {
				kept, err := search.Kept(tx, c.programme, at, end, 2*searchBatch)
				if err != nil {
					return err
				}
				// What merely ran out waits there for the night, and is shown to nobody until then.
				kinds, err := kindsOf(tx, c.programme, kept, c.r.clock.Now())
				if err != nil {
					return err
				}
				for _, x := range kept {
					has[x] = true
					if _, ok := should[x]; kinds[x] == f.Kind && !ok {
						over.add("the search still knows %s %s, which is not to be found", f.Kind, x)
					}
				}
				if len(kept) < 2*searchBatch {
					break
				}
				at = kept[len(kept)-1]
			}
			for _, d := range docs {
				if should[d.ID] && !has[d.ID] {
					lost.add("the search does not know %s %s", f.Kind, d.ID)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		c.out.Searched += int64(n)
		looked += n
		c.step("keeper.check_search", int64(n))
		if after = last; after == "" || c.out.Quick && looked >= sampled {
			return nil
		}
	}
}

// plugs is every room of the house; none in a test of this room alone.
func (r *Room) plugs() []plug.Plug {
	if r.install == nil || r.install.Plugs == nil {
		return nil
	}
	return r.install.Plugs()
}

// programmes lists the programmes of the installation, for the command that checks all.
func (r *Room) programmes(ctx context.Context) (all []ref.Record, err error) {
	err = r.db.Read(ctx, func(tx *db.Tx) error { all, err = ref.Programmes(tx); return err })
	return all, err
}
