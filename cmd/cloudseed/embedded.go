package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/embedded"
)

// embeddedNeeded of the embedded PIN servers open a backup.
const embeddedNeeded = 2

// hasEmbedded tells whether they were ever made.
func hasEmbedded(dir string) (bool, error) {
	_, err := os.Stat(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, brokenEmbedded(dir, err)
	}
	return true, nil
}

// openEmbedded opens them, making all of them at first need. One that is missing later is
// an error: making it anew would give all guesses back.
func openEmbedded(dir string) (*embedded.Realms, error) {
	has, err := hasEmbedded(dir)
	if err != nil {
		return nil, err
	}
	if !has {
		if err := embedded.Create(dir); err != nil {
			return nil, brokenEmbedded(dir, err)
		}
	}
	e, err := embedded.Open(dir, nil)
	if err != nil {
		return nil, brokenEmbedded(dir, err)
	}
	return e, nil
}

func embeddedConfiguration(e *embedded.Realms) juicebox.Configuration {
	return juicebox.Configuration{
		Realms:            e.Realms(),
		RegisterThreshold: embedded.Count,
		RecoverThreshold:  embeddedNeeded,
		PINHashingMode:    juicebox.Standard2019,
	}
}

func brokenEmbedded(dir string, cause error) error {
	p := newProblem("embedded", words.ExitFailure, say("Could not open the embedded PIN servers in %s.", dir),
		say("Check the free space and your rights there. If a file is missing, put it back: it cannot be made anew."))
	p.message.Safe = say("They were left as they are.")
	p.cause = cause
	return p
}
