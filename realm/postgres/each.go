package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/realm"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"
)

// page is how many ids are read at a time.
const page = 256

// Each updates every record by the change that it is given for its id, a few at a time.
// Records that are made meanwhile may be left out. After an error some are updated.
func (s *Store) Each(ctx context.Context, change func(realm.RecordID) realm.Change) error {
	after := []byte{} // every id is greater
	for {
		ids, err := s.ids(ctx, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		group, within := errgroup.WithContext(ctx)
		group.SetLimit(defaultConnections / 2) // the rest is for clients
		for _, id := range ids {
			group.Go(func() error { return s.apply(within, id, change(id), confirmLater) })
		}
		if err := group.Wait(); err != nil {
			return err
		}
		if err := s.confirmAll(ctx); err != nil {
			return err
		}
		after = ids[len(ids)-1][:]
	}
}

func confirmLater(context.Context, *pgx.Conn) error { return nil }

// confirmAll is one wait for the standbys for all that was seen until now.
func (s *Store) confirmAll(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	return s.pool.AcquireFunc(ctx, func(conn *pgxpool.Conn) error { return s.confirm(ctx, conn.Conn()) })
}

func (s *Store) ids(ctx context.Context, after []byte) ([]realm.RecordID, error) {
	rows, err := s.pool.Query(ctx, "SELECT id FROM realm_records WHERE id > $1 ORDER BY id LIMIT $2", after, page)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (id realm.RecordID, err error) {
		var raw []byte
		if err := row.Scan(&raw); err != nil {
			return id, err
		}
		if len(raw) != copy(id[:], raw) || len(raw) != len(id) {
			return id, errors.Join(ErrForeign, fmt.Errorf("an id of %d bytes", len(raw)))
		}
		return id, nil
	})
}
