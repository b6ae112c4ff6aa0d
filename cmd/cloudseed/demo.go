package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/realm/embedded"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/folder"
)

func newDemo(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "demo",
		Short: say("Play the whole story in a temporary directory, in a few seconds"),
		Long: say(`Demo makes a new phrase, backs it up in two places, wipes the device, and gets the phrase
back on another one, with a wrong PIN on the way. It uses the real code and leaves nothing
behind. It succeeds only if all of it held.`),
		Example: "  cloudseed demo\n  cloudseed demo --json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.demo(cmd.Context()) },
	}
}

// A demo is the story's stage: everything is inside one temporary directory.
type demo struct {
	s      *session
	dir    string
	places []cloudseed.Place
	realms *embedded.Realms
	wallet *cloudseed.Wallet
	pin    []byte
}

func (s *session) demo(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "cloudseed-demo-*")
	if err != nil {
		return cannotWrite(os.TempDir(), err)
	}
	defer os.RemoveAll(dir)
	d := &demo{s: s, dir: dir, pin: []byte("271845")}
	for _, act := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"phrase", d.newPhrase},
		{"places", d.openPlaces},
		{"pin-servers", d.openRealms},
		{"backup", d.backup},
		{"wipe", d.wipe},
		{"wrong-pin", d.wrongPIN},
		{"restore", d.restore},
	} {
		text, err := act.do(ctx)
		if err != nil {
			d.close()
			return fmt.Errorf("demo, %s: %w", act.name, err)
		}
		s.act(act.name, text)
	}
	d.close()
	s.printer.result("demo", demoResult{true})
	return nil
}

// act prints one step of the story.
func (s *session) act(name, text string) {
	if s.printer.json {
		s.printer.object(stepJSON{Type: "step", Step: name, State: string(cloudseed.Done), Text: text})
		return
	}
	fmt.Fprintf(s.printer.stdout, "  %-12s %s\n", name, text)
}

type demoResult struct {
	Held bool `json:"held"`
}

func (demoResult) text(w io.Writer) { printf(w, "all of it held\n") }

func (d *demo) newPhrase(context.Context) (string, error) {
	p, err := phrase.New(12, phrase.English)
	if err != nil {
		return "", err
	}
	d.wallet = &cloudseed.Wallet{Name: "Demo", Phrase: p}
	fingerprint, err := d.wallet.Fingerprint()
	return say("a new phrase of 12 words, fingerprint %s", fingerprint), err
}

func (d *demo) openPlaces(ctx context.Context) (string, error) {
	f, err := folder.Create(filepath.Join(d.dir, "usb stick"))
	if err != nil {
		return "", err
	}
	dav, err := serveWebDAV(ctx, filepath.Join(d.dir, "server"))
	if err != nil {
		return "", err
	}
	d.places = []cloudseed.Place{{Name: "usb stick", URL: "folder:usb stick", Store: f}, {Name: "own server", URL: "webdav:loopback", Store: dav}}
	return say("a folder, and a WebDAV server on this computer"), nil
}

func (d *demo) openRealms(context.Context) (string, error) {
	var err error
	d.realms, err = openEmbedded(filepath.Join(d.dir, "pin-servers"))
	return say("%d PIN servers, %d needed; for trying out, inside this process", embedded.Count, embeddedNeeded), err
}

// device opens the profile of one of the two devices.
func (d *demo) device(name string) (*profile.Profile, cloudseed.Config, error) {
	p, err := profile.Open(filepath.Join(d.dir, name))
	if err != nil {
		return nil, cloudseed.Config{}, err
	}
	return p, cloudseed.Config{Places: d.places, Realms: embeddedConfiguration(d.realms), HTTP: embeddedClient(d.realms), Journal: p, DeviceName: name}, nil
}

func (d *demo) backup(ctx context.Context) (string, error) {
	p, cfg, err := d.device("first device")
	if err != nil {
		return "", err
	}
	defer p.Close()
	if _, err := cloudseed.Create(ctx, cfg, d.wallet, secret.Copy(d.pin)); err != nil {
		return "", err
	}
	return say("sealed, put into both places, read back: the same, byte for byte"), nil
}

// wipe loses the device. What is left is in the places and at the PIN servers.
func (d *demo) wipe(context.Context) (string, error) {
	return say("the device and all it remembered are gone"), os.RemoveAll(filepath.Join(d.dir, "first device"))
}

func (d *demo) wrongPIN(ctx context.Context) (string, error) {
	_, err := d.open(ctx, secret.New([]byte("314159")))
	var wrong *cloudseed.WrongPINError
	if !errors.As(err, &wrong) {
		return "", fmt.Errorf("a wrong PIN was not refused as one: %w", err)
	}
	if wrong.Left != cloudseed.DefaultGuesses-1 {
		return "", fmt.Errorf("%d tries are left, want %d", wrong.Left, cloudseed.DefaultGuesses-1)
	}
	return say("refused on a new device, %s left", tongue().Tries(wrong.Left)), nil
}

func (d *demo) restore(ctx context.Context) (string, error) {
	r, err := d.open(ctx, secret.Copy(d.pin))
	if err != nil {
		return "", err
	}
	defer r.Wallet.Phrase.Clear()
	want, err := d.wallet.Fingerprint()
	if err != nil {
		return "", err
	}
	got, err := r.Wallet.Fingerprint()
	if err != nil {
		return "", err
	}
	if got != want || !r.Wallet.Phrase.Equal(d.wallet.Phrase) {
		return "", errors.New("another phrase came back")
	}
	return say("the right PIN: the same phrase is back, fingerprint %s", got), nil
}

func (d *demo) open(ctx context.Context, pin secret.Text) (*cloudseed.Restored, error) {
	p, cfg, err := d.device("second device")
	if err != nil {
		return nil, err
	}
	defer p.Close()
	found, err := cloudseed.Find(ctx, cfg)
	if err != nil {
		return nil, err
	}
	return cloudseed.Restore(ctx, cfg, found.Backups[0], pin)
}

func (d *demo) close() {
	if d.wallet != nil {
		d.wallet.Phrase.Clear()
	}
	if d.realms != nil {
		d.realms.Close()
	}
}
