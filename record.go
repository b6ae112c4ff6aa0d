package cloudseed

import (
	"context"
	"crypto/ed25519"
	"slices"
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
	Swept        time.Time // when no place had a file of it any more
	Left         int       // realms that may still have their part of an ended one

	owner secret.Text // seed of its owner key
}

// record is d's own registration as an old one.
func (d *Device) record(why Reason) Record {
	return Record{Registration: d.Registration, Stanza: d.Stanza, Why: why, owner: d.owner}
}

// over tells whether nothing of an old record is left but, perhaps, parts at too few realms to
// open anything. It is kept so that those can be deleted when the realms answer again.
func (r *Record) over() bool { return !r.Swept.IsZero() }

// replacing tells whether something that was replaced still has to be ended.
func (d *Device) replacing() bool {
	return slices.ContainsFunc(d.Old, func(r Record) bool { return !r.over() })
}

// tidy asks again for the parts of records that are over. That a realm has gone for good
// keeps nobody waiting, so what fails is left to the next time.
func (d *Device) tidy(ctx context.Context, cfg *Config) error {
	before := len(d.Old)
	d.Old = slices.DeleteFunc(slices.Clone(d.Old), func(r Record) bool {
		if !r.over() {
			return false
		}
		failed, err := r.delete(ctx, cfg)
		return err == nil && len(failed) == 0
	})
	if len(d.Old) == before {
		return nil
	}
	return cfg.note(d)
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
