package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/term"
	"github.com/cloudseed/cloudseed/realm/embedded"
	"github.com/cloudseed/cloudseed/secret"
)

// A session is one run of the program: its flags, its streams and what it has open.
type session struct {
	stdin   io.Reader
	tty     *term.Terminal // nil: nobody can be asked
	printer *printer
	running bool // a command was found and its flags are right

	flags        flags
	kit          kitFlags
	take         takeFlags
	profile      *profile.Profile
	embedded     *embedded.Realms // the PIN servers inside this process, once needed
	filePassword *secret.Text     // of --password-file, once read
	closers      []func() error
	readOnly     bool           // the profile is
	clouds       *places.Config // once needed
	badClients   error          // why the client ids cannot be used
	forks        []forkRow      // that were seen while looking for a backup

	// For tests: the world outside. Nil and false are the real one.
	http     func() *http.Client
	openURL  func(url string) error
	fileKeys bool // no keychain of the system
}

// flags of all commands; each command adds those that it reads.
type flags struct {
	data, realms, name, vault                         string
	phraseFile, passphraseFile, pinFile, passwordFile string
	newPINFile                                        string
	places, files                                     []string
	out, language, clientIDs                          string
	words, port                                       int
	newPhrase, showPhrase, acceptRealms               bool
	noBrowser, dev, removable                         bool
	keepMine, takeTheirs                              bool
}

func (s *session) commonFlags(cmd *cobra.Command) {
	f := cmd.PersistentFlags()
	f.StringVar(&s.flags.data, "data", "", say("`DIR` with what this computer remembers; two directories are two devices"))
	f.BoolVar(&s.printer.json, "json", false, say("print one JSON object for each step and result"))
	f.BoolVarP(&s.printer.verbose, "verbose", "v", false, say("also print the technical cause of a failure"))
}

func (s *session) realmsFlag(f *pflag.FlagSet) {
	f.StringVar(&s.flags.realms, "realms", "", say("`FILE` that names the PIN servers (Juicebox configuration JSON)"))
}

func (s *session) placeFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&s.flags.places, "place", nil, say("`NAME or URL` of a place, such as folder:/media/usb or gdrive:; repeatable"))
	f.StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
}

func (s *session) pinFlag(f *pflag.FlagSet) {
	f.StringVar(&s.flags.pinFile, "pin-file", "", say("`FILE` with the PIN; - is standard input"))
}

// named by the environment: the name of a file or directory, never a secret itself.
var environment = []string{"data", "realms", "phrase-file", "passphrase-file", "pin-file", "new-pin-file", "password-file", "kit-file", "client-ids"}

// prepare runs before every command: CLOUDSEED_PIN_FILE and the like stand in for flags
// that were not given, and standard input can be only one thing.
func (s *session) prepare(cmd *cobra.Command) error {
	s.speakJSON()
	var fromStdin []string
	for _, name := range environment {
		flag := cmd.Flags().Lookup(name)
		if flag == nil {
			continue
		}
		variable := "CLOUDSEED_" + strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
		if value := os.Getenv(variable); value != "" && !flag.Changed {
			if err := flag.Value.Set(value); err != nil {
				return badCommandLine(cmd, err)
			}
		}
		if flag.Value.String() == "-" {
			fromStdin = append(fromStdin, "--"+name)
		}
	}
	if len(fromStdin) > 1 {
		return twiceStdin(fromStdin)
	}
	return nil
}

// open opens the profile for reading and writing.
func (s *session) open() error {
	dir, err := s.dataDir()
	if err != nil {
		return err
	}
	if s.profile, err = profile.OpenAsking(context.Background(), dir); err != nil {
		return err
	}
	s.closers = append(s.closers, s.profile.Close)
	return nil
}

// read opens the profile for reading only, beside an app that may be running.
func (s *session) read() error {
	dir, err := s.dataDir()
	if err != nil {
		return err
	}
	s.profile, err = profile.Read(dir)
	s.readOnly = true
	return err
}

func (s *session) dataDir() (string, error) {
	if s.flags.data != "" {
		return s.flags.data, nil
	}
	dir, err := profile.DefaultDir()
	if err != nil {
		return "", missing(say("where to remember things"), say("--data DIR"))
	}
	return dir, nil
}

func (s *session) close() {
	for i := len(s.closers) - 1; i >= 0; i-- {
		s.closers[i]()
	}
	s.tty.Close()
}

// ask asks for one line, or fails with the flag that gives the same.
func (s *session) ask(ctx context.Context, what, flag, prompt, suggestion string) (string, error) {
	if s.tty == nil {
		return "", missing(what, flag)
	}
	return s.tty.Ask(ctx, prompt, suggestion)
}

// confirm asks a question that only a typed "yes", in the person's language or in English, answers
// with yes.
func (s *session) confirm(ctx context.Context, question string) (bool, error) {
	answer, err := s.tty.Ask(ctx, question+" "+say("Type yes or no"), "")
	return strings.EqualFold(answer, say("yes")) || strings.EqualFold(answer, "yes"), err
}

// choose asks for one of several, by number.
func (s *session) choose(ctx context.Context, title string, options []string) (int, error) {
	s.tty.Tell("%s", title)
	for i, option := range options {
		s.tty.Tell("  %d  %s", i+1, option)
	}
	for {
		answer, err := s.tty.Ask(ctx, say("Number"), "")
		if err != nil {
			return 0, err
		}
		var n int
		if _, err := fmt.Sscan(answer, &n); err == nil && n >= 1 && n <= len(options) {
			return n - 1, nil
		}
		s.tell("Please type a number from 1 to %d.", len(options))
	}
}

// deviceName tells people which computer made a backup.
func deviceName() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}
