package signin

import (
	"bufio"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
	"github.com/cloudseed/cloudseed/internal/fakecloud/oauth"
	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
)

// peerScript runs the npm package oauth2-mock-server, which checks PKCE. It repeats the
// scopes that were asked for in its answers, as the providers do; by itself it says "dummy".
const peerScript = `
import { OAuth2Server } from 'oauth2-mock-server';
const server = new OAuth2Server();
await server.issuer.keys.generate('RS256');
let scope;
server.service.on('beforeAuthorizeRedirect', (to, req) => { scope = req.query.scope; });
server.service.on('beforeResponse', (answer) => { answer.body.scope = scope; });
server.service.on('beforeTokenSigning', (token) => { token.payload.email = 'john@example.com'; });
await server.start(0, '127.0.0.1');
console.log('port ' + server.address().port);
process.stdin.resume();
process.stdin.on('end', () => process.exit());
`

// startPeer returns the address of a running oauth2-mock-server.
func startPeer(t *testing.T) *url.URL {
	t.Helper()
	node, dir := peer.Node(t)
	cmd := exec.Command(node, "--input-type=module", "-e", peerScript)
	cmd.Dir = dir
	stdin, err := cmd.StdinPipe() // its end is the server's end
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaints strings.Builder
	cmd.Stderr = &complaints
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); cmd.Wait() })
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if port, ok := strings.CutPrefix(lines.Text(), "port "); ok {
			return &url.URL{Scheme: "http", Host: "127.0.0.1:" + port}
		}
	}
	t.Fatalf("oauth2-mock-server did not start: %s", complaints.String())
	return nil
}

// behind puts the peer under the production addresses of a provider.
func behind(t *testing.T, p Provider, server *url.URL) *fakecloud.Cloud {
	t.Helper()
	cloud := fakecloud.Start(t)
	to := func(address, path string) {
		address = strings.Replace(strings.TrimPrefix(address, "https://"), "TENANT", "common", 1)
		cloud.Handle(address, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(server)
			r.Out.URL.Path = path
		}})
	}
	to(providers[p].auth, "/authorize")
	to(providers[p].token, "/token")
	to("https://oauth2.googleapis.com/revoke", "/revoke")
	identify := func(answer string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if jwt := strings.Split(r.Header.Get("Authorization"), "."); len(jwt) != 3 { // this peer's tokens are JWTs
				w.WriteHeader(http.StatusUnauthorized)
			}
			io.WriteString(w, answer)
		})
	}
	cloud.Handle("www.googleapis.com/", identify(`{"user":{"permissionId":"johndoe","emailAddress":"john@example.com"}}`))
	cloud.Handle("api.dropboxapi.com/2/", identify(`{"account_id":"johndoe","email":"john@example.com"}`))
	cloud.Handle("content.dropboxapi.com/", identify(`{}`))
	cloud.Handle("graph.microsoft.com/", identify(`{}`))
	return cloud
}

// A server that is not ours takes the code with our verifier, renews, and is told at the
// end. It refuses the code with another verifier.
func TestOAuth2MockServer(t *testing.T) {
	server := startPeer(t)
	for _, p := range Providers {
		cloud, keeper := behind(t, p, server), &memory{}
		a := &Accounts{Keeper: keeper, Clients: Clients{p: {ID: "wallet"}}, Transport: cloud.Transport()}
		if p == Google {
			a.Clients[p] = ClientID{ID: "wallet", Secret: secret.New([]byte("installed"))}
		}
		browser := cloud.Client()
		browse := func(address string) error {
			answer, err := browser.Get(address) // which leads back to us
			if err == nil {
				answer.Body.Close()
			}
			return err
		}
		account, err := a.SignIn(t.Context(), Request{Name: "place", Provider: p, Browse: browse})
		if err != nil || account.Masked != "j…n@example.com" || account.Subject != "johndoe" {
			t.Errorf("%s: %v, %v", p, account, err)
			continue
		}
		first := keeper.record()
		late := first
		late.Expiry = time.Now()
		keeper.put(late)
		fresh := &Accounts{Keeper: keeper, Transport: cloud.Transport()}
		if _, err := whoami(fresh.Client("place"), apis[p]); err != nil {
			t.Errorf("%s: %v", p, err)
		}
		if next := keeper.record(); next.Refresh == first.Refresh || time.Until(next.Expiry) < 30*time.Minute {
			t.Errorf("%s: not renewed", p)
		}
		if revoked, err := fresh.SignOut(t.Context(), "place"); err != nil || revoked != (p != Microsoft) {
			t.Errorf("%s: signed out: %v, %v", p, revoked, err)
		}
	}
}

