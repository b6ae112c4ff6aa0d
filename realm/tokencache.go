package realm

import (
	"crypto/sha256"
	"sync"
	"time"
)

// maxVerified is how many tokens are remembered, about 5 MB.
const maxVerified = 8192

// A verified token is one whose signature and claims were found good. What depends on when
// and where it is shown, times and audience, is checked at every use.
type verified struct {
	caller       Caller
	audience     string
	starts, ends time.Time // starts is zero if the token does not say
}

// A tokenCache remembers tokens that were accepted, by the hash of the whole token, so that
// the requests of one recovery verify one signature. Nothing of a token is kept that could
// be shown to a realm. What is refused is not remembered.
type tokenCache struct {
	mu     sync.Mutex
	tokens map[[sha256.Size]byte]verified
}

// get and put are given the SHA-256 of the token.
func (c *tokenCache) get(sum [sha256.Size]byte) (verified, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.tokens[sum]
	return v, ok
}

// put makes room by forgetting any other token.
func (c *tokenCache) put(sum [sha256.Size]byte, v verified) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.tokens == nil {
		c.tokens = make(map[[sha256.Size]byte]verified)
	}
	for other := range c.tokens {
		if len(c.tokens) < maxVerified {
			break
		}
		delete(c.tokens, other)
	}
	c.tokens[sum] = v
}

const notThisRealm = "it is not for this realm alone"

// holds checks what depends on this realm and this time. A token that does not say from when
// it holds ends within a day from now.
func (v *verified) holds(realm string, now time.Time) error {
	starts := v.starts
	if starts.IsZero() {
		starts = now
	}
	switch {
	case v.audience != realm:
		return refuse(notThisRealm)
	case !now.Before(v.ends.Add(tokenLeeway)):
		return refuse("it has expired")
	case now.Before(starts.Add(-tokenLeeway)):
		return refuse("it does not hold yet")
	case v.ends.Sub(starts) > maxLifetime+tokenLeeway:
		return refuse("it holds for more than a day")
	}
	return nil
}
