package realm

import "sync"

// A population is how many records there are, as far as this process knows: what the last
// sweep counted, and what this process has made and deleted since. Other processes on the
// same database are seen by the next sweep.
type population struct {
	mu    sync.Mutex
	n     int64
	known bool // a sweep has ended
}

func (p *population) count(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n, p.known = n, true
}

// changed counts what an update did to one record.
func (p *population) changed(before, after State) {
	had, has := before != NotRegistered, after != NotRegistered
	if had == has {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if has {
		p.n++
	} else {
		p.n--
	}
}

func (p *population) get() (n int64, known bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n, p.known
}
