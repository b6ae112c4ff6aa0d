package main

import (
	"context"
	"errors"

	"github.com/cloudseed/cloudseed"
	"github.com/cloudseed/cloudseed/internal/profile"
)

// fillPlace puts backups of this computer into a place that was added: the one of --name, or
// on a terminal those that the person wants there.
func (s *session) fillPlace(ctx context.Context, p profile.Place) ([]string, error) {
	devices, err := s.devices()
	if err != nil {
		return nil, err
	}
	if len(devices) == 0 && s.flags.name != "" {
		return nil, nothingHere(s.flags.name)
	}
	var filled []string
	for _, d := range devices {
		wanted, err := s.wantsPlace(ctx, d, p)
		if err != nil {
			return filled, err
		}
		if !wanted {
			continue
		}
		if err := s.fill(ctx, d, p); err != nil {
			return filled, err
		}
		filled = append(filled, d.Name)
	}
	return filled, nil
}

func (s *session) wantsPlace(ctx context.Context, d *cloudseed.Device, p profile.Place) (bool, error) {
	for _, there := range d.Places {
		if there.URL == p.URL {
			return false, nil
		}
	}
	switch {
	case s.flags.name != "":
		return true, nil
	case s.tty == nil:
		s.printer.note("the backup of %s is not put there: say --name %q to do so", d.Name, d.Name)
		return false, nil
	}
	return s.confirm(ctx, say("Put the backup of %s there too?", d.Name))
}

func (s *session) fill(ctx context.Context, d *cloudseed.Device, p profile.Place) error {
	cfg, _, err := s.deviceConfig(ctx, d)
	if err != nil {
		return err
	}
	place, err := s.openNamed(ctx, p, false)
	if err != nil {
		return err
	}
	cfg.Places = append(cfg.Places, place.Place)
	return cloudseed.AddPlace(ctx, cfg, d, p.Name)
}

// release gives a place up for every backup that was seen in another one. One that has no
// other goes on counting on it.
func (s *session) release(ctx context.Context, p profile.Place, r *removeResult) error {
	devices, err := s.profile.Devices()
	if err != nil {
		return err
	}
	for _, d := range devices {
		for _, there := range d.Places {
			if there.URL != p.URL {
				continue
			}
			cfg, _, err := s.deviceConfig(ctx, d)
			if err != nil {
				return err
			}
			released, err := cloudseed.ReleasePlace(ctx, cfg, d, there.Name)
			switch {
			case released != nil:
				r.released(d.Name, tongue().Released(released))
				if err != nil {
					s.printer.note("%s; cloudseed backup goes on later", tongue().Line(messageOf(err).What))
				}
			case errors.Is(err, cloudseed.ErrLastPlace), errors.Is(err, cloudseed.ErrNoBackup), errors.Is(err, cloudseed.ErrDeleting):
			default:
				return err
			}
			break
		}
	}
	return nil
}
