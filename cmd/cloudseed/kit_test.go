package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/leaktest"
)

// A kitWorld is a backup with embedded PIN servers and what it is made with.
type kitWorld struct {
	t                      *testing.T
	home, data, place, pin string
}

const kitWords = "legal winner thank year wave sausage worth useful legal winner thank yellow"

// ownHome is the home folder from before a test has its own: the go command's cache is there.
var ownHome = os.Getenv("HOME")

func newKitWorld(t *testing.T) *kitWorld {
	w := &kitWorld{t: t, home: t.TempDir(), data: t.TempDir(), place: t.TempDir()}
	t.Setenv("HOME", w.home)
	w.pin = w.file("pin", "canary-482915")
	w.run(0, "backup", "--name", "Sam", "--phrase-file", w.file("words", kitWords), "--pin-file", w.pin,
		"--place", "folder:"+w.place, "--file", w.file("labels.jsonl", "{}"))
	return w
}

func (w *kitWorld) file(name, content string) string {
	path := filepath.Join(w.home, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		w.t.Fatal(err)
	}
	return path
}

func (w *kitWorld) run(exit int, args ...string) string {
	w.t.Helper()
	return w.runIn(w.data, exit, args...)
}

func (w *kitWorld) runIn(data string, exit int, args ...string) string {
	w.t.Helper()
	var out bytes.Buffer
	if code := run(w.t.Context(), append(args, "--data", data), strings.NewReader(""), &out, &out); code != exit {
		w.t.Fatalf("%v: exit %d, want %d: %s", args, code, exit, out.String())
	}
	return out.String()
}

// written is the kit on the page that was written into dir, as somebody types it off.
func written(t *testing.T, dir string) string {
	t.Helper()
	pages, _ := filepath.Glob(filepath.Join(dir, "emergency-kit-*.html"))
	if len(pages) != 1 {
		t.Fatalf("pages: %v", pages)
	}
	page, err := os.ReadFile(pages[0])
	if err != nil {
		t.Fatal(err)
	}
	typed := "age-secret-key-pq-1"
	for _, block := range regexp.MustCompile(`</small>([0-9A-Z]+)</li>`).FindAllSubmatch(page, -1) {
		typed += " " + strings.ToLower(string(block[1]))
	}
	return typed
}

func wantText(t *testing.T, out string, wants ...string) {
	t.Helper()
	for _, want := range wants {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in: %s", want, out)
		}
	}
}

