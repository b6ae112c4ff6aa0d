package envelope_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

//go:generate go run ./internal/genvectors -o testdata/vectors -overwrite
//go:generate go run ./internal/genvectors -receipts -o testdata/receipts -overwrite

// verdict is where the mutation run wants to read what came out, one line a vector.
var verdict = flag.String("verdict", "", "write each vector that is not read as it should be to this `file`")

// A vector is a text header, an empty line, and a backup file. docs/format.md describes it.
type vector struct {
	name string
	head map[string]string
	file []byte
}

// A reading is what a reader made of a vector's file.
type reading struct {
	Expect   string `json:"expect"` // "success", a kind of refusal, or a layer
	Vault    string `json:"vault,omitempty"`
	Stanza   string `json:"stanza,omitempty"`
	Manifest string `json:"manifest,omitempty"` // not of the Go reader, whose manifests have one form
	Part     string `json:"part,omitempty"`
	Holds    string `json:"holds,omitempty"` // a wallet part's phrase
}

func TestVectors(t *testing.T) {
	vectors := readVectors(t, "testdata/vectors")
	failures := 0
	for _, v := range vectors {
		if v.head["expect"] != "success" {
			failures++
		}
		checkVector(t, v)
	}
	if failures < 100 {
		t.Errorf("%d vectors of failures, want 100 or more", failures)
	}
}

func checkVector(t *testing.T, v vector) {
	t.Helper()
	before := allocated()
	got, err := readHere(v)
	if n := allocated() - before; n > 4*envelope.MaxSize {
		t.Errorf("%s: %d bytes were allocated, more than four times the largest file", v.name, n)
	}
	if want := v.want(); got != want {
		t.Errorf("%s (%s):\ngot  %+v (%v)\nwant %+v", v.name, v.head["comment"], got, err, want)
		if *verdict != "" {
			note(t, *verdict, v.name)
		}
	}
}

// allocated is all that was ever allocated: more than what is in use at any time.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func note(t *testing.T, path, line string) {
	f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fmt.Fprintln(f, line)
}

// want is what the vector's header says; the manifest's hash is compared by readHere.
func (v vector) want() reading {
	return reading{Expect: v.head["expect"], Vault: v.head["vault"], Stanza: v.head["stanza"], Part: v.head["part"], Holds: v.head["holds"]}
}

// readHere reads with package envelope: as a restore does, from the file and a key or the
// phrase up to the check that the phrase belongs to the root key.
func readHere(v vector) (got reading, err error) {
	defer func() {
		if p := recover(); p != nil {
			got, err = reading{Expect: "panic"}, fmt.Errorf("%v", p)
		}
	}()
	o, err := open(v)
	if err != nil {
		return reading{Expect: kind(err)}, err
	}
	got = reading{Expect: "success", Vault: o.Stanza.Vault().String(), Stanza: envelope.Hash(o.Stanza.Hash()).String(), Part: string(o.Manifest.Part)}
	if o.Wallet != nil {
		got.Holds = string(o.Wallet.Phrase.Reveal())
	}
	return got, nil
}

func open(v vector) (*envelope.Opened, error) {
	_, unseen := envelope.Inspect(v.file)
	key, err := v.key()
	if err != nil {
		return nil, err
	}
	entropy, err := entropyOf(v.head["phrase"], string(phrase.English))
	if err != nil {
		return nil, err
	}
	o, err := envelope.Open(v.file, key)
	if unseen != nil && (err == nil || kind(err) != kind(unseen)) {
		return nil, fmt.Errorf("Inspect says: %v; Open says: %v", unseen, err)
	}
	if err != nil {
		return nil, err
	}
	if o.Wallet != nil {
		if entropy, err = entropyOf(string(o.Wallet.Phrase.Reveal()), o.Wallet.Language); err != nil {
			return nil, &envelope.DamageError{Layer: envelope.LayerWallet, Err: err}
		}
	}
	if entropy.Len() == 0 {
		return o, nil
	}
	return o, o.CheckRoot(entropy)
}

// key is the seed that the vector's header names, or the files key of its phrase.
func (v vector) key() (secret.Text, error) {
	if seed, err := hex.DecodeString(v.head["seed"]); err != nil || len(seed) > 0 {
		return secret.New(seed), err
	}
	entropy, err := entropyOf(v.head["phrase"], string(phrase.English))
	if err != nil {
		return secret.Text{}, err
	}
	s, err := envelope.Inspect(v.file)
	if err != nil {
		return secret.Text{}, err
	}
	return envelope.FilesKey(entropy, s.Salt), nil
}

func entropyOf(words, language string) (secret.Text, error) {
	if words == "" {
		return secret.Text{}, nil
	}
	p, err := phrase.ParseIn([]byte(words), phrase.Language(language))
	if err != nil {
		return secret.Text{}, err
	}
	return p.Entropy(), nil
}

// kind is the word by which vectors name a refusal: the layer, or what the file is.
func kind(err error) string {
	var d *envelope.DamageError
	if errors.As(err, &d) {
		return string(d.Layer)
	}
	for word, kind := range map[string]error{
		"not a backup": envelope.ErrNotBackup, "newer version": envelope.ErrNewerFormat,
		"wrong key": envelope.ErrWrongKey, "too large": envelope.ErrTooLarge,
	} {
		if errors.Is(err, kind) {
			return word
		}
	}
	return err.Error()
}

func readVectors(t testing.TB, dir string) (all []vector) {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no vectors in %s: %v", dir, err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, file, ok := bytes.Cut(b, []byte("\n\n"))
		if !ok {
			t.Fatalf("%s has no empty line", path)
		}
		v := vector{filepath.Base(path), map[string]string{}, file}
		for line := range strings.SplitSeq(string(head), "\n") {
			key, value, _ := strings.Cut(line, ": ")
			v.head[key] = value
		}
		all = append(all, v)
	}
	return all
}

// TestLargeVectors is TestVectors for those that are too large to commit.
func TestLargeVectors(t *testing.T) {
	for _, v := range readVectors(t, largeVectors(t)) {
		checkVector(t, v)
	}
}

func largeVectors(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if out, err := exec.Command("go", "run", "./internal/genvectors", "-large", "-o", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// TestJavaScriptReaderAgrees runs docs/reader, which follows docs/format.md and shares no code
// with this package, over every vector.
func TestJavaScriptReaderAgrees(t *testing.T) {
	for _, folder := range []string{"testdata/vectors", largeVectors(t)} {
		compareReaders(t, readVectors(t, folder), readInNode(t, folder))
	}
}

func readInNode(t *testing.T, folder string) (there map[string]reading) {
	t.Helper()
	abs, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	cmd := inNode(t, "../docs/reader/vectors.mjs", "../docs/reader/reader.mjs", "../docs/reader/age.mjs", "../docs/reader/formats.mjs")
	cmd.Args = append(cmd.Args, abs)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &there); err != nil {
		t.Fatal(err)
	}
	return there
}

func compareReaders(t *testing.T, vectors []vector, there map[string]reading) {
	t.Helper()
	if len(there) != len(vectors) {
		t.Errorf("the JavaScript reader read %d vectors of %d", len(there), len(vectors))
	}
	for _, v := range vectors {
		got := there[v.name]
		if got.Manifest != v.head["manifest"] {
			t.Errorf("%s: manifest %s", v.name, got.Manifest)
		}
		got.Manifest = ""
		here, _ := readHere(v)
		if got != here || got != v.want() {
			t.Errorf("%s: JavaScript %+v\n Go %+v\n want %+v", v.name, got, here, v.want())
		}
	}
}
