package attack

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A liar is a place that shows what it likes, whatever is stored.
type liar struct {
	*storetest.Memory
	listed []store.Entry
}

func (l liar) List(context.Context) ([]store.Entry, error) { return l.listed, nil }

// TestHostilePlace: a place cuts, changes, swaps, renames, mixes and hides files, shows those
// of another wallet, and lies about what it has. The person gets their own words or an error,
// never another wallet; and with a second place that is honest, always their own.
//
// It opens with the kit, so that hundreds of restores need no PIN server.
func TestHostilePlace(t *testing.T) {
	v := newVictim(t)
	other := *makeVictim(t)
	random := rand.New(rand.NewPCG(1, 2)) // the same files each time
	opened, refused := 0, 0
	for i := range 300 {
		evil := storetest.NewMemory()
		for name, data := range hostile(random, v.files, other.files) {
			evil.Put(name, data)
		}
		if v.isMine(t, fmt.Sprint("place ", i), evil) {
			opened++
		} else {
			refused++
		}
	}
	if opened < 30 || refused < 30 {
		t.Errorf("%d opened, %d refused: the place is not hostile, or too much so", opened, refused)
	}
	for _, listed := range [][]store.Entry{nil, {{Name: "not there.age"}}, {{Name: walletPart, Size: 1}}, {{Name: walletPart, Size: 1 << 40}}, {{Name: "../" + walletPart}, {Name: walletPart}, {Name: walletPart}}} {
		v.isMine(t, fmt.Sprintf("the listing %v", listed), liar{v.place, listed})
	}
}

// isMine restores from a hostile place alone, and from it beside an honest one.
func (v *victim) isMine(t *testing.T, what string, evil store.Store) (opened bool) {
	t.Helper()
	for _, places := range [][]cloudseed.Place{
		{{Name: "hostile", URL: "memory:evil", Store: evil}},
		{{Name: "hostile", URL: "memory:evil", Store: evil}, {Name: "honest", URL: "memory:", Store: v.place}},
	} {
		c := v.config()
		c.Places = places
		got := v.restoreMine(t, what, c)
		opened = opened || got && len(places) == 1
		if !got && len(places) == 2 {
			t.Errorf("%s: beside an honest place the words do not come back", what)
		}
	}
	return opened
}

func (v *victim) restoreMine(t *testing.T, what string, c cloudseed.Config) (opened bool) {
	t.Helper()
	s, err := cloudseed.Find(t.Context(), c)
	if err != nil && !errors.Is(err, cloudseed.ErrNoBackup) && !errors.As(err, new(*cloudseed.CouldNotLookError)) {
		t.Errorf("%s: %v", what, err)
	}
	for _, b := range s.Backups {
		r, err := cloudseed.RestoreWithKit(t.Context(), c, b, v.kit)
		if err != nil {
			continue
		}
		opened = true
		if !r.Wallet.Phrase.Equal(v.wallet.Phrase) || !r.Wallet.Passphrase.Equal(v.wallet.Passphrase) {
			t.Errorf("%s: another wallet came back", what)
		}
		if len(r.Files) > 0 && string(r.Files[0].Data) != "canary label" {
			t.Errorf("%s: another file came back: %q", what, r.Files[0].Data)
		}
	}
	return opened
}

// hostile makes a place's files out of the victim's and another's: each cut, changed, under
// another's name, or left out.
func hostile(random *rand.Rand, mine, theirs map[string][]byte) map[string][]byte {
	made := map[string][]byte{}
	names := append(slices.Sorted(maps.Keys(mine)), "Wallet backup - Samantha - wallet 7.age", "Wallet backup - Samantha - files 7.age", "my papers.age")
	for _, from := range []map[string][]byte{mine, theirs} {
		for _, name := range slices.Sorted(maps.Keys(from)) {
			data := slices.Clone(from[name])
			to := names[random.IntN(len(names))]
			switch random.IntN(6) {
			case 0:
				data = data[:random.IntN(len(data))]
			case 1:
				data[random.IntN(len(data))] ^= 1 << random.IntN(8)
			case 2:
				at := random.IntN(min(len(data), 4096)) // where the header is
				data[at] ^= 1 << random.IntN(8)
			case 3: // the head of one file and the tail of another
				data = append(data[:random.IntN(len(data))], mine[walletPart][random.IntN(1000):]...)
			case 4:
				to = name
			case 5:
				continue
			}
			if envelope.CheckFileName(to) == nil && made[to] == nil {
				made[to] = data
			}
		}
	}
	return made
}
