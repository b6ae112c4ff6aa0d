package cloudseed

import (
	"context"
	"crypto/ed25519"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// A Record is a registration of the vault beside the device's own: the next one while it is
// being made, or an old one until nothing of it is left.
type Record struct {
	Registration uint64
	Stanza       []byte    // signed, as in its files' headers
	Why          Reason    // of an old one: why it was replaced
	Ended        time.Time // when too few realms were left with it to open anything

	owner secret.Text // seed of its owner key
}

// record is d's own registration as an old one.
func (d *Device) record(why Reason) Record {
	return Record{Registration: d.Registration, Stanza: d.Stanza, Why: why, owner: d.owner}
}

// delete asks every realm of the record to forget it, and returns those that did not.
func (r *Record) delete(ctx context.Context, cfg *Config) ([]juicebox.RealmError, error) {
	s, err := envelope.ParseStanza(r.Stanza)
	if err != nil {
		return nil, err
	}
	owner := ed25519.NewKeyFromSeed(r.owner.Reveal())
	defer clear(owner)
	failed, err := cfg.ownerClient(s, owner).DeleteEach(ctx)
	return failed, realmError(err)
}
