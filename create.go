package cloudseed

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/secret"
)

// Create makes a wallet's first backup. It registers a fresh key at every realm, proves the
// PIN by a whole recovery, seals the wallet, opens what it sealed with what the PIN
// recovered, and puts it into every place, read back and compared.
//
// When it returns nil, every place holds a backup that opens with pin. With an
// *IncompleteError or ErrUnsaved the backup is sealed and Resume finishes it with the same bytes. With any
// other error nothing was kept in any place, and the record at the realms was taken back or
// will be by Resume.
func Create(ctx context.Context, cfg Config, w *Wallet, pin secret.Text, files ...File) (*Device, error) {
	cfg.inTurn()
	if err := checkCreate(&cfg, w, pin, files); err != nil {
		return nil, err
	}
	c, err := prepare(&cfg, w)
	if err != nil {
		return nil, err
	}
	defer c.clear()
	if err := c.look(ctx, &cfg); err != nil {
		return nil, err
	}
	if err := cfg.save(c.device); err != nil {
		return nil, err
	}
	if err := c.register(ctx, &cfg, pin); err != nil {
		return nil, c.undo(&cfg, err)
	}
	if err := cfg.during(StepSeal, "", func() error { return c.seal(&cfg, w, files) }); err != nil {
		return nil, c.undo(&cfg, err)
	}
	c.device.Stage = StageSealed
	if err := cfg.save(c.device); err != nil {
		return nil, c.undo(&cfg, err)
	}
	return c.device, finish(ctx, &cfg, c.device)
}

func checkCreate(cfg *Config, w *Wallet, pin secret.Text, files []File) error {
	if len(cfg.Places) == 0 {
		return ErrNoPlace
	}
	if n := utf8.RuneCountInString(w.Name); n < 1 || n > 60 {
		return ErrName
	}
	if err := CheckPIN(pin); err != nil {
		return err
	}
	if err := checkAttachments(files); err != nil {
		return err
	}
	if err := cfg.Realms.Validate(); err != nil {
		return join(ErrUnsafe, err)
	}
	return nil
}

// A creation holds the secrets of one new registration, while it is made.
type creation struct {
	device    *Device
	stanza    *envelope.Stanza
	entropy   secret.Text
	ownerSeed secret.Text // stays with the device
	owner     ed25519.PrivateKey
	vaultKey  secret.Text // made here and registered at the realms
	recovered secret.Text // what the PIN gave back
}

func (c *creation) clear() {
	c.entropy.Clear()
	c.vaultKey.Clear()
	c.recovered.Clear()
	clear(c.owner)
}

// prepare makes all keys and the signed stanza of a new vault. Nothing has left this device yet.
func prepare(cfg *Config, w *Wallet) (*creation, error) {
	fingerprint, err := w.Fingerprint()
	if err != nil {
		return nil, err
	}
	address, err := w.FirstAddress()
	if err != nil {
		return nil, err
	}
	c, err := newRegistration(cfg, w.Phrase.Entropy(), [16]byte(secret.Random(16).Reveal()), 1)
	if err != nil {
		return nil, err
	}
	files, err := filesRecipient(c.entropy, c.stanza)
	if err != nil {
		return nil, err
	}
	c.device = &Device{
		Vault: c.stanza.Vault(), Name: w.Name, Fingerprint: fingerprint, FirstAddress: address,
		Stage: StagePrepared, Created: now(), FilesRecipient: files,
	}
	c.device.adoptNew(c)
	for _, p := range cfg.Places {
		c.device.Places = append(c.device.Places, PlaceState{Name: p.Name, URL: p.URL})
	}
	return c, nil
}

// newRegistration draws fresh keys and signs the stanza that goes with them. The creation
// owns entropy from now on.
func newRegistration(cfg *Config, entropy secret.Text, salt [16]byte, number uint64) (*creation, error) {
	seed := secret.Random(envelope.SeedSize)
	c := &creation{
		entropy:   entropy,
		ownerSeed: seed,
		owner:     ed25519.NewKeyFromSeed(seed.Reveal()),
		vaultKey:  secret.Random(envelope.SeedSize),
	}
	c.stanza = &envelope.Stanza{
		Salt: salt, Registration: number, Nonce: [16]byte(secret.Random(16).Reveal()),
		Realms: stanzaRealms(cfg.Realms), Recover: cfg.Realms.RecoverThreshold, Guesses: cfg.guesses(),
		Hashing: string(cfg.Realms.PINHashingMode), Tenant: juicebox.Tenant,
		Owner: c.owner.Public().(ed25519.PublicKey), Guess: secret.Random(envelope.SeedSize).Reveal(),
	}
	root := envelope.RootKey(c.entropy, salt)
	defer clear(root)
	return c, c.stanza.Sign(root)
}

// adoptNew makes d the device of a registration that it makes itself: no guess was made yet, and
// the proof will be the first.
func (d *Device) adoptNew(c *creation) {
	d.adopt(c.stanza, c.ownerSeed)
	for i := range d.Realms {
		d.Realms[i].Guesses = Guesses{Since: now(), Tries: 1}
	}
}

// adopt makes d the device of a registration.
func (d *Device) adopt(s *envelope.Stanza, owner secret.Text) {
	d.Registration, d.Stanza, d.owner = s.Registration, s.Body(), owner
	d.Guesses, d.Needed, d.Realms = s.Guesses, s.Recover, nil
	for _, r := range realmsOf(s) {
		d.Realms = append(d.Realms, RealmState{Realm: r})
	}
}

