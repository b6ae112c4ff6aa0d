package main

import (
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed/internal/autostart"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newAutostart(s *session) *cobra.Command {
	return &cobra.Command{
		Use:   "autostart on|off|status",
		Short: say("Watch with every sign-in to this computer"),
		Long: say(`Autostart runs "cloudseed watch" for the files that were watched last, with every sign-in:
by a systemd user unit on Linux, a launchd agent on macOS, a scheduled task on Windows.`),
		Example:   "  cloudseed autostart on\n  cloudseed autostart status",
		Args:      cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"on", "off", "status"},
		RunE:      func(cmd *cobra.Command, args []string) error { return s.autostart(args[0]) },
	}
}

func (s *session) autostart(what string) (err error) {
	var r autostartResult
	switch what {
	case "on":
		var command []string
		if command, err = s.watchCommand(); err != nil {
			return err
		}
		r.File, err = autostart.On(command...)
		r.On = true
	case "off":
		r.File, err = autostart.Off()
	default:
		r.File, r.On, err = autostart.Status()
	}
	if err != nil {
		p := newProblem("autostart", words.ExitFailure, say("The system could not be told to start Cloudseed by itself, or to stop it."), say("Start it by hand: cloudseed watch."))
		if errors.Is(err, autostart.ErrUnsupported) {
			p.message.What = say("There is no autostart on this system yet.")
		}
		p.message.Safe, p.cause = say("Backups are not affected."), err
		return p
	}
	s.printer.result("autostart", r)
	return nil
}

// watchCommand is this program, with the data directory of now.
func (s *session) watchCommand() ([]string, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	command := []string{self, "watch"}
	if s.flags.data != "" {
		dir, err := filepath.Abs(s.flags.data)
		if err != nil {
			return nil, err
		}
		command = append(command, "--data", dir)
	}
	return command, nil
}

type autostartResult struct {
	On   bool   `json:"on"`
	File string `json:"file"`
}

func (r autostartResult) text(w io.Writer) {
	if r.On {
		printf(w, "autostart is on: %s\n", r.File)
		return
	}
	printf(w, "autostart is off\n")
}
