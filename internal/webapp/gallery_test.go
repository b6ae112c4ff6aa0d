package webapp

import (
	"bytes"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/words"
	"golang.org/x/net/html"
)

// TestSamples renders every screen in every state and looks at what each must have.
func TestSamples(t *testing.T) {
	pages, err := parsePages(false)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, s := range samples(words.English) {
		t.Run(s.Name, func(t *testing.T) {
			if seen[s.Name] {
				t.Fatal("two samples have this name")
			}
			seen[s.Name], seen["screen "+s.Screen] = true, true
			body, err := pages.execute(words.English, s.Screen, s.Page)
			if err != nil {
				t.Fatal(err)
			}
			doc, err := html.Parse(bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			checkPage(t, doc, s.Page)
		})
	}
	for screen := range pages.spoken[words.English] {
		if !seen["screen "+screen] && screen != "gallery" {
			t.Errorf("the screen %s has no sample", screen)
		}
	}
}

func checkPage(t *testing.T, doc *html.Node, about page) {
	labels := map[string]bool{}
	ids := map[string]int{}
	for _, n := range all(doc, "label") {
		labels[attr(n, "for")] = true
	}
	for n := range doc.Descendants() {
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		if attr(n, "style") != "" || has(n, "onclick") {
			t.Errorf("<%s> has an inline style or script", n.Data)
		}
		if n.Type == html.ElementNode && (n.Data == "style" || n.Data == "script" && attr(n, "src") == "") {
			t.Errorf("an inline <%s>", n.Data)
		}
		if src := attr(n, "src") + attr(n, "href"); strings.Contains(src, "//") && !leavesSafely(n) {
			t.Errorf("<%s> leads to %s", n.Data, src)
		}
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%d elements have the id %q", n, id)
		}
	}
	if n := len(all(doc, "h1")); n != 1 {
		t.Errorf("%d <h1>, want 1", n)
	}
	if lang := attr(all(doc, "html")[0], "lang"); lang != "en" {
		t.Errorf("lang is %q", lang)
	}
	if title := text(all(doc, "title")[0]); !strings.HasSuffix(title, " · Cloudseed") {
		t.Errorf("the title is %q", title)
	}
	for _, tag := range []string{"input", "textarea", "select"} {
		for _, n := range all(doc, tag) {
			kind := attr(n, "type")
			if kind != "hidden" && !labels[attr(n, "id")] && n.Parent.Data != "label" {
				t.Errorf("<%s name=%s> has no label", tag, attr(n, "name"))
			}
			if (kind == "text" || kind == "password" || tag == "textarea") && attr(n, "autocomplete") == "" {
				t.Errorf("<%s name=%s> lets the browser remember", tag, attr(n, "name"))
			}
		}
	}
	for _, n := range all(doc, "form") {
		if attr(n, "method") != "post" || attr(n, "action") == "" {
			t.Errorf("a form to %q does not post", attr(n, "action"))
		}
		token := 0
		for _, input := range all(n, "input") {
			if attr(input, "name") == "token" {
				token++
			}
		}
		if token != 1 {
			t.Errorf("the form to %q has %d tokens", attr(n, "action"), token)
		}
	}
	for _, n := range all(doc, "button") {
		if text(n) == "" && attr(n, "aria-label") == "" {
			t.Error("a button without a name")
		}
	}
	for _, n := range append(all(doc, "a"), all(doc, "form")...) {
		to := attr(n, "href") + attr(n, "action")
		name, _, _ := strings.Cut(to, "?")
		_, get := routes["GET "+name]
		_, post := routes["POST "+name]
		if to != "#main" && !leavesSafely(n) && !strings.HasPrefix(to, "/") && !get && !post {
			t.Errorf("<%s> leads to %q, which is no page", n.Data, to)
		}
	}
	said := text(all(doc, "body")[0])
	if about.TryingOut {
		if !strings.Contains(said, "Trying out.") || !strings.Contains(said, "die with it") {
			t.Error("does not say that it is for trying out, and why")
		}
		if strings.Contains(said, "Protected") || strings.Contains(said, "Your wallet is backed up") {
			t.Error("promises too much for trying out")
		}
	}
	if about.Problem != nil && !strings.Contains(said, about.Problem.What) {
		t.Error("does not say what happened")
	}
}

// leavesSafely tells whether n leads to a provider's page in a tab of its own, which learns
// nothing of this one.
func leavesSafely(n *html.Node) bool {
	return n.Data == "a" && strings.HasPrefix(attr(n, "href"), "https://") && attr(n, "target") == "_blank" && attr(n, "rel") == "noopener noreferrer"
}

func all(n *html.Node, tag string) []*html.Node {
	var list []*html.Node
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && d.Data == tag {
			list = append(list, d)
		}
	}
	return list
}

func has(n *html.Node, name string) bool {
	for _, a := range n.Attr {
		if a.Key == name {
			return true
		}
	}
	return false
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return strings.TrimSpace(b.String())
}
