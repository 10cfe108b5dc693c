// Command paper measures the reading of corner codes: photos of tables full of cards are
// drawn, stored as JPEG and read, and what was read is counted against what lay there.
//
//	go run ./bench/paper -cards 5000 -width 2000
//	go run ./bench/paper -cards 1000 -width 4000
//
// See README.md for its figures.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"image/jpeg"
	"os"
	"sync"
	"time"

	"plait/internal/engine/corner"
	"plait/internal/engine/corner/scene"
)

func main() {
	cards := flag.Int("cards", 5000, "how many cards to read")
	width := flag.Int("width", 2000, "of a photo in pixels; its height is three quarters of it")
	jobs := flag.Int("jobs", 2, "how many photos at once")
	flag.Parse()
	if err := measure(*cards, *width, *jobs); err != nil {
		fmt.Fprintln(os.Stderr, "paper:", err)
		os.Exit(1)
	}
}

// count is one kind of photo and what was read of it.
type count struct {
	scene.Tally
	photos         int
	decode, search time.Duration
	slowest        time.Duration
}

func measure(cards, width, jobs int) error {
	kinds := scene.Kinds(width, width*3/4, float64(width)/4000)
	per := 0
	for _, k := range kinds {
		per += k.Cards
	}
	counts := make([]count, len(kinds))
	type work struct {
		kind int
		seed uint64
	}
	todo := make(chan work)
	var mu sync.Mutex
	var failed error
	var wait sync.WaitGroup
	for range jobs {
		wait.Go(func() {
			for w := range todo {
				err := one(kinds[w.kind], w.seed, &mu, &counts[w.kind])
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
				}
			}
		})
	}
	for seed := range uint64((cards + per - 1) / per) {
		for kind := range kinds {
			todo <- work{kind, seed + 1000}
		}
	}
	close(todo)
	wait.Wait()
	if failed != nil {
		return failed
	}
	var all count
	fmt.Println("| kind | photos | cards | hidden | read | by 2/3/4 corners | missed | too small | wrong | loose | outline, modules | search, ms |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|")
	for i, c := range counts {
		print(kinds[i].Name, c)
		all.Join(c.Tally)
		all.photos, all.decode, all.search, all.slowest = all.photos+c.photos, all.decode+c.decode, all.search+c.search, max(all.slowest, c.slowest)
	}
	print("all", all)
	fmt.Printf("\nJPEG %d ms a photo, slowest search %d ms; largest marker that was missed: %.0f pixels\n",
		all.decode.Milliseconds()/int64(max(1, all.photos)), all.slowest.Milliseconds(), all.Largest)
	return nil
}

func print(name string, c count) {
	fmt.Printf("| %s | %d | %d | %d | %d | %d/%d/%d | %d | %d | %d | %d | %.2f | %d |\n", name, c.photos, c.Cards, c.Hidden, c.Found,
		c.Markers[2], c.Markers[3], c.Markers[4], c.Missed, c.Small, c.Wrong, c.Loose, c.Off, c.search.Milliseconds()/int64(max(1, c.photos)))
}

// one draws, stores and reads one photo.
func one(k scene.Kind, seed uint64, mu *sync.Mutex, to *count) error {
	img, truth := k.Photo(seed)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: k.Quality}); err != nil {
		return err
	}
	begin := time.Now()
	shot, err := jpeg.Decode(&b)
	if err != nil {
		return err
	}
	read := time.Now()
	cards, loose := corner.Find(shot)
	end := time.Now()
	mu.Lock()
	defer mu.Unlock()
	to.Add(truth, cards, loose)
	to.photos++
	to.decode += read.Sub(begin)
	to.search += end.Sub(read)
	to.slowest = max(to.slowest, end.Sub(read))
	return nil
}
