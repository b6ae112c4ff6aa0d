//go:build unix

package metrics_test

import (
	"bytes"
	"crypto/ed25519"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/metrics"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

// BenchmarkCounting prints what counting and limiting add to a Recover2 in memory, in turns
// with the same realm without either, in CPU time of the process: "ratio" is 1 when they
// cost nothing.
func BenchmarkCounting(b *testing.B) {
	plain := newRecover2(b, realm.Config{})
	m := metrics.New("v1", "memory")
	counted := newRecover2(b, realm.Config{Observe: m.Observe, Limits: realm.Limits{RequestsPerMinute: 1 << 30, NewPerDay: 100}})
	var used [2]time.Duration
	const turn = 100
	turns := 0
	for b.Loop() {
		for i, ask := range []func(){plain, counted} {
			before := cpu(b)
			for range turn {
				ask()
			}
			used[i] += cpu(b) - before
		}
		turns++
	}
	b.ReportMetric(float64(used[1])/float64(used[0]), "ratio")
	b.ReportMetric(float64(used[0].Nanoseconds())/float64(turns*turn), "plain-ns")
	b.ReportMetric(float64(used[1].Nanoseconds())/float64(turns*turn), "counted-ns")
}

// cpu is the time that this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func newRecover2(b *testing.B, config realm.Config) (ask func()) {
	b.Helper()
	config.ID, config.Store = juicebox.RealmID{1}, &realm.Memory{}
	handler, err := realm.New(config)
	if err != nil {
		b.Fatal(err)
	}
	owner, guess := ed25519.NewKeyFromSeed(make([]byte, 32)), ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, 32))
	token, err := juicebox.OwnerToken(owner, guess.Public().(ed25519.PublicKey), config.ID, time.Now())
	if err != nil {
		b.Fatal(err)
	}
	registration := realmtest.Registration(65535)
	send := func(request juicebox.Request) {
		q := httptest.NewRequest("POST", "/req", bytes.NewReader(juicebox.EncodeRequest(request)))
		q.Header.Set("Authorization", "Bearer "+token)
		q.Header.Set("X-Juicebox-Version", juicebox.ProtocolVersion)
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, q)
		if w.Code != 200 {
			b.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	send(registration)
	recover2 := juicebox.Recover2{Version: registration.Version, OPRFBlindedInput: realmtest.BlindedGuess()}
	return func() { send(recover2) }
}
