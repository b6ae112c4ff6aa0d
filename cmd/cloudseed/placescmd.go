package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/places"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/internal/words"
	"github.com/cloudseed/cloudseed/store/folder"
)

func newPlaces(s *session) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "places",
		Short:   say("The places that this computer remembers"),
		Example: "  cloudseed places add drive gdrive:\n  cloudseed places list",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.listPlaces() },
	}
	list := &cobra.Command{
		Use:     "list",
		Short:   say("List the remembered places, with masked accounts"),
		Example: "  cloudseed places list",
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.listPlaces() },
	}
	remove := &cobra.Command{
		Use:   "remove NAME",
		Short: say("Sign out of a place and forget it; the files in it stay"),
		Long: say(`Remove takes back the permission that this computer has at the provider, where the
provider lets it, and forgets the place. The files in it stay. A backup that was seen in another
place no longer counts on this one: nothing waits for it any more. It says what remains.`),
		Example: "  cloudseed places remove stick",
		Args:    cobra.ExactArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return s.removePlace(cmd.Context(), args[0]) },
	}
	cmd.AddCommand(newPlacesAdd(s), list, remove)
	return cmd
}

func newPlacesAdd(s *session) *cobra.Command {
	add := &cobra.Command{
		Use:   "add NAME [URL]",
		Short: say("Sign in to a place, look at it and remember it"),
		Long: say(`Add signs in where the place has accounts, in the browser, looks at the place, and
remembers it. Without a URL it signs in again to the place of that name. With --name the
backup of that wallet is put there as well, the same bytes, read back; on a terminal it asks.

  gdrive:   dropbox:   onedrive:   icloud:   icloud-drive:
  nextcloud:https://host                 sign-in in the browser
  webdav:https://user@host/path          with --password-file or at the terminal
  s3:https://ACCESSKEY@host/bucket/path  the secret key, likewise
  folder:/path`),
		Example: `  cloudseed places add drive gdrive:
  cloudseed places add bucket s3:https://AKIA0123@s3.example/backups --password-file secret.txt
  cloudseed places add stick folder:/media/usb --removable
  cloudseed places add drive`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return s.addPlace(cmd.Context(), args[0], append(args, "")[1])
		},
	}
	add.Flags().StringVar(&s.flags.passwordFile, "password-file", "", say("`FILE` with the password of the place; - is standard input"))
	add.Flags().BoolVar(&s.flags.removable, "removable", false, say("mark the folder, so that another drive is never taken for this one"))
	add.Flags().StringVar(&s.flags.name, "name", "", say("`NAME` of a wallet whose backup is put there too"))
	s.signInFlags(add.Flags())
	return add
}

type placesResult struct {
	Places []placeJSON `json:"places"`
	Filled []string    `json:"filled,omitempty"` // wallets whose backups were put there
}

type placeJSON struct {
	Name    string `json:"name"`
	URL     string `json:"url"` // masked: the name stands for the place
	Kind    string `json:"kind"`
	Account string `json:"account,omitempty"` // masked
}

func newPlacesResult(known ...profile.Place) placesResult {
	r := placesResult{Places: []placeJSON{}}
	for _, p := range known {
		row := placeJSON{Name: p.Name, URL: places.Masked(p.URL), Kind: tongue().PlaceKind(p.URL)}
		if a, err := places.Parse(p.URL); err == nil {
			row.Account = a.Account()
		}
		r.Places = append(r.Places, row)
	}
	return r
}

