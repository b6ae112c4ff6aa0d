package realm_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// FuzzHandler sends any bytes with any headers. The handler never panics, never says that
// it failed, reads no more than a message, and answers with a status that docs/realm-api.md
// lists. In token and body OWNER and GUESS stand for good tokens.
func FuzzHandler(f *testing.F) {
	tokens := make(map[string]string)
	for name, sign := range map[string]func() (string, error){"OWNER": ownerToken, "GUESS": guessToken} {
		text, err := sign()
		if err != nil {
			f.Fatal(err)
		}
		tokens[name] = text
	}
	requests := []juicebox.Request{juicebox.Register1{}, realmtest.Registration(5), juicebox.Recover1{},
		juicebox.Recover2{OPRFBlindedInput: realmtest.BlindedGuess()}, juicebox.Recover3{}, juicebox.Delete{}}
	for _, request := range requests {
		f.Add("POST", "/req", "0.3.7", "Bearer OWNER", "192.0.2.1", juicebox.EncodeRequest(request))
		f.Add("POST", "/req", "0.3.7", "Bearer GUESS", "", juicebox.EncodeRequest(request))
	}
	f.Add("GET", "/view", "", "Bearer OWNER", "", []byte(nil))
	f.Add("POST", "/tenant_log", "0.3.7", "Bearer OWNER", "", []byte(`{"page_size":1}`))
	f.Add("OPTIONS", "/req", "1.0.0-rc.1", "bearer a.b.c", "x, y", []byte("\xa1"))
	f.Add("GET", "/", "", "", "[::1]:1,2", bytes.Repeat([]byte("x"), juicebox.MaxMessage+1))

	handler, err := realm.New(realm.Config{ID: realmID, Store: &realm.Memory{}, Rules: realm.DefaultRules, TenantLog: true})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, method, path, version, authorization, forwarded string, body []byte) {
		for name, text := range tokens {
			authorization = strings.ReplaceAll(authorization, name, text)
		}
		read := &counted{Reader: bytes.NewReader(body)}
		q, err := http.NewRequest(method, "http://realm/"+strings.TrimPrefix(path, "/"), read)
		if err != nil {
			t.Skip("not a request that net/http passes on")
		}
		q.RemoteAddr = "127.0.0.1:1"
		q.Header.Set("X-Juicebox-Version", version)
		q.Header.Set("Authorization", authorization)
		q.Header.Set("X-Forwarded-For", forwarded)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, q)
		switch w.Code {
		case 200, 204, 301, 307, 400, 401, 404, 405, 413, 426, 429:
		default:
			t.Errorf("status %d: %s", w.Code, w.Body)
		}
		if read.n > maxRead || w.Body.Len() > maxRead {
			t.Errorf("%d bytes were read, %d answered", read.n, w.Body.Len())
		}
	})
}

// maxRead is the largest body of all requests, and one byte to see that there is more.
const maxRead = 32<<10 + 1

type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += n
	return n, err
}
