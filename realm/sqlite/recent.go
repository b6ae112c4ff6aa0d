package sqlite

import (
	"fmt"

	"github.com/cloudseed/cloudseed/realm"
)

// maxRecent is how many records the writer remembers, about 5 MB: the requests of one
// recovery come soon after each other. Only the writer writes, so what it remembers is
// what is stored.
const maxRecent = 8192

// load returns the stored record; nil is none.
func (s *Store) load(id realm.RecordID) ([]byte, error) {
	if record, ok := s.recent[id]; ok {
		return record, nil
	}
	value, err := one(s.get, id[:])
	if err != nil {
		return nil, err
	}
	record, ok := value.([]byte)
	if value != nil && !ok {
		return nil, fmt.Errorf("%w: a record that is not bytes", ErrForeign)
	}
	s.remember(id, record)
	return record, nil
}

// remember makes room by forgetting any other record.
func (s *Store) remember(id realm.RecordID, record []byte) {
	if len(s.recent) >= maxRecent {
		for other := range s.recent {
			delete(s.recent, other)
			break
		}
	}
	s.recent[id] = record
}
