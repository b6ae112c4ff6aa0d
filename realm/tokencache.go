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

func (c *tokenCache) get(token string) (verified, bool) {
	sum := sha256.Sum256([]byte(token))
	c.mu.Lock()
	defer c.mu.Unlock()
	v, ok := c.tokens[sum]
	return v, ok
}

// put makes room by forgetting any other token.
func (c *tokenCache) put(token string, v verified) {
	sum := sha256.Sum256([]byte(token))
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

// holds checks again what was found at first, for this realm at this time.
func (v *verified) holds(realm string, now time.Time) error {
	switch {
	case v.audience != realm:
		return refuse("it is not for this realm alone")
	case !now.Before(v.ends.Add(tokenLeeway)):
		return refuse("it has expired")
	case now.Before(v.starts.Add(-tokenLeeway)):
		return refuse("it does not hold yet")
	}
	return nil
}
