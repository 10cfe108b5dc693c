package thread

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"plait/internal/engine/table"
	"plait/internal/kit/clock"
	"plait/internal/kit/fault"
)

// Forms in which a thread goes out.
const (
	List    = "list"
	CSV     = "csv"
	JSON    = "json"
	GraphML = "graphml"
)

// Write writes a thread as CSV (RFC 4180, one row for each record), JSON, or GraphML 1.0
// (graphml.graphdrawing.org). Cells of CSV that begin like a formula are guarded.
func Write(w io.Writer, as string, out FollowOut) error {
	switch as {
	case CSV:
		return writeCSV(w, out)
	case JSON:
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(out)
	case GraphML:
		return writeGraphML(w, out)
	}
	return fault.Fielded("as", "house.bad_choice")
}

// moment is an instant as ISO 8601 in UTC, "" for none.
func moment(at int64) string {
	if at <= 0 {
		return ""
	}
	return clock.Time(at).UTC().Format(time.RFC3339)
}

func columns() []string {
	return []string{"ref", "kind", "title", "strand", "fate", "state", "way", "distance", "shown", "stale", "stale_since", "why", "changed_at", "bears_on"}
}

// cells are the texts of a record, in the order of columns.
func cells(n Node, ties []Tie) []string {
	var why, bears []string
	for _, w := range n.Why {
		why = append(why, strings.TrimSpace(w.Ref.Kind+" "+w.What+" "+moment(w.At)+" "+w.Title))
	}
	for _, t := range ties {
		one := t.Stance + " " + t.To.String()
		if t.Reason != "" {
			one += ": " + t.Reason
		}
		bears = append(bears, one)
	}
	return []string{n.Ref.String(), n.Kind, n.Title, n.Strand, n.Fate, n.State, n.Way, strconv.FormatInt(n.Distance, 10), n.Shown, n.Stale,
		moment(n.StaleSince), strings.Join(why, "; "), moment(n.ChangedAt), strings.Join(bears, "; ")}
}

// outgoing gathers ties by the record that they lead from.
func outgoing(ties []Tie) map[string][]Tie {
	by := map[string][]Tie{}
	for _, t := range ties {
		by[t.From.ID] = append(by[t.From.ID], t)
	}
	return by
}

func writeCSV(w io.Writer, out FollowOut) error {
	c := csv.NewWriter(w)
	c.UseCRLF = true
	if err := c.Write(columns()); err != nil {
		return fmt.Errorf("thread: %w", err)
	}
	by := outgoing(out.Ties)
	for _, n := range out.Nodes {
		row := cells(n, by[n.Ref.ID])
		for i := range row {
			row[i] = table.Guard(row[i])
		}
		if err := c.Write(row); err != nil {
			return fmt.Errorf("thread: %w", err)
		}
	}
	c.Flush()
	return c.Error()
}

type graphML struct {
	XMLName xml.Name   `xml:"http://graphml.graphdrawing.org/xmlns graphml"`
	Keys    []graphKey `xml:"key"`
	Graph   graph      `xml:"graph"`
}

type graphKey struct {
	ID   string `xml:"id,attr"`
	For  string `xml:"for,attr"`
	Name string `xml:"attr.name,attr"`
	Type string `xml:"attr.type,attr"`
}

type graph struct {
	Direction string      `xml:"edgedefault,attr"`
	Nodes     []graphNode `xml:"node"`
	Edges     []graphEdge `xml:"edge"`
}

type graphNode struct {
	ID   string      `xml:"id,attr"`
	Data []graphData `xml:"data"`
}

type graphEdge struct {
	Source string      `xml:"source,attr"`
	Target string      `xml:"target,attr"`
	Data   []graphData `xml:"data"`
}

type graphData struct {
	Key  string `xml:"key,attr"`
	Text string `xml:",chardata"`
}

func writeGraphML(w io.Writer, out FollowOut) error {
	doc := graphML{Graph: graph{Direction: "directed"}}
	names := columns()
	// The id and the ties are in the graph itself.
	for _, name := range names[1 : len(names)-1] {
		kind := "string"
		if name == "distance" {
			kind = "int"
		}
		doc.Keys = append(doc.Keys, graphKey{name, "node", name, kind})
	}
	doc.Keys = append(doc.Keys, graphKey{"stance", "edge", "stance", "string"}, graphKey{"reason", "edge", "reason", "string"})
	for _, n := range out.Nodes {
		g := graphNode{ID: n.Ref.String()}
		for i, text := range cells(n, nil) {
			if i > 0 && i < len(names)-1 && text != "" {
				g.Data = append(g.Data, graphData{names[i], text})
			}
		}
		doc.Graph.Nodes = append(doc.Graph.Nodes, g)
	}
	for _, t := range out.Ties {
		e := graphEdge{Source: t.From.String(), Target: t.To.String(), Data: []graphData{{"stance", t.Stance}}}
		if t.Reason != "" {
			e.Data = append(e.Data, graphData{"reason", t.Reason})
		}
		doc.Graph.Edges = append(doc.Graph.Edges, e)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return fmt.Errorf("thread: %w", err)
	}
	e := xml.NewEncoder(w)
	e.Indent("", " ")
	if err := e.Encode(doc); err != nil {
		return fmt.Errorf("thread: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}
