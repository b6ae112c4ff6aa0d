package sqlite

import (
	"testing"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/realmtest"
)

func TestSuite(t *testing.T) {
	realmtest.Run(t, func(t *testing.T) realmtest.Engine {
		dir := created(t)
		return realmtest.Engine{Durable: true, Open: func(t testing.TB) realm.Store {
			s, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}}
	})
}
