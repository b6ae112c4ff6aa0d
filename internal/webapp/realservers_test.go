package webapp

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
)

// hosts answers for servers of the network, by host name.
type hosts map[string]http.Handler

func (h hosts) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h[r.URL.Host].ServeHTTP(w, r)
	return w.Result(), nil
}

// TestRealServers backs up with PIN servers of three operators: protected, not trying
// out. A computer that does not know them names them before it asks for the PIN.
func TestRealServers(t *testing.T) {
	c := juicebox.Configuration{RegisterThreshold: 3, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019}
	network := hosts{}
	for _, host := range []string{"pin.example", "tries.example.org", "guard.example.net"} {
		id := juicebox.RealmID(secret.Random(16).Reveal())
		r, err := realm.New(realm.Config{ID: id, Store: new(realm.Memory)})
		if err != nil {
			t.Fatal(err)
		}
		network[host] = r
		c.Realms = append(c.Realms, juicebox.Realm{ID: id, Address: "https://" + host + "/"})
	}
	client := &http.Client{Transport: network}
	usb := t.TempDir()
	first := newClient(t, newApp(t, Config{Realms: c, HTTP: client}))
	first.post("wallet", "phrase", testPhrase)
	first.post("pin", "pin", testPIN)
	first.post("pin-again", "pin", testPIN)
	first.post("places", "kind", "folder", "address", usb)
	if next := first.work("begin"); next != "done" {
		t.Fatalf("the backup leads to %q:\n%s", next, first.get("error"))
	}
	for screen, want := range map[string]string{"done": "Your wallet is backed up", "home": "Protected", "who": "tries"} {
		if body := first.get(screen); !strings.Contains(body, want) || strings.Contains(body, "Trying out") {
			t.Errorf("%s does not say %q, or says that it is for trying out:\n%s", screen, want, body)
		}
	}

	trial, _ := embedded(t)
	second := newClient(t, newApp(t, Config{Realms: trial, HTTP: client}))
	second.post("restore", "kind", "folder", "address", usb)
	second.work("search")
	if next, _ := second.post("choose", "backup", "0"); next != "servers" {
		t.Fatalf("unknown PIN servers lead to %q", next)
	}
	if body := second.get("servers"); !strings.Contains(body, "https://tries.example.org/") {
		t.Errorf("they are not named:\n%s", body)
	}
	if next, _ := second.post("restore-pin", "pin", testPIN); next != "servers" {
		t.Errorf("a PIN is taken before they were confirmed: %q", next)
	}
	second.post("servers")
	if next := second.work("restore-pin", "pin", testPIN); next != "restored" {
		t.Errorf("the right PIN leads to %q:\n%s", next, second.get("error"))
	}
	if body := second.get("home"); !strings.Contains(body, "Protected") || strings.Contains(body, "Trying out") {
		t.Errorf("the restored backup has real servers, and home says:\n%s", body)
	}
}
