package webapp

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

func written(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// restoredFiles is what somebody gets who restores from the folder alone.
func restoredFiles(t *testing.T, a *App, folder string) map[string]string {
	t.Helper()
	place, err := openFolder(t.Context(), "folder:"+folder, secret.Text{})
	if err != nil {
		t.Fatal(err)
	}
	place.Name = "back"
	c := a.config([]cloudseed.Place{place}, nil)
	search, err := cloudseed.Find(t.Context(), c)
	if err != nil || len(search.Backups) != 1 {
		t.Fatalf("%v, %v", search, err)
	}
	r, err := cloudseed.Restore(t.Context(), c, search.Backups[0], secret.Copy([]byte(testPIN)))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for _, f := range r.Files {
		files[f.Name] = string(f.Data)
	}
	return files
}

// Two files are attached one after the other and one is left out again; what comes back is
// what the screen says, and the command watch knows the rest.
func TestAttachAndDetach(t *testing.T) {
	c, d, folder := managed(t)
	id, home := d.Vault.String(), t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	channel, labels := written(t, filepath.Join(home, "channel.backup"), "channels 1"), written(t, filepath.Join(home, "labels.jsonl"), "labels")
	c.says(t, of("attached", id), "No file is attached.", "channel.db")
	c.says(t, "home", "None. A Lightning node's channel backup")

	if next := c.work("attached", "vault", id, "paths", "~/channel.backup"); next != of("attached", id) {
		t.Fatalf("attaching leads to %q", next)
	}
	c.says(t, of("attached", id), "Attached, sealed and read back from every place.", channel, "The newest version has it as it is now", "Version 1, sealed", "USB stick: Read back, the same")
	written(t, channel, "channels 2")
	c.says(t, of("attached", id), "It has changed since")
	c.work("attached", "vault", id, "paths", " "+labels+"\r\n")
	if got := restoredFiles(t, c.app, folder); len(got) != 2 || got["channel.backup"] != "channels 2" || got["labels.jsonl"] != "labels" {
		t.Errorf("came back: %q", got)
	}
	c.says(t, "home", "2 files, sealed")

	if next := c.work("attached", "vault", id, "name", "channel.backup"); next != of("attached", id) {
		t.Fatalf("leaving it out leads to %q", next)
	}
	c.says(t, of("attached", id), "Left out from now on: channel.backup.", "labels.jsonl", "Version 3, sealed")
	if got := restoredFiles(t, c.app, folder); len(got) != 1 || got["labels.jsonl"] != "labels" {
		t.Errorf("came back: %q", got)
	}
	if paths, err := c.app.Profile.Watched(d.Vault); err != nil || !slices.Equal(paths, []string{labels}) {
		t.Errorf("to be watched: %q, %v", paths, err)
	}
	c.work("attached", "vault", id, "name", "labels.jsonl")
	c.says(t, of("attached", id), "No file is attached.")
	if _, err := os.Stat(channel); err != nil {
		t.Error(err)
	}
}

// What cannot be attached is said in one sentence, with what was typed still there, and
// nothing is sealed.
func TestAttachRefused(t *testing.T) {
	c, d, _ := managed(t)
	id, dir := d.Vault.String(), t.TempDir()
	other := t.TempDir()
	channel := written(t, filepath.Join(dir, "channel.backup"), "channels")
	c.work("attached", "vault", id, "paths", channel)
	large := written(t, filepath.Join(dir, "large"), strings.Repeat("x", 3<<20+1))
	for typed, want := range map[string]string{
		" \n":                      "No path was typed.",
		"labels.jsonl":             "is not a whole path",
		filepath.Join(dir, "none"): "There is no file",
		dir:                        "is no ordinary file",
		large:                      "too large",
		written(t, filepath.Join(dir, "Channel.DB"), "live"):          "can lose money",
		written(t, filepath.Join(other, "channel.backup"), "another"): "Another file called channel.backup is attached",
	} {
		body := c.leads(t, "", "attached", "vault", id, "paths", typed)
		if !strings.Contains(body, want) || !strings.Contains(body, strings.TrimSpace(typed)) {
			t.Errorf("%q is answered without %q:\n%s", typed, want, body)
		}
	}
	if now, err := c.app.device(id); err != nil || now.Files.Generation != 1 {
		t.Errorf("sealed all the same: %v, %v", now.Files, err)
	}
}

// A file that was attached elsewhere has no path here: nothing is sealed without it, until it
// is found or left out on purpose. One that is gone can be found somewhere else.
func TestAttachedElsewhere(t *testing.T) {
	c, d, folder := managed(t)
	id, dir := d.Vault.String(), t.TempDir()
	if err := cloudseed.Update(t.Context(), c.app.config(c.app.openPlaces(t.Context(), d), nil), d, cloudseed.File{Name: "labels.jsonl", Data: []byte("labels")}, cloudseed.File{Name: "x.txt"}); err != nil {
		t.Fatal(err)
	}
	channel := written(t, filepath.Join(dir, "channel.backup"), "channels")
	c.says(t, of("attached", id), "Not found on this computer", "Its path is not known here.")
	if body := c.leads(t, "", "attached", "vault", id, "paths", channel); !strings.Contains(body, "The new version would lack labels.jsonl and x.txt") {
		t.Errorf("it is not said:\n%s", body)
	}
	labels := written(t, filepath.Join(dir, "labels.jsonl"), "labels")
	if body := c.leads(t, "", "attached", "vault", id, "name", "x.txt"); !strings.Contains(body, "would lack labels.jsonl") {
		t.Errorf("it is not said:\n%s", body)
	}
	empty := written(t, filepath.Join(dir, "x.txt"), "")
	c.work("attached", "vault", id, "paths", channel+"\n"+labels+"\n"+empty)
	if got := restoredFiles(t, c.app, folder); len(got) != 3 {
		t.Errorf("came back: %q", got)
	}
	if err := errors.Join(os.Remove(labels), os.Remove(empty)); err != nil {
		t.Fatal(err)
	}
	c.says(t, of("attached", id), "Not found on this computer", "There is no file "+labels)
	moved := written(t, filepath.Join(t.TempDir(), "labels.jsonl"), "moved")
	if body := c.leads(t, "", "attached", "vault", id, "paths", moved); !strings.Contains(body, "There is no file "+empty) {
		t.Errorf("it is not said:\n%s", body)
	}
	c.work("attached", "vault", id, "name", "labels.jsonl", "name", "x.txt")
	c.work("attached", "vault", id, "paths", moved)
	if got := restoredFiles(t, c.app, folder); len(got) != 2 || got["labels.jsonl"] != "moved" {
		t.Errorf("came back: %q", got)
	}
}

// eventually waits for what another goroutine does, on a busy machine too.
func eventually(t *testing.T, what string, seen func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !seen(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%s is not seen", what)
		}
	}
}

