package juicebox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/url"
	"slices"
	"strings"
)

// Embedded is the scheme of realms that live in this very process. They are reached
// through the http.Client given to [Client], for example by
// http.Transport.RegisterProtocol, and are for trying out only.
const Embedded = "embedded"

// A Realm is one key server of a configuration. Requests go to "req" relative to
// Address, so an address with a path needs a slash at its end.
type Realm struct {
	ID      RealmID
	Address string // https; http on loopback only; or embedded
}

// A Configuration names the realms of a registration, in any order. A registration can
// only be recovered with the same realms and the same RecoverThreshold.
type Configuration struct {
	Realms            []Realm
	RegisterThreshold int // at least so many must store their part
	RecoverThreshold  int // any so many give the secret back; more than half
	PINHashingMode    PINHashingMode
}

// maxRealms is the protocol's limit.
const maxRealms = 255

// The JSON form is Juicebox's.
type (
	configurationJSON struct {
		Realms            []realmJSON    `json:"realms"`
		RegisterThreshold int            `json:"register_threshold"`
		RecoverThreshold  int            `json:"recover_threshold"`
		PINHashingMode    PINHashingMode `json:"pin_hashing_mode"`
	}
	realmJSON struct {
		ID        string  `json:"id"`
		Address   string  `json:"address"`
		PublicKey *string `json:"public_key,omitempty"`
	}
)

// ParseConfiguration reads and validates Juicebox's JSON form. Unknown fields are
// refused: they might mean something. Errors wrap [ErrConfiguration].
func ParseConfiguration(b []byte) (Configuration, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	var from configurationJSON
	if err := d.Decode(&from); err != nil {
		return Configuration{}, fmt.Errorf("%w: %w", ErrConfiguration, err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Configuration{}, fmt.Errorf("%w: more after its end", ErrConfiguration)
	}
	c := Configuration{nil, from.RegisterThreshold, from.RecoverThreshold, from.PINHashingMode}
	for i, r := range from.Realms {
		realm, err := r.realm()
		if err != nil {
			return Configuration{}, fmt.Errorf("%w: realm %d: %w", ErrConfiguration, i+1, err)
		}
		c.Realms = append(c.Realms, realm)
	}
	return c, c.Validate()
}

func (r realmJSON) realm() (Realm, error) {
	if r.PublicKey != nil {
		return Realm{}, fmt.Errorf("it has a public_key: hardware realms are not supported")
	}
	id, err := ParseRealmID(r.ID)
	return Realm{id, r.Address}, err
}

// MarshalJSON writes Juicebox's JSON form.
func (c Configuration) MarshalJSON() ([]byte, error) {
	to := configurationJSON{[]realmJSON{}, c.RegisterThreshold, c.RecoverThreshold, c.PINHashingMode}
	for _, r := range c.Realms {
		to.Realms = append(to.Realms, realmJSON{ID: r.ID.String(), Address: r.Address})
	}
	return json.Marshal(to)
}

// UnmarshalJSON is [ParseConfiguration].
func (c *Configuration) UnmarshalJSON(b []byte) (err error) {
	*c, err = ParseConfiguration(b)
	return err
}

// Validate tells whether the configuration can be used; errors wrap [ErrConfiguration].
func (c Configuration) Validate() error {
	n := len(c.Realms)
	seen := map[RealmID]bool{}
	for _, r := range c.Realms {
		if seen[r.ID] {
			return fmt.Errorf("%w: realm %v twice", ErrConfiguration, r.ID)
		}
		seen[r.ID] = true
		if err := checkAddress(r.Address); err != nil {
			return fmt.Errorf("%w: realm %v: %w", ErrConfiguration, r.ID, err)
		}
	}
	switch {
	case n == 0 || n > maxRealms:
		return fmt.Errorf("%w: %d realms, want 1 to %d", ErrConfiguration, n, maxRealms)
	case c.RecoverThreshold <= n/2 || c.RecoverThreshold > n:
		return fmt.Errorf("%w: recover threshold %d, want more than half of %d realms", ErrConfiguration, c.RecoverThreshold, n)
	case c.RegisterThreshold < c.RecoverThreshold || c.RegisterThreshold > n:
		return fmt.Errorf("%w: register threshold %d, want %d to %d", ErrConfiguration, c.RegisterThreshold, c.RecoverThreshold, n)
	}
	_, _, err := c.PINHashingMode.cost()
	return err
}

// checkAddress never repeats the address, which might hold a password.
func checkAddress(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Opaque != "" || u.Hostname() == "":
		return fmt.Errorf("its address is not a URL with a host")
	case u.User != nil:
		return fmt.Errorf("its address has a user name or password")
	case strings.ContainsAny(address, "?#"):
		return fmt.Errorf("its address has a query or fragment")
	case u.Scheme == "https" || u.Scheme == Embedded:
		return nil
	case u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	}
	return fmt.Errorf("its address is neither https nor http on this computer")
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// TryingOut tells whether any realm lives in this process: then nothing is protected.
func (c Configuration) TryingOut() bool {
	return slices.ContainsFunc(c.Realms, func(r Realm) bool {
		u, err := url.Parse(r.Address)
		return err == nil && u.Scheme == Embedded
	})
}

// sorted returns the realms by id; the first has the share of index 1.
func (c Configuration) sorted() []Realm {
	return slices.SortedFunc(slices.Values(c.Realms), func(a, b Realm) int {
		return bytes.Compare(a.ID[:], b.ID[:])
	})
}
