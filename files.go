package cloudseed

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"path"
	"strings"

	"filippo.io/age"

	"github.com/cloudseed/cloudseed/envelope"
)

// ErrDangerous refuses a file whose old copy would do harm when it is put back.
var ErrDangerous = errors.New("an old copy of this file can lose money")

// ErrBadFile refuses a file that cannot be attached under its name.
var ErrBadFile = envelope.ErrBadFile

// A live channel database put back from an old copy makes a Lightning node publish old
// states, for which its peers may take everything. Static channel backups are made for this.
var dangerousFiles = []string{"channel.db", "channel.sqlite", "lightningd.sqlite3", "ldk_node_data.sqlite", "eclair.sqlite", "eclair.db", "lnd.db"}

// Update seals attached files as a new generation of the files part and puts it into every
// place, read back. It needs neither PIN nor phrase, and seals to the emergency kit too if there
// is one. Files replace all those attached before.
//
// It fails with an *IncompleteError when some place does not have it yet; Resume goes on. Where
// another device has taken over, it fails with ErrReplaced or ErrFork, and where one has
// written the same generation, with ErrConflict: nothing is overwritten, and nothing more is
// written until the person has decided. It looks for that at every write, and in all of each
// place when the last look is older than an hour.
func Update(ctx context.Context, cfg Config, d *Device, files ...File) error {
	cfg.inTurn()
	if err := errors.Join(d.made(), d.undecided()); err != nil {
		return fmt.Errorf("update: %w", err)
	}
	if err := checkAttachments(files); err != nil {
		return err
	}
	if err := d.sealAndSave(&cfg, func(next *Device) error { return next.sealFiles(cfg.DeviceName, files) }); err != nil {
		return err
	}
	if now().Sub(d.Surveyed) < surveyAge {
		return finish(ctx, &cfg, d)
	}
	return d.finishAndLook(ctx, &cfg)
}

// sealAndSave makes new generations and journals them. d changes only when that is done:
// what no journal has must not be sent anywhere, or after a crash it would be a stranger's.
func (d *Device) sealAndSave(cfg *Config, seal func(next *Device) error) error {
	next := d.snapshot()
	if err := cfg.during(StepSeal, "", func() error { return seal(next) }); err != nil {
		return err
	}
	next.Stage = StageSealed
	if err := cfg.save(next); err != nil {
		return err
	}
	*d = *next
	return nil
}

// finishAndLook looks for other devices while it writes, so that the look costs no time.
func (d *Device) finishAndLook(ctx context.Context, cfg *Config) error {
	before := d.snapshot()
	looked := make(chan *survey, 1)
	go func() { looked <- before.survey(ctx, cfg, before.Places) }()
	err := finish(ctx, cfg, d)
	d.learn(<-looked)
	if saveErr := cfg.note(d); saveErr != nil {
		return saveErr
	}
	if seen := d.undecided(); seen != nil {
		return seen
	}
	return err
}

// sealFiles makes the next generation of the files part.
func (d *Device) sealFiles(device string, files []File) error {
	s, err := envelope.ParseStanza(d.Stanza)
	if err != nil {
		return err
	}
	first, err := age.ParseHybridRecipient(d.FilesRecipient)
	if err != nil {
		return err
	}
	to, err := d.recipients(first)
	if err != nil {
		return err
	}
	owner := ed25519.NewKeyFromSeed(d.owner.Reveal())
	defer clear(owner)
	h := envelope.Header{Generation: d.above(envelope.FilesPart), Previous: d.Files.SHA256, Created: now(), Device: device}
	sealed, err := envelope.SealFiles(s, owner, h, files, to...)
	if err != nil {
		return err
	}
	d.Files = PartState{Generation: h.Generation, SHA256: envelope.Sum(sealed), Size: len(sealed), Sealed: h.Created, Names: fileNames(files), Pending: sealed, Kit: len(to) > 1,
		Sums: fileSums(files), Earlier: d.earlier()}
	return nil
}

func fileSums(files []File) []string {
	var sums []string
	for _, f := range files {
		sums = append(sums, envelope.Sum(f.Data))
	}
	return sums
}

func fileNames(files []File) []string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return names
}

// CheckAttachments tells whether files can be attached: their names, number and sizes, and
// that none is one whose old copy would lose money.
func CheckAttachments(files []File) error { return checkAttachments(files) }

func checkAttachments(files []File) error {
	for _, f := range files {
		for _, name := range dangerousFiles {
			if strings.EqualFold(path.Base(f.Name), name) {
				return fmt.Errorf("%w: %s", ErrDangerous, name)
			}
		}
	}
	return envelope.CheckFiles(files)
}