func TestKit(t *testing.T) {
	w := newKitWorld(t)
	paper := filepath.Join(w.home, "paper")
	wantText(t, w.run(2, "kit", "--pin-file", w.pin), "--print, --out DIR or --show")
	wantText(t, w.run(7, "kit", "--prove"), "there is no emergency kit")
	wantText(t, w.run(4, "kit", "--pin-file", w.file("wrong", "canary-739204"), "--out", paper), "wrong PIN, 9 tries left")
	wantText(t, w.run(0, "kit", "--pin-file", w.pin, "--out", paper), "emergency kit of Sam: not proved", "cloudseed kit --prove")
	for _, name := range []string{"html", "pdf"} {
		found, _ := filepath.Glob(filepath.Join(paper, "emergency-kit-*."+name))
		if info, err := os.Stat(found[0]); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
	typed := written(t, paper)
	kit := w.file("typed", typed)

	blocks := strings.Fields(typed)
	blocks[7] = "b" + blocks[7][1:]
	wantText(t, w.run(2, "kit", "--prove", "--kit-file", w.file("typo", strings.Join(blocks, " "))), "block 7 differs")
	wantText(t, w.run(0, "kit", "--prove", "--kit-file", kit), "emergency kit of Sam: ready")

	// A new computer, without PIN, and without the PIN servers, which were in the old one.
	out := w.runIn(t.TempDir(), 0, "restore", "--place", "folder:"+w.place, "--kit-file", kit)
	wantText(t, out, "restored Sam", "labels.jsonl")
	other := w.file("other", string(w.anotherKit()))
	wantText(t, w.runIn(t.TempDir(), 1, "restore", "--place", "folder:"+w.place, "--kit-file", other), "belongs to another backup")

	// The age command alone, with what stands on the page.
	line := strings.ToUpper("age-secret-key-pq-1" + strings.Join(strings.Fields(typed)[1:], ""))
	for _, part := range []string{"wallet 2", "files 2"} {
		cmd := exec.Command("go", "tool", "age", "-d", "-i", w.file("kit.txt", line), filepath.Join(w.place, "Wallet backup - Sam - "+part+".age"))
		cmd.Env = append(os.Environ(), "HOME="+ownHome)
		if out, err := cmd.Output(); err != nil || !bytes.Contains(out, []byte("manifest.sig")) {
			t.Errorf("age does not open %s: %v", part, err)
		}
	}
}

// anotherKit is a right kit of another backup.
func (w *kitWorld) anotherKit() []byte {
	data, place, out := w.t.TempDir(), w.t.TempDir(), filepath.Join(w.t.TempDir(), "out")
	w.runIn(data, 0, "backup", "--name", "Other", "--new", "--pin-file", w.pin, "--place", "folder:"+place)
	w.runIn(data, 0, "kit", "--pin-file", w.pin, "--out", out)
	return []byte(written(w.t, out))
}

func TestKitIsNotWrittenIntoACloud(t *testing.T) {
	w := newKitWorld(t)
	cloud := filepath.Join(w.home, "Nextcloud")
	link := filepath.Join(w.home, "link")
	if err := os.Mkdir(cloud, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(cloud, link); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{cloud, filepath.Join(cloud, "new", "er"), filepath.Join(link, "kit")} {
		wantText(t, w.run(2, "kit", "--pin-file", w.pin, "--out", dir), "is copied to Nextcloud", "USB stick")
	}
	wantText(t, w.run(2, "kit", "--pin-file", w.pin, "--out", filepath.Join(w.place, "kit")), "must not be beside it")
	if files, _ := os.ReadDir(cloud); len(files) != 0 {
		t.Errorf("written: %v", files)
	}
	if files, _ := os.ReadDir(w.place); len(files) != 2 {
		t.Errorf("a refusal sealed something: %v", files)
	}
	w.run(0, "card", "--out", cloud) // has no secret
}

// Neither kit nor code stays anywhere but on the page; the card has no secret at all.
func TestKitAndCardLeakNothing(t *testing.T) {
	w := newKitWorld(t)
	paper, cards := filepath.Join(t.TempDir(), "paper"), t.TempDir()
	out := w.run(0, "kit", "--pin-file", w.pin, "--out", paper, "--verbose")
	typed := written(t, paper)
	out += w.run(0, "kit", "--prove", "--kit-file", w.file("typed", typed), "--json", "--verbose")
	out += w.runIn(t.TempDir(), 0, "restore", "--place", "folder:"+w.place, "--kit-file", w.file("typed", typed), "--verbose")
	out += w.run(0, "card", "--out", cards) + w.run(0, "status") + w.run(0, "list")

	var look leaktest.Look
	look.Phrase("the phrase", []byte(kitWords))
	look.Secret("the PIN", []byte("canary-482915"))
	data := strings.Join(strings.Fields(typed)[1:], "")
	for _, form := range []string{data, strings.ToUpper(data), typed, strings.ToUpper(typed), data[:12], strings.ToUpper(data[:12])} {
		look.Secret("the kit", []byte(form))
	}
	look.Bytes(t, "what was printed", []byte(out))
	for _, dir := range []string{w.data, w.place, cards} {
		if look.Dir(t, dir) == 0 {
			t.Errorf("no file in %s: nothing was looked at", dir)
		}
	}
	if look.Find(read(t, w.file("typed", typed))) == "" {
		t.Error("the kit itself is not found: the search is broken")
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}
