package envelope_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/peer"
)

// The age of npm opens our files, and we open what it seals: but never to a mixture of
// recipients, which it does not refuse to write.
func TestAgeEncryptionOfNPM(t *testing.T) {
	v := newVault(t)
	sealed := v.sealWallet(t, v.wallet())
	identity, err := envelope.IdentityText(v.vaultKey)
	if err != nil {
		t.Fatal(err)
	}
	input, err := json.Marshal(map[string]any{"identity": string(identity.Reveal()), "sealed": sealed, "stanza": v.stanza.Body()})
	if err != nil {
		t.Fatal(err)
	}
	cmd := inNode(t, "testdata/typage.mjs")
	cmd.Stdin = bytes.NewReader(input)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var got struct{ Inside, Again, Mixture, First []byte }
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Inside) != 32<<10 || !bytes.Contains(got.Inside, v.wallet().Phrase.Reveal()) {
		t.Errorf("it found %d bytes inside, without the phrase", len(got.Inside))
	}
	if o, err := envelope.Open(got.Again, v.vaultKey); err != nil || !o.Wallet.Phrase.Equal(v.wallet().Phrase) {
		t.Errorf("sealed by it: %v", err)
	}
	for _, mixture := range [][]byte{got.Mixture, got.First} {
		if _, err := envelope.Open(mixture, v.vaultKey); !isLayer(err, envelope.LayerHeader) {
			t.Errorf("a mixture of recipients: %v", err)
		}
	}
}

// inNode is a command that runs the first script in Node, in a folder that holds copies of all
// scripts and the npm packages.
func inNode(t *testing.T, scripts ...string) *exec.Cmd {
	t.Helper()
	node, npm := peer.Node(t)
	dir := t.TempDir()
	for _, path := range scripts {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, filepath.Base(path)), b)
	}
	if err := os.Symlink(filepath.Join(npm, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(node, filepath.Join(dir, filepath.Base(scripts[0])))
	cmd.Stderr = os.Stderr
	return cmd
}
