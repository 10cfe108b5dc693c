package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"
)

func seeded(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 40)) }

// photo is a JPEG that no other is like.
func photo(random *rand.Rand, width, height, quality int) ([]byte, error) {
	img := image.NewGray(image.Rect(0, 0, width, height))
	shade := random.Uint32()
	for i := range img.Pix {
		if i%7 == 0 {
			shade = random.Uint32()
		}
		img.Pix[i] = uint8(i/width) + uint8(shade&63)
	}
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// tick stands for the three seconds after which a page tries again.
const tick = 15 * time.Millisecond

// byClient writes the cards down and sends them from two tabs of one device at once, without
// the lock that keeps tabs apart: the worst case, which a browser without it would be.
func (h *hall) byClient(ctx context.Context, a *afternoon) error {
	ctx, stop := context.WithTimeout(ctx, 5*time.Minute)
	defer stop()
	random := rand.New(rand.NewPCG(a.seed, 9))
	box := &outbox{cards: map[string]*card{}}
	first := newClient()
	if err := h.server.signIn(ctx, first, "http://"+h.server.address); err != nil {
		return err
	}
	var tabs []*tab
	for range 2 {
		c := newClient()
		c.Jar = first.Jar // tabs share the session
		tabs = append(tabs, &tab{Client: c, base: h.network.URL, project: a.project, keeper: a.keeper, box: box})
	}
	end := -1 // the card after which the session ends
	if random.IntN(3) == 0 {
		end = random.IntN(len(a.cards))
	}
	done := make(chan struct{})
	var sending sync.WaitGroup
	asks := make(chan struct{}, 8)
	for i, t := range tabs {
		sending.Add(1)
		go func() { defer sending.Done(); t.keepSending(ctx, i, done, asks) }()
	}
	signedIn := make(chan struct{})
	go func() { // the person signs in again when the page asks
		defer close(signedIn)
		for {
			select {
			case <-done:
				return
			case <-asks:
				if h.signedIn(ctx, tabs[0], a.keeper) {
					continue
				}
				if err := h.server.signIn(ctx, first, "http://"+h.server.address); err != nil {
					continue // the server is down: the page asks again
				}
				a.ended++
			}
		}
	}()
	for i := range a.cards {
		c := a.cards[i]
		c.state = "waits"
		box.put(&c)
		time.Sleep(time.Duration(random.IntN(20)) * time.Millisecond)
		if i == end {
			_ = h.server.signOut(first) // when the server is down the session goes on: no harm
		}
	}
	if err := box.emptied(ctx, a); err != nil {
		return err
	}
	close(done)
	sending.Wait()
	for _, t := range tabs {
		a.sends += t.sends
	}
	<-signedIn
	return nil
}

// keepSending sends what waits, round after round, until done. i is the number of the tab, from
// which its pauses differ.
func (t *tab) keepSending(ctx context.Context, i int, done <-chan struct{}, asks chan<- struct{}) {
	for fails := 0; ctx.Err() == nil; {
		switch t.flush(ctx) {
		case none:
			select {
			case <-done:
				return
			case <-time.After(tick):
			}
		case signin:
			select {
			case asks <- struct{}{}:
			default:
			}
			time.Sleep(10 * tick)
		case later:
			fails++
			time.Sleep(time.Duration(min(20, 1<<min(fails, 8))) * tick * time.Duration(75+(i*37+fails*13)%50) / 100)
		default:
			fails = 0
		}
	}
}

// emptied waits until no card is left. A card that the server refused is an error.
func (o *outbox) emptied(ctx context.Context, a *afternoon) error {
	for {
		left, help := 0, ""
		o.mu.Lock()
		for _, c := range o.cards {
			left++
			if c.state == "help" {
				help = c.words + ": " + c.say
				a.help++
			}
		}
		o.mu.Unlock()
		switch {
		case help != "":
			return fmt.Errorf("refused: %s", help)
		case left == 0:
			return nil
		case ctx.Err() != nil:
			return fmt.Errorf("%d cards wait still: %w", left, ctx.Err())
		}
		time.Sleep(tick)
	}
}

// signedIn asks the server itself, past the bad network.
func (h *hall) signedIn(ctx context.Context, t *tab, keeper string) bool {
	past := *t
	past.base = "http://" + h.server.address
	s := past.ask(ctx, "GET", "/evidence/capture/ready?for="+url.QueryEscape(keeper), "", nil)
	return s.status == 204
}
