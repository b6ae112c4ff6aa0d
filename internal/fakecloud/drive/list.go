package drive

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// list is files.list: the files that fit q, a page of them.
func (c *call) list() (any, error) {
	spaces, fields := c.q.Get("spaces"), c.q.Get("fields")
	if spaces == "" {
		spaces = "drive"
	}
	if fields == "" {
		fields = usualList
	}
	for space := range strings.SplitSeq(spaces, ",") {
		if err := c.space(space); err != nil {
			return nil, err
		}
	}
	m, err := readMask(fields)
	if err == nil {
		err = m.checkList()
	}
	if err != nil && !c.off[FieldsKnown] {
		return nil, err
	}
	found, err := c.search(spaces)
	if err != nil {
		return nil, err
	}
	from, to, next, err := c.paging(len(found))
	if err != nil {
		return nil, err
	}
	files := []any{}
	for _, f := range found[from:to] {
		files = append(files, c.json(c.disk, f))
	}
	answer := map[string]any{"kind": "drive#fileList", "incompleteSearch": false, "files": files}
	if next != "" {
		answer["nextPageToken"] = next
	}
	return c.asked(m, answer), nil
}

// search returns what the app sees and q wants, as of some time ago when listings lag.
func (c *call) search(spaces string) (found []*file, err error) {
	want, err := parse(c.q.Get("q"), c.disk.root, c.disk.appFolder(c.Client))
	if err != nil && c.off[QueriesRead] {
		want, err = func(*disk, *file) bool { return true }, nil
	}
	if err != nil {
		return nil, err
	}
	if err := c.parentsExist(); err != nil && !c.off[FoldersSearched] {
		return nil, err
	}
	as := c.cloud.Now().Add(-c.lag)
	for _, f := range c.disk.asOf(as) {
		if (strings.Contains(spaces, f.space) || c.off[SpacesKept]) && c.sees(f) && want(c.disk, f) {
			found = append(found, f)
		}
	}
	return found, nil
}

// parentsExist refuses "'id' in parents" where there is no such folder for this app.
func (c *call) parentsExist() error {
	for rest := c.q.Get("q"); ; {
		m := words.FindStringSubmatchIndex(rest)
		if m == nil {
			return nil
		}
		token := rest[m[2]:m[3]]
		rest = rest[m[1]:]
		if !strings.HasPrefix(token, "'") || !strings.HasPrefix(strings.TrimSpace(rest), "in ") || token == "'root'" || unquote(token) == c.disk.root {
			continue
		}
		if _, err := c.find(unquote(token)); err != nil {
			return Refusal{Status: 404, Reason: "notFound", Message: "File not found: .", Location: "fileId"}
		}
	}
}

// asOf returns the files as they were: without newer ones, with those deleted since.
func (d *disk) asOf(t time.Time) (files []*file) {
	for _, f := range d.sorted() {
		if !f.stored.After(t) {
			files = append(files, f)
		}
	}
	for _, f := range d.gone {
		if f.deleted.After(t) && !f.stored.After(t) {
			files = append(files, f)
		}
	}
	return files
}

// paging returns which of n files are on the page asked for, and the token of the next.
// Tokens are not to be understood, and hold only for the same question.
func (c *call) paging(n int) (from, to int, next string, err error) {
	size := 100
	if v := c.q.Get("pageSize"); v != "" {
		if size, err = strconv.Atoi(v); (err != nil || size < 1 || size > 1000) && !c.off[PagesMeasured] {
			return 0, 0, "", invalid("pageSize", "Invalid value '%s'. Values must be within the range: [1, 1000]", v)
		}
	}
	question := c.Client + c.q.Get("q") + c.q.Get("spaces")
	if v := c.q.Get("pageToken"); v != "" {
		plain, _ := base64.RawURLEncoding.DecodeString(v)
		if _, err := fmt.Sscanf(string(plain), "%d ", &from); (err != nil || !strings.HasSuffix(string(plain), " "+question)) && !c.off[TokensBound] {
			return 0, 0, "", invalid("pageToken", "Invalid Value")
		}
	}
	from = min(from, n)
	to = min(from+min(max(size, 1), c.page), n)
	if c.off[Paged] {
		to = n
	}
	if to < n {
		next = base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %s", to, question))
	}
	return from, to, next, nil
}
