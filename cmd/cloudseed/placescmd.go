package main

import (
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/words"
)

func newPlaces(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "places",
		Short:   "The places that this computer remembers",
		Example: "  cloudseed places add stick folder:/media/usb\n  cloudseed places list",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.listPlaces() },
	}
	add := &cobra.Command{
		Use:     "add NAME URL",
		Short:   "Look at a place and remember it",
		Example: "  cloudseed places add stick folder:/media/usb\n  cloudseed places add home webdav:https://sam@cloud.example/backup",
		Args:    cobra.ExactArgs(2),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.addPlace(cmd, args[0], args[1]) },
	}
	add.Flags().StringVar(&s.flags.passwordFile, "password-file", "", "`FILE` with the password of the place; - is standard input")
	list := &cobra.Command{
		Use:     "list",
		Short:   "List the remembered places",
		Example: "  cloudseed places list",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.listPlaces() },
	}
	remove := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Forget a place; the files in it stay",
		Example: "  cloudseed places remove stick",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.removePlace(args[0]) },
	}
	cmd.AddCommand(add, list, remove)
	return cmd
}

type placesResult struct {
	Places []profile.Place `json:"places"`
}

func (r placesResult) text(w io.Writer) {
	if len(r.Places) == 0 {
		fmt.Fprintln(w, "no place is remembered yet; add one: cloudseed places add NAME URL")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, p := range r.Places {
		fmt.Fprintf(t, "%s\t%s\t%s\n", p.Name, words.PlaceKind(p.URL), p.URL)
	}
}

func (s *session) listPlaces() error {
	if err := s.read(); err != nil {
		return err
	}
	places, err := s.profile.Places()
	if err != nil {
		return err
	}
	s.printer.result("places", placesResult{append([]profile.Place{}, places...)})
	return nil
}

// addPlace remembers a place only after it has been looked at: a wrong address or
// password is best found while the person is there.
func (s *session) addPlace(cmd *cobra.Command, name, url string) error {
	ctx := cmd.Context()
	if err := s.open(); err != nil {
		return err
	}
	if dir, ok := cutFolder(url); ok {
		url = "folder:" + absolute(dir)
	}
	p, err := s.openNamed(ctx, profile.Place{Name: name, URL: url}, true)
	if err != nil {
		return err
	}
	if _, err := p.Store.List(ctx); err != nil {
		return &cloudseed.PlaceError{Place: name, Err: err}
	}
	if err := s.profile.AddPlace(profile.Place{Name: name, URL: url}); err != nil {
		return err
	}
	if err := s.profile.SetPassword(name, p.password); err != nil {
		return err
	}
	s.printer.result("places add", placesResult{[]profile.Place{{Name: name, URL: url}}})
	return nil
}

// removePlace forgets a place. One that a backup counts on is still named by its device.
func (s *session) removePlace(name string) error {
	if err := s.open(); err != nil {
		return err
	}
	if err := s.profile.RemovePlace(name); err != nil {
		return err
	}
	places, err := s.profile.Places()
	if err != nil {
		return err
	}
	s.printer.result("places remove", placesResult{append([]profile.Place{}, places...)})
	return nil
}
