package envelope_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/secret"
)

// The promise to somebody who has never heard of this program: the published age command
// and tar open a backup, in an empty directory, given its key.
func TestAgeCommandOpensBothParts(t *testing.T) {
	ageCommand := buildAge(t)
	v := newVault(t)
	kit := secret.Random(32)
	channel := []byte{0, 1, 2, 0xff, '\n'}

	for _, c := range []struct {
		name   string
		sealed []byte
		key    secret.Text
		file   string
		want   []byte
	}{
		{"wallet part, vault key", v.sealWallet(t, v.wallet()), v.vaultKey, "wallet.json", v.wallet().Phrase.Reveal()},
		{"wallet part, kit", v.sealWallet(t, v.wallet(), recipient(t, kit)), kit, "wallet.json", v.wallet().Phrase.Reveal()},
		{"files part, files key from the phrase", v.sealFiles(t, envelope.File{Name: "channel.backup", Data: channel}), v.filesKey(), "files/channel.backup", channel},
		{"files part, a name that is not ASCII", v.sealFiles(t, envelope.File{Name: "Märkchen.jsonl", Data: channel}), v.filesKey(), "files/Märkchen.jsonl", channel},
	} {
		dir := t.TempDir()
		write(t, filepath.Join(dir, "backup.age"), c.sealed)
		text, err := envelope.IdentityText(c.key)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, "key.txt"), text.Reveal())
		out := filepath.Join(dir, "out")
		os.Mkdir(out, 0o700)
		cmd := exec.Command("sh", "-c", `"$AGE" -d -i ../key.txt ../backup.age | tar x`)
		cmd.Dir, cmd.Env = out, append(os.Environ(), "AGE="+ageCommand)
		if text, err := cmd.CombinedOutput(); err != nil || len(text) > 0 {
			t.Fatalf("%s: %v\n%s", c.name, err, text)
		}
		got, err := os.ReadFile(filepath.Join(out, c.file))
		if err != nil || !bytes.Contains(got, c.want) {
			t.Errorf("%s: %s does not hold what was sealed (%v)", c.name, c.file, err)
		}
		readme, err := os.ReadFile(filepath.Join(out, "README.txt"))
		if err != nil || !strings.Contains(string(readme), "Cloudseed backup") {
			t.Errorf("%s: no README.txt (%v)", c.name, err)
		}
	}
}

// buildAge builds the age command from the module that go.mod names.
func buildAge(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "age")
	if out, err := exec.Command("go", "build", "-o", path, "filippo.io/age/cmd/age").CombinedOutput(); err != nil {
		t.Fatalf("building age: %v\n%s", err, out)
	}
	return path
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The age command and tar open every vector that a reader must open.
func TestAgeCommandOpensVectors(t *testing.T) {
	ageCommand := buildAge(t)
	opened := 0
	for _, v := range readVectors(t, "testdata/vectors") {
		if v.head["expect"] != "success" {
			continue
		}
		key, err := v.key()
		if err != nil {
			t.Fatal(err)
		}
		text, err := envelope.IdentityText(key)
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		write(t, filepath.Join(dir, "key.txt"), text.Reveal())
		cmd := exec.Command("sh", "-c", `"$AGE" -d -i key.txt | tar xO manifest.json`)
		cmd.Dir, cmd.Env, cmd.Stdin = dir, append(os.Environ(), "AGE="+ageCommand), bytes.NewReader(v.file)
		manifest, err := cmd.Output()
		if got := envelope.Sum(manifest); err != nil || got != v.head["manifest"] {
			t.Errorf("%s: manifest %s (%v)", v.name, got, err)
		}
		opened++
	}
	if opened < 10 {
		t.Errorf("%d vectors to open", opened)
	}
}
