package cloudseed

import (
	"errors"
	"testing"

	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/phrase"
)

// skippedAs wants exactly one skipped file of that name, because of want.
func skippedAs(t *testing.T, skipped []Skipped, file string, want error) {
	t.Helper()
	n := 0
	for _, s := range skipped {
		if s.File == file {
			if n++; !errors.Is(s.Err, want) {
				t.Errorf("%s is skipped because of %v, want %v", file, s.Err, want)
			}
		}
	}
	if n != 1 {
		t.Errorf("%s is skipped %d times: %+v", file, n, skipped)
	}
}

// A place that gives an older generation the name of a newer one does not make it newer:
// what counts is the generation that is signed.
func TestOlderUnderNewerName(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "channel.backup", Data: []byte("one")})
	for _, text := range []string{"two", "three"} {
		if err := Update(ctx, w.config(), d, File{Name: "channel.backup", Data: []byte(text)}); err != nil {
			t.Fatal(err)
		}
	}
	base := envelope.BaseName("Samantha")
	name := func(generation int) string { return envelope.FileName(base, envelope.FilesPart, generation) }
	older := w.a.Files()[name(1)]
	w.a.Put(name(9), older)

	c := w.config()
	c.Places = c.Places[:1]
	r := w.restore(c)
	if string(r.Files[0].Data) != "three" || r.Device.Files.Generation != 3 {
		t.Errorf("restored %q, generation %d", r.Files[0].Data, r.Device.Files.Generation)
	}

	// In the place of the newest it is found out as what it is: another place has more.
	w.a.Delete(ctx, name(9))
	w.a.Delete(ctx, name(3))
	w.a.Delete(ctx, name(2))
	w.a.Put(name(3), older)
	if r := w.restore(w.config()); string(r.Files[0].Data) != "three" || r.FilesFrom != "second" {
		t.Errorf("restored %q from %s", r.Files[0].Data, r.FilesFrom)
	}
	var incomplete *IncompleteError
	if err := Check(ctx, w.config(), d); !errors.As(err, &incomplete) || len(incomplete.Failed) != 1 || incomplete.Failed[0].Place != "first" {
		t.Errorf("check: %v", err)
	}
	// Alone it restores as the generation that it is, which the person can see.
	if r := w.restore(c); r.Device.Files.Generation != 1 || string(r.Files[0].Data) != "one" {
		t.Errorf("alone: generation %d, %q", r.Device.Files.Generation, r.Files[0].Data)
	}
}

// Parts of two vaults under each other's names: each goes to its own vault, whatever it is
// called, and nothing is mixed.
func TestPartsOfTwoVaultsMixed(t *testing.T) {
	w := newWorld(t)
	d := w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("Samantha's")})
	other := newWorld(t)
	o := other.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("another's")})

	base := envelope.BaseName("Samantha")
	files, wallet := envelope.FileName(base, envelope.FilesPart, 1), envelope.FileName(base, envelope.WalletPart, 1)
	w.a.Put(envelope.FileName(base, envelope.FilesPart, 2), other.a.Files()[files])
	w.a.Put(envelope.FileName(base, envelope.WalletPart, 2), other.a.Files()[wallet])

	c := w.config()
	c.Places = c.Places[:1]
	s, err := Find(ctx, c)
	if err != nil || len(s.Backups) != 2 {
		t.Fatalf("found %+v, %v: want two vaults", s, err)
	}
	for _, b := range s.Backups {
		if len(b.Wallet) != 1 || len(b.Files) != 1 || b.Wallet[0].stanza.Vault() != b.Vault || b.Files[0].stanza.Vault() != b.Vault {
			t.Errorf("mixed: %+v", b)
		}
		r, err := Restore(ctx, c, b, pin())
		if b.Vault == o.Vault {
			wantError(t, "the other vault, at realms that do not know it", err, ErrNoRecord)
			continue
		}
		if err != nil || b.Vault != d.Vault || string(r.Files[0].Data) != "Samantha's" {
			t.Errorf("restored %+v, %v", r, err)
		}
	}

	// Without its wallet part the other vault's files belong to nobody here.
	w.a.Delete(ctx, envelope.FileName(base, envelope.WalletPart, 2))
	s, err = Find(ctx, c)
	if err != nil || len(s.Backups) != 1 {
		t.Fatalf("found %+v, %v", s, err)
	}
	skippedAs(t, s.Skipped, envelope.FileName(base, envelope.FilesPart, 2), ErrNoWalletPart)
}

// A wallet part under the name of attached files, and the other way round, are not taken
// for what the name says.
func TestPartsUnderEachOthersNames(t *testing.T) {
	w := newWorld(t)
	w.create(newWallet(t, 12, phrase.English), File{Name: "labels.jsonl", Data: []byte("labels")})
	base := envelope.BaseName("Samantha")
	files, wallet := envelope.FileName(base, envelope.FilesPart, 1), envelope.FileName(base, envelope.WalletPart, 1)
	asWallet, asFiles := envelope.FileName(base, envelope.WalletPart, 7), envelope.FileName(base, envelope.FilesPart, 7)
	w.a.Put(asWallet, w.a.Files()[files])
	w.a.Put(asFiles, w.a.Files()[wallet])
	c := w.config()
	c.Places = c.Places[:1]
	r := w.restore(c)
	if r.Generation != 1 || string(r.Files[0].Data) != "labels" {
		t.Errorf("generation %d, files %+v", r.Generation, r.Files)
	}
	skippedAs(t, r.Skipped, asWallet, envelope.ErrWrongKey)
	skippedAs(t, r.Skipped, asFiles, envelope.ErrWrongKey)
}
