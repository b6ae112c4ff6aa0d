package main

import (
	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
)

// otherDevices says what is known of other devices and wallets: what they did to the backup,
// that one has opened it, and where its files stand beside another wallet's.
func otherDevices(d *cloudseed.Device) (lines []string) {
	if err := d.Rival(); err != nil {
		m := tongue().For(err)
		lines = append(lines, m.What+" "+m.Safe, m.Next)
	}
	for _, part := range []envelope.Part{envelope.WalletPart, envelope.FilesPart} {
		if o := d.OpenedElsewhere(part); o != nil {
			if line := tongue().OpenedElsewhere(o); len(lines) == 0 || lines[len(lines)-1] != line {
				lines = append(lines, line)
			}
		}
	}
	for _, p := range d.Places {
		if p.Beside(d) && p.Wallet.File != "" {
			lines = append(lines, tongue().Beside(p.Name, p.Wallet.File))
		}
	}
	return lines
}
