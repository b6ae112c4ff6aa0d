package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/phrase"
	"github.com/cloudseed/cloudseed/secret"
)

// create makes a wallet's first backup: everything is asked and read before anything is
// made, and checked as soon as it is known.
func (s *session) create(ctx context.Context) error {
	files, err := attached(s.flags.files)
	if err != nil {
		return err
	}
	wallet, made, err := s.wallet(ctx)
	if err != nil {
		return err
	}
	defer wallet.Phrase.Clear()
	places, err := s.places(ctx, true)
	if err != nil {
		return err
	}
	pin, err := s.newPIN(ctx)
	if err != nil {
		return err
	}
	defer pin.Clear()
	realms, client, err := s.realms()
	if err != nil {
		return err
	}
	cfg := s.config(plain(places))
	cfg.Realms, cfg.HTTP = realms, client
	d, err := cloudseed.Create(ctx, cfg, wallet, pin, files...)
	if d != nil { // sealed: what it needs from now on is remembered
		switch {
		case made && s.flags.showPhrase:
			s.showPhrase(wallet.Phrase)
		case made:
			s.printer.note("a new phrase was made; to see it: cloudseed restore --show-phrase")
		}
		if err := s.rememberAll(places, realms); err != nil {
			return err
		}
	}
	return s.ended(d, err)
}

func (s *session) rememberAll(places []opened, realms configuration) error {
	if err := s.remember(places); err != nil {
		return err
	}
	return s.rememberRealms(realms)
}

// wallet asks for the wallet's name and phrase; made tells whether the phrase is new.
func (s *session) wallet(ctx context.Context) (w *cloudseed.Wallet, made bool, err error) {
	w = &cloudseed.Wallet{Name: s.flags.name}
	if w.Name == "" {
		if w.Name, err = s.ask(ctx, say("the wallet's name"), say("--name NAME"), say("Name of the wallet"), "My wallet"); err != nil {
			return nil, false, err
		}
	}
	if w.Phrase, made, err = s.phrase(ctx); err != nil {
		return nil, false, err
	}
	if s.flags.passphraseFile != "" {
		if w.Passphrase, err = s.secretFile(s.flags.passphraseFile); err != nil {
			return nil, false, err
		}
	}
	return w, made, nil
}

// phrase reads the recovery phrase from its file or from the terminal, or makes one.
func (s *session) phrase(ctx context.Context) (p phrase.Phrase, made bool, err error) {
	switch {
	case s.flags.newPhrase && s.flags.phraseFile != "":
		return p, false, badFlag(say("A phrase cannot be both new and read from a file."), say("Say either --new or --phrase-file."))
	case s.flags.newPhrase:
		p, err = phrase.New(s.flags.words, s.language())
		return p, true, err
	case s.flags.phraseFile != "":
		text, err := s.secretFile(s.flags.phraseFile)
		if err != nil {
			return p, false, err
		}
		defer text.Clear()
		p, err = s.parse(text)
		return p, false, err
	case s.tty == nil:
		return p, false, missing(say("the recovery phrase"), say("--phrase-file FILE or --new"))
	}
	return s.typedPhrase(ctx)
}

// typedPhrase asks until the words are right. No answer makes a new phrase.
func (s *session) typedPhrase(ctx context.Context) (p phrase.Phrase, made bool, err error) {
	s.tell("Type the recovery phrase on one line; it is not shown. Just Enter makes a new one.")
	for {
		text, err := s.tty.AskSecret(ctx, say("Recovery phrase"))
		if err != nil {
			return p, false, err
		}
		if text.Len() == 0 {
			p, err := phrase.New(s.flags.words, s.language())
			return p, true, err
		}
		p, err := s.parse(text)
		text.Clear()
		if err == nil {
			return p, false, nil
		}
		m := tongue().For(err)
		s.tty.Tell("%s", strings.Join(append([]string{m.What}, append(m.Details, m.Next)...), " "))
	}
}

func (s *session) parse(text secret.Text) (phrase.Phrase, error) {
	if s.flags.language == "" {
		return phrase.Parse(text.Reveal())
	}
	return phrase.ParseIn(text.Reveal(), s.language())
}

func (s *session) language() phrase.Language {
	if s.flags.language == "" {
		return phrase.English
	}
	return phrase.Language(strings.ToLower(s.flags.language))
}

// showPhrase shows the words on the terminal device, and nowhere else.
func (s *session) showPhrase(p phrase.Phrase) {
	s.tell("The recovery phrase. Write it down; whoever has it has the money.")
	for i, word := range p.Display() {
		s.tty.Tell("%4d  %s", i+1, word.Reveal())
		word.Clear()
	}
}

// attached reads the files to attach. Their names, without folders, must differ.
func attached(paths []string) ([]cloudseed.File, error) {
	var files []cloudseed.File
	seen := make(map[string]bool)
	for _, path := range paths {
		name := filepath.Base(path)
		if seen[strings.ToLower(name)] {
			return nil, badFlag(say("Two files to attach are called %s.", name), say("Rename one of them."))
		}
		seen[strings.ToLower(name)] = true
		info, err := os.Stat(path)
		if err == nil && !info.Mode().IsRegular() {
			err = fmt.Errorf("not an ordinary file")
		}
		if err != nil {
			return nil, noFile(path, err)
		}
		if info.Size() > maxAttached {
			return nil, cloudseed.ErrTooLarge
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, noFile(path, err)
		}
		files = append(files, cloudseed.File{Name: name, Data: data})
	}
	return files, nil
}
