package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/room/project"
	"plait/internal/spine/plug"
	"plait/internal/spine/ref"
)

var numbered = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// round reads everything as everyone, and writes the letters out; it counts where the
// word is seen.
func (k *checker) round(ctx context.Context, name string) (seen int64, on []string, err error) {
	found := func(reader, path, text string) {
		if strings.Contains(text, k.word) {
			seen++
			u, _, _ := strings.Cut(numbered.ReplaceAllString(path, "{id}"), "?")
			if at := reader + " " + u; !slices.Contains(on, at) {
				on = append(on, at)
			}
		}
	}
	projects, err := k.projects(ctx)
	if err != nil {
		return 0, nil, err
	}
	for i := range k.readers {
		r := &k.readers[i]
		err := r.crawl(append(slices.Clone(r.held), r.from...), func(path, text string) {
			k.answer.PagesCrawled++
			found(r.name, path, text)
			if strings.Contains(text, k.word) {
				r.held = append(r.held, path)
			}
		})
		if err == nil {
			err = k.ask(*r, projects, func(verb, text string) { found(r.name, verb, text) })
		}
		if err != nil {
			return seen, on, fmt.Errorf("%s: %w", r.name, err)
		}
	}
	for _, p := range projects {
		if err := k.export(ctx, p, filepath.Join(k.dir, name, p), func(file, text string) { found("export", file, text) }); err != nil {
			return seen, on, err
		}
	}
	slices.Sort(on)
	return seen, on, nil
}

// projects lists the ids of the programme's projects.
func (k *checker) projects(ctx context.Context) ([]string, error) {
	all, err := k.house.rooms.project.List(ctx, project.ListIn{Limit: 500})
	var out []string
	for _, p := range all.Projects {
		out = append(out, p.Ref.ID)
	}
	return out, err
}

// export writes a project's letters as the command line does, and reads every file.
func (k *checker) export(ctx context.Context, project, dir string, found func(file, text string)) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	var out, errs bytes.Buffer
	c := newCommand(func(string) string { return "" }, &out, &errs)
	c.house = k.house
	if code := c.app.Run(ctx, []string{"output", "letters", "--project", project, "-o", dir, "--json"}); code == cli.CouldNot {
		return errors.New(strings.TrimSpace(errs.String()))
	}
	found("answer", out.String())
	return filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := string(body)
		if bytes.HasPrefix(body, []byte("PK\x03\x04")) {
			if text, err = unpacked(body); err != nil {
				return err
			}
		}
		k.answer.Exports++
		found("letter"+filepath.Ext(path), text)
		return nil
	})
}

// ask runs every verb that reads, over HTTP, with whatever it can be asked about the
// contribution: its ref, its person, its project, its word.
func (k *checker) ask(r reader, projects []string, found func(verb, text string)) error {
	for _, v := range k.house.VerbList() {
		if v.Writes {
			continue
		}
		for _, p := range projects {
			in := question(v, map[string]any{"project": p, "ref": k.at, "refs": []ref.Ref{k.at}, "words": k.word, "find": k.word, "limit": 500})
			body, err := json.Marshal(in)
			if err != nil {
				return err
			}
			resp, err := r.client.Post(k.base+"/api/"+strings.Replace(v.Name, ".", "/", 1), "application/json", bytes.NewReader(body))
			if err != nil {
				return err
			}
			text, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
			_ = resp.Body.Close() // it was read
			if err != nil {
				return err
			}
			if resp.StatusCode == http.StatusOK {
				k.answer.Asked++
				found(v.Name, string(text))
			}
			if _, by := in["project"]; !by {
				break
			}
		}
	}
	return nil
}

// question keeps those of the values that a verb has a field for.
func question(v plug.Verb, values map[string]any) map[string]any {
	in := map[string]any{}
	for i := range v.In.NumField() {
		name, _, _ := strings.Cut(v.In.Field(i).Tag.Get("json"), ",")
		if x, ok := values[name]; ok {
			in[name] = x
		}
	}
	return in
}
