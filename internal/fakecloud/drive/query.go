package drive

import (
	"regexp"
	"strings"
)

// A condition is what a search asks of a file ("Search query terms and operators" in
// Drive's documentation).
type condition func(d *disk, f *file) bool

var words = regexp.MustCompile(`\s*('(?:[^'\\]|\\['\\])*'|!=|[=()]|[A-Za-z]+)`)

// A parser reads a query by descent: or, and, not, comparisons.
type parser struct {
	tokens []string
	root   string // what 'root' means
	hidden string // what 'appDataFolder' means
}

// parse reads a query. The empty one fits all.
func parse(q, root, hidden string) (condition, error) {
	p := &parser{root: root, hidden: hidden}
	if strings.TrimSpace(q) == "" {
		return func(*disk, *file) bool { return true }, nil
	}
	for rest := strings.TrimSpace(q); rest != ""; {
		m := words.FindStringSubmatchIndex(rest)
		if m == nil || m[0] != 0 {
			return nil, invalid("q", "Invalid Value")
		}
		p.tokens = append(p.tokens, rest[m[2]:m[3]])
		rest = strings.TrimSpace(rest[m[1]:])
	}
	c, err := p.any()
	if err == nil && len(p.tokens) > 0 {
		err = invalid("q", "Invalid Value")
	}
	return c, err
}

func (p *parser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *parser) takes(word string) bool {
	if len(p.tokens) > 0 && p.tokens[0] == word {
		p.tokens = p.tokens[1:]
		return true
	}
	return false
}

func (p *parser) any() (condition, error) {
	left, err := p.all()
	for err == nil && p.takes("or") {
		var right condition
		before := left
		if right, err = p.all(); err == nil {
			left = func(d *disk, f *file) bool { return before(d, f) || right(d, f) }
		}
	}
	return left, err
}

func (p *parser) all() (condition, error) {
	left, err := p.one()
	for err == nil && p.takes("and") {
		var right condition
		before := left
		if right, err = p.one(); err == nil {
			left = func(d *disk, f *file) bool { return before(d, f) && right(d, f) }
		}
	}
	return left, err
}

func (p *parser) one() (condition, error) {
	switch {
	case p.takes("not"):
		c, err := p.one()
		return func(d *disk, f *file) bool { return !c(d, f) }, err
	case p.takes("("):
		c, err := p.any()
		if err == nil && !p.takes(")") {
			err = invalid("q", "Invalid Value")
		}
		return c, err
	}
	return p.comparison()
}

// comparison reads "name = 'x'", "'id' in parents" and the like.
func (p *parser) comparison() (condition, error) {
	left, op, right := p.next(), p.next(), p.next()
	switch {
	case strings.HasPrefix(left, "'") && op == "in" && right == "parents":
		return p.inside(unquote(left)), nil
	case left == "trashed" && (op == "=" || op == "!=") && (right == "true" || right == "false"):
		want := (right == "true") == (op == "=")
		return func(d *disk, f *file) bool { return d.isTrashed(f) == want }, nil
	case !strings.HasPrefix(right, "'"):
		return nil, invalid("q", "Invalid Value")
	}
	value := unquote(right)
	switch {
	case left == "name" && op == "=": // Drive compares without case; rclone has a remark on it
		return func(d *disk, f *file) bool { return d.sameName(f.name, value) }, nil
	case left == "name" && op == "!=":
		return func(d *disk, f *file) bool { return !d.sameName(f.name, value) }, nil
	case left == "name" && op == "contains": // the beginning of the name only
		return func(d *disk, f *file) bool {
			at := strings.Index(strings.ToLower(f.name), strings.ToLower(value))
			return at == 0 || at > 0 && d.off[BeginsOnly]
		}, nil
	case left == "mimeType" && op == "=":
		return func(_ *disk, f *file) bool { return f.mime == value }, nil
	case left == "mimeType" && op == "!=":
		return func(_ *disk, f *file) bool { return f.mime != value }, nil
	}
	return nil, invalid("q", "Invalid Value")
}

func (d *disk) sameName(a, b string) bool {
	return a == b || strings.EqualFold(a, b) && !d.off[CaseIgnored]
}

func (p *parser) inside(parent string) condition {
	switch parent {
	case "root":
		parent = p.root
	case "appDataFolder":
		parent = p.hidden
	}
	return func(_ *disk, f *file) bool { return f.parent == parent }
}

func unquote(s string) string {
	return strings.NewReplacer(`\'`, `'`, `\\`, `\`).Replace(s[1 : len(s)-1])
}
