package trail

import (
	"crypto/subtle"
	"fmt"

	"plait/internal/kit/db"
	"plait/internal/spine/ref"
)

// Proof is what checking a programme's chain found.
type Proof struct {
	Entries int64    `json:"entries"` // linked entries read
	Waiting int64    `json:"waiting"` // not yet linked
	Erased  int64    `json:"erased"`  // linked, words taken away
	Tail    string   `json:"tail"`    // the last link: to be noted outside the house
	Broken  []string `json:"broken"`  // what does not hold, each in a sentence
}

// maxBroken is how many faults of a chain are named; of the others it is said how many.
const maxBroken = 100

// Prover proves a chain piece by piece, each in a transaction of its own, so that no
// transaction lasts as long as the whole. The zero value begins at the first link.
type Prover struct {
	Proof
	seq  int64
	more int64 // faults that are not named
}

func (p *Prover) broken(format string, args ...any) {
	if len(p.Broken) >= maxBroken {
		p.more++
		return
	}
	p.Broken = append(p.Broken, fmt.Sprintf(format, args...))
}

// Step proves up to most links more and says whether it came to the end: every number
// there, every link right, every body equal to its commitment. Several transactions may
// see the trail grow; what is linked meanwhile is proven too.
func (p *Prover) Step(tx *db.Tx, programme string, most int64) (done bool, err error) {
	if p.Broken == nil {
		p.Broken = []string{}
	}
	type row struct {
		Entry
		salt, body  string
		there, kept bool
		reading     int64
		of          *string // the project of its record; nil when that is not there any more
	}
	n := int64(0)
	err = db.Each(tx, db.Q(`select `+columns+`, e.reading, case when r.kind = 'project' then r.id else r.project end, coalesce(b.salt, ''), coalesce(b.body, ''), b.id is not null
		from trail_link l left join trail_entry e on e.programme = l.programme and e.id = l.entry
		left join ref_record r on r.programme = l.programme and r.id = e.ref
		left join trail_body b on b.programme = l.programme and b.id = l.entry
		where l.programme = ? and l.seq > ? order by l.seq limit ?`, programme, p.seq, most),
		func(r db.Row, x *row) error {
			var id, actor, verb, kind, of, commitment, project *string
			var at, version, reading *int64
			if err := r.Scan(&id, &at, &actor, &verb, &kind, &of, &version, &commitment, &x.Seq, &x.Chain, &project, &reading, &x.of, &x.salt, &x.body, &x.kept); err != nil {
				return err
			}
			if id != nil {
				x.there, x.reading, x.Project = true, *reading, *project
				x.ID, x.At, x.Actor, x.Verb, x.Ref, x.Version, x.Commitment = *id, *at, *actor, *verb, ref.Of(*kind, *of), *version, *commitment
			}
			return nil
		},
		func(x row) error {
			n++
			p.Entries++
			if x.Seq != p.Entries {
				p.broken("number %d is missing: the next is %d", p.Entries, x.Seq)
				p.Entries = x.Seq
			}
			p.Tail = link(p.Tail, x.Seq, x.Entry)
			switch right := subtle.ConstantTimeCompare([]byte(p.Tail), []byte(x.Chain)) == 1; {
			case !right && !x.there:
				p.broken("the entry of link %d is not there", x.Seq)
			case !right:
				p.broken("link %d does not follow from the one before and its entry", x.Seq)
			case x.reading != reading(x.Verb):
				p.broken("entry %s is marked wrongly as a reading or a change", x.ID)
			case x.of != nil && *x.of != x.Project: // by it readers find it, and no record changes its project
				p.broken("entry %s is said to be of another project than its record", x.ID)
			}
			p.Tail, p.seq = x.Chain, x.Seq
			switch {
			case !x.kept:
				p.Erased++
			case commit(x.salt, []byte(x.body)) != x.Commitment:
				p.broken("the words of link %d are not those that were committed", x.Seq)
			}
			return nil
		})
	if err != nil || n == most {
		return false, err
	}
	return true, p.loose(tx, programme)
}

// loose counts what is in no link: it must be what waits for one.
func (p *Prover) loose(tx *db.Tx, programme string) error {
	loose, err := db.Count(tx, db.Q(`select count(*) from trail_entry e where e.programme = ?
		and not exists (select 1 from trail_link l where l.programme = e.programme and l.entry = e.id)`, programme))
	if err != nil {
		return err
	}
	p.Waiting, err = db.Count(tx, db.Q(`select count(*) from trail_wait w join trail_entry e on e.programme = w.programme and e.id = w.entry where w.programme = ?`, programme))
	if err == nil && loose != p.Waiting && len(p.Broken) == 0 { // what is broken already says where they come from
		p.broken("%d entries are in no link, but %d wait for one", loose, p.Waiting)
	}
	if p.more > 0 {
		p.Broken = append(p.Broken, fmt.Sprintf("and %d more of the chain", p.more))
		p.more = 0
	}
	return err
}

// Check proves a programme's whole chain in one transaction.
func Check(tx *db.Tx, programme string) (Proof, error) {
	p := Prover{Proof: Proof{Broken: []string{}}}
	for {
		if done, err := p.Step(tx, programme, 10_000); err != nil || done {
			return p.Proof, err
		}
	}
}
