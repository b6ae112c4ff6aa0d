// Command cloudseed backs up a Bitcoin wallet's recovery phrase in places of the person's
// own, sealed on this computer and opened on another with a short PIN.
//
// The rules of its voice: what needs the person goes to the terminal device; progress and
// failures go to standard error, with "cloudseed:" before them, no capital, no full stop,
// and the next thing to do below; results go to standard output. Nothing asks when
// standard input is not a terminal: the error names the flag. Secrets are never taken
// from arguments or the environment.
//
// One file per command. What they share: session.go (one run), secrets.go, places.go,
// realms.go, printer.go. All sentences about failures are in internal/words, but for
// those about flags, which are in usage.go.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
	_ "golang.org/x/crypto/x509roots/fallback" // for systems without certificate authorities, such as our container

	"github.com/cloudseed/cloudseed/internal/nodump"
	"github.com/cloudseed/cloudseed/internal/term"
	"github.com/cloudseed/cloudseed/internal/words"
)

func main() {
	if err := nodump.Off(); err != nil {
		fmt.Fprintf(os.Stderr, "cloudseed: after a crash the memory may be left in a file: %v\n", err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // the second Ctrl-C ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// run is the whole program; it returns the exit code.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	return new(session).run(ctx, args, stdin, stdout, stderr)
}

func (s *session) run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	s.stdin, s.tty, s.printer = stdin, term.Open(stdin), newPrinter(stdout, stderr)
	defer s.close()
	speaking.Store(words.FromEnvironment(os.Getenv))
	root := newRoot(s)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(s.printer.stdout)
	root.SetErr(s.printer.stderr)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return words.ExitOK
	}
	s.speakJSON()
	if !s.running { // cobra's own: an unknown command or flag, a missing argument
		err = badCommandLine(cmd, err)
	}
	return s.printer.fail(ctx, err)
}

// newRoot is the tree of commands. Called without a command it opens the app.
func newRoot(s *session) *cobra.Command {
	open := newOpen(s)
	root := &cobra.Command{
		Use:   "cloudseed",
		Short: say("Automatic cloud backup for a Bitcoin wallet"),
		Long: say(`Cloudseed seals a wallet's recovery phrase on this computer, keeps it in places of
your own, and opens it on another computer with a short PIN.

Without a command it opens the app in the browser.

Exit codes: 0 ok, 1 failure, 2 something given is missing or wrong, 3 sealed but not
verified everywhere, 4 wrong PIN, 5 no tries left, 6 sign-in needed, 7 not found,
8 could not look.`),
		Example:       "  cloudseed\n  cloudseed backup --place folder:/media/usb",
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          open.RunE,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			s.running = true
			return s.prepare(cmd)
		},
	}
	s.commonFlags(root)
	root.Flags().AddFlagSet(open.Flags())
	root.AddCommand(open, newBackup(s), newRestore(s), newStatus(s), newList(s), newCheck(s), newDrill(s), newRemind(s),
		newPIN(s), newKit(s), newCard(s), newExport(s), newDelete(s), newPlaces(s), newDemo(s), newVersion(s),
		newWatch(s), newAutostart(s), newAmount(s))
	return root
}
