package screen

import (
	"math"
	"slices"
)

// The range finder follows so many directions more than asked for, and turns so often. With
// two turns the last coordinates still hang on where it began, and the order of reading
// with them: by one part in ten of the loss on a set of 45 relevant records.
const (
	spare = 10
	turns = 6
)

// latent gives each row of m d coordinates, so that records which never share a word are
// near one another when their words keep the same company: the left singular vectors times
// the singular values of m, by a randomised range finder with power iterations (Halko,
// Martinsson and Tropp 2011, algorithms 4.4 and 5.1).
func latent(m *matrix, d int) []float32 {
	n := m.rows()
	k := min(d+spare, n)
	b := make([]float32, len(m.terms)*k) // terms by k
	seed := uint64(11)
	for i := range b {
		seed = mix(seed)
		b[i] = float32(int64(seed>>40)-1<<23) / (1 << 23)
	}
	y := make([]float32, n*k)
	m.times(b, y, k)
	for range turns {
		orthonormal(y, n, k)
		m.back(y, b, k)
		m.times(b, y, k)
	}
	orthonormal(y, n, k)
	m.back(y, b, k)
	// Of b, which is mᵀy, the products of columns hold the squared singular values.
	values, vectors := jacobi(products(b, k), k)
	out := make([]float32, n*d)
	turn := make([]float64, k*d)
	for c := range d {
		s := math.Sqrt(max(values[c], 0))
		for x := range k {
			turn[x*d+c] = vectors[x*k+c] * s
		}
	}
	for i := range n {
		at := out[i*d : i*d+d]
		for x := range k {
			v := float64(y[i*k+x])
			for c, t := range turn[x*d : x*d+d] {
				at[c] += float32(v * t)
			}
		}
	}
	return out
}

// times sets y, rows by k, to m times b, terms by k.
func (m *matrix) times(b, y []float32, k int) {
	clear(y)
	for i := range m.rows() {
		col, val := m.row(i)
		to := y[i*k : i*k+k]
		for j, c := range col {
			from, v := b[int(c)*k:int(c)*k+k], val[j]
			for x := range to {
				to[x] += v * from[x]
			}
		}
	}
}

// back sets b to the transpose of m times y.
func (m *matrix) back(y, b []float32, k int) {
	clear(b)
	for i := range m.rows() {
		col, val := m.row(i)
		from := y[i*k : i*k+k]
		for j, c := range col {
			to, v := b[int(c)*k:int(c)*k+k], val[j]
			for x := range to {
				to[x] += v * from[x]
			}
		}
	}
}

// products gives the k by k products of the columns of b.
func products(b []float32, k int) []float64 {
	g := make([]float64, k*k)
	for at := 0; at < len(b); at += k {
		row := b[at : at+k]
		for i, v := range row {
			to := g[i*k : i*k+i+1]
			for j := range to {
				to[j] += float64(v) * float64(row[j])
			}
		}
	}
	for i := range k {
		for j := range i {
			g[j*k+i] = g[i*k+j]
		}
	}
	return g
}

// orthonormal makes the k columns of y, n by k, orthonormal: Gram and Schmidt, twice over.
func orthonormal(y []float32, n, k int) {
	t := make([]float32, n*k) // columns one after another
	for i := range n {
		for j := range k {
			t[j*n+i] = y[i*k+j]
		}
	}
	for j := range k {
		a := t[j*n : j*n+n]
		for range 2 {
			for l := range j {
				q := t[l*n : l*n+n]
				dot := 0.
				for i, v := range a {
					dot += float64(v) * float64(q[i])
				}
				by := float32(dot)
				for i, v := range q {
					a[i] -= by * v
				}
			}
		}
		sum := 0.
		for _, v := range a {
			sum += float64(v) * float64(v)
		}
		by := float32(0) // a column that hangs on those before it becomes nothing
		if sum > 1e-12 {
			by = float32(1 / math.Sqrt(sum))
		}
		for i := range a {
			a[i] *= by
		}
	}
	for i := range n {
		for j := range k {
			y[i*k+j] = t[j*n+i]
		}
	}
}

// jacobi gives the eigenvalues of a symmetric k by k matrix, largest first, and its
// eigenvectors as columns, by cyclic Jacobi rotations (Golub and Van Loan, 8.5). a is used
// up.
func jacobi(a []float64, k int) (values, vectors []float64) {
	v := make([]float64, k*k)
	for i := range k {
		v[i*k+i] = 1
	}
	const rounds = 30 // a handful is usual
	for range rounds {
		off := 0.
		for i := range k {
			for j := range i {
				off += a[i*k+j] * a[i*k+j]
			}
		}
		if off < 1e-18 {
			break
		}
		for p := range k {
			for q := p + 1; q < k; q++ {
				rotate(a, v, k, p, q)
			}
		}
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		switch x, y := a[i*k+i], a[j*k+j]; {
		case x > y:
			return -1
		case x < y:
			return 1
		}
		return 0
	})
	values, vectors = make([]float64, k), make([]float64, k*k)
	for c, i := range order {
		values[c] = a[i*k+i]
		for x := range k {
			vectors[x*k+c] = v[x*k+i]
		}
	}
	return values, vectors
}

// rotate turns rows and columns p and q of a so that their common element becomes 0.
func rotate(a, v []float64, k, p, q int) {
	apq := a[p*k+q]
	if math.Abs(apq) < 1e-14 {
		return
	}
	theta := (a[q*k+q] - a[p*k+p]) / (2 * apq)
	t := 1 / (math.Abs(theta) + math.Sqrt(theta*theta+1))
	if theta < 0 {
		t = -t
	}
	c := 1 / math.Sqrt(t*t+1)
	s := t * c
	for i := range k {
		x, y := a[i*k+p], a[i*k+q]
		a[i*k+p], a[i*k+q] = c*x-s*y, s*x+c*y
	}
	for i := range k {
		x, y := a[p*k+i], a[q*k+i]
		a[p*k+i], a[q*k+i] = c*x-s*y, s*x+c*y
	}
	for i := range k {
		x, y := v[i*k+p], v[i*k+q]
		v[i*k+p], v[i*k+q] = c*x-s*y, s*x+c*y
	}
}

// single gives the rows with words alone, without pairs and titles: most of what the pairs
// say is in them, and a large library has twenty times as many pairs.
func (m *matrix) single() *matrix {
	out := &matrix{start: make([]int, 1, m.rows()+1)}
	const gone = math.MaxUint32
	place := make([]uint32, len(m.terms))
	for i, t := range m.terms {
		place[i] = gone
		if t>>32 == 0 {
			place[i] = uint32(len(out.terms))
			out.terms = append(out.terms, t)
		}
	}
	all := 0
	for _, c := range m.col {
		if place[c] != gone {
			all++
		}
	}
	out.col, out.val = make([]uint32, 0, all), make([]float32, 0, all)
	for i := range m.rows() {
		col, val := m.row(i)
		for j, c := range col {
			if p := place[c]; p != gone {
				out.col, out.val = append(out.col, p), append(out.val, val[j])
			}
		}
		out.start = append(out.start, len(out.col))
	}
	return out
}
