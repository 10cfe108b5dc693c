package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/alecthomas/kong"

	"plait/internal/kit/fault"
)

// misread says in plain words why a command line cannot be taken. kong gives texts, not
// kinds of error: the texts are those of the version in go.mod, held by the tests.
func (a *App) misread(err error) string {
	at, children := a.name, []string(nil)
	var parse *kong.ParseError
	if errors.As(err, &parse) && parse.Context != nil {
		node := parse.Context.Model.Node
		if selected := parse.Context.Selected(); selected != nil {
			node = selected
			at = a.name + " " + path(node)
		}
		for _, c := range node.Children {
			if !c.Hidden {
				children = append(children, c.Name)
			}
		}
	}
	see := fmt.Sprintf("See %s --help.", at)
	text := err.Error()
	var f *fault.Fault
	if errors.As(err, &f) { // a value that its own type refused
		flag, _, _ := strings.Cut(text, ": ")
		return flag + ": " + a.explain(f)
	}
	text, near, guessed := strings.Cut(text, ", did you mean ")
	if guessed {
		see = "Did you mean " + near
	}
	if flag, instead, ok := strings.Cut(text, "; perhaps try "); ok { // --n -5
		flag, _, _ = strings.Cut(flag, ": ")
		return fmt.Sprintf("%s needs a value. If it begins with a dash, write %s.", flag, strings.TrimSuffix(instead, "?"))
	}
	if flag, _, ok := strings.Cut(text, ": "); ok && strings.Contains(text, `got "EOL"`) {
		return fmt.Sprintf("%s needs a value. %s", flag, see)
	}
	if flag, rest, ok := strings.Cut(text, ": expected a valid "); ok && strings.Contains(rest, "int but got ") {
		_, got, _ := strings.Cut(rest, "but got ")
		return fmt.Sprintf("%s needs a whole number, not %s. %s", flag, got, see)
	}
	if flag, ok := strings.CutPrefix(text, "unknown flag "); ok {
		return fmt.Sprintf("There is no flag %s. %s", flag, see)
	}
	if word, ok := strings.CutPrefix(text, "unexpected argument "); ok {
		if len(children) == 0 {
			return fmt.Sprintf("%q is one word too many. %s", word, see)
		}
		return fmt.Sprintf("There is no command %q. %s", strings.TrimPrefix(at+" "+word, a.name+" "), see)
	}
	for _, prefix := range []string{"missing flags: ", "missing positional arguments "} {
		if what, ok := strings.CutPrefix(text, prefix); ok {
			return fmt.Sprintf("Something is missing: %s. %s", what, see)
		}
	}
	if what, ok := strings.CutPrefix(text, "expected "); ok {
		if len(children) > 0 {
			return fmt.Sprintf("Say what to do after %q: %s. %s", at, strings.Join(children, ", "), see)
		}
		return fmt.Sprintf("Something is missing: %s. %s", strings.Trim(what, `"`), see)
	}
	return fmt.Sprintf("%s. %s", text, see)
}

// path is the words that lead to a command: "evidence give".
func path(n *kong.Node) string {
	if n.Parent == nil || n.Parent.Type == kong.ApplicationNode {
		return n.Name
	}
	return path(n.Parent) + " " + n.Name
}
