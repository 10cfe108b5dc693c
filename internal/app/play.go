package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"plait/internal/kit/clock"
)

// player plays scripts of "plait ..." lines in process: the example, for the demo and
// for tests. A script holds, one a line (a text in quotes may run over several):
//
//	at DATE                     the day on which the following happens
//	plait ROOM VERB FLAGS...    a command; its answer is kept
//	plait ROOM VERB --in - {JSON}   the same, with what it asks for as JSON; $NAME in it
//	                            is what NAME stands for
//	as ACCOUNT                  who does what follows in the script: an account's id, or
//	                            operator
//	file NAME FILE TEXT         $NAME is a file from here on, as JSON for verbs that take
//	                            one: {"name":FILE,"content":...}
//	set NAME FIELD              $NAME is that field of the last answer from here on;
//	                            FIELD.id is the id of a field that names a record
//	# a remark
type player struct {
	house *House
	hand  *clock.Hand
	as    string // the account that acts; "" = the operator
	vars  map[string]string
	last  map[string]any
}

var named = regexp.MustCompile(`\$[a-z][a-z0-9_]*`)

// play runs one script; name is for messages.
func (p *player) play(ctx context.Context, name, script string) error {
	lines, err := commandsOf(script)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	p.as = ""
	for _, l := range lines {
		if err := p.step(ctx, l.words); err != nil {
			return fmt.Errorf("%s:%d: %w", name, l.at, err)
		}
	}
	return nil
}

func (p *player) step(ctx context.Context, words []string) error {
	for i, w := range words {
		if strings.HasPrefix(w, "{") {
			words[i] = named.ReplaceAllStringFunc(w, func(name string) string { return cmp.Or(p.vars[name[1:]], name) })
			continue
		}
		if rest, ok := strings.CutPrefix(w, "$"); ok {
			v, known := p.vars[rest]
			if !known {
				return fmt.Errorf("$%s is not set", rest)
			}
			words[i] = v
		}
		if head, rest, ok := strings.Cut(w, "$"); ok && head != "" {
			if v, known := p.vars[rest]; known {
				words[i] = head + v
			}
		}
	}
	switch words[0] {
	case "at":
		t, err := time.ParseInLocation(time.DateOnly, words[1], clock.Zone(""))
		if err != nil {
			return err
		}
		p.hand.Set(t.Add(10 * time.Hour))
		return nil
	case "as":
		if len(words) != 2 {
			return errors.New("as takes an account")
		}
		if p.as = words[1]; p.as == "operator" {
			p.as = ""
		}
		return nil
	case "file":
		if len(words) != 4 {
			return errors.New("file takes a name, a file's name and its text")
		}
		b, err := json.Marshal(map[string]any{"name": words[2], "content": []byte(strings.TrimPrefix(words[3], "\n"))})
		p.vars[words[1]] = string(b)
		return err
	case "set":
		if len(words) != 3 {
			return errors.New("set takes a name and a field")
		}
		field, id := strings.CutSuffix(words[2], ".id")
		v, ok := dig(p.last, field).(string)
		if id {
			_, v, _ = strings.Cut(v, ":")
		}
		if !ok {
			return fmt.Errorf("the last answer has no text called %s", words[2])
		}
		p.vars[words[1]] = v
		return nil
	case "plait":
		var out, errs bytes.Buffer
		c := newCommand(func(string) string { return "" }, &out, &errs)
		c.house, c.account = p.house, p.as
		if last := len(words) - 1; strings.HasPrefix(words[last], "{") {
			words, c.app.In = words[:last], strings.NewReader(words[last])
		}
		if code := c.app.Run(ctx, append(words[1:], "--json")); code != 0 {
			return errors.New(strings.TrimSpace(errs.String()))
		}
		p.last = map[string]any{}
		return json.Unmarshal(out.Bytes(), &p.last)
	}
	return fmt.Errorf("%s is not at, as, file, set or plait", words[0])
}

// dig finds a field within an answer: "ref", "cards.0.code".
func dig(v any, path string) any {
	for _, step := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[step]
		case []any:
			n, err := strconv.Atoi(step)
			if err != nil || n < 0 || n >= len(x) {
				return nil
			}
			v = x[n]
		default:
			return nil
		}
	}
	return v
}

type scriptLine struct {
	at    int
	words []string
}

// commandsOf parts a script into commands and their words. Words may stand in single
// or double quotes, over several lines; there are no escapes.
func commandsOf(script string) ([]scriptLine, error) {
	var out []scriptLine
	var now scriptLine
	var word strings.Builder
	in, line, quote, started := false, 1, rune(0), 1
	endWord := func() {
		if in {
			now.words = append(now.words, word.String())
			word.Reset()
			in = false
		}
	}
	endLine := func() {
		endWord()
		if len(now.words) > 0 && !strings.HasPrefix(now.words[0], "#") {
			out = append(out, scriptLine{started, now.words})
		}
		now = scriptLine{}
	}
	remark := false
	for _, r := range script {
		switch {
		case remark && r != '\n':
			continue
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '#' && len(now.words) == 0 && !in:
			remark = true
			continue
		case r == '"' || r == '\'' && !in:
			quote, in = r, true
		case r == '\n':
			endLine()
			started, remark = line+1, false
		case r == ' ' || r == '\t' || r == '\r':
			endWord()
		default:
			word.WriteRune(r)
			in = true
		}
		if r == '\n' {
			line++
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("line %d: a quote is not closed", started)
	}
	endLine()
	return out, nil
}
