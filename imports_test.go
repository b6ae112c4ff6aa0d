package cloudseed

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"path"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/cloudseed/cloudseed"

// The arrows: what each package may import of ours, beside secret and the standard
// library. A package that is not listed may import nothing of ours; patterns end in "/...".
var arrows = map[string][]string{
	"cmd/cloudseed":       {".", "phrase", "envelope", "juicebox", "realm/...", "signin", "store", "store/...", "internal/..."},
	"cmd/cloudseed-realm": {"internal/manpages", "internal/nodump", "internal/version", "juicebox", "realm", "realm/mark", "realm/metrics", "realm/postgres", "realm/seal", "realm/sqlite"},
	"internal/webapp":     {".", "phrase", "envelope", "juicebox", "signin", "store", "internal/paper", "internal/profile", "internal/watch", "internal/words"},
	"internal/words":      {".", "phrase", "envelope", "juicebox", "signin", "store", "internal/profile"},
	"internal/peer":       {"internal/filelock"},
	"internal/manpages":   {"internal/version"},
	"internal/paper":      {"internal/words"},
	"internal/profile":    {".", "store", "internal/filelock", "internal/replacefile"},
	"internal/watch":      {".", "envelope"},
	".":                   {"envelope", "phrase", "juicebox", "store", "internal/weakhash"},
	"cloudseedtest":       {".", "phrase", "juicebox", "realm", "store", "store/storetest", "internal/weakhash"},
	"journal":             {".", "internal/replacefile"},
	"mobile":              {".", "envelope", "phrase", "juicebox", "store"},
	"mobile/cshared":      {"mobile"},
	"realm":               {"juicebox"}, // they meet in the messages only
	"realm/sqlite":        {"realm", "juicebox", "internal/filelock", "realm/internal/durable"},
	"realm/postgres":      {"realm", "juicebox"},
	"realm/metrics":       {"realm"},
	"realm/mark":          {"internal/filelock", "juicebox", "realm/internal/durable"},
	"realm/seal":          {"realm", "juicebox", "realm/internal/durable"},
	"realm/embedded":      {"realm", "realm/seal", "realm/sqlite", "juicebox", "realm/internal/durable"},
	"realm/realmtest":     {"realm", "juicebox"},
	"signin":              {"store"}, // the kinds of failure
	"internal/keychain":   {"signin", "internal/filelock", "internal/replacefile"},
	"internal/places":     {".", "signin", "store", "store/..."},
	"store/folder":        {"store"},
	"store/webdav":        {"store"},
	"store/s3":            {"store"},
	"store/googledrive":   {"store"},
	"store/dropbox":       {"store"},
	"store/onedrive":      {"store"},
	"store/icloud":        {"store"},
	"store/nextcloud":     {"store", "store/webdav"},
	"store/iclouddrive":   {"store", "store/folder"},
	"store/storetest":     {"store"},
	"examples/wallet":     {".", "journal", "juicebox", "phrase", "realm/embedded", "realm/sqlite", "store/folder"},
	"scripts/places":      {"store/storetest"}, // for the names of the cases
	"scripts/...":         {"scripts/internal/mutate", "scripts/internal/realmrun"},

	"internal/fakecloud/...":     {"internal/fakecloud", "internal/fakecloud/oauth"}, // stand-ins know nothing of us
	"internal/fakecloud/torture": {"internal/fakecloud", "internal/fakecloud/..."},   // all of them, as a command
}

// TestArrows keeps the layout of docs/design.md true: arrows point down only, leaves import
// no sibling, only the command knows providers and realms.
func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		name := short(p.ImportPath)
		for _, i := range p.Imports {
			if !strings.HasPrefix(i, module) || short(i) == "secret" {
				continue
			}
			if !slices.ContainsFunc(allowed(name), func(pattern string) bool { return matches(pattern, short(i)) }) {
				t.Errorf("%s imports %s", name, short(i))
			}
		}
	}
}

// allowed is what a package may import, by its own name or by its folder's.
func allowed(name string) []string {
	if own, listed := arrows[name]; listed {
		return own
	}
	return arrows[path.Dir(name)+"/..."]
}

// TestWalletLinksOnlyWhatItUses: the library brings no server, no provider, no browser, and
// neither does it on a phone.
func TestWalletLinksOnlyWhatItUses(t *testing.T) {
	out, err := exec.Command("go", "list", "-pgo=off", "-deps", ".", "./mobile").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		if dep == module+"/internal/weakhash" { // one variable
			continue
		}
		for _, heavy := range []string{"modernc.org/sqlite", "spf13/cobra", "chromedp", "emersion", module + "/realm", module + "/internal", "testing"} {
			if strings.Contains(dep, heavy) {
				t.Errorf("the root package links %s", dep)
			}
		}
	}
}

type goPackage struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) (all []goPackage) {
	t.Helper()
	out, err := exec.Command("go", "list", "-pgo=off", "-json=ImportPath,Imports", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	d := json.NewDecoder(bytes.NewReader(out))
	for {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 10 {
		t.Fatalf("go list found %d packages", len(all))
	}
	return all
}

func short(importPath string) string {
	if importPath == module {
		return "."
	}
	return strings.TrimPrefix(importPath, module+"/")
}

func matches(pattern, name string) bool {
	if dir, ok := strings.CutSuffix(pattern, "/..."); ok {
		return strings.HasPrefix(name, dir+"/")
	}
	return path.Clean(pattern) == name
}
