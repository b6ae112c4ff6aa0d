package seal_test

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
)

// One damaged row does not keep the others from being visited, and is reported.
func TestEachPassesOverWhatDoesNotOpen(t *testing.T) {
	below := &realm.Memory{}
	s := seal.New(below, read(t, created(t))).(realm.Walker)
	put(t, s, alice, []byte("one"))
	put(t, below, bob, []byte("junk"))
	visited := 0
	err := s.Each(ctx, func(realm.RecordID) realm.Change {
		return func(old []byte) ([]byte, error) {
			visited++
			return append(old, " more"...), nil
		}
	})
	if !errors.Is(err, seal.ErrSealed) || visited != 1 {
		t.Errorf("%d visited, %v", visited, err)
	}
	if data, err := get(s, alice); err != nil || string(data) != "one more" {
		t.Errorf("alice: %q, %v", data, err)
	}
	if data, _ := get(below, bob); string(data) != "junk" {
		t.Errorf("bob: %q", data)
	}
}
