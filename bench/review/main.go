// Command review measures the engines of evidence reviews on files whose answer is known:
// references read, duplicates found, records put in order. README.md has the figures.
//
//	go run ./bench/review -part screen -data DATA
//	go run ./bench/review -part screen -python /tmp/peers/bin/python
//
// With -python, a Python that has the peers (pip install asreview), they run beside ours.
// Times are processor seconds of the process that did the work, never the clock on the wall.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

// wishes is what the command line asks for.
type wishes struct {
	data   string // the folder with citations, dedupe and screening
	python string // a Python that has the peers; "" runs none
}

// part measures one engine and writes what it found.
type part func(w io.Writer, wish wishes) error

func main() {
	var wish wishes
	name := flag.String("part", "", "read, dedupe or screen")
	flag.StringVar(&wish.data, "data", "", "the folder with citations, dedupe and screening")
	flag.StringVar(&wish.python, "python", "", "a Python that has the peers installed; none is run without it")
	flag.Parse()
	parts := map[string]part{"read": readPart, "dedupe": dedupePart, "screen": screenPart}
	run, ok := parts[*name]
	if !ok {
		fmt.Fprintln(os.Stderr, "bench/review: -part must be read, dedupe or screen")
		os.Exit(2)
	}
	if err := run(os.Stdout, wish); err != nil {
		fmt.Fprintln(os.Stderr, "bench/review:", err)
		os.Exit(1)
	}
}
