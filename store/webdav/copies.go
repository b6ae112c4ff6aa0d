package webdav

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/store"
)

// What a writer keeps that may be overwritten lies beside the file: a dot, the file's name,
// 16 hexadecimal digits of the SHA-256 of these bytes, and copySuffix. store.CheckName
// refuses such names. They have at most 143 bytes, which is all that some NAS allow.
const copySuffix = ".fork"

// copyName is where data is kept beside name.
func copyName(name string, data []byte) string {
	return "." + name + "." + shortHash(data) + copySuffix
}

// copyOf returns the name of which file is a copy, and the hash of what is in it.
func copyOf(file string) (name, hash string, ok bool) {
	rest, dot := strings.CutPrefix(file, ".")
	rest, suffix := strings.CutSuffix(rest, copySuffix)
	cut := max(strings.LastIndexByte(rest, '.'), 0)
	name, hash = rest[:cut], strings.TrimPrefix(rest[cut:], ".")
	if !dot || !suffix || len(hash) != 16 || strings.Trim(hash, "0123456789abcdef") != "" || store.CheckName(name) != nil {
		return "", "", false
	}
	return name, hash, true
}

// shortHash is 64 bits of SHA-256 in hexadecimal digits.
func shortHash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// A glance is what one listing says about one name.
type glance struct {
	file, folder bool     // what is under the name itself
	copies       []string // kept beside it, sorted
	claims       []string // uploads to it that are under way, or whose writers have died
}

func (g *glance) nothing() bool { return !g.file && !g.folder && len(g.copies) == 0 }

func (s *Store) glance(ctx context.Context, op, name string) (*glance, error) {
	members, _, err := s.members(ctx, op)
	if err != nil {
		return nil, err
	}
	g := &glance{}
	for _, m := range members {
		of, _, isCopy := copyOf(m.name)
		switch {
		case m.name == name:
			g.file, g.folder = !m.folder, m.folder
		case m.folder:
		case isCopy && of == name:
			g.copies = append(g.copies, m.name)
		case strings.HasPrefix(m.name, claimPrefix(name)) && strings.HasSuffix(m.name, tempSuffix):
			g.claims = append(g.claims, m.name)
		}
	}
	slices.Sort(g.copies)
	return g, nil
}

// How often and how long Settle waits for other writers of the same name to be done. Those
// that are alive need milliseconds; tests shorten it.
var (
	glances     = 5
	glancePause = 100 * time.Millisecond
)

// Settle ends a Create of data that may have given it its name, and is how Create itself
// ends. When it returns nil, data is stored under name, and is kept whatever other writers
// that have begun still do to that name. If it finds other bytes, it fails with ErrExists.
//
// A server that looks and then renames can overwrite name as long as another's upload waits
// to be moved. Such an upload is in the listing until then, and who begins to upload after
// this file has its name is refused by the server. So: a listing without such uploads,
// and after it a file that is equal, and nobody can overwrite it any more. Where such an
// upload stays, because its writer is slow or has died, and where no listing comes to its
// end because of uploads, a copy is kept.
func (s *Store) Settle(ctx context.Context, name string, data []byte) error {
	alone, err := s.alone(ctx, name)
	if err != nil {
		return err
	}
	stored, err := s.fetch(ctx, "create", name, name) // after the listing: see above
	switch {
	case errors.Is(err, store.ErrNotFound):
		return store.Errorf("create", name, store.ErrCorrupt, "the server has moved it and does not have it")
	case err != nil:
		return err
	case !bytes.Equal(stored, data):
		return store.Errorf("create", name, store.ErrExists, "another writer has stored it at the same moment")
	case alone:
		return nil
	}
	err = s.upload(ctx, name, copyName(name, data), data)
	if errors.Is(err, store.ErrExists) { // kept before: its name says that it holds these bytes
		return nil
	}
	return err
}

// alone tells whether nobody else has an upload to name waiting, and gives them a moment.
func (s *Store) alone(ctx context.Context, name string) (bool, error) {
	for i := range glances {
		if i > 0 {
			select {
			case <-ctx.Done():
				return false, store.Ended(ctx, "create", name)
			case <-time.After(glancePause):
			}
		}
		g, err := s.glance(ctx, "create", name)
		if errors.Is(err, errBroke) {
			return false, nil
		}
		if err != nil || len(g.claims) == 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// Forks returns the names, sorted, under which two writers have stored different bytes at
// the same moment. Get returns to everybody what is under the name itself; the other copies
// are kept until the name is deleted.
func (s *Store) Forks(ctx context.Context) ([]string, error) {
	members, _, err := s.members(ctx, "list")
	if err != nil {
		return nil, err
	}
	plain, hashes := map[string]bool{}, map[string][]string{}
	for _, m := range members {
		if m.folder {
			continue
		}
		if name, hash, ok := copyOf(m.name); ok {
			hashes[name] = append(hashes[name], hash)
		}
		plain[m.name] = true
	}
	var forks []string
	for name, of := range hashes {
		if plain[name] {
			data, err := s.fetch(ctx, "list", name, name)
			if err != nil && !errors.Is(err, store.ErrNotFound) { // deleted since
				return nil, err
			} else if err == nil {
				of = append(of, shortHash(data))
			}
		}
		if slices.ContainsFunc(of, func(hash string) bool { return hash != of[0] }) {
			forks = append(forks, name)
		}
	}
	slices.Sort(forks)
	return forks, nil
}
