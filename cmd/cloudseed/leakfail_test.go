//go:build linux

package main

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/leaktest"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// TestNothingLeaksWhenThingsFail: with PIN servers and places that refuse, hang up, or answer
// rubbish and with what they were sent, and with wrong input, nothing that is printed, logged,
// written or sent holds a secret: no phrase, PIN, passphrase, kit, password, token or key. It
// goes through every verb that has a secret in its hands.
func TestNothingLeaksWhenThingsFail(t *testing.T) {
	peer.Slow(t)
	w := newLeakWorld(t)
	const backup = "backup --name Sam --passphrase-file @passphrase --pin-file @pin --password-file @password --realms @servers.json --file @labels.jsonl --place FOLDER --place WEBDAV --phrase-file "
	w.run(2, backup+"@typo")
	w.servers.set(status(500))
	w.run(1, backup+"@words")
	w.servers.set(garbage)
	w.run(1, backup+"@words")
	w.servers.set(nil)
	w.place.set(status(507))
	w.run(3, backup+"@words")
	w.place.set(nil)
	w.run(0, "backup --password-file @password --file @labels.jsonl")

	w.place.set(garbage)
	w.run(8, "list")
	w.run(3, "check")
	w.place.set(nil)
	w.run(4, "restore --pin-file @wrong")
	w.servers.set(garbage)
	w.run(1, "restore --pin-file @pin")
	w.run(8, "drill --pin-file @pin")
	w.run(1, "pin --pin-file @pin --new-pin-file @pin2")
	w.run(1, "kit --pin-file @pin --out "+filepath.Join(w.given, "nopaper"))
	w.servers.set(nil)

	w.run(2, "pin --phrase-file @typo --passphrase-file @passphrase --new-pin-file @pin2")
	w.place.set(status(403))
	w.run(3, "pin --phrase-file @words --passphrase-file @passphrase --new-pin-file @pin2")
	w.place.set(nil)
	w.run(0, "backup --password-file @password --file @labels.jsonl")
	keys := w.kept()
	w.kit()
	w.restoreOut()
	w.watch()
	w.run(0, "export --out "+t.TempDir())

	w.servers.set(status(503))
	w.run(3, "delete --yes")
	w.servers.set(nil)
	w.run(0, "delete --yes")
	w.tokens(keys)
}

// kit makes a kit and types it back, with a mistake first. Its paper is the only place for it.
func (w *leakWorld) kit() {
	paper := filepath.Join(w.given, "paper")
	w.run(0, "kit --pin-file @pin2 --out "+paper)
	typed := written(w.t, paper)
	data := strings.Join(strings.Fields(typed)[1:], "")
	for _, form := range []string{data, strings.ToUpper(data), typed, strings.ToUpper(typed), data[:12], strings.ToUpper(data[:12])} {
		w.look.Secret("the kit", []byte(form))
	}
	w.file("kit", typed)
	w.file("badkit", strings.Replace(typed, data[8:12], "0000", 1))
	w.run(2, "kit --prove --kit-file @badkit")
	w.run(0, "kit --prove --kit-file @kit")
}

// restoreOut puts the words into a folder for their owner alone, and nowhere else. What is
// there is found, so the search is not broken.
func (w *leakWorld) restoreOut() {
	out := filepath.Join(w.given, "restored")
	w.run(0, "restore --pin-file @pin2 --out "+out)
	w.run(2, "restore --pin-file @pin2 --out "+out) // which is there now
	var found leaktest.Look
	found.Phrase("the phrase", []byte(leakWords))
	hidden := 0
	err := filepath.Walk(out, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if info.Mode().Perm()&0o077 != 0 {
			w.t.Errorf("%s: others may read it: %v", path, info.Mode())
		}
		if b, err := os.ReadFile(path); err == nil && found.Find(b) != "" {
			hidden++
		}
		return nil
	})
	if err != nil || hidden == 0 {
		w.t.Errorf("restore --out wrote no words: the search is broken: %v", err)
	}
}

