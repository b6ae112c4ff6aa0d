package main

import (
	"context"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/envelope"
	"github.com/cloudseed/cloudseed/internal/profile"
	"github.com/cloudseed/cloudseed/juicebox"
)

// maxAttached is the most that attached files may hold, in bytes; no larger file is read.
const maxAttached = envelope.MaxFiles

type configuration = juicebox.Configuration

// config is what every verb needs, but for PIN servers.
func (s *session) config(places []cloudseed.Place) cloudseed.Config {
	return cloudseed.Config{
		Places:       places,
		AcceptRealms: s.flags.acceptRealms,
		Journal:      s.profile,
		Step:         s.printer.step,
		DeviceName:   deviceName(),
	}
}

// deviceConfig is what a verb needs that works on a backup which this computer knows: its
// places, by the names that it was made with, and the PIN servers.
func (s *session) deviceConfig(ctx context.Context, d *cloudseed.Device) (cloudseed.Config, []opened, error) {
	var places []opened
	for _, p := range d.Places {
		o, err := s.openNamed(ctx, profile.Place{Name: p.Name, URL: p.URL}, false)
		if err != nil {
			return cloudseed.Config{}, nil, err
		}
		places = append(places, o)
	}
	cfg := s.config(plain(places))
	var err error
	cfg.Realms, cfg.HTTP, err = s.knownRealms()
	return cfg, places, err
}

// devices are those of this computer, or the ones called --name.
func (s *session) devices() ([]*cloudseed.Device, error) {
	all, err := s.profile.Devices()
	if err != nil || s.flags.name == "" {
		return all, err
	}
	var named []*cloudseed.Device
	for _, d := range all {
		if d.Name == s.flags.name {
			named = append(named, d)
		}
	}
	return named, nil
}

// someDevices are devices, of which there must be one.
func (s *session) someDevices() ([]*cloudseed.Device, error) {
	devices, err := s.devices()
	if err == nil && len(devices) == 0 {
		err = nothingHere(s.flags.name)
	}
	return devices, err
}
