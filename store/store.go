// Package store is a place of the person's own for a few small files: a folder, a
// Google Drive, a WebDAV server.
//
// A place only has to do four things, and creation is the only way to write: nothing is
// ever overwritten, so a failed or repeated write cannot harm an older backup. Each kind
// of place is a package of its own below this one, so that a wallet links only what it
// uses, and each passes [github.com/cloudseed/cloudseed/store/storetest.Run].
package store

import (
	"context"
	"time"
)

// MaxSize is the largest file a place must be able to keep, in bytes.
const MaxSize = 8 << 20

// A Store is one place.
//
// All methods may be called at the same time from many goroutines, return soon after ctx
// ends, and fail with an [*Error] whose kind says what happened; that of an ended ctx is
// ErrOffline, around the error of ctx. A place that could not be looked at is never an
// empty one: "not found" and an empty listing are facts, learned from the place itself and
// not from a cache. A name that [CheckName] refuses is refused before anything is sent.
//
// A Store's String method names the place for people, without secrets.
type Store interface {
	// Create stores data under name. When it returns nil, data is durable and a Get from
	// another computer finds it, whole. If anything is stored under name already, Create
	// leaves that as it is and fails with ErrExists, even if it is equal to data. When it
	// fails with any other kind, data may or may not have been stored, whole or not at all:
	// look before trying again. Data of more than MaxSize bytes is ErrRefused.
	Create(ctx context.Context, name string, data []byte) error

	// Get returns what is stored under name, or fails with ErrNotFound. A file larger
	// than MaxSize fails with ErrCorrupt, without being read into memory.
	Get(ctx context.Context, name string) ([]byte, error)

	// List returns every file of the place, sorted by name. When it returns nil the list
	// is complete; a listing that was cut short is an error. Things whose name CheckName
	// refuses, folders, and what an interrupted Create left behind are not files of the place.
	List(ctx context.Context) ([]Entry, error)

	// Delete removes name. Removing what is not there is not an error.
	Delete(ctx context.Context, name string) error

	String() string
}

// Queues is a Store that may be only this computer's copy of a place, which another program
// brings there and back in its own time. Where Queued is true, a nil from Create means
// handed over to that program, not stored in the cloud; a Get reads the copy; and what is
// not found or not listed may be on its way here.
type Queues interface {
	Store
	Queued() bool
}

// A Forker is a place that cannot make creation exclusive, so that two writers may both
// have created one name. All copies are kept, and every reader takes the same one.
type Forker interface {
	Store
	// Forks returns the names that are there with different contents, sorted.
	Forks(ctx context.Context) ([]string, error)
}

// Queued tells whether s is only this computer's copy of a place: see [Queues].
func Queued(s Store) bool {
	q, ok := s.(Queues)
	return ok && q.Queued()
}

// An Entry is one file in a listing.
type Entry struct {
	Name     string
	Size     int64     // bytes
	Modified time.Time // by the place's own clock; zero where it does not say
}

// CheckName tells whether name can be kept by every place: printable ASCII without
// the characters that some file system or service forbids (< > : " / \ | ? *), 1 to 120
// bytes, neither beginning nor ending with a space or a dot.
func CheckName(name string) error {
	if len(name) < 1 || len(name) > 120 {
		return Errorf("check", name, ErrRefused, "a file name has 1 to 120 characters")
	}
	for _, c := range []byte(name) {
		if c < ' ' || c > '~' || c == '<' || c == '>' || c == ':' || c == '"' || c == '/' || c == '\\' || c == '|' || c == '?' || c == '*' {
			return Errorf("check", name, ErrRefused, "a file name cannot hold %q", c)
		}
	}
	first, last := name[0], name[len(name)-1]
	if first == ' ' || first == '.' || last == ' ' || last == '.' {
		return Errorf("check", name, ErrRefused, "a file name cannot begin or end with a space or a dot")
	}
	return nil
}

// CheckCreate tells whether every place can keep data under name.
func CheckCreate(name string, data []byte) error {
	if len(data) > MaxSize {
		return Errorf("create", name, ErrRefused, "%d bytes are more than %d", len(data), MaxSize)
	}
	return CheckName(name)
}
