package realm

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/golang-jwt/jwt/v5"
)

// A key that is taken away is refused at once, also for a token that was accepted before.
func TestSetTenants(t *testing.T) {
	first, err := ParseTenants([]byte(`{"acme": {"1": "an acme-tenant-key"}}`))
	if err != nil {
		t.Fatal(err)
	}
	second, err := ParseTenants([]byte(`{"acme": {"2": "another key"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, err := New(Config{ID: thisRealm, Store: &Memory{}, Tenants: first})
	if err != nil {
		t.Fatal(err)
	}
	claims := with(with(good("acme", "alice"), "nbf", time.Now().Unix()), "exp", time.Now().Unix()+600)
	old := sign(t, jwt.SigningMethodHS256, "acme:1", claims, hmacSecret)
	fresh := sign(t, jwt.SigningMethodHS256, "acme:2", claims, []byte("another key"))
	ask := func(token string) int {
		q := httptest.NewRequest("POST", "/req", strings.NewReader(string(juicebox.EncodeRequest(juicebox.Recover1{}))))
		q.Header.Set("Authorization", "Bearer "+token)
		q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
		w := httptest.NewRecorder()
		r.ServeHTTP(w, q)
		return w.Code
	}
	if ask(old) != 200 || ask(fresh) != 401 {
		t.Error("before the change")
	}
	r.SetTenants(second)
	if ask(old) != 401 || ask(fresh) != 200 {
		t.Error("after the change")
	}
	r.SetTenants(nil)
	if ask(fresh) != 401 {
		t.Error("after the last vendor went")
	}
}
