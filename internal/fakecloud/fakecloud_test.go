package fakecloud_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/internal/fakecloud"
)

// echo answers with what it was asked.
var echo = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	fmt.Fprintf(w, "%s https://%s%s %s", r.Method, r.Host, r.URL.Path, body)
})

func Example() {
	cloud, err := fakecloud.New("127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	defer cloud.Close()
	cloud.Handle("api.example.com/", echo)
	cloud.Fail(fakecloud.Fault{Path: "/files", Status: 503, Body: "busy"})

	for range 2 {
		resp, err := cloud.Client().Get("https://api.example.com/files/1")
		if err != nil {
			panic(err)
		}
		body, _ := io.ReadAll(resp.Body)
		fmt.Println(resp.StatusCode, string(body))
	}
	// Output:
	// 503 busy
	// 200 GET https://api.example.com/files/1
}

func start(t *testing.T) *fakecloud.Cloud {
	c := fakecloud.Start(t)
	c.Handle("api.example.com/", echo)
	return c
}

// ask returns an answer's status and body.
func ask(t *testing.T, client *http.Client, method, url, body string) (int, string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(got), err
}

func TestDispatch(t *testing.T) {
	c := start(t)
	c.Handle("api.example.com/special/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "special") }))
	c.Handle("content.example.com/", echo)
	client := c.Client()
	for url, want := range map[string]string{
		"https://api.example.com/a//b/../c":  "POST https://api.example.com/a//b/../c x",
		"https://api.example.com/special/1":  "special",
		"https://api.example.com/special":    "POST https://api.example.com/special x",
		"https://content.example.com/a%2Fb:": "POST https://content.example.com/a/b: x",
	} {
		if _, got, err := ask(t, client, "POST", url, "x"); got != want || err != nil {
			t.Errorf("%s: got %q, %v, want %q", url, got, err, want)
		}
	}
}

func TestNothingElseIsReached(t *testing.T) {
	c := start(t)
	for _, url := range []string{"https://other.example.com/", "http://api.example.com/", "https://sub.api.example.com/"} {
		if status, got, err := ask(t, c.Client(), "GET", url, ""); err == nil && status != http.StatusForbidden {
			t.Errorf("%s: %d %q", url, status, got)
		}
	}
	if got := len(c.Refused()); got != 3 {
		t.Errorf("refused: %q", c.Refused())
	}
	req, _ := http.NewRequest("GET", "https://api.example.com/", nil)
	req.Host = "other.example.com"
	resp, err := c.Client().Do(req)
	if err != nil || resp.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("another Host in the tunnel: %v, %v", resp, err)
	}
}

// Only who trusts the throw-away authority gets through.
func TestUnknownAuthority(t *testing.T) {
	c := start(t)
	transport := c.Transport()
	transport.TLSClientConfig.RootCAs = nil
	if _, _, err := ask(t, &http.Client{Transport: transport}, "GET", "https://api.example.com/", ""); err == nil {
		t.Error("got through without the authority")
	}
}

func TestFaults(t *testing.T) {
	acted := 0
	for name, c := range map[string]struct {
		fault fakecloud.Fault
		want  string // of three answers; "!" is none, "~" one that broke off
		acts  int
	}{
		"once":        {fakecloud.Fault{Status: 500}, "500 200 200", 2},
		"twice":       {fakecloud.Fault{Status: 429, Times: 2}, "429 429 200", 1},
		"always":      {fakecloud.Fault{Status: 429, Times: -1}, "429 429 429", 0},
		"later":       {fakecloud.Fault{Status: 429, After: 1}, "200 429 200", 2},
		"other path":  {fakecloud.Fault{Status: 429, Path: "/b"}, "200 200 200", 3},
		"other host":  {fakecloud.Fault{Status: 429, Host: "b"}, "200 200 200", 3},
		"method":      {fakecloud.Fault{Status: 429, Method: "POST", Path: "/a"}, "429 200 200", 2},
		"match":       {fakecloud.Fault{Status: 429, Match: func(r *http.Request) bool { return r.URL.RawQuery != "" }}, "200 200 200", 3},
		"dropped":     {fakecloud.Fault{Drop: true}, "! 200 200", 2},
		"lost":        {fakecloud.Fault{Lost: true}, "! 200 200", 3},
		"cut":         {fakecloud.Fault{Cut: 3}, "~ 200 200", 3},
		"changed":     {fakecloud.Fault{Change: func([]byte) []byte { return []byte("longer than before, by far") }}, "200 200 200", 3},
		"faster":      {fakecloud.Fault{Do: func() { acted += 10 }}, "200 200 200", 13},
		"served":      {fakecloud.Fault{Serve: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(502) }}, "502 200 200", 2},
		"late answer": {fakecloud.Fault{Delay: time.Millisecond}, "200 200 200", 3},
	} {
		acted = 0
		cloud := fakecloud.Start(t)
		cloud.Handle("api.example.com/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { acted++; echo(w, r) }))
		cloud.Fail(c.fault)
		var got []string
		for range 3 {
			status, _, err := ask(t, cloud.Client(), "POST", "https://api.example.com/a", "x")
			switch {
			case status != 0 && err != nil:
				got = append(got, "~")
			case err != nil:
				got = append(got, "!")
			default:
				got = append(got, fmt.Sprint(status))
			}
		}
		if strings.Join(got, " ") != c.want || acted != c.acts {
			t.Errorf("%s: got %s and %d acts, want %s and %d", name, got, acted, c.want, c.acts)
		}
	}
}

func TestHeal(t *testing.T) {
	c := start(t)
	c.Fail(fakecloud.Fault{Status: 500, Times: 3}, fakecloud.Fault{Status: 501, Times: -1})
	ask(t, c.Client(), "GET", "https://api.example.com/", "")
	if left := c.Heal(); left != 2 {
		t.Errorf("%d faults were left, want 2", left)
	}
	if status, _, _ := ask(t, c.Client(), "GET", "https://api.example.com/", ""); status != 200 {
		t.Errorf("healed, got %d", status)
	}
}

// A delay ends with its client.
func TestDelayEndsWithTheClient(t *testing.T) {
	c := start(t)
	c.Fail(fakecloud.Fault{Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", "https://api.example.com/", nil)
	if _, err := c.Client().Do(req); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestExchanges(t *testing.T) {
	c := start(t)
	c.Fail(fakecloud.Fault{Lost: true, After: 1})
	client := c.Client()
	ask(t, client, "PUT", "https://api.example.com/a?q=1", "hello")
	ask(t, client, "PUT", "https://api.example.com/b", "lost")
	got := c.Exchanges()
	if len(got) != 2 {
		t.Fatalf("%d exchanges, want 2", len(got))
	}
	e := got[0]
	if e.Method != "PUT" || e.Host != "api.example.com" || e.URL.RawQuery != "q=1" || string(e.Body) != "hello" ||
		e.Fault || e.Status != 200 || !strings.HasSuffix(string(e.Answer), "hello") {
		t.Errorf("got %+v", e)
	}
	if !got[1].Fault || got[1].Status != 0 || string(got[1].Body) != "lost" {
		t.Errorf("the lost one: %+v", got[1])
	}
	if c.Forget(); len(c.Exchanges()) != 0 {
		t.Error("not forgotten")
	}
}

// Watched, exchanges are handed on and not kept.
func TestWatch(t *testing.T) {
	c := start(t)
	got := make(chan fakecloud.Exchange, 1)
	c.Watch(func(e fakecloud.Exchange) { got <- e })
	ask(t, c.Client(), "GET", "https://api.example.com/a", "")
	if e := <-got; e.URL.Path != "/a" || len(c.Exchanges()) != 0 {
		t.Errorf("watched %v, kept %d", e.URL, len(c.Exchanges()))
	}
}

func TestClock(t *testing.T) {
	c := start(t)
	c.Skip(48 * time.Hour)
	resp, err := c.Client().Get("https://api.example.com/")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if off := time.Until(date); err != nil || off < 47*time.Hour || off > 49*time.Hour || c.Now().Sub(date) > time.Minute {
		t.Errorf("Date is %v from now, %v", off, err)
	}
}
