package juicebox

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"
)

// viewing answers GET view with a text.
type viewing struct {
	status int
	text   string
}

func (v viewing) ServeHTTP(w http.ResponseWriter, h *http.Request) {
	if h.Method != "GET" || h.URL.Path != "/view" || !strings.HasPrefix(h.Header.Get("Authorization"), "Bearer ") {
		w.WriteHeader(http.StatusTeapot)
		return
	}
	w.WriteHeader(v.status)
	w.Write([]byte(v.text))
}

func TestView(t *testing.T) {
	const good = `{"state":"Ok","guessesUsed":1,"guessesLeft":9,"guessesEver":7,"lastWrong":"2026-11-22T10:00:00Z","proved":true,"more":1}`
	w := newWorld(t)
	for _, test := range []struct {
		name   string
		status int
		text   string
		want   error
	}{
		{"good", 200, good, nil},
		{"of a published realm", 404, "404 page not found", ErrProtocol},
		{"refused", 401, "", ErrUnauthorized},
		{"not JSON", 200, "hello", ErrProtocol},
		{"state", 200, strings.Replace(good, "Ok", "Fine", 1), ErrProtocol},
		{"negative", 200, strings.Replace(good, "9", "-9", 1), ErrProtocol},
		{"too long", 200, good + strings.Repeat(" ", MaxResponse), ErrProtocol},
		{"broken", 503, "", ErrUnreachable},
	} {
		w.net["realm1"] = viewing{test.status, test.text}
		got := w.View(t.Context())
		if len(got) != 3 || got[0].ID != w.realms[0].id || !errors.Is(got[0].Err, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
		want := View{}
		if test.want == nil {
			want = View{State: StatusOK, GuessesUsed: 1, GuessesLeft: 9, GuessesEver: 7,
				LastWrong: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC), Proved: true}
		}
		if got[0].View != want {
			t.Errorf("%s: %+v", test.name, got[0].View)
		}
	}
}