func (r placesResult) text(w io.Writer) {
	if len(r.Places) == 0 {
		printf(w, "no place is remembered yet; add one: cloudseed places add NAME URL\n")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	defer t.Flush()
	for _, p := range r.Places {
		fmt.Fprintf(t, "%s\t%s\t%s\n", p.Name, p.Kind, places.Masked(p.URL))
	}
	for _, name := range r.Filled {
		printf(t, "it has the backup of %s now, read back\n", name)
	}
}

func (s *session) listPlaces() error {
	if err := s.read(); err != nil {
		return err
	}
	known, err := s.profile.Places()
	if err != nil {
		return err
	}
	s.printer.result("places", newPlacesResult(known...))
	return nil
}

// addPlace remembers a place only after it has been looked at: a wrong address or
// password is best found while the person is there.
func (s *session) addPlace(ctx context.Context, name, url string) error {
	if err := s.open(); err != nil {
		return err
	}
	known, err := s.profile.Places()
	if err != nil {
		return err
	}
	p, err := s.newPlace(ctx, name, url, known)
	if err != nil {
		return err
	}
	place, err := s.openNamed(ctx, p, true)
	if err != nil {
		return err
	}
	if _, err := place.Store.List(ctx); err != nil {
		s.dropNew(ctx, p, known)
		return &cloudseed.PlaceError{Place: name, Err: err}
	}
	if err := s.profile.AddPlace(p); err != nil {
		return err
	}
	if err := s.profile.SetPassword(name, place.password); err != nil {
		return err
	}
	r := newPlacesResult(p)
	r.Filled, err = s.fillPlace(ctx, p)
	s.printer.result("places add", r)
	return err
}

// dropNew takes back the sign-in to a place that is not remembered, and so would not be
// found again. That a provider could not be told changes nothing here.
func (s *session) dropNew(ctx context.Context, p profile.Place, known []profile.Place) {
	for _, k := range known {
		if k.URL == p.URL {
			return
		}
	}
	s.clouds.Drop(context.WithoutCancel(ctx), p.URL)
}

// newPlace finds out the address of the place to add, signing in if need be. A name that
// another place has is refused before anybody signs in.
func (s *session) newPlace(ctx context.Context, name, url string, known []profile.Place) (profile.Place, error) {
	of, err := namedPlace(name, known)
	switch {
	case err != nil && url == "":
		return of, err
	case url == "":
		url = of.URL
	}
	a, parseErr := parsePlace(url)
	switch {
	case parseErr != nil:
		return of, parseErr
	case err == nil && !a.Fits(of.URL):
		return of, &profile.Error{Name: name, Kind: profile.ErrPlaceTaken}
	case err == nil: // the same account again
		a, parseErr = parsePlace(of.URL)
	}
	if parseErr == nil && s.flags.removable && a.Kind.Scheme == "folder" {
		a, parseErr = mark(ctx, name, a)
	}
	if parseErr == nil && a.Kind.SignIn && !(a.Named() && s.flags.passwordFile != "") {
		a, parseErr = s.signIn(ctx, a)
	}
	if parseErr != nil {
		return of, parseErr
	}
	for _, p := range known {
		if p.URL == a.String() && p.Name != name {
			return p, newProblem("place-known", words.ExitUsage, say("That is the place %q already.", p.Name), say("Use that name, or sign in with another account."))
		}
	}
	return profile.Place{Name: name, URL: a.String()}, nil
}

// mark puts a marker on a removable drive, if it has none yet.
func mark(ctx context.Context, name string, a places.Address) (places.Address, error) {
	path, _, _ := strings.Cut(a.Rest, "#marker=")
	drive, err := folder.Adopt(ctx, path)
	if err != nil {
		return a, &cloudseed.PlaceError{Place: name, Err: err}
	}
	a.Rest = drive.Address()
	return a, nil
}

// removePlace signs out of a place and forgets it. One that a backup counts on is still
// named by its device.
func (s *session) removePlace(ctx context.Context, name string) error {
	if err := s.open(); err != nil {
		return err
	}
	known, err := s.profile.Places()
	if err != nil {
		return err
	}
	p, err := namedPlace(name, known)
	if err != nil {
		return err
	}
	r := removeResult{Removed: name}
	if r.Backups, err = s.countingOn(p); err != nil {
		return err
	}
	if stop, err := s.keepIt(ctx, r); stop || err != nil {
		return err
	}
	if err := s.release(ctx, p, &r); err != nil {
		return err
	}
	s.signOut(ctx, p, &r)
	if err := s.profile.RemovePlace(name); err != nil {
		return err
	}
	known, err = s.profile.Places()
	if err != nil {
		return err
	}
	r.placesResult = newPlacesResult(known...)
	s.printer.result("places remove", r)
	return nil
}

// signOut forgets the sign-in here in any case. What the provider could not be told is said
// to the person, and stops nothing.
func (s *session) signOut(ctx context.Context, p profile.Place, r *removeResult) {
	clouds, err := s.openClouds()
	var out places.SignedOut
	if err == nil {
		out, err = clouds.SignOut(ctx, p.URL)
	}
	if err != nil {
		m := messageOf(&cloudseed.PlaceError{Place: p.Name, Err: err})
		s.printer.note("%s could not be told that the permission ends: %s", tongue().PlaceKind(p.URL), tongue().Line(m.What))
	}
	r.SignedOut, r.Revoked = out.Was, out.Revoked
	if out.Was && !out.Revoked {
		r.Manage = out.Manage
	}
}

// keepIt asks whether a place that backups count on is to be removed all the same.
func (s *session) keepIt(ctx context.Context, r removeResult) (bool, error) {
	if s.tty == nil || len(r.Backups) == 0 {
		return false, nil
	}
	for _, b := range r.Backups {
		s.tty.Tell("%s", b.line(r.Removed))
	}
	yes, err := s.confirm(ctx, say("Remove it all the same?"))
	return !yes, err
}
