package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/cloudseed/cloudseed/internal/peer"
	"github.com/cloudseed/cloudseed/juicebox"
)

// page loads the published client as a bundler would, and gives window.act what a test orders.
const page = `<!doctype html><title>published client</title><script type="module">
import * as sdk from "/juicebox-sdk/juicebox-sdk_bg.js";
const imports = { "./juicebox-sdk_bg.js": sdk };
const { instance } = await WebAssembly.instantiateStreaming(fetch("/juicebox-sdk/juicebox-sdk_bg.wasm"), imports);
sdk.__wbg_set_wasm(instance.exports);
const bytes = (text) => new TextEncoder().encode(text);
window.act = async ({ action, configuration, tokens, pin }) => {
  window.JuiceboxGetAuthToken = async (id) => tokens[Array.from(id, (b) => b.toString(16).padStart(2, "0")).join("")];
  const client = new sdk.Client(new sdk.Configuration(configuration), []);
  try {
    if (action === "register") await client.register(bytes(pin), bytes("kept"), bytes("info"), 5);
    if (action === "delete") await client.delete();
    return action === "recover" ? new TextDecoder().decode(await client.recover(bytes(pin), bytes("info"))) : "ok";
  } catch (e) {
    return "failed: " + (typeof e === "number" ? e : e.reason + " " + e.guesses_remaining);
  }
};
document.title = "ready";
</script>`

// A gate stands in front of a server, counts the questions that a browser asks before it
// asks a server of another origin (CORS preflight), and can take the permission away.
type gate struct {
	*httptest.Server
	asked  atomic.Int64
	closed atomic.Bool
}

func newGate(t *testing.T, d *daemon) *gate {
	t.Helper()
	to, err := url.Parse(d.url)
	if err != nil {
		t.Fatal(err)
	}
	g := new(gate)
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(to) },
		ModifyResponse: func(r *http.Response) error {
			if g.closed.Load() {
				r.Header.Del("Access-Control-Allow-Headers")
			}
			return nil
		},
	}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if q.Method == http.MethodOptions {
			g.asked.Add(1)
		}
		proxy.ServeHTTP(w, q)
	}))
	t.Cleanup(g.Close)
	return g
}

// The published client in Chromium, from a page of another origin than the servers': it has
// to be allowed by them, for each address.
func TestPublishedClientInBrowser(t *testing.T) {
	ctx := openPage(t)
	servers := startThree(t)
	c := servers.configuration(juicebox.FastInsecure)
	var gates [3]*gate
	for i, d := range servers {
		gates[i] = newGate(t, d)
		c.Realms[i].Address = gates[i].URL
	}
	do := func(what, action, pin, want string) {
		t.Helper()
		o, err := json.Marshal(map[string]any{"action": action, "configuration": c, "tokens": servers.tokens(t), "pin": pin})
		if err != nil {
			t.Fatal(err)
		}
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf("act(%s)", o), chromedp.EvalAwaitPromise))
		if err != nil || got != want {
			t.Errorf("%s: got %q, %v; want %q", what, got, err, want)
		}
	}
	gates[0].closed.Store(true)
	do("one server does not allow it", "register", "1234", "failed: 4")
	gates[0].closed.Store(false)
	do("register", "register", "1234", "ok")
	do("recover", "recover", "1234", "kept")
	do("wrong PIN", "recover", "9999", "failed: 0 4")
	do("delete", "delete", "", "ok")
	do("gone", "recover", "1234", fmt.Sprintf("failed: %d undefined", sdkNotRegistered))
	for i, g := range gates {
		if g.asked.Load() == 0 {
			t.Errorf("server %d was not asked by the browser first", i)
		}
	}
}

// openPage opens the page, served from an origin of its own, in Chromium.
func openPage(t *testing.T) context.Context {
	t.Helper()
	_, npm := peer.Node(t)
	chromium := peer.Command(t, "chromium")
	mux := http.NewServeMux()
	mux.Handle("/juicebox-sdk/", http.FileServer(http.Dir(filepath.Join(npm, "node_modules"))))
	mux.HandleFunc("/{$}", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, page) })
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.NoSandbox,
		chromedp.UserDataDir(t.TempDir()), chromedp.WSURLReadTimeout(time.Minute))
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopTab := chromedp.NewContext(ctx)
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	t.Cleanup(func() { cancel(); stopTab(); stop() })
	if err := chromedp.Do(ctx, chromedp.Navigate(server.URL)); err != nil {
		t.Fatal(err)
	}
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool](`document.title === "ready"`)); err != nil {
		t.Fatal(err)
	}
	return ctx
}