// watch changes an attached file twice while it is watched, the second time with the place down.
func (w *leakWorld) watch() {
	ctx, stop := context.WithCancel(w.t.Context())
	go func() {
		defer stop()
		for i, fail := range []func(http.ResponseWriter, *http.Request) bool{nil, status(502)} {
			before := w.attached()
			w.place.set(fail)
			w.file("labels.jsonl", strings.Repeat("{}\n", i+2))
			for deadline := time.Now().Add(2 * time.Minute); w.attached() == before && time.Now().Before(deadline); {
				time.Sleep(20 * time.Millisecond)
			}
		}
	}()
	before := w.attached()
	w.runUntil(ctx, 0, "watch --password-file @password "+filepath.Join(w.given, "labels.jsonl"))
	if w.attached() == before {
		w.t.Error("nothing was backed up while watching")
	}
	w.place.set(nil)
	w.run(0, "backup --password-file @password --file @labels.jsonl")
}

// attached is which files parts are in the folder.
func (w *leakWorld) attached() string {
	files, _ := filepath.Glob(filepath.Join(w.folder, "* files *"))
	return strings.Join(files, " ")
}

// tokens looks for what is known only now: every token that was sent, in its header alone, and
// the owner keys, which are in the profile and nowhere else.
func (w *leakWorld) tokens(keys []string) {
	w.t.Helper()
	if len(w.servers.tokens) < 10 {
		w.t.Errorf("%d tokens: nothing is looked for", len(w.servers.tokens))
	}
	for token := range w.servers.tokens {
		w.look.Secret("a token", []byte(token))
	}
	for _, key := range keys {
		seed, err := base64.StdEncoding.DecodeString(key)
		if err != nil {
			w.t.Fatal(err)
		}
		w.look.Secret("an owner key", seed)
	}
	if len(keys) == 0 {
		w.t.Error("no owner key is known: nothing is looked for")
	}
	w.lookAround()
}

// TestCrashShowsNoSecret ends the program as a crash does, with the trace of everything that
// runs, while it has the PIN and the phrase in its hands and waits for PIN servers. Neither the
// trace nor its arguments or environment hold them, and no core file is left.
func TestCrashShowsNoSecret(t *testing.T) {
	w := newLeakWorld(t)
	asked, release := make(chan bool, 100), make(chan bool)
	w.servers.set(func(http.ResponseWriter, *http.Request) bool { asked <- true; <-release; return true })
	defer close(release)
	dir := t.TempDir()
	program := exec.Command(os.Args[0], "backup", "--verbose", "--data", w.data, "--name", "Sam", "--place", "folder:"+w.folder,
		"--phrase-file", w.path("words"), "--passphrase-file", w.path("passphrase"), "--pin-file", w.path("pin"), "--realms", w.path("servers.json"))
	program.Args[0] = "cloudseed" // TestMain knows it by this name
	program.Env = []string{"HOME=" + dir, "PATH=/nowhere", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere", "GOTRACEBACK=crash"}
	program.Dir = dir
	var out output
	program.Stdout, program.Stderr = &out, &out
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	<-asked
	for _, name := range []string{"cmdline", "environ"} {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", program.Process.Pid, name))
		if err != nil && name == "cmdline" {
			t.Error(err)
		}
		w.look.Bytes(t, name, b)
	}
	program.Process.Signal(syscall.SIGQUIT)
	if err := program.Wait(); err == nil || !strings.Contains(out.String(), "goroutine ") {
		t.Fatalf("it did not crash: nothing was looked at: %v: %s", err, out.String())
	}
	w.look.Bytes(t, "the trace", []byte(out.String()))
	w.look.Dir(t, w.data)
	if left, _ := os.ReadDir(dir); len(left) > 0 || program.ProcessState.Sys().(syscall.WaitStatus).CoreDump() {
		t.Errorf("a core was left: %v", left)
	}
}

func (w *leakWorld) path(name string) string { return filepath.Join(w.given, name) }