func filesRecipient(entropy secret.Text, s *envelope.Stanza) (string, error) {
	key := envelope.FilesKey(entropy, s.Salt)
	defer key.Clear()
	r, err := envelope.Recipient(key)
	if err != nil {
		return "", err
	}
	return r.String(), nil
}

// register registers at all realms and proves it by a whole recovery at all of them.
func (c *creation) register(ctx context.Context, cfg *Config, pin secret.Text) error {
	pin = normalPIN(pin)
	defer pin.Clear()
	info := c.stanza.Hash()
	client, prover := cfg.ownerClient(c.stanza, c.owner), cfg.guessClient(c.stanza)
	ahead := client.Configuration.Begin(pin, info[:])
	defer ahead.Clear()
	client.Ahead, prover.Ahead = ahead, ahead
	err := cfg.during(StepRegister, "", func() error {
		return realmError(client.Register(ctx, pin, c.vaultKey, info[:], uint16(c.stanza.Guesses)))
	})
	if err != nil {
		return err
	}
	return cfg.during(StepProve, "", func() error {
		r, err := prover.Recover(ctx, pin, info[:])
		if err != nil {
			return realmError(err)
		}
		c.recovered = r.Secret
		if !r.Secret.Equal(c.vaultKey) || len(r.Realms) != len(c.stanza.Realms) {
			return join(ErrRealms, fmt.Errorf("%d of %d gave back what was registered", len(r.Realms), len(c.stanza.Realms)))
		}
		c.device.Proved = now()
		for i := range c.device.Realms {
			c.device.Realms[i].Seen = c.device.Proved
		}
		return nil
	})
}

// seal makes the bytes, and opens the wallet part with what the PIN recovered.
func (c *creation) seal(cfg *Config, w *Wallet, files []File) error {
	vault, err := envelope.Recipient(c.recovered)
	if err != nil {
		return err
	}
	c.device.VaultRecipient = vault.String()
	if cfg.DropKit {
		c.device.Kit = KitState{}
	}
	if cfg.Kit.seed.Len() > 0 {
		kit, err := envelope.Recipient(cfg.Kit.seed)
		if err != nil {
			return err
		}
		c.device.Kit = KitState{Recipient: kit.String(), Sealed: now()}
	}
	if len(files) > 0 {
		if err := c.device.sealFiles(cfg.DeviceName, files); err != nil {
			return err
		}
	}
	return c.sealWallet(cfg, w, vault)
}

func (c *creation) sealWallet(cfg *Config, w *Wallet, vault *age.HybridRecipient) error {
	to, err := c.device.recipients(vault)
	if err != nil {
		return err
	}
	before := c.device.Wallet
	h := envelope.Header{Generation: c.device.above(envelope.WalletPart), Previous: before.SHA256, Created: now(), Device: cfg.DeviceName,
		Files: c.device.Accepted, Places: placeURLs(cfg.Places)}
	wallet := sealedWallet(w, c.device)
	defer wallet.Phrase.Clear()
	sealed, err := envelope.SealWallet(c.stanza, c.owner, h, wallet, to...)
	if err != nil {
		return err
	}
	o, err := envelope.Open(sealed, c.recovered)
	if err != nil {
		return err
	}
	o.Wallet.Phrase.Clear()
	if err := o.CheckRoot(c.entropy); err != nil {
		return err
	}
	if cfg.Kit.seed.Len() > 0 {
		if err := opensWallet(sealed, cfg.Kit.seed); err != nil {
			return err
		}
	}
	c.device.Wallet = PartState{Generation: h.Generation, SHA256: envelope.Sum(sealed), Size: len(sealed), Sealed: h.Created, Pending: sealed,
		Opened: c.device.Proved, Kit: len(to) > 1}
	return nil
}

func sealedWallet(w *Wallet, d *Device) *envelope.Wallet {
	birthday := ""
	if !w.Birthday.IsZero() {
		birthday = w.Birthday.UTC().Format(time.DateOnly)
	}
	return &envelope.Wallet{
		Phrase: w.Phrase.Words(), Language: string(w.Phrase.Language()), Passphrase: w.Passphrase, Name: w.Name,
		Birthday: birthday, Fingerprint: d.Fingerprint, Descriptors: w.Descriptors, Owner: d.owner,
	}
}

func placeURLs(places []Place) []string {
	var urls []string
	for _, p := range places {
		urls = append(urls, p.URL)
	}
	return urls
}

// undoTime is how long the realms get to take back a record, even if the person has
// already cancelled.
const undoTime = 15 * time.Second

// undo takes back what a failed Create did. What cannot be undone now stays in the
// journal for Resume.
func (c *creation) undo(cfg *Config, cause error) error {
	if err := undo(cfg, c.device, c.stanza, c.owner); err != nil {
		return join(cause, err)
	}
	return cause
}

// undo lets the journal say first that the creation is off: it may hold the device that
// would have gone forward with the record.
func undo(cfg *Config, d *Device, s *envelope.Stanza, owner ed25519.PrivateKey) error {
	d.Stage = StagePrepared
	if err := cfg.save(d); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), undoTime)
	defer cancel()
	if err := cfg.ownerClient(s, owner).Delete(ctx); err != nil {
		return realmError(err)
	}
	return cfg.forget(d.Vault)
}
