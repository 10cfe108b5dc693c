package dedupe

import (
	"slices"
)

// groups is a partition of the records (union of disjoint sets).
type groups struct {
	parent  []int32
	members map[int][]int // by root, of groups of two and more
}

func newGroups() groups { return groups{members: map[int][]int{}} }

func (g *groups) grow() { g.parent = append(g.parent, int32(len(g.parent))) }

func (g *groups) root(n int) int {
	for int(g.parent[n]) != n {
		g.parent[n] = g.parent[g.parent[n]]
		n = int(g.parent[n])
	}
	return n
}

// of gives the members of n's group, in order.
func (g *groups) of(n int) []int {
	if m := g.members[g.root(n)]; m != nil {
		return m
	}
	return []int{n}
}

// join puts two groups together. The first record of a group is its root.
func (g *groups) join(a, b int) {
	x, y := g.root(a), g.root(b)
	if x == y {
		return
	}
	x, y = min(x, y), max(x, y)
	all, more := g.of(x), g.of(y)
	inOrder := all[len(all)-1] < more[0]
	all = append(all, more...)
	if !inOrder {
		slices.Sort(all)
	}
	delete(g.members, y)
	g.parent[y] = int32(x)
	g.members[x] = all
}

func (g *groups) all() [][]int {
	out := make([][]int, 0, len(g.members))
	for _, m := range g.members {
		out = append(out, slices.Clone(m))
	}
	slices.SortFunc(out, func(a, b []int) int { return a[0] - b[0] })
	return out
}
