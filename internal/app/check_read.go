package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"plait/internal/kit/cli"
	"plait/internal/room/output"
	"plait/internal/room/project"
	"plait/internal/room/thread"
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

// ask runs every verb that reads, over HTTP, with whatever it can be asked: a project, the
// word, the person, and the contribution and each record near it.
func (k *checker) ask(r reader, projects []string, found func(verb, text string)) error {
	for _, v := range k.house.VerbList() {
		if v.Writes {
			continue
		}
		for _, in := range k.questions(v, projects) {
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
		}
	}
	return nil
}

// questions is what a verb can be asked: once for each project where it wants one, else
// once for each record near the contribution where it wants one, else once.
func (k *checker) questions(v plug.Verb, projects []string) (out []map[string]any) {
	in := func(more map[string]any) map[string]any {
		all := map[string]any{"refs": k.near, "words": k.word, "find": k.word, "limit": 500}
		maps.Copy(all, more)
		asked := map[string]any{}
		for i := range v.In.NumField() {
			f := v.In.Field(i)
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			x, ok := all[name]
			if name == "person" {
				x, ok = k.person, true
				if f.Type == reflect.TypeFor[ref.Ref]() {
					x = ref.Of(ref.Person, k.person)
				}
			}
			if ok {
				asked[name] = x
			}
		}
		return asked
	}
	_, byRef := v.In.FieldByName("Ref")
	_, byProject := v.In.FieldByName("Project")
	switch {
	case byRef:
		for _, at := range k.near {
			out = append(out, in(map[string]any{"ref": at}))
		}
	case byProject:
		for _, p := range projects {
			out = append(out, in(map[string]any{"project": p}))
		}
	default:
		out = append(out, in(nil))
	}
	return out
}

// look finds what lies near the contribution: its thread, and the letters of its project.
func (k *checker) look(ctx context.Context, project string) error {
	k.near = []ref.Ref{k.at}
	thread, err := k.house.rooms.thread.Follow(ctx, thread.FollowIn{Ref: k.at, Way: "both"})
	if err != nil {
		return err
	}
	for _, n := range thread.Nodes {
		if n.Ref != k.at && len(k.near) < 20 {
			k.near = append(k.near, n.Ref)
		}
	}
	letters, err := k.house.rooms.output.Letters(ctx, output.LettersIn{Project: project, Limit: 500})
	for _, l := range letters.Letters {
		if l.Person == k.person {
			k.near = append(k.near, l.Ref)
		}
	}
	return err
}
