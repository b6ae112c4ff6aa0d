package realm_test

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

func TestMemoryKeepsThePromise(t *testing.T) {
	realmtest.Run(t, func(t *testing.T) realmtest.Engine {
		memory := &realm.Memory{}
		return realmtest.Engine{Shared: true, Open: func(testing.TB) realm.Store { return memory }}
	})
}

// The histories must be able to fail as well as the storm.
func TestHistoriesBite(t *testing.T) {
	for range 20 {
		err := realmtest.HistoryAt(t, []realm.Store{&losingStore{store: &realm.Memory{}}})
		if errors.Is(err, realmtest.ErrImpossible) {
			t.Logf("noticed: %.300v", err)
			return
		}
	}
	t.Error("a store that loses updates was not noticed")
}