// While the app is open, a file that changes is backed up again: one attached on the page, and
// one that the profile remembers from before.
func TestAppWatches(t *testing.T) {
	folder, dir := t.TempDir(), t.TempDir()
	realms, http := embedded(t)
	channel := written(t, filepath.Join(dir, "channel.backup"), "channels 1")
	var d *cloudseed.Device
	app := startDevice(t, Config{Realms: realms, HTTP: http}, func(a *App) {
		d = a.backedUp(t, folder)
		if err := a.Profile.SetWatched(d.Vault, []string{channel}); err != nil {
			t.Fatal(err)
		}
	})
	id := d.Vault.String()
	newest := func(n int, name string) func() bool {
		return func() bool {
			now, err := app.device(id)
			if err != nil {
				t.Fatal(err)
			}
			at := slices.Index(now.Files.Names, name)
			return now.Files.Generation >= n && at >= 0 && now.Places[0].Files.Generation == now.Files.Generation && now.Unchanged(filesNow(t, now, dir)...)
		}
	}
	eventually(t, "the remembered file", newest(1, "channel.backup"))
	c := newClient(t, app.App)
	labels := written(t, filepath.Join(dir, "labels.jsonl"), "labels 1")
	c.work("attached", "vault", id, "paths", labels)
	for i, text := range []string{"labels 2", "labels 3"} {
		written(t, labels, text)
		if i == 0 {
			c.post("amount", "vault", id, "amount", "100", "limit", "", "currency", "EUR") // the person writes as well
		}
		eventually(t, text, newest(3, "labels.jsonl"))
	}
	if now, err := app.device(id); err != nil || now.Guard.Reported.Value != 100 {
		t.Errorf("what the person said is lost: %v, %v", now.Guard, err)
	}
	if got := restoredFiles(t, app.App, folder); got["labels.jsonl"] != "labels 3" || got["channel.backup"] != "channels 1" {
		t.Errorf("came back: %q", got)
	}
	c.says(t, of("attached", id), "The newest version has it as it is now")

	c.work("attached", "vault", id, "name", "labels.jsonl")
	at, err := app.device(id)
	if err != nil {
		t.Fatal(err)
	}
	written(t, labels, "labels 4")
	written(t, channel, "channels 2")
	eventually(t, "channels 2", newest(at.Files.Generation+1, "channel.backup"))
	if got := restoredFiles(t, app.App, folder); len(got) != 1 || got["channel.backup"] != "channels 2" {
		t.Errorf("came back: %q", got)
	}
}

// filesNow are the attached files as they are in dir.
func filesNow(t *testing.T, d *cloudseed.Device, dir string) (files []cloudseed.File) {
	t.Helper()
	for _, name := range d.Files.Names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, cloudseed.File{Name: name, Data: data})
	}
	return files
}

// A backup that is deleted is watched no longer, and is not made again.
func TestDeletedIsNotWatched(t *testing.T) {
	folder := t.TempDir()
	realms, http := embedded(t)
	app := startDevice(t, Config{Realms: realms, HTTP: http})
	d := app.backedUp(t, folder)
	c := newClient(t, app.App)
	labels := written(t, filepath.Join(t.TempDir(), "labels.jsonl"), "labels 1")
	c.work("attached", "vault", d.Vault.String(), "paths", labels)
	if next := c.work("delete", "vault", d.Vault.String(), "name", "Samantha"); next != "deleted" {
		t.Fatalf("deleting leads to %q", next)
	}
	written(t, labels, "labels 2")
	eventually(t, "the end of the watcher", func() bool {
		app.watchers.mu.Lock()
		defer app.watchers.mu.Unlock()
		return len(app.watchers.running) == 0
	})
	if left, _ := filepath.Glob(filepath.Join(folder, "*.age")); len(left) > 0 {
		t.Errorf("left: %q", left)
	}
}