// The same server without its verifier: a stolen code is worth nothing.
func TestOAuth2MockServerRefusesStolenCode(t *testing.T) {
	server := startPeer(t)
	cloud := behind(t, Google, server)
	// A thief in the browser sends the person to the server with a challenge of the thief's.
	steal := func(r *http.Request) (*http.Response, error) {
		if q := r.URL.Query(); q.Has("code_challenge") {
			q.Set("code_challenge", strings.Repeat("A", 43))
			r = r.Clone(r.Context())
			r.URL.RawQuery = q.Encode()
		}
		return cloud.Transport().RoundTrip(r)
	}
	thief := &http.Client{Transport: roundTripper(steal)}
	a := &Accounts{Keeper: &memory{}, Clients: Clients{Google: {ID: "wallet"}}, Transport: cloud.Transport()}
	_, err := a.SignIn(t.Context(), Request{Name: "place", Provider: Google, Browse: func(address string) error {
		answer, err := thief.Get(address)
		if err == nil {
			answer.Body.Close()
		}
		return err
	}})
	if !errors.Is(err, store.ErrRefused) {
		t.Errorf("got %v", err)
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Golden answers of the token endpoints, as the providers' documentation shows them; the
// tokens are shortened. Sources: docs/providers/signin.md.
func TestDocumentedAnswers(t *testing.T) {
	for p, answer := range map[Provider]string{
		Google:    `{"access_token":"1/fFAGRNJru1FTz70BzhT3Zg","expires_in":3920,"token_type":"Bearer","scope":"https://www.googleapis.com/auth/drive.file","refresh_token":"1//xEoDL4iW3cxlI7yDbSRFYNG01kVKM2C-259HOF2aQbI"}`,
		Dropbox:   `{"access_token":"sl.AbX9y6Fe3AuH5o66","expires_in":14400,"token_type":"bearer","scope":"account_info.read files.content.read files.content.write files.metadata.read","refresh_token":"nBiM85CZALsAAAAA","account_id":"dbid:AAH4f99T0taONIb","uid":"12345"}`,
		Microsoft: `{"access_token":"EwCQA8l6BAAU","token_type":"Bearer","expires_in":3599,"scope":"https://graph.microsoft.com/Files.ReadWrite.AppFolder openid email","refresh_token":"M.C105_BAY.0.U.-","id_token":"e30.eyJhdWQiOiJ3YWxsZXQiLCJzdWIiOiJpZCIsInByZWZlcnJlZF91c2VybmFtZSI6ImpvaG5AZXhhbXBsZS5jb20ifQ.c2ln"}`,
	} {
		w := newWorld(t, p)
		w.cloud.Fail(fakecloud.Fault{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/token") }, Status: 200, Body: answer})
		w.cloud.Fail(fakecloud.Fault{Path: "/drive/v3/about", Status: 200, Body: `{"user":{"emailAddress":"john@example.com","permissionId":"id"}}`})
		w.cloud.Fail(fakecloud.Fault{Path: "/2/users", Status: 200, Body: `{"account_id":"id","email":"john@example.com"}`})
		account, err := w.SignIn(t.Context(), Request{Name: "place", Provider: p, Browse: w.person(oauth.Choice{})})
		if err != nil || *account != (Account{p, "id", "j…n@example.com"}) {
			t.Errorf("%s: %+v, %v", p, account, err)
		}
		var said struct {
			Refresh string `json:"refresh_token"`
		}
		json.Unmarshal([]byte(answer), &said)
		if kept := w.keeper.record(); kept.Refresh != said.Refresh {
			t.Errorf("%s: kept %s", p, kept.Refresh)
		}
	}
}
