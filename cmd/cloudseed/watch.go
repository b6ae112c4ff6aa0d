package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/watch"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newWatch(s *session) *cobra.Command {
	var none bool
	cmd := &cobra.Command{
		Use:   "watch [FILE…]",
		Short: say("Keep attached files backed up, whenever one changes"),
		Long: say(`Watch seals the attached files again whenever one of them changes, without PIN or phrase,
and puts them into every place, read back; a place that is down gets the last state when
it is back. The files are remembered: without a FILE, those of last time are watched. They
replace all files attached before.

It runs until Ctrl-C, beside other commands: it gives way to them, and waits while the app is
open. To start it with every sign-in: cloudseed autostart on.`),
		Example: `  cloudseed watch ~/.lnd/data/chain/bitcoin/mainnet/channel.backup
  cloudseed watch ~/channel.backup ~/labels.jsonl
  cloudseed watch --none`,
		RunE: func(cmd *cobra.Command, args []string) error { return s.watch(cmd.Context(), args, none) },
	}
	f := cmd.Flags()
	f.StringVar(&s.flags.name, "name", "", say("`NAME` of the wallet"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place"))
	f.BoolVar(&none, "none", false, say("forget which files to watch"))
	s.realmsFlag(f)
	return cmd
}

// watch remembers what is to be watched, and watches.
func (s *session) watch(ctx context.Context, paths []string, none bool) error {
	d, files, err := s.watched(ctx, paths, none)
	if err != nil || none {
		return err
	}
	only, err := profile.Watch(s.profile.Dir())
	if err != nil {
		return err
	}
	defer only.Close()
	w := &watcher{session: s, vault: d.Vault, name: d.Name}
	for _, file := range files {
		s.printer.note("watching %s", file)
	}
	list := func() ([]string, error) { return s.profile.Watched(d.Vault) } // the app may change it
	err = watch.Follow(ctx, watch.Config{Turn: w.turn, Tell: w.tell}, list)
	if errors.Is(err, watch.ErrTwice) {
		return badFlag(say("Two of the files have the same name."), say("Rename one of them."))
	}
	return err
}

// watched is the vault and its files. New ones are remembered; the profile is then given back.
func (s *session) watched(ctx context.Context, paths []string, none bool) (*cloudseed.Device, []string, error) {
	dir, err := s.dataDir()
	if err != nil {
		return nil, nil, err
	}
	if s.profile, err = profile.Read(dir); err != nil {
		return nil, nil, err
	}
	d, err := s.onlyDevice()
	if err != nil {
		return nil, nil, err
	}
	var files []string
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, nil, noFile(path, err)
		}
		if err := cloudseed.CheckAttachments([]cloudseed.File{{Name: filepath.Base(absolute)}}); err != nil {
			return nil, nil, err
		}
		files = append(files, absolute)
	}
	if len(files) == 0 && !none {
		if files, err = s.profile.Watched(d.Vault); err == nil && len(files) == 0 {
			err = newProblem("nothing-to-watch", words.ExitUsage, say("No file to watch was given."), say("Say: cloudseed watch FILE."))
		}
		return d, files, err
	}
	p, err := profile.OpenAsking(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	defer p.Close()
	return d, files, p.SetWatched(d.Vault, files)
}

// A watcher is what a run of watch needs between its turns.
type watcher struct {
	*session
	vault cloudseed.VaultID
	name  string
}

// lookAgain is how often the profile is asked for while somebody else has it.
const lookAgain = 500 * time.Millisecond

// turn waits for the profile, and opens it with all places anew: somebody else may have
// changed them. It is given back when that is asked for.
func (w *watcher) turn(ctx context.Context) (*watch.Turn, error) {
	dir := w.profile.Dir()
	var p *profile.Profile
	for p == nil {
		if !profile.Wanted(dir) {
			var err error
			if p, err = profile.Open(dir); err != nil && !errors.Is(err, profile.ErrLocked) {
				return nil, err
			}
		}
		if p == nil {
			select {
			case <-ctx.Done():
				return nil, ctx.Err()
			case <-time.After(lookAgain):
			}
		}
	}
	s := w.forTurn(p)
	t, err := s.watchTurn(ctx, w.vault)
	if err != nil {
		s.close()
		return nil, err
	}
	ended, end := context.WithCancel(ctx)
	t.Wanted = asked(ended, dir)
	t.Done = func() { end(); s.close() }
	return t, nil
}

// forTurn is a session of its own over the profile; whatever it opens is closed with the turn.
func (w *watcher) forTurn(p *profile.Profile) *session {
	s := &session{printer: w.printer, flags: w.flags, profile: p, http: w.http, openURL: w.openURL, fileKeys: w.fileKeys}
	s.closers = append(s.closers, p.Close)
	return s
}

func (s *session) watchTurn(ctx context.Context, vault cloudseed.VaultID) (*watch.Turn, error) {
	devices, err := s.profile.Devices()
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		if d.Vault == vault {
			cfg, _, err := s.deviceConfig(ctx, d)
			return &watch.Turn{Config: cfg, Device: d}, err
		}
	}
	return nil, nothingHere("")
}

// asked is closed when somebody waits for the profile.
func asked(ctx context.Context, dir string) <-chan struct{} {
	wanted := make(chan struct{})
	go func() {
		for !profile.Wanted(dir) {
			select {
			case <-ctx.Done():
				return
			case <-time.After(lookAgain / 5):
			}
		}
		close(wanted)
	}()
	return wanted
}

// stamp is a file in the profile whose time says when the person was notified last.
func (w *watcher) stamp() string { return filepath.Join(w.profile.Dir(), "notified") }

func (w *watcher) notified() time.Time {
	info, err := os.Stat(w.stamp())
	if err != nil {
		return time.Time{}
	}
	return info.ModTime()
}
