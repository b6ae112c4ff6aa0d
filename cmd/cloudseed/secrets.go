package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/secret"
)

// maxSecret is the most that a file with a secret may hold, in bytes.
const maxSecret = 64 << 10

// secretFile reads a secret from the file that a flag names, "-" for standard input. One
// line break at its end is left out: editors put it there. Nothing else is trimmed.
func (s *session) secretFile(path string) (secret.Text, error) {
	from := s.stdin
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return secret.Text{}, noFile(path, err)
		}
		defer f.Close()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, maxSecret+1))
	if err == nil && len(b) > maxSecret {
		err = errors.New("more than 64 KiB")
	}
	if err != nil {
		return secret.Text{}, noFile(path, err)
	}
	b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	return secret.New(b), nil
}

// pin is the PIN that opens a backup: from its file, or typed once.
func (s *session) pin(ctx context.Context, prompt string) (secret.Text, error) {
	switch {
	case s.flags.pinFile != "":
		return s.secretFile(s.flags.pinFile)
	case s.tty == nil:
		return secret.Text{}, missing(say("the PIN"), say("--pin-file FILE"))
	}
	return s.tty.AskSecret(ctx, prompt)
}

// newPIN is the PIN of a new backup: from its file, or typed twice.
func (s *session) newPIN(ctx context.Context) (secret.Text, error) {
	if s.flags.pinFile != "" || s.tty == nil {
		pin, err := s.pin(ctx, "")
		if err == nil {
			err = s.goodPIN(pin)
		}
		return pin, err
	}
	s.tell("Choose a PIN: 6 digits or more. It is not your phone's PIN, nor a cloud's password. %s", tongue().Text("no-reset"))
	for {
		pin, err := s.tty.AskSecret(ctx, say("New PIN"))
		if err != nil {
			return pin, err
		}
		if err := s.goodPIN(pin); err != nil {
			s.tty.Tell("%s %s", tongue().For(err).What, tongue().For(err).Next)
			continue
		}
		again, err := s.tty.AskSecret(ctx, say("The same PIN again"))
		if err != nil {
			return pin, err
		}
		if again.Equal(pin) {
			again.Clear()
			return pin, nil
		}
		s.tell("The two are different.")
	}
}

func (s *session) goodPIN(pin secret.Text) error {
	if err := cloudseed.CheckPIN(pin); err != nil {
		return err
	}
	if cloudseed.ShortPIN(pin) {
		s.printer.note("%s", tongue().Line(tongue().ShortPIN()))
	}
	return nil
}
