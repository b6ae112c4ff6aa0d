package postgres

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"

	"github.com/cloudseed/cloudseed/juicebox"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// migrations[n] makes tables of version n+1 out of those of version n. None that was
// released is ever changed. Names are in the schema that search_path names first.
var migrations = []string{`
CREATE TABLE realm_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE realm_records (id BYTEA PRIMARY KEY, version BIGINT NOT NULL, record BYTEA NOT NULL);
`, `
CREATE TABLE realm_progress (at BIGINT PRIMARY KEY);
`}

// Migrated is what [Migrate] did. From 0 there were no tables; From equal to To, nothing
// had to be done.
type Migrated struct {
	ID       juicebox.RealmID
	From, To int
}

// Migrate brings the tables of a realm up to what this program needs, in one transaction.
// In a database without any it makes them for the realm id; where there are some, id is
// left alone and may be zero. Tables of a newer program are a [*SchemaError].
func Migrate(ctx context.Context, config Config, id juicebox.RealmID) (Migrated, error) {
	done := Migrated{To: len(migrations)}
	pool, err := connect(ctx, config.URL, unchecked)
	if err != nil {
		return done, err
	}
	defer pool.Close()
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
		if done.From, done.ID, err = version(ctx, tx); err != nil && !errors.Is(err, ErrMissing) {
			return err
		}
		if done.From == 0 {
			done.ID = id
		}
		return migrate(ctx, tx, done)
	})
	return done, err
}

func migrate(ctx context.Context, tx pgx.Tx, plan Migrated) error {
	if plan.From > plan.To {
		return &SchemaError{plan.From, plan.To}
	}
	if plan.ID == (juicebox.RealmID{}) {
		return fmt.Errorf("%w, and no id for a new one", ErrMissing)
	}
	for _, statements := range migrations[plan.From:] {
		if _, err := tx.Exec(ctx, statements); err != nil {
			return err
		}
	}
	if plan.From == 0 {
		if _, err := tx.Exec(ctx, "INSERT INTO realm_meta VALUES ('realm_id', $1), ('schema', '0')", plan.ID.String()); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "UPDATE realm_meta SET value = $1 WHERE name = 'schema'", strconv.Itoa(plan.To))
	return err
}

// Look tells which tables a database has, without changing anything: From is their version,
// To what this program needs. It fails with [ErrMissing] where there are none.
func Look(ctx context.Context, config Config) (found Migrated, err error) {
	pool, err := connect(ctx, config.URL, unchecked)
	if err != nil {
		return found, err
	}
	defer pool.Close()
	found.To = len(migrations)
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) (err error) {
		found.From, found.ID, err = version(ctx, tx)
		return err
	})
	return found, err
}

// inspect returns the realm's id if the tables are those that this program needs.
func inspect(ctx context.Context, pool *pgxpool.Pool) (id juicebox.RealmID, err error) {
	err = pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
		have, found, err := version(ctx, tx)
		if err == nil && have != len(migrations) {
			err = &SchemaError{have, len(migrations)}
		}
		id = found
		return err
	})
	return id, err
}

// version reads the version of the tables, 0 with [ErrMissing] for none, and the id.
func version(ctx context.Context, tx pgx.Tx) (schema int, id juicebox.RealmID, err error) {
	// to_regclass asks without an error, which would end the transaction.
	var there bool
	if err := tx.QueryRow(ctx, "SELECT to_regclass('realm_meta') IS NOT NULL").Scan(&there); err != nil {
		return 0, id, err
	}
	if !there {
		return 0, id, ErrMissing
	}
	var text, number string
	err = tx.QueryRow(ctx, `SELECT i.value, s.value FROM realm_meta i, realm_meta s
		WHERE i.name = 'realm_id' AND s.name = 'schema'`).Scan(&text, &number)
	if _, refused := errors.AsType[*pgconn.PgError](err); refused || errors.Is(err, pgx.ErrNoRows) {
		return 0, id, fmt.Errorf("%w: table realm_meta: %w", ErrForeign, err)
	}
	if err != nil {
		return 0, id, err
	}
	schema, err1 := strconv.Atoi(number)
	raw, err2 := hex.DecodeString(text)
	if err := errors.Join(err1, err2); err != nil || schema < 1 || copy(id[:], raw) != len(id) || len(raw) != len(id) {
		return 0, id, fmt.Errorf("%w: realm %.40q, schema %.10q", ErrForeign, text, number)
	}
	return schema, id, nil
}
