package folder

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cloudseed/cloudseed/store"
)

// markerName is the file that tells a removable drive from its empty mount point, and from
// another drive. It is not one of the names that removeLeftovers takes away.
const markerName = ".cloudseed.id"

const (
	markerFirst = "cloudseed place "
	markerRest  = "\nThis file tells Cloudseed that the right drive is connected. Please keep it.\n"
	markerMost  = 1 << 10 // bytes
)

// Adopt opens an existing folder as one of a removable drive, and remembers the marker
// that it finds there or writes: a file with a random id. Call it when a person chose the
// folder and its drive is connected, and keep [Store.Address].
//
// A folder of this computer's own disk needs no marker: [Open] neither looks for one nor
// minds one, so that a drive can be read on another computer by its path alone.
func Adopt(ctx context.Context, dir string) (*Store, error) {
	s, err := Open(dir)
	if err != nil {
		return nil, err
	}
	s.marker, err = do(ctx, s, "open", "", s.adopt)
	if err != nil {
		return nil, err
	}
	return s, nil
}

// OpenMarked opens a folder that was adopted as marker. If the marker is missing or is
// another, then and in every later call, another drive or none is connected: ErrGone.
func OpenMarked(ctx context.Context, dir, marker string) (*Store, error) {
	if !isMarker(marker) {
		return nil, store.Errorf("open", "", store.ErrRefused, "a marker has 32 letters a to f and digits")
	}
	s, err := Open(dir)
	if err != nil {
		return nil, err
	}
	s.marker = marker
	_, err = do(ctx, s, "open", "", func(*os.Root) (struct{}, error) { return struct{}{}, nil })
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Marker is the id of the drive; "" for a plain folder.
func (s *Store) Marker() string { return s.marker }

// Address is the path, and after #marker= the marker, if there is one.
func (s *Store) Address() string {
	if s.marker == "" {
		return s.dir
	}
	return s.dir + "#marker=" + s.marker
}

// OpenAddress opens what [Store.Address] named.
func OpenAddress(ctx context.Context, address string) (*Store, error) {
	i := strings.LastIndex(address, "#marker=")
	if i < 0 || !isMarker(address[i+len("#marker="):]) { // a path may hold a #
		return Open(address)
	}
	return OpenMarked(ctx, address[:i], address[i+len("#marker="):])
}

// adopt returns the marker in root, after it made one if there was none.
func (s *Store) adopt(root *os.Root) (string, error) {
	marker, err := readMarker(root)
	if !errors.Is(err, fs.ErrNotExist) {
		return marker, err
	}
	id := make([]byte, 16)
	rand.Read(id)
	temp := ownPrefix + randomHex() + tempSuffix
	defer root.Remove(temp) // in vain when it was renamed
	if err := write(root, temp, []byte(markerFirst+hex.EncodeToString(id)+markerRest)); err != nil {
		return "", err
	}
	if err := s.publish(root, temp, markerName); err != nil && !errors.Is(err, store.ErrExists) {
		return "", err
	}
	root.Remove(temp) // before the flush, so that a crash does not bring it back
	if err := syncDir(root); err != nil {
		return "", err
	}
	return readMarker(root) // another program may have been faster
}

// rightDrive fails unless root has the marker that belongs to s.
func (s *Store) rightDrive(op, name string, root *os.Root) error {
	if s.marker == "" {
		return nil
	}
	marker, err := readMarker(root)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return store.Errorf(op, name, store.ErrGone, "the drive with %s is not connected: the marker is missing", s.dir)
	case err != nil:
		return wrap(op, name, err)
	case marker != s.marker:
		return store.Errorf(op, name, store.ErrGone, "another drive is connected at %s", s.dir)
	}
	return nil
}

// readMarker returns the id, or an error that is fs.ErrNotExist if there is no marker.
func readMarker(root *os.Root) (string, error) {
	info, err := root.Lstat(markerName)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > markerMost {
		return "", damaged(root)
	}
	text, err := root.ReadFile(markerName)
	if err != nil {
		return "", err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	marker, ok := strings.CutPrefix(strings.TrimSuffix(first, "\r"), markerFirst)
	if !ok || !isMarker(marker) {
		return "", damaged(root)
	}
	return marker, nil
}

// damaged is for a marker that a person has to look at: it is neither ours nor missing.
func damaged(root *os.Root) error {
	return &store.Error{Op: "open", Kind: store.ErrCorrupt,
		Err: fmt.Errorf("the marker %s is damaged; remove it and add the place again", filepath.Join(root.Name(), markerName))}
}

func isMarker(s string) bool {
	id, err := hex.DecodeString(s)
	return err == nil && len(id) == 16 && strings.ToLower(s) == s
}
