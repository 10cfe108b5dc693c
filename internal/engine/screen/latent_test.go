package screen

import "testing"

// With as many coordinates as the rows need, the products of rows are kept.
func TestLatentKeepsProducts(t *testing.T) {
	records, _ := topics(60)
	m := weigh(records, weighing{maxShare: 1, rarity: 1, pairs: 1}).single()
	const d = 45 // the words of topics are 30
	z := latent(m, d)
	for i := range 60 {
		for j := range i {
			var want, got float64
			dense := map[uint32]float64{}
			col, val := m.row(i)
			for k, c := range col {
				dense[c] = float64(val[k])
			}
			col, val = m.row(j)
			for k, c := range col {
				want += dense[c] * float64(val[k])
			}
			for k := range d {
				got += float64(z[i*d+k]) * float64(z[j*d+k])
			}
			near(t, "product", got, want, 1e-4)
		}
	}
}
