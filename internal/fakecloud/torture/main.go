// Command torture serves fakes of Google Drive, Dropbox, OneDrive, iCloud and their sign-ins on
// this computer, under their real addresses, for the tests of any wallet or other program that
// keeps files there:
//
//	go run ./internal/fakecloud/torture --with lost-answers,busy-date
//
// The program under test needs no change: it is told to use a proxy (HTTPS_PROXY) and to
// trust a throw-away authority (SSL_CERT_FILE). Nothing leaves the computer; hosts that are
// not faked are refused. What goes wrong is chosen by name; --list says what there is. A line
// on standard input turns a behaviour on while the program runs, "calm" turns all off.
//
// docs/torture.md shows it with rclone.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	switch err := run(ctx, os.Args[1:], os.Stdin, os.Stdout); {
	case errors.Is(err, flag.ErrHelp):
	case errors.As(err, new(usageError)):
		fmt.Fprintf(os.Stderr, "torture: %v\n", err)
		os.Exit(2)
	case err != nil:
		fmt.Fprintf(os.Stderr, "torture: %v\n", err)
		os.Exit(1)
	}
}

// A usageError is a mistake in the arguments.
type usageError struct{ error }

// words is a flag that may be given many times, each time with words between commas.
type words []string

func (w *words) String() string { return strings.Join(*w, ",") }
func (w *words) Set(s string) error {
	*w = append(*w, strings.Split(s, ",")...)
	return nil
}

// A command is what the arguments say.
type command struct {
	config
	listen, dir string
	with        words
	list        bool
}

// read reads the arguments.
func read(args []string, out io.Writer) (*command, error) {
	c := &command{}
	f := flag.NewFlagSet("torture", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&c.listen, "listen", "127.0.0.1:0", "the proxy's `address`; port 0 is any free one")
	f.StringVar(&c.dir, "dir", "", "the `folder` for ca.pem, env, rclone.conf and icloud-token; empty is one that goes at the end")
	f.Var(&c.with, "with", "the `behaviours` to begin with, by name, between commas; may be repeated")
	f.IntVar(&c.every, "every", 3, "a behaviour spoils the first of its requests at each provider, and then every `n`th")
	f.Var((*words)(&c.clients), "client", "a `client` to accept too, as google=ID:SECRET, dropbox=ID, onedrive=ID, icloud=CONTAINER:APITOKEN; may be repeated")
	f.Var((*words)(&c.redirects), "redirect", "a redirect `address` as registered by the client; may be repeated; none is any on this computer")
	f.BoolVar(&c.lenient, "lenient", false, "let pass what the services let pass and their documentation forbids")
	f.BoolVar(&c.list, "list", false, "print every behaviour in a sentence, and end")
	f.Usage = func() {
		fmt.Fprintln(out, "Serves fakes of Google Drive, Dropbox, OneDrive and iCloud to any program, and misbehaves as told.")
		f.PrintDefaults()
	}
	if err := f.Parse(args); err != nil {
		return nil, usage(err)
	}
	if f.NArg() > 0 {
		return nil, usage(fmt.Errorf("%q is no flag; behaviours go after --with", f.Arg(0)))
	}
	if c.every < 1 {
		return nil, usage(errors.New("--every begins at 1"))
	}
	for _, name := range c.with {
		if find(name) == nil {
			return nil, usage(fmt.Errorf("there is no behaviour %q; --list shows them", name))
		}
	}
	c.early = slices.DeleteFunc(slices.Clone(c.with), func(name string) bool { return !find(name).early })
	return c, nil
}

func usage(err error) error {
	if errors.Is(err, flag.ErrHelp) {
		return err
	}
	return usageError{err}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	c, err := read(args, out)
	if err != nil {
		return err
	}
	if c.list {
		printBehaviours(out)
		return nil
	}
	k, err := newKit(c.listen, c.config)
	if err != nil {
		return err
	}
	defer k.cloud.Close()
	dir, done, err := folder(c.dir)
	if err != nil {
		return err
	}
	defer done()
	if err := k.write(dir); err != nil {
		return err
	}
	for _, name := range c.with {
		k.on(name)
	}
	said := &lines{out: out}
	k.cloud.Watch(said.exchange)
	said.print(k.welcome(dir, c.with))
	go k.obey(in, said)
	<-ctx.Done()
	return nil
}

// obey turns behaviours on as lines come.
func (k *kit) obey(in io.Reader, said *lines) {
	for scanner := bufio.NewScanner(in); scanner.Scan(); {
		switch name := strings.TrimSpace(scanner.Text()); {
		case name == "":
		case name == "calm":
			k.calm()
			said.print("Calm: nothing misbehaves.\n")
		case find(name) == nil:
			said.print(fmt.Sprintf("There is no behaviour %q; calm, or one of: %s\n", name, strings.Join(names(), " ")))
		case find(name).early:
			said.print(fmt.Sprintf("%s can only be there from the beginning: --with %s\n", name, name))
		default:
			k.on(name)
			said.print(fmt.Sprintf("On: %s, %s.\n", name, find(name).says))
		}
	}
}
