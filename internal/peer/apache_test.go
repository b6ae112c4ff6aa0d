package peer_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/internal/peer"
)

func TestApache(t *testing.T) {
	url, user, password := peer.Apache(t)
	for _, c := range []struct {
		password string
		status   int
	}{{"wrong", http.StatusUnauthorized}, {password, http.StatusCreated}} {
		req, _ := http.NewRequest("PUT", url+"file", strings.NewReader("x"))
		req.SetBasicAuth(user, c.password)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != c.status {
			t.Errorf("PUT with password %q: %s, want %d", c.password, resp.Status, c.status)
		}
	}
}
