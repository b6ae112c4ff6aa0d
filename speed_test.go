package cloudseed

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store"
	"golang.org/x/crypto/argon2"
)

// far is how long one round trip to a realm or a place takes here.
const far = 80 * time.Millisecond

// A critical is what a verb cannot do without, one after the other.
type critical struct {
	realms, places int // round trips, all realms at the same time, and all places
	stretches      int // of the PIN, about a second each
}

func (p critical) roundTrips() int { return p.realms + p.places }

// BenchmarkVerbs measures backup, restore and update over realms and places that are 80 ms
// away, from the typed PIN on, against their own critical path: the round trips that the
// protocol needs one after the other, and one stretching of the PIN, timed just before. The
// medians are printed. The ratio must be at most 1.25. See docs/reliability.md.
func BenchmarkVerbs(b *testing.B) {
	for _, c := range []struct {
		name string
		need critical
		run  func(*testing.B, *distant) time.Duration
	}{
		// look; Register1, Register2, Recover1, Recover2, Recover3; create, read back
		{"backup", critical{realms: 5, places: 3, stretches: 1}, backupFrom},
		// Recover1, Recover2, Recover3: the files were read when the backup was found
		{"restore", critical{realms: 3, stretches: 1}, restoreFrom},
		// create, read back
		{"update", critical{places: 2}, updateFrom},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took, limits []time.Duration
			var ratios []float64
			var made critical
			for b.Loop() {
				w := newDistant(b)
				limit := time.Duration(c.need.roundTrips())*far + time.Duration(c.need.stretches)*timeStretch()
				t := c.run(b, w)
				took, limits, ratios = append(took, t), append(limits, limit), append(ratios, float64(t)/float64(limit))
				made = w.longest()
			}
			b.ReportMetric(0, "ns/op") // it counts the preparations
			b.ReportMetric(float64(median(took).Milliseconds()), "ms")
			b.ReportMetric(float64(median(limits).Milliseconds()), "critical-ms")
			b.ReportMetric(median(ratios), "ratio")
			b.ReportMetric(float64(c.need.roundTrips()), "needed-trips")
			b.ReportMetric(float64(made.roundTrips()), "trips")
			b.ReportMetric(float64(made.realms), "realm-trips")
			b.ReportMetric(float64(c.need.stretches), "stretches")
		})
	}
}

// timeStretch times one stretching of a PIN, alone, as Juicebox's Standard2019 has it. It is
// timed anew before every run: on a busy machine it is never the same.
func timeStretch() time.Duration {
	started := time.Now()
	argon2.IDKey([]byte(pinText), make([]byte, 56), 32, 16<<10, 1, 64)
	return time.Since(started)
}

func median[T cmp.Ordered](all []T) T {
	slices.Sort(all)
	return all[len(all)/2]
}

// A distant world is one in which everything takes a while. It counts the requests to each
// realm and each place: no two of them are under way at the same time.
type distant struct {
	*sim
	mu    sync.Mutex
	asked map[string]int
}

func newDistant(b *testing.B) *distant {
	return &distant{sim: newSim(theWallet(b)), asked: map[string]int{}}
}

func (w *distant) trip(ctx context.Context, to string) error {
	w.mu.Lock()
	w.asked[to]++
	w.mu.Unlock()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(far):
		return nil
	}
}

// longest is the most that one realm, and one place, was asked.
func (w *distant) longest() (p critical) {
	for to, n := range w.asked {
		if strings.HasPrefix(to, "place ") {
			p.places = max(p.places, n)
		} else {
			p.realms = max(p.realms, n)
		}
	}
	return p
}

func (w *distant) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := w.trip(r.Context(), r.URL.Host); err != nil {
		return nil, err
	}
	return w.start("laptop", nil).RoundTrip(r)
}

func (w *distant) config() Config {
	c := w.start("laptop", nil).config()
	c.HTTP = &http.Client{Transport: w}
	c.Realms.PINHashingMode = juicebox.Standard2019
	for i := range c.Places {
		c.Places[i].Store = &distantPlace{c.Places[i].Store, w, "place " + c.Places[i].Name}
	}
	return c
}

type distantPlace struct {
	store.Store
	world *distant
	name  string
}

func (p *distantPlace) Create(ctx context.Context, name string, data []byte) error {
	if err := p.world.trip(ctx, p.name); err != nil {
		return err
	}
	return p.Store.Create(ctx, name, data)
}

func (p *distantPlace) Get(ctx context.Context, name string) ([]byte, error) {
	if err := p.world.trip(ctx, p.name); err != nil {
		return nil, err
	}
	return p.Store.Get(ctx, name)
}

func (p *distantPlace) List(ctx context.Context) ([]store.Entry, error) {
	if err := p.world.trip(ctx, p.name); err != nil {
		return nil, err
	}
	return p.Store.List(ctx)
}

func backupFrom(b *testing.B, w *distant) time.Duration {
	started := time.Now()
	if _, err := Create(ctx, w.config(), w.wallet, pin()); err != nil {
		b.Fatal(err)
	}
	return time.Since(started)
}

func restoreFrom(b *testing.B, w *distant) time.Duration {
	backupFrom(b, w)
	s, err := Find(ctx, w.config())
	if err != nil {
		b.Fatal(err)
	}
	w.asked = map[string]int{}
	started := time.Now()
	if _, err := Restore(ctx, w.config(), s.Backups[0], pin()); err != nil {
		b.Fatal(err)
	}
	return time.Since(started)
}

func updateFrom(b *testing.B, w *distant) time.Duration {
	c := w.config()
	d, err := Create(ctx, c, w.wallet, pin())
	if err != nil {
		b.Fatal(err)
	}
	w.asked = map[string]int{}
	started := time.Now()
	if err := Update(ctx, c, d, File{Name: "channel.backup", Data: secret.Random(4096).Reveal()}); err != nil {
		b.Fatal(err)
	}
	return time.Since(started)
}

// TestRoundTrips counts: a verb asks no realm and no place more often than it needs to.
func TestRoundTrips(t *testing.T) {
	w := newSim(theWallet(t))
	steps := func(verb func(*process) (*Device, error)) map[string]int {
		p := w.start("laptop", nil)
		if _, err := verb(p); err != nil {
			t.Fatal(err)
		}
		n := map[string]int{}
		for _, step := range p.steps {
			to, _, _ := strings.Cut(step, " ")
			n[to]++
		}
		return n
	}
	noFiles := func(p *process) (*Device, error) {
		p.typed = append(p.typed, firstPIN)
		return Create(ctx, p.config(), p.wallet, pinOf(firstPIN))
	}
	if n := steps(noFiles); n["one.example"] != 5 || n["first"] != 3 || n["second"] != 3 {
		t.Errorf("a backup: %v", n)
	}
	if n := steps(simUpdate); n["one.example"] != 0 || n["first"] != 2 || n["second"] != 2 {
		t.Errorf("an update: %v", n)
	}
}
