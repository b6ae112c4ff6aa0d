package s3

import (
	"errors"
	"net/http"
	"testing"

	"github.com/cloudseed/cloudseed/store"
)

// A service that refuses the key before it has read the file breaks the connection, and the
// refusal is not heard: versitygw does so for large files. Another request hears it.
func TestRefusalNotHeard(t *testing.T) {
	s, f := behind(t)
	f.set(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == "PUT" {
			hangUp(w)
		} else {
			answer(w, 403, "InvalidAccessKeyId", "")
		}
		return true
	})
	if err := s.Create(t.Context(), "b", make([]byte, 5e6)); !errors.Is(err, store.ErrSignedOut) {
		t.Errorf("got %v", err)
	}
}
