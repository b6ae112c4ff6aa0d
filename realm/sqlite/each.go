package sqlite

import (
	"context"
	"errors"
	"sync"

	"github.com/cloudseed/cloudseed/realm"
)

// Each updates every record by the change that it is given for its id, many at a time.
// Records that are made meanwhile may be left out. After an error some are updated.
func (s *Store) Each(ctx context.Context, change func(realm.RecordID) realm.Change) error {
	after := []byte{} // every id is greater
	for {
		ids, err := s.ids(ctx, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		errs := make([]error, len(ids))
		var wg sync.WaitGroup
		for i, id := range ids {
			wg.Go(func() { errs[i] = s.Update(ctx, id, change(id)) })
		}
		wg.Wait()
		if err := errors.Join(errs...); err != nil {
			return err
		}
		after = ids[len(ids)-1][:]
	}
}

// ids returns the next ids after one, at most as many as a group has.
func (s *Store) ids(ctx context.Context, after []byte) (ids []realm.RecordID, err error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id FROM records WHERE id > ? ORDER BY id LIMIT ?", after, maxGroup)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, err
		}
		var id realm.RecordID
		if copy(id[:], raw) != len(raw) || len(raw) != len(id) {
			return nil, ErrForeign
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}
