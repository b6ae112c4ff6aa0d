// Command wallet is a small wallet with a cloud backup, to show where the library's verbs belong:
// it makes a key and backs it up, backs up again at every payment, and comes back on a new device.
// It spends no bitcoin.
//
//	wallet --dir phone create Everyday       # asks for a PIN on standard input
//	wallet --dir phone pay 2100 coffee
//	wallet --dir phone status
//	wallet --dir new-phone restore
//
// The cloud is the folder "cloud", the PIN servers are in "pin-servers", both in the current
// directory: everything dies with this computer. docs/embedding.md says how it becomes real.
package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/cloudseed/cloudseed/realm/embedded"
	"github.com/cloudseed/cloudseed/realm/sqlite"
	"github.com/cloudseed/cloudseed/secret"
	"github.com/cloudseed/cloudseed/store/folder"
)

var errUsage = errors.New("usage: wallet [--dir DIR] create NAME | pay SATS NOTE | status | restore")

func main() {
	dir := flag.String("dir", "phone", "the wallet's `directory`: another one is another device")
	flag.Parse()
	if err := run(context.Background(), *dir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "wallet:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string, args []string) error {
	cfg, closeServers, err := setUp()
	if err != nil {
		return err
	}
	defer closeServers()
	w := open(dir, cfg)
	if err := w.start(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "wallet: the backup is behind:", err)
	}
	switch {
	case len(args) == 2 && args[0] == "create":
		return create(ctx, w, args[1])
	case len(args) >= 3 && args[0] == "pay":
		return pay(ctx, w, args[1], strings.Join(args[2:], " "))
	case len(args) == 1 && args[0] == "status":
		return status(w)
	case len(args) == 1 && args[0] == "restore":
		return restore(ctx, w)
	}
	return errUsage
}

// setUp opens the place and the PIN servers.
func setUp() (cloudseed.Config, func() error, error) {
	place, err := folder.Create("cloud")
	if err != nil {
		return cloudseed.Config{}, nil, err
	}
	if err := embedded.Create("pin-servers"); err != nil && !errors.Is(err, sqlite.ErrExists) {
		return cloudseed.Config{}, nil, err
	}
	servers, err := embedded.Open("pin-servers", nil)
	if err != nil {
		return cloudseed.Config{}, nil, err
	}
	return cloudseed.Config{
		Places: []cloudseed.Place{{Name: "my cloud", URL: "folder:cloud", Store: place}},
		Realms: juicebox.Configuration{
			Realms: servers.Realms(), RegisterThreshold: embedded.Count, RecoverThreshold: 2, PINHashingMode: juicebox.Standard2019,
		},
		HTTP: &http.Client{Transport: servers.Transport()},
		Step: func(s cloudseed.Step) {
			if s.State != cloudseed.Started {
				fmt.Println(" ", s.Name, s.Where, s.State)
			}
		},
	}, servers.Close, nil
}

func create(ctx context.Context, w *wallet, name string) error {
	pin, err := ask()
	if err != nil {
		return err
	}
	defer pin.Clear()
	d, err := w.create(ctx, name, pin)
	if err != nil {
		return err
	}
	fmt.Println(d.Name, "is backed up, fingerprint", d.Fingerprint)
	return nil
}

func pay(ctx context.Context, w *wallet, amount, note string) error {
	sats, err := strconv.Atoi(amount)
	if err != nil || sats < 1 {
		return fmt.Errorf("%q is no number of sats", amount)
	}
	paid, err := w.pay(ctx, sats, note)
	if err != nil {
		return fmt.Errorf("paid, but not backed up yet: %w", err)
	}
	fmt.Println("paid and backed up:", paid.Label)
	return nil
}

func status(w *wallet) error {
	d, err := w.device()
	if err != nil {
		return err
	}
	fmt.Println(d.Name, d.Fingerprint, "is", d.State(time.Now()))
	return nil
}

func restore(ctx context.Context, w *wallet) error {
	pin, err := ask()
	if err != nil {
		return err
	}
	defer pin.Clear()
	r, err := w.restore(ctx, pin)
	if err != nil {
		return err
	}
	fmt.Println(r.Wallet.Name, "is back, fingerprint", r.Device.Fingerprint)
	return nil
}

// ask reads a PIN. A real wallet's screen does not show what is typed.
func ask() (secret.Text, error) {
	fmt.Print("PIN: ")
	line, err := bufio.NewReader(os.Stdin).ReadBytes('\n')
	if err != nil {
		return secret.Text{}, fmt.Errorf("no PIN was typed: %w", err)
	}
	return secret.New(line[:len(line)-1]), nil
}
