package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/realmtest"
	"github.com/cloudseed/cloudseed/secret"
)

const operatingPage = "../../docs/operating.md"

// pageBlocks are the page's fenced blocks of one language.
func pageBlocks(t *testing.T, language string) (blocks []string) {
	t.Helper()
	page, err := os.ReadFile(operatingPage)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllSubmatch(page, -1) {
		blocks = append(blocks, string(m[1]))
	}
	return blocks
}

// A machine is where the page's commands run: what it names there is somewhere else here.
type machine struct {
	data, listen, metrics string
	log                   string // what its commands have printed
}

func (m *machine) here(command string) []string {
	command = strings.NewReplacer(
		"/var/lib/cloudseed-realm", m.data,
		"--listen :443 --acme-domain pin1.example.org", "--listen "+m.listen,
		"127.0.0.1:9580", m.metrics,
	).Replace(strings.TrimSpace(command))
	return strings.Fields(command)
}

// TestOperatingPage follows docs/operating.md from three bare machines to a configuration.
// The machines are directories; plain HTTP on loopback stands for the certificates of Let's
// Encrypt, which TestACME gets.
func TestOperatingPage(t *testing.T) {
	configuration := pageBlocks(t, "json")[0]
	for i := 1; i <= 3; i++ {
		m := &machine{data: filepath.Join(t.TempDir(), "realm"), listen: freeAddress(t), metrics: freeAddress(t)}
		for _, block := range pageBlocks(t, "console") {
			m.run(t, strings.TrimPrefix(strings.TrimSpace(block), "$ "))
		}
		id := regexp.MustCompile(`"id":"([0-9a-f]{32})"`).FindStringSubmatch(m.log)
		if id == nil || !strings.Contains(m.log, "ready") {
			t.Fatalf("machine %d printed\n%s", i, m.log)
		}
		configuration = strings.ReplaceAll(configuration, fmt.Sprintf("ID-OF-PIN%d", i), id[1])
		configuration = strings.ReplaceAll(configuration, fmt.Sprintf("https://pin%d.example.org/", i), "http://"+m.listen+"/")
	}
	configuration = strings.ReplaceAll(configuration, "Standard2019", "FastInsecure")
	registerAndRecover(t, configuration)
}

// run runs one command to its end, or in the background if it serves.
func (m *machine) run(t *testing.T, command string) {
	t.Helper()
	args := m.here(command)
	cmd := exec.Command(args[0], args[1:]...)
	if args[1] != "serve" {
		out, err := cmd.CombinedOutput()
		if m.log += string(out); err != nil {
			t.Fatalf("%s: %v\n%s", command, err, out)
		}
		return
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for range 100 {
		if answer, err := http.Get("http://" + m.listen + "/readyz"); err == nil {
			answer.Body.Close()
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("%s does not answer", command)
}

func registerAndRecover(t *testing.T, configuration string) {
	t.Helper()
	var c juicebox.Configuration
	if err := json.Unmarshal([]byte(configuration), &c); err != nil {
		t.Fatalf("%v\n%s", err, configuration)
	}
	client := &juicebox.Client{Configuration: c, AllowFastInsecure: true, Token: ownerToken}
	pin, want := secret.Copy([]byte("482915")), secret.Copy([]byte("what is behind the PIN"))
	if err := client.Register(t.Context(), pin, want, nil, 3); err != nil {
		t.Fatal(err)
	}
	if got, err := client.Recover(t.Context(), pin, nil); err != nil || !got.Secret.Equal(want) {
		t.Errorf("recover: %v", err)
	}
}

// TestVendorTokenOfThePage runs the page's program, with the page's tenants file.
func TestVendorTokenOfThePage(t *testing.T) {
	dir := t.TempDir()
	tenants := filepath.Join(dir, "tenants.json")
	put(t, tenants, []byte(pageBlocks(t, "json")[1]))
	put(t, filepath.Join(dir, "token.go"), []byte(pageBlocks(t, "go")[0]))
	d := newDaemon(t, juicebox.RealmID{0xab}, "--tenants", tenants)
	token := exec.Command("go", "run", filepath.Join(dir, "token.go"), d.id.String(), "alice")
	token.Env = append(os.Environ(), "KEY=a key of at least 32 random characters")
	out, err := token.Output()
	if err != nil {
		t.Fatal(err)
	}
	target := realmtest.Target{URL: d.url, Token: strings.TrimSpace(string(out)), HTTP: http.DefaultClient}
	answer, err := target.Ask(t.Context(), juicebox.Recover1{})
	if r, ok := answer.(juicebox.Recover1Response); err != nil || !ok || r.Status != juicebox.StatusNotRegistered {
		t.Errorf("answer %+v, %v", answer, err)
	}
}
