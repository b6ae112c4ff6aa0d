package watch

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/cloudseed/cloudseed/envelope"
)

// ErrTwice refuses two files of one name: in the backup they have no folders.
var ErrTwice = errors.New("two watched files have the same name")

// A file is one watched file and what was seen of it.
type file struct {
	path string
	name string // in the backup

	data []byte            // its last whole content; nil before there was one
	sum  [sha256.Size]byte // of data
	info os.FileInfo       // when data was read

	moved os.FileInfo // how it looked when it was found changed, to see whether it stands still
	since time.Time   // when that was
	err   error       // why it could not be read at the last look
}

func newFiles(paths []string) ([]*file, error) {
	var files []*file
	seen := map[string]bool{}
	for _, path := range paths {
		absolute, err := filepath.Abs(path)
		if err != nil {
			return nil, err
		}
		f := &file{path: absolute, name: filepath.Base(absolute)}
		if key := strings.ToLower(f.name); seen[key] {
			return nil, fmt.Errorf("%w: %s", ErrTwice, f.name)
		} else {
			seen[key] = true
		}
		files = append(files, f)
	}
	return files, nil
}

// look takes the file's content over if it has changed and is whole. It tells whether it did,
// and whether to look again soon: something is being written.
//
// A file that another one was renamed over is whole at once; that is what renaming is for. One
// that is written in place is whole when it has not changed for settle.
func (f *file) look(settle time.Duration) (changed, soon bool) {
	info, err := stat(f.path)
	if f.err = err; err != nil {
		f.moved = nil
		return false, false
	}
	if f.info != nil && same(info, f.info) {
		f.moved = nil
		return false, false
	}
	last := f.moved
	if last == nil {
		last = f.info
	}
	renamed := last != nil && !os.SameFile(info, last)
	if !renamed && (f.moved == nil || !same(info, f.moved)) {
		f.moved, f.since = info, time.Now()
		return false, true
	}
	if !renamed && time.Since(f.since) < settle {
		return false, true
	}
	return f.read(info)
}

// ErrNoFile refuses folders, devices and whatever else is no ordinary file.
var ErrNoFile = errors.New("not an ordinary file")

// stat looks at a file that can be attached: an ordinary one of at most envelope.MaxFiles bytes.
func stat(path string) (os.FileInfo, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, ErrNoFile
	case info.Size() > envelope.MaxFiles:
		return nil, fmt.Errorf("%w: %d bytes", envelope.ErrTooLarge, info.Size())
	}
	return info, nil
}

// Read returns the content of a file as Run would take it: an ordinary one of at most
// envelope.MaxFiles bytes that did not change while it was read. It does not wait for a file
// to stand still.
func Read(path string) ([]byte, error) {
	info, err := stat(path)
	if err != nil {
		return nil, err
	}
	return whole(path, info)
}

// read takes the content of the file as it was at info, unless it changes meanwhile.
func (f *file) read(info os.FileInfo) (changed, soon bool) {
	data, err := whole(f.path, info)
	if errors.Is(err, errMoved) {
		f.moved = nil
		return false, true
	}
	if f.err = err; err != nil {
		return false, false
	}
	sum := sha256.Sum256(data)
	changed = f.data == nil || sum != f.sum
	f.data, f.sum, f.info, f.moved = data, sum, info, nil
	return changed, false
}

var errMoved = errors.New("it changed while it was read")

// whole reads a file that must be, before and after, the one of info.
func whole(path string, info os.FileInfo) ([]byte, error) {
	in, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	if now, err := in.Stat(); err != nil || !same(now, info) {
		return nil, errors.Join(errMoved, err)
	}
	data := make([]byte, 0, info.Size()+1)
	data, err = readAll(in, data)
	if err != nil {
		return nil, err
	}
	if now, err := in.Stat(); err != nil || !same(now, info) || int64(len(data)) != info.Size() {
		return nil, errMoved
	}
	return data, nil
}

func readAll(in io.Reader, data []byte) ([]byte, error) {
	for len(data) < cap(data) {
		n, err := in.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
	}
	return data, nil // longer than it was said to be: the caller sees that
}

func same(a, b os.FileInfo) bool {
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
