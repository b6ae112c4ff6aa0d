package recoverypage

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
)

// Every test vector that has a key by itself, through the page: what it says is the sentence for
// the layer that the vector names, or the vault. Each layer has a sentence of its own kind.
func TestVectorsOnThePage(t *testing.T) {
	sentences := refusals(t)
	b := openPage(t, build(t))
	seen := map[string]bool{}
	for seed, vectors := range bySeed(t) {
		b.typeKit(kitText(t, secret.Copy([]byte(seed))))
		cards := b.open(slices.Sorted(maps.Keys(vectors))...)
		if len(cards) != len(vectors) {
			t.Errorf("%d cards for %d files", len(cards), len(vectors))
		}
		for path, expect := range vectors {
			seen[expect] = true
			want := sentences[expect]
			if expect == "success" {
				want = "File\n\t\n" + filepath.Base(path)
			}
			if !slices.ContainsFunc(cards, func(c string) bool { return isOf(c, filepath.Base(path), want) }) {
				t.Errorf("%s (%s): no card says so", filepath.Base(path), expect)
			}
		}
	}
	for layer := range sentences {
		if !seen[layer] {
			t.Errorf("no vector for %q", layer)
		}
	}
}

// isOf tells whether a card is about that file and says that sentence; an opened one says none.
func isOf(card, name, sentence string) bool {
	title, rest, _ := strings.Cut(card, "\n")
	if strings.HasPrefix(sentence, "File") {
		return title != name && slices.Contains(strings.Fields(rest), name)
	}
	return title == name && strings.Contains(rest, sentence)
}

// bySeed is what vectors expect, by seed and path of a file without the vector's header. Those
// with a phrase beside the seed ask for more than the page does.
func bySeed(t *testing.T) map[string]map[string]string {
	t.Helper()
	all, dir, n := map[string]map[string]string{}, t.TempDir(), 0
	paths, err := filepath.Glob("../../envelope/testdata/vectors/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		head, file, _ := bytes.Cut(data, []byte("\n\n"))
		v := map[string]string{}
		for line := range strings.Lines(string(head)) {
			key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
			v[key] = value
		}
		seed, err := hex.DecodeString(v["seed"])
		if err != nil || len(seed) != 32 || v["phrase"] != "" {
			continue
		}
		if all[string(seed)] == nil {
			all[string(seed)] = map[string]string{}
		}
		all[string(seed)][write(t, dir, filepath.Base(path), file)] = v["expect"]
		n++
	}
	if n < 250 {
		t.Errorf("%d vectors", n)
	}
	for _, vectors := range all { // none that is committed is as large
		vectors[write(t, dir, "too_large", make([]byte, 8<<20+1))] = "too large"
		break
	}
	return all
}

// refusals is the page's table of sentences.
func refusals(t *testing.T) (all map[string]string) {
	t.Helper()
	node, _ := peer.Node(t)
	path, err := filepath.Abs("../../docs/reader/words.mjs")
	if err != nil {
		t.Fatal(err)
	}
	script := `import { refusal, refusalLayers } from "file://` + path + `"; console.log(JSON.stringify(Object.fromEntries(refusalLayers.map(l => [l, refusal(l)]))))`
	out, err := exec.Command(node, "--input-type=module", "-e", script).Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	return all
}
