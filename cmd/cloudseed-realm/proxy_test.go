package main

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

// Plain HTTP beyond this computer is answered to the named proxies only, whatever a client
// says of itself.
func TestOnlyProxies(t *testing.T) {
	handler := onlyProxies([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/24"), netip.MustParsePrefix("2001:db8::/64")},
		http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	for remote, want := range map[string]int{
		"10.0.0.7:1": 200, "[::ffff:10.0.0.7]:1": 200, "[2001:db8::5]:1": 200, "127.0.0.1:1": 200, "[::1]:1": 200,
		"10.0.1.7:1": 403, "192.0.2.1:1": 403, "[2001:db8:1::5]:1": 403, "": 403, "unix": 403,
	} {
		q := httptest.NewRequest("GET", "/", nil)
		q.RemoteAddr = remote
		q.Header.Set("X-Forwarded-For", "10.0.0.7")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, q)
		if w.Code != want {
			t.Errorf("from %q: %d, want %d", remote, w.Code, want)
		}
	}
}
