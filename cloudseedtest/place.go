package cloudseedtest

import (
	"errors"
	"sync"

	"github.com/cloudseed/cloudseed/store"
	"github.com/cloudseed/cloudseed/store/storetest"
)

// A Place keeps files as long as the test lasts. What is in it can be seen with Files and
// changed behind its back with Put, which come from [storetest.Memory], as does Calls.
type Place struct {
	*storetest.Memory
	name string

	mu      sync.Mutex
	fault   error
	unheard bool
}

func newPlace(name string) *Place {
	p := &Place{Memory: storetest.NewMemory(), name: name}
	p.Memory.Before, p.Memory.After = p.before, p.after
	return p
}

// Fail makes the place fail from now on with kind, one of [store.Kinds]: [store.ErrOffline],
// [store.ErrSignedOut] and so on. [store.ErrFull] fails for new files alone. nil mends the place.
func (p *Place) Fail(kind error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = kind
}

// LoseAnswer lets the next new file arrive, but not the place's answer to it.
func (p *Place) LoseAnswer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.unheard = true
}

// Damage changes the last byte of every file that is there.
func (p *Place) Damage() {
	for name, data := range p.Files() {
		if len(data) > 0 {
			data[len(data)-1] ^= 1
		}
		p.Put(name, data)
	}
}

func (p *Place) before(op, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fault == nil || errors.Is(p.fault, store.ErrFull) && op != "create" {
		return nil
	}
	return store.Errorf(op, name, p.fault, "as the test wants it")
}

func (p *Place) after(op, name string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if op != "create" || !p.unheard {
		return nil
	}
	p.unheard = false
	return store.Errorf(op, name, store.ErrOffline, "the answer was lost, as the test wants it")
}

// String names the place.
func (p *Place) String() string { return p.name }
