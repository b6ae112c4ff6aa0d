package main

import (
	"context"
	"errors"

	"github.com/cloudseed/cloudseed"
)

// oneDevice is the backup that is meant, with what its verbs need.
func (s *session) oneDevice(ctx context.Context) (*cloudseed.Device, cloudseed.Config, error) {
	if err := s.open(); err != nil {
		return nil, cloudseed.Config{}, err
	}
	d, err := s.onlyDevice()
	if err != nil {
		return nil, cloudseed.Config{}, err
	}
	cfg, _, err := s.deviceConfig(ctx, d)
	return d, cfg, err
}

// onlyDevice is the only backup that this computer knows, or the one called --name.
func (s *session) onlyDevice() (*cloudseed.Device, error) {
	devices, err := s.someDevices()
	if err != nil {
		return nil, err
	}
	if len(devices) > 1 {
		return nil, severalWallets(devices)
	}
	return devices[0], nil
}

// unlocking does what needs the wallet again: with the words of --phrase-file, or with the
// PIN, which may be typed again on a terminal until it is right, while tries last.
func (s *session) unlocking(ctx context.Context, d *cloudseed.Device, do func(cloudseed.Unlock) error) error {
	if s.flags.phraseFile != "" {
		w, err := s.wordsOf(ctx, d)
		if err != nil {
			return err
		}
		defer w.Phrase.Clear()
		defer w.Passphrase.Clear()
		return do(cloudseed.Unlock{Wallet: w})
	}
	for {
		err := s.unlockWithPIN(ctx, d, do)
		var wrong *cloudseed.WrongPINError
		if !errors.As(err, &wrong) || wrong.Left == 0 || s.tty == nil || s.flags.pinFile != "" {
			return err
		}
		s.tty.Tell("%s", tongue().For(err).What)
	}
}

func (s *session) unlockWithPIN(ctx context.Context, d *cloudseed.Device, do func(cloudseed.Unlock) error) error {
	pin, err := s.pin(ctx, say("PIN of %s", d.Name))
	if err != nil {
		return err
	}
	defer pin.Clear()
	if pin.Len() == 0 {
		return missing(say("the PIN"), say("--pin-file FILE with something in it"))
	}
	return do(cloudseed.Unlock{PIN: pin})
}

// wordsOf is the wallet as its words alone give it. What else was sealed with them only the
// PIN can open.
func (s *session) wordsOf(ctx context.Context, d *cloudseed.Device) (*cloudseed.Wallet, error) {
	w := &cloudseed.Wallet{Name: d.Name}
	var err error
	if w.Phrase, _, err = s.phrase(ctx); err != nil {
		return nil, err
	}
	if s.flags.passphraseFile != "" {
		if w.Passphrase, err = s.secretFile(s.flags.passphraseFile); err != nil {
			return nil, err
		}
	}
	s.printer.note("a birthday and descriptors that were sealed with the words are left out: only the PIN opens those")
	return w, nil
}
