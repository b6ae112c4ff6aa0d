package main_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/store"
)

// A host in C, and one in Node, bring a place and a journal of their own, back up and restore:
// over real sockets, with three real PIN servers and the slow PIN hashing.
func TestHosts(t *testing.T) {
	peer.Slow(t) // it links the whole library anew
	gcc := peer.Command(t, "gcc")
	dir := t.TempDir()
	library := filepath.Join(dir, "libcloudseed.so")
	run(t, "go", "build", "-buildmode=c-shared", "-o", library, ".")

	t.Run("C", func(t *testing.T) {
		host := filepath.Join(dir, "host")
		run(t, gcc, "-Wall", "-Werror", "-Wno-unused-parameter", "-I", ".", "-I", dir, "-o", host, "testdata/host.c", library, "-lpthread", "-Wl,-rpath,"+dir)
		compare(t, run(t, host, servers(t)), `
client: ok
wallet: ok
create, offline: offline
create: ok
update, full: incomplete
resume: ok
check: ok
state: ok
state is protected, steps were told, 2 files
client: ok
find: ok
backup: ok
restore, wrong: wrong-pin
restore: ok
its wallet: ok
its words: ok
the same words, 73c5da0a, labels.jsonl is {}
a wrong handle: unexpected
decode: ok
delete: ok
0 files, forgotten
`)
	})
	t.Run("Node", func(t *testing.T) {
		node, npm := peer.Node(t)
		compare(t, run(t, node, "testdata/host.mjs", library, servers(t), filepath.Join(npm, "package.json")), `
client: ok
wallet: ok
create: ok
1 file, remembered, steps were told
client: ok
find: ok
restore, wrong: wrong-pin
restore: ok
words: ok
the same words
`)
	})
}

// The numbers in the header are those of the places' kinds, in their order.
func TestAnswers(t *testing.T) {
	header, err := os.ReadFile("cloudseed.h")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("callbacks.go")
	if err != nil {
		t.Fatal(err)
	}
	var named []string
	for i, m := range regexp.MustCompile(`CLOUDSEED_([A-Z_]+) = (\d+)`).FindAllStringSubmatch(string(header), -1) {
		named = append(named, strings.ToLower(strings.ReplaceAll(m[1], "_", "-")))
		if m[2] != string("0123456789"[i%10]) && m[2] != "10" {
			t.Errorf("%s is number %d", m[0], i)
		}
	}
	var answers []string
	list := regexp.MustCompile(`answers = \[\]string\{(.*)\}`).FindStringSubmatch(string(source))[1]
	for quoted := range strings.SplitSeq(list, ", ") {
		answers = append(answers, strings.Trim(quoted, `"`))
	}
	answers[0] = "ok"
	if !slices.Equal(named, answers) || len(named) != len(store.Kinds)+1 {
		t.Errorf("the header has %q, the table %q", named, answers)
	}
}

// servers writes the Juicebox configuration of three new PIN servers and returns its path.
func servers(t *testing.T) string {
	t.Helper()
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	for i := range 3 {
		id := juicebox.RealmID{byte(i + 1)}
		server, err := realm.New(realm.Config{ID: id, Store: &realm.Memory{}})
		if err != nil {
			t.Fatal(err)
		}
		listening := httptest.NewServer(http.Handler(server))
		t.Cleanup(listening.Close)
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: listening.URL + "/"})
	}
	text, err := c.MarshalJSON()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "servers.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.Command(name, args...)
	command.Env = append(os.Environ(), "CGO_ENABLED=1")
	var errors strings.Builder
	command.Stderr = &errors
	out, err := command.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", name, err, out, errors.String())
	}
	return string(out)
}

func compare(t *testing.T, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimSpace(want), strings.TrimSpace(got)); diff != "" {
		t.Errorf("the host saw (-want +got):\n%s", diff)
	}
}
