package review

import "plait/internal/kit/db"

// LookEnds ends a look for copies that has seen the records ns up to one, and gives up to
// where records count as compared.
func LookEnds(tx *db.Tx, programme, review string, upto int64, ns []int64) (int64, error) {
	s, err := copiesOf(tx, programme, review)
	if err != nil {
		return 0, err
	}
	was := s.Upto
	s.Upto = upto
	if err := comparedUpto(tx, programme, review, s, was, ns); err != nil {
		return 0, err
	}
	s, err = copiesOf(tx, programme, review)
	return s.Upto, err
}
