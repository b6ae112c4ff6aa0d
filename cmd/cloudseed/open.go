package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/pkg/browser"
	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/webapp"
	"github.com/cloudseed/cloudseed/secret"
)

func newOpen(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "open",
		Short: say("Open the app in the browser (also without a command)"),
		Long: say(`Open serves the app to this computer's own browser, on 127.0.0.1 and a free port, until
Ctrl-C. The browser is let in through a private file, so that the address alone is not
enough.`),
		Example: "  cloudseed open\n  cloudseed open --no-browser\n  cloudseed open --realms servers.json",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.openApp(cmd.Context()) },
	}
	f := cmd.Flags()
	f.BoolVar(&s.flags.noBrowser, "no-browser", false, say("only print where the app is"))
	f.BoolVar(&s.flags.dev, "dev", false, say("add the gallery of all screens"))
	f.IntVar(&s.flags.port, "port", 0, say("`PORT` of 127.0.0.1; a free one when 0"))
	s.realmsFlag(f)
	s.clientIDsFlag(f)
	return cmd
}

func (s *session) openApp(ctx context.Context) error {
	if err := s.open(); err != nil {
		return err
	}
	realms, _, err := s.realms()
	if err != nil {
		return err
	}
	known, client, err := s.knownRealms()
	if err != nil {
		return err
	}
	if err := s.rememberRealms(realms); err != nil {
		return err
	}
	clouds, err := s.openClouds()
	if err == nil {
		err = s.badClients
	}
	if err != nil {
		return err
	}
	app, err := webapp.New(webapp.Config{
		Profile: s.profile,
		Realms:  realms,
		Known:   known,
		HTTP:    client,
		Open: func(ctx context.Context, url string, password secret.Text) (cloudseed.Place, error) {
			return clouds.Open(ctx, url, password, true)
		},
		Providers:     s.providers(),
		SignIn:        clouds.SignIn,
		Drop:          clouds.Drop,
		DefaultFolder: suggestedFolder(),
		DeviceName:    deviceName(),
		DataDir:       s.profile.Dir(),
		Version:       thisVersion().Version,
		Log:           s.appLog(),
		Dev:           s.flags.dev,
		Port:          s.flags.port,
	})
	if err != nil {
		return err
	}
	page, err := app.Link()
	if err != nil {
		return err
	}
	s.printer.result("open", openResult{"http://" + app.Addr() + "/", page})
	if !s.flags.noBrowser {
		s.browse(page)
	}
	if s.tty != nil {
		go s.newLinks(ctx, app)
	}
	return app.Serve(ctx)
}

// newLinks makes another way in each time the person presses Enter: a link lets one
// browser in, once.
func (s *session) newLinks(ctx context.Context, app *webapp.App) {
	for {
		if _, err := s.tty.Ask(ctx, say("Enter opens it again; Ctrl-C ends it"), ""); err != nil {
			return
		}
		page, err := app.Link()
		if err != nil {
			s.printer.note("no new link could be made: %v", err)
			return
		}
		s.printer.note("a new link: file://%s", page)
		if !s.flags.noBrowser {
			s.browse(page)
		}
	}
}

// appLog goes to standard error, only with --verbose.
func (s *session) appLog() *slog.Logger {
	if !s.printer.verbose {
		return nil
	}
	return slog.New(slog.NewTextHandler(s.printer.stderr, nil))
}

// browse opens the private file in the person's browser. What that program prints is none
// of ours.
func (s *session) browse(page string) {
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	if err := browser.OpenFile(page); err != nil {
		s.printer.note("no browser could be started; open this file in one: %s", page)
	}
}

type openResult struct {
	Address string `json:"address"`
	Page    string `json:"page"` // the private file that lets a browser in
}

func (r openResult) text(w io.Writer) {
	printf(w, "Cloudseed is open at %s (Ctrl-C ends it)\n", r.Address)
	printf(w, "  To let a browser in, open this file: %s%s\n", "file://", r.Page)
}
