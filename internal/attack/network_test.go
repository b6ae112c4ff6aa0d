package attack

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
)

// TestNetwork: somebody between the person and the realms ends the TLS with certificates of
// their own. They get not one request, so no token either. Answering with a redirect, or
// having a stanza without TLS, gets them nothing.
func TestNetwork(t *testing.T) {
	v := newVictim(t)
	var got atomic.Int64
	between := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) }))
	between.Config.ErrorLog = log.New(io.Discard, "", 0)
	between.StartTLS()
	defer between.Close()
	client := v.guessClient(t)
	for i := range client.Configuration.Realms { // for which they have made themselves a certificate
		client.Configuration.Realms[i].Address = fmt.Sprintf("https://realm%d.example.com/", i)
	}
	client.HTTP = &http.Client{Transport: &http.Transport{
		DialContext:     func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, between) },
		TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}, // of the world's authorities, theirs is none
	}}
	_, err := client.Recover(t.Context(), pin(), nil)
	if !errors.Is(err, juicebox.ErrUnreachable) || got.Load() != 0 {
		t.Errorf("%d requests reached whoever was between: %v", got.Load(), err)
	}
	var unknown x509.UnknownAuthorityError
	if !errors.As(err, &unknown) {
		t.Errorf("it failed for another reason: nothing was attacked: %v", err)
	}

	v.web.hosts = map[string]http.Handler{"elsewhere.example": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { got.Add(1) })}
	for i := range 3 {
		v.web.hosts[host(i)] = http.RedirectHandler("https://elsewhere.example/req", http.StatusTemporaryRedirect)
	}
	if _, err := cloudseed.Restore(t.Context(), v.config(), v.found(t), pin()); !errors.Is(err, cloudseed.ErrRealms) || got.Load() != 0 {
		t.Errorf("%d requests followed a redirect: %v", got.Load(), err)
	}

	plain := v.guessClient(t)
	plain.Configuration.Realms[0].Address = "http://" + host(0) + "/"
	if _, err := plain.Recover(t.Context(), pin(), nil); !errors.Is(err, juicebox.ErrConfiguration) {
		t.Errorf("without TLS: %v", err)
	}
}

func dial(ctx context.Context, s *httptest.Server) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", s.Listener.Addr().String())
}

// TestWireHoldsNoSecret: whoever ends the TLS of every realm, rightly, sees a restore with a
// wrong PIN and one with the right. In nothing that is sent either way is there a PIN, a
// phrase or a key; in particular no address and no header has one.
func TestWireHoldsNoSecret(t *testing.T) {
	v := newVictim(t)
	key := v.vaultKey(t)
	v.look.Secret("the vault key", key.Reveal())
	messages, tokens := 0, []string(nil)
	v.web.tap = func(host string, q *http.Request, body []byte, answer *httptest.ResponseRecorder) {
		messages++
		tokens = append(tokens, strings.TrimPrefix(q.Header.Get("Authorization"), "Bearer "))
		v.look.Bytes(t, "a request's address", []byte(q.URL.String()))
		for name, values := range q.Header {
			v.look.Bytes(t, "the header "+name, []byte(strings.Join(values, " ")))
		}
		v.look.Bytes(t, "a request", body)
		v.look.Bytes(t, "an answer", answer.Body.Bytes())
		if strings.Contains(string(body)+answer.Body.String()+q.URL.String(), tokens[len(tokens)-1]) {
			t.Error("a token stands outside its header")
		}
	}
	v.opens(t)
	if messages < 9 {
		t.Errorf("%d messages: nothing was looked at", messages)
	}
}
