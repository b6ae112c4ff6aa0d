// Cloudseed-realm is a PIN server: a Juicebox realm that keeps one share of people's
// secrets and counts the guesses at their PINs.
//
//	cloudseed-realm init --data DIR      make an empty realm in DIR, once
//	cloudseed-realm serve --data DIR     answer clients until SIGINT or SIGTERM
//	cloudseed-realm migrate --database URL --keys FILE
//	                                     make a realm in PostgreSQL, or update its tables
//	cloudseed-realm status …             ask a running server, or look at a directory
//	cloudseed-realm backup --data DIR --out FILE
//	                                     copy the database while it is served
//	cloudseed-realm restore --data DIR --from FILE
//	                                     make a realm from a copy, without giving guesses back
//	cloudseed-realm rotate --data DIR    seal every record with a new key
//	cloudseed-realm bench --address URL  measure any Juicebox realm
//
// Standard output gets results (the new realm's id; one line with the address when
// serving), standard error gets errors and the log. The log has no token, user or secret.
//
// Exit codes: 0 it worked, 1 it failed, 2 the command line was wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // for systems without certificate authorities, such as our container

	"github.com/cloudseed/cloudseed/internal/nodump"
	"github.com/cloudseed/cloudseed/internal/version"
)

func main() {
	if err := nodump.Off(); err != nil {
		fmt.Fprintf(os.Stderr, "cloudseed-realm: after a crash the memory may be left in a file: %v\n", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// failure marks an error of the work itself; every other error is one of usage.
type failure struct{ error }

func (f failure) Unwrap() error { return f.error }

// run is the whole program. It returns the exit code, when done or when ctx ends.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return exitOK
	}
	fmt.Fprintf(stderr, "cloudseed-realm: %v\n", err)
	if _, ok := errors.AsType[failure](err); ok {
		return exitFailure
	}
	fmt.Fprintf(stderr, "cloudseed-realm: see %s --help\n", c.CommandPath())
	return exitUsage
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "cloudseed-realm",
		Short:         "A PIN server that speaks the Juicebox protocol",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(*cobra.Command, []string) error { return errors.New("which command? init or serve") },
	}
	root.AddCommand(newInit(), newServe(), newMigrate(), newBackup(), newRestore(), newStatus(), newRotate(), newBench(), newBenchFill(), newVersion())
	for _, c := range root.Commands() {
		completeFlags(c)
	}
	return root
}

// completeFlags tells shells which flags name directories, files and fixed words.
func completeFlags(c *cobra.Command) {
	for _, name := range []string{"data", "acme-cache"} {
		if c.Flags().Lookup(name) != nil {
			c.MarkFlagDirname(name)
		}
	}
	for name, extensions := range map[string][]string{
		"mark": {"mark"}, "tenants": {"json"}, "keys": {"json"}, "tls-cert": {"pem", "crt"}, "tls-key": {"pem", "key"}, "acme-roots": {"pem", "crt"},
	} {
		if c.Flags().Lookup(name) != nil {
			c.MarkFlagFilename(name, extensions...)
		}
	}
	if c.Flags().Lookup("tls-min") != nil {
		c.RegisterFlagCompletionFunc("tls-min", cobra.FixedCompletions([]string{"1.2", "1.3"}, cobra.ShellCompDirectiveNoFileComp))
	}
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run:   func(c *cobra.Command, _ []string) { fmt.Fprintln(c.OutOrStdout(), "cloudseed-realm", version.String()) },
	}
}
