package main

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/cloudseed/cloudseed/realm/seal"
)

// reloadEvery is how soon a changed file is noticed. Looking at what a file holds also
// notices what watching it does not: another file system, a link that is turned.
var reloadEvery = 5 * time.Second

// A reload is a set of files that may change while the realm serves. What apply refuses is
// logged once and changes nothing.
type reload struct {
	what  string // for log and metrics
	files []string
	apply func(contents [][]byte) error
	seen  [sha256.Size]byte // of what was last looked at
}

// look reads the files and returns the error of reading or applying them. changed is false
// if they are as they were the last time.
func (r *reload) look() (changed bool, err error) {
	sum := sha256.New()
	contents := make([][]byte, len(r.files))
	for i, file := range r.files {
		if contents[i], err = os.ReadFile(file); err != nil {
			fmt.Fprintf(sum, "error %v", err)
			break
		}
		fmt.Fprintf(sum, "%d bytes:", len(contents[i]))
		sum.Write(contents[i])
	}
	seen := [sha256.Size]byte(sum.Sum(nil))
	if seen == r.seen {
		return false, nil
	}
	r.seen = seen
	if err == nil {
		err = r.apply(contents)
	}
	return true, err
}

// watchFiles looks at every set of files now and then, and at once on SIGHUP.
func (s *server) watchFiles(ctx context.Context) {
	now := make(chan os.Signal, 1)
	signal.Notify(now, syscall.SIGHUP)
	defer signal.Stop(now)
	ticker := time.NewTicker(reloadEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-now:
		case <-ticker.C:
		}
		for _, r := range s.reloads {
			changed, err := r.look()
			if !changed {
				continue
			}
			s.counts.Reloaded(r.what, err)
			if err != nil {
				s.log.Error("a changed file cannot be used; what was read before stays in use", "what", r.what, "error", err)
			} else {
				s.log.Info("a changed file is in use", "what", r.what)
			}
		}
	}
}

// readTenants reads the tenants file for the first time, and from then on when it changes.
func (s *server) readTenants() (tenants realm.Tenants, err error) {
	path := s.serveOptions.tenants
	if path == "" {
		return nil, nil
	}
	r := &reload{what: "tenants", files: []string{path}}
	r.apply = func(contents [][]byte) error {
		read, err := realm.ParseTenants(contents[0])
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		s.warnOfTenants(path, read)
		if s.realm == nil {
			tenants = read // not serving yet
			return nil
		}
		s.realm.SetTenants(read)
		s.counts.Tenants(len(read))
		return nil
	}
	s.reloads = append(s.reloads, r)
	_, err = r.look()
	return tenants, err
}

// warnOfTenants logs what lets others make tokens: keys that can be guessed, or read.
func (s *server) warnOfTenants(path string, tenants realm.Tenants) {
	if weak := tenants.Weak(); len(weak) > 0 {
		s.log.Warn("keys of vendors are shorter than 32 bytes: whoever has a token can try to guess them", "keys", weak)
	}
	if errors.Is(seal.CheckMode(path), seal.ErrOpen) {
		s.log.Warn("everybody on this computer can read the tenants file, and make tokens where it has HS256 keys", "file", path)
	}
}
