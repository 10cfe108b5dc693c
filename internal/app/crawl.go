package app

import (
	"archive/zip"
	"bytes"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
)

// crawler opens every page that one reader can reach by links, as a browser without a
// window would.
type crawler struct {
	client *http.Client
	base   string
	page   func(path string) string // the page of the house that an address is of; "" = none
	most   int                      // addresses opened of one page; 0 = all
	always string                   // addresses that hold this are opened whatever most says
}

// crawlers is how many pages one crawl opens at the same time.
const crawlers = 4

// maxPage is the most of one answer that is read, in bytes.
const maxPage = 32 << 20

func newCrawler(base string, page func(path string) string) (*crawler, error) {
	jar, err := cookiejar.New(nil)
	return &crawler{client: &http.Client{Jar: jar}, base: base, page: page}, err
}

var linked = regexp.MustCompile(`\b(?:href|src|action)="([^"]*)"`)

// get opens one address and gives its text; a document is unpacked.
func (c *crawler) get(path string) (text string, status int, err error) {
	resp, err := c.client.Get(c.base + path)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	if err != nil {
		return "", 0, err
	}
	if bytes.HasPrefix(body, []byte("PK\x03\x04")) {
		text, err = unpacked(body)
		return text, resp.StatusCode, err
	}
	return string(body), resp.StatusCode, nil
}

// unpacked is the text of every part of a zipped document.
func unpacked(body []byte) (string, error) {
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return "", err
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return "", err
		}
		_, err = io.Copy(&out, io.LimitReader(r, maxPage))
		_ = r.Close() // it was read
		if err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// post sends a form and follows where it leads.
func (c *crawler) post(path string, form url.Values) (text string, status int, err error) {
	resp, err := c.client.PostForm(c.base+path, form)
	if err != nil {
		return "", 0, err
	}
	defer func() { _ = resp.Body.Close() }() // it was read
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	return string(body), resp.StatusCode, err
}

// crawl opens everything that can be reached from the addresses, each once, and calls see
// with each, one at a time. An answer that says the house is broken ends it.
func (c *crawler) crawl(from []string, see func(path, text string)) error {
	var mu sync.Mutex
	var failed error
	known, opened := map[string]bool{}, map[string]int{}
	queue := make([]string, 0, len(from))
	add := func(link string) {
		p, of := c.tidy(link)
		if p == "" || known[p] {
			return
		}
		known[p] = true
		if opened[of]++; c.most == 0 || opened[of] <= c.most || c.always != "" && strings.Contains(p, c.always) {
			queue = append(queue, p)
		}
	}
	for _, p := range from {
		add(p)
	}
	for len(queue) > 0 && failed == nil {
		part := queue
		queue = nil
		work := make(chan string)
		var all sync.WaitGroup
		for range crawlers {
			all.Go(func() {
				for p := range work {
					text, status, err := c.get(p)
					if err == nil && status >= 500 {
						err = fmt.Errorf("%s answered %d", p, status)
					}
					mu.Lock()
					if err != nil && failed == nil {
						failed = err
					}
					if status == http.StatusOK {
						see(p, text)
						for _, m := range linked.FindAllStringSubmatch(text, -1) {
							add(html.UnescapeString(m[1]))
						}
					}
					mu.Unlock()
				}
			})
		}
		for _, p := range part {
			work <- p
		}
		close(work)
		all.Wait()
	}
	return failed
}

// tidy is an address of the house without its fragment and choice of language, and the
// page it is of: one with a query counts apart. "" for any other address and for files
// that hold no words.
func (c *crawler) tidy(link string) (address, of string) {
	u, err := url.Parse(link)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "/static/") || u.Path == "/card/leave" {
		return "", ""
	}
	if of = c.page(u.Path); of == "" {
		return "", ""
	}
	q := u.Query()
	q.Del("lang")
	u.RawQuery, u.Fragment = q.Encode(), ""
	if u.RawQuery != "" {
		of += "?"
	}
	return u.RequestURI(), of
}
