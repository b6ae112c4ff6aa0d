package attack

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/secret"
)

// An operator runs c of n realms and has the backup file, which names the realms and holds the
// guess key. Their own realms they put back before every guess; the guesses of the others are
// all that limits them.
type operator struct {
	t       *testing.T
	needed  int
	client  *juicebox.Client
	own     *network
	others  *network
	left    map[int]int // guesses that each realm of others has
	web     *network    // those that this guess goes to
	answers int         // evaluations that this guess has got
}

// register has somebody register under the PIN right, and gives what an operator of the first
// c realms then has.
func register(t *testing.T, n, needed, c, guesses int, right string) *operator {
	shelves, own, others := map[int]*shelf{}, map[int]*shelf{}, map[int]*shelf{}
	for i := range n {
		shelves[i] = &shelf{records: map[realm.RecordID][]byte{}}
	}
	_, owner, _ := ed25519.GenerateKey(nil)
	_, guess, _ := ed25519.GenerateKey(nil)
	client := &juicebox.Client{Configuration: configuration(n, needed, juicebox.FastInsecure), AllowFastInsecure: true,
		HTTP: &http.Client{Transport: reach(t, shelves)},
		Token: func(id juicebox.RealmID, now time.Time) (string, error) {
			return juicebox.OwnerToken(owner, guess.Public().(ed25519.PublicKey), id, now)
		}}
	if err := client.Register(t.Context(), secret.Copy([]byte(right)), secret.Copy(treasure), nil, uint16(guesses)); err != nil {
		t.Fatal(err)
	}
	o := &operator{t: t, needed: needed, left: map[int]int{}}
	for i, s := range shelves {
		if i < c {
			own[i] = s.copied(true)
		} else {
			others[i], o.left[i] = s, guesses
		}
	}
	o.own, o.others = reach(t, own), reach(t, others)
	o.client = &juicebox.Client{Configuration: client.Configuration, AllowFastInsecure: true, HTTP: &http.Client{Transport: o},
		Token: func(id juicebox.RealmID, now time.Time) (string, error) {
			return juicebox.GuessToken(owner.Public().(ed25519.PublicKey), guess, id, now)
		}}
	return o
}

var treasure = []byte("what the realms keep behind it")

func (o *operator) RoundTrip(r *http.Request) (*http.Response, error) { return o.web.RoundTrip(r) }

// guess tries one PIN at as few of the other realms as will do, and says whether it was a
// guess: whether enough realms answered to tell a right PIN from a wrong one.
func (o *operator) guess(pin string, at []int) (was bool, got secret.Text) {
	o.web, o.answers = &network{hosts: map[string]http.Handler{}, tap: o.count}, 0
	for h, handler := range o.own.hosts {
		o.web.hosts[h] = handler
	}
	for _, i := range at {
		o.web.hosts[host(i)] = o.others.hosts[host(i)]
	}
	r, err := o.client.Recover(o.t.Context(), secret.Copy([]byte(pin)), nil)
	var wrong *juicebox.WrongPINError
	if err != nil && o.answers >= o.needed && !errors.As(err, &wrong) {
		o.t.Errorf("enough realms answered, and yet: %v", err)
	}
	return o.answers >= o.needed, r.Secret
}

// count counts the answers that depend on the PIN.
func (o *operator) count(_ string, _ *http.Request, _ []byte, answer *httptest.ResponseRecorder) {
	if r, err := juicebox.DecodeResponse(answer.Body.Bytes()); err == nil {
		if e, ok := r.(juicebox.Recover2Response); ok && e.Status == juicebox.StatusOK {
			o.answers++
		}
	}
}

// fullest are the other realms that have most guesses left, as many as a guess needs.
func (o *operator) fullest() (at []int) {
	for i := range o.left {
		at = append(at, i)
	}
	slices.SortFunc(at, func(a, b int) int { return 100*(o.left[b]-o.left[a]) + a - b })
	at = at[:o.needed-len(o.own.hosts)]
	for _, i := range at {
		o.left[i]--
	}
	return at
}

// TestOperatorAndCloud: somebody who runs c of n realms and has the file gets exactly
// floor((n-c)*g/(t-c)) guesses, which is what WhoCanOpen tells the person: they can be had, a
// right PIN among them is found, and then there is nothing more, in whatever way they ask.
// With c = 0 it is the cloud alone.
func TestOperatorAndCloud(t *testing.T) {
	for _, k := range []struct{ n, needed, c, guesses, want int }{
		{3, 2, 0, 10, 15}, {3, 2, 1, 10, 20}, {5, 3, 0, 10, 16}, {5, 3, 1, 10, 20}, {5, 3, 2, 10, 30}, {5, 4, 1, 7, 9}, {1, 1, 0, 3, 3},
	} {
		t.Run(fmt.Sprintf("%d realms, %d needed, %d theirs, %d guesses", k.n, k.needed, k.c, k.guesses), func(t *testing.T) {
			if told := toldGuesses(k.n, k.needed, k.c, k.guesses); told != k.want {
				t.Errorf("the person is told %d guesses, want %d", told, k.want)
			}
			o := register(t, k.n, k.needed, k.c, k.guesses, "right")
			for i := range k.want {
				if was, _ := o.guess(fmt.Sprint("wrong", i), o.fullest()); !was {
					t.Fatalf("guess %d of %d was none", i+1, k.want)
				}
			}
			o.mustBeOver(k.n, k.c)

			o = register(t, k.n, k.needed, k.c, k.guesses, "right")
			for i := range k.want - 1 {
				o.guess(fmt.Sprint("wrong", i), o.fullest())
			}
			if _, got := o.guess("right", o.fullest()); !got.Equal(secret.New(treasure)) {
				t.Error("the right PIN as the last guess does not open it: fewer guesses than said")
			}
		})
	}
}

// mustBeOver tries the right PIN at every set of the other realms.
func (o *operator) mustBeOver(n, c int) {
	for set := range 1 << (n - c) {
		var at []int
		for i := range n - c {
			if set>>i&1 == 1 {
				at = append(at, c+i)
			}
		}
		if was, got := o.guess("right", at); was || got.Len() > 0 {
			o.t.Errorf("one more guess at the realms %v", at)
		}
	}
}

// toldGuesses is what the person reads about an operator of c realms who has the file too.
func toldGuesses(n, needed, c, guesses int) int {
	realms := configuration(n, needed, juicebox.Standard2019).Realms
	for i := range c {
		realms[i].Address = "https://operator.example/" + fmt.Sprint(i) + "/"
	}
	holder := cloudseed.HolderRealmAndPlace
	if c == 0 {
		holder = cloudseed.HolderPlace
	}
	for _, row := range cloudseed.WhoCanOpen(realms, needed, guesses) {
		if row.Holder == holder {
			return row.Guesses
		}
	}
	return 0
}
