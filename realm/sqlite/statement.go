package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/cloudseed/cloudseed/realm"
)

// maxRecent is how many records the writer remembers, about 5 MB: the requests of one
// recovery come soon after each other. Only the writer writes, so what it remembers is
// what is stored.
const maxRecent = 8192

// statements are prepared once, on the connection that only the writer uses.
type statements struct {
	begin, commitAll, rollback *sql.Stmt
	get, put, remove, count    *sql.Stmt
}

func prepare(conn *sql.Conn) (p statements, err error) {
	for statement, text := range map[**sql.Stmt]string{
		&p.begin:     "BEGIN IMMEDIATE",
		&p.commitAll: "COMMIT",
		&p.rollback:  "ROLLBACK",
		&p.get:       "SELECT record FROM records WHERE id = ?",
		&p.put:       "INSERT INTO records (id, record) VALUES (?1, ?2) ON CONFLICT (id) DO UPDATE SET record = ?2",
		&p.remove:    "DELETE FROM records WHERE id = ?",
		&p.count:     "INSERT INTO meta (name, value) VALUES ('writes', ?1) ON CONFLICT (name) DO UPDATE SET value = ?1",
	} {
		if *statement, err = conn.PrepareContext(context.Background(), text); err != nil {
			return p, fmt.Errorf("%w: %w", ErrForeign, err)
		}
	}
	return p, nil
}

// close lets the connection go: one with open statements is never closed whole, and leaves
// its log behind.
func (p *statements) close() error {
	var errs []error
	for _, statement := range []*sql.Stmt{p.begin, p.commitAll, p.rollback, p.get, p.put, p.remove, p.count} {
		errs = append(errs, statement.Close())
	}
	return errors.Join(errs...)
}

func (s *Store) run(statement *sql.Stmt, args ...any) error {
	_, err := statement.Exec(args...)
	return err
}

// load returns the stored record; nil is none.
func (s *Store) load(id realm.RecordID) (record []byte, err error) {
	if record, ok := s.recent[id]; ok {
		return record, nil
	}
	err = s.get.QueryRow(id[:]).Scan(&record)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
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
