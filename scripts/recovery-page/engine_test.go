package recoverypage

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/folder"
)

// What the program itself backs up, with a kit, opens from the files in the place and from what
// stands on the paper; attached files that came later, too.
func TestOpensWhatTheProgramMade(t *testing.T) {
	dir := t.TempDir()
	place, err := folder.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	words, err := phrase.Parse([]byte(abandon))
	if err != nil {
		t.Fatal(err)
	}
	c := cloudseed.Config{Places: []cloudseed.Place{{Name: "folder", URL: "folder:" + dir, Store: place}}, Kit: cloudseed.NewKit(), DeviceName: "laptop"}
	c.Realms, c.HTTP = embedded(t)
	wallet := &cloudseed.Wallet{Name: "Everyday", Phrase: words}
	device, err := cloudseed.Create(t.Context(), c, wallet, secret.Copy([]byte("271828")), cloudseed.File{Name: "labels.jsonl", Data: []byte("one")})
	if err != nil {
		t.Fatal(err)
	}
	if err := cloudseed.Update(t.Context(), c, device, cloudseed.File{Name: "labels.jsonl", Data: []byte("one, two")}); err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(dir, "*.age"))
	if err != nil || len(paths) < 2 {
		t.Fatalf("files in the place: %q, %v", paths, err)
	}
	var paper []string
	for _, block := range c.Kit.Blocks() {
		paper = append(paper, string(block.Reveal()))
	}
	b := openPage(t, build(t))
	b.typeKit(strings.Join(paper, " "))
	cards := b.open(paths...)
	if len(cards) != len(paths) {
		t.Errorf("%d cards for %d files", len(cards), len(paths))
	}
	fingerprint, err := wallet.Fingerprint()
	if err != nil {
		t.Fatal(err)
	}
	expectIn(t, cards[0], "Everyday", fingerprint, "The words give this fingerprint", "laptop")
	expectIn(t, cards[1], "Attached files", "Save labels.jsonl (8\u00a0bytes)")
	if all := strings.Join(cards, "\n"); strings.Contains(all, "could not see") || strings.Contains(all, "does not open") {
		t.Errorf("cards:\n%s", all)
	}
}

// embedded is a single realm in this process.
func embedded(t *testing.T) (juicebox.Configuration, *http.Client) {
	t.Helper()
	id := juicebox.RealmID(secret.Random(16).Reveal())
	r, err := realm.New(realm.Config{ID: id, Store: new(realm.Memory)})
	if err != nil {
		t.Fatal(err)
	}
	transport := new(http.Transport)
	transport.RegisterProtocol(juicebox.Embedded, realm.InProcess(map[juicebox.RealmID]http.Handler{id: r}))
	return juicebox.Configuration{
		Realms:            []juicebox.Realm{{ID: id, Address: "embedded://" + id.String() + "/"}},
		RegisterThreshold: 1, RecoverThreshold: 1, PINHashingMode: juicebox.Standard2019,
	}, &http.Client{Transport: transport}
}
